"""Questions to the gazetteer that several rules share: which areas a cell may name, and what is close to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rapidfuzz import fuzz, process

from loaders.places.gazetteer import Entry, Gazetteer
from loaders.places.text import EMPTY, Cell, name_key, plain
from loaders.places.types import Candidate, Names

OFFERED = 0.62
BARE_AT_LEAST = 3


class Lookup:
    """The gazetteer asked with cells. ``home`` is the province of files that have no province column."""

    def __init__(self, book: Gazetteer, home: str | None = None) -> None:
        self.book = book
        self.home = home
        self._names: dict[tuple[bool, str], tuple[list[str], list[str]]] = {}

    def provinces(self, cell: Cell) -> tuple[set[str], int]:
        """Provinces a cell names, and the tier of tolerance it took."""
        if cell is EMPTY:
            return ({self.home} if self.home else set()), 0
        for tier, keys in enumerate(cell.keys):
            for key in keys:
                if codes := self.book.province(tier, key):
                    return codes, tier
        return set(), 0

    def districts(self, provinces: Iterable[str], cell: Cell) -> tuple[set[str], int]:
        """Districts, also former ones, that a cell names inside the provinces, and the tier it took."""
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
        """Provinces that were cut out of these."""
        return {child for province in provinces for child in self.book.daughters[province]}

    def called(self, names: Names, provinces: Iterable[str]) -> list[Entry]:
        """Present and former subdistricts of the provinces with exactly the written name."""
        for key in names.subdistrict.keys[0]:
            if entries := [entry for province in provinces for entry in self.book.in_province(province, key)]:
                return entries
        return []

    def same_name(self, names: Names, provinces: Iterable[str]) -> list[Candidate]:
        """The same as candidates."""
        targets = {target for entry in self.called(names, provinces) for target in entry.targets}
        return [Candidate(code, "same_name", 0.95 if len(targets) == 1 else 0.9) for code in sorted(targets)]

    def closeness(self, cell: Cell, code: str) -> float:
        """How like the name of an area a cell is, 0 to 1."""
        return self.close_areas(cell, "one", [code])[code]

    def close_areas(self, cell: Cell, group: str, codes: list[str]) -> dict[str, float]:
        """The same for many areas; ``group`` names the list so that its names are prepared once."""
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
        """Whether a former area had ended before the day of the record."""
        return bool(on and entry.until and entry.until <= on.isoformat())

    def offer(self, names: Names, provinces: Iterable[str], districts: set[str]) -> list[Candidate]:
        """The same name elsewhere in the provinces and close spellings, best first."""
        family = districts | {child for code in districts for child in self.book.children[code]}
        same = self.same_name(names, provinces) or self.same_name(names, self.daughters(provinces))
        offered = [self._with_parent(one, names, family) for one in same]
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
