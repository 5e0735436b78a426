"""Child process of ``give_back``: it opens an agency's file, so it runs under the limits of file readers."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

from loaders.sheets.aside import look as agency_look
from loaders.sheets.raw import Merge, RawSheet
from loaders.sheets.read import raw_sheets

MOST_IN_MEMORY = 400_000  # cells of a workbook that is rebuilt with its merged ranges
IN_PLACE_BYTES = 4_000_000  # openpyxl needs about fifty times the size of a sheet's XML
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?")


def main(arguments: list[str]) -> dict[str, Any]:
    """Write the workbook for FILE (kind KIND) to TARGET with the texts of ACCOUNT; returns ``way`` and ``not_kept``.

    ``not_kept`` are codes of what the workbook lost; its sheet of totals lists them in words.
    """
    file, kind, target, account = arguments
    content = json.loads(Path(account).read_text(encoding="utf-8"))
    return _write(Path(file), kind, Path(target), content)


def _write(file: Path, kind: str, target: Path, content: dict) -> dict[str, Any]:
    lost = []
    if kind == "xlsx":
        lost = agency_look.lost_in_place(file)
        if _sheet_bytes(file) <= IN_PLACE_BYTES:
            try:
                return {"way": _in_place(file, target, content | _with_lost(content, lost)), "not_kept": lost}
            except (KeyError, ValueError, TypeError, AttributeError, IndexError):
                pass  # openpyxl cannot read it: rebuild it from its cells
    return _rebuilt(file, kind, target, content, lost)


def _with_lost(content: dict, lost: list[str]) -> dict:
    """``totals`` extended by a list of what is not kept."""
    lines = [[content["lost_words"][code]] for code in lost]
    return {"totals": [*content["totals"], [], [content["lost_words"]["title"]], *lines] if lost else content["totals"]}


def _sheet_bytes(file: Path) -> int:
    with zipfile.ZipFile(file) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _in_place(file: Path, target: Path, content: dict) -> str:
    """Edit a copy: formats stay, formulas become values, links and macros are removed."""
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
    used = {title.casefold() for title in taken}
    return next(option for option in options if option.casefold() not in used)


def _rebuilt(file: Path, kind: str, target: Path, content: dict, lost: list[str]) -> dict[str, Any]:
    """Write every row at its position as text and plain numbers; hidden parts and merges are kept."""
    import xlsxwriter

    raws = raw_sheets(file, kind)
    is_large = sum(len(raw.rows) * max((len(row) for row in raw.rows), default=0) for raw in raws) > MOST_IN_MEMORY
    formats, looks = [], {}
    if kind == "xls":
        formats, looks, lost = agency_look.of_xls(file)
    elif kind in ("xlsx", "xlsb", "ods", "xml_2003", "html"):
        lost = sorted({*lost, "formats", "formulas"})
    if is_large and any(raw.merges for raw in raws):
        lost = sorted({*lost, "merges"})
    options = {
        "constant_memory": is_large,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(target), options)
    bold = book.add_format({"bold": True, "bg_color": "#e7eef5"})
    made = {number: book.add_format(properties) for number, properties in enumerate(formats)}
    taken: list[str] = []
    shown = None
    for raw in raws:
        page = book.add_worksheet(_free_name(raw.name, taken))
        taken.append(page.get_name())
        if raw.hidden:
            page.hide()
        shown = shown or (None if raw.hidden else page)
        _rebuilt_sheet(page, raw, content, bold, (looks.get(raw.name) or agency_look.Look(), made), merges=not is_large)
    content = content | _with_lost(content, lost)
    for name, lines in zip(content["names"], (content["totals"], content["coverage"]), strict=True):
        sheet = book.add_worksheet(_free_name(name, taken))
        shown = shown or sheet
        taken.append(sheet.get_name())
        sheet.set_column(0, 0, 44)
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                _cell(sheet, row, column, value)
    if shown is not None:
        shown.activate()
        shown.set_first_sheet()
    book.close()
    return {"way": "rebuilt", "not_kept": lost}


def _rebuilt_sheet(sheet, raw: RawSheet, content: dict, bold, style, *, merges: bool) -> None:  # noqa: ANN001 - xlsxwriter objects
    look, made = style
    rows = content["rows"].get(raw.name, {})
    heading = content["heading_rows"].get(raw.name) or 0
    width = max((len(row) for row in raw.rows), default=0)
    for column in sorted({*look.widths, *raw.aside.columns}):
        sheet.set_column(column, column, look.widths.get(column), None, {"hidden": column in raw.aside.columns})
    for position, (number, row) in enumerate(zip(raw.numbers, raw.rows, strict=True)):
        level = raw.aside.levels.get(position, 0)
        if level or position in raw.aside.hidden:
            sheet.set_row(number - 1, None, None, {"hidden": position in raw.aside.hidden, "level": level})
        for column, text in enumerate(row):
            cell_format = made.get(look.cells.get((number - 1, column), -1))
            if text:
                is_plain = PLAIN_NUMBER.fullmatch(text) and len(text) < 16
                _cell(sheet, number - 1, column, float(text) if is_plain else text, cell_format)
            elif cell_format is not None:
                sheet.write_blank(number - 1, column, None, cell_format)
        added = content["headings"] if number == heading else rows.get(str(number), ())
        for offset, text in enumerate(added):
            if text:
                sheet.write_string(number - 1, width + offset, text, bold if number == heading else None)
    for merge in raw.merges if merges else ():
        _merge(sheet, raw, merge, made.get(look.cells.get((raw.numbers[merge.top] - 1, merge.left), -1)))


def _merge(sheet, raw: RawSheet, merge: Merge, cell_format) -> None:  # noqa: ANN001 - xlsxwriter objects
    """Write a merged range; skip one that overlaps another."""
    top, bottom = raw.numbers[merge.top] - 1, raw.numbers[merge.bottom] - 1
    text = raw.rows[merge.top][merge.left] if merge.left < len(raw.rows[merge.top]) else ""
    if (top, merge.left) == (bottom, merge.right):
        return
    try:
        sheet.merge_range(top, merge.left, bottom, merge.right, "", cell_format)
    except ValueError:
        return
    is_plain = PLAIN_NUMBER.fullmatch(text) and len(text) < 16
    _cell(sheet, top, merge.left, float(text) if is_plain else text, cell_format)


def _cell(sheet, row: int, column: int, value: object, cell_format=None) -> None:  # noqa: ANN001 - xlsxwriter objects
    if isinstance(value, int | float):
        sheet.write_number(row, column, value, cell_format)
    elif value not in (None, ""):
        sheet.write_string(row, column, str(value)[:32_767], cell_format)
