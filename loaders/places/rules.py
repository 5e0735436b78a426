"""Rules from names to an area code; each rule either decides or leaves the place to the next.

A rule accepts a place only if it can be no other: exact names, former names with one successor, or (rules for damaged
spellings) the only name within the known parent that is equal under a defined tolerance. A name that is merely close
is a candidate, never accepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

from loaders.places.gazetteer import BARE_AT_LEAST, OFFERED, Entry, Lookup
from loaders.places.text import EMPTY, name_key, read_cell
from loaders.places.types import WRITTEN, Candidate, Found, Names, accept, refuse


def find(look: Lookup, names: Names) -> Found:
    """The place that the three cells name, by all rules."""
    if names.subdistrict is EMPTY and names.district is EMPTY and names.province is EMPTY:
        return refuse("place_empty")
    provinces, tier = look.provinces(names.province)
    verdict = inside(look, names, provinces, tier) if provinces else without_province(look, names)
    return verdict if verdict.code else swapped(look, names) or verdict


def inside(look: Lookup, names: Names, provinces: set[str], province_tier: int = 0) -> Found:
    """The place within known provinces; ``province_tier`` is the tolerance at which the province was found."""
    districts, tier = look.districts(provinces, names.district)
    tier = max(tier, province_tier)
    if names.subdistrict is EMPTY:
        return higher(look, names, provinces, districts, tier)
    if names.district is EMPTY:
        return province_alone(look, names, provinces)
    verdict = None
    if districts:
        verdict = (
            in_districts(look, names, provinces, districts, tier)
            or in_daughter_districts(look, names, provinces, districts)
            or cut_off(look, names, districts)
        )
    elif not (verdict := in_daughters(look, names, provinces)):
        whole = cut_off_district(look, names, provinces)
        verdict = in_districts(look, names, provinces, whole, 0) if whole else None
        if verdict and verdict.code:
            verdict = accept(verdict.code, "cut_off")
        verdict = verdict or capital(look, names, provinces) or district_misspelt(look, names, provinces)
    return verdict or _offer(look, names, provinces, districts)


def _offer(look: Lookup, names: Names, provinces: set[str], districts: set[str]) -> Found:
    offered = look.offer(names, provinces, districts)
    if districts and any(candidate.reason == "same_name" for candidate in offered):
        return refuse("place_other_district", offered)
    if offered:
        return refuse("place_spelling", offered)
    return refuse("place_not_found", [Candidate(code, WRITTEN, 0.3) for code in districts if code in look.book.areas])


# --- no province known -----------------------------------------------------------------------------------


def without_province(look: Lookup, names: Names) -> Found:
    """Without a known province, subdistrict and district together must be unique in the nation."""
    every = [code for code in look.book.areas if len(code) == 2]
    if names.province is EMPTY:
        scope = every
    else:
        scores = look.close_areas(names.province, "provinces", every)
        scope = [code for code in every if scores[code] >= NEARLY]
    if names.subdistrict is EMPTY or names.district is EMPTY:
        return _part_without_province(look, names, scope)
    tried = [code for code in scope if names.province is not EMPTY or look.called(names, {code})]
    verdicts = [inside(look, names, {code}) for code in tried]
    settled = {verdict.code for verdict in verdicts if verdict.code and verdict.evidence in ("exact", "historic")}
    if len(settled) == 1:
        (verdict,) = (verdict for verdict in verdicts if verdict.code in settled)
        return verdict if names.province is EMPTY else accept(str(verdict.code), "spelling")
    offered = [candidate for verdict in verdicts for candidate in verdict.candidates if candidate.score >= 0.8]
    return refuse("place_ambiguous" if len(settled) > 1 else "place_province_unknown", offered)


def _part_without_province(look: Lookup, names: Names, scope: list[str]) -> Found:
    if names.subdistrict is not EMPTY:
        return refuse("place_province_unknown", look.same_name(names, scope))
    if names.district is EMPTY:
        return refuse("place_province_unknown", [Candidate(code, "spelling", 0.8) for code in scope])
    codes = {code for key in names.district.keys[0] for code in look.book.district_anywhere(key)}
    present = [code for code in codes if code in look.book.areas]
    if names.province is EMPTY and len(present) == len(codes) == 1:
        return accept(present[0], "exact")
    return refuse(
        "place_ambiguous" if present else "place_not_found", [Candidate(c, "same_name", 0.9) for c in present]
    )


# --- inside known provinces ------------------------------------------------------------------------------


def higher(look: Lookup, names: Names, provinces: set[str], districts: set[str], tier: int) -> Found:
    """The district or province of a record without a subdistrict; it is never placed at a lower level."""
    evidence = "spelling" if tier else "exact"
    if names.district is EMPTY:
        return accept(min(provinces), evidence) if len(provinces) == 1 else refuse("place_ambiguous")
    present = {code for code in districts if code in look.book.areas}
    former = {target for code in districts - present for target in look.book.former[code].targets if len(target) == 4}
    settled = present or former or look.districts(look.daughters(provinces), names.district)[0]
    if len(settled) == 1:
        return accept(min(settled), evidence if present else "historic")
    offered = [Candidate(code, "same_name", 0.9) for code in settled if code in look.book.areas]
    for province in provinces:
        of_province = look.book.districts_of[province]
        scores = look.close_areas(names.district, f"districts {province}", of_province)
        offered += [Candidate(code, "spelling", score) for code, score in scores.items() if score >= OFFERED]
    return refuse("place_ambiguous" if settled else "place_not_found", offered)


def province_alone(look: Lookup, names: Names, provinces: set[str]) -> Found:
    """Without a district: accept only a name of a single subdistrict that no district or other former area has."""
    same = look.same_name(names, provinces)
    shared = {c for key in names.subdistrict.keys[0] for p in provinces for c in look.book.district(0, p, key)}
    if shared and not names.subdistrict.word:
        above = [Candidate(code, "district", 0.85) for code in shared if code in look.book.areas]
        return refuse("place_level_unclear", same + above)
    entries = [entry for entry in look.called(names, provinces) if not look.is_over(entry, names.on)]
    targets = {target for entry in entries for target in entry.targets}
    if len(targets) == 1 and all(entry.targets for entry in entries) and any(not entry.until for entry in entries):
        return accept(min(targets), "province_unique")
    return refuse("place_ambiguous", same) if same else _offer(look, names, provinces, set())


def in_districts(look: Lookup, names: Names, provinces: set[str], districts: set[str], tier: int) -> Found | None:
    """The exact name in the written districts, else the only one equal under the tolerances."""
    for step, keys in enumerate(names.subdistrict.keys):
        for key in keys:
            entries = [entry for code in districts for entry in look.book.subdistrict(step, code, key)]
            if not entries or (step == 2 and len(key) < BARE_AT_LEAST):
                continue
            if step and (same := look.same_name(names, provinces)):
                near = [Candidate(target, "spelling", 0.9) for entry in entries for target in entry.targets]
                return refuse("place_ambiguous", near + same)  # the exact name exists in another district
            return _settle(look, entries, names, provinces, districts, "spelling" if max(step, tier) else "exact")
    return None


def _settle(
    look: Lookup, entries: list[Entry], names: Names, provinces: set[str], districts: set[str], evidence: str
) -> Found:
    """Accept the only present place among the entries, else the only successor of former ones."""
    present = {target for entry in entries if not entry.until for target in entry.targets}
    alive = [e for e in entries if e.until and names.on and not look.is_over(e, names.on)]
    if present:
        present |= {target for entry in alive for target in entry.targets}
        return accept(min(present), evidence) if len(present) == 1 else _ambiguous(present)
    targets = {target for entry in entries for target in entry.targets}
    if len(targets) != 1 or not all(entry.targets for entry in entries):
        same = look.same_name(names, provinces) or look.same_name(names, look.daughters(provinces))
        return refuse("place_abolished", same + [Candidate(code, "successor", 0.97) for code in targets])
    code = min(targets)
    if not alive and _repeats_district(look, names, code):
        above = [Candidate(district, "district", 0.8) for district in districts if district in look.book.areas]
        return refuse("place_level_unclear", [Candidate(code, "historic", 0.9), *above])
    return accept(code, "historic" if evidence == "exact" else evidence)


def _repeats_district(look: Lookup, names: Names, code: str) -> bool:
    """The subdistrict cell repeats the district name, but subdistrict ``code`` is in another district today.

    The town may be meant, not the subdistrict: Thung Song is a district, and a subdistrict of Na Bon.
    """
    own = set(names.district.keys[0])
    if not own & set(names.subdistrict.keys[0]):
        return False
    return code[:4] not in {c for key in own for c in look.book.district(0, code[:2], key)}


def _ambiguous(codes: Iterable[str]) -> Found:
    return refuse("place_ambiguous", [Candidate(code, "same_name", 0.9) for code in codes])


def in_daughter_districts(look: Lookup, names: Names, provinces: set[str], districts: set[str]) -> Found | None:
    """The written district is the former parent: search the districts that were split off from it."""
    daughters = look.daughters(provinces)
    moved, _ = look.districts(daughters, names.district)
    family = {child for code in districts | moved for child in look.book.children[code]} | moved
    family |= {child for code in family for child in look.book.children[code]}
    return _former_parent(look, names, family - districts)


def in_daughters(look: Lookup, names: Names, provinces: set[str]) -> Found | None:
    """The written province is the former one: search provinces split off from it, including their capital district."""
    daughters = look.daughters(provinces)
    moved = set(look.districts(daughters, names.district)[0])
    for key in names.district.keys[0]:
        moved |= {f"{province}01" for province in look.book.province(0, key) & daughters}
    return _former_parent(look, names, moved | {child for code in moved for child in look.book.children[code]})


def _former_parent(look: Lookup, names: Names, family: set[str]) -> Found | None:
    """Accept an exact name that is unique within the districts ``family``."""
    for key in names.subdistrict.keys[0]:
        entries = [entry for code in family for entry in look.book.subdistrict(0, code, key)]
        targets = {target for entry in entries for target in entry.targets}
        if entries and len(targets) == 1 and all(entry.targets for entry in entries):
            return None if _repeats_district(look, names, min(targets)) else accept(min(targets), "historic")
    return None


CUT_AT_LEAST = 12  # letters; a shorter text is too often a complete name
NEARLY = 0.75  # minimum similarity of the third cell when the other two agree exactly
ORDER = ("subdistrict", "district", "province")


def _beginning_with(look: Lookup, key: str, codes: list[str]) -> set[str]:
    if len(key) < CUT_AT_LEAST:
        return set()
    return {code for code in codes if name_key(look.book.areas[code].name_th).startswith(key)}


def cut_off(look: Lookup, names: Names, districts: set[str]) -> Found | None:
    """A name truncated at a field width: accept the only name in the districts that starts with it."""
    codes = [code for district in districts for code in look.book.subdistricts_of[district]]
    whole = _beginning_with(look, names.subdistrict.keys[0][0], codes)
    if len(whole) > 1:
        return refuse("place_ambiguous", [Candidate(code, "cut_off", 0.9) for code in whole])
    return accept(min(whole), "cut_off") if whole else None


def cut_off_district(look: Lookup, names: Names, provinces: set[str]) -> set[str]:
    """The only district whose name starts with the written text, else an empty set."""
    codes = [code for province in provinces for code in look.book.districts_of[province]]
    whole = _beginning_with(look, names.district.keys[0][0], codes)
    return whole if len(whole) == 1 else set()


def capital(look: Lookup, names: Names, provinces: set[str]) -> Found | None:
    """The capital district written as the province name alone, if it has a present subdistrict of the written name."""
    if len(provinces) != 1 or not any(look.book.province(0, key) & provinces for key in names.district.keys[0]):
        return None
    entries = [e for key in names.subdistrict.keys[0] for e in look.book.subdistrict(0, f"{min(provinces)}01", key)]
    codes = {entry.code for entry in entries if not entry.until}
    return accept(min(codes), "spelling") if len(codes) == 1 else None


def district_misspelt(look: Lookup, names: Names, provinces: set[str]) -> Found | None:
    """A misspelt district: the subdistrict name is unique in the provinces, and its district is the closest one.

    Not when the written district is an existing name anywhere.
    """
    entries = look.called(names, provinces)
    targets = {target for entry in entries for target in entry.targets}
    is_a_name = any(look.book.district_anywhere(key) for key in names.district.keys[0])
    if is_a_name or len(targets) != 1 or not all(entry.targets for entry in entries):
        return None
    scores: dict[str, float] = {}
    for province in provinces:
        scores |= look.close_areas(names.district, f"districts {province}", look.book.districts_of[province])
    best = max(scores, key=lambda code: scores[code])
    own = min(targets)[:4]
    return accept(min(targets), "spelling") if best == own and scores[own] >= NEARLY else None


def swapped(look: Lookup, names: Names) -> Found | None:
    """The three cells in another order: exact present names only, and a single reading.

    Not when the first cell is a subdistrict name of the written province: the order may then be right and the
    district wrong.
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
