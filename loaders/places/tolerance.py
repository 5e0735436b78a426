"""Rules for damaged writings: cut off, misspelt parents, cells in another order. Each names one place or none."""

from __future__ import annotations

from itertools import permutations

from loaders.places.lookup import Lookup
from loaders.places.text import name_key, read_cell
from loaders.places.types import Candidate, Found, Names, accept, refuse

CUT_AT_LEAST = 12  # shorter texts are names of their own too often to be taken as cut-off names
NEARLY = 0.75  # two of three cells agree exactly: the third may differ by about one letter in four
ORDER = ("subdistrict", "district", "province")


def _beginning_with(look: Lookup, key: str, codes: list[str]) -> set[str]:
    if len(key) < CUT_AT_LEAST:
        return set()
    return {code for code in codes if name_key(look.book.areas[code].name_th).startswith(key)}


def cut_off(look: Lookup, names: Names, districts: set[str]) -> Found | None:
    """A name cut at a field's width: the beginning of one single name of the district."""
    codes = [code for district in districts for code in look.book.subdistricts_of[district]]
    whole = _beginning_with(look, names.subdistrict.keys[0][0], codes)
    if len(whole) > 1:
        return refuse("place_ambiguous", [Candidate(code, "cut_off", 0.9) for code in whole])
    return accept(min(whole), "cut_off") if whole else None


def cut_off_district(look: Lookup, names: Names, provinces: set[str]) -> set[str]:
    """The one district whose name begins with what is written, or nothing."""
    codes = [code for province in provinces for code in look.book.districts_of[province]]
    whole = _beginning_with(look, names.district.keys[0][0], codes)
    return whole if len(whole) == 1 else set()


def capital(look: Lookup, names: Names, provinces: set[str]) -> Found | None:
    """The capital district written by the province's name alone: only with a name that it really holds."""
    if len(provinces) != 1 or not any(look.book.province(0, key) & provinces for key in names.district.keys[0]):
        return None
    entries = [e for key in names.subdistrict.keys[0] for e in look.book.subdistrict(0, f"{min(provinces)}01", key)]
    codes = {entry.code for entry in entries if not entry.until}
    return accept(min(codes), "spelling") if len(codes) == 1 else None


def district_misspelt(look: Lookup, names: Names, provinces: set[str]) -> Found | None:
    """The name is the province's only one; the written district is nearly its district and no name of its own."""
    entries = look.called(names, provinces)
    targets = {target for entry in entries for target in entry.targets}
    known = any(look.book.district_anywhere(key) for key in names.district.keys[0])
    if known or len(targets) != 1 or not all(entry.targets for entry in entries):
        return None
    scores: dict[str, float] = {}
    for province in provinces:
        scores |= look.close_areas(names.district, f"districts {province}", look.book.districts_of[province])
    best = max(scores, key=lambda code: scores[code])
    own = min(targets)[:4]
    return accept(min(targets), "spelling") if best == own and scores[own] >= NEARLY else None


def swapped(look: Lookup, names: Names) -> Found | None:
    """The three cells in another order: every cell exact, present names only, one single reading.

    Not when the first cell is a subdistrict's name of the written province as it stands: then the order may be
    right and the parent wrong.
    """
    texts = [cell.text for cell in names[:3]]
    if not all(texts) or any(cell.word for cell in names[:3]):
        return None
    if look.called(names, look.provinces(names.province)[0]):
        return None
    codes = set()
    for order in list(permutations(texts))[1:]:
        sub, dist, prov = (read_cell(text, level) for text, level in zip(order, ORDER, strict=True))
        provinces, tier = look.provinces(prov)
        districts, step = look.districts(provinces, dist) if not tier else (set(), 0)
        if not step:
            entries = [e for key in sub.keys[0] for code in districts for e in look.book.subdistrict(0, code, key)]
            codes |= {entry.code for entry in entries if not entry.until}
    return accept(min(codes), "swapped") if len(codes) == 1 else None
