"""What a column is by its content (codes, names of places, coordinates, money), for sheets with unknown headings."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from functools import cache

import geothai
import pandas as pd

from loaders import thai
from loaders.layouts.layout import aliases
from loaders.places.gazetteer import nation
from loaders.places.text import LEVEL_WORDS, OFFICE, name_key, plain, split_places

SAMPLE = 300
SURE, LIKELY = 0.9, 0.7
CODE = re.compile(r"(?:TH)?(\d{6}|\d{8})(?:\.0)?", re.IGNORECASE)
SPOKEN = re.compile(r"(?:ตำบล|ต\.|แขวง).{1,40}(?:อำเภอ|อ\.|เขต|จังหวัด|จ\.)")
YEARS = range(1900, 2700)
LEAST_MONEY = 500
MANY_ROWS, FEW_WORDS = 50, 12
LEVEL_OF = {2: "province", 4: "district", 6: "subdistrict"}


@cache
def _names() -> dict[str, frozenset[str]]:
    """Name keys of each level, Thai and English."""
    keys_of: dict[str, set[str]] = {level: set() for level in LEVEL_OF.values()}
    for code, area in nation().areas.items():
        if len(code) in LEVEL_OF:
            keys_of[LEVEL_OF[len(code)]] |= {name_key(plain(name)) for name in (area.name_th, area.name_en) if name}
    return {level: frozenset(keys) for level, keys in keys_of.items()}


@cache
def _postal() -> frozenset[str]:
    districts = [district.code for province in geothai.provinces() for district in geothai.districts(province.code)]
    return frozenset(
        code for district in districts for place in geothai.subdistricts(district) for code in place.postal_codes
    )


def _sample(cells: pd.Series) -> list[str]:
    distinct: dict[str, None] = {}
    for text in dict.fromkeys(cells.astype(str).tolist()):
        if filled := text.strip():
            distinct[filled] = None
            if len(distinct) == SAMPLE:
                break
    return list(distinct)


def _share_of_codes(texts: list[str]) -> float:
    areas = nation().areas
    codes = [code[1] for text in texts if (code := CODE.fullmatch(thai.arabic_digits(text)))]
    return sum(code[:6] in areas for code in codes) / len(texts) if texts else 0.0


def is_area_codes(texts: list[str]) -> bool:
    """Whether the texts are area codes or postal codes: numbers, but no quantity."""
    areas = nation().areas
    codes = [thai.arabic_digits(text).removesuffix(".0") for text in texts]
    in_register = sum(code in areas or code in _postal() or (code[:6] in areas and len(code) == 8) for code in codes)
    return in_register >= LIKELY * len(codes)


def _shares(texts: list[str]) -> dict[str, float]:
    """Share (0-1) of the texts that are names of each level; a level word before a name rules other levels out."""
    hits = dict.fromkeys(LEVEL_OF.values(), 0)
    for text in texts:
        cell = plain(text)
        spoken = next((level for level, word in LEVEL_WORDS.items() if word.match(cell)), None)
        key = name_key(LEVEL_WORDS[spoken].sub("", cell, count=1)) if spoken else name_key(cell)
        for level, keys in _names().items():
            hits[level] += key in keys and spoken in (None, level)
    return {level: count / len(texts) for level, count in hits.items()} if texts else dict.fromkeys(hits, 0.0)


def places(
    frame: pd.DataFrame, columns: Mapping[str, list[str]], taken: Container[str]
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Place columns recognised by content, not by heading, and at most one doubt."""
    if "subdistrict" in columns or "place_code" in columns:
        return {}, ()
    samples = {
        heading: texts for heading in frame.columns if heading not in taken and (texts := _sample(frame[heading]))
    }
    by_content: dict[str, list[str]] = {}
    codes = {heading: _share_of_codes(texts) for heading, texts in samples.items()}
    if codes and max(codes.values()) >= SURE:
        by_content["place_code"] = [max(codes, key=codes.__getitem__)]
    shares = {heading: _shares(texts) for heading, texts in samples.items() if [heading] not in by_content.values()}
    doubts: tuple[str, ...] = ()
    for level, least in (("province", SURE), ("district", SURE), ("subdistrict", LIKELY)):
        fitting = {heading: share[level] for heading, share in shares.items() if share[level] >= least}
        if level in columns or not fitting:
            continue
        best = max(fitting, key=fitting.__getitem__)
        by_content[level] = [best]
        is_twofold = level == "district" and shares.pop(best)["subdistrict"] >= LIKELY
        shares.pop(best, None)
        doubts = ("district_by_content",) if is_twofold else () if level == "subdistrict" else doubts
    if not by_content.keys() & {"place_code", "subdistrict"} and "place_text" not in columns:
        spoken = {h: sum(bool(SPOKEN.search(text)) for text in texts) / len(texts) for h, texts in samples.items()}
        if spoken and max(spoken.values()) >= 0.5:
            by_content["place_text"] = [max(spoken, key=spoken.__getitem__)]
    return by_content, doubts if "place_code" not in by_content else ()


def speaks_of_places(frame: pd.DataFrame) -> bool:
    """Whether most cells of some column (units, projects) name a place with a level word or an office before it."""
    for heading in frame.columns:
        texts = _sample(frame[heading])
        if texts and sum(map(_names_a_place, texts)) >= 0.5 * len(texts):
            return True
    return False


def _names_a_place(text: str) -> bool:
    parts = split_places(plain(text))
    names = _names()
    return any(
        key[:length] in names[level]
        for place in parts
        for level, name in (
            ("subdistrict", OFFICE.sub("", place.subdistrict)),
            ("district", place.district),
            ("province", place.province),
        )
        if (key := name_key(name))
        for length in range(len(key), 2, -1)
    )


def is_of_places(cells: pd.Series) -> bool:
    """Whether a column only locates or numbers its rows: names or codes of areas, years, coordinates, ordinals."""
    texts = _sample(cells)
    if not texts or is_area_codes(texts) or max(_shares(texts).values()) >= LIKELY:
        return True
    if len(cells) >= MANY_ROWS and len(texts) <= FEW_WORDS and not all(text[0].isdigit() for text in texts):
        return True  # a region, a level, a type of area
    figures = [thai.arabic_digits(text).replace(".", "", 1).lstrip("-") for text in texts]
    if not all(figure.isdecimal() for figure in figures):
        return False
    values = [float(thai.arabic_digits(text)) for text in texts]
    is_year = all(value in YEARS for value in values)
    is_point = all("." in text for text in texts) and (
        all(5 <= v <= 21 for v in values) or all(97 <= v <= 106 for v in values)
    )
    return is_year or is_point or sorted(values) == list(range(1, len(values) + 1))


@cache
def _kinds() -> dict[str, re.Pattern[str]]:
    """Kind of organisation -> pattern of how such names begin."""
    nouns = aliases()["organisation_names"]
    return {
        kind: re.compile("|".join(re.escape(name) for name in names if not name.isascii()))
        for kind, names in nouns.items()
    }


def organisations(frame: pd.DataFrame, headings: Sequence[str]) -> tuple[str, str] | None:
    """(Column whose cells begin with the noun of an organisation, e.g. "โรงเรียนวัด...", and their kind or "")."""
    for heading in headings:
        texts = _sample(frame[heading])
        counts = {kind: sum(pattern.match(text) is not None for text in texts) for kind, pattern in _kinds().items()}
        if len(texts) >= 3 and sum(counts.values()) >= SURE * len(texts):
            kind = max(counts, key=counts.__getitem__)
            return heading, kind if counts[kind] == len(texts) and kind != "_" else ""
    return None


def _is_money(texts: list[str]) -> bool:
    """Whether the texts are amounts, and neither codes nor years nor ordinals."""
    if len(texts) < 3 or is_area_codes(texts):
        return False
    values = []
    for text in texts:
        try:
            satang = thai.parse_baht(text)
        except ValueError:
            continue
        values.append(satang / 100 if satang is not None else None)
    stated = sorted(value for value in values if value is not None)
    if len(values) < 0.8 * len(texts) or len(stated) < 3 or stated[len(stated) // 2] < LEAST_MONEY:
        return False
    return not all(value in YEARS for value in stated) and stated != list(
        range(int(stated[0]), int(stated[0]) + len(stated))
    )


def money(frame: pd.DataFrame, taken: Container[str]) -> list[str]:
    """Headings of columns that are amounts of money by their content."""
    return [heading for heading in frame.columns if heading not in taken and _is_money(_sample(frame[heading]))]
