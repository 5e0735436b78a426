"""Limits on the size of a file: checked before parsing where possible, and again on what leaves the child.

The server works on the result without the child's limits: a hundred thousand sheets or a cell of ninety megabytes would
block it for minutes.
"""

from __future__ import annotations

from collections.abc import Iterable

from loaders.problems import Refused
from loaders.sheets.raw import MAX_CELLS, RawSheet

MAX_SHEETS = 200
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384  # limits of a worksheet
MAX_LINE_BYTES = 2 << 20
MAX_CELL_CHARACTERS = 100_000  # three times the limit of a worksheet's cell


def refuse_many_sheets(number: int) -> None:
    """Raise ``Refused`` (``file_many_sheets``) for more than ``MAX_SHEETS``."""
    if number > MAX_SHEETS:
        raise Refused("file_many_sheets", value=f"{number:,}", suggestion=str(MAX_SHEETS))


def check_lines(data: bytes) -> None:
    """Refuse text with too many or too long lines before parsing: ``file_many_rows``, ``file_long_line``."""
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    if lines > MAX_ROWS:
        raise Refused("file_many_rows", value=f"{lines:,}", suggestion=f"{MAX_ROWS:,}")
    start = number = 0
    while start < len(data):  # one search per MAX_LINE_BYTES: does a line end in this range
        number += 1
        end = start + MAX_LINE_BYTES
        last = max(data.rfind(b"\n", start, end), data.rfind(b"\r", start, end))
        if last < 0 and len(data) > end:
            raise Refused("file_long_line", row=data.count(b"\n", 0, start) + 1, value=str(MAX_LINE_BYTES >> 20))
        start = end if last < 0 else last + 1


def check_sheets(sheets: Iterable[RawSheet]) -> list[RawSheet]:
    """Return the sheets unless they are too many, too wide, too long or, together, too large.

    Raises ``Refused``: ``file_many_sheets``, ``file_many_rows``, ``file_many_columns``, ``file_long_cell``,
    ``file_too_heavy``.
    """
    listed = list(sheets)
    refuse_many_sheets(len(listed))
    cells = 0
    for raw in listed:
        if len(raw.rows) > MAX_ROWS:
            raise Refused("file_many_rows", sheet=raw.name, value=f"{len(raw.rows):,}", suggestion=f"{MAX_ROWS:,}")
        for number, row in zip(raw.numbers, raw.rows, strict=False):
            cells += len(row)
            if len(row) > MAX_COLUMNS:
                shown = {"value": f"{len(row):,}", "suggestion": f"{MAX_COLUMNS:,}"}
                raise Refused("file_many_columns", sheet=raw.name, row=number, **shown)
            if row and len(max(row, key=len)) > MAX_CELL_CHARACTERS:
                raise Refused("file_long_cell", sheet=raw.name, row=number, value=f"{MAX_CELL_CHARACTERS:,}")
    if cells > MAX_CELLS:
        raise Refused("file_too_heavy", value=f"{cells:,}")
    return listed
