"""The list: every place of the weakest class or on its border, with results of four other pages."""

from __future__ import annotations

import pandas as pd

from geo import figures
from geo.frames import each_row
from geo.ranking import strengthening
from pages.meeting.board import MeetingData
from pages.meeting.facts import shipped_story
from pages.queries import coverage, gaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.ranking import data as ranking_data
from pages.ranking.data import KEY, Method
from pages.selection import data as selection_data
from pages.session.cache import cached
from pages.session.scope import Scope

FEW = 2  # up to this number of agencies a place has "few"; same limit as on the meeting wall
SUPPORT = {
    "alone": "w",
    "few": "f",
    "several": "s",
    "unknown": "v",
}  # support of a weak place -> class of the map


def weak_places(scope: Scope, chosen: Query) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All places with their class, and the list of weak ones, weakest first.

    Returns
    -------
    DataFrame, DataFrame
        All units of the ranking with the class in force; and one row per place of the weakest class or on its border:
        ``subdistrict_code``, ``why`` (``class`` / ``border``), ``score``, ``support`` (a key of :data:`SUPPORT`),
        ``agencies``, ``population``, ``points`` (tuples of criterion, value of the place, median of all; worst first),
        ``is_unhelped`` (need is high and nobody works on it), ``is_pilot``, ``cost_satang``, and ``status``, ``teams``,
        ``tasks``, ``next_visit_on``, which are known to the data team only.
    """
    ranking = ranking_data.ranked(scope, chosen.fiscal_year, Method())
    units = ranking_data.in_force(scope, ranking, chosen.fiscal_year)
    sent = queries.decisions(scope, "team") if scope.viewer.is_team else _nobody_sent()
    listed = strengthening.team_list(units, sent, ranking.spec.weakest)
    by_code = units.set_index(KEY)
    covered = coverage.coverage(scope, Query(chosen.fiscal_year)).set_index(KEY)
    meeting = MeetingData(scope, shipped_story())
    need = gaps.gaps(scope, Query(chosen.fiscal_year), meeting.need).set_index(KEY)["quadrant"]
    here = listed[KEY]
    points = _points(scope, chosen)
    listed = listed.assign(
        score=here.map(by_code["score"]),
        support=[support_of(row.agencies, row.status) for row in each_row(covered.loc[here])],
        agencies=here.map(covered["agencies"]),
        population=here.map(covered["population"]),
        points=[points.get(code, ()) for code in here],
        is_unhelped=here.map(need).eq("gap").fillna(False).astype(bool),
        is_pilot=here.isin(_pilots(scope)),
        cost_satang=here.map(selection_data.cost(scope, meeting.pick)).astype("Int64"),
    )
    return units, listed.sort_values(["score", KEY], ignore_index=True, na_position="last")


@cached(4)
def _pilots(scope: Scope) -> frozenset[str]:
    """Pilot subdistricts of the meeting wall; cached alone, because the wall's other facts take seconds."""
    return MeetingData(scope, shipped_story()).pilot_codes


def told(scope: Scope, units: pd.DataFrame, chosen: Query) -> dict[str, int | float | None]:
    """Named figures of the weak places, within the chosen district, by code."""
    ranking = ranking_data.ranked(scope, chosen.fiscal_year, Method())
    covered = coverage.coverage(scope, Query(chosen.fiscal_year))
    inside = [table[table[KEY].str.startswith(chosen.district or "")] for table in (units, covered)]
    spec = ranking.spec
    return figures.counted(units=inside[0], coverage=inside[1], weakest=spec.weakest, hold=spec.uncertainty.hold)


def support_of(agencies: int, status: str) -> str:
    """Key of :data:`SUPPORT`; no agency and a missing report is ``unknown``, never ``alone``."""
    if not agencies:
        return "alone" if status == "none" else "unknown"
    return "few" if agencies <= FEW else "several"


def _nobody_sent() -> pd.DataFrame:
    return pd.DataFrame(columns=[KEY, "team", "task", "visit_on"])


def _points(scope: Scope, chosen: Query) -> dict[str, tuple[tuple[str, float, float], ...]]:
    """Weakest criteria per place: (criterion, value of the place, median of all places)."""
    explained = ranking_data.explained(scope, chosen.fiscal_year, Method())
    middle = explained.groupby("criterion")["value"].median()
    values = explained.set_index([KEY, "criterion"])["value"]
    weakest = ranking_data.weak_points(scope, chosen.fiscal_year, Method())
    return {
        str(code): tuple((name, float(values[code, name]), float(middle[name])) for name in names)
        for code, names in weakest.items()
    }
