"""Parsing of written place names: keys for comparing a cell, and the places in running text.

:func:`read_cell` removes level words and makes keys for each degree of tolerance. :func:`split_places` finds
``ตำบลX อำเภอY จังหวัดZ`` or ``ต.X อ.Y จ.Z`` in a text; :func:`split_cells` splits ``3/X/Y``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from loaders.thai.text import arabic_digits, normalise

# Marks that spelling errors drop or swap: maitaikhu, tones, karan, nikhahit. Text copied from a PDF also loses the
# vowels above and below a consonant.
SPELLING_MARKS = re.compile("[\u0e47-\u0e4e]")
UPPER_LOWER = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
PUNCTUATION = re.compile(r"[\s.,'’‘\"“”`()\[\]ฯ_-]+")
SILENCED = re.compile("[ก-ฮ][ิุ]?์")
SAME_SOUND = str.maketrans("ใณญศษฎฏฐฑธภฌฬฆฃฅ", "ไนยสสดตถททพชลคขค")
ROMAN_SAME = (
    ("aeo", "eo"), ("aew", "eo"), ("eaw", "eo"), ("ueai", "uai"), ("uea", "ua"), ("eua", "ua"), ("oei", "oi"),
    ("ph", "p"), ("th", "t"), ("kh", "k"), ("ch", "c"), ("sh", "c"), ("j", "c"), ("g", "k"), ("v", "w"), ("hk", "k"),
    ("ue", "u"), ("eu", "u"), ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ii", "i"), ("ea", "e"), ("ae", "e"),
    ("oe", "o"), ("aw", "o"), ("au", "ao"), ("ay", "ai"), ("y", "i"), ("iw", "io"), ("ew", "eo"), ("uw", "u"),
)  # fmt: skip

LEVEL_WORDS = {
    "subdistrict": re.compile(
        r"(?:ตำบล|ต ?\.|ต (?=\S)|แขวง|(?:khwaeng|tambon|tambol|t\.|subdistrict|sub-district)\s)\s*"
    ),
    "district": re.compile(
        r"(?:กิ่งอำเภอ|กิ่ง ?อ ?\.|อำเภอ|อ ?\.|อ (?=\S)|เขต|(?:king amphoe|amphoe|amphur|ampoe|khet|district|a\.)\s)[\s.]*"
    ),
    "province": re.compile(r"(?:จังหวัด|จ ?\.|จ (?=\S)|(?:changwat|province of|province)\s)\s*"),
}
SPOKEN = {level: LEVEL_WORDS[level] for level in ("subdistrict", "district")} | {
    "village": re.compile(r"(?:หมู่บ้าน|บ้าน|บ ?\.|(?:ban|village)\s)\s*"),
    "group": re.compile(r"กลุ่ม\s*"),
}
LEVEL_SUFFIX = re.compile(r"\s+(?:sub-?\s?district|district|province|tambon|amphoe|khet|khwaeng)$")
BARE_WORDS = {  # level words without vowels above and below, as in text copied from a PDF
    "subdistrict": ("ตาบล", "แขวง"),
    "district": ("อาเภอ", "เขต", "กงอาเภอ"),
    "province": ("จงหวด", "จงหวต"),
}
OFFICE = re.compile(
    r"(?P<nakhon>เทศบาลนคร|ทน\.)|(?P<mueang>เทศบาลเมือง|ทม\.)|(?P<tambon>เทศบาลตำบล|ทต\.)|"
    r"(?P<tao>องค์การบริหารส่วนตำบล|อบต\.?)|(?P<any>เทศบาล)"
)

OFFICE_NOTE = re.compile(r"\s*\((?:เทศบาล|องค์การบริหาร|อบต|ทต\.|ทม\.|ทน\.)[^)]*\)")


class Keys:
    """Keys of a cell by tier of tolerance, computed lazily.

    Tiers: 0 the name itself, 1 by sound (:func:`sound_key`), 2 without vowels above and below (:func:`bare_key`).
    """

    __slots__ = ("_level", "_tiers")

    def __init__(self, exact: Iterable[str] = (), level: str = "subdistrict") -> None:
        self._level = level
        self._tiers: list[tuple[str, ...] | None] = [tuple(exact), None, None]

    def __getitem__(self, tier: int) -> tuple[str, ...]:
        keys = self._tiers[tier]  # raises IndexError past the last tier
        if keys is None:
            exact = self[0]
            keys = tuple(map(sound_key, exact)) if tier == 1 else tuple(_bare_forms(exact, self._level))
            self._tiers[tier] = keys
        return keys

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return (self[tier] for tier in range(len(self._tiers)))


class Cell(NamedTuple):
    """One cell of a written place. ``keys[tier]``: keys to look up, most literal first.

    ``word``: the cell has a level word. ``office``: kind of local government that it names, if any.
    """

    text: str
    keys: Keys
    word: bool = False
    office: str | None = None


EMPTY = Cell("", Keys())


def name_key(text: str) -> str:
    """The text without spaces and punctuation; expects lower case (:func:`plain`)."""
    return PUNCTUATION.sub("", text)


def sound_key(key: str) -> str:
    """A name key without spelling marks and with letters of the same sound unified; Latin by common romanisations."""
    if not key.isascii():
        return SPELLING_MARKS.sub("", SILENCED.sub("", key).replace("รร", "ั")).translate(SAME_SOUND)
    for old, new in ROMAN_SAME:
        key = key.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", key)


def spoken_key(text: str) -> tuple[str, str]:
    """Sound key of a search text without its level word, and the level of that word (``""`` = none)."""
    written = plain(text)
    for level, word in SPOKEN.items():
        level_word = word.match(written)
        if level_word and level_word.end() < len(written):
            return sound_key(name_key(written[level_word.end() :])), level
    return ("" if any(word.fullmatch(written) for word in SPOKEN.values()) else sound_key(name_key(written))), ""


def bare_key(key: str) -> str:
    """A name key without vowels and marks above or below; in Latin without h, and with l for r."""
    if not key.isascii():
        return UPPER_LOWER.sub("", key.replace("\u0e33", "า"))
    return re.sub(r"(.)\1+", r"\1", re.sub(r"h|o(?=[aeiu])|w$|o$", "", sound_key(key)).replace("r", "l"))


@lru_cache(maxsize=1 << 14)
def plain(text: str) -> str:
    """The text normalised (:func:`loaders.thai.text.normalise`), with Arabic digits, in lower case."""
    return arabic_digits(normalise(text)).casefold()


def _forms(text: str, level: str) -> tuple[list[str], bool]:
    stripped = LEVEL_SUFFIX.sub("", text)
    level_word = LEVEL_WORDS[level].match(stripped)
    if level_word and level_word.end() < len(stripped):
        return [name_key(stripped[level_word.end() :]), name_key(text)], True
    return list(dict.fromkeys([name_key(text), name_key(stripped)])), stripped != text


def _bare_forms(keys: Iterable[str], level: str) -> list[str]:
    bare = []
    for key in map(bare_key, keys):
        word = next((word for word in BARE_WORDS[level] if key.startswith(word) and len(key) > len(word) + 1), "")
        bare += [key[len(word) :], key] if word else [key]
    return [key for key in dict.fromkeys(bare) if len(key) > 1]


@lru_cache(maxsize=200_000)
def read_cell(text: str, level: str) -> Cell:
    """Parse a cell of a ``level`` column; :data:`EMPTY` when it states no name."""
    text = plain(text)
    if not name_key(text) or text in ("ไม่ระบุ", "ไม่มี", "n/a"):
        return EMPTY
    if level == "subdistrict" and (noted := OFFICE_NOTE.sub("", text).strip()):
        text = noted
    title = LEVEL_WORDS[level].sub("", text, count=1) if re.match("ต ?\\. ?เทศ", text) else text
    office = OFFICE.match(title)
    if office and level == "subdistrict" and office.end() < len(title):
        key = name_key(title[office.end() :])
        return Cell(text, Keys((key,), level), True, office.lastgroup)
    keys, word = _forms(text, level)
    return Cell(text, Keys(keys, level), word)


def moo_number(text: str) -> int | None:
    """Number of a village (``3``, ``ม.3``, ``หมู่ที่ ๓``, ``3.0``); ``None`` for anything else."""
    number = re.fullmatch(r"(?:หมู่บ้านที่|หมู่ที่|หมู่|ม\.?|moo|m\.?)?\s*0*(\d{1,2})(?:\.0)?", plain(text))
    return int(number[1]) if number and int(number[1]) else None


SUBDISTRICT = r"(?:ตำบล|แขวง|(?<![ก-๛])ต ?\.(?!ค\.))"
DISTRICT = r"(?:กิ่งอำเภอ|อำเภอ|(?<![ก-๛])(?:กิ่ง )?อ ?\.|(?<![ก-๛])เขต)"
PROVINCE = r"(?:จังหวัด|(?<![ก-๛])จ ?\.)"
CAPITAL = re.compile(r"กรุงเทพมหานคร|กรุงเทพฯ|กทม\.?")
OFFICE_WORD = r"(?:องค์การบริหารส่วนตำบล|เทศบาล(?:ตำบล|เมือง|นคร)|(?<![ก-๛])(?:อบต|ทต|ทม|ทน)\.?(?![ก-๛]\.))"
ANY_WORD = re.compile(
    rf"(?P<office>{OFFICE_WORD})|(?P<subdistrict>{SUBDISTRICT})|(?P<district>{DISTRICT})|(?P<province>{PROVINCE})"
)
_BETWEEN = re.compile(r"หมู่บ้านที่|หมู่บ้าน|หมู่ที่|หมู่|ม\.|moo|และ|[,;/\s]+", re.IGNORECASE)


def villages_listed(text: str) -> list[int]:
    """Numbers in a cell that only lists villages (``ม.3, ม.๕``); empty for names, ranges and other words."""
    parts = _BETWEEN.sub(" ", plain(text)).split()
    return [int(part) for part in parts] if all(part.isdigit() and len(part) < 3 for part in parts) else []


MOO = re.compile(r"(?:หมู่ที่|หมู่|(?<![ก-๛])ม\.)\s*(\d{1,2})(?!\d)")
WORD_END = re.compile(r"[\s,;:()/|]")
SEPARATORS = re.compile(r"\s*[/|,;>]\s*")


class Parts(NamedTuple):
    """One place in a text; its names may be followed by other words."""

    subdistrict: str = ""
    district: str = ""
    province: str = ""
    moo: str = ""


def _words(text: str) -> list[tuple[str, int, int]]:
    """(level, start, end) of the level words that a name follows; others are part of the preceding name."""
    hits = list(ANY_WORD.finditer(text))
    words = []
    for position, hit in enumerate(hits):
        follows = hits[position + 1].start() if position + 1 < len(hits) else len(text)
        if not text[hit.end() : follows].strip():
            continue
        words.append((str(hit.lastgroup), hit.start(), hit.end()))
    return words


def _tail(text: str, end: int, stop: int) -> str:
    rest = text[end:stop].strip()
    first = WORD_END.split(rest, maxsplit=1)[0] if rest else ""
    return first or rest


def split_places(text: str) -> list[Parts]:
    """Every place in a text, in order; a name ends at the next space, mark or level word.

    Several subdistricts followed by one district all get it. Empty when there is no level word.
    """
    text = plain(text)
    if not (words := _words(text)):
        return []
    stops = [start for _, start, _ in words[1:]] + [len(text)]
    named = [
        (level, (text[start:end] if level == "office" else "") + _tail(text, end, stop), start)
        for (level, start, end), stop in zip(words, stops, strict=True)
    ]
    if not any(level == "province" for level, _, _ in named) and (capital := CAPITAL.search(text)):
        named.append(("province", capital[0], capital.start()))
    levels = {level for level, _, _ in named}
    lowest = next((level for level in ("subdistrict", "office", "district", "province") if level in levels), None)
    places = []
    for position, (level, name, start) in enumerate(named):
        if level != lowest:
            continue
        above = {higher: _nearest(named, position, higher) for higher in ("district", "province")}
        above["subdistrict" if level == "office" else level] = name
        moo = MOO.findall(text[:start])
        places.append(Parts(above.get("subdistrict", ""), above["district"], above["province"], moo[-1] if moo else ""))
    return places


def _nearest(named: list[tuple[str, str, int]], position: int, level: str) -> str:
    """Name of a higher level: the first after the position, else the last before it."""
    behind = [name for kind, name, _ in named[position + 1 :] if kind == level]
    before = [name for kind, name, _ in named[:position] if kind == level]
    return (behind or before[::-1] or [""])[0]


def split_cells(text: str) -> list[str]:
    """Names in a cell that holds several, without numbers: ``3/แม่สอด/แม่สอด`` gives two."""
    parts = SEPARATORS.split(plain(text)) if SEPARATORS.search(plain(text)) else plain(text).split()
    return [part for part in parts if part and not part.isdigit()]
