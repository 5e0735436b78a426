"""Tables out: CSV and Excel that a spreadsheet opens right and that never carry a live formula."""

from __future__ import annotations

import csv
import io
from typing import Any, BinaryIO

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets a quote mark in front; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """UTF-8 with the mark that makes Excel read Thai right; formula-like text is quoted."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([neutral(str(column)) for column in frame.columns])
    for row in frame.itertuples(index=False, name=None):
        writer.writerow(["" if pd.isna(value) else neutral(value) for value in row])
    return ("\ufeff" + target.getvalue()).encode("utf-8")


def write_workbook(frame: pd.DataFrame, target: BinaryIO, name: str) -> None:
    """One sheet with a heading row; text is always text."""
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(name[:31])
    heading = book.add_format({"bold": True, "bg_color": "#e7eef5", "font_name": "Sarabun"})
    plain = book.add_format({"font_name": "Sarabun"})
    for column, title in enumerate(frame.columns):
        sheet.write_string(0, column, str(title), heading)
        width = max([len(str(title)), *(len(str(value)) for value in frame.iloc[:200, column])], default=10)
        sheet.set_column(column, column, min(60, width + 2), plain)
    for row, values in enumerate(frame.itertuples(index=False, name=None), start=1):
        for column, value in enumerate(values):
            _write(sheet, row, column, value)
    sheet.freeze_panes(1, 0)
    book.close()


def _write(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    if pd.isna(value):
        return
    if isinstance(value, bool) or not hasattr(value, "__float__") or isinstance(value, str):
        sheet.write_string(row, column, str(value))
    else:
        sheet.write_number(row, column, float(value))
