"""Review desk: quarantined rows by reason; every decision has a name and a reason and can be undone."""

import streamlit as st

from pages.components import panels
from pages.queries import store as queries
from pages.review import near_repeats as review_near
from pages.review import over_years as review_years
from pages.review import panels as review_panels
from pages.review import replies as review_replies
from pages.session.scope import Scope
from pages.session.text import t, whole


def view(scope: Scope) -> None:
    """Quarantined rows first, then replies, near repeats, records over several years, past decisions."""
    rows = queries.waiting(scope)
    panels.title(
        t(
            "finding_review",
            rows=whole(len(rows)),
            money=review_panels.money_words(rows["satang"]) or t("amount_not_known"),
        )
        if len(rows)
        else t("finding_review_none"),
        t("note_review"),
    )
    if repeats := st.session_state.pop("review_repeats", None):
        st.warning(repeats)
    if note := st.session_state.pop("review_note", None):
        st.success(note)
    if rows.empty:
        panels.empty("nothing_waits")
    else:
        chosen = review_panels.reasons(rows)
        alike = review_panels.groups(rows[rows["problem"] == chosen])
        left, right = st.columns([3, 2], gap="medium")
        with left:
            review_panels.evidence(scope, alike)
        with right:
            review_panels.decision(scope, alike)
    review_replies.desk(scope)
    review_near.pairs(scope)
    review_years.over_years(scope)
    review_panels.past(scope)
