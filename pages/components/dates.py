"""Date field that accepts Buddhist years: Streamlit's own shows only Gregorian ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from loaders.thai.dates import BUDDHIST_OFFSET, parse_date
from loaders.thai.text import Unreadable
from pages.session.text import language, t


def written(day: date | None) -> str:
    """A date as typed, day/month/year; the year is Buddhist in Thai."""
    if day is None:
        return ""
    return f"{day.day}/{day.month}/{day.year + (BUDDHIST_OFFSET if language() == 'th' else 0)}"


def day_input(label: str, key: str, value: date | None = None, *, help: str | None = None,
              on_change: Callable[[], None] | None = None, width: int | None = None) -> date | None:  # fmt: skip
    """A text field for a date, with a warning for unreadable text; reads both eras, Thai digits and month names."""
    text = st.text_input(
        label, written(value), key=key, placeholder=t("meeting_decide_due_hint"), help=help, on_change=on_change,
        max_chars=30, width=width or "stretch",
    )  # fmt: skip
    if not is_day(text):
        st.warning(t("meeting_decide_due_wrong"))
    return read(text)


def read(text: object) -> date | None:
    """The date in a text; ``None`` for empty or unreadable text."""
    try:
        return parse_date(str(text or ""), "be" if language() == "th" else "ce")
    except Unreadable:
        return None


def is_day(text: object) -> bool:
    """Whether a text is empty or a readable date."""
    return not str(text or "").strip() or read(text) is not None


def are_days(*keys: str) -> bool:
    """Whether all of these fields are empty or readable: an unreadable date must not be stored as no date."""
    return all(is_day(st.session_state.get(key)) for key in keys)
