"""Every province, district and subdistrict of Thailand, today's and former ones, indexed by how they are written.

Source: the ``geothai`` package (DOPA codes, names, abolished areas with their successors) and, for our own
province, ``data/reference`` (dated changes, former names). Knows no rules: ``places`` decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import geothai
from geothai.abolished import abolished_areas

from loaders import reference
from loaders.places.text import bare_key, name_key, plain, sound_key

PROVINCE_ALIASES = {
    "10": (
        "กทม",
        "กรุงเทพ",
        "กรุงเทพฯ",
        "พระนคร",
        "ธนบุรี",
        "Krung Thep Maha Nakhon",
        "Krung Thep",
        "Phra Nakhon",
        "Thon Buri",
    ),
    "14": ("อยุธยา", "Ayutthaya"),
    "80": ("นครศรีฯ", "เมืองนคร"),
}
# Provinces cut out of another by an Act after 1970: old records carry the mother's name.
MOTHER_PROVINCE = {"27": "25", "35": "34", "37": "34", "38": "43", "39": "41", "49": "48", "56": "57"}
TIERS = range(3)
UNDATED = "0001-01-01"  # a former name whose end nobody recorded


class Entry(NamedTuple):
    """A subdistrict as it is or was called in a district. ``targets`` are today's codes; ``until`` ISO or empty."""

    code: str
    targets: tuple[str, ...]
    until: str = ""


class Area(NamedTuple):
    """Names of a present area."""

    code: str
    name_th: str
    name_en: str


def _names(*names: str | None) -> Iterable[str]:
    """The forms of a name: in Thai and English, an alternative in brackets as a name of its own."""
    for name in filter(None, names):
        text = re.sub("^เขต(?=.)", "", plain(name))
        yield name_key(text)
        if found := re.fullmatch(r"(.+?)\s*\((.+)\)", text):
            yield name_key(found[1])
            yield name_key(found[2])


class Gazetteer:
    """Look-up tables; ``district``, ``subdistrict`` and ``in_province`` answer per tier of :mod:`place_text`."""

    def __init__(self) -> None:
        self.areas: dict[str, Area] = {}
        self.former: dict[str, Entry] = {}
        self.children: dict[str, set[str]] = defaultdict(set)
        self.daughters: dict[str, list[str]] = defaultdict(list)
        self.districts_of: dict[str, list[str]] = defaultdict(list)
        self.subdistricts_of: dict[str, list[str]] = defaultdict(list)
        self._province: list[dict[str, set[str]]] = [defaultdict(set) for _ in TIERS]
        self._district: list[dict[tuple[str, str], set[str]]] = [defaultdict(set) for _ in TIERS]
        self._subdistrict: list[dict[tuple[str, str], dict[str, Entry]]] = [defaultdict(dict) for _ in TIERS]
        self._in_province: dict[tuple[str, str], dict[str, Entry]] = defaultdict(dict)
        self._districts_called: dict[str, set[str]] = defaultdict(set)
        self._add_provinces()
        self._add_former()
        self._add_own_changes()

    def province(self, tier: int, key: str) -> set[str]:
        """Codes of the provinces that are written so."""
        return self._province[tier].get(key, set())

    def district(self, tier: int, province: str, key: str) -> set[str]:
        """Codes of the districts, also former ones, that are written so in a province."""
        return self._district[tier].get((province, key), set())

    def district_anywhere(self, key: str) -> set[str]:
        """Codes of the districts of the whole nation with this name."""
        return self._districts_called.get(key, set())

    def subdistrict(self, tier: int, district: str, key: str) -> list[Entry]:
        """Present and former subdistricts written so in a district."""
        return list(self._subdistrict[tier].get((district, key), {}).values())

    def in_province(self, province: str, key: str) -> list[Entry]:
        """Present and former subdistricts with exactly this name in a province."""
        return list(self._in_province.get((province, key), {}).values())

    def _add_provinces(self) -> None:
        for province in geothai.provinces():
            self.areas[province.code] = Area(province.code, province.name_th, province.name_en)
            for key in _names(province.name_th, province.name_en, *PROVINCE_ALIASES.get(province.code, ())):
                for tier, form in enumerate((key, sound_key(key), bare_key(key))):
                    self._province[tier][form].add(province.code)
            for district in geothai.districts(province.code):
                self._add_district(district.code, district.name_th, district.name_en)
        for child, mother in MOTHER_PROVINCE.items():
            self.daughters[mother].append(child)

    def _add_district(self, code: str, name_th: str, name_en: str) -> None:
        self.areas[code] = Area(code, name_th.removeprefix("เขต"), name_en)
        self.districts_of[code[:2]].append(code)
        short = ("เมือง", "Mueang", "Muang") if code.endswith("01") and code[:2] != "10" else ()
        self._index_district(code, _names(name_th, name_en, *short, name_en.replace("Mueang ", "Muang ")))
        for place in geothai.subdistricts(code):
            self.areas[place.code] = Area(place.code, place.name_th, place.name_en)
            self.subdistricts_of[code].append(place.code)
            self._index_subdistrict(code, Entry(place.code, (place.code,)), _names(place.name_th, place.name_en))

    def _index_district(self, code: str, names: Iterable[str]) -> None:
        for key in names:
            self._districts_called[key].add(code)
            for tier, form in enumerate((key, sound_key(key), bare_key(key))):
                self._district[tier][(code[:2], form)].add(code)

    def _index_subdistrict(self, district: str, entry: Entry, names: Iterable[str]) -> None:
        for key in names:
            self._in_province[(district[:2], key)].setdefault(entry.code, entry)
            for tier, form in enumerate((key, sound_key(key), bare_key(key))):
                self._subdistrict[tier][(district, form)].setdefault(entry.code, entry)

    def _add_former(self) -> None:
        """Abolished areas; a subdistrict that went to another district tells which district came out of which."""
        for area in abolished_areas():
            entry = Entry(area.code, area.successors, area.abolished_on)
            self.former[area.code] = entry
            if area.level == "district":
                name = re.sub("^กิ่งอำเภอ", "", area.name_th)
                if not re.search("สาขา|เทศบาล|ทะเบียน| จ\\.", name):
                    self._index_district(area.code, _names(name, re.sub(" Minor District$", "", area.name_en or "")))
                self.children[area.code].update(area.successors)
            elif area.level == "subdistrict":
                self._index_subdistrict(area.code[:4], entry, _names(area.name_th, area.name_en))
                self.children[area.code[:4]].update(code[:4] for code in area.successors if code[:4] != area.code[:4])

    def _add_own_changes(self) -> None:
        """Our own province: names of its table, former names and districts further back than the nation's list."""
        for row in reference.subdistricts().to_dict("records"):
            if row["subdistrict_code"] in self.areas:
                present = Entry(row["subdistrict_code"], (row["subdistrict_code"],))
                self._index_subdistrict(row["district_code"], present, _names(row["name_th"], row["name_en"]))
        for row in reference.area_changes().to_dict("records"):
            if row["subdistrict_code"] in self.areas:
                self._add_change(row)

    def _add_change(self, row: dict[str, str]) -> None:
        code, before = row["subdistrict_code"], row["old_district_code"]
        until = row["effective"] or UNDATED
        if row["old_name"]:
            self._index_subdistrict(code[:4], Entry(f"{code}:former", (code,), until), _names(row["old_name"]))
        if before and before != code[:4]:
            former = Entry(row["old_subdistrict_code"] or f"{before}:{code}", (code,), until)
            self._index_subdistrict(before, former, _names(row["name_th"], row["name_en"]))
            self.children[before].add(code[:4])


@cache
def nation() -> Gazetteer:
    """The one gazetteer of the process, built at the first call."""
    return Gazetteer()
