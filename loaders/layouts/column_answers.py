"""Answers of a person about single columns (``--column HEADING=OURS``), and the refusals that ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from loaders.codes import squeeze
from loaders.layouts import ORDER, content, quantities
from loaders.layouts.layout import PLACE, REQUIRED, VALUES, Layout, aliases
from loaders.problems import Problem, Refused

if TYPE_CHECKING:
    from loaders.sheets.read import Sheet

UNUSED = "-"
REMARK = re.compile("หมายเหตุ|remark|^note|level$|ภูมิภาค|region", re.IGNORECASE)


@dataclass(frozen=True)
class ColumnAnswers:
    """The file's heading -> our column (``-``: not used), and register and unit of the whole sheet."""

    columns: Mapping[str, str] = field(default_factory=dict)
    register: str | None = None
    unit: str | None = None

    @classmethod
    def of(cls, options: Iterable[str], register: str | None = None, unit: str | None = None) -> ColumnAnswers:
        """Parse ``HEADING=OURS`` texts. Raises ``Refused`` (``column_unknown``) when OURS is not a column of ours."""
        columns = {}
        names_of_ours = {*PLACE, *(name for names in VALUES.values() for name in names), UNUSED}
        for text in options:
            heading, _, ours = text.rpartition("=")
            ours = ours.strip()
            if not heading.strip() or (ours not in names_of_ours and not ours.startswith("value:")):
                raise Refused(Problem("column_unknown", "refused", value=text, suggestion=", ".join(choices(register))))
            columns[heading.strip()] = ours
        return cls(columns, register, unit)

    def ours(self, heading: str) -> str | None:
        """The answer for a heading, or ``None``."""
        return next((ours for name, ours in self.columns.items() if squeeze(name) == squeeze(heading)), None)

    def apply(self, layout: Layout, headings: Iterable[str], base: str | None) -> Layout:
        """The layout with the answers applied; unchanged when none concerns this sheet."""
        answers = {heading: ours for heading in headings if (ours := self.ours(heading)) is not None}
        if not answers and not (self.register and layout.refuse) and not self.unit:
            return layout
        register = self.register or (_register(answers) if layout.refuse else layout.register)
        gone = {squeeze(heading) for heading in answers}
        columns = {
            ours: rest
            for ours, names in layout.columns.items()
            if (rest := [name for name in names if squeeze(name) not in gone])
            and (ours in PLACE or ours in VALUES[register] or ours.startswith("value:"))
        }
        for heading, ours in answers.items():
            if ours != UNUSED:
                columns[ours] = [*columns.get(ours, []), heading]
        constants = dict(layout.constants)
        if register == "support" and "agency" not in columns:
            constants.setdefault("agency", base or layout.base)
        missing = [name for name in REQUIRED.get(register, ()) if name not in {*columns, *constants}]
        if layout.refuse and (missing or not set(columns) & set(PLACE) or not set(columns) - set(PLACE)):
            return layout
        units = dict(layout.units)
        if self.unit:
            units |= {name: self.unit for name in columns if name not in PLACE}
        answered = {
            *(f"two_values:{ours}" for ours in answers.values()),
            *(f"two_columns:{ours}" for ours in answers.values()),
        }
        return replace(
            layout, register=register, refuse="", columns=columns, constants=constants, units=units, new_agencies=True,
            code="by_alias" if layout.refuse else layout.code, unused=(*layout.unused, *(h for h, o in answers.items() if o == UNUSED)),
            how={**layout.how, **{ours: "by_hand" for ours in answers.values() if ours != UNUSED}},
            doubts=tuple(doubt for doubt in layout.doubts if doubt not in answered),
        )  # fmt: skip


def _register(answers: Mapping[str, str]) -> str:
    """The first register that has all named columns."""
    named = {ours for ours in answers.values() if ours not in PLACE and ours != UNUSED}
    if any(ours.startswith("value:") for ours in named):
        return "indicator"
    return next((register for register in ORDER if named <= set(VALUES[register])), "support")


def choices(register: str | None) -> list[str]:
    """Names of our columns that an answer may use: those of a register, or of the usual registers."""
    if register is not None and register in VALUES:
        return [*VALUES[register], *PLACE, UNUSED]
    return list(dict.fromkeys([*VALUES["support"], *VALUES["organisation"], *VALUES["welfare_fund"], *PLACE, UNUSED]))


def refusal(sheet: Sheet, code: str, mapped: Mapping[str, list[str]]) -> Problem:
    """The refusal of a sheet: its place columns, and the others with their number of filled cells."""
    if code != "columns_unplaced":
        heads = ", ".join(heading for heading in sheet.frame.columns[:12] if not heading.startswith("__"))
        return Problem(code, "refused", sheet.name, value=heads)
    columns = unplaced(sheet, mapped)
    seen = ", ".join(f"{heading} ({filled:,})" for heading, filled in columns[:12] if filled)
    places = ", ".join(heading for names in mapped.values() for heading in names)
    first = next((heading for heading, filled in columns if filled), "")
    option = f'--column "{first}=organisation_name"'
    return Problem(code, "refused", sheet.name, len(sheet.frame), places, seen, option)


def unplaced(sheet: Sheet, mapped: Mapping[str, list[str]]) -> list[tuple[str, int]]:
    """Headings of columns that are neither places nor numbers or codes, with the number of filled cells."""
    taken = {heading for ours, names in mapped.items() if ours in PLACE for heading in names}
    taken |= {heading for heading in sheet.frame.columns if REMARK.search(heading)}
    names = _by_name()
    rest = [heading for heading in sheet.frame.columns if heading not in taken and not heading.startswith("__")]
    open_columns = []
    for heading in rest:
        cells = sheet.frame[heading].astype(str)
        is_code = quantities.IDENTIFIER_WORD.search(heading) or squeeze(heading) in names or content.is_of_places(cells)
        open_columns.append((heading, 0 if is_code else int(cells.str.strip().ne("").sum())))
    return open_columns


@cache
def _by_name() -> frozenset[str]:
    """Squeezed headings of place columns, which hold no data about a place."""
    return frozenset(squeeze(word) for words in aliases()["place"].values() for word in words)
