"""Places named in other columns: a unit, the text of a project, an address, a remark.

Only clear place names are read: a level word or a kind of local government before a known name, the short name of a
provincial or district office, the province's own name. All columns of a row are read, units first; the places must be
nested, else the row is quarantined with all of them as candidates.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from loaders.codes import squeeze
from loaders.layouts.layout import PLACE, Layout
from loaders.places import many
from loaders.places.gazetteer import Gazetteer
from loaders.places.matcher import Places, Written, result_row
from loaders.places.text import ANY_WORD, EMPTY, name_key, plain, read_cell, split_places
from loaders.places.types import Candidate, Match, Names

CONTRADICTION, IN_WORDS = "place_contradiction", "place_in_words"
BY_ROW = (CONTRADICTION, IN_WORDS)  # problems of single rows: no alias is stored for them
EVIDENCE = {"unit": "unit_column", "project": "project_text", "address": "other_column", "other": "other_column"}
OURS = {
    "agency": "unit", "implementer": "unit", "source": "unit", "owner": "unit",
    "title": "project", "activity": "project", "organisation_name": "project", "fund_name": "project",
}  # fmt: skip
UNIT_HEADING = re.compile(
    r"หน่วยงาน|หน่วยรับ|หน่วยดำเนิน|สังกัด|เจ้าของ|ผู้รับผิดชอบ|unit|agency|organi[sz]ation|implement|owner|responsible",
    re.IGNORECASE,
)
PROJECT_HEADING = re.compile(r"โครงการ|กิจกรรม|รายการ|รายละเอียด|project|activity|title|description|item", re.IGNORECASE)
ADDRESS_HEADING = re.compile(r"ที่อยู่|ที่ตั้ง|address|location", re.IGNORECASE)
# Short names of offices: อบจ.X, พมจ.X, สสจ.X stand for the province, สสอ.X for the district.
OF_PROVINCE = re.compile(r"(?<![ก-๛.])(?:[ก-ฮ]{1,3}จ\s?\.|อบจ|พมจ|สสจ|พชจ)\s*(?=[ก-ฮเแโใไ])")
OF_DISTRICT = re.compile(r"(?<![ก-๛.])(?:[ก-ฮ]{2,3}อ\s?\.|สสอ|พชอ)\s*(?=[ก-ฮเแโใไ])")
ALL_OF = re.compile(r"ทุก|ทั้ง|ทั่ว")
LONG_NAME = 6  # letters; shorter names of provinces are often ordinary words


class Hint(NamedTuple):
    """A place named in one cell: the kind of its column, its text, and the match."""

    kind: str
    text: str
    match: Match

    @property
    def codes(self) -> list[str]:
        """Codes of the place: one, or those that a local government or a list of names covers."""
        listed = [candidate.code for candidate in self.match.candidates]
        return listed if self.match.area_level == "local_government" or not self.match.code else [self.match.code]


def look(
    frame: pd.DataFrame, layout: Layout, place: pd.DataFrame, matched: pd.DataFrame, nameless: pd.Series, places: Places
) -> pd.DataFrame:
    """``matched`` completed by places in other columns; adds ``named_in`` (the text that named it) to ``place``.

    A row without a place gets one; a district or province is replaced by the one smaller place named inside it; a place
    that another column contradicts is quarantined.
    """
    columns = _columns(frame, layout)
    if not columns:
        return matched
    settled = matched["is_accepted"].astype(bool)
    is_national = layout.without_place == "exclude" or bool((settled & matched["province_code"].ne(places.home)).any())
    reader = _Reader(places, is_national)
    named_in = pd.Series("", index=frame.index)
    changed: dict[int, tuple] = {}
    for row, cells in _cells_of_places(frame, columns, reader).items():
        if nameless[row]:  # layouts that load rows without a place: a network has no single area
            answer = reader.settle(cells) if layout.without_place != "load" else None
        elif settled[row]:
            answer = reader.compare(cells, matched.loc[row], " ".join(place.loc[row]))
        else:
            continue
        if answer is not None:
            changed[row], named_in[row] = result_row(answer.match), answer.text
    if changed:
        rows = pd.DataFrame.from_dict(changed, orient="index", columns=matched.columns).astype(matched.dtypes.to_dict())
        matched = pd.concat([matched.drop(index=list(changed)), rows]).loc[matched.index]
        place["named_in"] = named_in
    return matched


def _columns(frame: pd.DataFrame, layout: Layout) -> dict[str, str]:
    """Headings of text columns other than the place -> kind of each; units first."""
    ours = {squeeze(name): column for column, names in layout.columns.items() for name in names}
    kinds = {}
    for heading in frame.columns:
        column = ours.get(squeeze(heading), "")
        if column in PLACE or column in ("person", "phone") or heading.startswith("__"):
            continue
        lower = heading.rpartition(" - ")[2] or heading
        kind = OURS.get(column) or next(
            (
                kind
                for kind, words in (("unit", UNIT_HEADING), ("address", ADDRESS_HEADING), ("project", PROJECT_HEADING))
                if words.search(lower)
            ),
            "other",
        )
        kinds[heading] = kind
    return dict(sorted(kinds.items(), key=lambda pair: list(EVIDENCE).index(pair[1])))


def _cells_of_places(frame: pd.DataFrame, columns: dict[str, str], reader: _Reader) -> dict[int, list[tuple[str, str]]]:
    """Row -> its cells that may name a place, as (kind, text)."""
    pattern = re.compile(
        "|".join([ANY_WORD.pattern, OF_PROVINCE.pattern, OF_DISTRICT.pattern, *map(re.escape, reader.home_names)])
    )
    cells_of: dict[int, list[tuple[str, str]]] = {}
    for heading, kind in columns.items():
        texts = frame[heading].astype(str)
        speaking = {
            text
            for text in texts.unique()
            if pattern.search(plain(text)) or many.region(text) or (kind != "project" and reader.bare(text))
        }
        for row, text in texts[texts.isin(speaking)].items():
            cells_of.setdefault(int(row), []).append((kind, text))
    return cells_of


@lru_cache(4)
def _codes_by_bare_name(book: Gazetteer, province: str) -> dict[str, list[str]]:
    """Name key -> codes of districts and subdistricts of a province."""
    codes: dict[str, list[str]] = {}
    for code, area in book.areas.items():
        if code.startswith(province) and len(code) in (4, 6):
            codes.setdefault(name_key(plain(area.name_th)), []).append(code)
    return codes


class _Reader:
    """Reads places in cells, each text once."""

    def __init__(self, places: Places, is_national: bool) -> None:
        self.places, self.is_national = places, is_national
        home = places.book.areas[places.home]
        self.home_name = home.name_th
        self.home_names = [plain(name) for name in (home.name_th, home.name_en) if len(name) >= LONG_NAME]
        self._known: dict[tuple[str, str, str], Match | None] = {}
        self._bare = _codes_by_bare_name(places.book, places.home)

    def bare(self, text: str) -> list[str]:
        """Areas of the home province whose name is the whole cell; none in sheets about the whole country."""
        return [] if self.is_national else self._bare.get(name_key(plain(text)), [])

    def settle(self, cells: list[tuple[str, str]]) -> Hint | None:
        """The place of a row whose place columns name none."""
        stated = {code for _, text in cells for code in self._provinces(text)}
        province_name = self.places.book.areas[min(stated)].name_th if len(stated) == 1 else ""
        hints = self._hints(cells, province_name)
        is_here = any(code[:2] == self.places.home for hint in hints for code in hint.codes)
        if accepted := [hint for hint in hints if hint.match.code]:
            best = max(accepted, key=lambda hint: (_fineness(hint), -list(EVIDENCE).index(hint.kind)))
            if any(not _nested(hint.codes, best.codes) for hint in hints):
                return self._contradiction(hints) if is_here else best
            return self._doubted(best, is_placed=bool(stated))
        return hints[0] if is_here else self._loosely(cells)

    def compare(self, cells: list[tuple[str, str]], own: pd.Series, written: str) -> Hint | None:
        """The hint that refines or contradicts the row's own place; ``None`` keeps it."""
        code = str(own["area_code"])
        codes = str(own["candidates"]).split("|") if own["area_level"] == "local_government" else [code]
        areas = self.places.book.areas
        province, district = (
            areas[c].name_th if c in areas else "" for c in (str(own["province_code"]), str(own["district_code"]))
        )
        hints = [
            hint
            for hint in self._hints(cells, province, district)
            if hint.kind in ("unit", "project", "other") and (hint.kind == "unit" or len(min(hint.codes, key=len)) >= 4)
        ]
        against = [hint for hint in hints if not _nested(hint.codes, codes)]
        if against:
            if not any(c[:2] == self.places.home for c in (*codes, *(c for hint in against for c in hint.codes))):
                return None
            return self._contradiction(
                [Hint("other", "", Match(code, None, "", True, (Candidate(code, "column", 1.0),))), *against]
            )
        if own["area_level"] not in ("province", "district") or ALL_OF.search(written):
            return None
        finer = [hint for hint in hints if hint.match.code and _fineness(hint) > len(code)]
        best = max(finer, key=_fineness, default=None)
        if best is None or any(not _nested(hint.codes, best.codes) for hint in finer):
            return None
        return best

    def _hints(self, cells: list[tuple[str, str]], province: str, district: str = "") -> list[Hint]:
        hints = [Hint(kind, text, match) for kind, text in cells if (match := self._read(text, province, district))]
        return [
            hint._replace(match=hint.match._replace(evidence=EVIDENCE[hint.kind])) if hint.match.code else hint
            for hint in hints
        ]

    def _read(self, text: str, province: str, district: str) -> Match | None:
        """The match of a text; ``None`` when it names no known place."""
        key = (text, province, district)
        if key not in self._known:
            self._known[key] = self._match(text, province, district)
        return self._known[key]

    def _match(self, text: str, province: str, district: str) -> Match | None:
        spoken = _spelled_out(text)
        parts = split_places(spoken)
        if not parts:
            return None
        own = bool(self._provinces(text))
        match = self.places.match(Written(text=spoken, province="" if own else province))
        if match.problem == "place_ambiguous" and district and not own:
            match = self.places.match(Written(text=spoken, province=province, district=district))
        if match.accepted:
            is_hint = match.area_level == "province" and not own
            return None if is_hint else match
        named = [candidate for candidate in match.candidates if candidate.score >= 0.9]
        return match._replace(candidates=tuple(named)) if named and match.problem != "place_text_conflict" else None

    def _provinces(self, text: str) -> set[str]:
        """Provinces that a text names with their level word."""
        codes: set[str] = set()
        for parts in split_places(_spelled_out(text)):
            codes |= self.places.look.starting(name_key(parts.province))
        return codes

    def _contradiction(self, hints: list[Hint]) -> Hint:
        codes = dict.fromkeys(code for hint in hints for code in hint.codes)
        offered = tuple(Candidate(code, "column", 0.9) for code in codes)
        text = " | ".join(dict.fromkeys(hint.text for hint in hints if hint.text))
        return Hint("other", text, Match(None, None, "ambiguous", False, offered[:8], CONTRADICTION))

    def _doubted(self, best: Hint, *, is_placed: bool) -> Hint | None:
        """The hint, or a quarantined match when the name may be in another province."""
        match = best.match
        if not self.is_national:
            is_away = best.codes[0][:2] != self.places.home
            return best._replace(match=_waiting(match, IN_WORDS)) if is_away else best
        if is_placed or len({parts.district for parts in split_places(_spelled_out(best.text))} - {""}):
            return best
        return best._replace(match=_waiting(match, "place_province_unknown")) if self._elsewhere(best.text) else best

    def _elsewhere(self, text: str) -> bool:
        """Whether another province has a subdistrict or district of that name, for a text without a province."""
        book = self.places.book
        others = [code for code in book.areas if len(code) == 2 and code != self.places.home]
        for parts in split_places(_spelled_out(text)):
            cell = read_cell(parts.subdistrict or parts.district, "subdistrict" if parts.subdistrict else "district")
            if self.places.look.called(Names(cell, EMPTY, EMPTY), others):
                return True
            if any(book.district(0, province, key) for key in cell.keys[0] for province in others):
                return True
        return False

    def _loosely(self, cells: list[tuple[str, str]]) -> Hint | None:
        """The province's bare name settles a unit; other columns, or a region that includes it, quarantine the row."""
        home = Candidate(self.places.home, "named", 0.8)
        for kind, text in cells:
            if not any(name in plain(text) for name in self.home_names):
                continue
            if kind == "unit":
                match = self.places.match(Written(province=self.home_name))
                return Hint(kind, text, match._replace(evidence=EVIDENCE["unit"]))
            return Hint(kind, text, Match(None, None, "ambiguous", False, (home,), IN_WORDS))
        for kind, text in cells:
            if bare := self.bare(text):
                offered = tuple(Candidate(code, "named", 0.7) for code in bare[:8])
                return Hint(kind, text, Match(None, None, "ambiguous", False, offered, IN_WORDS))
        for kind, text in cells:
            region = many.region(text) or frozenset()
            if self.places.home in region:
                return Hint(kind, text, Match(None, None, "ambiguous", False, (home,), "place_region"))
        return None


def _waiting(match: Match, problem: str) -> Match:
    code = str(match.code)
    offered = match.candidates or (Candidate(code, "named", 0.9),)
    return Match(None, None, "ambiguous", False, offered, problem)


def _spelled_out(text: str) -> str:
    """Replace short names of offices by the level word of their province or district."""
    return OF_DISTRICT.sub("อำเภอ", OF_PROVINCE.sub("จังหวัด", plain(text)))


def _fineness(hint: Hint) -> int:
    return 5 if hint.match.area_level == "local_government" else len(str(hint.match.code))


def _nested(codes: list[str], other: list[str]) -> bool:
    """Whether one of the places lies inside one of the others, or vice versa."""
    return any(a.startswith(b) or b.startswith(a) for a in codes for b in other)
