"""The agency files we were handed, sheets written in a test, and one sheet read."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from loaders.problems import count_by_code
from loaders.sheets.read import Sheet, read_sheets
from tests.conftest import SHARED

FILES = SHARED / "agency_files"


def agency_file(start: str) -> Path:
    """The one agency file whose name starts so."""
    (path,) = FILES.glob(f"{start}_*")
    return path


def codes(sheet: Sheet) -> dict[str, int]:
    return count_by_code(sheet.problems)


def read_one(path: Path, **options: object) -> Sheet:
    (sheet,) = read_sheets(path, in_child=False, **options)
    return sheet


def written(tmp_path: Path, text: str, *, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(tmp_path: Path, rows: list[list[object]], merges: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for place in merges:
        page.merge_cells(place)
    path = tmp_path / "book.xlsx"
    book.save(path)
    return path
