"""Hidden, filtered, folded and struck rows, hidden columns and SUBTOTAL cells in the XML of an XLSX."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath

from loaders.sheets.aside.shape import Aside, moved, subtotal

_TRUE = (b"1", b"true")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_FILTER = re.compile(
    rb"<(?:\w+:)?autoFilter\b[^>]*?\bref=\"([A-Z]+)(\d+):([A-Z]+)(\d+)\"[^>]*>(.*?)</(?:\w+:)?autoFilter>", re.DOTALL
)
_CRITERION = re.compile(rb"<(?:\w+:)?(?:filters|customFilters|top10|dynamicFilter|colorFilter|iconFilter)\b")
_FORMULA_CELL = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f\b([^>]*?)(?:/>|>([^<]*)</(?:\w+:)?f>)'
)
_FONTS = re.compile(rb"<(?:\w+:)?fonts\b.*?</(?:\w+:)?fonts>", re.DOTALL)
_FONT = re.compile(rb"<(?:\w+:)?font\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?font>)", re.DOTALL)
_STRIKE = re.compile(rb"<(?:\w+:)?strike\b(?![^>]*\bval=\"(?:0|false)\")")
_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(rb"<(?:\w+:)?xf\b([^>]*)>")
_ITEM = re.compile(rb"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_RUN = re.compile(rb"<(?:\w+:)?r>(.*?)</(?:\w+:)?r>", re.DOTALL)
_TEXT = re.compile(rb"<(?:\w+:)?t\b[^>]*>([^<]*)<")
_PART_OF = re.compile(rb'Target="([^"]*tables/[^"]+\.xml)"')
MOST_STRUCK_TEXTS = 2_000


def struck_cells(archive: zipfile.ZipFile) -> re.Pattern[bytes] | None:
    """A pattern for cells whose font, or whose whole text, is struck through; ``None`` when the workbook has none."""
    names = set(archive.namelist())
    styles = archive.read("xl/styles.xml") if "xl/styles.xml" in names else b""
    fonts, formats = _FONTS.search(styles), _FORMATS.search(styles)
    struck = [bool(_STRIKE.search(font)) for font in _FONT.findall(fonts[0])] if fonts and b"strike" in styles else []
    marks = []
    if any(struck) and formats:
        used = [int(dict(_ATTRIBUTE.findall(item)).get(b"fontId", b"0")) for item in _FORMAT.findall(formats[0])]
        styled = [b"%d" % number for number, font in enumerate(used) if font < len(struck) and struck[font]]
        if styled:
            marks.append(rb'(?=[^>]*\bs="(?:%b)")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"' % b"|".join(styled))
    if texts := _struck_texts(archive.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in names else b""):
        numbers = b"|".join(b"%d" % number for number in texts[:MOST_STRUCK_TEXTS])
        marks.append(
            rb'(?=[^>]*\bt="s")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?v>(?:%b)</(?:\w+:)?v>' % numbers
        )
    return re.compile(b"|".join(rb"<(?:\w+:)?c\b" + mark for mark in marks)) if marks else None


def _struck_texts(shared: bytes) -> list[int]:
    """Indices of shared texts all of whose runs are struck."""
    if b"strike" not in shared:
        return []
    numbers = []
    for number, item in enumerate(_ITEM.findall(shared)):
        runs = [run for run in _RUN.findall(item) if b"".join(_TEXT.findall(run)).strip()]
        if runs and all(_STRIKE.search(run) for run in runs):
            numbers.append(number)
    return numbers


def table_filters(archive: zipfile.ZipFile, part: str) -> list[tuple[int, int]]:
    """First and last row (0-based) of each filter in the tables of a sheet."""
    path = PurePosixPath(part)
    relations = str(path.parent / "_rels" / f"{path.name}.rels")
    names = set(archive.namelist())
    if relations not in names:
        return []
    parts = [f"xl/tables/{PurePosixPath(target.decode()).name}" for target in _PART_OF.findall(archive.read(relations))]
    return [rows for name in parts if name in names for rows in _filters(archive.read(name))]


def _filters(text: bytes) -> list[tuple[int, int]]:
    filters = _FILTER.findall(text)
    return [(int(top), int(bottom) - 1) for _, top, _, bottom, body in filters if _CRITERION.search(body)]


class Finder:
    """Collects what a sheet sets aside from pieces of its XML: :meth:`take` each, then :meth:`result`."""

    def __init__(self, struck: re.Pattern[bytes] | None, filters: list[tuple[int, int]]) -> None:
        self.aside = Aside()
        self.struck = struck
        self.filters = filters
        self.unseen: list[int] = []
        self.masters: dict[bytes, tuple[int, int, str]] = {}

    def take(self, piece: bytes) -> None:
        """Read a piece that ends between two cells."""
        if b"hidden=" in piece or b"outlineLevel=" in piece or b'="0"' in piece:
            self._rows(piece)
            self._columns(piece)
        if b"autoFilter" in piece:
            self.filters += _filters(piece)
        if self.masters or b"SUBTOTAL(" in piece or b"AGGREGATE(" in piece:
            self._formulas(piece)
        if self.struck is not None:
            for groups in self.struck.findall(piece):
                letters, digits = groups[:2] if groups[0] else groups[2:]
                self.aside.struck.add((int(digits) - 1, column_number(letters)))

    def result(self) -> Aside:
        """What the sheet sets aside; complete only after the last piece, which contains the filter of the rows."""
        for row in self.unseen:
            self.aside.hide(row, is_filtered=any(top <= row <= bottom for top, bottom in self.filters))
        return self.aside

    def _rows(self, piece: bytes) -> None:
        for text in _ROW.findall(piece):
            attributes = dict(_ATTRIBUTE.findall(text))
            if b"r" not in attributes:
                continue
            row = int(attributes[b"r"]) - 1
            if (level := int(attributes.get(b"outlineLevel", b"0"))) > 0:
                self.aside.levels[row] = level
            if attributes.get(b"hidden") in _TRUE or attributes.get(b"ht") in (b"0", b"0.0"):
                self.unseen.append(row)

    def _columns(self, piece: bytes) -> None:
        for text in _COLUMN.findall(piece):
            attributes = dict(_ATTRIBUTE.findall(text))
            if attributes.get(b"hidden") in _TRUE or attributes.get(b"width") in (b"0", b"0.0"):
                first, last = int(attributes.get(b"min", b"1")) - 1, int(attributes.get(b"max", b"1")) - 1
                self.aside.columns |= set(range(first, min(last, first + 2_000) + 1))

    def _formulas(self, piece: bytes) -> None:
        for letters, digits, attributes, text in _FORMULA_CELL.findall(piece):
            row, column = int(digits) - 1, column_number(letters)
            formula = text.decode("utf-8", errors="replace").replace("&apos;", "'")
            shared = dict(_ATTRIBUTE.findall(attributes)).get(b"si")
            if formula and shared is not None:
                self.masters[shared] = (row, column, formula)
            elif shared in self.masters:
                top, left, formula = self.masters[shared]
                formula = moved(formula, row - top, column - left)
            if formula and (check := subtotal(row, column, formula)):
                self.aside.subtotals.append(check)


def column_number(letters: bytes) -> int:
    """``A`` -> 0, ``XFD`` -> 16383."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
