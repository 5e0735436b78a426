"""Cell formats and column widths of an old XLS for the copy given back, and what such a copy loses.

Only for the give-back child, because it opens an agency's file.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loaders.sheets.xls import END, records, sheet_starts, workbook_stream

_FONT, _FORMAT, _XF, _PALETTE, _COLUMNS, _DRAWING, _NOTE = 0x31, 0x41E, 0xE0, 0x92, 0x7D, 0xEC, 0x1C
_CELLS = {0x203, 0x27E, 0xFD, 0x204, 0x06, 0x205, 0xD6, 0x201}
_MANY = {0xBD: 6, 0xBE: 2}  # numbers, blanks: bytes per cell
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "d/m/yyyy", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 20: "h:mm", 21: "h:mm:ss", 22: "d/m/yyyy h:mm", 37: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)", 49: "@",
}  # fmt: skip
_COLOURS = [
    "000000",
    "FFFFFF",
    "FF0000",
    "00FF00",
    "0000FF",
    "FFFF00",
    "FF00FF",
    "00FFFF",
    "800000",
    "008000",
    "000080",
    "808000",
    "800080",
    "008080",
    "C0C0C0",
    "808080",
    "9999FF",
    "993366",
    "FFFFCC",
    "CCFFFF",
    "660066",
    "FF8080",
    "0066CC",
    "CCCCFF",
    "000080",
    "FF00FF",
    "FFFF00",
    "00FFFF",
    "800080",
    "800000",
    "008080",
    "0000FF",
    "00CCFF",
    "CCFFFF",
    "CCFFCC",
    "FFFF99",
    "99CCFF",
    "FF99CC",
    "CC99FF",
    "FFCC99",
    "3366FF",
    "33CCCC",
    "99CC00",
    "FFCC00",
    "FF9900",
    "FF6600",
    "666699",
    "969696",
    "003366",
    "339966",
    "003300",
    "333300",
    "993300",
    "993366",
    "333399",
    "333333",
]
_ALIGN = {1: "left", 2: "center", 3: "right", 5: "justify"}


@dataclass
class Look:
    """Of one sheet: (row, column) -> index of the cell format; column -> width in characters."""

    cells: dict[tuple[int, int], int] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)


def of_xls(path: Path) -> tuple[list[dict[str, Any]], dict[str, Look], list[str]]:
    """Cell formats as xlsxwriter properties, the ``Look`` of every sheet by name, codes of what a copy loses."""
    stream = workbook_stream(path)
    looks, lost = {}, set()
    for sheet, start in sheet_starts(stream).items():
        looks[sheet] = Look()
        for kind, body in records(stream[start:]):
            if kind == END:
                break
            _take(looks[sheet], kind, body)
            lost |= (
                {"formulas"}
                if kind == 0x06
                else {"drawings"}
                if kind == _DRAWING
                else {"comments"}
                if kind == _NOTE
                else set()
            )
    return list(_formats(stream)), looks, sorted(lost)


def _take(look: Look, kind: int, body: bytes) -> None:
    if kind in _CELLS and len(body) >= 6:
        row, column, style = (int.from_bytes(body[at : at + 2], "little") for at in (0, 2, 4))
        look.cells[row, column] = style
    elif kind in _MANY and len(body) >= 6:
        row, first = (int.from_bytes(body[at : at + 2], "little") for at in (0, 2))
        for step, at in enumerate(range(4, len(body) - 3, _MANY[kind])):
            look.cells[row, first + step] = int.from_bytes(body[at : at + 2], "little")
    elif kind == _COLUMNS and len(body) >= 6:
        first, last, width = (int.from_bytes(body[at : at + 2], "little") for at in (0, 2, 4))
        look.widths |= dict.fromkeys(range(first, min(last, 255) + 1), width / 256)


def _formats(stream: bytes) -> Iterator[dict[str, Any]]:
    fonts: list[dict[str, Any]] = []
    numbers = dict(_BUILT_IN)
    colours = dict(enumerate(_COLOURS, start=8))
    styles: list[bytes] = []
    for kind, body in records(stream):
        if kind == END:
            break
        if kind == _PALETTE:
            colours |= {8 + at // 4: body[at + 2 : at + 5].hex().upper() for at in range(0, len(body) - 5, 4)}
        elif kind == _FORMAT and len(body) > 5:
            text = body[5:].decode("utf-16-le" if body[4] & 1 else "cp1252", errors="replace")
            numbers[int.from_bytes(body[:2], "little")] = text
        elif kind == _FONT and len(body) > 8:
            fonts.append(_font(body))
        elif kind == _XF and len(body) >= 20:
            styles.append(body)
    for body in styles:
        yield _style(body, fonts, numbers, colours)


def _font(body: bytes) -> dict[str, Any]:
    is_bold = int.from_bytes(body[6:8], "little") >= 600
    marks = {"bold": is_bold, "italic": bool(body[2] & 2), "font_strikeout": bool(body[2] & 8)}
    return {"font_size": int.from_bytes(body[:2], "little") / 20, "colour": int.from_bytes(body[4:6], "little")} | {
        name: True for name, is_on in marks.items() if is_on
    }


def _style(
    body: bytes, fonts: list[dict[str, Any]], numbers: dict[int, str], colours: dict[int, str]
) -> dict[str, Any]:
    number = int.from_bytes(body[:2], "little")
    font = dict(fonts[number - (number > 4)]) if number - (number > 4) < len(fonts) else {"colour": 0}
    ink = colours.get(font.pop("colour"))
    style = font | ({"font_color": f"#{ink}"} if ink else {})
    if (shown := numbers.get(int.from_bytes(body[2:4], "little"))) is not None:
        style["num_format"] = shown
    if align := _ALIGN.get(body[6] & 7):
        style["align"] = align
    if body[6] & 8:
        style["text_wrap"] = True
    sides = ("left", body[10] & 15), ("right", body[10] >> 4), ("top", body[11] & 15), ("bottom", body[11] >> 4)
    style |= {side: line for side, line in sides if line}
    fill = colours.get(int.from_bytes(body[18:20], "little") & 0x7F)
    if body[17] >> 2 and fill:
        style |= {"bg_color": f"#{fill}", "pattern": 1}
    return style


def lost_in_place(path: Path) -> list[str]:
    """Codes of what openpyxl loses when it writes an XLSX again."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        sheets = [name for name in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
        has_formulas = any(re.search(rb"<(?:\w+:)?f\b", archive.read(name)) for name in sheets)
    lost = {
        "drawings": any(name.startswith(("xl/charts/", "xl/media/", "xl/drawings/drawing")) for name in names),
        "pivots": any(name.startswith("xl/pivotTables/") for name in names),
        "macros": any(name.endswith("vbaProject.bin") for name in names),
        "links": any(name.startswith("xl/externalLinks/") for name in names),
        "formulas": has_formulas,
    }
    return sorted(name for name, is_there in lost.items() if is_there)
