"""Who may see which data set, who has which role, and which base is late."""

import streamlit as st

from pages.parts import access, panels, queries
from pages.parts.text import t


def view() -> None:
    """Sharing, roles and the collection tracker; for the data team."""
    version = queries.version()
    panels.title(t("sharing_title"), t("sharing_note"))
    sets, roles, late = st.tabs([t("sharing_sets"), t("sharing_roles"), t("tracker_title")])
    with sets:
        access.data_sets(version)
    with roles:
        access.roles(version)
    with late:
        access.tracker(version)
