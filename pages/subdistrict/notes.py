"""Notes on a place, a record, an organisation or a decision, with author and day: list and form."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.frames import each_row
from loaders.decisions import notes as decided
from pages.components import panels
from pages.components import saved_scenarios as scenarios
from pages.queries import loop
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import day, safe, t

AUDIENCE_KEYS = {"team": "note_for_team", "everyone": "note_for_everyone"}


def listed(rows: pd.DataFrame) -> None:
    """Show notes with author, day and audience."""
    for row in each_row(rows):
        who = f"{row.decided_by} · {day(row.decided_at)} · {t('note_for_' + row.audience)}"
        panels.html(f'<p class="kradan-note-of">{safe(row.text)}<br><small>{safe(who)}</small></p>')


def on(scope: Scope, subject: str, key: str) -> None:
    """Notes on one subject, and for the team a form that adds one."""
    rows = loop.notes_of(scope, subject, key)
    if rows.empty and not scope.viewer.is_team:
        return
    with st.expander(t("notes_of", notes=len(rows)), key=f"fold-notes-{subject}", expanded=bool(len(rows))):
        listed(rows)
        if scope.viewer.is_team:
            write(scope, subject, {key: ""}, f"{subject}-{key}")


def write(scope: Scope, subject: str, keys: dict[str, str], slot: str) -> None:
    """Form of a note; ``keys``: subject key -> words, to choose from; ``slot`` makes widget keys unique."""
    with st.form(f"note-{slot}", border=False):
        key = (
            next(iter(keys))
            if len(keys) == 1
            else st.selectbox(t("note_on"), list(keys), format_func=keys.__getitem__, key=f"note-key-{slot}")
        )
        text = st.text_area(t("note_text"), key=f"note-text-{slot}", max_chars=600, height=80)
        audience = st.selectbox(
            t("note_audience"),
            list(AUDIENCE_KEYS),
            format_func=lambda code: t(AUDIENCE_KEYS[code]),
            key=f"note-for-{slot}",
        )
        person = scenarios.who(f"note-who-{slot}")
        sent = st.form_submit_button(t("note_save"))
    if sent and key:
        scenarios.attempt(
            lambda connection: decided.write_note(connection, subject, str(key), text, audience, person, queries.basis(scope)), "note_saved"
        )  # fmt: skip
