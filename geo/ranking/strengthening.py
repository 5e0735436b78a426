"""After the ranking: teams for weak subdistricts, and projects booked on streams without exceeding their balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.frames import require_columns

KEY = "subdistrict_code"
Record = dict[str, Any]


def team_list(units: pd.DataFrame, tasks: pd.DataFrame, weakest: str) -> pd.DataFrame:
    """Subdistricts to be strengthened (of the weakest class, or on its border), with their teams.

    Parameters
    ----------
    units
        ``subdistrict_code``, ``class`` (the agreed one) and ``border`` (NA, or ``B/C`` ...).
    tasks
        ``subdistrict_code``, ``team``, ``task``, ``visit_on`` (date or NaT). Rows with an empty team are ignored.
    weakest
        Label of the weakest class (:attr:`geo.ranking.spec.Spec.weakest`).

    Returns
    -------
    DataFrame
        One row per subdistrict: ``subdistrict_code``, ``class``, ``border``, ``why`` (``class`` / ``border``),
        ``status`` (``no_team``, ``no_visit`` = a team without a date, ``planned``), ``teams`` and ``tasks`` (joined by
        ``|``), ``next_visit_on`` (the earliest date stated). In the order of ``status``, then by code.
    """
    require_columns(units, [KEY, "class", "border"], "units")
    require_columns(tasks, [KEY, "team", "task", "visit_on"], "tasks")
    weak = units["class"].eq(weakest).fillna(False).astype(bool)
    near = (
        units["border"]
        .astype("string")
        .str.split("/")
        .map(lambda ends: weakest in ends, na_action="ignore")
        .eq(True)
        .fillna(False)
    )
    table = units.loc[weak | near.astype(bool), [KEY, "class", "border"]]
    table["why"] = np.where(weak[table.index], "class", "border")
    real = tasks[tasks["team"].fillna("").astype(str).str.strip().ne("")]
    by_place = real.groupby(KEY)
    joined = pd.DataFrame(
        {
            "teams": by_place["team"].agg(lambda names: "|".join(sorted(set(names)))),
            "tasks": by_place["task"].agg(lambda names: "|".join(sorted(set(names.dropna())))),
            "next_visit_on": by_place["visit_on"].min(),
        }
    )
    table = table.merge(joined, left_on=KEY, right_index=True, how="left")
    has_team, has_visit = table["teams"].notna(), table["next_visit_on"].notna()
    table["status"] = np.select([~has_team, ~has_visit], ["no_team", "no_visit"], "planned")
    order = table["status"].map({"no_team": 0, "no_visit": 1, "planned": 2})
    return table.assign(_order=order).sort_values(["_order", KEY], ignore_index=True).drop(columns="_order")


def weak_points(contributions: pd.DataFrame, count: int = 2) -> pd.Series:
    """The criteria that lower the score of each subdistrict most.

    Parameters
    ----------
    contributions
        From :func:`geo.ranking.ranking.contributions`: ``subdistrict_code``, ``criterion``, ``against_mean``.

    Returns
    -------
    Series
        By ``subdistrict_code``: a tuple of at most ``count`` criteria below the mean, worst first; may be empty.
    """
    require_columns(contributions, [KEY, "criterion", "against_mean"], "contributions")
    rows = contributions.sort_values([KEY, "against_mean", "criterion"])
    weakest: dict[str, tuple] = dict.fromkeys(rows[KEY].dropna().tolist(), ())
    for code, criterion, against in zip(
        *(rows[name].tolist() for name in (KEY, "criterion", "against_mean")), strict=True
    ):
        if code in weakest and isinstance(criterion, str) and against < 0 and len(weakest[code]) < count:
            weakest[code] += (criterion,)
    return pd.Series(
        list(weakest.values()), index=pd.Index(weakest, name=KEY, dtype=rows[KEY].dtype), name="criterion", dtype=object
    )


@dataclass(frozen=True)
class Bookings:
    """Result of booking projects on streams.

    ``projects``: the requests in their order with ``is_booked``, ``code`` (reason of refusal; NA when booked) and
    ``left_satang`` (of the stream after this request; NA when not known). ``streams``: ``stream_code``,
    ``total_satang``, ``committed_satang``, ``booked_satang``, ``left_satang``.
    """

    projects: pd.DataFrame
    streams: pd.DataFrame


def _balances(streams: pd.DataFrame, support: pd.DataFrame | None) -> pd.DataFrame:
    table = streams[["stream_code", "total_satang"]].astype({"total_satang": "Int64"})
    used = pd.Series(dtype="Int64")
    if support is not None:
        require_columns(support, ["stream_code", "amount_satang"], "support")
        used = support.groupby("stream_code")["amount_satang"].sum(min_count=1).astype("Int64")
    committed = table["stream_code"].map(used).astype("Int64")
    return table.assign(committed_satang=committed.mask(~table["stream_code"].isin(used.index), 0))


def _refusal(project: Record, stream: Record | None, left: dict[str, int], seen: set[tuple[str, str]]) -> str | None:
    amount = project["amount_satang"]
    if stream is None:
        return "team_stream_unknown"
    if amount is None or pd.isna(amount) or int(amount) <= 0:
        return "team_amount_missing"
    if stream["stream_code"] not in left:
        return "team_balance_not_known" if pd.isna(stream["total_satang"]) else "team_committed_not_known"
    starts, ends, day = (
        pd.Timestamp(when) for when in (stream.get("starts_on"), stream.get("ends_on"), project.get("starts_on"))
    )
    if day < starts or day > ends:  # False for NaT: a missing date is no reason to refuse
        return "team_outside_period"
    if (project["project_code"], stream["stream_code"]) in seen:
        return "team_booked_twice"
    return "team_over_balance" if int(amount) > left[stream["stream_code"]] else None


def book(streams: pd.DataFrame, projects: pd.DataFrame, support: pd.DataFrame | None = None) -> Bookings:
    """Book projects on streams in the order of the rows; a project that exceeds the balance is refused as a whole.

    Parameters
    ----------
    streams
        ``stream_code``, ``total_satang`` (NA = not stated, nothing can be booked), optional ``starts_on``, ``ends_on``.
    projects
        ``project_code``, ``stream_code``, ``amount_satang``, optional ``starts_on``. A project may use several streams,
        each of them once.
    support
        Support records (``stream_code``, ``amount_satang``), which reduce the balance; while none of a stream states
        an amount, its balance is not known and nothing can be booked on it.

    Raises
    ------
    ValueError
        For missing columns or a repeated ``stream_code`` in ``streams``.
    """
    require_columns(streams, ["stream_code", "total_satang"], "streams")
    require_columns(projects, ["project_code", "stream_code", "amount_satang"], "projects")
    if streams["stream_code"].duplicated().any():
        raise ValueError("streams: stream_code occurs twice; expected one row per stream; merge them before booking")
    table = _balances(streams, support)
    stated = table[table["total_satang"].notna() & table["committed_satang"].notna()]
    start = dict(
        zip(stated["stream_code"], (stated["total_satang"] - stated["committed_satang"]).astype(int), strict=True)
    )
    left, seen = dict(start), set[tuple[str, str]]()
    by_code = {stream["stream_code"]: stream for stream in streams.to_dict("records")}
    codes, remaining = [], []
    for project in projects.to_dict("records"):
        name = project["stream_code"]
        refusal = _refusal(project, by_code.get(name), left, seen)
        if refusal is None:
            left[name] -= int(project["amount_satang"])
            seen.add((project["project_code"], name))
        codes.append(refusal if refusal else pd.NA)
        remaining.append(left.get(name, pd.NA))
    booked = projects.assign(
        is_booked=np.array([code is pd.NA for code in codes], dtype=bool),
        code=pd.array(codes, dtype="string"),
        left_satang=pd.array(remaining, dtype="Int64"),
    )
    table["left_satang"] = table["stream_code"].map(left).astype("Int64")
    table["booked_satang"] = (table["stream_code"].map(start).astype("Int64") - table["left_satang"]).fillna(0)
    return Bookings(booked, table[["stream_code", "total_satang", "committed_satang", "booked_satang", "left_satang"]])
