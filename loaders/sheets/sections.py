"""What also applies to rows below: section rows, merged ranges, place or agency columns written once per band.

Figures are never filled: one budget merged over three subdistricts is one budget. Data rows are never filled to the
right.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from loaders.problems import Problem
from loaders.sheets.raw import RawSheet, Table, is_blank, is_number, is_text
from loaders.thai import normalise

# level of a place word: a district section inside a province section keeps the province
_PLACE_LEVELS = (
    (1, re.compile(r"(?:จังหวัด|จ\.\s*|province\b)", re.IGNORECASE)),
    (2, re.compile(r"(?:กิ่งอำเภอ|กิ่ง อ\.|อำเภอ|อ\.\s*|เขต|amphoe\b|amphur\b|district\b)", re.IGNORECASE)),
    (3, re.compile(r"(?:ตำบล|ต\.\s*|แขวง|เทศบาล|ทต\.|ทม\.|ทน\.|อบต|องค์การบริหารส่วนตำบล|tambon\b)", re.IGNORECASE)),
)
_BULLET = re.compile(r"^[\d๐-๙ก-ฮ]{1,3}[.)]\s*")
SAMPLE = 2000
# finer places have a higher rank; agencies have 0
_BANDS = (
    (4, re.compile(r"หมู่บ้าน|village|ชุมชน", re.IGNORECASE)),
    (3, re.compile(r"ตำบล|แขวง|tambon|tumbon|sub-?district|เทศบาล|อบต|อปท", re.IGNORECASE)),
    (2, re.compile(r"อำเภอ|amphoe|amphur|district|เขต(?!เลือก)", re.IGNORECASE)),
    (1, re.compile(r"จังหวัด|province|changwat", re.IGNORECASE)),
    (0, re.compile(r"หน่วยงาน|สังกัด|กระทรวง|กรม|agency|ministry|organi[sz]ation", re.IGNORECASE)),
)
_CODE = re.compile(r"รหัส|code|\bid\b|ปี|พ\.ศ|year|หมู่", re.IGNORECASE)
_ORDER = re.compile(r"ลำดับ|^ที่$|^no\.?$|^#$", re.IGNORECASE)


@lru_cache(1 << 14)
def place_level(text: str) -> int:
    """1 province, 2 district, 3 subdistrict or local government, 0 anything else."""
    text = _BULLET.sub("", normalise(text))
    for level, pattern in _PLACE_LEVELS:
        if (word := pattern.match(text)) is not None:
            return level if len(text) - word.end() >= 2 else 0  # a level word alone, such as อำเภอ, names no place
    return 0


class Sections:
    """Recognises section rows and tracks the open sections.

    A place goes to ``__section`` (nested places joined with a space, the larger first), other text to ``__group``.
    """

    def __init__(self, raw: RawSheet, body: list[int], width: int, flags: set[int]) -> None:
        self.width = width
        self.places: dict[int, str] = {}
        self.group = ""
        self.banners = {
            merge.top
            for merge in raw.merges
            if merge.top == merge.bottom and merge.right - merge.left + 1 >= max(3, 0.6 * width)
        }
        wide = [raw.rows[position] for position in body[:SAMPLE]]
        wide = [
            row for row in wide if sum(1 for c, cell in enumerate(row) if c not in flags and not is_blank(cell)) > 1
        ]
        self.rows = len(wide)
        self.filled = [0] * width
        self.figures = [0] * width
        self.levels: list[dict[int, int]] = [{} for _ in range(width)]
        for row in wide:
            self._learn(row)

    def _learn(self, row: list[str]) -> None:
        for column, cell in enumerate(row[: self.width]):
            if is_blank(cell):
                continue
            self.filled[column] += 1
            self.figures[column] += is_number(cell)
            if column < 4:
                level = place_level(cell)
                self.levels[column][level] = self.levels[column].get(level, 0) + 1

    def current(self) -> tuple[str, str]:
        """The open place sections as one text, and the open group."""
        return " ".join(self.places[level] for level in sorted(self.places)), self.group

    def enters(self, position: int, row: list[str], filled: list[int]) -> bool:
        """Whether this row opens a section; if so it becomes the current one."""
        if len(filled) != 1 or self.rows == 0 or not is_text(row[filled[0]]):
            return False
        column = filled[0]
        text = normalise(row[column])
        if position not in self.banners and not self._stands_apart(column, text):
            return False
        self.open(text)
        return True

    def open(self, text: str) -> None:
        """Make ``text`` the current section."""
        level = place_level(text)
        if level:
            self.places = {key: value for key, value in self.places.items() if key < level} | {level: text}
        else:
            self.group, self.places = text, {}

    def _stands_apart(self, column: int, text: str) -> bool:
        """Whether a single text is in a column where data rows have nothing, numbers, or places of another level."""
        if column >= self.width or column > 2:
            return False
        if self.filled[column] <= 0.05 * self.rows or self.figures[column] >= 0.8 * self.rows:
            return self.width >= 3
        level = place_level(text)
        return level in (1, 2) and self.levels[column].get(level, 0) <= 0.1 * self.rows and self.width >= 2


def band_rank(heading: str) -> int | None:
    """0 agency, 1 province, 2 district, 3 subdistrict, 4 village; ``None`` for any other heading."""
    return next((rank for rank, pattern in _BANDS if pattern.search(heading)), None)


def fill_down(raw: RawSheet, table: Table, positions: list[int]) -> None:
    """Fill merged text down; without such merges fill band columns that are written once per band."""
    by_position = {position: index for index, position in enumerate(positions)}
    if not _fill_merges(raw, table, by_position) and not raw.records:
        _fill_habit(table)


def _fill_merges(raw: RawSheet, table: Table, by_position: dict[int, int]) -> bool:
    """Fill every vertical merge below the headings; returns whether one was in a band column."""
    counts: dict[str, int] = {}
    band_merged = False
    for merge in raw.merges:
        index = by_position.get(merge.top)
        if merge.bottom == merge.top or index is None or merge.left >= len(table.rows[index]):
            continue
        value, heading = table.rows[index][merge.left], table.headings[merge.left]
        band_merged = band_merged or band_rank(heading) is not None
        under = [by_position[p] for p in range(merge.top + 1, merge.bottom + 1) if p in by_position]
        if not value or not under or _ORDER.search(heading):
            continue
        if not is_text(value) and not _CODE.search(heading):
            number = raw.numbers[merge.top]
            table.problems.append(Problem("merged_number_not_filled", "note", raw.name, number, heading, value))
            continue
        for other in under:
            if not table.rows[other][merge.left]:
                table.rows[other][merge.left] = value
                counts[heading] = counts.get(heading, 0) + 1
    _report(table, counts)
    return band_merged


def _report(table: Table, counts: dict[str, int]) -> None:
    for heading, count in counts.items():
        table.problems.append(Problem("cells_filled_down", sheet=table.name, column=heading, value=str(count)))


def _fill_habit(table: Table) -> None:
    ranks = {column: rank for column, heading in enumerate(table.headings) if (rank := band_rank(heading)) is not None}
    original = [row[:] for row in table.rows]
    counts = {}
    for column, rank in ranks.items():
        if table.headings[column].startswith("__") or not _has_habit(original, column):
            continue
        finer = [other for other, other_rank in ranks.items() if other_rank > rank]
        coarser = [other for other, other_rank in ranks.items() if other_rank < rank]
        filled = _fill_column(table, original, column, finer, coarser)
        if filled:
            counts[table.headings[column]] = filled
    _report(table, counts)


def _has_habit(rows: list[list[str]], column: int) -> bool:
    """Whether a column is written once per band: first row filled, a tenth blank, no value twice in a row."""
    values = [row[column] for row in rows]
    if len(values) < 3 or not values[0] or values.count("") < 0.1 * len(values):
        return False
    if any(value and not is_text(value) for value in values):
        return False
    if all(len(value) <= 1 for value in values):  # ticks, each for its own row
        return False
    written = [value for value in values if value]
    repeats = sum(1 for above, below in pairwise(values) if above and above == below)
    return len(written) >= 1 and repeats <= 0.02 * len(written)


def _fill_column(table: Table, rows: list[list[str]], column: int, finer: list[int], coarser: list[int]) -> int:
    """Fill a blank that continues the band above: a finer place is in its row, or everything left of it is blank.

    A new coarser place ends the band: a district row without a subdistrict is a record of the district.
    """
    last, filled = "", 0
    section = [index for index, heading in enumerate(table.headings) if heading in ("__section", "__group")]
    previous = None
    for index, row in enumerate(rows):
        band = [row[other] for other in section]
        if band != previous or any(row[other] for other in coarser):
            last = ""
        previous = band
        if row[column]:
            last = row[column]
        elif last and (any(row[other] for other in finer) or not any(row[:column])):
            table.rows[index][column] = last
            filled += 1
    return filled
