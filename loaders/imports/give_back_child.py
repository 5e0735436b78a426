"""The child process of ``give_back``: it opens an agency's file, so it works under the reader's limits."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from loaders.sheets.raw import RawSheet
from loaders.sheets.read import raw_sheets

IN_PLACE_BYTES = 4_000_000  # openpyxl needs about fifty times the size of a sheet's XML
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?")


def main(arguments: list[str]) -> dict[str, str]:
    """Write the workbook of FILE (of the kind KIND) to TARGET, with the words of ACCOUNT; the answer is how it went."""
    file, kind, target, account = arguments
    content = json.loads(Path(account).read_text(encoding="utf-8"))
    return {"way": _write(Path(file), kind, Path(target), content)}


def _write(file: Path, kind: str, target: Path, content: dict) -> str:
    if kind == "xlsx" and _sheet_bytes(file) <= IN_PLACE_BYTES:
        try:
            return _in_place(file, target, content)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError):
            pass  # a workbook that openpyxl cannot take: rebuilt from its cells
    return _rebuilt(file, kind, target, content)


def _sheet_bytes(file: Path) -> int:
    with zipfile.ZipFile(file) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _in_place(file: Path, target: Path, content: dict) -> str:
    """The agency's own look, formulas replaced by their values, links and macros gone."""
    import openpyxl
    from openpyxl.styles import Font, PatternFill

    book = openpyxl.load_workbook(file, data_only=True, keep_vba=False, keep_links=False)
    for sheet in book.worksheets:
        rows = content["rows"].get(sheet.title)
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    cell.value = None
                elif isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                    cell.data_type = "s"
        if rows is None:
            continue
        start = sheet.max_column + 1
        heading = content["heading_rows"].get(sheet.title) or 0
        for offset, words in enumerate(content["headings"]):
            if heading:
                cell = sheet.cell(heading, start + offset, words)
                cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E7EEF5")
            sheet.column_dimensions[cell.column_letter if heading else "A"].width = (12, 38, 14, 50)[offset]
        for number, cells in rows.items():
            for offset, text in enumerate(cells):
                cell = sheet.cell(int(number), start + offset)
                cell.value, cell.data_type = text or None, "s" if text else "n"
    for name, lines in zip(content["names"], (content["totals"], content["coverage"]), strict=True):
        sheet = book.create_sheet(_free_name(name, book.sheetnames))
        for row, line in enumerate(lines, start=1):
            for column, value in enumerate(line, start=1):
                cell = sheet.cell(row, column)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"
        sheet.column_dimensions["A"].width = 44
    book.save(target)
    return "in_place"


def _free_name(name: str, taken: list[str]) -> str:
    short = re.sub(r"[\[\]:*?/\\]", " ", name)[:28] or "-"
    options = [short, *(f"{short} {number}" for number in range(2, 90))]
    used = {one.casefold() for one in taken}
    return next(one for one in options if one.casefold() not in used)


def _rebuilt(file: Path, kind: str, target: Path, content: dict) -> str:
    """Every row where it stood, as text and plain numbers."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(target), options)
    bold = book.add_format({"bold": True, "bg_color": "#e7eef5"})
    taken: list[str] = []
    for raw in raw_sheets(file, kind):
        name = _free_name(raw.name, taken)
        taken.append(name)
        _rebuilt_sheet(book.add_worksheet(name), raw, content, bold)
    for name, lines in zip(content["names"], (content["totals"], content["coverage"]), strict=True):
        sheet = book.add_worksheet(_free_name(name, taken))
        taken.append(sheet.get_name())
        sheet.set_column(0, 0, 44)
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                _cell(sheet, row, column, value)
    book.close()
    return "rebuilt"


def _rebuilt_sheet(sheet, raw: RawSheet, content: dict, bold) -> None:  # noqa: ANN001 - xlsxwriter objects
    rows = content["rows"].get(raw.name, {})
    heading = content["heading_rows"].get(raw.name) or 0
    width = max((len(row) for row in raw.rows), default=0)
    for number, row in zip(raw.numbers, raw.rows, strict=True):
        for column, text in enumerate(row):
            if text:
                _cell(
                    sheet, number - 1, column, float(text) if PLAIN_NUMBER.fullmatch(text) and len(text) < 16 else text
                )
        added = content["headings"] if number == heading else rows.get(str(number), ())
        for offset, text in enumerate(added):
            if text:
                sheet.write_string(number - 1, width + offset, text, bold if number == heading else None)


def _cell(sheet, row: int, column: int, value: object) -> None:  # noqa: ANN001 - xlsxwriter object
    if isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value not in (None, ""):
        sheet.write_string(row, column, str(value)[:32_767])
