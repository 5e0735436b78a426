"""Pairs of records that may be the same money: a person decides which one stays, or that they differ."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from loaders.imports.near_repeats import Pair
from loaders.imports.review import near_repeats
from pages.components import panels, records
from pages.queries import store as queries
from pages.session import errors, sign_in
from pages.session.scope import Scope
from pages.session.text import baht, flat, t, whole

MOST_PAIRS = 200


def pairs(scope: Scope) -> None:
    """Choose an open pair; both lines side by side, and the form that decides it."""
    listed = queries.near_repeats(scope)
    if not listed:
        return
    money = baht(sum(pair.later.satang for pair in listed))
    with st.expander(t("near_title", rows=whole(len(listed)), baht=money)):
        st.caption(t("near_note"))
        offered = {f"{pair.earlier.id}-{pair.later.id}": pair for pair in listed[:MOST_PAIRS]}
        chosen = st.selectbox(
            t("near_choose"), list(offered), format_func=lambda key: _words(scope, offered[key]), key="near-pair"
        )
        _side_by_side(offered[chosen])
        _decision(scope, offered[chosen], chosen)


def _words(scope: Scope, pair: Pair) -> str:
    place = records.place_words(scope, pair.later.place)
    evidence = f"{t('near_' + pair.evidence)} {pair.likeness}%"
    return flat(f"{baht(pair.later.satang)} · {place} · {pair.later.words[:60]} · {evidence}")


def _side_by_side(pair: Pair) -> None:
    shown = pd.DataFrame([line._asdict() for line in (pair.earlier, pair.later)]).assign(number=[1, 2])
    columns = {"number": t("column_number"), "file": t("column_file"), "row": t("column_row"), "words": t("column_line"),
               "satang": t("column_amount"), "loaded_at": t("column_on")}  # fmt: skip
    panels.table(shown, "near-lines", columns, formats={"satang": baht, "loaded_at": lambda at: str(at)[:10]})


def _decision(scope: Scope, pair: Pair, key: str) -> None:
    def words(choice: int) -> str:
        if not choice:
            return t("near_different")
        kept = (pair.earlier, pair.later)[choice - 1]
        return flat(t("near_keep", keep=choice, file=kept.file, row=kept.row))

    with st.form(f"near-{key}"):
        choice = st.radio(t("near_question"), [1, 2, 0], None, words)
        reason = st.text_input(t("decision_reason"))
        is_said = st.form_submit_button(t("near_decide"), type="primary")
    if not is_said or choice is None:
        return
    retire = None if not choice else (pair.later if choice == 1 else pair.earlier).id
    with errors.refusals_told():
        sign_in.team_only(queries.viewer())
        near_repeats.decide(queries.engine(), scope.province, pair, retire, reason, sign_in.person())
        st.session_state["review_note"] = t("near_decided")
        st.rerun()
