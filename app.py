"""Frame of the board: page config, navigation, language, demo mark; the views do the rest."""

import streamlit as st

from pages.session import errors, page_links, url_state
from pages.session.text import t
from pages.shell import navigation

with errors.boundary():
    url_state.read()
    st.set_page_config(
        page_title=t("board_name"), page_icon=str(navigation.ICON), layout="wide", initial_sidebar_state="collapsed"
    )
    navigation.style()
    views = navigation.views()
    page_links.register(views)
    chosen = navigation.choose(views)  # first: where to go is known even when the store does not answer
    navigation.header(navigation.board_words())
    navigation.keep_alive()
    chosen.run()
