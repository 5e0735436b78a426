"""Progress of decisions, teams and projects: state, lead, partners, end, outcome; form to report progress."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.frames import each_row
from loaders.decisions import loop as decided
from loaders.decisions.loop import Outcome
from pages.components import dates, panels, records
from pages.components import filters as choices
from pages.components import saved_scenarios as scenarios
from pages.queries import loop
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import day, t, whole

OPEN = ("planned", "doing")
SUBJECT_KEYS = {"decision": "subject_decision", "team": "subject_team", "project": "subject_project"}
STATE_KEYS = {"planned": "work_planned", "doing": "work_doing", "done": "work_done", "dropped": "work_dropped"}
STATES = {"": "work_every", "late": "work_late"} | STATE_KEYS


def show(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    """Draw decisions, teams and projects with their state; ``late`` is open and past its due day."""
    work = loop.work(scope)
    if chosen.district:
        work = work[work["place_code"].astype("string").str.startswith(chosen.district).fillna(False).astype(bool)]
    is_late = work["state"].isin(OPEN) & (work["ends_on"] < pd.Timestamp(dt.date.today()))
    work = work.assign(is_late=is_late.astype(bool))
    with place:
        measured = work["state"].eq("done") & work["after_value"].notna()
        panels.title(
            t("finding_work_none") if work.empty else t("finding_work", all=whole(len(work)), open=whole(work["state"].isin(OPEN).sum()), late=whole(work["is_late"].sum()),
              done=whole(work["state"].eq("done").sum()), measured=whole(measured.sum())),
            t("work_how"),
        )  # fmt: skip
        if work.empty:
            panels.empty("work_none")
            return
    state = choices.switch("state", t("column_state"), list(STATES), lambda code: t(STATES[code]), "")
    listed = work[work["is_late"]] if state == "late" else work[work["state"].eq(state)] if state else work
    _table(scope, listed)
    if scope.viewer.is_team:
        _say(scope, work)
    history = loop.said_of_work(scope)
    panel = panels.unfolded("work-history", t("work_history", rows=whole(len(history))))
    if panel is not None:
        with panel:
            _history(work, history)


def _words(row: Any, names: dict[tuple[str, str], str]) -> str:
    return names.get((row.subject, row.subject_key), row.subject_key)


def _table(scope: Scope, work: pd.DataFrame) -> None:
    streams = records.stream_names(scope)
    shown = work.assign(
        subject=[t(SUBJECT_KEYS[key]) for key in work["subject"]],
        place=[records.place_words(scope, code) for code in work["place_code"]],
        state=[t("work_late_of", state=t(STATE_KEYS[key])) if late else t(STATE_KEYS[key]) for key, late in zip(work["state"], work["is_late"], strict=True)],
        stream=["" if pd.isna(code) else streams.get(code, code) for code in work["stream_code"]],
        figure=[_figure(row) for row in each_row(work)],
    )  # fmt: skip
    columns = {"subject": t("column_kind"), "what": t("column_what"), "place": t("column_place"), "stream": t("filter_stream"), "state": t("column_state"),
               "lead": t("work_lead"), "partners": t("work_partners"), "ends_on": t("column_ends"), "outcome": t("work_outcome"), "figure": t("work_figure"),
               "said_by": t("decided_by"), "said_at": t("column_on")}  # fmt: skip
    panels.table(shown, "work", columns, formats={"ends_on": day, "said_at": day})


def _figure(row: Any) -> str:
    """Measured figure before and after; NA reads "not known", never zero."""
    if not isinstance(row.measure, str):
        return ""
    was, is_ = (t("not_known") if pd.isna(value) else f"{value:,.10g}" for value in (row.before_value, row.after_value))
    return f"{row.measure}: {was} → {is_}"


def _say(scope: Scope, work: pd.DataFrame) -> None:
    names = {f"{row.subject}/{row.subject_key}": f"{t(SUBJECT_KEYS[row.subject])} · {row.what} · {records.place_words(scope, row.place_code)}" for row in each_row(work)}  # fmt: skip
    with st.expander(t("work_say")), st.form("say-work", border=False):
        key = st.selectbox(t("work_which"), list(names), format_func=names.__getitem__, key="say-key")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            state = st.selectbox(
                t("column_state"), list(STATE_KEYS), format_func=lambda code: t(STATE_KEYS[code]), key="say-state"
            )
            lead = st.text_input(t("work_lead"), key="say-lead", max_chars=120)
            partners = st.text_input(t("work_partners"), key="say-partners", max_chars=300)
            ends = dates.day_input(t("column_ends"), "say-ends")
        outcome = st.text_input(t("work_outcome"), key="say-outcome", max_chars=600)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            measure = st.text_input(t("work_measure"), key="say-measure", max_chars=120)
            before = st.number_input(t("work_before"), value=None, key="say-before")
            after = st.number_input(t("work_after"), value=None, key="say-after")
        person = scenarios.who("say-who")
        sent = st.form_submit_button(t("work_say_save"))
    if sent and key and dates.are_days("say-ends"):
        subject, number = key.split("/")
        came = Outcome(outcome, measure, before, after)
        scenarios.attempt(
            lambda connection: decided.say(
                connection, subject, int(number), state, person, queries.basis(scope), lead=lead, partners=partners, ends_on=ends, outcome=came
            ),
            "work_said",
        )  # fmt: skip


def _history(work: pd.DataFrame, history: pd.DataFrame) -> None:
    names = {(row.subject, row.subject_key): row.what for row in each_row(work)}
    shown = history.assign(
        what=[_words(row, names) for row in each_row(history)], state=[t(STATE_KEYS[code]) for code in history["state"]],
        figure=[_figure(row) for row in each_row(history)],
    )  # fmt: skip
    columns = {"decided_at": t("column_on"), "decided_by": t("decided_by"), "what": t("column_what"), "state": t("column_state"), "lead": t("work_lead"),
               "outcome": t("work_outcome"), "figure": t("work_figure")}  # fmt: skip
    panels.table(shown, "work-history", columns, formats={"decided_at": day})
