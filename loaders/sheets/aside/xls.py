"""Hidden, filtered, folded and struck rows, hidden columns and SUBTOTAL cells in the records of an old XLS (BIFF8)."""

from __future__ import annotations

import struct

from loaders.sheets.aside.shape import KINDS, Area, Aside, Subtotal
from loaders.sheets.xls import END, FORMULA, records, sheet_starts

_FONT, _FORMAT, _ROW, _COLUMNS, _FILTERED = 0x31, 0xE0, 0x208, 0x7D, 0x9B
_CELLS = {0x203, 0x27E, 0xFD, 0x204, FORMULA, 0x205, 0xD6}
_MANY = 0xBD
_FUNCTION, _SUBTOTAL = (0x22, 0x42, 0x62), 344
_AREAS, _REFERENCES = (0x25, 0x45, 0x65), (0x24, 0x44, 0x64)
_COPY = 0x01


def read(stream: bytes) -> dict[str, Aside]:
    """What every sheet of a Workbook stream sets aside."""
    struck = struck_formats(stream)
    return {sheet: _sheet(stream[start:], struck) for sheet, start in sheet_starts(stream).items()}


def struck_formats(stream: bytes) -> set[int]:
    """Indices of cell formats whose font is struck through; BIFF has no font 4."""
    fonts: list[bool] = []
    formats: list[int] = []
    for kind, body in records(stream):
        if kind == _FONT and len(body) > 3:
            fonts.append(bool(body[2] & 0x08))
        elif kind == _FORMAT and len(body) > 1:
            formats.append(int.from_bytes(body[:2], "little"))
        elif kind == END:
            break
    places = [font - (font > 4) for font in formats]
    return {number for number, font in enumerate(places) if font < len(fonts) and fonts[font]}


def _sheet(stream: bytes, struck: set[int]) -> Aside:
    aside, unseen, is_filtered = Aside(), [], False
    for kind, body in records(stream):
        if kind == END:
            break
        if kind == _ROW and len(body) >= 14:
            row, options = int.from_bytes(body[:2], "little"), int.from_bytes(body[12:14], "little")
            if options & 0x07:
                aside.levels[row] = options & 0x07
            if options & 0x20:
                unseen.append(row)
        elif kind == _COLUMNS and len(body) >= 10 and body[8] & 1:
            first, last = struct.unpack_from("<HH", body)
            aside.columns |= set(range(first, min(last, 255) + 1))
        elif kind == _FILTERED:
            is_filtered = True
        elif kind in _CELLS and len(body) >= 6:
            row, column, style = struct.unpack_from("<HHH", body)
            if style in struck:
                aside.struck.add((row, column))
            if kind == FORMULA and (check := _subtotal(row, column, body)):
                aside.subtotals.append(check)
        elif kind == _MANY and struck and len(body) >= 6:
            row, first = struct.unpack_from("<HH", body)
            styles = [int.from_bytes(body[at : at + 2], "little") for at in range(4, len(body) - 2, 6)]
            aside.struck |= {(row, first + step) for step, style in enumerate(styles) if style in struck}
    for row in unseen:
        aside.hide(row, is_filtered=is_filtered)
    return aside


def _subtotal(row: int, column: int, body: bytes) -> Subtotal | None:
    """The SUBTOTAL of a formula: its number, then areas, then the call; a longer formula is not compared."""
    tokens = body[22 : 22 + int.from_bytes(body[20:22], "little")] if len(body) > 22 else b""
    call = struct.pack("<H", _SUBTOTAL)
    if len(tokens) < 4 or not any(bytes([kind]) in tokens and call in tokens for kind in _FUNCTION):
        return None
    areas: list[Area] = []
    number: int | None = None
    at = 0
    while at < len(tokens):
        kind = tokens[at]
        if kind == 0x1E and number is None:
            number, at = int.from_bytes(tokens[at + 1 : at + 3], "little"), at + 3
        elif kind in _AREAS and at + 9 <= len(tokens):
            top, bottom, left, right = struct.unpack_from("<HHHH", tokens, at + 1)
            areas.append((top, left & 0xFF, bottom, right & 0xFF))
            at += 9
        elif kind in _REFERENCES and at + 5 <= len(tokens):
            top, left = struct.unpack_from("<HH", tokens, at + 1)
            areas.append((top, left & 0xFF, top, left & 0xFF))
            at += 5
        elif kind in _FUNCTION and tokens[at + 2 : at + 4] == call and at + 4 == len(tokens) and number is not None:
            plain = number - 100 if number > 100 else number
            return Subtotal(
                row, column, KINDS.get(plain, "other"), "hidden" if number > 100 else "filtered", tuple(areas)
            )
        else:
            break
    return Subtotal(row, column) if call in tokens else None
