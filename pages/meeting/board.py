"""Data that the steps of a meeting are computed from, and the assembly of a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from geo import figures
from geo.coverage.roll_up import RolledUp
from geo.maps.board import ClassStyle
from geo.maps.classes import UNMEASURED
from geo.overlaps.outcomes import OUTCOMES
from geo.questions.questions import QUESTIONS
from geo.ranking.ranking import Ranking
from geo.ranking.spec import SpecError
from geo.selection.selection import Choice, select
from geo.statuses import NOTHING
from loaders import codes
from pages.components import saved_scenarios as scenarios
from pages.components.map_layer import Choropleth, is_nothing
from pages.queries import coverage, gaps, money, overlaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.ranking import data as ranking_data
from pages.selection import data as selection_data
from pages.session.scope import Scope

FOCUS = 7
NEED = "hardship_households"
# Classes that the legend of the wall omits while no place is in them.
ONLY_WHERE_PRESENT = {NOTHING["not_applicable"], UNMEASURED, OUTCOMES["not_known"].letter}
NO_NAME = {"th": "-", "en": "-"}
VIEWS = (
    "changed",
    "coverage",
    "gaps",
    "overlaps",
    "currents",
    "direction",
    "classes",
    "weak",
    "pilots",
    "rudder",
    "decision",
)
VIEWS_OF_WALL = (*VIEWS, *QUESTIONS)  # what the wall shows, and what a correction by link may refer to


def whole(number: Any) -> int | None:
    """An integer for JSON; ``None`` for NA."""
    return None if pd.isna(number) else int(number)


def phrase(key: str, why: list | None = None, **blanks: Any) -> dict:
    """Text about a place in focus: ``said`` is the figure that orders the places, ``why`` the reason beside it."""
    return {"said": [key, blanks], "why": why}


@dataclass(frozen=True)
class MeetingData:
    """Data for the steps: one data version, one fiscal year; each property is computed once."""

    scope: Scope
    story: dict

    @cached_property
    def chosen(self) -> Query:
        """The query of the usual fiscal year."""
        return Query(queries.usual_year(self.scope))

    @cached_property
    def codes(self) -> list[str]:
        """All subdistrict codes, sorted."""
        return sorted(queries.areas(self.scope, None)["subdistrict_code"])

    @cached_property
    def areas(self) -> pd.DataFrame:
        """The subdistricts with population, indexed by code."""
        return queries.areas(self.scope, self.chosen.fiscal_year).set_index("subdistrict_code", drop=False)

    @cached_property
    def support(self) -> pd.DataFrame:
        """The support records of the year."""
        return coverage.records(self.scope, self.chosen)

    @cached_property
    def rolled(self) -> RolledUp:
        """The records per subdistrict, and the money without one."""
        return coverage.rolled(self.scope, self.chosen)

    @cached_property
    def named(self) -> dict[str, int | float | None]:
        """All named figures of :mod:`geo.figures` that can be counted; the steps take theirs from here."""
        overlap = overlaps.overlaps(self.scope, self.chosen)
        frames: dict[str, Any] = {
            "coverage": self.coverage, "support": self.support, "placed": self.rolled.by_subdistrict, "strip": self.rolled.strip,
            "gaps": self.gaps, "pairs": overlap.pairs, "by_area": overlap.by_area, "weakest": ranking_data.labels()[-1],
            "units": self.ranked.reindex(self.codes).rename_axis("subdistrict_code").reset_index(),
            "hold": ranking_data.spec_of(ranking_data.Method()).uncertainty.hold,
            "alignment": money.alignment(self.scope, self.chosen),
        }  # fmt: skip
        if self.selection is not None:
            frames["choice"] = self.selection.areas
        return figures.counted(**frames)

    def figure(self, key: str, code: str) -> list:
        """A figure of a step: text key, value of the named figure, its code."""
        value = self.named.get(code)
        return [key, {"satang": value} if figures.FIGURES[code].kind == "satang" else value, code]

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """Coverage, indexed by code."""
        return coverage.coverage(self.scope, self.chosen).set_index("subdistrict_code", drop=False)

    @cached_property
    def need(self) -> str:
        """The need under discussion: hardship if it has figures, else the first need that has."""
        present = set(gaps.needs(self.scope)["indicator_code"])
        listed = [
            entry["code"] for entry in codes.indicators() if entry["direction"] == "need" and entry["code"] in present
        ]
        return NEED if NEED in listed or not listed else listed[0]

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Need against support, indexed by code."""
        return gaps.gaps(self.scope, self.chosen, self.need).set_index("subdistrict_code", drop=False)

    def ranking(self, axis: str) -> Ranking | None:
        """The ranking of the ranking page (``data/rules/criteria.toml``); ``None`` when nothing can be scored."""
        try:
            ranking = ranking_data.ranked(self.scope, self.chosen.fiscal_year, ranking_data.Method(), axis)
        except SpecError:
            return None
        return ranking if ranking.units["score"].notna().any() else None

    @cached_property
    def strength(self) -> Ranking | None:
        """The ranking by strength of the community side."""
        return self.ranking("strength")

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """``class``, ``border``, ``stability``, ``score`` by subdistrict, agreed classes applied; NA if unranked."""
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
        """Whether each subdistrict is in the weakest class."""
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
        """The pilots: the list saved last, else the selection page's proposal; ``None`` when nothing can be ranked."""
        if self.ranking("need") is None or self.strength is None:
            return None
        choice = select(self.candidates, self.pick.wish, queries.adjacency(self.scope), prices=False)
        if self.pilots is None:
            return choice
        return replace(
            choice, areas=choice.areas.assign(is_chosen=choice.areas["subdistrict_code"].isin(self.pilots.codes))
        )

    @property
    def pilot_codes(self) -> frozenset[str]:
        """Codes of the pilots of :attr:`selection`; empty while nothing can be ranked."""
        if self.selection is None:
            return frozenset()
        areas = self.selection.areas
        return frozenset(areas.loc[areas["is_chosen"], "subdistrict_code"])

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """Candidate places with need, readiness, people, worth and cost, as on the selection page."""
        return selection_data.candidates(self.scope, self.chosen.fiscal_year, ranking_data.Method(), self.pick)

    @cached_property
    def pilots(self) -> scenarios.Pilots | None:
        """The saved list of pilots; ``None`` while none was saved."""
        return scenarios.pilots(self.scope)

    @property
    def pick(self) -> selection_data.Pick:
        """Wishes of the selection: as saved last, else the defaults of the selection page."""
        return selection_data.read(scenarios.unpacked(self.pilots.pick if self.pilots else ""))

    def stream_name(self, code: str) -> dict[str, str]:
        """Name of a stream in both languages; its code when it is not in the list."""
        streams = queries.code_list(self.scope, "stream").set_index("code")
        if code not in streams.index:
            return {"th": code, "en": code}
        row = streams.loc[code]
        return {"th": str(row["name_th"]), "en": str(row["name_en"] or row["name_th"])}

    def bases(self, frame: pd.DataFrame) -> list[str]:
        """Bases that a frame's rows come from, sorted."""
        return sorted(set(frame["base"].dropna()))

    @cached_property
    def support_bases(self) -> list[str]:
        """Bases of the support records of the year."""
        return self.bases(self.support)

    def register_bases(self, *names: str) -> list[str]:
        """Bases of registers, without the shipped reference data."""
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
        """A choropleth from series indexed by code."""
        listed = pd.Series(self.codes, index=self.codes)
        values, marks = (None if series is None else series.reindex(self.codes) for series in (values, marks))
        return Choropleth(styles, listed, classes.reindex(self.codes), values, unit, marks, mark_key)

    def step(self, view: str, layer: Choropleth, title: list, **more: Any) -> dict:
        """A step as plain JSON: the layer in code order, its legend, the finding; ``more`` overrides."""
        by_code = dict(zip(layer.codes, layer.classes, strict=True))
        classes = "".join(by_code[code] for code in self.codes)
        has_known_places = any(not is_nothing(style) for letter, style in layer.styles.items() if letter in classes)
        marked = set() if layer.marks is None else set(layer.codes[layer.marks.astype(bool)])
        return {
            "view": view,
            "classes": classes,
            "legend": [
                [letter, style.color, style.hatch, style.key, dict(style.blanks)]
                for letter, style in layer.styles.items()
                if letter in classes or (has_known_places and letter not in ONLY_WHERE_PRESENT)
            ],
            "title": title,
            "figures": [],
            "bars": [],
            "focus": [],
            "spoken": [],
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
