"""Who may see which data set, who has which role, which base is late, how long people's names are kept, who did what."""

import streamlit as st

from pages.components import panels
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import t
from pages.sharing import panels as access

PARTS = {
    "sharing_sets": access.data_sets,
    "sharing_roles": access.roles,
    "tracker_title": access.tracker,
    "people_title": access.people,
    "audit_title": access.audit,
}


def view(scope: Scope) -> None:
    """Sharing, roles, the collection tracker and retention for the data team; the audit trail for administrators."""
    panels.title(t("sharing_title"), t("sharing_note"))
    shown = [name for name in PARTS if name != "audit_title" or queries.viewer().role == "admin"]
    for name, tab in zip(shown, st.tabs([t(name) for name in shown]), strict=True):
        with tab:
            PARTS[name](scope)
