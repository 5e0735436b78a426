"""Notices (toasts) shown after a rerun of the page.

A toast made right before ``st.rerun()`` is lost: the page that holds it is replaced before the browser has loaded the
code that draws it. So the text waits in the session state for the next run.
"""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

WAITING = "_toasts"


def rerun_with_notice(words: str, icon: str | None = None) -> NoReturn:
    """Rerun the whole page and show this text there."""
    st.session_state.setdefault(WAITING, []).append((words, icon))
    st.rerun()


def show() -> None:
    """Show the waiting notices; call it in a run of the whole page."""
    for words, icon in st.session_state.pop(WAITING, []):
        st.toast(words, icon=icon, duration="long")
