"""Interpretation of what a sheet sets aside: struck rows, sums of an outline, check of SUBTOTAL cells."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from loaders.sheets.aside.shape import STRUCK
from loaders.sheets.raw import RawSheet
from loaders.sheets.totals import adds_up, figure

TOLERANCE = Decimal("0.005")


def strike_out(raw: RawSheet) -> None:
    """Mark rows with at least half of their filled cells struck through; in other rows a struck cell is quarantined."""
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
    """Rows that contain the sums of the rows folded below (or above) them."""
    levels = raw.aside.levels
    total_rows: set[int] = set()
    if not levels:
        return total_rows
    for at, position in enumerate(body):
        level = levels.get(position, 0)
        for step in (-1, 1):
            run: list[int] = []
            beside = at + step
            while 0 <= beside < len(body) and levels.get(body[beside], 0) > level:
                run.append(body[beside])
                beside += step
            deepest = [row for row in run if row not in total_rows and levels[row] == max(map(levels.__getitem__, run))]
            children = [row for row in run if levels[row] == level + 1]
            if any(adds_up(raw.rows[position], [raw.rows[row] for row in rows]) for rows in (children, deepest)):
                total_rows.add(position)
    return total_rows


def checks(raw: RawSheet, headings: Sequence[str]) -> list[dict[str, Any]]:
    """Every SUBTOTAL cell with a value, compared with the rows it sums, without those that its function ignores."""
    own = {(subtotal.row, subtotal.column) for subtotal in raw.aside.subtotals}
    listed = []
    for subtotal in raw.aside.subtotals:
        cell = _cell(raw, subtotal.row, subtotal.column)
        stated = figure(cell) if cell else None
        if stated is None or not subtotal.areas or subtotal.kind == "other" or not subtotal.is_tall:
            continue
        out = {"hidden": raw.aside.hidden, "filtered": raw.aside.filtered, "nothing": set()}[subtotal.ignores]
        cells = [
            text
            for top, left, bottom, right in subtotal.areas
            for row in range(top, min(bottom, len(raw.rows) - 1) + 1)
            if row not in out
            for column in range(left, min(right, len(raw.rows[row]) - 1) + 1)
            if (row, column) not in own and (text := raw.rows[row][column].strip())
        ]
        figures = [value for text in cells if (value := figure(text)) is not None]
        summed = {"sum": sum(figures, Decimal(0)), "count": Decimal(len(figures)), "filled": Decimal(len(cells))}[
            subtotal.kind
        ]
        heading = headings[subtotal.column] if subtotal.column < len(headings) else f"__column_{subtotal.column + 1}"
        listed.append({
            "row": raw.numbers[subtotal.row], "column": heading, "met": abs(stated - summed) <= TOLERANCE,
            "stated": float(stated), "found": float(summed), "kind": "subtotal",
        })  # fmt: skip
    return listed


def _cell(raw: RawSheet, row: int, column: int) -> str:
    return raw.rows[row][column].strip() if row < len(raw.rows) and column < len(raw.rows[row]) else ""
