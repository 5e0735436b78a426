"""Excel 2003 XML (often named .xls) to raw sheets; a document type declaration, and so any entity, is refused."""

from __future__ import annotations

from pathlib import Path
from xml.parsers import expat

from loaders.problems import Problem, Refused
from loaders.sheets.aside.shape import Subtotal
from loaders.sheets.limits import MAX_COLUMNS, MAX_ROWS, refuse_many_sheets
from loaders.sheets.raw import MAX_CELLS, Merge, RawSheet

_NS = "urn:schemas-microsoft-com:office:spreadsheet"


def read_xml_2003(path: Path) -> list[RawSheet]:
    """Every worksheet; values as stored, numbers without a trailing ``.0``.

    Raises ``Refused``: ``file_half``, ``file_unreadable``, ``file_not_a_table``, ``file_many_sheets``,
    ``file_too_heavy``.
    """
    reader = _Reader()
    try:
        reader.parse(path.read_bytes())
    except expat.ExpatError as error:
        cut = error.code in (expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS], 5)  # 5: unclosed token
        raise Refused("file_half" if cut or reader.depth else "file_unreadable", value=path.name) from None
    if not reader.sheets:
        raise Refused("file_not_a_table", value=path.name)
    return reader.sheets


class _Reader:
    def __init__(self) -> None:
        self.sheets: list[RawSheet] = []
        self.depth = 0
        self.text: list[str] | None = None
        self.kind = ""
        self.column = 0
        self.cells = 0
        self.columns = 0
        self.style = ""
        self.struck: set[str] = set()

    def parse(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = lambda text: self.text.append(text) if self.text is not None else None
        parser.StartDoctypeDeclHandler = self._doctype
        parser.Parse(data, True)

    @staticmethod
    def _doctype(*_: object) -> None:
        raise Refused("file_unreadable", value="DOCTYPE")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        space, _, tag = name.rpartition(" ")
        if tag == "Visible":  # of the Excel namespace: WorksheetOptions
            self.text = []
        if space != _NS:
            return
        own = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if tag == "Worksheet":
            refuse_many_sheets(len(self.sheets) + 1)
            self.sheets.append(RawSheet(own.get("Name", f"{len(self.sheets) + 1}"), [], []))
            self.columns = 0
        elif tag == "Row" and self.sheets:
            self._row(_number(own.get("Index"), MAX_ROWS), is_hidden=own.get("Hidden") == "1")
        elif tag == "Column" and self.sheets:
            self._column(own)
        elif tag == "Style":
            self.style = own.get("ID", "")
        elif tag == "Font" and own.get("StrikeThrough") == "1":
            self.struck.add(self.style)
        elif tag == "Cell" and self.sheets and self.sheets[-1].rows:
            self._cell(own)
        elif tag == "Data":
            self.text, self.kind = [], own.get("Type", "String")

    def _column(self, attributes: dict[str, str]) -> None:
        self.columns = max(self.columns + 1, _number(attributes.get("Index"), MAX_COLUMNS))
        last = self.columns + _number(attributes.get("Span"), MAX_COLUMNS)
        if attributes.get("Hidden") == "1":
            self.sheets[-1].aside.columns |= set(range(self.columns - 1, last))
        self.columns = last

    def _row(self, index: int, *, is_hidden: bool) -> None:
        sheet = self.sheets[-1]
        while len(sheet.rows) < max(index - 1, 0):
            sheet.rows.append([])
        sheet.rows.append([])
        if is_hidden:
            sheet.aside.hide(len(sheet.rows) - 1)
        sheet.numbers = list(range(1, len(sheet.rows) + 1)) if index else [*sheet.numbers, len(sheet.rows)]
        self.column = 0

    def _cell(self, own: dict[str, str]) -> None:
        sheet, row = self.sheets[-1], self.sheets[-1].rows[-1]
        self.column = max(self.column, _number(own.get("Index"), MAX_COLUMNS) - 1)
        across, down = _number(own.get("MergeAcross"), MAX_COLUMNS), _number(own.get("MergeDown"), MAX_ROWS)
        if across or down:
            top = len(sheet.rows) - 1
            sheet.merges.append(Merge(top, self.column, top + down, self.column + across))
        row += [""] * (self.column + 1 - len(row))
        if own.get("StyleID") in self.struck:
            sheet.aside.struck.add((len(sheet.rows) - 1, self.column))
        if "SUBTOTAL(" in own.get("Formula", "").upper():  # its areas are in R1C1 notation, so it is not compared
            sheet.aside.subtotals.append(Subtotal(len(sheet.rows) - 1, self.column))
        self.column += 1 + across
        self.cells += len(row)
        if self.cells > MAX_CELLS:
            raise Refused("file_too_heavy", sheet=sheet.name, value=str(self.cells))

    def _end(self, name: str) -> None:
        self.depth -= 1
        space, _, tag = name.rpartition(" ")
        if tag == "Data" and space == _NS and self.text is not None:
            self._put("".join(self.text))
            self.text = None
        elif tag == "Visible" and self.text is not None:
            if "".join(self.text).strip() != "SheetVisible" and self.sheets:
                self.sheets[-1].hidden = True
                self.sheets[-1].problems.append(Problem("hidden_sheet", sheet=self.sheets[-1].name))
            self.text = None
        elif tag == "Worksheet" and space == _NS:
            last = len(self.sheets[-1].rows) - 1
            self.sheets[-1].merges = [
                Merge(m.top, m.left, min(m.bottom, last), m.right) for m in self.sheets[-1].merges
            ]

    def _put(self, text: str) -> None:
        if not (self.sheets and self.sheets[-1].rows and self.sheets[-1].rows[-1]):
            return
        row = self.sheets[-1].rows[-1]
        if self.kind == "DateTime":
            text = text.removesuffix("T00:00:00.000").removesuffix("T00:00:00").replace("T", " ")
        elif self.kind == "Number":
            text = text.removesuffix(".0")
        elif self.kind == "Error":
            self.sheets[-1].marks.append(("error_cell", len(self.sheets[-1].rows) - 1, len(row) - 1, text))
        row[-1] = text


def _number(text: str | None, most: int) -> int:
    text = text or ""
    return min(int(text), most) if text.isdecimal() and len(text) < 9 else 0
