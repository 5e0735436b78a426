"""The wish in the link (weights, budget, constraints) and its solution; the same link gives the same places."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from geo.selection.selection import Choice, Wish, select, worth
from pages.components import saved_scenarios as scenarios
from pages.queries import store as queries
from pages.ranking import data as ranking_data
from pages.ranking.data import KEY, Method
from pages.session.cache import cached
from pages.session.scope import Scope
from pages.welfare import data as welfare_data

DEFAULTS = {
    "choose": 55.0,
    "budget": 30_000_000.0,
    "district": 1.0,
    "need": 40.0,
    "readiness": 40.0,
    "people": 20.0,
    "flat": 500_000.0,
}
WEIGHTS = ("need", "readiness", "people")
NEIGHBOUR_KEYS = {"any": "pick_near_any", "apart": "pick_near_apart", "together": "pick_near_together"}
FLAT = "flat"


@dataclass(frozen=True)
class Pick:
    """A wish as in the link: numbers that differ from :data:`DEFAULTS`, cost scheme, neighbours, forced codes.

    ``any_budget``: no limit of the budget.
    """

    numbers: tuple[tuple[str, str], ...] = field(default=())
    cost: str = "proposal_2550"
    neighbours: str = "any"
    forced_in: tuple[str, ...] = ()
    forced_out: tuple[str, ...] = ()
    any_budget: bool = False

    def number(self, name: str) -> float:
        """Value of one of :data:`DEFAULTS`."""
        return scenarios.number(dict(self.numbers).get(name), DEFAULTS[name])

    @property
    def wish(self) -> Wish:
        """Input of the solver."""
        budget = None if self.any_budget else round(self.number("budget") * 100)
        return Wish(
            int(self.number("choose")),
            budget,
            int(self.number("district")),
            self.forced_in,
            self.forced_out,
            self.neighbours,
        )

    @property
    def weights(self) -> dict[str, float]:
        """Weights of need, readiness, people."""
        return {name: self.number(name) for name in WEIGHTS}


def read(parts: dict[str, str]) -> Pick:
    """Pick from the parts of a link or of a saved scenario; invalid values become the defaults."""
    numbers = tuple(sorted((name, value) for name, value in parts.items() if name in DEFAULTS))
    cost, near = parts.get("cost", "proposal_2550"), parts.get("near", "any")

    def codes(name: str) -> tuple[str, ...]:
        return tuple(sorted({code for code in parts.get(name, "").split("+") if code}))

    return Pick(
        numbers,
        cost if cost in welfare_data.schemes() or cost == FLAT else "proposal_2550",
        near if near in NEIGHBOUR_KEYS else "any",
        codes("in"),
        codes("out"),
        parts.get("limit") == "none",
    )


def cost(scope: Scope, pick: Pick) -> pd.Series:
    """Satang per subdistrict: one flat amount, or the scheme's total without the community's own part (NA: unknown)."""
    codes = queries.areas(scope, None)[KEY]
    if pick.cost == FLAT:
        return pd.Series(round(pick.number("flat") * 100), index=codes, dtype="Int64")
    table = welfare_data.money(scope, welfare_data.Choice(pick.cost)).by_area.set_index(KEY)
    money = (table["total_satang"] - table["own_satang"]).mask(table["unknown_rules"].gt(0))
    return money.reindex(codes).astype("Int64")


@cached(32)
def candidates(scope: Scope, fiscal_year: int | None, method: Method, pick: Pick) -> pd.DataFrame:
    """One row per subdistrict: ``need``, ``readiness``, ``people``, ``cost_satang``, ``worth`` (NA if a part is)."""
    areas = queries.areas(scope, fiscal_year)
    strength, need = (
        ranking_data.ranked(scope, fiscal_year, method, axis).units.set_index(KEY)["score"]
        for axis in ("strength", "need")
    )
    table = areas[[KEY, "district_code"]].assign(
        need=areas[KEY].map(need), readiness=areas[KEY].map(strength), people=areas["population"].astype("Float64"),
        cost_satang=areas[KEY].map(cost(scope, pick)).astype("Int64"),
    )  # fmt: skip
    weights = pick.weights if any(pick.weights.values()) else dict.fromkeys(WEIGHTS, 1.0)
    return table.assign(worth=worth(table, weights))


@cached(32)
def solved(scope: Scope, fiscal_year: int | None, method: Method, pick: Pick) -> Choice:
    """Optimum, simple rule and price of each constraint (:func:`geo.selection.selection.select`)."""
    return select(candidates(scope, fiscal_year, method, pick), pick.wish, queries.adjacency(scope))
