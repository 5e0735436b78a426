"""Agreed classes beside computed ones, of subdistricts, villages, groups and funds: form, undo, history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from loaders.decisions import scenarios as store_scenarios
from pages.components import panels
from pages.components import saved_scenarios as scenarios
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import day, safe, t


class Unit(NamedTuple):
    """A classified unit: name, subdistrict, key when it is no subdistrict; computed class and the one in force."""

    words: str
    subdistrict_code: str | None
    unit_key: str | None
    computed: str | None
    now: str | None


def class_words(name: object) -> str:
    """A class as text, or that there is none."""
    return t("rank_no_score") if pd.isna(name) else str(name)


def form(
    scope: Scope, unit: Unit, labels: Sequence[str], index_code: str, fiscal_year: int | None, *, name: str, key: str
) -> None:
    """Form to agree on another class, with reason and name; shows computed and agreed class."""
    classes = {"computed": class_words(unit.computed), "agreed": class_words(unit.now)}
    st.html(f"<p>{safe(t('override_now', place=unit.words, **classes))}</p>")
    with st.form(name, border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        first = labels.index(unit.now) if unit.now in labels else 0  # preselected, so that a slip changes nothing
        to = st.selectbox(t("rank_agreed_class"), labels, first, key=f"{name}-class-{key}")
        reason = st.text_input(t("column_why"), key=f"{name}-reason", max_chars=300)
        person = scenarios.who(f"{name}-who")
        sent = st.form_submit_button(t("override_save"))
    if sent:
        scenarios.attempt(
            lambda connection: store_scenarios.agree(
                connection, unit.subdistrict_code, to, reason, person, queries.basis(scope), index_code=index_code,
                fiscal_year=fiscal_year, computed_class=unit.computed, unit_key=unit.unit_key,
            ),
            "override_saved",
        )  # fmt: skip


def undo(standing: pd.DataFrame, words: Callable[[dict], str]) -> None:
    """Form to take an agreed class back; ``words`` names the unit of a row."""
    rows = {int(row["id"]): line(row, words(row)) for row in standing.to_dict("records")}
    scenarios.remove("override", rows, t("override_undo"))


def line(row: dict, words: str) -> str:
    """An agreed class in one line: unit, computed and agreed class, reason, person, day."""
    return f"{words}: {class_words(row['computed_class'])} → {row['class']} · {row['reason']} · {row['by']} · {day(row['on'])}"


def history(every: pd.DataFrame, words: Callable[[dict], str]) -> None:
    """Every class ever agreed, newest first, with who took it back."""
    if every.empty or (panel := panels.unfolded("agreed-history", t("agreed_history", number=len(every)))) is None:
        return
    rows = every.sort_values("id", ascending=False)
    shown = rows.assign(
        of=[words(row) for row in rows.to_dict("records")],
        classes=[f"{class_words(row['computed_class'])} → {row['class']}" for row in rows.to_dict("records")],
    )  # fmt: skip
    columns = {"of": t("agreed_of"), "classes": t("rank_agreed_class"), "reason": t("column_why"), "by": t("column_who"), "on": t("column_on"),
               "removed_by": t("agreed_removed_by"), "removed_at": t("agreed_removed_at")}  # fmt: skip
    with panel:
        panels.table(shown, "agreed-history", columns, 300, {"on": day, "removed_at": day})
