"""The ledger of columns: every column of a sheet gets one fate, so that no figure is dropped silently.

It is made from the sheet's cells; the mapping only tells which columns were used. An unmapped column that looks like
money, or like a quantity of ours, becomes a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from loaders.codes import squeeze
from loaders.layouts import quantities
from loaders.layouts.layout import MONEY, PLACE, VALUES, Layout
from loaders.layouts.melt import BandReading, Columns, Fate
from loaders.layouts.relations import Relation
from loaders.thai.numbers import UNIT_BAHT, UNIT_WORD, UNIT_WORDS

_UNIT = re.compile(UNIT_WORD + r"s?\s*(?:บาท|baht)", re.IGNORECASE)
IMPOSSIBLE_BAHT = 10**11  # a median above this means a wrong unit
OUTLIER = 1_000  # times the median of the column
LEAST_FOR_OUTLIER = 5  # figures; fewer have no meaningful median
PEOPLE = ("people_reached", "members")
ANSWERED = ("by_hand", "remembered")  # layouts given by a person: unmapped columns were left out deliberately


@dataclass(frozen=True)
class Column:
    """One column of a sheet in the account: its cells, the sum of its figures as written, its unit and its fate."""

    sheet: str
    heading: str
    cells: int
    figures: int
    sum: Decimal
    unit: str  # a key of UNIT_BAHT, or "" when not money
    fate: str
    of: str = ""

    @property
    def satang(self) -> int:
        """The sum in satang; 0 when the column is not money."""
        return int(self.sum * UNIT_BAHT.get(self.unit, 0) * 100)

    def as_dict(self) -> dict:
        """Plain JSON values: ``columns`` of the summary."""
        return {
            "sheet": self.sheet, "heading": self.heading, "cells": self.cells, "figures": self.figures,
            "sum": float(self.sum), "unit": self.unit, "fate": self.fate, "of": self.of,
        }  # fmt: skip


def ledger(
    sheet: str,
    columns: Columns,
    parts: Iterable[tuple[Layout, BandReading]],
    melted: Mapping[str, str],
    general_unit: str,
) -> list[Column]:
    """The fate of every column of a sheet.

    Parameters
    ----------
    columns : the figures of the sheet, before any mapping.
    parts : the layouts with which the sheet (or each part of it) was read.
    melted : heading of a band's column -> our column that it became.
    general_unit : the unit of money stated for the whole sheet.
    """
    pairs = list(parts)
    used = {
        squeeze(heading): ours for layout, _ in pairs for ours, names in layout.columns.items() for heading in names
    }
    band_fates = {heading: fate for _, of_part in pairs for heading, fate in of_part.fates.items()}
    register = next((layout.register for layout, _ in pairs if not layout.refuse), "none")
    is_ours = any(layout.code in ANSWERED or layout.headings for layout, _ in pairs)
    derived = {relation.heading: relation for relation in columns.relations}
    unused = {squeeze(heading) for layout, _ in pairs for heading in layout.unused}
    rows = []
    for heading, figures in columns.figures.items():
        fate = (
            _used(heading, used, melted)
            or (_left_out(heading, figures) if squeeze(heading) in unused else None)
            or band_fates.get(heading)
            or _plain(heading, figures, columns, derived.get(heading))
            or _asked(heading, figures, register, set(used.values()), is_ours=is_ours)
        )
        is_money = quantities.names_money(heading) or fate.of in (
            "amount",
            "committed",
            "paid",
            *MONEY.get(register, ()),
        )
        unit = (unit_of(heading) or general_unit) if is_money and figures.is_numeric else ""
        rows.append(Column(sheet, heading, figures.filled, figures.numeric, figures.sum, unit, fate.kind, fate.of))
    return rows


def without_totals(layout: Layout, columns: Columns) -> Layout:
    """Remove columns that are the total of others for the same column of ours, so that they are not added twice.

    Two columns with the same figures add a doubt: one may be a copy.
    """
    kept, doubts = dict(layout.columns), ()
    for ours, names in layout.columns.items():
        own = [heading for heading in columns.figures if squeeze(heading) in {squeeze(name) for name in names}]
        if len(own) < 2 or ours in PLACE:
            continue
        sums = {total.heading for total in columns.relations if total.kind == "sum" and set(total.plus) <= set(own)}
        kept[ours] = [name for name in names if squeeze(name) not in {squeeze(heading) for heading in sums}]
        rest = [
            columns.figures[heading] for heading in own if heading not in sums and columns.figures[heading].is_numeric
        ]
        if any(first.values == second.values and any(first.values) for first, second in combinations(rest, 2)):
            doubts += (f"two_columns_same:{ours}",)
    changed = kept != layout.columns or doubts
    return replace(layout, columns=kept, doubts=(*layout.doubts, *doubts)) if changed else layout


def size_doubts(columns: Columns, rows: Iterable[Column]) -> list[str]:
    """Doubts about amounts: full baht under a heading of millions, or a figure a thousand times the column's median."""
    doubts = []
    for row in rows:
        stated = sorted(abs(value) for value in columns.figures[row.heading].values if value)
        if row.unit not in UNIT_BAHT or not stated or row.fate != "used":
            continue
        middle = stated[len(stated) // 2]
        if row.unit != "baht" and middle * UNIT_BAHT[row.unit] >= IMPOSSIBLE_BAHT:
            doubts.append(f"unit_impossible:{row.heading}")
        elif len(stated) >= LEAST_FOR_OUTLIER and stated[-1] >= OUTLIER * middle:
            doubts.append(f"amount_outlier:{row.heading}")
    return doubts


def unit_of(heading: str) -> str | None:
    """The unit of money that a heading states, or ``None``."""
    stated = [unit for part in heading.split(" - ") if (unit := _UNIT.search(part))]
    factor = next((unit["factor"] for unit in stated if unit["factor"]), "")
    return UNIT_WORDS.get(factor.lower(), "baht") if stated else None


def _left_out(heading: str, figures: quantities.Figures) -> Fate:
    """A column that a person marked as not used; its money stays in the account."""
    return Fate("left_out", "money" if figures.is_numeric and quantities.names_money(heading) else "")


def _used(heading: str, used: Mapping[str, str], melted: Mapping[str, str]) -> Fate | None:
    ours = melted.get(heading) or used.get(squeeze(heading))
    return Fate("used", ours) if ours else None


def _plain(heading: str, figures: quantities.Figures, columns: Columns, relation: Relation | None) -> Fate | None:
    """Columns that need no question: text, codes and years, sums and differences of others."""
    if not figures.filled or not figures.is_numeric:
        return Fate("kept")
    if heading in columns.not_money:
        return Fate("not_money", columns.not_money[heading])
    if relation is not None:
        return Fate(relation.kind, ", ".join((*relation.plus, *(f"-{name}" for name in relation.minus))))
    return None


def _asked(heading: str, figures: quantities.Figures, register: str, taken: set[str], *, is_ours: bool) -> Fate:
    """An unexplained numeric column: a question when it looks like money or like a quantity of ours."""
    if is_ours or register in ("none", "indicator", "agency", "stream"):
        return Fate("kept")
    if quantities.names_money(heading.split(" - ")[-1]) or (quantities.names_money(heading) and " - " in heading):
        return Fate("asked", "money")
    if quantities.names_count(heading):
        missing = [ours for ours in PEOPLE if ours in VALUES[register] and ours not in taken]
        return Fate("asked", missing[0]) if missing else Fate("kept")
    is_money = register in MONEY and not taken & set(MONEY[register]) and quantities.looks_like_money(figures)
    return Fate("asked", "money") if is_money else Fate("kept")
