"""Written places to area codes; a place that could also be another one is never accepted.

Names come first: a local government by the register, else :mod:`loaders.places.rules`. A written code must agree with
the name, or decides alone without one. An alias that a person decided applies to what is still not accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from itertools import chain

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
CONFIRMING = 0.8  # minimum score of a candidate for a written code to confirm it


def alias_key(written: Written) -> str:
    """Key under which a decision is stored: the name keys of all cells, joined by ``|``."""
    cells = (written.subdistrict, written.district, written.province, written.code, written.text)
    return "|".join(name_key(plain(cell)) for cell in cells)


# "ตำบล เทศบาล...": may mean a subdistrict, or a municipality that covers several
CALLED_SUBDISTRICT = re.compile(r"(?:ต\.|ตำบล|ต )\s*")


class Places:
    """Matcher of written places; caches its results.

    Parameters
    ----------
    aliases : decided places, :class:`Alias` or ``(key, code)`` pairs with keys of :func:`alias_key`.
    home : province code to assume where the province cell is empty or absent.
    """

    def __init__(self, gazetteer: Gazetteer, aliases: Iterable[tuple[str, str]] = (), home: str | None = None) -> None:
        self.book = gazetteer
        self.look = Lookup(gazetteer, home)
        self.offices = _offices()
        self.aliases = dict(aliases)
        self.aliases_used: set[str] = set()
        self._known: dict[Written, Match] = {}
        self._starts: dict[tuple, str] = {}

    @property
    def home(self) -> str:
        """Province code that the rows are read for; by default the home province of the installation."""
        return self.look.home or settings.home_province()

    @classmethod
    def national(cls, aliases: Iterable[tuple[str, str]] = (), home: str | None = None) -> Places:
        """A matcher for the whole nation; its gazetteer is built once per process."""
        return cls(nation(), aliases, home)

    def match(self, written: Written) -> Match:
        """The accepted place, or candidates and the problem code."""
        if written not in self._known:
            self._known[written] = self._match(written)
        return self._known[written]

    def match_frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Match every row of a frame; see :func:`match_frame`."""
        return match_frame(self.match, frame)

    def _match(self, written: Written) -> Match:
        key = alias_key(written)
        written, numbers = self._of_one_level(written)
        verdict, parts = self._by_name(written)
        if not verdict.code and verdict.problem not in ("place_several", "place_empty"):
            verdict = self._region(written, verdict)
        if written.code.strip():
            verdict = self._with_code(written, verdict)
        if not verdict.code and key in self.aliases:
            self.aliases_used.add(key)
            code = self.aliases[key]
            verdict = Found(code, LEVELS[len(code)], "alias")
        numbers = numbers or many.villages_in(parts.moo, is_cell=True)
        village_names = [] if (written.moo or parts.moo).strip() else many.villages_named(written.village)
        if numbers or len(village_names) > 1:
            return self._with_villages(verdict, numbers, village_names)
        return self._with_village(verdict, written.moo or parts.moo, written.village)

    @staticmethod
    def _of_one_level(written: Written) -> tuple[Written, list[int]]:
        """Reduce "all of X" to X, and several villages to their subdistrict; also returns the village numbers."""
        if many.is_whole_province(written.subdistrict) or many.is_whole_province(written.district):
            written = written._replace(subdistrict="", district="", moo="", village="")
        elif many.is_whole_district(written.subdistrict):
            written = written._replace(subdistrict="", moo="", village="")
        name, before = many.without_villages(written.subdistrict)
        moo = written.moo if written.moo.strip() else before
        listed = many.villages_in(moo, is_cell=True) or ([] if moo.strip() else many.villages_in(written.text))
        text = many.without_all(written.text)
        return written._replace(text=text, subdistrict=many.single(name), moo="" if listed else moo), listed

    def _region(self, written: Written, verdict: Found) -> Found:
        """Refusal for a text that names a region: outside the province, or left to a person if it includes it."""
        provinces = many.region(" ".join((written.province, written.text, written.district, written.subdistrict)))
        if provinces is None or _is_offered(verdict):
            return verdict
        if provinces & {"*", self.home}:
            return refuse("place_region", [Candidate(self.home, "region", 0.5)])
        return refuse("outside_province")

    def _by_name(self, written: Written) -> tuple[Found, Parts]:
        cells = [read_cell(getattr(written, level), level) for level in ("subdistrict", "district", "province")]
        names = Names(cells[0], cells[1], cells[2], written.on)
        if cells[0].office:
            at_office = self._office_or_name(names)
            if at_office.level == "local_government" and CALLED_SUBDISTRICT.match(plain(written.subdistrict)):
                return refuse("place_level_unclear", at_office.candidates), Parts()
            return at_office, Parts()
        if (office := read_cell(LOCAL.sub("", plain(written.district)), "subdistrict")).office:
            return self._office_or_name(names._replace(subdistrict=office, district=EMPTY)), Parts()
        verdict = find(self.look, names)
        if verdict.code and cells[0] is not EMPTY:
            return verdict, Parts()
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
            if inside[0].code or _is_offered(inside[0]) or verdict.problem == "place_empty":
                return self._agreeing(inside, verdict)
        return verdict, Parts()

    @staticmethod
    def _agreeing(from_text: tuple[Found, Parts], by_cells: Found) -> tuple[Found, Parts]:
        """Refuse a place from a text outside the district or province of the other cells (``place_text_conflict``)."""
        by_text = from_text[0]
        inner = [c.code for c in by_text.candidates] if by_text.level == "local_government" else [str(by_text.code)]
        empty = by_cells.problem == "place_empty"
        if by_text.code and not empty and not (by_cells.code and all(code.startswith(by_cells.code) for code in inner)):
            candidates = (Candidate(str(by_text.code), "text", 0.9), *by_cells.candidates)
            return refuse("place_text_conflict", candidates), Parts()
        return from_text

    def _office_or_name(self, names: Names) -> Found:
        """The local government by the register; if unknown, subdistricts of its name are only candidates."""
        provinces = self.look.provinces(names.province)[0]
        districts = self.look.districts(provinces, names.district)[0]
        namesakes = len(self.look.same_name(names, provinces))
        verdict = self.offices.find(names.subdistrict, names.district, districts, provinces, namesakes)
        if verdict:
            return verdict
        named = find(self.look, names)
        return refuse("place_local_government_unknown", named.candidates)

    def _mixed_cell(self, written: Written) -> tuple[Found, Parts] | None:
        """The place of a subdistrict cell that contains several names or levels; ``None`` if it does not."""
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
        """The place of two or three bare names, ascending or descending; exact names and a single reading only."""
        codes = {}
        for order in (parts, parts[::-1]):
            cells = [*order[:2], order[2] if len(order) == 3 else written.province]
            read = [
                read_cell(text, level)
                for text, level in zip(cells, ("subdistrict", "district", "province"), strict=True)
            ]
            verdict = find(self.look, Names(*read, written.on))
            if verdict.code and verdict.evidence in ("exact", "historic"):
                codes[verdict.code] = verdict
        return (next(iter(codes.values())), Parts()) if len(codes) == 1 else None

    def _from_text(self, text: str, written: Written) -> tuple[Found, Parts]:
        """The place that level words in a text name; several different places are left to a person."""
        places = split_places(text)
        if not places:
            in_order = self._in_order(parts, written) if len(parts := split_cells(text)) in (2, 3) else None
            return in_order or (refuse("place_not_found"), Parts())
        verdicts = [self._place_of(parts, written) for parts in places]
        codes = {verdict.code for verdict in verdicts}
        if len(codes) == 1 and verdicts[0].code and len(verdicts[0].code) in (4, 6):
            run = _listed(text, places[0].subdistrict or places[0].district)
            parent = verdicts[0].code[:-2]
            listed = many.names_in(run)
            if not places[0].district and not many.AND.search(run):  # "ตำบลทุ่งใส สิชล": the district follows its name
                above = name_key(plain(self.book.areas[parent].name_th))
                listed = [name for place, name in enumerate(listed) if not place or name_key(name) != above]
            if (several := many.several(self.book, listed, [parent], leading=True)) is not None:
                return several, Parts()
            if many.villages_in(text):
                return verdicts[0], Parts()
        if len(codes) == 1:
            return verdicts[0], Parts(moo=",".join(sorted({parts.moo for parts in places} - {""})))
        return refuse("place_two_places", list(chain.from_iterable(each.candidates for each in verdicts))), Parts()

    def _place_of(self, parts: Parts, written: Written) -> Found:
        """One place of a text: missing levels come from the other cells; words after a name are cut off."""
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
        """The longest prefix of a text that is a name of the level within the parents, else empty."""
        asked = (text, level, *parents)
        if asked not in self._starts:
            self._starts[asked] = self._longest_start(name_key(text), level, asked[2:])
        return self._starts[asked]

    def _longest_start(self, key: str, level: str, parents: tuple[str, ...]) -> str:
        inside = self.book.district if level == "district" else self.book.subdistrict
        for start in (key[:length] for length in range(len(key), 1, -1)):
            if level == "province":
                is_name = bool(self.book.province(0, start))
            else:
                is_name = any(inside(0, parent, start) for parent in parents)
            if is_name:
                return "" if level == "subdistrict" and self._may_go_on(key, start, parents) else start
        return ""

    def _may_go_on(self, key: str, start: str, parents: Iterable[str]) -> bool:
        """Whether the text may be a damaged longer name than the prefix: ปากพนังฝั่งตะวัน is not ปากพนัง."""
        beginning = key[: len(start) + 2]
        if len(beginning) < len(start) + 2:
            return False
        codes = (code for parent in parents for code in self.book.subdistricts_of[parent])
        return any(name_key(self.book.areas[code].name_th).startswith(beginning) for code in codes)

    def _unknown_code(self, written: str) -> str:
        """Problem code of an unknown code; some surveys number the municipalities of a district from 50 on."""
        digits = arabic_digits(written).strip().removesuffix(".0")
        is_municipal = (
            len(digits) == 6 and digits.isdigit() and digits[:4] in self.book.areas and "50" <= digits[4:] < "99"
        )
        return "place_code_municipal" if is_municipal else "place_code_unknown"

    def _with_code(self, written: Written, verdict: Found) -> Found:
        """Combine the verdict of the names with the written code: they must agree; without a name the code decides."""
        code, targets = read_code(written.code, self.book)
        nameless = verdict.problem == "place_empty" and not written.text.strip()
        if code is None or len(targets) != 1:
            return refuse("place_abolished" if code else self._unknown_code(written.code), verdict.candidates)
        evidence = "code" if code == targets[0] else "historic"
        coded = accept(targets[0], evidence)
        if nameless or (verdict.code and targets[0].startswith(verdict.code) and verdict.level != "local_government"):
            return coded
        if verdict.code and (verdict.code.startswith(targets[0]) or verdict.level == "local_government"):
            return (
                verdict._replace(evidence="code")
                if verdict.code.startswith(targets[0])
                else self._office_code(verdict, coded)
            )
        if not verdict.code and any(c.score >= CONFIRMING and c.code == targets[0][:6] for c in verdict.candidates):
            return coded
        return refuse("place_code_name_conflict", (Candidate(targets[0], "code", 0.9), *verdict.candidates))

    @staticmethod
    def _office_code(verdict: Found, coded: Found) -> Found:
        """A local government with the code of one of its subdistricts is that subdistrict; else a conflict."""
        if any(candidate.code == coded.code for candidate in verdict.candidates):
            return coded
        candidates = (Candidate(str(coded.code), "code", 0.9), *verdict.candidates)
        return Found(None, None, "none", candidates, "place_code_name_conflict")

    def _with_village(self, verdict: Found, moo: str, village: str) -> Match:
        code, level = verdict.code, verdict.level
        match = Match(code, level, verdict.evidence, code is not None, verdict.candidates, verdict.problem)
        if level == "village" and code:
            return match._replace(subdistrict_code=code[:6], village_code=code)
        if level != "subdistrict" or not code:
            return match
        match = match._replace(subdistrict_code=code)
        if not (moo.strip() or village.strip()) or not _knows_villages(code):
            return match
        village_code = self._village(code, moo, village)
        if village_code is None:
            return match._replace(problem="place_village_unknown")
        return match._replace(code=village_code, area_level="village", village_code=village_code)

    def _with_villages(self, verdict: Found, numbers: list[int], names: list[str]) -> Match:
        """Match of the subdistrict with the listed villages that the register knows."""
        match = self._with_village(verdict, "", "")
        code = match.subdistrict_code
        if match.area_level != "subdistrict" or not _knows_villages(code):
            return match
        codes = [self._village(str(code), str(number), "") for number in numbers]
        codes += [] if numbers else [self._village(str(code), "", name) for name in names]
        villages = tuple(sorted({village for village in codes if village}))
        return match._replace(villages=villages, problem=match.problem if all(codes) else "place_village_unknown")

    def _village(self, subdistrict: str, moo: str, village: str) -> str | None:
        """Village code by number, else by name; ``None`` if unknown or if number and name are of different villages."""
        by_number, by_name = _villages(subdistrict[:2])
        named = by_name[subdistrict].get(_village_key(village), set()) if village.strip() else set()
        if moo.strip():
            code = by_number.get((subdistrict, moo_number(moo) or 0))
            return None if code and named and code not in named else code
        return min(named) if len(named) == 1 else None


def _listed(text: str, first: str) -> str:
    """The part of a text from the first name to the next level word, which may list more names of the level."""
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
    """Village codes by (subdistrict, number), and by subdistrict and name key."""
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


def _is_offered(verdict: Found) -> bool:
    """Whether there is a candidate other than the written district itself."""
    return any(candidate.reason != WRITTEN for candidate in verdict.candidates)


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None or pd.isna(value) else str(value)  # type: ignore[arg-type]


def _column(frame: pd.DataFrame, field: str, name: str) -> list:
    if name not in frame.columns:
        return [None if field == "on" else ""] * len(frame)
    if field == "on":
        return [value if isinstance(value, date) and not pd.isna(value) else None for value in frame[name]]
    return [_text(value) for value in frame[name]]


def _parents(match: Match) -> tuple[str | None, str | None]:
    """District and province of an accepted place; of a local government only if common to all its subdistricts."""
    if not match.accepted or not match.code:
        return None, None
    is_office = match.area_level == "local_government"
    codes = [candidate.code for candidate in match.candidates] if is_office else [match.code]
    districts, provinces = {code[:4] for code in codes if len(code) >= 4}, {code[:2] for code in codes}
    return min(districts) if len(districts) == 1 else None, min(provinces) if len(provinces) == 1 else None


def result_row(match: Match) -> tuple:
    """A match as a row with the columns :data:`RESULT`."""
    district, province = _parents(match)
    candidates = "|".join(candidate.code for candidate in match.candidates)
    villages = ",".join(match.villages) or None
    codes = (match.code, match.area_level, match.village_code, villages, match.subdistrict_code, district, province)
    return (*codes, match.evidence, match.accepted, candidates, match.problem)


def match_frame(match: Callable[[Written], Match], frame: pd.DataFrame) -> pd.DataFrame:
    """Codes for a frame of written places.

    Parameters
    ----------
    match : function for one written place, such as :meth:`Places.match`.
    frame : any of the columns ``place_code``, ``subdistrict``, ``district``, ``province``, ``moo``, ``village``,
        ``place_text`` (text) and ``on`` (dates of the records).

    Returns
    -------
    The columns of :data:`RESULT` with the index of ``frame``; a missing code or problem is NA, ``candidates`` are
    joined by ``|``, ``village_codes`` by commas.
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
