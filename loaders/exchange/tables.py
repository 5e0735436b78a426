"""Tables as CSV and Excel: units in headings, real dates and numbers, and never a live formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from loaders.exchange.cells import written

BAHT, NUMBER, DATE, TEXT = "baht", "number", "date", "text"
FORMATS = {BAHT: "#,##0.00", DATE: "yyyy-mm-dd", NUMBER: "#,##0.####", TEXT: "@"}
FONT, LEAST_WIDTH, MOST_WIDTH = "Sarabun", 9, 60
MEASURED_ROWS = 200  # cells measured for the width of a column


@dataclass(frozen=True)
class Column:
    """One column of an exported table: heading with unit, kind, values.

    ``kind``: ``baht`` (values in integer satang), ``number``, ``date`` (``datetime.date``) or ``text``; ``None``
    becomes an empty cell.
    """

    heading: str
    kind: str
    values: Sequence[Any]


@dataclass(frozen=True)
class Sheet:
    """An exported table, and lines of (what, words) for a second sheet that describes it."""

    columns: Sequence[Column]
    about: Sequence[tuple[str, str]] = field(default=())
    about_name: str = "about"


def neutral(value: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return written(value) if value else ""


def csv_bytes(sheet: Sheet) -> bytes:
    """The table in UTF-8 with a BOM (without which Excel misreads Thai); baht have two decimals."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([neutral(column.heading) for column in sheet.columns])
    kinds = [column.kind for column in sheet.columns]
    for row in zip(*(column.values for column in sheet.columns), strict=True):
        writer.writerow([_cell(kind, value) for kind, value in zip(kinds, row, strict=True)])
    return ("\ufeff" + target.getvalue()).encode("utf-8")


def _cell(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == BAHT:
        whole, part = divmod(abs(int(value)), 100)
        return f"{'-' if int(value) < 0 else ''}{whole}.{part:02d}"
    if kind == DATE:
        return value.isoformat()
    return str(value) if kind == NUMBER else neutral(str(value))


def workbook_bytes(sheet: Sheet, name: str) -> bytes:
    """An ``.xlsx`` with frozen heading row and filter, and a sheet about its content; text stays text."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    heading = book.add_format(
        {"bold": True, "bg_color": "#e7eef5", "font_name": FONT, "text_wrap": True, "valign": "top"}
    )
    styles = {kind: book.add_format({"font_name": FONT, "num_format": code}) for kind, code in FORMATS.items()}
    page = book.add_worksheet(name[:31])
    for number, column in enumerate(sheet.columns):
        page.write_string(0, number, column.heading, heading)
        page.set_column(number, number, _width(column), styles[column.kind])
        for row, value in enumerate(column.values, start=1):
            _write(page, row, number, column.kind, value, styles[column.kind])
    page.freeze_panes(1, 0)
    if sheet.columns:
        page.autofilter(0, 0, len(sheet.columns[0].values), len(sheet.columns) - 1)
    if sheet.about:
        _about(book.add_worksheet(sheet.about_name[:31]), sheet.about, book)
    book.close()
    return target.getvalue()


def _about(page: Worksheet, lines: Sequence[tuple[str, str]], book: xlsxwriter.Workbook) -> None:
    strong = book.add_format({"bold": True, "font_name": FONT, "valign": "top"})
    plain = book.add_format({"font_name": FONT, "text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 24, strong)
    page.set_column(1, 1, 100, plain)
    for row, (what, words) in enumerate(lines):
        page.write_string(row, 0, what, strong)
        page.write_string(row, 1, words, plain)


def _width(column: Column) -> int:
    longest = max([len(_cell(column.kind, value)) for value in column.values[:MEASURED_ROWS]], default=0)
    if column.kind == BAHT:
        longest += longest // 3  # thousands separators
    return min(MOST_WIDTH, max(LEAST_WIDTH, longest, min(len(column.heading), 24)) + 2)


def _write(page: Worksheet, row: int, number: int, kind: str, value: Any, style: Format) -> None:
    if value is None:
        return
    if kind == BAHT:
        page.write_number(row, number, int(value) / 100, style)
    elif kind == NUMBER:
        page.write_number(row, number, float(value), style)
    elif kind == DATE:
        page.write_datetime(row, number, datetime(value.year, value.month, value.day), style)
    else:
        page.write_string(row, number, str(value), style)


def as_date(value: Any) -> date | None:
    """The day of a date, timestamp or ISO text; ``None`` when missing or unreadable."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        with suppress(ValueError):  # faster than pandas; our texts are ISO
            return datetime.fromisoformat(value).date()
    if isinstance(value, date) and not pd.isna(value):
        return value.date() if isinstance(value, datetime) else value
    moment: Any = pd.to_datetime(value, errors="coerce")
    return None if pd.isna(moment) else moment.date()
