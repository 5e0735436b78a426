"""Entry script of every run: page config, navigation, header, keep-alive; then the page that the address names.

The order matters: ``url_state.read`` sets the language that all later text uses.
"""

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
    chosen = navigation.choose(views)  # before the header, which needs the store: the menu works without it
    navigation.header(navigation.board_words())
    navigation.keep_alive()
    chosen.run()
