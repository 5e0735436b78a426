"""Messages by link at the review desk: waiting ones with the row they are about, decision, revoking of links."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from loaders.imports.review.replies import COLUMNS, MONEY, TAKEN_OUT, Change
from pages.components import panels, records, reply_link
from pages.queries import replies as queries
from pages.session import errors, sign_in
from pages.session.scope import Scope
from pages.session.text import baht, day, flat, t

ALL = "*"
ANSWER_KEYS = {"right": "reply_right", "wrong": "reply_wrong", "missing": "reply_missing"}


def desk(scope: Scope) -> None:
    """Waiting messages one at a time; decided ones and the form to revoke links folded."""
    replies = queries.replies(scope)
    waits, decided = replies[replies["state"] == "waiting"], replies[replies["state"] != "waiting"]
    if len(waits):
        st.subheader(t("replies_heading", number=len(waits)))
        keyed = waits.set_index("id", drop=False)
        key = st.selectbox(
            t("replies_which"),
            list(keyed.index),
            format_func=lambda number: _head(scope, keyed.loc[number]),
            key="reply-which",
        )
        _one(scope, keyed.loc[key].to_dict())
    if len(decided) and (panel := panels.unfolded("replies", t("replies_decided", number=len(decided)))) is not None:
        with panel:
            reply_link.table(scope, decided)
    if (panel := panels.unfolded("reply-links", t("reply_revoke"))) is not None:
        with panel:
            _links(scope)


def _head(scope: Scope, row: pd.Series) -> str:
    return f"{reply_link.about(scope, row)} · {t('reply_' + row['answer'])} · {day(row['sent_at'])} · {row['id']}"


def _one(scope: Scope, reply: dict[str, Any]) -> None:
    left, right = st.columns([3, 2], gap="medium")
    row = queries.row_of(scope, reply)
    with left:
        st.text(f"{reply_link.about(scope, reply)}\n{t(ANSWER_KEYS[reply['answer']])} · {day(reply['sent_at'])}")
        for text in (reply["line"], reply["note"]):
            if text:
                st.text(text)
        if reply["contact"]:
            st.text(t("reply_from", contact=reply["contact"]))
        if reply["picture_digest"] and (content := queries.picture(scope, reply["picture_digest"])):
            st.image(base64.b64decode(content), width=520)
    with right, st.form(f"reply-{reply['id']}"):
        change = _change(row)
        reason = st.text_input(t("reply_why"))
        with st.container(horizontal=True):
            agreed = st.form_submit_button(t("reply_accept"), type="primary")
            refused = st.form_submit_button(t("reply_refuse"))
    who = sign_in.person()
    if agreed:
        _do(lambda: queries.accept(int(reply["id"]), reason, who, change))
    elif refused:
        _do(lambda: queries.refuse(int(reply["id"]), reason, who))


def _change(row: Mapping[str, Any] | None) -> Change | None:
    """Ask how to change the row of the message: not at all, one value, or take it out."""
    if row is None:
        st.caption(t("reply_row_none"))
        return None

    def now(column: str) -> str:
        value = row[column]
        return baht(value) if column in MONEY else "–" if value is None else str(value)

    words = {"": t("reply_change_none"), TAKEN_OUT: t("reply_change_taken_out")}
    words |= {column: f"{t('reply_column_' + column)} · {t('reply_now', value=now(column))}" for column in COLUMNS}
    chosen = st.selectbox(t("reply_change"), list(words), format_func=lambda key: flat(words[key]))
    value = st.text_input(t("reply_value"))
    return Change(chosen, value) if chosen else None


def _do(act: Callable[[], None]) -> None:
    with errors.refusals_told(st.warning):
        act()
        st.session_state["review_note"] = t("replies_done")
        st.rerun()


def _links(scope: Scope) -> None:
    names = {ALL: t("reply_revoke_all")} | records.agency_names(scope)
    with st.form("revoke-links"):
        agency = st.selectbox(t("reply_revoke_which"), list(names), format_func=lambda key: flat(names[key]))
        reason = st.text_input(t("decision_reason"), key="revoke-why")
        sent = st.form_submit_button(t("reply_revoke"))
    if sent:
        with errors.refusals_told(st.warning):
            queries.revoke(reason, sign_in.person(), agency)
            st.success(t("reply_revoked"))
