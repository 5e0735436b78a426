"""Frame of the board: page config, navigation, language, demo mark; the views do the rest."""

import streamlit as st

from pages.session import errors as guard
from pages.session import url_state
from pages.session.text import t
from pages.shell import navigation as frame

with guard.calm():
    url_state.read()
    st.set_page_config(
        page_title=t("board_name"), page_icon=str(frame.ICON), layout="wide", initial_sidebar_state="collapsed"
    )
    frame.style()
    views = frame.views()
    st.session_state["_views"] = views
    chosen = st.navigation(list(views.values()), position="hidden")
    frame.menu(views, chosen.url_path)  # first: where to go is known even when the store does not answer
    frame.header(frame.board_words())
    frame.stays_in_touch()
    chosen.run()
