"""Workbooks to fill in: one per register, with the headings that the importer reads, and an example sheet.

Words (file and sheet names, hints, example rows) are in ``data/templates/templates.toml``, headings in
``data/layouts/templates.toml``. The importer skips the example sheet and reports that.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import BinaryIO

from loaders import registers as defined_registers
from loaders import settings
from loaders.layouts import layout as layouts

PREFIX = "template_"


@cache
def words() -> dict:
    """Sheet names, file names, hints and example rows."""
    with (settings.DATA / "templates" / "templates.toml").open("rb") as file:
        return tomllib.load(file)


def registers() -> list[str]:
    """Registers that have a template, in the order of the layouts."""
    return [layout.register for layout in layouts.shipped() if layout.code.startswith(PREFIX)]


def _layout(register: str) -> layouts.Layout:
    return next(layout for layout in layouts.shipped() if layout.code == f"{PREFIX}{register}")


def file_name(register: str) -> str:
    """The Thai file name of a template."""
    if (defined := defined_registers.defined().get(register)) is not None:
        return f"แม่แบบ-{defined.th}.xlsx"
    return words()["files"][register]


def example_rows(register: str) -> list[dict[str, str]]:
    """The example rows by our column."""
    if (defined := defined_registers.defined().get(register)) is not None:
        place = {"subdistrict": "ท่าไร่", "district": "เมืองนครศรีธรรมราช"}
        return [place | {column.name: column.example for column in defined.columns if column.example}]
    return words()["examples"][register]


def is_example(layout: layouts.Layout, sheet: str) -> bool:
    """Whether a sheet is the example of one of our templates, which is never loaded."""
    return layout.code.startswith(PREFIX) and sheet == words()["sheets"]["example"]


def write_template(register: str, target: str | Path | BinaryIO, rows: list[dict[str, str]] | None = None) -> None:
    """Write the workbook of a register: the sheet to fill in (with ``rows`` by our column, if any) and the example."""
    import xlsxwriter  # the importer uses this module without writing workbooks

    layout = _layout(register)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options)
    heading = book.add_format({"bold": True, "bg_color": "#e7eef5", "font_name": "Sarabun", "text_wrap": True})
    plain = book.add_format({"font_name": "Sarabun", "num_format": "@"})
    names = words()["sheets"]
    for name, filled in ((names["data"], rows or []), (names["example"], example_rows(register))):
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for number, (ours, theirs) in enumerate(layout.columns.items()):
            sheet.set_column(number, number, max(12, len(theirs[0]) + 2), plain)
            sheet.write_string(0, number, theirs[0], heading)
            if hint := _hint(register, ours):
                sheet.write_comment(0, number, hint, {"author": "", "x_scale": 2})
            for line, row in enumerate(filled, start=1):
                if ours in row:
                    sheet.write_string(line, number, row[ours], plain)
    book.close()


def _hint(register: str, ours: str) -> str | None:
    defined = defined_registers.defined().get(register)
    own = {column.name: column.hint for column in defined.columns} if defined else {}
    return own.get(ours) or words()["hints"].get(ours)


def write_all(folder: Path) -> list[Path]:
    """Write every template into a folder; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for register in registers():
        written.append(folder / file_name(register))
        write_template(register, written[-1])
    return written
