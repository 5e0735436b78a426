"""Sharing of data sets, roles, expected reports, retention of people's data, audit trail: one tab each."""

import streamlit as st

from pages.components import panels
from pages.queries import store as queries
from pages.session import url_state
from pages.session.scope import Scope
from pages.session.text import t
from pages.sharing import expected
from pages.sharing import panels as sharing_panels

PARTS = {
    "sharing_sets": sharing_panels.data_sets,
    "openness_title": sharing_panels.openness,
    "sharing_roles": sharing_panels.roles,
    "tracker_title": expected.view,
    "people_title": sharing_panels.people,
    "audit_title": sharing_panels.audit,
}


def view(scope: Scope) -> None:
    """All tabs for the data team; the audit trail for administrators only."""
    panels.title(t("sharing_title"), t("sharing_note"))
    shown = [name for name in PARTS if name != "audit_title" or queries.viewer().role == "admin"]
    url_state.current().hold("list", shown, shown[0])
    first = t(st.session_state["list"])  # the tab named in the link
    for name, tab in zip(shown, st.tabs([t(name) for name in shown], default=first), strict=True):
        with tab:
            PARTS[name](scope)
