"""Layouts: which heading of an agency's sheet is which column of ours, one small table per kind of file."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from loaders import registers, settings
from loaders.codes import squeeze
from loaders.problems import Problem, Refused

PLACE = (
    "place_code", "subdistrict", "district", "province", "moo", "village", "place_text", "latitude", "longitude", "precision",
)  # fmt: skip
VALUES = registers.WithDefined({
    "support": (
        "agency", "implementer", "stream", "theme", "target_group", "activity", "activity_code", "title", "starts_on", "ends_on",
        "fiscal_year", "amount", "committed", "paid", "people_reached", "status", "cofinancing", "reference",
    ),
    "plan": ("plan_exists", "booklet_held", "plan_year", "cohort", "priority_theme"),
    "welfare_fund": ("fund_name", "founded_on", "fiscal_year", "members", "savings", "hardship_members"),
    "contribution": ("source", "promised", "received", "fiscal_year", "received_on"),
    "organisation": (
        "organisation_name", "organisation_kind", "theme", "founded_on", "members", "hardship_members", "savings", "village_list",
    ),
    "indicator": ("indicator_code", "value", "fiscal_year"),
    "role_holder": ("role", "person", "organisation_name", "phone", "retain_until"),
    "agency": ("code", "name_th", "name_en", "short_th", "level"),
    "stream": (
        "code", "name_th", "name_en", "owner", "kind", "is_restricted", "condition_th", "theme", "starts_on", "ends_on", "total",
    ),
}, lambda defined: tuple(column.name for column in defined.columns))  # fmt: skip
# A row without these has no meaning and is quarantined.
REQUIRED = registers.WithDefined({
    "support": ("agency",),
    "contribution": ("source",),
    "organisation": ("organisation_name",),
    "role_holder": ("role",),
    "agency": ("code", "name_th"),
    "stream": ("code", "name_th"),
}, lambda defined: tuple(column.name for column in defined.columns if column.is_required))  # fmt: skip
# Money column of a register that control totals are about: the first one present.
MONEY = registers.WithDefined({
    "support": ("amount", "committed", "paid"),
    "contribution": ("promised", "received"),
    "welfare_fund": ("savings",),
    "organisation": ("savings",),
    "stream": ("total",),
}, lambda defined: tuple(column.name for column in defined.columns if column.form == "satang") or None)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """How one kind of sheet is read; see ``data/layouts/README.md`` for the file format."""

    code: str
    base: str
    register: str
    headings: frozenset[str] = frozenset()
    columns: dict[str, list[str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    scope: dict = field(default_factory=lambda: {"kind": "rows"})
    file_name: str = "*"
    without_place: str = "quarantine"
    without_value: str = "load"
    year_of_name: bool = False  # the title or file name states the year of the figures
    new_agencies: bool = False
    new_streams: bool = False
    patterns: dict[str, str] = field(default_factory=dict)
    own_words: tuple[str, ...] = ()  # coded columns whose own words serve as codes
    refuse: str = ""
    how: dict[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()  # headings that a person marked as not used

    @property
    def is_demo(self) -> bool:
        """Whether the data are invented; they are marked as such on every page."""
        return self.code.startswith("demo_")


def _layout(path: Path) -> list[Layout]:
    with path.open("rb") as file:
        content = tomllib.load(file)
    tables = content.pop("layout", None) or [content]
    layouts = []
    for table in tables:
        columns = {
            ours: [theirs] if isinstance(theirs, str) else list(theirs) for ours, theirs in table.pop("columns").items()
        }
        headings = frozenset(squeeze(heading) for heading in table.pop("headings"))
        table["own_words"] = tuple(table.get("own_words", ()))
        layouts.append(Layout(headings=headings, columns=columns, **table))
    return layouts


@cache
def shipped() -> tuple[Layout, ...]:
    """Every layout of ``data/layouts`` (a file may have several ``[[layout]]``), and those of defined registers."""
    files = sorted(settings.LAYOUTS.glob("*.toml"))
    written = [layout for path in files if path.stem != "aliases" for layout in _layout(path)]
    return (*written, *(_made(register.layout) for register in registers.defined().values()))


def _made(table: dict) -> Layout:
    headings: Any = frozenset(map(squeeze, table["headings"]))
    return Layout(**table | {"headings": headings})


@cache
def aliases() -> dict[str, dict[str, list[str]]]:
    """General alias list: register -> our column -> known headings."""
    with (settings.LAYOUTS / "aliases.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def expected_headings() -> frozenset[str]:
    """All known headings (squeezed), used to find the heading row of a sheet."""
    headings = {heading for layout in shipped() for heading in layout.headings}
    headings |= {
        squeeze(word)
        for name, register in aliases().items()
        if not name.startswith("hxl_")
        for words in register.values()
        for word in words
    }
    return frozenset(headings)


def headings_key(headings: Iterable[str]) -> str:
    """Hash of a set of headings, independent of order and spacing; learnt layouts are stored under it."""
    named = sorted(squeeze(heading) for heading in headings if not heading.startswith("__"))
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:16]


def as_dict(layout: Layout) -> dict:
    """A layout as plain JSON values; the inverse of :func:`from_dict`."""
    return asdict(layout) | {
        "headings": sorted(layout.headings),
        "doubts": list(layout.doubts),
        "unused": list(layout.unused),
    }


def from_dict(content: dict) -> Layout:
    """A layout from JSON values; the inverse of :func:`as_dict`."""
    names = {column.name for column in fields(Layout)}
    kept: dict[str, Any] = {name: value for name, value in content.items() if name in names}
    kept |= {"headings": frozenset(kept.get("headings", ()))}
    kept |= {name: tuple(kept.get(name, ())) for name in ("doubts", "unused", "own_words")}
    return Layout(**kept)


def by_hand(
    base: str, register: str, columns: dict[str, str], units: dict[str, str], constants: dict[str, str]
) -> Layout:
    """A layout from a person's answers: heading -> our column, units of money and era of years, constant values.

    Raises ``Refused`` (``columns_not_understood``) when a column is not one of ours.
    """
    ours: dict[str, list[str]] = {}
    for heading, column in columns.items():
        ours.setdefault(column, []).append(heading)
    wide = {column for column in ours if column.startswith("value:") and register == "indicator"}
    unknown = set(ours) - set(PLACE) - set(VALUES.get(register, ())) - wide
    if unknown or not ours:
        raise Refused(Problem("columns_not_understood", "refused", value=", ".join(sorted(unknown)) or "-"))
    constant_values = dict(constants)
    if register == "support" and "agency" not in ours:
        constant_values.setdefault("agency", base)
    return Layout(
        "by_hand", base, register, columns=ours, units=dict(units), constants=constant_values, new_agencies=True, new_streams=True,
        how=dict.fromkeys([*ours, *constants], "by_hand"),
    )  # fmt: skip
