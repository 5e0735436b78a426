"""Hidden, filtered and struck rows, hidden columns and SUBTOTAL cells of an OpenDocument spreadsheet."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.parsers import expat

from loaders.problems import Refused
from loaders.sheets.aside.shape import Aside, subtotal

CHUNK = 1 << 20
MARKS = re.compile(rb'"collapse"|"filter"|display="false"|line-through-|SUBTOTAL|AGGREGATE|table-row-group')
MOST_ROWS = 1_048_576


def read(path: Path) -> dict[str, Aside]:
    """What every sheet of a checked ODS sets aside; parsed only when the file contains one of ``MARKS``."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        rest, is_marked = b"", False
        while not is_marked and (chunk := stream.read(CHUNK)):
            is_marked = MARKS.search(rest + chunk) is not None
            rest = chunk[-64:]
        if not is_marked:
            return {}
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        reader = _Reader()
        try:
            while chunk := stream.read(CHUNK):
                reader.parser.Parse(chunk, False)
            reader.parser.Parse(b"", True)
        except (expat.ExpatError, ValueError):
            return reader.sheets  # calamine reports what is wrong with the file
    return reader.sheets


class _Reader:
    """Counts rows and columns with their repetitions, as calamine does."""

    def __init__(self) -> None:
        self.sheets: dict[str, Aside] = {}
        self.aside = Aside()
        self.struck: set[str] = set()
        self.style = ""
        self.row = self.column = self.sheet_column = 0
        self.row_repeat = 1
        self.groups: list[bool] = []
        self.cell: tuple[int, int] | None = None
        self.spans: list[bool] = []
        self.texts: list[bool] = []  # of each text in the cell: whether it is struck
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype

    @staticmethod
    def _doctype(*_: object) -> None:
        raise Refused("file_unreadable", value="DOCTYPE")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style:style":
            self.style = attributes.get("style:name", "")
            if attributes.get("style:parent-style-name") in self.struck:
                self.struck.add(self.style)
        elif name == "style:text-properties":
            if attributes.get("style:text-line-through-style", "none") != "none":
                self.struck.add(self.style)
        elif name == "table:table":
            self.aside = self.sheets.setdefault(attributes.get("table:name", ""), Aside())
            self.row = self.sheet_column = 0
        elif name == "table:table-column":
            times = min(int(attributes.get("table:number-columns-repeated", "1")), 16_384)
            if attributes.get("table:visibility", "visible") != "visible":
                self.aside.columns |= set(range(self.sheet_column, self.sheet_column + min(times, 2_000)))
            self.sheet_column += times
        elif name == "table:table-row-group":
            self.groups.append(attributes.get("table:display") == "false")
        elif name == "table:table-row":
            self._open_row(attributes)
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._open_cell(attributes)
        elif name == "text:span":
            self.spans.append(attributes.get("text:style-name") in self.struck)

    def _open_row(self, attributes: dict[str, str]) -> None:
        self.row_repeat = min(int(attributes.get("table:number-rows-repeated", "1")), MOST_ROWS)
        self.column = 0
        shown = attributes.get("table:visibility", "visible")
        for row in range(self.row, self.row + min(self.row_repeat, 2_000)):
            if self.groups:
                self.aside.levels[row] = len(self.groups)
            if shown != "visible" or any(self.groups):
                self.aside.hide(row, is_filtered=shown == "filter")

    def _open_cell(self, attributes: dict[str, str]) -> None:
        times = int(attributes.get("table:number-columns-repeated", "1"))
        self.cell, self.spans, self.texts = (self.row, self.column), [], []
        if attributes.get("table:style-name") in self.struck:
            self.spans = [True]
        if formula := attributes.get("table:formula"):
            plain = re.sub(r"\[\.?|\]|(?<=:)\.", "", formula.partition("=")[2])
            if check := subtotal(self.row, self.column, plain):
                self.aside.subtotals.append(check)
        self.column += min(times, 16_384)

    def _text(self, text: str) -> None:
        if self.cell is not None and text.strip():
            self.texts.append(any(self.spans))

    def _end(self, name: str) -> None:
        if name == "table:table-row":
            self.row += self.row_repeat
        elif name == "table:table-row-group":
            self.groups.pop()
        elif name == "text:span" and self.spans:
            self.spans.pop()
        elif name in ("table:table-cell", "table:covered-table-cell"):
            if self.cell is not None and self.texts and all(self.texts):
                self.aside.struck.add(self.cell)
            self.cell = None
