"""Error boundary: the person reads a plain message in their language, the details go to the log."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from geo.frames import StatedError
from loaders.problems import Refused
from loaders.store import StoreUnavailable
from loaders.store.privacy import redact_text
from pages.session import cache
from pages.session.text import flat, problem_text, stated_text, t

log = logging.getLogger("kradan")
swallowed = 0  # unexpected exceptions turned into a message since the start; tests require zero
STORE_FAILURES = (StoreUnavailable, SQLAlchemyError)


def _count() -> None:
    global swallowed
    swallowed += 1


def _told(fault: Exception) -> str:
    """The traceback for the log, without PostgreSQL's DETAIL lines (they quote row values) and without contacts."""
    text = "".join(traceback.format_exception(fault))
    return redact_text(re.sub(r"(?m)^DETAIL:.*$", "DETAIL: -", text))


@contextmanager
def refusals_told(show: Callable[[str], object] = st.error) -> Generator[None]:
    """Show a refusal as text by ``show`` and skip the rest of the block."""
    try:
        yield
    except Refused as stop:
        show(flat(problem_text(stop.problem.as_dict())))


@contextmanager
def boundary() -> Generator[None]:
    """Turn exceptions into a message that says what to do. Streamlit's own are ``BaseException`` and pass."""
    try:
        yield
    except StoreUnavailable as fault:
        log.error("store unavailable: %s", fault)
        st.error(t(f"problem_{fault.code}", value=""))  # the location of the store is only for the log
    except Refused as stop:
        blanks = dict.fromkeys(("value", "row", "column", "sheet", "suggestion"), "")
        st.warning(t(f"problem_{stop.problem.code}", **(blanks | stop.problem.as_dict())))
    except StatedError as stop:
        st.warning(stated_text(stop))
    except SQLAlchemyError as fault:
        _count()
        log.error("store failed: %s", _told(fault))
        cache.clear()
        st.error(t("problem_store_failed"))
    except Exception as fault:  # noqa: BLE001 - last handler around every view; the traceback is in the log
        _count()
        log.error("view failed: %s", _told(fault))
        st.error(t("problem_view_failed"))
