"""A page's selection of records as one value: filters, level of the agencies, split of money above subdistricts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from geo.coverage.roll_up import SplitMethod

TIERS = ("local", "provincial", "central")


@dataclass(frozen=True)
class Query:
    """A selection of records; ``None`` = all, and for ``split`` = money above the subdistrict is not spread.

    ``fiscal_year`` is Gregorian; ``tier`` is the level of the agencies (one of :data:`TIERS`).
    """

    fiscal_year: int | None = None
    agency: str | None = None
    theme: str | None = None
    stream: str | None = None
    district: str | None = None
    tier: str | None = None
    split: SplitMethod | None = None

    def without(self, *names: str) -> Query:
        """The same query with these fields dropped."""
        return replace(self, **dict.fromkeys(names))

    def at(self, dimension: str, value: str) -> Query:
        """The same query with another value of a dimension (``year``: Buddhist year, as text); empty = all."""
        if dimension == "year":
            return replace(self, fiscal_year=int(value) - 543 if value else None)
        return replace(self, **{dimension: value or None})

    def value_of(self, dimension: str) -> str:
        """The value of a dimension as :meth:`at` takes it; empty = all."""
        if dimension == "year":
            return str(self.fiscal_year + 543) if self.fiscal_year else ""
        return getattr(self, dimension) or ""

    @property
    def filters(self) -> dict[str, Any]:
        """The fields that narrow the records themselves, named as in :func:`geo.periods.filter_support`."""
        return {name: getattr(self, name) for name in ("fiscal_year", "agency", "theme", "stream", "district")}
