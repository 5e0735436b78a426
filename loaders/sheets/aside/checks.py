"""What the set-aside parts of a sheet mean: struck rows, rows that carry sums of an outline, SUBTOTAL cells compared."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from loaders.sheets.aside.shape import STRUCK
from loaders.sheets.raw import RawSheet
from loaders.sheets.totals import adds_up, figure

TOLERANCE = Decimal("0.005")


def strike_out(raw: RawSheet) -> None:
    """Rows of which half the filled cells are struck through are struck; a single struck cell waits for a person."""
    by_row: dict[int, list[int]] = {}
    for row, column in raw.aside.struck:
        if row < len(raw.rows) and column < len(raw.rows[row]) and raw.rows[row][column].strip():
            by_row.setdefault(row, []).append(column)
    for row, columns in sorted(by_row.items()):
        filled = sum(1 for cell in raw.rows[row] if cell.strip())
        if 2 * len(columns) >= filled:
            raw.aside.rows[row] = STRUCK
        else:
            raw.marks += [("struck_cell", row, column, raw.rows[row][column]) for column in columns]


def outline_totals(raw: RawSheet, body: Sequence[int]) -> set[int]:
    """Rows that carry the sums of the rows folded under (or above) them."""
    levels = raw.aside.levels
    found: set[int] = set()
    if not levels:
        return found
    for at, position in enumerate(body):
        level = levels.get(position, 0)
        for step in (-1, 1):
            run: list[int] = []
            beside = at + step
            while 0 <= beside < len(body) and levels.get(body[beside], 0) > level:
                run.append(body[beside])
                beside += step
            deepest = [one for one in run if one not in found and levels[one] == max(levels[two] for two in run)]
            children = [one for one in run if levels[one] == level + 1]
            if any(adds_up(raw.rows[position], [raw.rows[one] for one in rows]) for rows in (children, deepest)):
                found.add(position)
    return found


def checks(raw: RawSheet, headings: Sequence[str]) -> list[dict[str, Any]]:
    """Every SUBTOTAL cell with a value against the rows that it sums; rows that its formula passes over are not in it."""
    own = {(one.row, one.column) for one in raw.aside.subtotals}
    listed = []
    for one in raw.aside.subtotals:
        cell = _cell(raw, one.row, one.column)
        stated = figure(cell) if cell else None
        if stated is None or not one.areas or one.kind == "other" or not one.is_tall:
            continue
        out = {"hidden": raw.aside.hidden, "filtered": raw.aside.filtered, "nothing": set()}[one.ignores]
        cells = [
            text
            for top, left, bottom, right in one.areas
            for row in range(top, min(bottom, len(raw.rows) - 1) + 1)
            if row not in out
            for column in range(left, min(right, len(raw.rows[row]) - 1) + 1)
            if (row, column) not in own and (text := raw.rows[row][column].strip())
        ]
        figures = [value for text in cells if (value := figure(text)) is not None]
        summed = {"sum": sum(figures, Decimal(0)), "count": Decimal(len(figures)), "filled": Decimal(len(cells))}[
            one.kind
        ]
        heading = headings[one.column] if one.column < len(headings) else f"__column_{one.column + 1}"
        listed.append({
            "row": raw.numbers[one.row], "column": heading, "met": abs(stated - summed) <= TOLERANCE,
            "stated": float(stated), "found": float(summed), "kind": "subtotal",
        })  # fmt: skip
    return listed


def _cell(raw: RawSheet, row: int, column: int) -> str:
    return raw.rows[row][column].strip() if row < len(raw.rows) and column < len(raw.rows[row]) else ""
