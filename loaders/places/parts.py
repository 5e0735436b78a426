"""Places inside running text: ``ตำบลX อำเภอY จังหวัดZ`` in a sentence, ``ต.X อ.Y จ.Z``, ``3/X/Y``."""

from __future__ import annotations

import re
from typing import NamedTuple

from loaders.places.text import plain

SUBDISTRICT = r"(?:ตำบล|แขวง|(?<![ก-๛])ต ?\.(?!ค\.))"
DISTRICT = r"(?:กิ่งอำเภอ|อำเภอ|(?<![ก-๛])(?:กิ่ง )?อ ?\.|(?<![ก-๛])เขต)"
PROVINCE = r"(?:จังหวัด|(?<![ก-๛])จ ?\.)"
CAPITAL = re.compile(r"กรุงเทพมหานคร|กรุงเทพฯ|กทม\.?")
OFFICE = r"(?:องค์การบริหารส่วนตำบล|เทศบาล(?:ตำบล|เมือง|นคร)|(?<![ก-๛])(?:อบต|ทต|ทม|ทน)\.?(?![ก-๛]\.))"
ANY_WORD = re.compile(
    rf"(?P<office>{OFFICE})|(?P<subdistrict>{SUBDISTRICT})|(?P<district>{DISTRICT})|(?P<province>{PROVINCE})"
)
MOO = re.compile(r"(?:หมู่ที่|หมู่|(?<![ก-๛])ม\.)\s*(\d{1,2})(?!\d)")
WORD_END = re.compile(r"[\s,;:()/|]")
SEPARATORS = re.compile(r"\s*[/|,;>]\s*")


class Parts(NamedTuple):
    """One place as it stands in a text; the names may have a tail of other words."""

    subdistrict: str = ""
    district: str = ""
    province: str = ""
    moo: str = ""


def _words(text: str) -> list[tuple[str, int, int]]:
    """Level words with a name behind them: level, start, end. A word without a name is part of the name before."""
    found = list(ANY_WORD.finditer(text))
    words = []
    for position, hit in enumerate(found):
        follows = found[position + 1].start() if position + 1 < len(found) else len(text)
        if not text[hit.end() : follows].strip():
            continue
        words.append((str(hit.lastgroup), hit.start(), hit.end()))
    return words


def _tail(text: str, end: int, stop: int) -> str:
    rest = text[end:stop].strip()
    first = WORD_END.split(rest, maxsplit=1)[0] if rest else ""
    return first or rest


def split_places(text: str) -> list[Parts]:
    """Every place of a text, in its order; names run to the next space or level word.

    Two subdistricts that share one district behind them both get it. Empty when there is no level word.
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
    """The name of a higher level: the first behind, else the last before."""
    behind = [name for kind, name, _ in named[position + 1 :] if kind == level]
    before = [name for kind, name, _ in named[:position] if kind == level]
    return (behind or before[::-1] or [""])[0]


def split_cells(text: str) -> list[str]:
    """The names of a cell that holds several, without numbers: ``3/แม่สอด/แม่สอด`` gives two."""
    parts = SEPARATORS.split(plain(text)) if SEPARATORS.search(plain(text)) else plain(text).split()
    return [part for part in parts if part and not part.isdigit()]
