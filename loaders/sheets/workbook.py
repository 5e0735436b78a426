"""XLSX, XLSM, XLSB, XLS and ODS to raw sheets through calamine, with what calamine leaves out read beside it."""

from __future__ import annotations

import datetime as dt
import math
import struct
import zipfile
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from loaders.files.ole_files import OleError, OleFile, biff_records
from loaders.problems import Problem, Refused
from loaders.sheets.raw import MAX_CELLS, Merge, RawSheet
from loaders.sheets.xlsx_xml import CellMark, check_ods, scan_workbook

_WHOLE_BELOW = 1e16
_BIFF_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def read_workbook(path: Path, kind: str) -> list[RawSheet]:
    """All worksheets in workbook order, hidden ones marked; chart and macro sheets are left out."""
    marks = _marks(path, kind)
    try:
        with CalamineWorkbook.from_path(path) as book:
            return [
                _raw_sheet(book.get_sheet_by_name(meta.name), meta.visible != SheetVisibleEnum.Visible, marks)
                for meta in book.sheets_metadata
                if meta.typ == SheetTypeEnum.WorkSheet
            ]
    except PasswordError:
        raise Refused("file_encrypted", value=path.name) from None
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile):
        raise Refused("file_unreadable", value=path.name) from None


def _marks(path: Path, kind: str) -> dict[str, list[CellMark]]:
    """Error cells and formulas without a value, by sheet; calamine reads both as empty cells."""
    if kind == "xlsx":
        return scan_workbook(path)
    if kind == "ods":
        check_ods(path)
    if kind == "xls":
        return xls_marks(_xls_stream(path))
    return {}


def _raw_sheet(sheet: CalamineSheet, hidden: bool, marks: dict[str, list[CellMark]]) -> RawSheet:
    if sheet.height * sheet.width > MAX_CELLS:
        raise Refused("file_too_heavy", sheet=sheet.name, value=f"{sheet.height} x {sheet.width}")
    # calamine pads rows from the top of the sheet but leaves out the columns before the first value
    indent = [""] * (sheet.start[1] if sheet.start else 0)
    rows = [indent + [as_text(value) for value in row] for row in sheet.iter_rows()] if sheet.start else []
    raw = RawSheet(sheet.name, rows, list(range(1, len(rows) + 1)), hidden=hidden)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top < len(rows):
            raw.merges.append(Merge(top, left, min(bottom, len(rows) - 1), right))
    _put_marks(raw, marks.get(sheet.name, []))
    if hidden:
        raw.problems.append(Problem("hidden_sheet", sheet=sheet.name))
    return raw


def _put_marks(raw: RawSheet, marks: list[CellMark]) -> None:
    for mark in marks:
        if mark.row >= len(raw.rows):
            raw.rows += [[] for _ in range(mark.row + 1 - len(raw.rows))]
            raw.numbers = list(range(1, len(raw.rows) + 1))
        row = raw.rows[mark.row]
        row += [""] * (mark.column + 1 - len(row))
        if not row[mark.column]:
            row[mark.column] = mark.value
            raw.marks.append((mark.code, mark.row, mark.column, mark.value))


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


def _xls_stream(path: Path) -> bytes:
    """The Workbook stream; shorter than declared it is half a file."""
    try:
        ole = OleFile(path)
        name = next(name for name in ole.entries if name.lower() in ("workbook", "book"))
        stream = ole.stream(name)
    except (OleError, StopIteration, struct.error):
        raise Refused("file_half", value=path.name) from None
    if stream and len(stream) < ole.entries[name][1]:
        raise Refused("file_half", value=path.name)
    return stream


def xls_marks(stream: bytes) -> dict[str, list[CellMark]]:
    """Error cells of a BIFF8 workbook stream by sheet name; calamine reads them as empty cells."""
    return {sheet: _biff_errors(stream[start:]) for sheet, start in _biff_sheets(stream).items()}


def _biff_sheets(stream: bytes) -> dict[str, int]:
    """Sheet names and where each sheet's records begin (BOUNDSHEET, BIFF8)."""
    starts: dict[str, int] = {}
    for kind, body in biff_records(stream):
        if kind == 0x2F:  # FILEPASS
            raise Refused("file_encrypted")
        if kind == 0x85 and len(body) > 8:
            wide = body[7] & 1
            text = body[8 : 8 + body[6] * (1 + wide)]
            starts[text.decode("utf-16-le" if wide else "cp1252", errors="replace")] = int.from_bytes(
                body[:4], "little"
            )
        if kind == 0x0A:
            break
    return starts


def _biff_errors(stream: bytes) -> list[CellMark]:
    """BOOLERR cells that hold an error, and FORMULA cells whose result is one, of one sheet."""
    found = []
    for kind, body in biff_records(stream):
        if kind == 0x0A:
            break
        code = None
        if kind == 0x205 and len(body) >= 8 and body[7] == 1:
            code = body[6]
        elif kind == 0x06 and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
            code = body[8]
        if code is not None:
            row, column = int.from_bytes(body[0:2], "little"), int.from_bytes(body[2:4], "little")
            found.append(CellMark("error_cell", row, column, _BIFF_ERRORS.get(code, "#ERROR!")))
    return found
