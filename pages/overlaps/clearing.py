"""Clearings: explain a flagged pair with a reason and a name, undo it, and list clearings that lost their pair."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.frames import each_row
from pages.components import panels
from pages.components import records as rows_
from pages.queries import overlaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import errors, sign_in
from pages.session.scope import Scope
from pages.session.text import baht, day, safe, t


def form(scope: Scope, shown: pd.DataFrame) -> None:
    """Both records of one pair side by side, and the form that clears it."""
    with st.expander(t("clear_title")):
        number = st.number_input(t("clear_which", all=len(shown)), 1, len(shown), 1, key="clear-number")
        pair = shown.iloc[int(number) - 1]
        _both(scope, pair)
        with st.form(f"clear-{_done()}"):
            reason = st.text_area(t("clear_reason"), max_chars=500, placeholder=t("clear_reason_hint"))
            who = st.text_input(t("decided_for" if sign_in.name() else "clear_who"), max_chars=120)
            sent = st.form_submit_button(t("clear_send"))
        if sent:
            _change(
                lambda: queries.clear_pair(int(pair["support_a"]), int(pair["support_b"]), reason, who), "clear_done"
            )
    _said()


def _both(scope: Scope, pair: pd.Series) -> None:
    records = queries.support(scope).set_index("support_id", drop=False).loc[[pair["support_a"], pair["support_b"]]]
    cards = []
    for row in each_row(rows_.support_words(scope, records)):
        lines = [row.agency, row.what, row.theme, row.place, row.period, baht(row.amount_satang), row.source]
        cards.append(f"<div>{''.join(f'<p>{safe(line)}</p>' for line in lines if line)}</div>")
    st.html(f'<div class="kradan-both">{"".join(cards)}</div><p><b>{safe(t("rule"))}:</b> {safe(pair["rule"])}</p>')


def _change(change, done: str) -> None:  # noqa: ANN001 - a call without arguments
    """Write and rerun the page, so that map and list agree; a refusal is shown instead."""
    with errors.refusals_told():
        change()
        st.session_state["_said"] = done
        st.session_state["_explained"] = _done() + 1
        st.rerun()


def _done() -> int:
    """Number of successful changes, part of the forms' keys: success empties the form, a refusal keeps its input."""
    return st.session_state.get("_explained", 0)


def _said() -> None:
    if done := st.session_state.pop("_said", None):
        st.success(t(done))


def cleared(scope: Scope) -> None:
    """Clearings in force with undo, then clearings whose pair is gone."""
    _said()
    clearings = queries.clearings(scope)
    if clearings.empty:
        panels.empty("nothing_cleared")
        return
    stale = _stale(scope, clearings)
    holding = clearings[~clearings["id"].isin(stale["id"])]
    if len(holding):
        _table(scope, holding, "cleared")
        _undo(holding)
    if len(stale):
        st.html(f"<b>{safe(t('stale_clearings', number=len(stale)))}</b><p>{safe(t('stale_why'))}</p>")
        _table(scope, stale, "stale")
        _undo(stale, "stale")


def _stale(scope: Scope, clearings: pd.DataFrame) -> pd.DataFrame:
    """Clearings whose rows are gone or whose pair no rule flags, over all years."""
    gone = clearings[clearings["support_a"].isna() | clearings["support_b"].isna()]
    idle = overlaps.overlaps(scope, Query()).stale_clearings
    lost = set(gone["id"]) | set(idle["id"] if "id" in idle else ())
    return clearings[clearings["id"].isin(lost)]


def _table(scope: Scope, rows: pd.DataFrame, name: str) -> None:
    shown = rows.assign(
        number=range(1, len(rows) + 1),
        one=[t("source_row", file=row.file_a or "–", sheet=row.sheet_a, row=row.row_a) for row in each_row(rows)],
        other=[t("source_row", file=row.file_b or "–", sheet=row.sheet_b, row=row.row_b) for row in each_row(rows)],
        on=rows["when"],
    )
    columns = {"number": t("column_number"), "one": t("column_source_one"), "other": t("column_source_other"), "reason": t("clear_reason"),
               "who": t("clear_who"), "on": t("column_on")}  # fmt: skip
    panels.table(shown, name, columns, formats={"on": day})


def _undo(rows: pd.DataFrame, key: str = "cleared") -> None:
    with st.form(f"undo-{key}-{_done()}"), st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(t("undo_which", all=len(rows)), 1, len(rows), 1)
        who = st.text_input(t("decided_for" if sign_in.name() else "clear_who"), max_chars=120)
        sent = st.form_submit_button(t("undo_send"))
    if sent and not (who.strip() or sign_in.name()):
        st.error(t("problem_clearing_person_missing"))
    elif sent:
        _change(lambda: queries.undo_clearing(int(rows.iloc[int(number) - 1]["id"]), who), "undo_done")
