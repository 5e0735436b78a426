"""Notices (toasts) that are shown after the page was rerun.

A toast made right before ``st.rerun()`` reaches the browser, but the page that holds it is taken away before the
browser has loaded what draws it (measured: 80 ms; on a first visit no toast was seen at all). So words wait for the run
that reruns the page.
"""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

WAITING = "_toasts"


def rerun_with_notice(words: str, icon: str | None = None) -> NoReturn:
    """Run everything again and say this there."""
    st.session_state.setdefault(WAITING, []).append((words, icon))
    st.rerun()


def show() -> None:
    """Say what waits; for a run of the whole page."""
    for words, icon in st.session_state.pop(WAITING, []):
        st.toast(words, icon=icon, duration="long")
