"""Code lists of ``data/rules``: agencies, streams, themes; written words to codes."""

from __future__ import annotations

import tomllib
from functools import cache

from loaders import settings
from loaders.thai import normalise


@cache
def _list(name: str, key: str) -> tuple[dict, ...]:
    """Every entry of ``NAME.toml`` and of the files that add to it (``NAME_*.toml``), in file order."""
    entries: list[dict] = []
    for path in sorted([settings.RULES / f"{name}.toml", *settings.RULES.glob(f"{name}_*.toml")]):
        with path.open("rb") as file:
            entries += tomllib.load(file)[key]
    return tuple(entries)


def agencies() -> tuple[dict, ...]:
    """Known agencies: code, name_th, name_en, short_th, level, functions, aliases."""
    return _list("agencies", "agency")


def agency_name(code: str) -> str:
    """The short name of a known agency; what is not known is its own name."""
    known = {one["code"]: one.get("short_th") or one["name_th"] for one in agencies()}
    return known.get(code, code)


def streams() -> tuple[dict, ...]:
    """Known funding streams: code, names, owner, kind, restricted, condition_th, theme, period, total_baht."""
    return _list("streams", "stream")


def themes() -> tuple[dict, ...]:
    """Functions and themes in their order: code, name_th, name_en, to_be_confirmed."""
    return _list("themes", "theme")


def indicators() -> tuple[dict, ...]:
    """Figures about places: code, names, units, direction (need, strength, context), theme."""
    return _list("indicators", "indicator")


def schemes() -> tuple[dict, ...]:
    """Declared co-financing schemes: code, names, streams, themes."""
    return _list("cofinancing", "scheme")


def squeeze(text: str) -> str:
    """A written word without spaces, dots and case, so that two hands' spellings of it compare equal."""
    return normalise(text).replace(" ", "").replace(".", "").casefold()


@cache
def words(column: str) -> dict[str, str]:
    """Squeezed word -> code for a coded column; codes themselves are words too."""
    lists = {"agency": agencies, "source": agencies, "stream": streams, "theme": themes, "priority_theme": themes}
    entries = (lists | {"cofinancing": schemes})[column]()
    found: dict[str, str] = {}
    for entry in entries:
        names = [
            entry["code"],
            entry["name_th"],
            entry.get("name_en"),
            entry.get("short_th"),
            *entry.get("aliases", ()),
        ]
        found |= {squeeze(name): entry["code"] for name in names if name}
    return found
