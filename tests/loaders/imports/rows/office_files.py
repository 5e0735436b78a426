"""Grids written as XLSX, XLS, ODS or CSV, with what offices do to rows and columns without deleting them."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt


@dataclass
class Look:
    """Positions are 0-based; ``sums``: (row, column) -> (function number, first row, last row, value shown)."""

    hidden: set[int] = field(default_factory=set)
    filtered: set[int] = field(default_factory=set)
    folded: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    struck_cells: set[tuple[int, int]] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    sums: dict[tuple[int, int], tuple[int, int, int, float]] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    extra_sheets: dict[str, bool] = field(default_factory=dict)  # name -> hidden


class Page(NamedTuple):
    """One sheet of a file."""

    name: str
    grid: list[list[Any]]
    look: Look


def write(path: Path, grid: list[list], look: Look | None = None) -> Path:
    """Write the grid as a file of one sheet; the extension of the path tells the kind."""
    return write_pages(path, [Page("งาน", grid, look or Look())])


def write_pages(path: Path, pages: list[Page]) -> Path:
    """Write the sheets in order; CSV has the first alone, its rows as long as the longest."""
    {".xlsx": _xlsx, ".xls": _xls, ".ods": _ods, ".csv": _csv}[path.suffix](path, pages)
    return path


def _xlsx(path: Path, pages: list[Page]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        for page in pages:
            _xlsx_sheet(book, *page)


def _xlsx_sheet(book: xlsxwriter.Workbook, name: str, grid: list[list], look: Look) -> None:
    page = book.add_worksheet(name)
    strike = book.add_format({"font_strikeout": True})
    for row, cells in enumerate(grid):
        options = {"hidden": row in look.hidden | look.filtered | look.folded, "level": int(row in look.folded)}
        page.set_row(row, None, None, options)
        for column, value in enumerate(cells):
            style = strike if row in look.struck or (row, column) in look.struck_cells else None
            if (row, column) in look.formats:
                style = book.add_format({"num_format": look.formats[row, column], "bg_color": "#FFFF00"})
            if (row, column) in look.sums:
                function, top, bottom, shown = look.sums[row, column]
                letter = chr(65 + column)
                page.write_formula(
                    row, column, f"=SUBTOTAL({function},{letter}{top + 1}:{letter}{bottom + 1})", style, shown
                )
            elif value != "":
                (page.write_number if isinstance(value, int | float) else page.write_string)(row, column, value, style)
    for column in look.hidden_columns:
        page.set_column(column, column, None, None, {"hidden": True})
    for top, left, bottom, right in look.merges:
        page.merge_range(top, left, bottom, right, grid[top][left])
    if look.filtered:
        page.autofilter(0, 0, len(grid) - 1, len(grid[0]) - 1)
        page.filter_column(0, "x == NonBlanks")
    for name, hidden in look.extra_sheets.items():
        extra = book.add_worksheet(name)
        extra.write_string(0, 0, "บันทึก")
        if hidden:
            extra.hide()


def _xls(path: Path, pages: list[Page]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    for page in pages:
        _xls_sheet(book, *page)
    book.save(str(path))


def _xls_sheet(book: xlwt.Workbook, name: str, grid: list[list], look: Look) -> None:
    page = book.add_sheet(name, cell_overwrite_ok=True)
    strike = xlwt.easyxf("font: struck_out on")
    plain = xlwt.Style.default_style
    merged = {(top, left): (bottom, right) for top, left, bottom, right in look.merges}
    for row, cells in enumerate(grid):
        line = page.row(row)
        line.hidden = row in look.hidden | look.filtered | look.folded
        line.level = int(row in look.folded)
        for column, value in enumerate(cells):
            style = strike if row in look.struck or (row, column) in look.struck_cells else plain
            if (row, column) in look.formats:
                style = xlwt.easyxf(
                    "font: bold on; pattern: pattern solid, fore_colour yellow", look.formats[row, column]
                )
            if (row, column) in look.sums:
                function, top, bottom, _ = look.sums[row, column]
                letter = chr(65 + column)
                page.write(
                    row, column, xlwt.Formula(f"SUBTOTAL({function};{letter}{top + 1}:{letter}{bottom + 1})"), style
                )
            elif (row, column) in merged:
                bottom, right = merged[row, column]
                page.write_merge(row, bottom, column, right, value, style)
            elif value != "":
                page.write(row, column, value, style)
    for column in look.hidden_columns:
        page.col(column).hidden = True
    for name, hidden in look.extra_sheets.items():
        extra = book.add_sheet(name)
        extra.write(0, 0, "บันทึก")
        extra.visibility = int(hidden)


_SPACES = " ".join(
    f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for key, name in {"office": "office", "table": "table", "text": "text", "style": "style"}.items()
)
_STYLES = (
    '<office:automatic-styles><style:style style:name="gone" style:family="table-cell">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style></office:automatic-styles>'
)


def _ods(path: Path, pages: list[Page]) -> None:
    content = (
        f'<?xml version="1.0"?><office:document-content {_SPACES} office:version="1.2">{_STYLES}<office:body><office:spreadsheet>'
        f"{''.join(_ods_table(*page) for page in pages)}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)


def _ods_table(name: str, grid: list[list], look: Look) -> str:
    shown = {True: ' table:visibility="collapse"', False: ""}
    width = max(len(row) for row in grid)
    columns = "".join(f"<table:table-column{shown[column in look.hidden_columns]}/>" for column in range(width))
    rows = []
    for row, cells in enumerate(grid):
        seen = "filter" if row in look.filtered else "collapse" if row in look.hidden | look.folded else "visible"
        texts = "".join(_ods_cell(look, row, column, value) for column, value in enumerate(cells))
        line = f'<table:table-row table:visibility="{seen}">{texts}</table:table-row>'
        if row in look.folded:
            line = f'<table:table-row-group table:display="false">{line}</table:table-row-group>'
        rows.append(line)
    return f'<table:table table:name="{escape(name)}">{columns}{"".join(rows)}</table:table>'


def _ods_cell(look: Look, row: int, column: int, value: object) -> str:
    style = ' table:style-name="gone"' if row in look.struck or (row, column) in look.struck_cells else ""
    if (row, column) in look.sums:
        function, top, bottom, value = look.sums[row, column]
        letter = chr(65 + column)
        style += f' table:formula="of:=SUBTOTAL({function};[.{letter}{top + 1}:.{letter}{bottom + 1}])"'
    if value == "":
        return f"<table:table-cell{style}/>"
    if isinstance(value, int | float):
        style += f' office:value-type="float" office:value="{value}"'
    else:
        style += ' office:value-type="string"'
    return f"<table:table-cell{style}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def _csv(path: Path, pages: list[Page]) -> None:
    _, grid, look = pages[0]
    width = max(len(row) for row in grid)
    rows = [[*row, *[""] * (width - len(row))] for row in grid]
    for (row, column), (_, _, _, shown) in look.sums.items():
        rows[row][column] = shown
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
