"""What the meeting pack says: slides, sheets, decisions and sources, made from facts in one language."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import pandas as pd
from shapely.geometry import shape

from geo.maps.figures import Shapes, shapes
from loaders import settings
from pages.meeting.words import Words, bars_of, figures_of, legend_of, places_of, title_of
from pages.queries import map_files as geometry

# Kind and code of a subject -> the code by which its readers say what is wrong (PNG), and the text key that stands under it.
Reply = Callable[[str, str], tuple[bytes, str] | None]


def nobody(kind: str, code: str) -> None:
    """No codes: a frozen meeting, or a board that cannot sign links."""


@dataclass(frozen=True)
class Slide:
    """One view in words."""

    view: str
    title: str
    ask: str
    legend: list[dict]
    figures: list[tuple[str, str]]
    bars: list[tuple[str, str, int]]
    places: list[tuple[str, str, str]]  # subdistrict, district, value
    labels: dict[str, str]
    foot: str
    step: dict


@dataclass(frozen=True)
class Pack:
    """Everything the writers need."""

    facts: dict
    words: Words
    story: list[dict]
    decisions: list[dict]
    reply: Reply = nobody

    @cached_property
    def slides(self) -> list[Slide]:
        """The views of the storyboard."""
        return [self._slide(part) for part in self.story if part["view"] in self.facts["steps"]]

    def _slide(self, part: dict) -> Slide:
        facts, words, step = self.facts, self.words, self.facts["steps"][part["view"]]
        return Slide(
            view=step["view"],
            title=title_of(words, step, part),
            ask=" · ".join(
                text for text in (part.get(f"ask_{words.language}", ""), words.phrase(step["note"])) if text
            ),
            legend=legend_of(words, step),
            figures=figures_of(words, step),
            bars=bars_of(words, step),
            places=places_of(words, facts, step),
            labels={code: words.name(facts["areas"][code]) for code in step["focus"]},
            foot=words.footnote(facts, step["bases"]) + " · " + self.map_credit,
            step=step,
        )

    @cached_property
    def heading(self) -> str:
        """The line under every page: whose board, data as of, mark of invented data."""
        facts, words = self.facts, self.words
        as_of = words.as_of(facts)
        return f"{words.say('demo')} · {as_of}" if facts["is_demo"] else as_of

    @cached_property
    def foot(self) -> str:
        """The footnote of a page that stands on every base."""
        return self.words.footnote(
            self.facts, sorted({source["base"] for source in self.facts["sources"] if source["base"] != "reference"})
        )

    @cached_property
    def map_credit(self) -> str:
        """Where the boundaries come from; a schematic map says so."""
        found = geometry.current(self.facts["province"])
        return (
            self.words.say(geometry.NAMES[found["kind"]]) + " · " if found["kind"] in geometry.NOTES else ""
        ) + found["credit"]

    @cached_property
    def shapes(self) -> Shapes:
        """The geometry that the board shows, ready to draw."""
        address = geometry.current(self.facts["province"])["main"]
        document = json.loads((settings.ROOT / "static" / address).read_text(encoding="utf-8"))
        return shapes(
            _frame(document["features"], "subdistrict_code"), _frame(document["districts"]["features"], "district_code")
        )

    @cached_property
    def decided(self) -> list[tuple[str, str, str, str]]:
        """Who, what, where, by when."""
        return [
            (
                row["who"],
                row["what"],
                self.words.place(self.facts, row["area_code"]) if row.get("area_code") else "",
                self.words.day(row.get("due_on")),
            )
            for row in self.decisions
        ]


def _frame(features: list[dict], name: str) -> gpd.GeoDataFrame:
    codes = [feature["properties"]["c"] for feature in features]
    return gpd.GeoDataFrame(
        {name: codes}, geometry=[shape(feature["geometry"]) for feature in features], crs="EPSG:4326"
    )


def rows_of(decisions: pd.DataFrame) -> list[dict]:
    """Decisions of the store as plain rows; missing is ``None``."""
    table = decisions.astype(object)
    return table.where(table.notna(), None).to_dict("records")
