"""District rows that carry the sum of the subdistrict rows under them: a band and a total in one row.

Read as data they would double the money, so a row like ``อำเภอทุ่งสง | | 3,000`` followed by its subdistricts becomes a
control total when the figures of at least half of such rows are the sums of what follows (or precedes) them.
"""

from __future__ import annotations

from dataclasses import dataclass

from loaders.sheets.fill import band_rank
from loaders.sheets.raw import RawSheet, is_blank, is_number, is_text
from loaders.sheets.sections import place_level
from loaders.sheets.totals import adds_up

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
        heads = [position for position in body if _is_head(raw.rows[position], column, headings)]
        if not heads or len(heads) > len(body) / (1 + MIN_MEMBERS):
            continue
        members = _members(raw, body, heads)
        tested = [head for head in heads if len(members[head]) >= MIN_MEMBERS]
        proven = sum(adds_up(raw.rows[head], [raw.rows[position] for position in members[head]]) for head in tested)
        if tested and proven >= 0.5 * len(tested):
            own = column if _has_own_column(headings, column) else None
            return {head: Band(raw.rows[head][column].strip(), own) for head in heads if members[head]}
    return {}


def _has_own_column(headings: list[str], column: int) -> bool:
    """District and subdistrict stand in two neighbouring columns."""
    return band_rank(headings[column]) == 2 and column + 1 < len(headings) and band_rank(headings[column + 1]) == 3


def _is_head(row: list[str], column: int, headings: list[str]) -> bool:
    """A district with figures: by its own word among subdistricts, or with the subdistrict cell left blank."""
    if column >= len(row) or not is_text(row[column]):
        return False
    if not any(is_number(cell) for cell in row[column + 1 :]):
        return False
    if _has_own_column(headings, column):
        return column + 1 >= len(row) or is_blank(row[column + 1])
    return place_level(row[column]) == 2


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
