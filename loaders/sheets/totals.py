"""Rows that are sums of other rows (รวม, รวมทั้งสิ้น, Total, ``<place> Total``), used as checks, never as data.

A word alone is no proof: there is a subdistrict called รวมไทยพัฒนา and a target group called รวม. So the word must be
the label of the row, with figures beside it, and the row must lack what data rows have, or add up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from loaders.sheets.raw import RawSheet, is_blank, is_number, is_text
from loaders.sheets.sections import band_rank, place_level
from loaders.thai import normalise

HINT = re.compile("รวม|ทั้งสิ้น|ทั้งหมด|total|sum", re.IGNORECASE)
_UNIT = r"\s*(?:\(.{1,20}\)|บาท)?\s*:?"
_PLACE = r"(?:กิ่งอำเภอ|อำเภอ|อ\.|ตำบล|ต\.|จังหวัด|จ\.|เขต|เทศบาล|อบต\.?|ทุก|หน่วยงาน|หมู่)"
_GRAND = re.compile(
    rf"(?:ยอด)?รวม(?:เงิน|ยอด|จำนวน)?(?:ทั้ง(?:สิ้น|หมด|จังหวัด|อำเภอ|ตำบล)){_UNIT}|ทั้งสิ้น{_UNIT}|(?:grand\s+)total\s*:?",
    re.IGNORECASE,
)
_WORD = re.compile(
    rf"(?:ยอด|ผล)?รวม(?:เงิน|ยอด|จำนวน|งบประมาณ|ย่อย|สุทธิ|ทั้งหมด)?{_UNIT}|ทั้งหมด{_UNIT}|(?:sub[\s-]?)?total{_UNIT}|sum{_UNIT}",
    re.IGNORECASE,
)
_OF_PLACE = re.compile(
    rf"(?:ยอด)?รวม\s*{_PLACE}.{{0,60}}|(?:ยอด)?รวม\s+\d+\s+.{{1,40}}|(?:sub[\s-]?)?total\s+(?:for|of)\s.{{1,60}}",
    re.IGNORECASE,
)
_PIVOT = re.compile(r"(.{1,80}?)\s+(?:total|รวม)", re.IGNORECASE)
MAX_SUMS = 200  # ambiguous rows of one sheet whose sums are computed; others are doubtful


class TotalRows:
    """Distinguishes total rows from data while a sheet is read from top to bottom.

    Parameters
    ----------
    usual
        Per column, share (0-1) of data rows that fill it with text.
    add_up
        Called with a row; returns whether its figures are the sums of the data rows since the last total.
    """

    def __init__(self, usual: list[float], add_up: Callable[[list[str]], bool]) -> None:
        self.usual = usual
        self.add_up = add_up
        self.sums_left = MAX_SUMS

    def verdict(self, row: list[str]) -> str:
        """``total``, ``doubtful`` (quarantined) or ``data``."""
        if HINT.search("\x1f".join(row)) is None:
            return "data"
        filled = [column for column, cell in enumerate(row) if not is_blank(cell)]
        label = next((column for column in filled if _is_total_word(row[column])), None)
        if label is None:
            return self._pivot(row, filled)
        before = [column for column in filled if column < label and is_text(row[column])]
        figures = [column for column in filled if column != label and is_number(row[column])]
        if not figures:
            return "total" if filled == [label] else "doubtful" if not before else "data"
        text = normalise(row[label])
        if not before and (_GRAND.fullmatch(text) or _OF_PLACE.fullmatch(text) or _is_alone(row, filled, label)):
            return "total"
        if self._lacks_usual_text(row, label) or self._adds_up(row):
            return "total"
        return "doubtful"

    def _pivot(self, row: list[str], filled: list[int]) -> str:
        """``กระบี่ Total`` of pivot tables: first text of the row, then figures, with fewer texts than data rows."""
        first = next((column for column in filled if is_text(row[column])), None)
        if first is None or not _PIVOT.fullmatch(normalise(row[first])):
            return "data"
        if not any(is_number(row[column]) for column in filled):
            return "data"
        return "total" if self._lacks_usual_text(row, first) or self._adds_up(row) else "doubtful"

    def _lacks_usual_text(self, row: list[str], label: int) -> bool:
        return any(
            share >= 0.8 and column != label and (column >= len(row) or is_blank(row[column]))
            for column, share in enumerate(self.usual)
        )

    def _adds_up(self, row: list[str]) -> bool:
        self.sums_left -= 1
        return self.sums_left >= 0 and self.add_up(row)


def _is_alone(row: list[str], filled: list[int], label: int) -> bool:
    """Whether the row contains no other text."""
    return not any(is_text(row[column]) for column in filled if column != label)


def _is_total_word(cell: str) -> bool:
    text = normalise(cell)
    return any(pattern.fullmatch(text) is not None for pattern in (_GRAND, _WORD, _OF_PLACE))


def is_grand(cells: Iterable[str]) -> bool:
    """Whether the label of a total row says that it is the total of everything above."""
    return any(_GRAND.fullmatch(normalise(cell)) for cell in cells if cell)


def figure(cell: str) -> Decimal | None:
    """The number in a cell; ``None`` when there is none."""
    if not is_number(cell):
        return None
    text = re.sub(r"[^0-9.]", "", "".join(_ARABIC.get(letter, letter) for letter in cell)).rstrip(".")
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return -value if cell.strip().startswith(("-", "(", "−")) else value


_ARABIC = {chr(0x0E50 + digit): str(digit) for digit in range(10)}


def adds_up(row: list[str], above: list[list[str]]) -> bool:
    """Whether at least half of the figures of ``row``, and at least one, are sums of two or more figures above."""
    figures = [(column, value) for column, cell in enumerate(row) if (value := figure(cell)) is not None and value != 0]
    if not figures or len(above) < 2:
        return False
    hits = 0
    for column, value in figures:
        parts = [part for other in above if column < len(other) and (part := figure(other[column])) is not None]
        hits += len(parts) > 1 and sum(parts) == value
    return hits > 0 and 2 * hits >= len(figures)


MIN_MEMBERS = 2


@dataclass(frozen=True)
class Band:
    """A band-total row: its text, and the district column that its members leave blank (``None``: a section)."""

    text: str
    column: int | None


def band_totals(raw: RawSheet, body: list[int], headings: list[str]) -> dict[int, Band]:
    """Positions of band-total rows -> the band that each opens."""
    if raw.records:
        return {}
    for column in range(min(3, len(headings))):
        own = _has_own_column(headings, column)
        heads = [position for position in body if _is_head(raw.rows[position], column, has_own_column=own)]
        if not heads or len(heads) > len(body) / (1 + MIN_MEMBERS):
            continue
        members = _members(raw, body, heads)
        tested = [head for head in heads if len(members[head]) >= MIN_MEMBERS]
        proven = sum(adds_up(raw.rows[head], [raw.rows[position] for position in members[head]]) for head in tested)
        if tested and proven >= 0.5 * len(tested):
            return {
                head: Band(raw.rows[head][column].strip(), column if own else None) for head in heads if members[head]
            }
    return {}


def _has_own_column(headings: list[str], column: int) -> bool:
    """Whether district and subdistrict are in neighbouring columns."""
    return band_rank(headings[column]) == 2 and column + 1 < len(headings) and band_rank(headings[column + 1]) == 3


def _is_head(row: list[str], column: int, *, has_own_column: bool) -> bool:
    """Whether a district with figures: by its level word among subdistricts, or with a blank subdistrict cell."""
    if column >= len(row):
        return False
    if has_own_column and column + 1 < len(row) and not is_blank(row[column + 1]):
        return False
    is_named = has_own_column or place_level(row[column]) == 2
    return is_named and is_text(row[column]) and any(map(is_number, row[column + 1 :]))


def _members(raw: RawSheet, body: list[int], heads: list[int]) -> dict[int, list[int]]:
    """The rows between one head and the next."""
    marks = set(heads)
    members: dict[int, list[int]] = {head: [] for head in heads}
    current = None
    for position in body:
        if position in marks:
            current = position
        elif current is not None and any(map(is_number, raw.rows[position])):
            members[current].append(position)
    return members
