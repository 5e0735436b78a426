"""What a web page says before a table: lines of text in their order, and which of them are titles of which table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from loaders.sheets.raw import is_blank

MOST_LINES = 20  # of one table; the text of a page around a report is longer
MOST_TITLE_ROWS = 8
LONGEST_LINE = 500
PLAIN = 7  # rank of a line that is no heading; h1 to h6 have 1 to 6
CELLS = frozenset(["table", "tbody", "td", "tfoot", "th", "thead", "tr"])  # tags that end a cell
_PARTS = (
    "address article aside blockquote body br caption center dd div dl dt fieldset figcaption footer form header hr "
    "legend li main ol p pre section ul"
)
BLOCKS = {f"h{rank}": rank for rank in range(1, PLAIN)} | dict.fromkeys((*_PARTS.split(), *CELLS), PLAIN)
MENUS = frozenset(["button", "datalist", "nav", "noscript", "select", "template", "textarea", "title"])
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
_UNIT = re.compile(r"บาท|baht|หน่วย\s*(?:นับ|เงิน)?\s*[:=]", re.IGNORECASE)
_LABEL = re.compile(r".*[:：]\s*")


@dataclass(frozen=True)
class Line:
    """A line of text; ``rank``: level of the heading it is, or :data:`PLAIN`."""

    text: str
    rank: int = PLAIN


class Grid(Protocol):
    """A table as parsed: its cells, and lines inside it but in no cell."""

    rows: list[list[str]]
    captions: list[Line]

    @property
    def is_frame(self) -> bool:
        """Whether another table is inside one of its cells."""


def titles_of_tables(flow: Iterable[Line | Grid]) -> dict[int, list[str]]:
    """``id`` of each table of data -> its titles, the nearest first; a table that is missing was only titles of another.

    Titles stay for the next table until others take their place: a heading ends those of its level and below, plain
    lines as many plain lines. A unit of money stays until another is stated.
    """
    above: dict[int, list[str]] = {}
    own: list[Line] = []
    before: list[Line] = []
    pending: list[Grid] = []  # titles, if a table of data follows
    for item in flow:
        if isinstance(item, Line):
            own.append(item)
        elif _is_title(item):
            pending.append(item)
            own += [] if item.is_frame else [*item.captions, *_lines(item)]
        else:
            before = _capped([*_staying(before, own), *own])
            nearest = [*item.captions[-MOST_LINES:], *own[-MOST_LINES:]]
            above[id(item)] = list(dict.fromkeys(line.text for line in (*nearest, *before)))
            own, pending = [], []
    return above | {id(grid): [] for grid in pending}


def _is_title(grid: Grid) -> bool:
    """Whether each row of a small table is one text, or a label with a colon and what it says; or it has one row."""
    filled = [[cell for cell in row if not is_blank(cell)] for row in grid.rows]
    is_small = len(filled) <= MOST_TITLE_ROWS
    return len(filled) < 2 or (is_small and all(len(row) < 2 or _LABEL.fullmatch(row[0]) for row in filled))


def _lines(grid: Grid) -> list[Line]:
    texts = (" ".join(cell for cell in row if not is_blank(cell)) for row in grid.rows)
    return [Line(text[:LONGEST_LINE]) for text in texts if text]


def _staying(before: Sequence[Line], own: Sequence[Line]) -> list[Line]:
    """The lines of the table before that ``own`` does not replace."""
    ranks = [line.rank for line in own if line.rank < PLAIN]
    if ranks:
        ended = (place for place, line in enumerate(before) if min(ranks) <= line.rank < PLAIN)
        end = next(ended, len(before))
    else:
        headings = [place for place, line in enumerate(before) if line.rank < PLAIN]
        end = max(headings[-1] + 1 if headings else 0, len(before) - len(own))
    states_unit = any(_UNIT.search(line.text) for line in (*before[:end], *own))
    units = [] if states_unit else [line for line in before[end:] if _UNIT.search(line.text)]
    return [*before[:end], *units[-1:]]


def _capped(lines: Sequence[Line]) -> list[Line]:
    """The last lines, and the last unit before them."""
    units = [line for line in lines[:-MOST_LINES] if _UNIT.search(line.text)]
    return [*units[-1:], *lines[-MOST_LINES:]]
