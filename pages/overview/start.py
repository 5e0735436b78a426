"""First start of an installation: choose the demo province or an own, empty one."""

from __future__ import annotations

import streamlit as st

from loaders import settings
from pages.components.names import province_names
from pages.queries import start as queries
from pages.queries.store import viewer
from pages.session import errors, sign_in
from pages.session.scope import Scope
from pages.session.text import safe, t


def choose(scope: Scope) -> None:
    """Offer both starts to the team; hidden once one was chosen and on installations with sign-in."""
    if not viewer().is_team or sign_in.has_sign_in() or queries.is_chosen(scope):
        return
    with st.container(border=True, key="start"):
        st.html(f"<b>{safe(t('start_title'))}</b> {safe(t('start_note'))}")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            demo = st.button(t("start_demo"), key="start-demo")
            names = province_names()
            code = st.selectbox(
                t("start_province"), list(names), None, names.__getitem__, key="start-province", placeholder="–"
            )
            mine = st.button(t("start_mine"), type="primary", key="start-mine", disabled=code is None)
    if demo or (mine and code):
        with errors.refusals_told():
            queries.begin(None if demo else code)
            st.session_state["province"] = settings.home_province()
            st.rerun()
