"""The account of one file: every row has an outcome, every satang is counted once, control totals are checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import Any

import pandas as pd

from loaders import settings, thai
from loaders.layouts.layout import MONEY, Layout
from loaders.layouts.ledger import Column
from loaders.layouts.values import Read, is_baht, read_rows
from loaders.problems import Problem, count_by_code
from loaders.sheets.read import Sheet
from loaders.sheets.totals import is_grand

OUTCOMES = ("loaded", "quarantined", "excluded")
LEFT_OUT = "repeat_left_out"  # a line that another active file has
RETIRED = "same_money"  # a person decided that it is the same money as another line
COUNTED = ("people_reached", "members", "hardship_members")
NEIGHBOURS = 60  # one total may sum up to this many totals of sections


@dataclass
class SheetResult:
    """The result of one sheet: its rows by outcome, its money, its control totals.

    A sheet without columns for the board has empty ``read`` and ``matched``; all its rows are excluded.
    """

    sheet: Sheet
    layout: Layout
    read: Read
    matched: pd.DataFrame
    outcome: pd.Series  # loaded | quarantined | excluded, by row number
    reason: pd.Series  # problem code for what is not loaded
    satang: pd.Series  # primary money of the row, 0 where none
    control_totals: list[dict] = field(default_factory=list)
    melted: tuple[str, ...] = ()  # how the sheet became records, e.g. melted:source:4
    columns: list[Column] = field(default_factory=list)  # ledger of the sheet, only on its first part

    def rows(self, outcome: str) -> pd.Index:
        """Row numbers with this outcome."""
        return self.outcome.index[self.outcome == outcome]

    @property
    def is_understood(self) -> bool:
        """Whether the sheet has columns for the board."""
        return not self.layout.refuse


@dataclass
class Ingested:
    """The account of one file; ``summary`` is what the command line prints and the page shows."""

    sheets: list[SheetResult]
    problems: list[Problem]
    batch_id: int | None = None
    demo_withdrawn: int = 0
    demo_in_use: int = 0  # invented batches that storing will withdraw
    aliases_used: list[str] = field(default_factory=list)
    province: str = field(default_factory=settings.home_province)
    repeats: dict = field(default_factory=lambda: {"rows": 0, "baht": 0.0, "left_out": False, "of": []})
    set_aside: dict = field(default_factory=lambda: {"choice": None, "asked": False, "parts": []})
    totals_accepted: dict | None = None  # who accepted the file with unmet totals, and why
    near_repeats: dict = field(default_factory=lambda: {"rows": 0, "baht": 0.0, "pairs": []})
    editions: list[dict] = field(default_factory=list)  # comparison with active batches (editions.Edition)
    edition_lines: list[dict] = field(default_factory=list)  # differences to the first of them
    replaces: list[int] = field(default_factory=list)
    year_shares: dict = field(default_factory=lambda: {"carried": 0, "asked": 0})  # of the batches it replaces
    carried: dict = field(default_factory=dict)  # changes by hand of the batches it replaces

    @property
    def as_of(self) -> date | None:
        """The day that the file states for its data; ``None`` for a future day (a plan or a typing error)."""
        texts = (text for result in self.understood for text in result.sheet.texts.values())
        day = thai.stated_day(texts)
        return day if day and day <= datetime.now(UTC).date() else None

    def count(self, outcome: str | None = None) -> int:
        """Rows with this outcome (all rows without one)."""
        return sum(len(result.outcome if outcome is None else result.rows(outcome)) for result in self.sheets)

    def satang(self, outcome: str | None = None) -> int:
        """Money of the rows with this outcome, in satang."""
        chosen = (result.satang if outcome is None else result.satang[result.rows(outcome)] for result in self.sheets)
        rows = sum(int(sum(part)) for part in chosen)
        return rows + self.unused_satang if outcome in (None, "excluded") else rows

    @property
    def unused_satang(self) -> int:
        """Satang of unmapped columns of money: excluded in the account, a question until a person confirms."""
        columns = (column for result in self.sheets for column in result.columns)
        return sum(column.satang for column in columns if column.fate in ("asked", "left_out") and column.of == "money")

    @property
    def unmet(self) -> list[dict]:
        """Control totals that are not met; the page asks for a reason before storing, ``ingest`` stores and notes them."""
        return [total for result in self.sheets for total in result.control_totals if not total["met"]]

    @property
    def doubts(self) -> list[str]:
        """Codes of doubts that a person must confirm before anything is stored."""
        unnamed = any(result.layout.constants.get("agency") == "unnamed_base" for result in self.understood)
        asked = {doubt for result in self.sheets for doubt in result.layout.doubts}
        return sorted(asked | ({"agency_not_named"} if unnamed else set()))

    @property
    def understood(self) -> list[SheetResult]:
        """The sheets with columns for the board."""
        return [result for result in self.sheets if result.is_understood]

    def summary(self, file_name: str) -> dict:
        """Rows in = loaded + quarantined + excluded, the same in baht; problems by code."""
        return {
            "file": file_name,
            "layouts": sorted({result.layout.code for result in self.understood}),
            "rows_in": self.count(),
            **{outcome: self.count(outcome) for outcome in OUTCOMES},
            "baht_in": self.satang() / 100,
            **{f"baht_{outcome}": self.satang(outcome) / 100 for outcome in OUTCOMES},
            "placed": int(sum(result.matched["is_accepted"].astype(bool).sum() for result in self.understood)),
            "excluded_by_reason": self._excluded(),
            "melted": [code for result in self.sheets for code in result.melted],
            "columns": [column.as_dict() for result in self.sheets for column in result.columns],
            "control_totals": [total for result in self.sheets for total in result.control_totals],
            "problems": count_by_code(self.problems),
            "to_confirm": self.doubts,
            "repeats": self.repeats,
            "set_aside": self.set_aside,
            "totals_accepted": self.totals_accepted,
            "near_repeats": self.near_repeats,
            "editions": self.editions,
            "edition_lines": self.edition_lines,
            "replaces": self.replaces,
            "year_shares": self.year_shares,
            "carried": self.carried,
            "as_of": day.isoformat() if (day := self.as_of) else None,
            "batch": self.batch_id,
            "demo_withdrawn": self.demo_withdrawn,
            "demo_in_use": self.demo_in_use,
        }

    def _excluded(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for result in self.sheets:
            for code, number in result.reason[result.rows("excluded")].value_counts().items():
                counts[str(code)] = counts.get(str(code), 0) + int(number)
        return counts


def money_column(result_read: Read, layout: Layout) -> str | None:
    """The column of money that the account sums, ``None`` without one."""
    return next((name for name in MONEY.get(layout.register, ()) if name in result_read.values), None)


def money(read: Read, layout: Layout) -> pd.Series:
    """Satang of every row, 0 where it is missing or unreadable."""
    column = money_column(read, layout)
    if column is None:
        return pd.Series(0, index=read.values.index, dtype=object)
    return read.values[column].map(lambda satang: 0 if satang is None or pd.isna(satang) else int(satang))


def total_facts(total: dict) -> dict[str, Any]:
    """Where a control total stands, what it states, what the rows add up to, and the difference, in words."""
    stated, added_up = total.get("stated_baht", total.get("stated")), total.get("found_baht", total.get("found"))
    figures = {"value": stated, "suggestion": added_up, "difference": round(stated - added_up, 2)}
    where = {"sheet": total["sheet"], "row": total["row"], "column": total["column"] or "-"}
    return where | {name: f"{figure:,.2f}" for name, figure in figures.items()}


def control_totals(result: SheetResult) -> list[dict]:
    """Compare the sheet's own total rows with the sum of their rows; a mismatch is reported, never corrected.

    A total may follow its rows, precede them (a band), or sum up totals of smaller sections.
    """
    if result.sheet.totals.empty or not result.is_understood:
        return []
    totals = read_rows(result.sheet.totals, result.layout, result.sheet.name)
    primary = money_column(result.read, result.layout)
    checks: list[dict] = []
    for column in result.read.values:
        if column in totals.values and (
            is_baht(result.layout.register, column) or column in COUNTED or column.startswith("value:")
        ):
            checks += _checked(result, column, totals.values[column], is_primary=column == primary)
    return checks


def _checked(result: SheetResult, column: str, stated: pd.Series, *, is_primary: bool) -> Iterator[dict]:
    cells = result.read.values[column]
    if column.startswith("value:") and not _adds(cells):
        return
    rows = list(cells.index)
    out = result.sheet.left_out
    stated_rows = (0 if row in out or value is None or pd.isna(value) else value for row, value in cells.items())
    sums = [0, *accumulate(stated_rows)]
    bounds = [int(pd.Index(rows).searchsorted(row)) for row in stated.index]
    grand = {
        at for at, cells in enumerate(result.sheet.totals.loc[stated.index].to_numpy()) if is_grand(map(str, cells))
    }
    heading = next(iter(result.layout.columns.get(column, ())), None)
    for at, (row, value) in enumerate(zip(stated.index.astype(int), stated.tolist(), strict=True)):
        if value is None or pd.isna(value):
            continue
        total = _nearest(value, sums, bounds, at) if at not in grand else _of_everything(value, sums, bounds, at, grand)
        check: dict[str, Any] = {"sheet": result.sheet.name, "row": int(row), "column": heading, "met": total == value}
        if is_baht(result.layout.register, column):
            check |= {"stated_baht": int(value) / 100, "found_baht": int(total) / 100}
        else:
            check |= {"stated": float(value), "found": float(total)}
        if is_primary or check["met"] or not column.startswith("value:"):
            yield check


def _of_everything(value: object, sums: list, bounds: list[int], at: int, grand: set[int]) -> Any:
    """The sum that a grand total states: all rows, those up to it, since the grand total before, or until the next."""
    here = bounds[at]
    before = max((bounds[other] for other in grand if other < at), default=0)
    after = min((bounds[other] for other in grand if other > at), default=len(sums) - 1)
    possible = [sums[here] - sums[before], sums[here], sums[after] - sums[here], sums[-1]]
    return value if value in possible else possible[0] if here > before else sums[-1]


def _adds(cells: pd.Series) -> bool:
    """Whether values can be added: counts can, shares and means (fractions) cannot."""
    return all(float(value).is_integer() for value in cells if value is not None and not pd.isna(value))


def _nearest(value: object, sums: list, bounds: list[int], at: int) -> Any:
    """The sum that this total states, if it equals one of the possible ones; else that of its own section."""
    here = bounds[at]
    starts = [0, *bounds[max(0, at - NEIGHBOURS) : at]]
    ends = [*bounds[at + 1 : at + 1 + NEIGHBOURS], len(sums) - 1]
    above = sums[here] - sums[starts[-1]]
    everything = sums[-1]
    possible = [
        above,
        everything,
        *(sums[here] - sums[start] for start in starts),
        *(sums[end] - sums[here] for end in ends),
    ]
    if value in possible:
        return value
    return above if here > starts[-1] else everything if here in (0, len(sums) - 1) else sums[ends[0]] - sums[here]


def row_problems(result: SheetResult) -> list[Problem]:
    """A problem row for every row that is not loaded because of its place."""
    rows = [row for row in result.rows("quarantined") if row not in result.read.bad]
    written = written_places(result.read.place.loc[rows])
    candidates = result.matched["candidates"]
    return [
        Problem(
            result.reason[row], "quarantined", result.sheet.name, int(row), None, text or None, candidates[row] or None
        )
        for row, text in zip(rows, written, strict=True)
    ]


def written_places(place: pd.DataFrame) -> list[str]:
    """The place of every row as the file writes it, in one text."""
    if place.columns.empty:
        return [""] * len(place)
    return [" ".join(cell for cell in cells if cell).strip() for cells in place.itertuples(index=False, name=None)]
