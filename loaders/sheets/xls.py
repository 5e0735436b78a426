"""What calamine omits in an old .xls: state of the OLE2 container (encrypted, truncated, foreign), error cells."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import olefile

from loaders.problems import Refused
from loaders.sheets.xlsx_xml import CellMark

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
# Main streams of other programs -> name to show to the person who uploaded such a file.
_OTHER_PROGRAMS = {"WordDocument": "Word", "PowerPoint Document": "PowerPoint", "__properties_version1.0": "Outlook"}
_FILEPASS, _BOUNDSHEET, _BOOLERR, FORMULA, END = 0x2F, 0x85, 0x205, 0x06, 0x0A


def workbook_stream(path: Path) -> bytes:
    """The Workbook stream of an OLE2 file; only in a child process: a crafted container can cost time and memory.

    Raises ``Refused``: ``file_encrypted``, ``file_kind_unsupported`` (another program's file), ``file_half`` (truncated
    or inconsistent).
    """
    try:
        with olefile.OleFileIO(path) as container:
            names = {"/".join(parts) for parts in container.listdir(streams=True, storages=True)}
            name = _workbook_name(names, path.name)
            with container.openstream(name) as stream:
                content, declared_bytes = stream.read(), container.get_size(name)
    except (OSError, struct.error, IndexError, ValueError, TypeError, AttributeError, RecursionError):
        raise Refused("file_half", value=path.name) from None
    if not content or len(content) < declared_bytes:
        raise Refused("file_half", value=path.name)
    return content


def _workbook_name(names: set[str], file: str) -> str:
    if names & {"EncryptedPackage", "EncryptionInfo"}:
        raise Refused("file_encrypted", value=file)
    name = next((name for name in names if name.lower() in ("workbook", "book")), None)
    if name is None:
        program = next((_OTHER_PROGRAMS[name] for name in _OTHER_PROGRAMS if name in names), "OLE")
        raise Refused("file_kind_unsupported", value=program)
    return name


def error_cells(stream: bytes) -> dict[str, list[CellMark]]:
    """Error cells of a BIFF8 workbook stream by sheet name; calamine reads them as empty cells."""
    return {sheet: _errors_of_sheet(stream[start:]) for sheet, start in sheet_starts(stream).items()}


def records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a Workbook stream as (type, body), up to a truncated end."""
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + length]
        position += 4 + length


def sheet_starts(stream: bytes) -> dict[str, int]:
    """Sheet name -> offset of the sheet's records (BIFF8). Raises ``Refused`` (``file_encrypted``)."""
    starts: dict[str, int] = {}
    for kind, body in records(stream):
        if kind == _FILEPASS:
            raise Refused("file_encrypted")
        if kind == _BOUNDSHEET and len(body) > 8:
            is_wide = body[7] & 1
            text = body[8 : 8 + body[6] * (1 + is_wide)]
            name = text.decode("utf-16-le" if is_wide else "cp1252", errors="replace")
            starts[name] = int.from_bytes(body[:4], "little")
        if kind == END:
            break
    return starts


def _errors_of_sheet(stream: bytes) -> list[CellMark]:
    """Cells with an error, and formulas whose result is one."""
    marks = []
    for kind, body in records(stream):
        if kind == END:
            break
        code = None
        if kind == _BOOLERR and len(body) >= 8 and body[7] == 1:
            code = body[6]
        elif kind == FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
            code = body[8]
        if code is not None:
            row, column = int.from_bytes(body[0:2], "little"), int.from_bytes(body[2:4], "little")
            marks.append(CellMark("error_cell", row, column, _ERRORS.get(code, "#ERROR!")))
    return marks
