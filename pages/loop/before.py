"""Before a meeting: what must be in and from whom (reports, requested items, rows in quarantine, work that is due)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.frames import each_row
from loaders import tracker
from loaders.decisions import loop as decided
from pages.components import dates, panels, records
from pages.components import filters as choices
from pages.components import saved_scenarios as scenarios
from pages.queries import loop
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import day, safe, t, whole

KIND_KEYS = {
    "asked": "before_kind_asked",
    "desk": "before_kind_desk",
    "report": "before_kind_report",
    "work": "before_kind_work",
}


def show(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    """Draw the list of what must be in before the chosen meeting, and the forms that change it."""
    planned = loop.meetings(scope)
    planned = planned[planned["held_at"].isna()].sort_values("held_on")
    if planned.empty:
        with place:
            panels.title(t("before_title"), t("before_how"))
            panels.empty("before_no_meeting")
        _plan(scope)
        return
    names = {str(row.id): f"{row.name} · {day(row.held_on)}" for row in each_row(planned)}
    key = choices.choose("before", t("before_which"), list(names), names.__getitem__)
    meeting = next(row for row in each_row(planned) if str(row.id) == key)
    table = needed(scope, chosen, meeting)
    missing = table[table["state"].ne("in")]
    with place:
        whom = sorted({who for who in missing["who"] if who})
        panels.title(
            t("finding_before", name=str(meeting.name), day=day(meeting.held_on), missing=whole(len(missing)), all=whole(len(table)), whom=len(whom)),
            t("before_how"),
        )  # fmt: skip
    shown = table.assign(
        state=[t(f"before_{code}") for code in table["state"]],
        kind=[t(KIND_KEYS[code]) for code in table["kind"]],
    )
    columns = {"kind": t("column_kind"), "what": t("column_what"), "who": t("before_from"), "ask": t("before_ask"), "due_on": t("tracker_due"), "state": t("column_state")}  # fmt: skip
    panels.table(shown, "before-meeting", columns, formats={"due_on": day})
    left, right = st.columns(2)
    with left:
        _ask(scope, int(meeting.id), table)
    with right:
        _plan(scope)
        _hold(scope, meeting)


def needed(scope: Scope, chosen: Query, meeting: Any) -> pd.DataFrame:
    """Everything that must be in before a meeting, late first.

    Columns: ``kind`` (report, asked, desk, work), ``what``, ``base``, ``who``, ``ask`` (contact of the base),
    ``due_on``, ``state`` (in, missing, late), ``item`` (id of a requested item). A report is listed when it is due
    by the day of the meeting, has no due day, or is in already.
    """
    until = dt.date.fromisoformat(str(meeting.held_on)[:10])
    rows = [*_reports(scope, chosen, until), *_asked(scope, int(meeting.id)), *_desk(scope), *_work(scope, until)]
    table = pd.DataFrame(rows, columns=["kind", "what", "base", "who", "due_on", "state", "item"])
    people = {row.base: _person(row) for row in each_row(loop.people(scope))}
    order = table["state"].map({"late": 0, "missing": 1, "in": 2})
    ordered = table.assign(
        ask=table["base"].map(people).fillna(""), due_on=pd.to_datetime(table["due_on"]), _order=order
    )
    return ordered.sort_values(["_order", "due_on"], kind="stable", na_position="last", ignore_index=True)


def _person(row: Any) -> str:
    parts = [getattr(row, name) for name in ("office", "person", "phone")]
    return " · ".join(str(part) for part in parts if isinstance(part, str) and part)


def _state(is_in: bool, due_on: Any, until: dt.date) -> str:
    if is_in:
        return "in"
    return (
        "late"
        if not pd.isna(due_on) and pd.Timestamp(due_on) < pd.Timestamp(min(until, dt.date.today()))
        else "missing"
    )


def _reports(scope: Scope, chosen: Query, until: dt.date) -> list[tuple]:
    with queries.reading(scope.viewer) as connection:
        table = tracker.tracker(connection, min(until, dt.date.today()), viewer=scope.viewer, province=scope.province,
                                fiscal_year=chosen.fiscal_year or queries.usual_year(scope), by_district=False)  # fmt: skip
    rows = []
    for row in each_row(table[table["state"].ne("not_asked")]):
        is_in = not pd.isna(row.reported_on)
        if pd.isna(row.due_on) or str(row.due_on)[:10] <= until.isoformat() or is_in:
            what = t(
                "before_report", register=t(f"register_{row.register}"), place=records.place_words(scope, row.area_code)
            )
            rows.append(("report", what, row.base, records.base_words(scope, row.base), row.due_on, _state(is_in, row.due_on, until), None))  # fmt: skip
    return rows


def _asked(scope: Scope, meeting: int) -> list[tuple]:
    listed = loop.items(scope)
    rows = []
    for row in each_row(listed[listed["meeting_id"].eq(meeting)]):
        base = row.base if isinstance(row.base, str) else None
        who = records.base_words(scope, base) if base else row.from_whom
        state = _state(isinstance(row.done_at, str), row.due_on, dt.date.today())
        rows.append(("asked", row.what, base, who, row.due_on, state, int(row.id)))
    return rows


def _desk(scope: Scope) -> list[tuple]:
    waiting = queries.quarantined(scope)
    sizes = waiting.groupby("base").size()
    return [
        (
            "desk",
            t("before_rows_wait", rows=whole(rows)),
            base,
            records.base_words(scope, str(base)),
            pd.NaT,
            "missing",
            None,
        )
        for base, rows in sizes.items()
    ]


def _work(scope: Scope, until: dt.date) -> list[tuple]:
    work = loop.work(scope)
    due = work[work["state"].isin(["planned", "doing"]) & (work["ends_on"] <= pd.Timestamp(until))]
    return [
        ("work", row.what, None, row.lead if isinstance(row.lead, str) else "", row.ends_on, "late" if row.ends_on < pd.Timestamp(dt.date.today()) else "missing")
        for row in each_row(due)
    ]  # fmt: skip


def _plan(scope: Scope) -> None:
    with st.expander(t("before_plan")), st.form("plan-meeting", border=False):
        name = st.text_input(t("meeting_freeze_name"), key="plan-name", max_chars=120)
        on = dates.day_input(t("before_day"), "plan-day")
        person = scenarios.who("plan-who")
        if st.form_submit_button(t("before_plan_save")) and dates.are_days("plan-day"):
            scenarios.attempt(lambda connection: decided.plan_meeting(connection, name, on, person, queries.basis(scope)), "before_planned")  # fmt: skip


def _hold(scope: Scope, meeting: Any) -> None:
    with st.expander(t("before_hold")), st.form("hold-meeting", border=False):
        st.html(f"<p>{safe(t('before_hold_note'))}</p>")
        person = scenarios.who("hold-who")
        if st.form_submit_button(t("before_hold_now")):
            scenarios.attempt(lambda connection: decided.hold(connection, person, queries.basis(scope), planned=int(meeting.id)), "before_held")  # fmt: skip


def _ask(scope: Scope, meeting: int, table: pd.DataFrame) -> None:
    names = records.agency_names(scope)
    with st.expander(t("before_add")), st.form("ask-for", border=False):
        what = st.text_input(t("column_what"), key="ask-what", max_chars=300)
        base = st.selectbox(
            t("column_base"),
            ["", *sorted(names, key=names.__getitem__)],
            format_func=lambda code: names.get(code, "–"),
            key="ask-base",
        )
        whom = st.text_input(t("before_from_words"), key="ask-whom", max_chars=120)
        due = dates.day_input(t("tracker_due"), "ask-due")
        person = scenarios.who("ask-who")
        if st.form_submit_button(t("before_add_save")) and dates.are_days("ask-due"):
            scenarios.attempt(
                lambda connection: decided.ask_for(connection, meeting, what, person, queries.basis(scope), base=base or None, from_whom=whom, due_on=due),
                "before_added",
            )  # fmt: skip
    waits = {
        int(row.item): f"{row.what} · {row.who}"
        for row in each_row(table[table["item"].notna() & table["state"].ne("in")])
    }
    if waits:
        with st.form("came-in", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            item = st.selectbox(t("before_came_in"), list(waits), format_func=waits.__getitem__, key="came-in-item")
            person = scenarios.who("came-in-who")
            if st.form_submit_button(t("before_came_in_save")):
                scenarios.attempt(lambda connection: decided.came_in(connection, int(item), person), "before_ticked")
