"""Panels of the page: map, list with reasons in words, downloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from geo.frames import each_row
from geo.maps.board import ClassStyle
from geo.maps.palette import NOT_REPORTED, WEAK
from pages.components import panels, records
from pages.components.links import Cell, link_table
from pages.components.map_layer import Choropleth, not_known_style
from pages.help_needed.data import SUPPORT
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking.data import KEY
from pages.session import url_state
from pages.session.scope import Scope
from pages.session.text import baht, day, safe, t, whole

MOST = 60  # rows shown; the downloads have all
PARTS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "all": lambda rows: rows[KEY].notna(),
    "alone": lambda rows: rows["support"].isin(["alone", "unknown"]),
    "unhelped": lambda rows: rows["is_unhelped"],
    "no_team": lambda rows: rows["status"].eq("no_team"),
    "pilots": lambda rows: rows["is_pilot"],
}
LIST_KEYS = {
    "all": "help_list_all", "alone": "help_list_alone", "unhelped": "help_list_unhelped", "no_team": "help_list_no_team",
    "pilots": "help_list_pilots",
}  # fmt: skip
FOR_TEAM = ("no_team",)
WHY_KEYS = {"border": "help_why_border", "class": "help_why_class"}
SUPPORT_KEYS = {"alone": "help_support_alone", "unknown": "help_support_unknown"}


def help_layer(units: pd.DataFrame, listed: pd.DataFrame) -> Choropleth:
    """Weak places by number of agencies at work; places on the border of the class are striped."""
    of_class = listed[listed["why"].eq("class")].set_index(KEY)["support"].map(SUPPORT)
    classes = units[KEY].map(of_class).astype("object")
    classes = classes.where(classes.notna(), "o").mask(units["class"].isna(), "u")
    styles = {
        "w": ClassStyle(WEAK["alone"], "meeting_weak_alone"),
        "f": ClassStyle(WEAK["few"], "meeting_weak_few"),
        "s": ClassStyle(WEAK["several"], "meeting_weak_several"),
        "v": ClassStyle(NOT_REPORTED, "meeting_weak_unknown", WEAK["alone"]),
        "o": ClassStyle(WEAK["other"], "meeting_not_weak"),
        "u": not_known_style("meeting_not_ranked"),
    }
    on_border = units[KEY].isin(set(listed.loc[listed["why"].eq("border"), KEY]))
    stability = units["stability"].where(of_class.notna().reindex(units[KEY]).fillna(False).to_numpy()) * 100
    return Choropleth(styles, units[KEY], classes, stability, "unit_stability", on_border, "team_why_border")


def reasons(row: Any) -> list[str]:
    """Why a place is on the list: sentences for readers who do not know scores."""
    names = ranking_controls.names()
    points = [
        t(
            "help_point",
            name=names[code],
            value=ranking_controls.value_words(code, value),
            middle=ranking_controls.value_words(code, middle),
        )
        for code, value, middle in row.points
    ]
    group = [t(WHY_KEYS[row.why])] if row.why == "border" or not points else []
    return [*group, *points, *([t("help_unhelped")] if row.is_unhelped else [])]


def support_words(row: Any) -> str:
    """Number of agencies at work, nobody, or not known."""
    return whole(row.agencies) if row.support in ("few", "several") else t(SUPPORT_KEYS[row.support])


def team_words(row: Any) -> str:
    """Team, task and day of the next visit, or that there is no team."""
    if row.status == "no_team":
        return t("team_status_no_team")
    parts = [str(row.teams).replace("|", ", "), str(row.tasks).replace("|", ", "), day(row.next_visit_on)]
    return " · ".join(part for part in parts if part)


def in_words(scope: Scope, listed: pd.DataFrame) -> pd.DataFrame:
    """The list with added columns of words: number, place, reason, agencies, team, pilot."""
    rows = list(each_row(listed))
    return listed.assign(
        number=range(1, len(listed) + 1),
        place=[records.place_words(scope, row.subdistrict_code) for row in rows],
        reason=[" · ".join(reasons(row)) for row in rows],
        who=[support_words(row) for row in rows],
        team=[team_words(row) for row in rows],
        pilot=[t("meeting_pilot") if row.is_pilot else "" for row in rows],
    )


def columns(scope: Scope) -> dict[str, str]:
    """Headings of the downloads; teams are shown to the data team only."""
    headings = {
        "number": t("column_number"), "place": t("column_place"), "who": t("column_agencies"), "reason": t("column_why"),
    }  # fmt: skip
    team = {"team": t("column_team")} if scope.viewer.is_team else {}
    more = {"pilot": t("help_list_pilots"), "cost_satang": t("help_cost"), "population": t("column_population")}
    return headings | team | more | {KEY: t("column_code")}


def help_list(scope: Scope, listed: pd.DataFrame, stamped: dict[str, str]) -> None:
    """First :data:`MOST` rows with links for places and agencies, and downloads of all rows."""
    rows = in_words(scope, listed)
    cells = [_cells(scope, row) for row in each_row(rows.head(MOST))]
    headings = [t("column_number"), t("column_place"), t("column_agencies"), t("help_reason"), t("help_begin")]
    panels.html(link_table(t("view_help_needed"), headings, cells))
    if len(rows) > MOST:
        panels.html(f'<p class="kradan-note">{safe(t("help_more_in_file", number=len(rows) - MOST))}</p>')
    panels.downloads(rows, "help-needed", columns(scope), {"cost_satang": baht, "population": whole}, stamped)


def _cells(scope: Scope, row: Any) -> list[Cell]:
    code = str(row.subdistrict_code)
    begin = [row.team] if scope.viewer.is_team else []
    begin += [row.pilot, t("help_cost_is", cost=baht(row.cost_satang))]
    return [
        Cell(str(row.number)),
        Cell(row.place, url_state.address("subdistrict", subdistrict=code)),
        Cell(row.who, url_state.address("coverage", district=code[:4])),
        Cell(row.reason, lines=reasons(row)),
        Cell("", lines=[line for line in begin if line]),
    ]


def ways_on(scope: Scope, chosen: Query) -> None:
    """Links to the pages with more detail; the strengthening plan is for the data team only."""
    views = ["ranking", "gaps", *(["strengthening"] if scope.viewer.is_team else []), "selection"]
    links = "".join(
        f'<a href="{safe(url_state.address(view, district=chosen.district))}">{safe(t(f"view_{view}"))}</a>'
        for view in views
    )
    panels.html(f'<p class="kradan-note kradan-ways-on">{safe(t("help_more"))} {links}</p>')
