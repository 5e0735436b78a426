"""XML of an XLSX sheet, read as a stream for what calamine does not return: extent, error cells, empty formulas."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.sax.saxutils import unescape

from loaders.problems import Refused
from loaders.sheets.aside.shape import Aside
from loaders.sheets.aside.xlsx import Finder, column_number, struck_cells, table_filters
from loaders.sheets.limits import refuse_many_sheets
from loaders.sheets.raw import MAX_CELLS

CHUNK = 1 << 20
OVERLAP_LIMIT = 1 << 22  # bytes; longer than any cell
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_FILLED = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"[^>]*>(?=<(?:\w+:)?(?:v|is|f)\b)')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_INTERESTING = re.compile(rb't="e"|<(?:\w+:)?f\b')
MOST_REPEATS = 2_000
OVERLAP_ODS = 1 << 16
_REPEAT = re.compile(rb'number-(rows|columns)-repeated="(\d{1,12})"')
_FILLED_ODS = re.compile(rb"value-type=|<text:p>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')


@dataclass(frozen=True)
class CellMark:
    """A cell to report: ``row`` and ``column`` 0-based in the sheet, ``value`` the text it should show."""

    code: str
    row: int
    column: int
    value: str


def scan_workbook(path: Path) -> tuple[dict[str, list[CellMark]], dict[str, Aside]]:
    """Marks of every sheet by sheet name, and what it sets aside.

    Raises ``Refused``: ``file_too_heavy`` (filled cells span more than ``MAX_CELLS``), ``file_many_sheets``,
    ``file_half``.
    """
    with zipfile.ZipFile(path) as archive:
        try:
            parts = sheet_parts(archive)
            refuse_many_sheets(len(parts))
            struck = struck_cells(archive)
            scanned = {name: _scan_sheet(archive, part, name, struck) for name, part in parts.items()}
            asides = {name: aside for name, (_, aside) in scanned.items()}
            return {name: marks for name, (marks, _) in scanned.items()}, asides
        except (KeyError, zipfile.BadZipFile, EOFError, OSError, NotImplementedError, zlib.error):
            raise Refused("file_half", value=path.name) from None


def check_ods(path: Path) -> None:
    """Refuse an ODS that repeats a filled row or cell thousands of times: a kilobyte would become a gigabyte.

    Raises ``Refused``: ``file_bomb``, ``file_half``.
    """
    rest = b""
    with zipfile.ZipFile(path) as archive:
        try:
            with archive.open("content.xml") as stream:
                while chunk := stream.read(CHUNK):
                    text = rest + chunk
                    _refuse_repeats(text)
                    rest = text[-OVERLAP_ODS:]
        except (KeyError, zipfile.BadZipFile, EOFError, OSError, NotImplementedError, zlib.error):
            raise Refused("file_half", value=path.name) from None


def _refuse_repeats(text: bytes) -> None:
    for repeat in _REPEAT.finditer(text):
        if int(repeat[2]) < MOST_REPEATS:
            continue
        row = repeat[1] == b"rows"
        end = text.find(b"</table:table-row>", repeat.end()) if row else text.find(b">", repeat.end())
        start = text.rfind(b"<", 0, repeat.start())
        if _FILLED_ODS.search(text, start, end if end > 0 else len(text)):
            raise Refused("file_bomb", value=repeat[2].decode())


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> name of its XML part, through the relations of the workbook."""
    names = set(archive.namelist())
    book = next((name for name in sorted(names) if re.fullmatch(r"xl/workbook\d*\.xml", name)), "")
    relations = f"xl/_rels/{book.removeprefix('xl/')}.rels"
    if not book or relations not in names:
        return {}
    targets = {}
    for tag in _RELATION.findall(archive.read(relations).decode("utf-8", errors="replace")):
        attributes = dict(_ATTRIBUTE.findall(tag))
        target = attributes.get("Target", "")
        targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    parts = {}
    for tag in _SHEET.findall(archive.read(book).decode("utf-8", errors="replace")):
        attributes = dict(_ATTRIBUTE.findall(tag))
        part = targets.get(next((value for key, value in attributes.items() if key.endswith(":id")), ""), "")
        if part in names:
            parts[unescape(attributes.get("name", ""), {"&quot;": '"', "&apos;": "'"})] = part
    return parts


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream in pieces that end between two cells."""
    rest = b""
    while chunk := stream.read(CHUNK):
        rest += chunk
        end = max(rest.rfind(b"<c "), rest.rfind(b":c "), rest.rfind(b"<row"), rest.rfind(b":row"))
        end = rest.rfind(b"<", 0, end + 1)
        if end > 0:
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > OVERLAP_LIMIT:
            rest = b""
    yield rest


def _scan_sheet(
    archive: zipfile.ZipFile, part: str, sheet: str, struck: re.Pattern[bytes] | None
) -> tuple[list[CellMark], Aside]:
    marks: list[CellMark] = []
    finder = Finder(struck, table_filters(archive, part))
    last_row = last_column = 0
    with archive.open(part) as stream:
        for piece in _pieces(stream):
            row, column = _extent(piece)
            last_row, last_column = max(last_row, row), max(last_column, column)
            finder.take(piece)
            if (last_row + 1) * (last_column + 1) > MAX_CELLS:
                raise Refused("file_too_heavy", sheet=sheet, value=f"{last_row + 1} x {last_column + 1}")
            if _INTERESTING.search(piece):
                marks += _cell_marks(piece)
    return marks, finder.result()


def _extent(piece: bytes) -> tuple[int, int]:
    """Last row and column of a cell with content; a cell with only a style does not count."""
    row = column = 0
    widest = 1
    for letters, digits in _FILLED.findall(piece):
        if len(letters) > widest or (len(letters) == widest and column_number(letters) > column):
            widest, column = len(letters), column_number(letters)
        row = max(row, int(digits) - 1)
    return row, column


def _cell_marks(piece: bytes) -> list[CellMark]:
    marks = []
    for attributes, body in _CELL.findall(piece):
        place = _REFERENCE.search(attributes)
        if place is None:
            continue
        row, column = int(place[2]) - 1, column_number(place[1])
        value = _VALUE.search(body)
        if b't="e"' in attributes:
            text = value[1].decode("utf-8", errors="replace") if value else "#ERROR!"
            marks.append(CellMark("error_cell", row, column, text or "#ERROR!"))
        elif b"<f" in body and b't="str"' not in attributes and (value is None or not value[1]):
            marks.append(CellMark("formula_without_value", row, column, ""))
    return marks
