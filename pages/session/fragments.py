"""Named fragments: parts of a view that rerun alone.

A view is itself a fragment (``pages.shell.navigation``). Sending all of its lists again for every choice costs the
browser more time than the map, so the results below the filters are a fragment of their own, which a widget's callback
reruns by name (``st.rerun``).
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
    """Widgets drawn in this block rerun these fragments and nothing else."""
    token = _redrawn.set(names)
    try:
        yield
    finally:
        _redrawn.reset(token)


def reaction() -> Callable[[], None] | Literal["rerun"]:
    """The ``on_change`` value for a widget: a callback inside :func:`redraws`, else a plain ``"rerun"``."""
    names = _redrawn.get()
    return (lambda: redraw(*names)) if names else "rerun"


def redraw(*names: str) -> None:
    """From a widget's callback: rerun these fragments instead of the one that contains the widget."""
    try:
        st.rerun(list(names))
    except StreamlitAPIException:  # such a fragment was not drawn: Streamlit reruns the widget's own one as usual
        return None


def part(name: str, draw: Callable[[], None]) -> None:
    """Draw something as a fragment of this name; exceptions inside become a message."""

    @st.fragment(key=name)
    def run() -> None:
        with errors.boundary():
            draw()

    run()
