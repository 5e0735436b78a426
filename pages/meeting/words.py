"""Facts of a meeting as text in one language, for wall and pack. Works without a Streamlit session."""

from __future__ import annotations

from dataclasses import dataclass

import geothai

from geo.maps import palette
from loaders.decisions.dues import NOT_SHARED
from pages.session.formatter import Formatter


@dataclass(frozen=True)
class Words(Formatter):
    """Formatter for the facts of a meeting."""

    def place(self, facts: dict, code: str, *, district: bool = True) -> str:
        """Name of a subdistrict, by default with its district."""
        area = facts["areas"].get(code)
        if area is None:
            return code
        return f"{self.name(area)} · {self.district(area)}" if district else self.name(area)

    def district(self, area: dict) -> str:
        """Name of the district of an area of the facts."""
        return self.say("prefix_district") + str(area[f"district_{self.language}"])

    def province(self, code: str) -> str:
        """Name of a province."""
        place = next((place for place in geothai.provinces() if place.code == code), None)
        return code if place is None else str(getattr(place, f"name_{self.language}"))

    def base(self, facts: dict, code: str) -> str:
        """A base by the short name of its agency."""
        if code == NOT_SHARED:
            return self.say("base_not_shared")
        return self.name(facts["agencies"][code]) if code in facts["agencies"] else code

    def no_view(self, story: list[dict]) -> str:
        """That a storyboard has no view that can be shown."""
        named = ", ".join(self.say(f"meeting_view_{part['view']}") for part in story)
        return self.say("meeting_story_nothing", views=named or "–")

    def footnote(self, facts: dict, bases: list[str]) -> str:
        """Origin of a page's numbers: each base with its date, fiscal year, population year, data version."""
        days: dict[str, str] = {}
        for source in facts["sources"]:
            if source["base"] in bases:
                days[source["base"]] = max(days.get(source["base"], ""), source["day"])
        named = ", ".join(f"{self.base(facts, base)} ({self.day(day)})" for base, day in sorted(days.items()))
        year = "" if facts["fiscal_year"] is None else self.year(facts["fiscal_year"])
        return self.say(
            "meeting_footnote",
            bases=named or "–",
            year=year,
            population=str(facts["population_year"] + 543),
            version=facts["version"],
        )

    def as_of(self, facts: dict) -> str:
        """Text in the corner of every page: fiscal year, date of the data, data version."""
        day = self.day(facts["as_of"]) or self.say("not_known")
        as_of = self.say("meeting_as_of", day=day, version=facts["version"])
        return as_of if facts["fiscal_year"] is None else f"{self.year(facts['fiscal_year'])} · {as_of}"


def title_of(words: Words, step: dict, story: dict | None = None) -> str:
    """The title written in a storyboard, else the computed finding."""
    written = (story or {}).get(f"title_{words.language}")
    return str(written) if written else words.phrase(step["title"])


def figures_of(words: Words, step: dict) -> list[tuple[str, str]]:
    """The step's figures: value, label."""
    return [
        (words.value(value), words.say(key, need=step.get("need", ""), undated=step.get("undated", "")))
        for key, value, *_code in step["figures"]
    ]


def meanings_of(words: Words, step: dict) -> list[str]:
    """Definition of each of the step's figures, in their order; empty for an unnamed figure."""
    return [words.say(f"named_{entry[2]}_what") if len(entry) > 2 and entry[2] else "" for entry in step["figures"]]


def places_of(words: Words, facts: dict, step: dict) -> list[tuple[str, str, str, str]]:
    """Places in focus: name, district, ordering figure, reason; for a district the second part is empty."""
    rows = step.get("rows") or step["focus"]
    people = ({"said": ["meeting_people", {"people": facts["areas"][code]["population"]}]} for code in step["focus"])
    places = []
    for code, entry in zip(rows, step.get("spoken") or people, strict=False):
        area = facts["areas"].get(code)
        name = words.name(area) if area else words.district(_of_district(facts, code))
        figure, why = words.phrase(entry["said"]), words.phrase(entry.get("why"))
        places.append((name, words.district(area) if area else "", figure, why))
    return places


def _of_district(facts: dict, code: str) -> dict:
    return next(area for area in facts["areas"].values() if area["district"] == code)


def legend_of(words: Words, step: dict) -> list[dict]:
    """Legend entries: letter ``k``, ``color``, ``hatch``, ``label``, ``count`` of subdistricts; the stripe last."""
    rows = [
        {
            "k": letter,
            "color": color,
            "hatch": hatch,
            "label": words.say(key, **blanks),
            "count": step["classes"].count(letter),
        }
        for letter, color, hatch, key, blanks in step["legend"]
    ]
    if step["marks"] and "1" in step["marks"]:
        rows.append(
            {
                "k": "",
                "color": palette.NONE,
                "hatch": None,
                "stripe": True,
                "label": words.say(step["mark_key"]),
                "count": step["marks"].count("1"),
            }
        )
    return rows


def bars_of(words: Words, step: dict) -> list[tuple[str, str, int, float | None]]:
    """Bars beside the map: label, value as text, satang, and the share (0-1) drawn in another colour."""
    rows = []
    for name, satang, *more in step["bars"]:
        value_words = words.phrase(more[0]) if more else words.baht(satang)
        rows.append(
            (
                words.say(name) if isinstance(name, str) else words.name(name),
                value_words,
                satang,
                more[1] if more else None,
            )
        )
    return rows
