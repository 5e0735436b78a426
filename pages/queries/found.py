"""Search of places and groups by name, tolerant of spelling, for the search box on the map."""

from __future__ import annotations

from typing import NamedTuple

from rapidfuzz import fuzz

from geo.frames import each_row
from loaders.places.text import spoken_key
from pages.queries import registers
from pages.queries import store as queries
from pages.session.cache import cached
from pages.session.scope import Scope

LEAST, CLOSE = 4, 82  # letters from which a name may be misspelt, and the least similarity (0-100) then


class Named(NamedTuple):
    """A search entry: ``kind`` (subdistrict, district, village, group), ``code`` of its place, village ``number``."""

    kind: str
    code: str
    names: tuple[str, ...]
    keys: tuple[str, ...]
    number: int | None = None


def _named(kind: str, code: str, names: list[object], number: int | None = None) -> Named:
    names_stated = tuple(name for name in names if isinstance(name, str) and name)
    return Named(kind, code, names_stated, tuple(spoken_key(name)[0] for name in names_stated), number)


@cached(8)
def named(scope: Scope) -> list[Named]:
    """Everything that can be searched, as the viewer may see it; groups only where their subdistrict is known."""
    places = queries.places(scope, None)
    rows = list(each_row(places.areas))
    entries = [_named("subdistrict", row.subdistrict_code, [row.name_th, row.name_en]) for row in rows]
    districts = {row.district_code: [row.district_name_th, row.district_name_en] for row in rows}
    entries += [_named("district", code, names) for code, names in districts.items()]
    entries += [
        _named("village", row.subdistrict_code, [row.name_th, row.name_en], int(row.moo))
        for row in each_row(places.villages)
    ]
    groups = registers.entries(scope, "groups").dropna(subset=["subdistrict_code", "organisation_name"])
    return entries + [_named("group", row.subdistrict_code, [row.organisation_name]) for row in each_row(groups)]


def _fit(spoken: str, keys: tuple[str, ...]) -> float | None:
    """Quality of a match: 0 equal, 1 prefix, 2 substring, 3 similar; ``None`` for no match."""
    if spoken in keys:
        return 0
    if any(key.startswith(spoken) for key in keys):
        return 1
    if any(spoken in key for key in keys):
        return 2
    if len(spoken) >= LEAST and any(fuzz.ratio(spoken, key[: len(spoken) + 1]) >= CLOSE for key in keys):
        return 3
    return None


@cached(256)
def found(scope: Scope, written: str, most: int = 8) -> list[Named]:
    """The best ``most`` matches: entries of the level named in the text first, then by quality, then larger places."""
    spoken, level = spoken_key(written)
    if len(spoken) < 2:
        return []
    order = {kind: number for number, kind in enumerate(("district", "subdistrict", "group", "village"))}
    ranked = [
        (fit, order[candidate.kind], candidate)
        for candidate in named(scope)
        if (fit := _fit(spoken, candidate.keys)) is not None
    ]
    ranked.sort(key=lambda entry: (entry[2].kind != level, *entry[:2], entry[2].names, entry[2].code))
    return [candidate for _, _, candidate in ranked[:most]]
