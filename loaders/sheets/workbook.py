"""XLSX, XLSM, XLSB, XLS and ODS to raw sheets through calamine; what calamine omits is read separately."""

from __future__ import annotations

import zipfile
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from loaders.problems import Problem, Refused
from loaders.sheets.aside import ods as aside_ods
from loaders.sheets.aside import xls as aside_xls
from loaders.sheets.aside.shape import Aside
from loaders.sheets.limits import refuse_many_sheets
from loaders.sheets.raw import MAX_CELLS, Merge, RawSheet, as_text
from loaders.sheets.xls import error_cells, workbook_stream
from loaders.sheets.xlsx_xml import CellMark, check_ods, scan_workbook


def read_xlsx(path: Path) -> list[RawSheet]:
    """Sheets of an XLSX or XLSM."""
    return _sheets(path, *scan_workbook(path))


def read_xls(path: Path) -> list[RawSheet]:
    """Sheets of an old XLS."""
    stream = workbook_stream(path)
    return _sheets(path, error_cells(stream), aside_xls.read(stream))


def read_ods(path: Path) -> list[RawSheet]:
    """Sheets of an OpenDocument spreadsheet."""
    check_ods(path)
    return _sheets(path, {}, aside_ods.read(path))


def read_xlsb(path: Path) -> list[RawSheet]:
    """Sheets of a binary workbook; what they set aside is not read, which ``aside_not_read`` reports."""
    raws = _sheets(path, {}, {})
    for raw in raws:
        raw.problems.append(Problem("aside_not_read", sheet=raw.name))
    return raws


def _sheets(path: Path, marks: dict[str, list[CellMark]], asides: dict[str, Aside]) -> list[RawSheet]:
    """All worksheets in workbook order, hidden ones marked; chart and macro sheets are left out.

    ``marks``: error cells and formulas without a value, by sheet: calamine reads both as empty cells.
    """
    try:
        with CalamineWorkbook.from_path(path) as book:
            refuse_many_sheets(len(book.sheets_metadata))
            return [
                _raw_sheet(
                    book.get_sheet_by_name(meta.name),
                    meta.visible != SheetVisibleEnum.Visible,
                    marks.get(meta.name, []),
                    asides.get(meta.name) or Aside(),
                )
                for meta in book.sheets_metadata
                if meta.typ == SheetTypeEnum.WorkSheet
            ]
    except PasswordError:
        raise Refused("file_encrypted", value=path.name) from None
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile):
        raise Refused("file_unreadable", value=path.name) from None


def _raw_sheet(sheet: CalamineSheet, hidden: bool, marks: list[CellMark], aside: Aside) -> RawSheet:
    if sheet.height * sheet.width > MAX_CELLS:
        raise Refused("file_too_heavy", sheet=sheet.name, value=f"{sheet.height} x {sheet.width}")
    # calamine pads rows from the top of the sheet but omits the columns before the first value
    indent = [""] * (sheet.start[1] if sheet.start else 0)
    rows = [indent + [as_text(value) for value in row] for row in sheet.iter_rows()] if sheet.start else []
    raw = RawSheet(sheet.name, rows, list(range(1, len(rows) + 1)), hidden=hidden, aside=aside)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top < len(rows):
            raw.merges.append(Merge(top, left, min(bottom, len(rows) - 1), right))
    sums = {(cell.row, cell.column) for cell in aside.subtotals if cell.is_tall}  # a check without a value is no fault
    _put_marks(raw, [mark for mark in marks if mark.code == "error_cell" or (mark.row, mark.column) not in sums])
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
