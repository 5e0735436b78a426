"""Cells of an exchanged CSV: lossless, and never a live formula.

A text cell that is empty or begins with ``= + - @``, a tab, a line break or an apostrophe gets one apostrophe in front;
reading removes one leading apostrophe from a text cell. An empty cell means no value. Numbers, dates and booleans are
written unchanged, so a negative number stays a number.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import Column, Table

GUARD = "'"
GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", GUARD)
KINDS = {str: "string", int: "integer", float: "number", bool: "boolean", date: "date"}


def kind_of(column: Column) -> str:
    """Frictionless type of a column."""
    return KINDS[column.type.python_type]


def written(value: object) -> str:
    """A value as cell text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"{GUARD}{value}" if not value or value.startswith(GUARDED) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def read(cell: str, kind: str) -> object:
    """A cell as a value of ``kind``; raises ``ValueError`` or ``KeyError`` when it is not of that kind."""
    if cell == "":
        return None
    if kind == "string":
        return cell.removeprefix(GUARD)
    if kind == "boolean":
        return {"true": True, "false": False}[cell]
    return {"integer": int, "number": float, "date": date.fromisoformat}[kind](cell)


def write_csv(path: Path, names: list[str], rows: Iterable[tuple]) -> int:
    """Write a table with heading row, in UTF-8 with the BOM that Excel needs to read Thai; returns the row count."""
    number = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for number, row in enumerate(rows, start=1):  # noqa: B007 - the last number is the answer
            writer.writerow([written(value) for value in row])
    return number


def read_csv(path: Path, table: Table) -> Iterator[dict]:
    """Rows of an exchanged table, typed by the columns of the store's table."""
    csv.field_size_limit(1 << 27)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        names = next(reader)
        kinds = [kind_of(table.c[name]) for name in names]
        for row in reader:
            yield {name: read(cell, kind) for name, cell, kind in zip(names, row, kinds, strict=True)}
