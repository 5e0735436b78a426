"""Section rows: a row that names a district (or an agency) for all rows below it."""

from __future__ import annotations

import re
from functools import lru_cache

from loaders.sheets.raw import RawSheet, is_blank, is_number, is_text
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
