"""Named figures of :mod:`geo.figures` on a page: label, formatted value, definition as tooltip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from geo import figures
from pages.session.text import baht, percent, safe, t, whole

Value = int | float | None


class Named(NamedTuple):
    """A figure for :func:`pages.components.panels.figures`; ``value_by_code``: its code and raw value."""

    words: str
    value: str
    value_by_code: dict[str, Value]


def named(code: str, value: Value, words: str = "") -> Named:
    """A named figure with the label of the registry, or ``words`` where the context says the rest."""
    return Named(words or t(f"named_{code}"), worded(code, value), {code: value})


def worded(code: str, value: Value) -> str:
    """The value as text by its kind: whole number, baht or per cent; "not known" for ``None``."""
    return {"satang": baht, "share": percent}.get(figures.FIGURES[code].kind, whole)(value)


def meanings(value_by_code: Mapping[str, Value]) -> list[str]:
    """Label, value and definition of each figure, one line each."""
    return [
        f"{t(f'named_{code}')} {worded(code, value)}: {t(f'named_{code}_what')}"
        for code, value in value_by_code.items()
    ]


def attributes(value_by_code: Mapping[str, Value]) -> str:
    """HTML attributes of an element with named figures: definitions as tooltip, codes and values for programs."""
    if not value_by_code:
        return ""
    values = " ".join(f"{code}={value}" for code, value in value_by_code.items())
    return f' title="{safe(chr(10).join(meanings(value_by_code)))}" data-figures="{safe(values)}"'
