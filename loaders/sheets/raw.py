"""What every reader returns to ``rows.understand``: text cells with the row number of the file, not interpreted."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from loaders.problems import Problem
from loaders.sheets.aside.shape import Aside
from loaders.thai import normalise

MAX_CELLS = 6_000_000  # rows x columns of one sheet; 100,000 rows x 60 columns still pass

_WHOLE_BELOW = 1e16
_NUMBER = re.compile(
    r"[(\-+−]?\s*฿?\s*[0-9๐-๙][0-9๐-๙,]*(?:\.[0-9๐-๙]*)?\s*\)?\s*(?:%|บาท|บ\.|คน|ราย|ครัวเรือน|แห่ง|baht|thb)?\.?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:2[45]|19|20|๒[๔๕])[0-9๐-๙]{2}")
NIL_WORDS = frozenset({"-", "–", "—", "--", "n/a", "na"})


@dataclass(frozen=True)
class Merge:
    """A merged range: positions in ``RawSheet.rows`` and columns, 0-based, inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class RawSheet:
    """One sheet as written: ``rows[i]`` is the row that the file shows as ``numbers[i]``.

    ``ragged``: delimited text, where a longer row means that cells are shifted. ``records``: row 0 is the headings, and
    no other row is a heading, section or total. ``marks``: problems of single cells, ``(code, position in rows,
    column, value)``, which get their heading later. ``above``: texts that stand before the table without being rows of it
    (a heading of a web page, a caption); the nearest one first.
    """

    name: str
    rows: list[list[str]]
    numbers: list[int]
    hidden: bool = False
    ragged: bool = False
    records: bool = False
    merges: list[Merge] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    marks: list[tuple[str, int, int, str]] = field(default_factory=list)
    aside: Aside = field(default_factory=Aside)
    above: list[str] = field(default_factory=list)


@dataclass
class Table:
    """An interpreted sheet: text rows under unique headings, with the row number of the file for each."""

    name: str
    headings: list[str]
    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    totals: list[list[str]] = field(default_factory=list)
    total_numbers: list[int] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    texts: dict[int, str] = field(default_factory=dict)
    heading_rows: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    hidden: bool = False
    tags: dict[str, str] = field(default_factory=dict)  # heading -> HXL tag
    aside: dict[int, str] = field(
        default_factory=dict
    )  # row number -> hidden_row, filtered_row, grouped_row, struck_row
    outline: list[int] = field(default_factory=list)  # numbers of rows in an outline, folded or not
    hidden_columns: list[str] = field(default_factory=list)
    subtotals: list[dict[str, Any]] = field(default_factory=list)  # checked SUBTOTAL cells


def is_blank(cell: str) -> bool:
    """Whether a cell contains nothing but white space."""
    return not cell or not cell.strip()


@lru_cache(1 << 14)
def is_number(cell: str) -> bool:
    """Whether a cell is a number as people write it: Thai digits, commas, a unit after it, brackets for minus."""
    return _NUMBER.fullmatch(cell.strip()) is not None


def is_year(cell: str) -> bool:
    """Whether four digits can be a Buddhist or Christian year, as in headings of yearly columns."""
    return _YEAR.fullmatch(cell.strip()) is not None


@lru_cache(1 << 14)
def is_text(cell: str) -> bool:
    """Whether a cell is filled, and neither a number nor a dash."""
    stripped = cell.strip()
    return bool(stripped) and stripped.lower() not in NIL_WORDS and _NUMBER.fullmatch(stripped) is None


def squeezed(cell: str) -> str:
    """The comparison form of a heading: normalised, no spaces, lower case."""
    return normalise(cell).replace(" ", "").lower()


def as_text(value: Any) -> str:
    """A cell value as the exact text a person would type: no ".0", at most Excel's 15 digits, ISO dates."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _number_text(value: float) -> str:
    if not math.isfinite(value) or abs(value) >= _WHOLE_BELOW:
        return repr(value)
    if value == int(value):
        return str(int(value))
    text = f"{value:.15g}"
    if "e" in text:
        text = f"{value:.20f}".rstrip("0").rstrip(".")
    return text
