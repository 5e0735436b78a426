"""Present and former provinces, districts and subdistricts of Thailand, indexed by the spellings of their names.

Source: the ``geothai`` package (DOPA codes, names, abolished areas with their successors) and ``data/reference``
(dated changes, former names). Only looks up which areas a cell may name, which names are close to it, and the area of
a written code (:func:`read_code`); ``rules`` decides.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple

import geothai
from geothai.abolished import abolished_areas
from rapidfuzz import fuzz, process

from loaders import reference
from loaders.places.text import EMPTY, Cell, bare_key, name_key, plain, sound_key
from loaders.places.types import Candidate, Names
from loaders.settings import FACTS_PROVINCE

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
# Province split off after 1970 -> the province it came from, whose name old records have.
MOTHER_PROVINCE = {"27": "25", "35": "34", "37": "34", "38": "43", "39": "41", "49": "48", "56": "57"}
TIERS = range(3)
FORMER = ":former"  # suffix of the code of an entry for a former name
UNDATED = "0001-01-01"  # end of a former name if not recorded


class Entry(NamedTuple):
    """A subdistrict under a present or former name. ``targets``: present codes; ``until``: ISO end, empty = present."""

    code: str
    targets: tuple[str, ...]
    until: str = ""


class Area(NamedTuple):
    """Code and names of a present area."""

    code: str
    name_th: str
    name_en: str


def _names(*names: str | None) -> Iterable[str]:
    """Keys of names; of a name with an alternative in brackets also each part."""
    for name in filter(None, names):
        text = re.sub("^เขต(?=.)", "", plain(name))
        yield name_key(text)
        if alternative := re.fullmatch(r"(.+?)\s*\((.+)\)", text):
            yield name_key(alternative[1])
            yield name_key(alternative[2])


class Gazetteer:
    """Look-up tables; ``tier`` is the degree of tolerance (:class:`loaders.places.text.Keys`).

    Codes and names of the whole nation are loaded at once; spellings are indexed per province at its first look-up,
    because a file names few provinces.
    """

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
        self._former_districts: dict[str, list[tuple[str, tuple[str, str]]]] = defaultdict(list)
        self._more: dict[str, list[tuple[str, Entry, tuple[str, ...]]]] = defaultdict(list)  # former and extra names
        self._indexed: set[str] = set()
        self._turn = threading.Lock()
        self._add_provinces()
        self._add_former()

    def province(self, tier: int, key: str) -> set[str]:
        """Codes of the provinces with this key."""
        return self._province[tier].get(key, set())

    def district(self, tier: int, province: str, key: str) -> set[str]:
        """Codes of the present and former districts of a province with this key."""
        self._index(province)
        return self._district[tier].get((province, key), set())

    def district_anywhere(self, key: str) -> set[str]:
        """Codes of the present and former districts of the whole nation with exactly this name."""
        return self._districts_called.get(key, set())

    def subdistrict(self, tier: int, district: str, key: str) -> list[Entry]:
        """Present and former subdistricts of a district with this key."""
        self._index(district[:2])
        return list(self._subdistrict[tier].get((district, key), {}).values())

    def in_province(self, province: str, key: str) -> list[Entry]:
        """Present and former subdistricts with exactly this name in a province."""
        self._index(province)
        return list(self._in_province.get((province, key), {}).values())

    def _add_provinces(self) -> None:
        for province in geothai.provinces():
            self.areas[province.code] = Area(province.code, province.name_th, province.name_en)
            for key in _names(province.name_th, province.name_en, *PROVINCE_ALIASES.get(province.code, ())):
                for tier, form in enumerate((key, sound_key(key), bare_key(key))):
                    self._province[tier][form].add(province.code)
            for district in geothai.districts(province.code):
                code = district.code
                self.areas[code] = Area(code, district.name_th.removeprefix("เขต"), district.name_en)
                self.districts_of[province.code].append(code)
                for place in geothai.subdistricts(code):
                    self.areas[place.code] = Area(place.code, place.name_th, place.name_en)
                    self.subdistricts_of[code].append(place.code)
        for child, mother in MOTHER_PROVINCE.items():
            self.daughters[mother].append(child)

    def _district_names(self, province: str) -> Iterator[tuple[str, str]]:
        """(code, key) of every present and former district of a province, for each spelling of its name."""
        for code in self.districts_of[province]:
            _, name_th, name_en = self.areas[code]
            short = ("เมือง", "Mueang", "Muang") if code.endswith("01") and province != "10" else ()
            for key in _names(name_th, name_en, *short, name_en.replace("Mueang ", "Muang ")):
                yield code, key
        for code, names in self._former_districts[province]:
            for key in _names(*names):
                yield code, key

    @cached_property
    def _districts_called(self) -> dict[str, set[str]]:
        by_name: dict[str, set[str]] = defaultdict(set)
        for province in {*self.districts_of, *self._former_districts}:
            for code, key in self._district_names(province):
                by_name[key].add(code)
        return by_name

    def _index(self, province: str) -> None:
        """Index the spellings of a province on first use."""
        if province in self._indexed:
            return
        with self._turn:  # the gazetteer is shared by all sessions
            if province in self._indexed:
                return
            for code, key in self._district_names(province):
                for tier, form in enumerate((key, sound_key(key), bare_key(key))):
                    self._district[tier][(province, form)].add(code)
            for district in self.districts_of[province]:
                for code in self.subdistricts_of[district]:
                    self._index_subdistrict(district, Entry(code, (code,)), self.areas[code][1:])
            self._add_changes(province)
            for district, entry, names in self._more[province]:
                self._index_subdistrict(district, entry, names)
            self._indexed.add(province)

    def _index_subdistrict(self, district: str, entry: Entry, names: Iterable[str]) -> None:
        for key in _names(*names):
            self._in_province[(district[:2], key)].setdefault(entry.code, entry)
            # A former name only matches exactly: it may resemble a misspelling of another name.
            forms = (key,) if entry.code.endswith(FORMER) else (key, sound_key(key), bare_key(key))
            for tier, form in enumerate(forms):
                self._subdistrict[tier][(district, form)].setdefault(entry.code, entry)

    def _add_former(self) -> None:
        """Add abolished areas; a subdistrict that moved makes the new district a child of the old one."""
        for area in abolished_areas():
            code, names = area.code, (area.name_th, area.name_en or "")
            self.former[code] = entry = Entry(code, area.successors, area.abolished_on)
            if area.level == "district":
                name = re.sub("^กิ่งอำเภอ", "", area.name_th)
                if not re.search("สาขา|เทศบาล|ทะเบียน| จ\\.", name):
                    self._former_districts[code[:2]].append((code, (name, re.sub(" Minor District$", "", names[1]))))
                self.children[code].update(area.successors)
            elif area.level == "subdistrict":
                self._more[code[:2]].append((code[:4], entry, names))
                self.children[code[:4]].update({successor[:4] for successor in area.successors} - {code[:4]})

    def _add_changes(self, province: str) -> None:
        """Add names and changes from ``data/reference``, which reach further back than ``geothai``."""
        if province == FACTS_PROVINCE:
            for row in reference.subdistricts().to_dict("records"):
                if (code := row["subdistrict_code"]) in self.areas:
                    more = (row["district_code"], Entry(code, (code,)), (row["name_th"], row["name_en"]))
                    self._more[code[:2]].append(more)
        for row in reference.area_changes(province).to_dict("records"):
            if row["subdistrict_code"] in self.areas:
                self._add_change(row, province)

    def _add_change(self, row: dict[str, str], province: str) -> None:
        code, before = row["subdistrict_code"], row["old_district_code"]
        until = row["effective"] or UNDATED
        if row["old_name"] and code.startswith(province):
            self._more[province].append((code[:4], Entry(code + FORMER, (code,), until), (row["old_name"],)))
        if before.startswith(province) and before != code[:4]:
            former = Entry(row["old_subdistrict_code"] or f"{before}:{code}", (code,), until)
            self._more[province].append((before, former, (row["name_th"], row["name_en"])))
            self.children[before].add(code[:4])


@cache
def nation() -> Gazetteer:
    """The gazetteer of the process, built at the first call."""
    return Gazetteer()


OFFERED = 0.62
BARE_AT_LEAST = 3


class Lookup:
    """Look-ups in the gazetteer by cell. ``home``: province code to assume for an empty province cell."""

    def __init__(self, book: Gazetteer, home: str | None = None) -> None:
        self.book = book
        self.home = home
        self._names: dict[tuple[bool, str], tuple[list[str], list[str]]] = {}

    def provinces(self, cell: Cell) -> tuple[set[str], int]:
        """Provinces that a cell names, and the tier at which they were found."""
        if cell is EMPTY:
            return ({self.home} if self.home else set()), 0
        for tier, keys in enumerate(cell.keys):
            for key in keys:
                if codes := self.book.province(tier, key):
                    return codes, tier
        return set(), 0

    def starting(self, key: str) -> set[str]:
        """Codes of the provinces with the longest name that ``key`` starts with."""
        starts = (key[:length] for length in range(len(key), 1, -1))
        return set(next((codes for start in starts if (codes := self.book.province(0, start))), ()))

    def districts(self, provinces: Iterable[str], cell: Cell) -> tuple[set[str], int]:
        """Present and former districts of the provinces that a cell names, and the tier at which they were found."""
        for tier, keys in enumerate(cell.keys):
            for key in keys:
                if tier == 2 and len(key) < BARE_AT_LEAST:
                    continue
                codes: set[str] = set()
                for province in provinces:
                    codes |= self.book.district(tier, province, key)
                if codes:
                    return codes, tier
        return set(), 0

    def daughters(self, provinces: Iterable[str]) -> set[str]:
        """Provinces that were split off from these."""
        return {child for province in provinces for child in self.book.daughters[province]}

    def called(self, names: Names, provinces: Iterable[str]) -> list[Entry]:
        """Present and former subdistricts of the provinces with exactly the written subdistrict name."""
        for key in names.subdistrict.keys[0]:
            if entries := [entry for province in provinces for entry in self.book.in_province(province, key)]:
                return entries
        return []

    def same_name(self, names: Names, provinces: Iterable[str]) -> list[Candidate]:
        """Present codes of :meth:`called` as candidates."""
        targets = {target for entry in self.called(names, provinces) for target in entry.targets}
        return [Candidate(code, "same_name", 0.95 if len(targets) == 1 else 0.9) for code in sorted(targets)]

    def closeness(self, cell: Cell, code: str) -> float:
        """Similarity of a cell to the name of an area, 0-1."""
        return self.close_areas(cell, "one", [code])[code]

    def close_areas(self, cell: Cell, group: str, codes: list[str]) -> dict[str, float]:
        """:meth:`closeness` for many areas; ``group`` identifies the list of codes in a cache of their names."""
        best = dict.fromkeys(codes, 0.0)
        for key in cell.keys[0]:
            names = self._prepared(key.isascii(), group, codes)
            for code, score in zip(codes, process.cdist([key], names, scorer=fuzz.ratio)[0], strict=True):
                best[code] = max(best[code], float(score) / 100)
        return best

    def _prepared(self, is_latin: bool, group: str, codes: list[str]) -> list[str]:
        if group == "one":
            return [self._comparable(is_latin, code) for code in codes]
        kept = self._names.get((is_latin, group))
        if kept is None:
            kept = self._names[(is_latin, group)] = (codes, [self._comparable(is_latin, code) for code in codes])
        return kept[1]

    def _comparable(self, is_latin: bool, code: str) -> str:
        area = self.book.areas[code]
        return name_key(plain(area.name_en if is_latin else area.name_th))

    @staticmethod
    def is_over(entry: Entry, on: date | None) -> bool:
        """Whether a former area or name had ended by the day of the record."""
        return bool(on and entry.until and entry.until <= on.isoformat())

    def offer(self, names: Names, provinces: Iterable[str], districts: set[str]) -> list[Candidate]:
        """Candidates: the same name elsewhere in the provinces, and close spellings."""
        family = districts | {child for code in districts for child in self.book.children[code]}
        same = self.same_name(names, provinces) or self.same_name(names, self.daughters(provinces))
        offered = [self._with_parent(candidate, names, family) for candidate in same]
        for province in provinces:
            of_province = self.book.districts_of[province]
            parents = self.close_areas(names.district, f"districts {province}", of_province)
            codes = [code for district in of_province for code in self.book.subdistricts_of[district]]
            for code, own in self.close_areas(names.subdistrict, f"subdistricts {province}", codes).items():
                score = 0.65 * own + 0.33 * (1.0 if code[:4] in family else parents[code[:4]])
                if score >= OFFERED:
                    offered.append(Candidate(code, "spelling", round(score, 3)))
        return offered

    def _with_parent(self, candidate: Candidate, names: Names, family: set[str]) -> Candidate:
        district = candidate.code[:4]
        near = 1.0 if district in family else self.closeness(names.district, district)
        return candidate._replace(score=round(candidate.score - 0.1 + 0.1 * near, 3))


CODE = re.compile(r"(?:th)?(\d{2}|\d{4}|\d{6}|\d{8})(?:\.0)?")


def read_code(text: str, book: Gazetteer) -> tuple[str | None, tuple[str, ...]]:
    """The area code in a cell and the present codes of that area.

    ``(None, ())`` when no area has or had the code; the present codes of a former area without a successor are ``()``.
    In a province without reference villages an eight-digit code is read as its subdistrict.
    """
    match = CODE.fullmatch(plain(text).replace(" ", ""))
    if not match:
        return None, ()
    code = match[1]
    if code in book.areas:
        return code, (code,)
    if code in book.former:
        return code, book.former[code].targets
    if len(code) == 8 and code in _village_codes(code[:2]):
        return code, (code,)
    if len(code) == 8 and code[:6] in book.areas and not _village_codes(code[:2]):
        return code[:6], (code[:6],)
    return None, ()


@cache
def _village_codes(province: str) -> frozenset[str]:
    return frozenset(reference.villages(province)["village_code"])
