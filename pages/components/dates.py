"""Days as a person writes them: in the Buddhist era on a Thai page; Streamlit's own field shows Gregorian years alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from loaders.thai.dates import BUDDHIST_OFFSET, parse_date
from loaders.thai.text import Unreadable
from pages.session.text import language, t


def written(day: date | None) -> str:
    """A day as it is typed: day/month/year, the year Buddhist in Thai."""
    if day is None:
        return ""
    return f"{day.day}/{day.month}/{day.year + (BUDDHIST_OFFSET if language() == 'th' else 0)}"


def day_input(label: str, key: str, value: date | None = None, *, help: str | None = None,
              on_change: Callable[[], None] | None = None, width: int | None = None) -> date | None:  # fmt: skip
    """A field for a day; words beside it where what stands there is none. Either era is read, Thai digits and months too."""
    text = st.text_input(
        label, written(value), key=key, placeholder=t("meeting_decide_due_hint"), help=help, on_change=on_change,
        max_chars=30, width=width or "stretch",
    )  # fmt: skip
    if not is_day(text):
        st.warning(t("meeting_decide_due_wrong"))
    return read(text)


def read(text: object) -> date | None:
    """The day that a text states; ``None`` where it states none or cannot be read."""
    try:
        return parse_date(str(text or ""), "be" if language() == "th" else "ce")
    except Unreadable:
        return None


def is_day(text: object) -> bool:
    """Whether a text is a day or states none."""
    return not str(text or "").strip() or read(text) is not None


def are_days(*keys: str) -> bool:
    """Whether all of these fields hold a day or nothing: what cannot be read is not stored as no day at all."""
    return all(is_day(st.session_state.get(key)) for key in keys)
