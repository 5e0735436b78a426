"""Layouts: which heading of an agency's sheet is which column of ours, one small table per kind of file."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from loaders import settings
from loaders.codes import squeeze
from loaders.problems import Problem, Refused

PLACE = ("place_code", "subdistrict", "district", "province", "moo", "village", "place_text")
VALUES = {
    "support": (
        "agency", "implementer", "stream", "theme", "target_group", "activity", "activity_code", "title", "starts_on", "ends_on",
        "fiscal_year", "amount", "committed", "paid", "people_reached", "status", "cofinancing", "reference",
    ),
    "plan": ("plan_exists", "booklet_held", "plan_year", "cohort", "priority_theme"),
    "welfare_fund": ("fund_name", "founded_on", "fiscal_year", "members", "savings", "hardship_members"),
    "contribution": ("source", "promised", "received", "fiscal_year", "received_on"),
    "organisation": ("organisation_name", "organisation_kind", "theme", "members", "village_list"),
    "indicator": ("indicator_code", "value", "fiscal_year"),
    "role_holder": ("role", "person", "organisation_name", "phone"),
}  # fmt: skip
# Money that a sheet's control totals are about, by register, the first one present.
MONEY = {
    "support": ("amount", "committed", "paid"),
    "contribution": ("promised", "received"),
    "welfare_fund": ("savings",),
}


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
    new_agencies: bool = False

    @property
    def is_demo(self) -> bool:
        """Invented data: marked on every page for as long as it is shown."""
        return self.code.startswith("demo_")


def _layout(path: Path) -> list[Layout]:
    with path.open("rb") as file:
        content = tomllib.load(file)
    tables = content.pop("layout", None) or [content]
    layouts = []
    for table in tables:
        columns = {ours: [theirs] if isinstance(theirs, str) else list(theirs) for ours, theirs in table.pop("columns").items()}
        headings = frozenset(squeeze(heading) for heading in table.pop("headings"))
        layouts.append(Layout(headings=headings, columns=columns, **table))
    return layouts


@cache
def shipped() -> tuple[Layout, ...]:
    """Every layout of ``data/layouts``; a file may hold several as ``[[layout]]``."""
    files = sorted(settings.LAYOUTS.glob("*.toml"))
    return tuple(layout for path in files if path.stem != "aliases" for layout in _layout(path))


@cache
def aliases() -> dict[str, dict[str, list[str]]]:
    """The general list: register -> our column -> headings seen for it."""
    with (settings.LAYOUTS / "aliases.toml").open("rb") as file:
        return tomllib.load(file)


def expected_headings() -> frozenset[str]:
    """All headings any layout knows (squeezed), to help find the heading row of a sheet."""
    known = {heading for layout in shipped() for heading in layout.headings}
    known |= {squeeze(word) for register in aliases().values() for words in register.values() for word in words}
    return frozenset(known)


def recognise(headings: list[str], file_name: str, base: str | None) -> Layout:
    """The layout for a sheet with these headings: a shipped one if its headings are all there, else by the alias list.

    Raises ``Refused`` (``columns_not_understood``) when no column names a place or nothing beside the place is known.
    """
    present = {squeeze(heading) for heading in headings}
    fitting = [
        layout for layout in shipped() if layout.headings <= present and fnmatch.fnmatch(file_name.casefold(), layout.file_name.casefold())
    ]
    if fitting:
        return max(fitting, key=lambda layout: (len(layout.headings), layout.file_name != "*"))
    return _by_alias(headings, base)


def _by_alias(headings: list[str], base: str | None) -> Layout:
    known = {squeeze(heading): heading for heading in headings}
    best: Layout | None = None
    for register in ("support", "indicator"):
        listed = aliases()["place"] | aliases()[register]
        columns = {ours: [known[squeeze(word)] for word in words if squeeze(word) in known] for ours, words in listed.items()}
        columns = {ours: found for ours, found in columns.items() if found}
        values = [ours for ours in columns if ours not in PLACE and ours not in {"title", "reference", "fiscal_year"}]
        has_place = any(ours in columns for ours in ("place_code", "subdistrict", "place_text", "district"))
        if has_place and values and (best is None or len(values) > len(best.columns)):
            constants = {} if "agency" in columns or register != "support" else {"agency": base or "unnamed_base"}
            best = Layout("by_alias", base or "unnamed_base", register, columns=columns, constants=constants, new_agencies=True)
            break
    if best is None:
        seen = ", ".join(heading for heading in headings[:12] if not heading.startswith("__"))
        raise Refused(Problem("columns_not_understood", "refused", value=seen))
    return best
