"""What the steps of a meeting are computed from, and how a step is put together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from geo.maps import palette
from geo.ranking.ranking import Ranking
from geo.ranking.spec import SpecError
from geo.selection.selection import Choice, Wish, select, worth
from geo.statuses import NOTHING
from loaders import codes
from pages.queries import analysis
from pages.queries import store as queries
from pages.ranking import data as ranking_data
from pages.session.scope import Scope

FOCUS = 7
NEED = "hardship_households"
VIEWS = ("coverage", "gaps", "overlaps", "currents", "classes", "weak", "pilots", "decision")


def nothing_legend() -> list[list]:
    """The three kinds of nothing, off every scale."""
    return [[letter, *palette.NOTHING[status], f"status_{status}", {}] for status, letter in NOTHING.items()]


def whole(number: object) -> int | None:
    """A JSON number, ``None`` when it is not known."""
    return None if pd.isna(number) else int(number)  # type: ignore[arg-type, call-overload]


@dataclass(frozen=True)
class Board:
    """What the steps are computed from: one data version, one fiscal year."""

    scope: Scope
    story: dict

    @cached_property
    def chosen(self) -> queries.Filters:
        """The usual fiscal year."""
        return queries.Filters(queries.usual_year(self.scope))

    @cached_property
    def codes(self) -> list[str]:
        """Every subdistrict code, sorted."""
        return sorted(queries.areas(self.scope, None)["subdistrict_code"])

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Facts of every subdistrict by code."""
        return queries.areas(self.scope, self.chosen.fiscal_year).set_index("subdistrict_code", drop=False)

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """Coverage by code."""
        return analysis.coverage(self.scope, self.chosen).set_index("subdistrict_code", drop=False)

    @cached_property
    def reporting(self) -> int:
        """How many bases have spoken for this year, so that "all have reported" says of how many."""
        scopes = queries.reports(self.scope)
        return int(
            scopes.loc[
                scopes["fiscal_year"].isna() | scopes["fiscal_year"].eq(self.chosen.fiscal_year), "base"
            ].nunique()
        )

    @cached_property
    def need(self) -> str:
        """The need under discussion: the first with figures, hardship before others."""
        present = set(analysis.needs(self.scope)["indicator_code"])
        listed = [
            entry["code"] for entry in codes.indicators() if entry["direction"] == "need" and entry["code"] in present
        ]
        return NEED if NEED in listed or not listed else listed[0]

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Need against support by code."""
        return analysis.gaps(self.scope, self.chosen, self.need).set_index("subdistrict_code", drop=False)

    def ranking(self, axis: str) -> Ranking | None:
        """The ranking page's own ranking by ``data/rules/criteria.toml``; ``None`` when nothing can be scored."""
        try:
            found = ranking_data.ranked(self.scope, self.chosen.fiscal_year, ranking_data.Method(), axis)
        except SpecError:
            return None
        return found if found.units["score"].notna().any() else None

    @cached_property
    def strength(self) -> Ranking | None:
        """The ranking of the community side."""
        return self.ranking("strength")

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """``class``, ``border``, ``stability``, ``score`` per subdistrict; all NA without a ranking."""
        if self.strength is None:
            empty = pd.DataFrame(
                index=pd.Index(self.codes, name="subdistrict_code"), columns=["score", "stability"], dtype=float
            )
            return empty.assign(
                **{name: pd.Series(pd.NA, index=empty.index, dtype="string") for name in ("class", "border")}
            )
        return self.strength.units.set_index("subdistrict_code")

    @cached_property
    def weak(self) -> pd.Series:
        """Whether a subdistrict is of the class to be strengthened."""
        return self.ranked["class"].eq("C").fillna(False).astype(bool).reindex(self.codes, fill_value=False)

    @cached_property
    def flagged(self) -> pd.DataFrame:
        """Pairs suspected of duplication."""
        pairs = analysis.overlaps(self.scope, self.chosen).pairs
        return pairs[pairs["outcome"].eq("suspected_duplication")]

    @cached_property
    def selection(self) -> Choice | None:
        """The pilots: the exact optimum of need and readiness in equal parts, at least some in every district."""
        need = self.ranking("need")
        if need is None or self.strength is None:
            return None
        wish = self.story["pilots"]
        parts = pd.DataFrame(
            {"need": need.units.set_index("subdistrict_code")["score"], "readiness": self.ranked["score"]}
        ).reindex(self.codes)
        table = pd.DataFrame(
            {"subdistrict_code": self.codes, "district_code": [code[:4] for code in self.codes], "cost_satang": 0}
        )
        table["worth"] = worth(parts, {"need": 1.0, "readiness": 1.0}).to_numpy()
        known = table["worth"].notna()
        number = min(int(wish["number"]), int(known.sum()))
        return select(table, Wish(number, per_district=int(wish["per_district"])), prices=False)

    def bases(self, frame: pd.DataFrame) -> list[str]:
        """The bases behind a frame."""
        return sorted(set(frame["base"].dropna()))

    def step(self, view: str, classes: pd.Series, legend: list, title: list, **more: object) -> dict:
        """Put a step together; every subdistrict has a class, and every class in use stands in the legend."""
        letters = classes.reindex(self.codes)
        shown = [entry for entry in legend if entry[0] in set(letters) or entry[0] not in {"x", "m", "k"}]
        for name in ("note", "values", "unit", "marks", "mark_key", "badges"):
            more.setdefault(name, None)
        return {
            "view": view,
            "classes": "".join(letters),
            "legend": shown,
            "title": title,
            "figures": [],
            "bars": [],
            "focus": [],
            "bases": [],
        } | more

    def in_order(self, values: pd.Series) -> list[float | int | None]:
        """Values in code order as JSON numbers."""
        return [None if pd.isna(value) else round(float(value), 2) for value in values.reindex(self.codes)]
