"""Links between pages by name: Streamlit wants the page's object."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import StreamlitPage

_KEY = "_pages"


def register(pages: Mapping[str, StreamlitPage]) -> None:
    """Store the pages that this session may open, by name."""
    st.session_state[_KEY] = pages


def go(name: str, params: Mapping[str, str]) -> None:
    """Switch to another page with these query parameters."""
    st.switch_page(st.session_state[_KEY][name], query_params=params)


def may_open(name: str) -> bool:
    """Whether this session may open the page."""
    return name in st.session_state.get(_KEY, {})


def link(name: str, label: str, params: Mapping[str, str] | None = None) -> None:
    """Draw a link to another page."""
    st.page_link(st.session_state[_KEY][name], label=label, query_params=params)
