"""Content of the meeting pack in one language: slides, decisions, sources, geometry."""

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
from pages.meeting.words import Words, bars_of, figures_of, legend_of, meanings_of, places_of, title_of
from pages.queries import map_files as geometry

# Kind and code of a subject -> QR code (PNG) by which readers report mistakes, and the text key under it.
Reply = Callable[[str, str], tuple[bytes, str] | None]


def nobody(kind: str, code: str) -> None:
    """The default :data:`Reply`: no QR codes."""


@dataclass(frozen=True)
class Slide:
    """One view as text."""

    view: str
    title: str
    ask: str
    legend: list[dict]
    figures: list[tuple[str, str]]
    bars: list[tuple[str, str, int, float | None]]
    places: list[tuple[str, str]]  # name (with reason), figure that orders them
    notes: str
    labels: dict[str, str]
    foot: str
    step: dict


@dataclass(frozen=True)
class Pack:
    """Everything that the writers of the formats need."""

    facts: dict
    words: Words
    story: list[dict]
    decisions: list[dict]
    reply: Reply = nobody

    @cached_property
    def slides(self) -> list[Slide]:
        """Views of the storyboard that the facts contain; there may be none."""
        return [self._slide(part) for part in self.story if part["view"] in self.facts["steps"]]

    @cached_property
    def map_of_sheets(self) -> Slide | None:
        """The view that the small maps of the sheets show: coverage, in the storyboard or not; else the first there is."""
        steps = self.facts["steps"]
        view = "coverage" if "coverage" in steps else next(iter(steps), None)
        return self._slide({"view": view}) if view else None

    @property
    def nothing_to_show(self) -> str:
        """What the cover says instead of findings when the storyboard has no slide; else empty."""
        return "" if self.slides else self.words.no_view(self.story)

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
            places=[
                (" · ".join(part for part in (name, district, why) if part), figure)
                for name, district, figure, why in places_of(words, facts, step)
            ],
            notes=self._notes(part, step),
            labels={code: words.name(facts["areas"][code]) for code in step["focus"]},
            foot=words.footnote(facts, step["bases"]) + " · " + self.map_credit,
            step=step,
        )

    def _notes(self, part: dict, step: dict) -> str:
        """Speaker notes: finding, question, figures with definitions, legend counts, places, footnote."""
        words = self.words
        lines = [title_of(words, step, part), part.get(f"ask_{words.language}", ""), words.phrase(step["note"])]
        for (value, label), what in zip(figures_of(words, step), meanings_of(words, step), strict=True):
            lines.append(f"{label}: {value}" + (f" ({what})" if what else ""))
        lines += [f"{row['label']}: {row['count']:,}" for row in legend_of(words, step)]
        lines += [" · ".join(cell for cell in place if cell) for place in places_of(words, self.facts, step)]
        return "\n".join(line for line in [*lines, words.footnote(self.facts, step["bases"])] if line)

    @cached_property
    def cover(self) -> list[str]:
        """Lines of the first page: kind of document, province, then the findings in the order of the storyboard."""
        words = self.words
        return [
            words.say("meeting_pack"),
            words.province(self.facts["province"]),
            *(slide.title for slide in self.slides),
        ]

    @cached_property
    def heading(self) -> str:
        """Line under every page: fiscal year, date of the data, data version, mark of demo data."""
        facts, words = self.facts, self.words
        as_of = words.as_of(facts)
        return f"{words.say('demo')} · {as_of}" if facts["is_demo"] else as_of

    @cached_property
    def foot(self) -> str:
        """Footnote of a page that uses all bases."""
        return self.words.footnote(
            self.facts, sorted({source["base"] for source in self.facts["sources"] if source["base"] != "reference"})
        )

    @cached_property
    def map_credit(self) -> str:
        """Source of the boundaries; a schematic map is named as such."""
        base_map = geometry.current(self.facts["province"])
        return (
            self.words.say(geometry.NAMES[base_map["kind"]]) + " · " if base_map["kind"] in geometry.NOTES else ""
        ) + base_map["credit"]

    @cached_property
    def shapes(self) -> Shapes:
        """The geometry of the board, ready to draw."""
        address = geometry.current(self.facts["province"])["main"]
        document = json.loads((settings.ROOT / "static" / address).read_text(encoding="utf-8"))
        return shapes(
            _frame(document["features"], "subdistrict_code"), _frame(document["districts"]["features"], "district_code")
        )

    @cached_property
    def decided(self) -> list[tuple[str, str, str, str]]:
        """Decisions as text: person, content, place, due day."""
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
    """Decisions of the store as plain rows, NA as ``None``."""
    table = decisions.astype(object)
    return table.where(table.notna(), None).to_dict("records")
