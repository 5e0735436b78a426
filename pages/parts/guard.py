"""Between a fault and a person: a calm message in their language, the details only in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError
from streamlit.runtime.scriptrunner import RerunException, StopException

from loaders.problems import Refused
from loaders.store import StoreUnavailable
from pages.parts.text import t

log = logging.getLogger("kradan")


@contextmanager
def calm() -> Iterator[None]:
    """Whatever goes wrong inside becomes a message that says what to do; Streamlit's own signals pass."""
    try:
        yield
    except (RerunException, StopException):
        raise
    except StoreUnavailable as fault:
        log.error("store unavailable: %s", fault)
        st.error(t(f"problem_{fault.code}"))
    except Refused as stop:
        blanks = dict.fromkeys(("value", "row", "column", "sheet", "suggestion"), "")
        st.warning(t(f"problem_{stop.problem.code}", **(blanks | stop.problem.as_dict())))
    except SQLAlchemyError:
        log.exception("store failed")
        st.cache_resource.clear()
        st.error(t("problem_store_failed"))
    except Exception:
        log.exception("view failed")
        st.error(t("problem_view_failed"))
