"""JSON records and HTML tables (also saved as .xls) to raw sheets; no network, no script, no external entity."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from loaders.files.encodings import decode
from loaders.problems import Problem, Refused
from loaders.sheets.aside.shape import Aside
from loaders.sheets.html_titles import (
    BLOCKS,
    CELLS,
    LONGEST_LINE,
    MENUS,
    MOST_LINES,
    PLAIN,
    VOID,
    Line,
    titles_of_tables,
)
from loaders.sheets.limits import MAX_SHEETS, refuse_many_sheets
from loaders.sheets.raw import MAX_CELLS, Merge, RawSheet, is_blank
from loaders.thai import normalise

MAX_SPAN = 1000
MAX_DEPTH_ERROR = (RecursionError, ValueError)
MOST_TABLES = 5_000


def read_json(path: Path) -> list[RawSheet]:
    """A list of objects, or an object that contains lists of objects: one sheet per list.

    Row numbers are those of a table with the keys in row 1: record N is row N + 1. GeoJSON points become ``longitude``
    and ``latitude`` beside their properties. What the object states beside its lists is text above the tables.
    """
    text, _, _ = decode(path.read_bytes())
    try:
        content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) - 1
        raise Refused("file_half" if cut else "file_unreadable", row=error.lineno, value=path.name) from None
    except MAX_DEPTH_ERROR:
        raise Refused("file_unreadable", value=path.name) from None
    lists = _record_lists(content, path.stem)
    if not lists:
        raise Refused("file_not_a_table", value=path.name)
    refuse_many_sheets(len(lists))
    above = _statements(content) if isinstance(content, dict) else []
    return [replace(_record_sheet(name, records), above=above) for name, records in lists]


def _statements(content: dict[str, Any]) -> list[str]:
    """What an object states beside its lists, as ``key: value``: agency, year, unit, also one object deeper."""
    pairs: list[tuple[str, Any]] = []
    for key, value in content.items():
        pairs += value.items() if isinstance(value, dict) else [(key, value)]
    stated = [(key, value) for key, value in pairs if isinstance(value, str) and not is_blank(value)]
    return [normalise(f"{key}: {value}")[:LONGEST_LINE] for key, value in stated[:MOST_LINES]]


def _record_lists(content: Any, name: str) -> list[tuple[str, list[Any]]]:
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        features = content.get("features")
        return [(name, [_feature(feature) for feature in features])] if isinstance(features, list) and features else []
    if isinstance(content, list):
        return [(name, content)] if any(isinstance(record, dict) for record in content) else []
    if not isinstance(content, dict):
        return []
    return [
        (key, value)
        for key, value in content.items()
        if isinstance(value, list) and any(isinstance(record, dict) for record in value)
    ]


def _feature(feature: Any) -> Any:
    if not isinstance(feature, dict):
        return feature
    record = dict(feature.get("properties") or {})
    geometry = feature.get("geometry") or {}
    if isinstance(geometry, dict) and geometry.get("type") == "Point" and len(geometry.get("coordinates", [])) >= 2:
        record |= dict(zip(("longitude", "latitude"), geometry["coordinates"], strict=False))
    return record


def _record_sheet(name: str, records: list[Any]) -> RawSheet:
    keys = list(dict.fromkeys(key for record in records if isinstance(record, dict) for key in record))
    if len(keys) * len(records) > MAX_CELLS:
        raise Refused("file_too_heavy", sheet=name, value=f"{len(records)} x {len(keys)}")
    rows = [keys]
    problems = []
    for number, record in enumerate(records, start=2):
        if isinstance(record, dict):
            rows.append([_value_text(record.get(key)) for key in keys])
        else:
            text = _value_text(record)
            rows.append([text] + [""] * (len(keys) - 1))
            problems.append(Problem("record_not_an_object", "quarantined", name, number, value=text[:80]))
    return RawSheet(name, rows, list(range(1, len(rows) + 1)), records=True, problems=problems)


def _value_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        whole, dot, fraction = value.partition(".")
        is_plain = dot and fraction.strip("0") == "" and fraction and whole.lstrip("-").isdecimal()
        return whole if is_plain else value
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ", ".join(_value_text(item) for item in value)
    return json.dumps(value, ensure_ascii=False)


def read_html(path: Path) -> list[RawSheet]:
    """Every table with two rows or more.

    What a reader of the page sees before a table is text above it: headings, paragraphs, its caption, tables that are
    only titles. Below the first table the titles of the one before go on, as far as no others replace them.
    """
    text, _, _ = decode(path.read_bytes())
    parser = _Tables()
    parser.feed(text)
    parser.close()
    grids = [grid for grid in parser.grids if len(grid.rows) > 1]
    if not grids:
        raise Refused("file_not_a_table", value=path.name)
    refuse_many_sheets(len(grids))
    above = titles_of_tables(parser.flow)
    names = [path.stem] if len(grids) == 1 else [f"{path.stem} {number + 1}" for number in range(len(grids))]
    return [
        RawSheet(
            name,
            grid.rows,
            list(range(1, len(grid.rows) + 1)),
            merges=grid.merges,
            aside=grid.aside,
            above=above[id(grid)],
        )
        for name, grid in zip(names, grids, strict=True)
        if id(grid) in above
    ]


class _Grid:
    """One table being parsed: spans leave blank cells and are kept as merges."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.merges: list[Merge] = []
        self.taken: dict[int, int] = {}  # column -> first row that is free again
        self.text: list[str] | None = None
        self.span = (1, 1)
        self.aside = Aside()
        self.struck = 0  # open tags of struck text
        self.is_struck: bool | None = None  # None: no text yet
        self.captions: list[Line] = []
        self.cell_lines: list[Line] = []  # of the open cell
        self.told = 0  # rows that are titles of a table inside a later one

    @property
    def is_frame(self) -> bool:
        """Whether another table is inside one of its cells."""
        return self.told > 0

    def start_row(self, *, is_hidden: bool = False) -> None:
        self.rows.append([])
        if is_hidden:
            self.aside.hide(len(self.rows) - 1)

    def finish_cell(self) -> None:
        if self.text is None:
            return
        if not self.rows:
            self.start_row()
        row, position = self.rows[-1], len(self.rows) - 1
        while self.taken.get(len(row), 0) > position:
            row.append("")
        down, right = self.span
        left = len(row)
        row += [normalise("".join(self.text))] + [""] * (right - 1)
        if self.is_struck:
            self.aside.struck.add((position, left))
        self.text = None
        for column in range(left, left + right):
            if down > 1:
                self.taken[column] = position + down
        if down > 1 or right > 1:
            self.merges.append(Merge(position, left, position + down - 1, left + right - 1))
        if len(row) * len(self.rows) > MAX_CELLS:
            raise Refused("file_too_heavy", value=f"{len(self.rows)} x {len(row)}")


class _Tables(HTMLParser):
    """Collects tables, and in ``flow`` the tables and the lines of text outside of cells, as they follow each other."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.grids: list[_Grid] = []
        self.open: list[_Grid] = []
        self.silent = 0
        self.flow: list[Line | _Grid] = []
        self.line: list[str] = []
        self.rank = PLAIN
        self.unseen = ""  # the tag whose content is no title: a menu, what is hidden
        self.unseen_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._block(tag, dict(attrs))
        if tag in ("script", "style"):
            self.silent += 1
        elif tag == "table":
            self._start_table()
        elif self.open and tag == "tr":
            self.open[-1].finish_cell()
            self.open[-1].start_row(is_hidden=_is_hidden(dict(attrs)))
        elif self.open and tag in ("s", "strike", "del"):
            self.open[-1].struck += 1
        elif self.open and tag in ("td", "th"):
            self.open[-1].finish_cell()
            self.open[-1].text, self.open[-1].cell_lines = [], []
            attributes = dict(attrs)
            self.open[-1].struck = int("line-through" in (attributes.get("style") or ""))
            self.open[-1].is_struck = None
            self.open[-1].span = (_span(attributes.get("rowspan")), _span(attributes.get("colspan")))
        elif self.open and tag in ("br", "p", "div") and self.open[-1].text is not None:
            self.open[-1].text.append(" ")

    def _start_table(self) -> None:
        if self.open:
            self._tell_frame(self.open[-1])
        self.unseen = ""
        self.open.append(_Grid())
        self.grids.append(self.open[-1])
        self.flow.append(self.open[-1])
        if len(self.grids) > MOST_TABLES:  # many tables of a page are only its layout
            raise Refused("file_many_sheets", value=f"{len(self.grids):,}", suggestion=str(MAX_SHEETS))

    def _tell_frame(self, frame: _Grid) -> None:
        """A table around a table is layout: what its rows say until here are lines before the inner one."""
        texts = (" ".join(filter(None, row)) for row in frame.rows[frame.told :][-MOST_LINES:])
        self.flow += [Line(text[:LONGEST_LINE]) for text in texts if text]
        self.flow += frame.cell_lines
        frame.cell_lines, frame.told = [], max(1, len(frame.rows))

    def _block(self, tag: str, attributes: dict[str, str | None] | None = None) -> None:
        """End the line of text at a tag that starts or ends one; ``attributes``: of a start tag."""
        grid = self.open[-1] if self.open else None
        in_cell = grid is not None and grid.text is not None
        if tag in BLOCKS:
            is_title = not in_cell or tag not in CELLS or (tag == "table" and attributes is not None)
            if is_title and (text := normalise("".join(self.line))):
                # text in a table but in none of its cells is shown before the table
                lines = self.flow if grid is None else grid.cell_lines if in_cell else grid.captions
                lines.append(Line(text[:LONGEST_LINE], self.rank))
            self.line = []
            self.rank = self.rank if tag == "br" else PLAIN if attributes is None else BLOCKS[tag]
        if attributes is None:
            self.unseen_depth -= tag == self.unseen
            self.unseen = self.unseen if self.unseen_depth > 0 else ""
        elif self.unseen:
            self.unseen_depth += tag == self.unseen
        elif tag in MENUS or (tag not in CELLS | VOID and _is_hidden(attributes)):
            self.unseen, self.unseen_depth = tag, 1

    def handle_endtag(self, tag: str) -> None:
        self._block(tag)
        if tag in ("script", "style"):
            self.silent = max(0, self.silent - 1)
        elif self.open and tag in ("s", "strike", "del"):
            self.open[-1].struck = max(0, self.open[-1].struck - 1)
        elif self.open and tag in ("td", "th", "tr", "table"):
            self.open[-1].finish_cell()
            if tag == "table":
                self._clip(self.open.pop())

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1].text is not None and not self.silent:
            self.open[-1].text.append(data)
            if data.strip():  # a cell is struck when all of its text is
                self.open[-1].is_struck = bool(self.open[-1].struck) and self.open[-1].is_struck is not False
        if not self.silent and not self.unseen:
            self.line.append(data)

    @staticmethod
    def _clip(grid: _Grid) -> None:
        last = len(grid.rows) - 1
        grid.merges = [Merge(m.top, m.left, min(m.bottom, last), m.right) for m in grid.merges]

    def close(self) -> None:
        super().close()
        while self.open:
            self.open[-1].finish_cell()
            self._clip(self.open.pop())


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    return "hidden" in attributes or re.search(r"display\s*:\s*none", attributes.get("style") or "") is not None


def _span(text: str | None) -> int:
    text = (text or "").strip()
    return min(max(int(text), 1), MAX_SPAN) if text.isdecimal() and not is_blank(text) else 1
