"""Gives every row of a raw sheet one fate: title, heading, data, total, section, or dropped and counted by reason.

``sum(dropped) + len(rows) + len(totals)`` is the number of rows of the file, so no row can be lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set as AbstractSet

from loaders.problems import Problem, Refused
from loaders.sheets.aside.checks import checks, outline_totals, strike_out
from loaders.sheets.headings import Header, find_header, unique_headings
from loaders.sheets.raw import MAX_CELLS, RawSheet, Table, is_blank, is_number, is_text, is_year, squeezed
from loaders.sheets.sections import Sections, fill_down
from loaders.sheets.totals import Band, TotalRows, adds_up, band_totals
from loaders.thai import normalise

_PAGE = re.compile(
    r"-?\s*(?:หน้า|หนา|แผ่น|page|sheet)?\s*(?:ที่)?\s*[\d๐-๙]+\s*(?:(?:/|จาก|of)\s*[\d๐-๙]+)?\s*-?|\(?\s*ต่อ\s*\)?",
    re.IGNORECASE,
)
_PAGE_WORD = re.compile("หน้า|หนา|แผ่น|page|sheet|ต่อ|^-.*-$", re.IGNORECASE)
_HXL = re.compile(r"#[a-z][a-z0-9_]*(?:\s*[+#][a-z0-9_]+)*", re.IGNORECASE)
_NOTE = re.compile(
    r"\*|หมายเหตุ|ที่มา|แหล่งที่มา|ลงชื่อ|ลงนาม|ผู้รายงาน|ผู้จัดทำ|ผู้รับรอง|ตำแหน่ง|ข้อมูล ณ|\(?ต่อ|\(.*\)$|\.{5,}|note|source|remark",
    re.IGNORECASE,
)


def understand(raw: RawSheet, expected: AbstractSet[str] = frozenset()) -> Table:
    """Interpret a raw sheet as a table that accounts for every row. Raises ``Refused`` (``file_too_heavy``)."""
    if max((len(row) for row in raw.rows), default=0) * len(raw.rows) > MAX_CELLS:
        raise Refused("file_too_heavy", sheet=raw.name, value=str(len(raw.rows)))
    strike_out(raw)
    header = find_header(raw, expected)
    table = Table(raw.name, [], problems=list(raw.problems), hidden=raw.hidden)
    if header is None:
        width = max((len(row) for row in raw.rows), default=0)
        header = Header(0, -1, [""] * width)
        table.problems.append(Problem("no_header_row" if width else "sheet_empty", sheet=raw.name))
    first = min(raw.numbers, default=1)
    table.texts = {first - len(raw.above) + place: text for place, text in enumerate(raw.above)}
    for position in range(header.top):
        _set_aside(table, raw, position, "title_rows")
        _warn_of_figures(table, raw, position)
    table.heading_rows = [raw.numbers[position] for position in range(header.top, header.bottom + 1)]
    if table.heading_rows:
        table.dropped["heading_rows"] = len(table.heading_rows)
    row_of_heading = table.heading_rows[-1] if table.heading_rows else 1
    table.headings, duplicates = unique_headings(header.headings, raw.name, row_of_heading)
    table.problems += duplicates
    positions = _Walk(raw, header, table).run()
    fill_down(raw, table, positions)
    _name_marks(raw, table, positions)
    _name_aside(raw, table)
    _drop_empty_columns(header, table)
    return table


def _set_aside(table: Table, raw: RawSheet, position: int, reason: str) -> None:
    """Count a row that is no data and keep its text (titles state agency, year and unit)."""
    text = " ".join(normalise(cell) for cell in raw.rows[position] if not is_blank(cell))
    reason = reason if text else "blank_rows"
    table.dropped[reason] += 1
    if text:
        table.texts[raw.numbers[position]] = text


def _warn_of_figures(table: Table, raw: RawSheet, position: int) -> None:
    """Report once when a row above the headings has a figure beside other cells: it may be data of another table."""
    filled = [cell for cell in raw.rows[position] if not is_blank(cell)]
    has_figure = len(filled) > 1 and any(is_number(cell) and not is_year(cell) for cell in filled)
    if has_figure and not any(problem.code == "figures_above_headings" for problem in table.problems):
        table.problems.append(Problem("figures_above_headings", sheet=raw.name, row=raw.numbers[position]))


class _Walk:
    """The single pass over the rows below the headings."""

    def __init__(self, raw: RawSheet, header: Header, table: Table) -> None:
        self.raw, self.header, self.table = raw, header, table
        self.width = len(header.headings)
        self.flags = _flag_columns(raw, header)
        self.body = [
            position for position in range(header.bottom + 1, len(raw.rows)) if any(map(str.strip, raw.rows[position]))
        ]
        self.lines = [self._keys(raw.rows[position]) for position in range(header.top, header.bottom + 1)]
        self.titles = {squeezed(text) for row, text in table.texts.items() if row >= raw.numbers[0]}
        self.sections = Sections(raw, self.body, self.width, self.flags)
        self.bands = band_totals(raw, self.body, header.headings)
        self.sums = raw.aside.total_rows | outline_totals(raw, self.body)
        self.formulas: dict[int, set[int]] = {}
        for subtotal in raw.aside.subtotals:
            if subtotal.is_tall:
                self.formulas.setdefault(subtotal.row, set()).add(subtotal.column)
        self.band: Band | None = None
        self.filled_from_band: Counter[int] = Counter()
        self.group: list[list[str]] = []
        self.long: list[int] = []
        self.totals = TotalRows(self._usual(), lambda row: adds_up(row, self.group))
        self.last_wide = max((p for p in self.body if len(self._filled(raw.rows[p])) > 1), default=-1)

    def run(self) -> list[int]:
        """Give every row its fate; returns the positions of the data rows."""
        positions = []
        start = self.header.bottom + 1
        self.table.dropped["blank_rows"] += len(self.raw.rows) - start - len(self.body)
        short: list[int] = []
        bands: list[tuple[str, str]] = []
        for position in self.body:
            row = self.raw.rows[position]
            reason = None if position in self.sums else self._reason_to_drop(position, row)
            if reason is not None:
                _set_aside(self.table, self.raw, position, reason)
                continue
            if self._is_total(position, row):
                continue
            positions.append(position)
            bands.append(self.sections.current())
            self._check_width(position, row, short)
            self._keep(position, row)
        self._report_long()
        self._report_short(short)
        for column, count in self.filled_from_band.items():
            heading = self.table.headings[column]
            self.table.problems.append(
                Problem("cells_filled_down", sheet=self.raw.name, column=heading, value=str(count))
            )
        self._add_bands(bands)
        self.table.dropped = Counter({reason: count for reason, count in self.table.dropped.items() if count})
        return positions

    def _keep(self, position: int, row: list[str]) -> None:
        cells = [cell.strip() for cell in row[: self.width]]
        cells += [""] * (self.width - len(cells))
        if self.band is not None and self.band.column is not None and not cells[self.band.column]:
            cells[self.band.column] = self.band.text
            self.filled_from_band[self.band.column] += 1
        self.table.rows.append(cells)
        self.table.numbers.append(self.raw.numbers[position])
        self.group.append(row)

    def _reason_to_drop(self, position: int, row: list[str]) -> str | None:
        if self.raw.records:
            return None
        filled = self._filled(row)
        if not filled:
            return "page_rows"
        if self._is_hxl(position, row, filled):
            return "hxl_rows"
        if self._is_column_numbers(position, row, filled):
            return "column_number_rows"
        if self._repeats_headings(row, filled):
            return "repeated_headings"
        if len(filled) <= 2 and self._is_page_row(row, filled):
            return "page_rows"
        if len(filled) == 1 and position > self.last_wide and _NOTE.match(row[filled[0]].strip()):
            return "note_rows"
        if self.sections.enters(position, row, filled):
            self.group = []
            return "section_rows"
        return None

    def _is_total(self, position: int, row: list[str]) -> bool:
        if self.raw.records:
            return False
        verdict = "total" if position in self.bands or position in self.sums else self.totals.verdict(row)
        if position in self.bands:
            self.band = self.bands[position]
            if self.band.column is None:
                self.sections.open(self.band.text)
        number = self.raw.numbers[position]
        if verdict == "total":
            own = self.formulas.get(position, ())  # compared with the rows they sum, not with all
            cells = ["" if column in own else cell.strip() for column, cell in enumerate(row[: self.width])]
            self.table.totals.append(cells + [""] * (self.width - len(cells)))
            self.table.total_numbers.append(number)
            self.group = []
        elif verdict == "doubtful":
            self.table.problems.append(Problem("possible_total_row", "quarantined", self.raw.name, number))
        return verdict == "total"

    def _filled(self, row: list[str]) -> list[int]:
        return [column for column, cell in enumerate(row) if cell and column not in self.flags and cell.strip()]

    def _keys(self, row: list[str]) -> dict[int, str]:
        return {column: squeezed(cell) for column, cell in enumerate(row) if not is_blank(cell)}

    def _usual(self) -> list[float]:
        sample = [self.raw.rows[position] for position in self.body[:2000]]
        counts = [0] * self.width
        for row in sample:
            for column, cell in enumerate(row[: self.width]):
                counts[column] += is_text(cell)
        return [count / max(1, len(sample)) for count in counts]

    def _is_hxl(self, position: int, row: list[str], filled: list[int]) -> bool:
        if position not in self.body[:3]:
            return False
        tags = {column: row[column].strip() for column in filled if _HXL.fullmatch(row[column].strip())}
        if len(tags) * 2 <= len(filled):
            return False
        self.table.tags = {self.table.headings[column]: tag for column, tag in tags.items() if column < self.width}
        self.table.problems.append(Problem("hxl_tags", sheet=self.raw.name, row=self.raw.numbers[position]))
        return True

    def _is_column_numbers(self, position: int, row: list[str], filled: list[int]) -> bool:
        """``(1) (2) (3) ...`` below the headings."""
        if position != self.body[0] or len(filled) != sum(map(bool, self.header.headings)) or len(filled) < 3:
            return False
        if len(filled) == 3 and not row[filled[0]].strip().startswith("("):
            return False  # 1, 2, 3 may be three figures
        figures = [row[column].strip(" ()[]") for column in filled]
        return figures == [str(number) for number in range(1, len(figures) + 1)]

    def _repeats_headings(self, row: list[str], filled: list[int]) -> bool:
        named = sum(1 for column in filled if column < self.width and self.header.headings[column])
        return any(self._is_line(line, row, named) for line in self.lines)

    def _is_line(self, line: dict[int, str], row: list[str], named: int) -> bool:
        """Whether at least four fifths of a heading line, and of the row's named cells, are equal."""
        if not line or (len(line) < 2 and self.width > 1) or len(line) < 0.8 * named:
            return False
        misses_left = min(0.2 * len(line), len(line) - 0.8 * named)
        for column, key in line.items():
            if column >= len(row) or squeezed(row[column]) != key:
                misses_left -= 1
                if misses_left < 0:
                    return False
        return True

    def _is_page_row(self, row: list[str], filled: list[int]) -> bool:
        text = " ".join(normalise(row[column]) for column in filled)
        if squeezed(text) in self.titles:
            return True
        return len(filled) == 1 and bool(_PAGE_WORD.search(text)) and _PAGE.fullmatch(text) is not None

    def _check_width(self, position: int, row: list[str], short: list[int]) -> None:
        """In delimited text a longer row means shifted cells, and a shorter one may be half a row."""
        if not self.raw.ragged or self.header.bottom < 0:
            return
        named = len(self.raw.rows[self.header.bottom])
        number = self.raw.numbers[position]
        if any(not is_blank(cell) for cell in row[named:]):
            extra = " | ".join(cell.strip() for cell in row[named:])
            self.table.problems.append(Problem("extra_fields", "quarantined", self.raw.name, number, value=extra[:200]))
        elif len(row) > named:
            self.long.append(number)  # the surplus cell may be an empty one
        elif len(row) < named:
            short.append(number)

    def _report_short(self, short: list[int]) -> None:
        if short and len(short) > 0.2 * len(self.table.rows) and len(short) > 5:
            self.table.problems.append(Problem("short_rows", sheet=self.raw.name, value=str(len(short))))
            return
        self.table.problems += [Problem("missing_fields", "quarantined", self.raw.name, number) for number in short]

    def _report_long(self) -> None:
        """Trailing delimiters in every row are harmless; in a few rows they mean shifted cells."""
        if len(self.long) <= 0.2 * len(self.table.rows):
            self.table.problems += [
                Problem("extra_fields", "quarantined", self.raw.name, number) for number in self.long
            ]

    def _add_bands(self, bands: list[tuple[str, str]]) -> None:
        for index, heading in enumerate(("__section", "__group")):
            if any(band[index] for band in bands):
                self.table.headings.append(heading)
                self.header.headings.append(heading)
                for row, band in zip(self.table.rows, bands, strict=True):
                    row.append(band[index])
                for row in self.table.totals:
                    row.append("")


def _flag_columns(raw: RawSheet, header: Header) -> set[int]:
    """Unnamed columns with at most three different single characters: remains of a conversion."""
    if header.bottom < header.top:
        return set()
    flags = set()
    for column, heading in enumerate(header.headings):
        if not heading:
            values = {row[column].strip() for row in raw.rows[header.bottom + 1 :] if column < len(row)} - {""}
            if values and len(values) <= 3 and all(len(value) == 1 for value in values):
                flags.add(column)
    return flags


def _name_marks(raw: RawSheet, table: Table, positions: list[int]) -> None:
    """Turn marks of single cells (error cells, formulas without a value) into problems; data and total rows only."""
    data = set(positions)
    for code, position, column, value in raw.marks:
        if position in data or raw.numbers[position] in table.total_numbers:
            heading = table.headings[column] if column < len(table.headings) else f"__column_{column + 1}"
            table.problems.append(Problem(code, "quarantined", raw.name, raw.numbers[position], heading, value or None))


def _name_aside(raw: RawSheet, table: Table) -> None:
    """What the sheet sets aside, by row number and heading, limited to the table's rows and columns."""
    table.aside = {
        raw.numbers[position]: kind for position, kind in sorted(raw.aside.rows.items()) if position < len(raw.rows)
    }
    table.outline = [raw.numbers[position] for position in sorted(raw.aside.levels) if position < len(raw.rows)]
    table.hidden_columns = [
        table.headings[column] for column in sorted(raw.aside.columns) if column < len(table.headings)
    ]
    table.subtotals = checks(raw, table.headings)


def _drop_empty_columns(header: Header, table: Table) -> None:
    """Drop unnamed columns without any value."""
    keep = [
        column
        for column, heading in enumerate(header.headings)
        if heading or any(row[column] for row in table.rows) or any(row[column] for row in table.totals)
    ]
    if len(keep) < len(header.headings):
        table.headings = [table.headings[column] for column in keep]
        table.rows = [[row[column] for column in keep] for row in table.rows]
        table.totals = [[row[column] for column in keep] for row in table.totals]
