"""Named figures of :mod:`geo.figures` on a page: their words, their value in words, and what they count, on hover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from geo import figures
from pages.session.text import baht, percent, safe, t, whole

Value = int | float | None


class Named(NamedTuple):
    """A figure for :func:`pages.components.panels.figures`; ``value_by_code``: its code and value."""

    words: str
    value: str
    value_by_code: dict[str, Value]


def named(code: str, value: Value, words: str = "") -> Named:
    """A named figure in the words of the registry, or in ``words`` where the place around it says the rest."""
    return Named(words or t(f"named_{code}"), worded(code, value), {code: value})


def worded(code: str, value: Value) -> str:
    """The value in words: a whole number, baht or per cent; not known in words."""
    return {"satang": baht, "share": percent}.get(figures.FIGURES[code].kind, whole)(value)


def meanings(value_by_code: Mapping[str, Value]) -> list[str]:
    """What each of these figures counts: words, value, definition."""
    return [
        f"{t(f'named_{code}')} {worded(code, value)}: {t(f'named_{code}_what')}"
        for code, value in value_by_code.items()
    ]


def attributes(value_by_code: Mapping[str, Value]) -> str:
    """The attributes of the element that tells these figures: their definition as a tooltip, codes and values for programs that read the page."""
    if not value_by_code:
        return ""
    values = " ".join(f"{code}={value}" for code, value in value_by_code.items())
    return f' title="{safe(chr(10).join(meanings(value_by_code)))}" data-figures="{safe(values)}"'
