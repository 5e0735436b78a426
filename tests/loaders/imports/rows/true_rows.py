"""What offices do to the rows of a true table: hide, filter, strike, sum the visible, promise, mix eras, add telephones.

Drawn apart from the form of the table (:mod:`tests.support.drawn.true_tables`), so that its seeds keep their tables.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.loaders.imports.rows.office_files import Look, write

KINDS = ("hidden", "filtered", "struck", "subtotal", "not_allotted", "eras", "phones")
ASIDE = ("hidden", "filtered", "struck")
WORDS = ("ยังไม่จัดสรร", "รอจัดสรร", "ยังไม่ได้รับจัดสรร", "รอการอนุมัติ", "อยู่ระหว่างขออนุมัติ", "ไม่ได้รับการจัดสรร", "ยกเลิกโครงการ", "")
ERAS = ("column", "column_ce", "column_short")


@dataclass(frozen=True)
class Marks:
    """``kind`` of what is done ("" = nothing), to which records, in which kind of file, and what a person chooses."""

    kind: str = ""
    rows: frozenset[int] = frozenset()
    file: str = ""
    choice: str | None = None
    function: int = 9
    word: str = ""

    @property
    def gone(self) -> frozenset[int]:
        """Records that are not to be loaded."""
        return self.rows if self.kind in ASIDE and self.choice == "leave" else frozenset()


NOTHING = Marks()


def draw(seed: int, form: object, records: int) -> Marks:
    """What is done to the rows of a table; half of the tables are left as they are."""
    rng = random.Random(f"rows {seed}")
    if rng.random() < 0.5:
        return NOTHING
    kind = rng.choice(KINDS)
    file = form.file if form.file != "xlsx" else rng.choice(("xlsx", "xls", "ods"))
    if file == "ods" and form.header == "merged":
        file = "xls"
    if (kind in ASIDE or kind == "subtotal") and file.startswith("csv"):
        return NOTHING
    if kind == "filtered" and file == "xls":
        kind = "hidden"
    if (
        (kind == "subtotal" and form.shape == "ticks")
        or (kind == "not_allotted" and form.shape in ("ticks", "members"))
        or (kind == "eras" and form.year not in ERAS)
    ):
        return NOTHING
    rows = frozenset(rng.sample(range(records), rng.randint(1, max(1, records // 3))))
    choice = rng.choice(("take", "leave")) if kind in ASIDE else None
    return Marks(kind, rows, file, choice, rng.choice((9, 109)), rng.choice(WORDS))


def year_of(marks: Marks, number: int, written: str) -> str:
    """How the year of a record is written: eras stand mixed in one column."""
    return ERAS[number % 2] if marks.kind == "eras" and number in marks.rows else written


def promised(marks: Marks, number: int, row: list, at: int, parts: int) -> list[list]:
    """A row right below a record that promises money, or states nothing at all; no support of anybody."""
    if marks.kind != "not_allotted" or number not in marks.rows:
        return []
    copy = list(row)
    copy[at : at + parts] = [marks.word] + ["-"] * (parts - 1) if marks.word else [""] * parts
    copy[at + parts :] = [""] * (len(row) - at - parts)
    copy[1] = "โครงการปีหน้า" if marks.word else ""
    return [copy]


def with_phones(marks: Marks, grid: list[list], heading: int, rows: Sequence[int]) -> None:
    """A column of telephones as a spreadsheet keeps them, without their 0."""
    if marks.kind != "phones":
        return
    width = max(len(row) for row in grid)
    for number, position in enumerate([heading, *rows]):
        row = grid[position]
        row += [""] * (width - len(row))
        row.append("โทรศัพท์" if position == heading else 812_000_000 + 37 * number)


def book(
    marks: Marks,
    path: Path,
    grid: list[list],
    merges: list[tuple[int, int, int, int]],
    rows: Sequence[int],
    sums: range | None,
) -> Path:
    """Write the grid as the kind of file that was drawn, with what is done to its rows; ``sums``: money of the last row."""
    width = max(len(row) for row in grid)
    grid = [[*row, *[""] * (width - len(row))] for row in grid]
    chosen = {rows[number] for number in marks.rows}
    merges = [one for one in merges if one[:2] != one[2:]]
    look = Look(merges=merges, **({marks.kind: chosen} if marks.kind in ASIDE else {}))
    if marks.kind == "subtotal" and sums is not None:
        last = len(grid) - 1
        for column in sums:
            if isinstance(grid[last][column], int | float):
                look.sums[last, column] = (marks.function, rows[0], last - 1, grid[last][column])
    return write(path.with_suffix(f".{marks.file}"), grid, look)
