"""All notes of the province with their subjects, and whom to ask about each base."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.frames import each_row
from loaders.decisions import notes as decided
from pages.components import dates, panels, records
from pages.components import filters as choices
from pages.components import saved_scenarios as scenarios
from pages.components.names import subdistrict_names
from pages.queries import loop
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import day, t, whole
from pages.subdistrict import notes as note_panel

SUBJECT_KEYS = {
    "place": "subject_place", "record": "subject_record", "organisation": "subject_organisation", "decision": "subject_decision",
    "team": "subject_team", "project": "subject_project",
}  # fmt: skip
AUDIENCE_KEYS = {"everyone": "note_for_everyone", "team": "note_for_team"}
KEPT_YEARS = 2  # default of the date until which a person's name is kept


def show(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    """Draw every note that the viewer may read, and for the team the forms to add and undo one."""
    listed = loop.notes_of(scope)
    if chosen.district:
        listed = listed[listed["subject"].ne("place") | listed["subject_key"].str.startswith(chosen.district)]
    with place:
        words = t("finding_notes", notes=whole(len(listed)), places=whole(listed.loc[listed["subject"].eq("place"), "subject_key"].nunique()))  # fmt: skip
        panels.title(t("notes_none") if listed.empty else words, t("notes_how"))
        if listed.empty and scope.viewer.is_team:
            panels.empty("notes_first")
    if len(listed):
        shown = listed.assign(
            subject=[t(SUBJECT_KEYS[code]) for code in listed["subject"]], on=_on(scope, listed),
            audience=[t(AUDIENCE_KEYS[code]) for code in listed["audience"]],
        )  # fmt: skip
        columns = {"subject": t("column_kind"), "on": t("note_on"), "text": t("note_text"), "decided_by": t("decided_by"), "decided_at": t("column_on"), "audience": t("note_audience")}  # fmt: skip
        panels.table(shown, "notes", columns, formats={"decided_at": day})
    if not scope.viewer.is_team:
        return
    with st.expander(t("note_add")):
        subject = choices.switch(
            "on", t("note_on"), list(decided.SUBJECTS), lambda code: t(SUBJECT_KEYS[code]), "place"
        )
        if keys := _keys(scope, chosen, subject):
            note_panel.write(scope, subject, keys, subject)
        else:
            panels.empty("nothing_found")
    scenarios.remove("note", {int(row.id): f"{row.text[:60]} · {row.decided_by}" for row in each_row(listed)}, t("note_undo"))  # fmt: skip


def _row_names(scope: Scope, subject: str) -> dict[str, str]:
    """Key of a note on a row of a file -> words for that row."""
    is_record = subject == "record"
    rows = queries.support(scope) if is_record else queries.register(scope, "organisation")
    digests = queries.all_batches(scope).set_index("id")["file_sha256"]
    name = "activity" if is_record else "organisation_name"
    return {
        decided.row_key(digests.get(row.batch_id, ""), row.sheet, int(row.row)): f"{getattr(row, name)} · {records.place_words(scope, row.area_code)} · {row.file_name}"
        for row in each_row(rows)
    }  # fmt: skip


def _work_names(scope: Scope, subject: str) -> dict[str, str]:
    work = loop.work(scope)
    return {row.subject_key: str(row.what) for row in each_row(work[work["subject"].eq(subject)])}


def _keys(scope: Scope, chosen: Query, subject: str) -> dict[str, str]:
    if subject == "place":
        names = subdistrict_names(scope)
        return {code: name for code, name in names.items() if code.startswith(chosen.district or "")}
    return _row_names(scope, subject) if subject in ("record", "organisation") else _work_names(scope, subject)


def _on(scope: Scope, listed: pd.DataFrame) -> list[str]:
    names = {
        subject: {} if subject == "place" else _row_names(scope, subject) if subject in ("record", "organisation") else _work_names(scope, subject)
        for subject in listed["subject"].unique()
    }  # fmt: skip
    return [
        records.place_words(scope, row.subject_key) if row.subject == "place" else names[row.subject].get(row.subject_key, t("note_row_gone"))
        for row in each_row(listed)
    ]  # fmt: skip


def ask(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    """Draw whom to ask about each base's data and which bases have no contact, and for the team the form to set one."""
    people, names = loop.people(scope), records.agency_names(scope)
    bases = sorted({*queries.batches(scope).query("is_active")["base"], *queries.dues(scope)["base"]} - {"reference"})
    bases = [base for base in bases if base in names and (not chosen.agency or base == chosen.agency)]
    table = pd.DataFrame({"base": bases}).merge(
        people[["base", "office", "person", "phone", "decided_at"]], on="base", how="left"
    )
    has_office = table["office"].notna()
    with place:
        panels.title(t("finding_ask", answered=whole(has_office.sum()), all=whole(len(table))), t("ask_how"))
        if table.empty:
            panels.empty("nothing_loaded")
    if len(table):
        shown = table.assign(
            base=[names[base] for base in table["base"]], office=table["office"].fillna(t("ask_nobody"))
        )
        columns = {
            "base": t("column_base"),
            "office": t("ask_office"),
            "person": t("ask_person"),
            "phone": t("ask_phone"),
            "decided_at": t("column_on"),
        }
        if not people[["person", "phone"]].notna().any(axis=None):
            columns = {name: words for name, words in columns.items() if name not in ("person", "phone")}
        panels.table(shown, "ask", columns, formats={"decided_at": day})
    if not scope.viewer.is_team:
        return
    with st.expander(t("ask_set")), st.form("ask-person", border=False):
        base = st.selectbox(
            t("column_base"), sorted(names, key=names.__getitem__), format_func=names.__getitem__, key="person-base"
        )
        office = st.text_input(t("ask_office"), key="person-office", max_chars=200)
        name = st.text_input(t("ask_person"), key="person-name", max_chars=120)
        phone = st.text_input(t("ask_phone"), key="person-phone", max_chars=40)
        usual = dt.date.today() + dt.timedelta(days=365 * KEPT_YEARS)
        until = dates.day_input(t("ask_until"), "person-until", usual)
        who = scenarios.who("person-who")
        if st.form_submit_button(t("ask_save")) and base and dates.are_days("person-until"):
            scenarios.attempt(
                lambda connection: decided.set_person(connection, base, office, who, queries.basis(scope), name=name, phone=phone, retain_until=until),
                "ask_saved",
            )  # fmt: skip
