"""Texts that do not name exactly one place: "every subdistrict", several names in a cell, villages, regions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from loaders.codes import rule_file
from loaders.places.text import name_key, plain
from loaders.places.types import Candidate, Found, refuse

if TYPE_CHECKING:
    from loaders.places.gazetteer import Gazetteer

# "Every subdistrict of ..." means the district, "the whole province" the province.
ALL_SUBDISTRICTS = r"(?:ทุก|ทั้ง)\s*(?:ๆ\s*)?(?:ตำบล|แขวง|หมู่บ้าน)(?!\w)|(?:ทั้ง|ทั่ว|ทั่วทั้ง)\s*(?:อำเภอ|เขต(?!\w))|ทุกพื้นที่|ทุกชุมชน"
ALL_DISTRICTS = r"(?:ทั้ง|ทั่ว|ทั่วทั้ง)\s*จังหวัด|ทุก\s*(?:ๆ\s*)?อำเภอ"
ALL_OF_DISTRICT = re.compile(rf"(?:{ALL_SUBDISTRICTS})(?:\s*(?:ในเขต|ใน|ของ))?\s*$")
ALL_OF_PROVINCE = re.compile(rf"(?:{ALL_DISTRICTS})(?:\s*(?:ในเขต|ใน|ของ))?\s*$")
IN_TEXT = (
    (re.compile(r"(?:ทุก|ทั้ง)\s*(?:ๆ\s*)?(?:ตำบล|หมู่บ้าน|แขวง)\s*(?:ในเขต|ใน|ของ)?\s*(?=อำเภอ|อ\.|กิ่งอำเภอ|เขต|จังหวัด|จ\.)"), ""),
    (re.compile(r"(?:ทั้ง|ทั่ว|ทั่วทั้ง)\s*(?=อำเภอ|จังหวัด)"), ""),
    (re.compile(r"ทุก\s*(?:ๆ\s*)?อำเภอ\s*(?:ในเขต|ใน|ของ)?\s*(?=จังหวัด|จ\.)"), ""),
)  # fmt: skip
BETWEEN = re.compile(r"\s*(?:[,/|;+\n]|และ|กับ|พร้อมทั้ง|ตลอดจน|\s)\s*")
AND = re.compile(r"และ|กับ|พร้อมทั้ง|ตลอดจน")
PART_OF = re.compile(r"\s*\((?:บางส่วน|บางหมู่บ้าน|ส่วนหนึ่ง|part)\)|\s+\d+\s*(?:หมู่บ้าน|หมู่|ชุมชน|แห่ง)$")
LEVEL = {
    "subdistrict": re.compile(r"^(?:ตำบล|แขวง|ต\s?\.)\s*"),
    "district": re.compile(r"^(?:กิ่งอำเภอ|อำเภอ|อ\s?\.|เขต)\s*"),
}
_MOO = r"(?:หมู่บ้านที่|หมู่ที่|หมู่|(?<![ก-๛])ม\s?\.?)"
_NUMBER = r"\d{1,2}(?![\d.]*\d|\s*,\d{3})"
_JOIN = r"\s*(?:[,/+&;]|และ|กับ|-|–|ถึง)\s*(?:และ\s*)?"
# In running text the first number needs a village word; without a joining word or mark each number needs one.
VILLAGES = re.compile(rf"{_MOO}\s*{_NUMBER}(?:(?:{_JOIN}(?:{_MOO}\s*)?|\s*{_MOO}\s*){_NUMBER})+")
VILLAGES_CELL = re.compile(
    rf"(?:{_MOO}\s*)?\d{{1,2}}(?:(?:{_JOIN}|\s+)(?:{_MOO}\s*)?\d{{1,2}})+(?:\s*(?:ตำบล|ต\s?\.).*)?"
)
MOST_VILLAGES = 40  # of one subdistrict; more numbers are no list of villages


def is_whole_district(cell: str) -> bool:
    """Whether a subdistrict cell means all subdistricts of the district."""
    return bool(ALL_OF_DISTRICT.fullmatch(plain(cell).strip()))


def is_whole_province(cell: str) -> bool:
    """Whether a cell means the whole province."""
    return bool(ALL_OF_PROVINCE.fullmatch(plain(cell).strip()))


def without_all(text: str) -> str:
    """The text with "every subdistrict in district X" shortened to "district X"."""
    if "ทุก" not in text and "ทั้ง" not in text and "ทั่ว" not in text:
        return text
    for pattern, instead in IN_TEXT:
        text = pattern.sub(instead, text)
    return text


def several(book: Gazetteer, names: list[str], parents: Iterable[str], *, leading: bool = False) -> Found | None:
    """Refusal ``place_several`` when two or more names are places in the parents; a person must split the record.

    Parents are provinces (names of districts) or districts (names of subdistricts). Returns ``None`` unless every name
    is known; with ``leading`` names from the first unknown one on are ignored, as other words may follow in a text.
    """
    codes: list[str] = []
    for name in names:
        targets = {code for parent in parents for code in _called(book, parent, name_key(name))}
        if len(targets) != 1:
            if not leading:
                return None
            break
        codes += targets
    if len(set(codes)) < 2:
        return None
    return refuse("place_several", [Candidate(code, "listed", 0.95) for code in dict.fromkeys(codes)])


def _called(book: Gazetteer, parent: str, key: str) -> set[str]:
    if len(parent) == 2:
        return {code for code in book.district(0, parent, key) if code in book.areas}
    return {target for entry in book.subdistrict(0, parent, key) for target in entry.targets}


def names_in(cell: str, level: str = "subdistrict") -> list[str]:
    """Names in a cell that may list several areas of one level, without level words."""
    parts = [LEVEL[level].sub("", part) for part in BETWEEN.split(plain(PART_OF.sub("", cell)).strip()) if part]
    return [part for part in parts if name_key(part)]


def single(cell: str) -> str:
    """The cell without a trailing "(part)" or count of villages."""
    return PART_OF.sub("", cell)


def villages_in(text: str, *, is_cell: bool = False) -> list[int]:
    """Numbers of several villages ("หมู่ 1-3", "ม.1 และ ม.2"); empty for one village or none.

    ``is_cell``: the text is a village cell, in which bare numbers ("1,3,5") are villages too.
    """
    cell = plain(text).strip()
    listing = VILLAGES_CELL.fullmatch(cell) if is_cell else None
    listing = listing or VILLAGES.search(cell)
    if listing is None:
        return []
    numbers: list[int] = []
    last = ""
    for digits, gap in re.findall(r"(\d{1,2})|([-–]|ถึง)", listing[0]):
        if digits and last and numbers and numbers[-1] < int(digits):
            numbers += range(numbers[-1] + 1, int(digits) + 1)
        elif digits:
            numbers.append(int(digits))
        last = gap
    different = sorted({number for number in numbers if number})
    return different if 1 < len(different) <= MOST_VILLAGES else []


def villages_named(cell: str) -> list[str]:
    """Names of villages, divided by a joining word or mark; a space is part of a name."""
    return [name for name in re.split(r"\s*(?:[,/;]|และ|กับ)\s*", cell.strip()) if name_key(plain(name))]


def without_villages(cell: str) -> tuple[str, str]:
    """A subdistrict cell without the village numbers around the name, and the text removed."""
    text = plain(cell)
    listing = VILLAGES.search(text) or re.search(rf"{_MOO}\s*\d{{1,2}}(?!\d)", text)
    if listing is None or not name_key(rest := (text[: listing.start()] + " " + text[listing.end() :]).strip(" ,")):
        return cell, ""
    return rest, listing[0]


@cache
def _regions() -> tuple[tuple[str, frozenset[str]], ...]:
    """(name key, province codes) of each region, longest key first."""
    regions = rule_file("regions")["region"]
    pairs = [(name_key(plain(word)), frozenset(entry["provinces"])) for entry in regions for word in entry["words"]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def region(text: str) -> frozenset[str] | None:
    """Province codes of the region that a text names (``*`` = all provinces); ``None`` when it names none."""
    key = name_key(plain(text))
    return next((provinces for word, provinces in _regions() if word in key), None)
