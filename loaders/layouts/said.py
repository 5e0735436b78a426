"""What a person says of single columns at the command line: their heading is one of ours, or is not used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from loaders.codes import squeeze
from loaders.layouts.layout import PLACE, REQUIRED, VALUES, Layout
from loaders.problems import Problem, Refused

UNUSED = "-"
ORDER = ("support", "organisation", "welfare_fund", "indicator", "contribution", "plan", "role_holder")


@dataclass(frozen=True)
class Said:
    """Their heading -> our column (``-``: not used), and what is true of the whole sheet."""

    columns: Mapping[str, str] = field(default_factory=dict)
    register: str | None = None
    unit: str | None = None

    @classmethod
    def of(cls, options: Iterable[str], register: str | None = None, unit: str | None = None) -> Said:
        """From ``HEADING=OURS`` texts. Raises ``Refused`` (``column_unknown``) where OURS is no column of ours."""
        columns = {}
        known = {*PLACE, *(name for names in VALUES.values() for name in names), UNUSED}
        for text in options:
            heading, _, ours = text.rpartition("=")
            ours = ours.strip()
            if not heading.strip() or (ours not in known and not ours.startswith("value:")):
                raise Refused(Problem("column_unknown", "refused", value=text, suggestion=", ".join(choices(register))))
            columns[heading.strip()] = ours
        return cls(columns, register, unit)

    def ours(self, heading: str) -> str | None:
        """What was said of a heading."""
        return next((ours for name, ours in self.columns.items() if squeeze(name) == squeeze(heading)), None)

    def apply(self, layout: Layout, headings: Iterable[str], base: str | None) -> Layout:
        """The layout with what was said laid over what the machine knew; unchanged where nothing was said of the sheet."""
        said = {heading: ours for heading in headings if (ours := self.ours(heading)) is not None}
        if not said and not (self.register and layout.refuse) and not self.unit:
            return layout
        register = self.register or (_register(said) if layout.refuse else layout.register)
        gone = {squeeze(heading) for heading in said}
        columns = {
            ours: rest
            for ours, names in layout.columns.items()
            if (rest := [name for name in names if squeeze(name) not in gone])
            and (ours in PLACE or ours in VALUES[register] or ours.startswith("value:"))
        }
        for heading, ours in said.items():
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
            *(f"two_values:{ours}" for ours in said.values()),
            *(f"two_columns:{ours}" for ours in said.values()),
        }
        return replace(
            layout, register=register, refuse="", columns=columns, constants=constants, units=units, new_agencies=True,
            code="by_alias" if layout.refuse else layout.code, unused=(*layout.unused, *(h for h, o in said.items() if o == UNUSED)),
            how={**layout.how, **{ours: "by_hand" for ours in said.values() if ours != UNUSED}},
            doubts=tuple(doubt for doubt in layout.doubts if doubt not in answered),
        )  # fmt: skip


def _register(said: Mapping[str, str]) -> str:
    """The first register that has all columns that were named."""
    named = {ours for ours in said.values() if ours not in PLACE and ours != UNUSED}
    if any(ours.startswith("value:") for ours in named):
        return "indicator"
    return next((register for register in ORDER if named <= set(VALUES[register])), "support")


def choices(register: str | None) -> list[str]:
    """Names of our columns that can be given: of a register, or of the usual ones."""
    if register in VALUES:
        return [*VALUES[register], *PLACE, UNUSED]
    return list(dict.fromkeys([*VALUES["support"], *VALUES["organisation"], *VALUES["welfare_fund"], *PLACE, UNUSED]))
