"""Fragments: parts of a view that rerun alone. A choice reruns its results, not the dozen choices around them.

A view is a fragment already (``frame``); with all its lists sent again for every choice, a browser spent more time on
drawing lists than on the map (measured: a change took 1.4 times a text-only rerun, and 1.1 times with the results apart).
Streamlit runs named fragments alone when a widget's callback asks for it (``st.rerun`` with their keys).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.session import errors

VIEW, RESULTS, CARD = "view", "results", "card"
_redrawn: ContextVar[tuple[str, ...]] = ContextVar("parts_redrawn", default=())


@contextmanager
def redraws(*names: str) -> Generator[None]:
    """Choices made in here rerun these parts and nothing else."""
    token = _redrawn.set(names)
    try:
        yield
    finally:
        _redrawn.reset(token)


def reaction() -> Callable[[], None] | Literal["rerun"]:
    """What a choice does when it is made: for ``on_change`` of a widget."""
    names = _redrawn.get()
    return (lambda: redraw(*names)) if names else "rerun"


def redraw(*names: str) -> None:
    """From a widget's callback: run these parts instead of what the widget stands in."""
    try:
        st.rerun(list(names))
    except StreamlitAPIException:  # a part that is not there (any more): what the widget stands in is run, as usual
        return None


def part(name: str, draw: Callable[[], None]) -> None:
    """Draw something under a name by which it can be drawn alone; errors inside become a message."""

    @st.fragment(key=name)
    def run() -> None:
        with errors.boundary():
            draw()

    run()
