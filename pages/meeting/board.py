"""What the steps of a meeting are computed from, and how a step is put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from geo.maps.board import ClassStyle
from geo.maps.classes import UNMEASURED
from geo.overlaps.outcomes import OUTCOMES
from geo.ranking.ranking import Ranking
from geo.ranking.spec import SpecError
from geo.selection.selection import Choice, select
from geo.statuses import NOTHING
from loaders import codes
from pages.components import saved_scenarios as scenarios
from pages.components.map_layer import Choropleth
from pages.queries import coverage, gaps, overlaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.ranking import data as ranking_data
from pages.selection import data as selection_data
from pages.session.scope import Scope

FOCUS = 7
NEED = "hardship_households"
# Classes that the legend of the wall leaves out while no place is in them.
ONLY_WHERE_PRESENT = {NOTHING["not_applicable"], UNMEASURED, OUTCOMES["not_known"].letter}
NO_NAME = {"th": "-", "en": "-"}
VIEWS = ("coverage", "gaps", "overlaps", "currents", "classes", "weak", "pilots", "decision")


def whole(number: Any) -> int | None:
    """A JSON number, ``None`` when it is not known."""
    return None if pd.isna(number) else int(number)


@dataclass(frozen=True)
class MeetingData:
    """What the steps are computed from: one data version, one fiscal year."""

    scope: Scope
    story: dict

    @cached_property
    def chosen(self) -> Query:
        """The usual fiscal year."""
        return Query(queries.usual_year(self.scope))

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
        return coverage.coverage(self.scope, self.chosen).set_index("subdistrict_code", drop=False)

    @cached_property
    def need(self) -> str:
        """The need under discussion: the first with figures, hardship before others."""
        present = set(gaps.needs(self.scope)["indicator_code"])
        listed = [
            entry["code"] for entry in codes.indicators() if entry["direction"] == "need" and entry["code"] in present
        ]
        return NEED if NEED in listed or not listed else listed[0]

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Need against support by code."""
        return gaps.gaps(self.scope, self.chosen, self.need).set_index("subdistrict_code", drop=False)

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
        agreed = ranking_data.in_force(self.scope, self.strength, self.chosen.fiscal_year)
        return agreed.set_index("subdistrict_code")

    @cached_property
    def weak(self) -> pd.Series:
        """Whether a subdistrict is of the class to be strengthened."""
        return (
            self.ranked["class"]
            .eq(ranking_data.labels()[-1])
            .fillna(False)
            .astype(bool)
            .reindex(self.codes, fill_value=False)
        )

    @cached_property
    def flagged(self) -> pd.DataFrame:
        """Pairs suspected of duplication."""
        pairs = overlaps.overlaps(self.scope, self.chosen).pairs
        return pairs[pairs["outcome"].eq("suspected_duplication")]

    @cached_property
    def selection(self) -> Choice | None:
        """The pilots of the selection page: by its own weights, budget and wishes, or as a saved choice of it holds them.

        Where fewer places are known than are asked for, all of those are proposed.
        """
        if self.ranking("need") is None or self.strength is None:
            return None
        pick = self.pick
        places = selection_data.candidates(self.scope, self.chosen.fiscal_year, ranking_data.Method(), pick)
        wish = replace(pick.wish, choose=min(pick.wish.choose, int(places["worth"].notna().sum())))
        found = select(places, wish, queries.adjacency(self.scope), prices=False)
        if not self.saved_pick:
            return found
        held = found.areas["subdistrict_code"].isin(self.saved_pick["chosen"])
        return replace(found, areas=found.areas.assign(is_chosen=held))

    @cached_property
    def saved_pick(self) -> dict:
        """The choice of pilots saved last, with its name; empty when none was."""
        table = scenarios.kept(self.scope, "selection")
        return dict(table["content"].iloc[0]) | {"name": table["name"].iloc[0]} if len(table) else {}

    @property
    def pick(self) -> selection_data.Pick:
        """What the pilots are chosen by: as saved last, else as the selection page opens, in the number of the storyboard."""
        if self.saved_pick:
            return selection_data.read(scenarios.unpacked(self.saved_pick.get("pick", "")))
        asked = self.story["pilots"]
        return selection_data.read({"choose": str(asked["number"]), "district": str(asked["per_district"])})

    def bases(self, frame: pd.DataFrame) -> list[str]:
        """The bases behind a frame."""
        return sorted(set(frame["base"].dropna()))

    @cached_property
    def support_bases(self) -> list[str]:
        """The bases behind the support records of the year."""
        return self.bases(coverage.records(self.scope, self.chosen))

    def register_bases(self, *names: str) -> list[str]:
        """The bases behind registers, the shipped reference left out."""
        return sorted(
            {base for name in names for base in self.bases(queries.register(self.scope, name)) if base != "reference"}
        )

    def layer(
        self,
        styles: Mapping[str, ClassStyle],
        classes: pd.Series,
        values: pd.Series | None = None,
        unit: str = "",
        marks: pd.Series | None = None,
        mark_key: str = "",
    ) -> Choropleth:
        """A choropleth of series by code."""
        listed = pd.Series(self.codes, index=self.codes)
        values, marks = (None if series is None else series.reindex(self.codes) for series in (values, marks))
        return Choropleth(styles, listed, classes.reindex(self.codes), values, unit, marks, mark_key)

    def step(self, view: str, layer: Choropleth, title: list, **more: Any) -> dict:
        """Put a step together as plain JSON: the layer by code order, its legend, the finding; ``more`` overrides."""
        by_code = dict(zip(layer.codes, layer.classes, strict=True))
        classes = "".join(by_code[code] for code in self.codes)
        marked = set() if layer.marks is None else set(layer.codes[layer.marks.astype(bool)])
        return {
            "view": view,
            "classes": classes,
            "legend": [
                [letter, style.color, style.hatch, style.key, dict(style.blanks)]
                for letter, style in layer.styles.items()
                if letter in classes or letter not in ONLY_WHERE_PRESENT
            ],
            "title": title,
            "figures": [],
            "bars": [],
            "focus": [],
            "bases": [],
            "note": None,
            "values": None if layer.values is None else self.in_order(layer.values.set_axis(layer.codes)),
            "unit": layer.unit or None,
            "marks": None if layer.marks is None else "".join("1" if code in marked else "0" for code in self.codes),
            "mark_key": layer.mark_key or None,
            "badges": None if layer.badges is None else layer.badges,
        } | more

    def in_order(self, values: pd.Series) -> list[float | int | None]:
        """Values in code order as JSON numbers."""
        return [None if pd.isna(value) else round(float(value), 2) for value in values.reindex(self.codes)]
