"""What a sheet sets aside, in the same form for every kind of file; formulas that sum visible rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

HIDDEN, FILTERED, GROUPED, STRUCK = "hidden_row", "filtered_row", "grouped_row", "struck_row"
ROW_KINDS = (HIDDEN, FILTERED, GROUPED, STRUCK)
LAST_ROW = 1_048_575
_CALL = re.compile(r"(SUBTOTAL|AGGREGATE)\s*\(\s*(\d{1,3})\s*[,;]\s*(.*)\)", re.IGNORECASE | re.DOTALL)
_ANY_CALL = re.compile(r"\b(?:SUBTOTAL|AGGREGATE)\s*\(", re.IGNORECASE)
_AREA = re.compile(
    r"(?:'[^']*'!|[\w.]+!)?(\$?)([A-Z]{1,3})?(\$?)(\d{1,7})?(?::(\$?)([A-Z]{1,3})?(\$?)(\d{1,7})?)?", re.IGNORECASE
)
KINDS = {2: "count", 3: "filled", 9: "sum"}
Area = tuple[int, int, int, int]  # top, left, bottom, right; 0-based, inclusive


@dataclass(frozen=True)
class Subtotal:
    """A cell that sums visible rows: ``kind`` sum, count, filled or other; ``ignores``: the rows it leaves out."""

    row: int
    column: int
    kind: str = "other"
    ignores: str = "filtered"  # filtered, hidden or nothing
    areas: tuple[Area, ...] = ()

    @property
    def is_tall(self) -> bool:
        """Whether it sums other rows (a check), not only cells of its own row; unknown areas count as other rows."""
        return not self.areas or any((top, bottom) != (self.row, self.row) for top, _, bottom, _ in self.areas)


@dataclass
class Aside:
    """Row kinds by position in ``RawSheet.rows``, hidden columns, outline levels, SUBTOTAL cells, struck cells."""

    rows: dict[int, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)  # hidden by a filter or by hand
    filtered: set[int] = field(default_factory=set)  # those hidden by a filter
    columns: set[int] = field(default_factory=set)
    levels: dict[int, int] = field(default_factory=dict)
    subtotals: list[Subtotal] = field(default_factory=list)
    struck: set[tuple[int, int]] = field(default_factory=set)

    def hide(self, row: int, *, is_filtered: bool = False) -> None:
        """Mark a row as hidden; one inside an outline is grouped."""
        self.hidden.add(row)
        if is_filtered:
            self.filtered.add(row)
        self.rows[row] = FILTERED if is_filtered else GROUPED if self.levels.get(row) else HIDDEN

    @property
    def total_rows(self) -> set[int]:
        """Rows with a cell that sums other rows: totals, whatever else they contain."""
        return {check.row for check in self.subtotals if check.is_tall}


def subtotal(row: int, column: int, formula: str) -> Subtotal | None:
    """The SUBTOTAL or AGGREGATE of a formula in A1 notation; one inside a longer formula is not compared."""
    if not _ANY_CALL.search(formula):
        return None
    call = _CALL.fullmatch(formula.strip().removeprefix("="))
    if call is None or _ANY_CALL.search(call[3]):
        return Subtotal(row, column)
    number, rest, ignores = int(call[2]), call[3], "filtered"
    if call[1].upper() == "AGGREGATE":
        option, _, rest = re.sub(";", ",", rest).partition(",")
        ignores = "hidden" if option.strip() in ("1", "3", "5", "7") else "nothing"
    elif number > 100:
        number, ignores = number - 100, "hidden"
    areas = tuple(_area(part.strip()) for part in re.split("[,;]", rest))
    readable = tuple(area for area in areas if area is not None)
    return Subtotal(row, column, KINDS.get(number, "other"), ignores, readable if len(readable) == len(areas) else ())


def _area(text: str) -> Area | None:
    area = _AREA.fullmatch(text)
    if area is None or not (area[2] or area[4]):
        return None
    right = area[6] or (area[2] if ":" not in text else None)
    bottom = area[8] or (area[4] if ":" not in text else None)
    return (
        int(area[4]) - 1 if area[4] else 0,
        column_of(area[2]) if area[2] else 0,
        int(bottom) - 1 if bottom else LAST_ROW,
        column_of(right) if right else 16_383,
    )


def column_of(letters: str) -> int:
    """``A`` -> 0, ``XFD`` -> 16383."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def moved(formula: str, down: int, right: int) -> str:
    """A formula copied ``down`` rows and ``right`` columns: shared formulas are stored once for many cells."""

    def shift(cell: re.Match) -> str:
        column = cell[2] if cell[1] else _letters(column_of(cell[2]) + right)
        row = cell[4] if cell[3] else str(int(cell[4]) + down)
        return f"{cell[1]}{column}{cell[3]}{row}"

    return re.sub(r"(\$?)\b([A-Z]{1,3})(\$?)(\d{1,7})\b", shift, formula)


def _letters(column: int) -> str:
    text, column = "", column + 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
