"""Cells that also apply to rows below: merged ranges, and place or agency columns written once per band.

Figures are never filled: one budget merged over three subdistricts is one budget. Data rows are never filled to the
right.
"""

from __future__ import annotations

import re
from itertools import pairwise

from loaders.problems import Problem
from loaders.sheets.raw import RawSheet, Table, is_text
from loaders.sheets.sections import band_rank

_CODE = re.compile(r"รหัส|code|\bid\b|ปี|พ\.ศ|year|หมู่", re.IGNORECASE)
_ORDER = re.compile(r"ลำดับ|^ที่$|^no\.?$|^#$", re.IGNORECASE)


def fill_down(raw: RawSheet, table: Table, positions: list[int]) -> None:
    """Fill merged text down; without such merges fill band columns that are written once per band."""
    by_position = {position: index for index, position in enumerate(positions)}
    if not _fill_merges(raw, table, by_position) and not raw.records:
        _fill_habit(table)


def _fill_merges(raw: RawSheet, table: Table, by_position: dict[int, int]) -> bool:
    """Fill every vertical merge below the headings; returns whether one was in a band column."""
    counts: dict[str, int] = {}
    band_merged = False
    for merge in raw.merges:
        index = by_position.get(merge.top)
        if merge.bottom == merge.top or index is None or merge.left >= len(table.rows[index]):
            continue
        value, heading = table.rows[index][merge.left], table.headings[merge.left]
        band_merged = band_merged or band_rank(heading) is not None
        under = [by_position[p] for p in range(merge.top + 1, merge.bottom + 1) if p in by_position]
        if not value or not under or _ORDER.search(heading):
            continue
        if not is_text(value) and not _CODE.search(heading):
            number = raw.numbers[merge.top]
            table.problems.append(Problem("merged_number_not_filled", "note", raw.name, number, heading, value))
            continue
        for other in under:
            if not table.rows[other][merge.left]:
                table.rows[other][merge.left] = value
                counts[heading] = counts.get(heading, 0) + 1
    _report(table, counts)
    return band_merged


def _report(table: Table, counts: dict[str, int]) -> None:
    for heading, count in counts.items():
        table.problems.append(Problem("cells_filled_down", sheet=table.name, column=heading, value=str(count)))


def _fill_habit(table: Table) -> None:
    ranks = {column: rank for column, heading in enumerate(table.headings) if (rank := band_rank(heading)) is not None}
    original = [row[:] for row in table.rows]
    counts = {}
    for column, rank in ranks.items():
        if table.headings[column].startswith("__") or not _has_habit(original, column):
            continue
        finer = [other for other, other_rank in ranks.items() if other_rank > rank]
        coarser = [other for other, other_rank in ranks.items() if other_rank < rank]
        filled = _fill_column(table, original, column, finer, coarser)
        if filled:
            counts[table.headings[column]] = filled
    _report(table, counts)


def _has_habit(rows: list[list[str]], column: int) -> bool:
    """Whether a column is written once per band: first row filled, a tenth blank, no value twice in a row."""
    values = [row[column] for row in rows]
    if len(values) < 3 or not values[0] or values.count("") < 0.1 * len(values):
        return False
    if any(value and not is_text(value) for value in values):
        return False
    if all(len(value) <= 1 for value in values):  # ticks, each for its own row
        return False
    written = [value for value in values if value]
    repeats = sum(1 for above, below in pairwise(values) if above and above == below)
    return len(written) >= 1 and repeats <= 0.02 * len(written)


def _fill_column(table: Table, rows: list[list[str]], column: int, finer: list[int], coarser: list[int]) -> int:
    """Fill a blank that continues the band above: a finer place is in its row, or everything left of it is blank.

    A new coarser place ends the band: a district row without a subdistrict is a record of the district.
    """
    last, filled = "", 0
    section = [index for index, heading in enumerate(table.headings) if heading in ("__section", "__group")]
    previous = None
    for index, row in enumerate(rows):
        band = [row[other] for other in section]
        if band != previous or any(row[other] for other in coarser):
            last = ""
        previous = band
        if row[column]:
            last = row[column]
        elif last and (any(row[other] for other in finer) or not any(row[:column])):
            table.rows[index][column] = last
            filled += 1
    return filled
