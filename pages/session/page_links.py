"""Links from one page to another: Streamlit wants the page's object, a caller knows its name."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import StreamlitPage

_KEY = "_pages"


def register(pages: Mapping[str, StreamlitPage]) -> None:
    """Say which pages this session may open, by name."""
    st.session_state[_KEY] = pages


def go(name: str, params: Mapping[str, str]) -> None:
    """Leave for another page with these choices."""
    st.switch_page(st.session_state[_KEY][name], query_params=params)


def may_open(name: str) -> bool:
    """Whether this session has the page."""
    return name in st.session_state.get(_KEY, {})


def link(name: str, label: str, params: Mapping[str, str] | None = None) -> None:
    """A link to another page."""
    st.page_link(st.session_state[_KEY][name], label=label, query_params=params)
