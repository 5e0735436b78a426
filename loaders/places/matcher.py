"""Written places to codes: ordered evidence, and never an answer that could be another place.

The order: code -> exact within district and province -> former name or code -> decided alias -> local
government by the register -> the only equal spelling inside the known parent -> close spelling (a candidate for
a person). :class:`Match` carries which one it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

import pandas as pd

from loaders import reference, settings
from loaders.places import many
from loaders.places.gazetteer import Gazetteer, Lookup, nation, read_code
from loaders.places.local_governments import Offices
from loaders.places.rules import find
from loaders.places.text import EMPTY, Parts, moo_number, name_key, plain, read_cell, split_cells, split_places
from loaders.places.types import LEVELS, WRITTEN, Alias, Candidate, Found, Match, Names, Written, accept, refuse
from loaders.thai import arabic_digits

__all__ = ["Alias", "Candidate", "Match", "Places", "Written", "alias_key"]

LOCAL = re.compile(r"^(?:ท้องถิ่น|ในเขต|เขต(?=เทศบาล))\s*")
NEXT_LEVEL = re.compile(r"อำเภอ|กิ่งอำเภอ|จังหวัด|(?<![ก-๛])[อจ] ?\.|เขต")
CONFIRMING = 0.8  # a code settles a name that is at least this close to the coded place


def alias_key(written: Written) -> str:
    """The form under which a decision is remembered: all cells, one written form."""
    cells = (written.subdistrict, written.district, written.province, written.code, written.text)
    return "|".join(name_key(plain(cell)) for cell in cells)


CALLED_SUBDISTRICT = re.compile(
    r"(?:ต\.|ตำบล|ต )\s*"
)  # "ตำบล เทศบาล...": a subdistrict or the municipality over several


class Places:
    """Matches written places.

    Parameters
    ----------
    aliases : decisions to use, :class:`Alias` or ``(key, code)`` pairs with the key of :func:`alias_key`.
    home : code of the province that is meant where the province cell is empty or absent.
    """

    def __init__(self, gazetteer: Gazetteer, aliases: Iterable[tuple[str, str]] = (), home: str | None = None) -> None:
        self.book = gazetteer
        self.look = Lookup(gazetteer, home)
        self.offices = _offices()
        self.aliases = dict(aliases)
        self.aliases_used: set[str] = set()
        self._known: dict[Written, Match] = {}

    @property
    def home(self) -> str:
        """Code of the province that the rows are read for; the installation's own unless another was said."""
        return self.look.home or settings.home_province()

    @classmethod
    def national(cls, aliases: Iterable[tuple[str, str]] = (), home: str | None = None) -> Places:
        """A matcher over the whole nation; the gazetteer is built once per process."""
        return cls(nation(), aliases, home)

    def match(self, written: Written) -> Match:
        """The place that is written, or candidates and the reason why it is not settled."""
        if written not in self._known:
            self._known[written] = self._match(written)
        return self._known[written]

    def match_frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Match every row of a frame; see :func:`loaders.place_frame.match_frame`."""
        return match_frame(self.match, frame)

    def _match(self, written: Written) -> Match:
        key = alias_key(written)
        written, listed = self._of_one_level(written)
        found, parts = self._by_name(written)
        if not found.code and found.problem not in ("place_several", "place_empty"):
            found = self._region(written, found)
        if written.code.strip():
            found = self._with_code(written, found)
        if not found.code and key in self.aliases:
            self.aliases_used.add(key)
            code = self.aliases[key]
            found = Found(code, LEVELS[len(code)], "alias")
        listed = listed or many.villages_in(parts.moo, is_cell=True)
        named = [] if (written.moo or parts.moo).strip() else many.villages_named(written.village)
        if listed or len(named) > 1:
            return self._with_villages(found, listed, named)
        return self._with_village(found, written.moo or parts.moo, written.village)

    @staticmethod
    def _of_one_level(written: Written) -> tuple[Written, list[int]]:
        """Words for all places of a parent read as the parent; several villages as their subdistrict, with their numbers."""
        if many.is_whole_province(written.subdistrict) or many.is_whole_province(written.district):
            written = written._replace(subdistrict="", district="", moo="", village="")
        elif many.is_whole_district(written.subdistrict):
            written = written._replace(subdistrict="", moo="", village="")
        name, before = many.without_villages(written.subdistrict)
        moo = written.moo if written.moo.strip() else before
        listed = many.villages_in(moo, is_cell=True) or ([] if moo.strip() else many.villages_in(written.text))
        text = many.without_all(written.text)
        return written._replace(text=text, subdistrict=many.single(name), moo="" if listed else moo), listed

    def _region(self, written: Written, found: Found) -> Found:
        """A part of the country instead of a place: outside, or a person's to decide where it holds the province."""
        provinces = many.region(" ".join((written.province, written.text, written.district, written.subdistrict)))
        if provinces is None or _is_offered(found):
            return found
        if provinces & {"*", self.home}:
            return refuse("place_region", [Candidate(self.home, "region", 0.5)])
        return refuse("outside_province")

    def _by_name(self, written: Written) -> tuple[Found, Parts]:
        cells = [read_cell(getattr(written, level), level) for level in ("subdistrict", "district", "province")]
        names = Names(cells[0], cells[1], cells[2], written.on)
        if cells[0].office:
            office_found = self._office_or_name(names)
            if office_found.level == "local_government" and CALLED_SUBDISTRICT.match(plain(written.subdistrict)):
                return refuse("place_level_unclear", office_found.candidates), Parts()
            return office_found, Parts()
        if (office := read_cell(LOCAL.sub("", plain(written.district)), "subdistrict")).office:
            return self._office_or_name(names._replace(subdistrict=office, district=EMPTY)), Parts()
        found = find(self.look, names)
        if found.code and cells[0] is not EMPTY:
            return found, Parts()
        if cells[0] is EMPTY and len(listed := many.names_in(written.district, "district")) > 1:
            provinces = self.look.provinces(names.province)[0]
            if (several := many.several(self.book, listed, provinces)) is not None:
                return several, Parts()
        if len(listed := many.names_in(written.subdistrict)) > 1:
            districts = self.look.districts(self.look.provinces(names.province)[0], names.district)[0]
            if districts and (several := many.several(self.book, listed, districts)) is not None:
                return several, Parts()
        if cells[0] is not EMPTY and (mixed := self._mixed_cell(written)) is not None:
            return mixed
        if written.text.strip() and cells[0] is EMPTY:
            inside = self._from_text(written.text, written)
            if inside[0].code or _is_offered(inside[0]) or found.problem == "place_empty":
                return self._agreeing(inside, found)
        return found, Parts()

    @staticmethod
    def _agreeing(inside: tuple[Found, Parts], found: Found) -> tuple[Found, Parts]:
        """A text must not leave the district or province that stands in cells of its own."""
        one = inside[0]
        inner = [c.code for c in one.candidates] if one.level == "local_government" else [str(one.code)]
        empty = found.problem == "place_empty"
        if one.code and not empty and not (found.code and all(code.startswith(found.code) for code in inner)):
            return refuse("place_text_conflict", (Candidate(str(one.code), "text", 0.9), *found.candidates)), Parts()
        return inside

    def _office_or_name(self, names: Names) -> Found:
        """A local government: by the register, else the subdistrict of its name as a candidate."""
        provinces = self.look.provinces(names.province)[0]
        districts = self.look.districts(provinces, names.district)[0]
        namesakes = len(self.look.same_name(names, provinces))
        found = self.offices.find(names.subdistrict, names.district, districts, provinces, namesakes)
        if found:
            return found
        named = find(self.look, names)
        return refuse("place_local_government_unknown", named.candidates)

    def _mixed_cell(self, written: Written) -> tuple[Found, Parts] | None:
        """The subdistrict cell holds more than one name."""
        text = written.subdistrict
        places = split_places(text)
        if len(places) > 1 or (places and (places[0].district or places[0].province)):
            district, province = read_cell(written.district, "district"), read_cell(written.province, "province")
            return self._agreeing(self._from_text(text, written), find(self.look, Names(EMPTY, district, province)))
        parts = split_cells(text)
        if len(parts) not in (2, 3) or (len(parts) == 2 and written.district.strip()):
            return None
        return self._in_order(parts, written)

    def _in_order(self, parts: list[str], written: Written) -> tuple[Found, Parts] | None:
        """Two or three bare names: small to large or large to small, exact, one reading only."""
        codes = {}
        for order in (parts, parts[::-1]):
            cells = [*order[:2], order[2] if len(order) == 3 else written.province]
            read = [
                read_cell(text, level)
                for text, level in zip(cells, ("subdistrict", "district", "province"), strict=True)
            ]
            found = find(self.look, Names(*read, written.on))
            if found.code and found.evidence in ("exact", "historic"):
                codes[found.code] = found
        return (next(iter(codes.values())), Parts()) if len(codes) == 1 else None

    def _from_text(self, text: str, written: Written) -> tuple[Found, Parts]:
        """Places with level words inside a text; more than one different place is left to a person."""
        places = split_places(text)
        if not places:
            in_order = self._in_order(parts, written) if len(parts := split_cells(text)) in (2, 3) else None
            return in_order or (refuse("place_not_found"), Parts())
        found = [self._spoken(parts, written) for parts in places]
        codes = {one.code for one in found}
        if len(codes) == 1 and found[0].code and len(found[0].code) in (4, 6):
            run = _listed(text, places[0].subdistrict or places[0].district)
            parent = found[0].code[:-2]
            listed = many.names_in(run)
            if not places[0].district and not many.AND.search(run):  # "ตำบลทุ่งใส สิชล" says its district behind it
                above = name_key(plain(self.book.areas[parent].name_th))
                listed = [name for place, name in enumerate(listed) if not place or name_key(name) != above]
            if (several := many.several(self.book, listed, [parent], leading=True)) is not None:
                return several, Parts()
            if many.villages_in(text):
                return found[0], Parts()
        if len(codes) == 1:
            return found[0], Parts(moo=",".join(sorted({parts.moo for parts in places} - {""})))
        return refuse("place_two_places", [candidate for one in found for candidate in one.candidates]), Parts()

    def _spoken(self, parts: Parts, written: Written) -> Found:
        """One place of a text: cells of their own fill what the text does not say; tails of words come off."""
        province = self._known_start(parts.province, "province", ()) or parts.province or written.province
        provinces = self.look.provinces(read_cell(province, "province"))[0]
        district = self._known_start(parts.district, "district", provinces) or parts.district or written.district
        districts = self.look.districts(provinces, read_cell(district, "district"))[0]
        name = self._known_start(parts.subdistrict, "subdistrict", districts) or parts.subdistrict
        cells = [read_cell(name, "subdistrict"), read_cell(district, "district"), read_cell(province, "province")]
        if cells[0].office:
            return self._office_or_name(Names(*cells, written.on))
        cells[0] = cells[0]._replace(word=True) if cells[0] is not EMPTY else EMPTY
        return find(self.look, Names(*cells, written.on))

    def _known_start(self, text: str, level: str, parents: Iterable[str]) -> str:
        """The longest beginning of a run of letters that is a name of the level inside its parents."""
        key = name_key(text)
        for length in range(len(key), 1, -1):
            start = key[:length]
            if level == "province":
                hit = bool(self.book.province(0, start))
            elif level == "district":
                hit = any(self.book.district(0, parent, start) for parent in parents)
            else:
                hit = any(self.book.subdistrict(0, parent, start) for parent in parents)
            if hit:
                return "" if level == "subdistrict" and self._may_go_on(key, start, parents) else start
        return ""

    def _may_go_on(self, key: str, start: str, parents: Iterable[str]) -> bool:
        """Whether the letters behind a name may be a damaged longer one: ปากพนังฝั่งตะวัน is not ปากพนัง."""
        longer = [
            name_key(self.book.areas[code].name_th) for parent in parents for code in self.book.subdistricts_of[parent]
        ]
        return any(
            name.startswith(key[: len(start) + 2])
            for name in longer
            if len(name) > len(start) and len(key) > len(start) + 1
        )

    def _unknown_code(self, written: str) -> str:
        """Why a code is none of ours: surveys number municipalities of a district from 50, behind its subdistricts."""
        digits = arabic_digits(written).strip().removesuffix(".0")
        is_municipal = (
            len(digits) == 6 and digits.isdigit() and digits[:4] in self.book.areas and "50" <= digits[4:] < "99"
        )
        return "place_code_municipal" if is_municipal else "place_code_unknown"

    def _with_code(self, written: Written, found: Found) -> Found:
        """The code and the name must agree; a code alone is taken at its word."""
        code, targets = read_code(written.code, self.book)
        nameless = found.problem == "place_empty" and not written.text.strip()
        if code is None or len(targets) != 1:
            return refuse("place_abolished" if code else self._unknown_code(written.code), found.candidates)
        evidence = "code" if code == targets[0] else "historic"
        coded = accept(targets[0], evidence)
        if nameless or (found.code and targets[0].startswith(found.code) and found.level != "local_government"):
            return coded
        if found.code and (found.code.startswith(targets[0]) or found.level == "local_government"):
            return (
                found._replace(evidence="code")
                if found.code.startswith(targets[0])
                else self._office_code(found, coded)
            )
        if not found.code and any(c.score >= CONFIRMING and c.code == targets[0][:6] for c in found.candidates):
            return coded
        return refuse("place_code_name_conflict", (Candidate(targets[0], "code", 0.9), *found.candidates))

    @staticmethod
    def _office_code(found: Found, coded: Found) -> Found:
        """A local government with the code of one of its subdistricts: that subdistrict."""
        if any(candidate.code == coded.code for candidate in found.candidates):
            return coded
        return Found(
            None, None, "none", (Candidate(str(coded.code), "code", 0.9), *found.candidates), "place_code_name_conflict"
        )

    def _with_village(self, found: Found, moo: str, village: str) -> Match:
        code, level = found.code, found.level
        match = Match(code, level, found.evidence, code is not None, found.candidates, found.problem)
        if level == "village" and code:
            return match._replace(subdistrict_code=code[:6], village_code=code)
        if level != "subdistrict" or not code:
            return match
        match = match._replace(subdistrict_code=code)
        if not (moo.strip() or village.strip()) or not _knows_villages(code):
            return match
        found_code = self._village(code, moo, village)
        if found_code is None:
            return match._replace(problem="place_village_unknown")
        return match._replace(code=found_code, area_level="village", village_code=found_code)

    def _with_villages(self, found: Found, numbers: list[int], names: list[str]) -> Match:
        """Several villages: the subdistrict's record, with those of them that the register knows."""
        match = self._with_village(found, "", "")
        code = match.subdistrict_code
        if match.area_level != "subdistrict" or not _knows_villages(code):
            return match
        known = [self._village(str(code), str(number), "") for number in numbers]
        known += [] if numbers else [self._village(str(code), "", name) for name in names]
        villages = tuple(sorted({village for village in known if village}))
        return match._replace(villages=villages, problem=match.problem if all(known) else "place_village_unknown")

    def _village(self, subdistrict: str, moo: str, village: str) -> str | None:
        """By number; by name when there is no number. Number and name of two different villages settle nothing."""
        by_number, by_name = _villages(subdistrict[:2])
        named = by_name[subdistrict].get(_village_key(village), set()) if village.strip() else set()
        if moo.strip():
            code = by_number.get((subdistrict, moo_number(moo) or 0))
            return None if code and named and code not in named else code
        return min(named) if len(named) == 1 else None


def _listed(text: str, first: str) -> str:
    """What stands between the first name and the next level word: names that share its level word."""
    start = plain(text).find(first)
    rest = plain(text)[start:] if first and start >= 0 else ""
    stop = NEXT_LEVEL.search(rest)
    return rest[: stop.start()] if stop else rest


def _village_key(name: str) -> str:
    return name_key(plain(name)).removeprefix("หมู่บ้าน").removeprefix("บ้าน")


def _knows_villages(code: str | None) -> bool:
    return code is not None and code in _villages(code[:2])[1]


@cache
def _villages(province: str) -> tuple[dict[tuple[str, int], str], dict[str, dict[str, set[str]]]]:
    """Village codes by subdistrict and number, and by subdistrict and name."""
    by_number: dict[tuple[str, int], str] = {}
    by_name: dict[str, dict[str, set[str]]] = {}
    for row in reference.villages(province).to_dict("records"):
        by_number[(row["subdistrict_code"], int(row["moo"]))] = row["village_code"]
        by_name.setdefault(row["subdistrict_code"], {}).setdefault(_village_key(row["name_th"]), set()).add(
            row["village_code"]
        )
    return by_number, by_name


@cache
def _offices() -> Offices:
    return Offices(reference.local_governments)


SOURCE = {
    "subdistrict": "subdistrict",
    "district": "district",
    "province": "province",
    "code": "place_code",
    "moo": "moo",
    "text": "place_text",
    "on": "on",
    "village": "village",
}
RESULT = [
    "area_code",
    "area_level",
    "village_code",
    "village_codes",
    "subdistrict_code",
    "district_code",
    "province_code",
    "match_evidence",
    "is_accepted",
    "candidates",
    "problem",
]


def _is_offered(found: Found) -> bool:
    """Whether a place is near what is written; the district that stands beside an unknown name is none."""
    return any(one.reason != WRITTEN for one in found.candidates)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[arg-type]


def _column(frame: pd.DataFrame, field: str, name: str) -> list:
    if name not in frame.columns:
        return [None if field == "on" else ""] * len(frame)
    if field == "on":
        return [value if isinstance(value, date) and not pd.isna(value) else None for value in frame[name]]
    return [_text(value) for value in frame[name]]


def _parents(match: Match) -> tuple[str | None, str | None]:
    """District and province of an accepted place; of a local government, those that all its places share."""
    if not match.accepted or not match.code:
        return None, None
    codes = [one.code for one in match.candidates] if match.area_level == "local_government" else [match.code]
    districts, provinces = {code[:4] for code in codes if len(code) >= 4}, {code[:2] for code in codes}
    return min(districts) if len(districts) == 1 else None, min(provinces) if len(provinces) == 1 else None


def result_row(match: Match) -> tuple:
    """An answer as a row of :data:`RESULT`."""
    district, province = _parents(match)
    candidates = "|".join(one.code for one in match.candidates)
    villages = ",".join(match.villages) or None
    codes = (match.code, match.area_level, match.village_code, villages, match.subdistrict_code, district, province)
    return (*codes, match.evidence, match.accepted, candidates, match.problem)


def match_frame(match: Callable[[Written], Match], frame: pd.DataFrame) -> pd.DataFrame:
    """Codes for a frame of written places.

    Parameters
    ----------
    match : the matcher of one written place.
    frame : any of the columns ``place_code``, ``subdistrict``, ``district``, ``province``, ``moo``, ``village``,
        ``place_text`` (text) and ``on`` (dates of the records).

    Returns
    -------
    The columns of :data:`RESULT` with the index of ``frame``; missing codes and no problem are NA.
    """
    columns = [_column(frame, field, name) for field, name in SOURCE.items()]
    answers: dict[tuple, tuple] = {}
    rows = []
    for cells in zip(*columns, strict=True):
        if (row := answers.get(cells)) is None:
            row = answers[cells] = result_row(match(Written(*cells)))
        rows.append(row)
    result = pd.DataFrame(rows, columns=RESULT, index=frame.index)
    text = [name for name in RESULT if name != "is_accepted"]
    return result.astype({**dict.fromkeys(text, "str"), "is_accepted": bool})
