"""Facts into the words of one language: for the wall, for the pack. Works without a Streamlit session."""

from __future__ import annotations

from dataclasses import dataclass

from geo.maps import palette
from pages.session.formatter import Formatter


@dataclass(frozen=True)
class Words(Formatter):
    """Words about the facts of one meeting."""

    def place(self, facts: dict, code: str, *, district: bool = True) -> str:
        """A subdistrict, with its district."""
        area = facts["areas"].get(code)
        if area is None:
            return code
        return f"{self.name(area)} · {self.district(area)}" if district else self.name(area)

    def district(self, area: dict) -> str:
        """The district of an area of the facts."""
        return self.say("prefix_district") + str(area[f"district_{self.language}"])

    def base(self, facts: dict, code: str) -> str:
        """A base of data by the short name of its agency."""
        return self.name(facts["agencies"][code]) if code in facts["agencies"] else code

    def footnote(self, facts: dict, bases: list[str]) -> str:
        """Base and date of each, data as of, population year, data version: what every number stands on."""
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
        """The corner of every page: fiscal year, data as of, data version."""
        day = self.day(facts["as_of"]) or self.say("not_known")
        said = self.say("meeting_as_of", day=day, version=facts["version"])
        return said if facts["fiscal_year"] is None else f"{self.year(facts['fiscal_year'])} · {said}"


def title_of(words: Words, step: dict, story: dict | None = None) -> str:
    """What a storyboard writes for a step, else the finding computed from the data."""
    written = (story or {}).get(f"title_{words.language}")
    return str(written) if written else words.phrase(step["title"])


def figures_of(words: Words, step: dict) -> list[tuple[str, str]]:
    """The step's figures: value and words."""
    return [(words.value(value), words.say(key, need=step.get("need", ""))) for key, value in step["figures"]]


def places_of(words: Words, facts: dict, step: dict) -> list[tuple[str, str, str]]:
    """The places under discussion: subdistrict, district, the value that is spoken of, else its people."""
    order = {code: number for number, code in enumerate(facts["codes"])}
    found = []
    for code in step["focus"]:
        area, value = facts["areas"][code], None if step["values"] is None else step["values"][order[code]]
        if value is not None and step["unit"] is not None:
            said = words.say(step["unit"], range=words.value(float(value)))
        else:
            said = words.say("meeting_people", people=area["population"])
        found.append((words.name(area), words.district(area), said))
    return found


def legend_of(words: Words, step: dict) -> list[dict]:
    """The legend: class, colour, hatch, words, subdistricts."""
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


def bars_of(words: Words, step: dict) -> list[tuple[str, str, int]]:
    """Bars beside the map: words, value in words, satang."""
    return [
        (words.say(name) if isinstance(name, str) else words.name(name), words.baht(satang), satang)
        for name, satang in step["bars"]
    ]
