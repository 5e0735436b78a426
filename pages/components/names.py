"""Names of areas, themes, agencies and needs by code, in the person's language; cached per scope and language."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import geothai
import pandas as pd

from geo.frames import each_row
from loaders import codes
from loaders.imports.editions import UNNAMED
from pages.queries import gaps
from pages.queries import store as queries
from pages.session.cache import cached
from pages.session.scope import Scope
from pages.session.text import cached_words, coded, in_order, language, name_of


def names_among(listed: pd.DataFrame, present: set[str]) -> dict[str, str]:
    """Codes of a code list that are present, with their names, sorted by name."""
    return _ordered({row.code: name_of(row) for row in each_row(listed) if row.code in present})


def _ordered(names: dict[str, str]) -> dict[str, str]:
    rank = {name: index for index, name in enumerate(in_order(list(names.values())))}
    return dict(sorted(names.items(), key=lambda pair: rank[pair[1]]))


@cached_words(64)
def present_names(scope: Scope, name: str) -> dict[str, str]:
    """Agencies or streams (``name``) that support records name."""
    figures = scope.in_language(None)
    return names_among(queries.code_list(figures, name), set(queries.support(figures)[f"{name}_code"].dropna()))


@cached(16)
def present_themes(scope: Scope) -> frozenset[str]:
    """Codes of the functions that support records name."""
    return frozenset(queries.support(scope)["theme_code"].dropna())


def theme_names() -> dict[str, str]:
    """Theme codes and their names, in the order of the code list."""
    return {entry["code"]: entry[f"name_{language()}"] for entry in codes.themes()}


def offered(names: Mapping[str, str], kind: str, keep: Collection[str] = ()) -> dict[str, str]:
    """Codes that a new decision may choose from a list (``agency``, ``stream``, ``theme``): retired ones are left out.

    ``keep``: codes offered nevertheless, because records have them or they are chosen already.
    """
    away = (codes.retired(kind) | ({UNNAMED} if kind == "agency" else set())) - set(keep)
    return {code: name for code, name in names.items() if code not in away}


@cached_words(32)
def district_names(scope: Scope) -> dict[str, str]:
    """District codes and their names."""
    table = queries.areas(scope, None).drop_duplicates("district_code")
    return {row.district_code: name_of(row, "district_name") for row in each_row(table)}


@cached_words(32)
def subdistrict_names(scope: Scope) -> dict[str, str]:
    """Subdistrict codes and ``subdistrict · district`` names, sorted by name."""
    areas = each_row(queries.areas(scope, None))
    return _ordered({row.subdistrict_code: f"{name_of(row)} · {name_of(row, 'district_name')}" for row in areas})


def province_name(code: str) -> str:
    """The name of a province; its code when unknown."""
    return province_names().get(code, code)


def province_names() -> dict[str, str]:
    """Codes and names of all provinces, sorted by name."""
    return _province_names(language())


@cached(2)
def _province_names(language: str) -> dict[str, str]:
    return _ordered({place.code: getattr(place, f"name_{language}") for place in geothai.provinces()})


def need_names(scope: Scope) -> dict[str, str]:
    """Needs with figures in the store, and their names."""
    present = set(gaps.needs(scope)["indicator_code"])
    return {
        entry["code"]: entry[f"name_{language()}"]
        for entry in codes.indicators()
        if entry["direction"] == "need" and entry["code"] in present
    }


def view_words(code: str) -> str:
    """The name of a view of the wall or of one of its questions."""
    words = coded("meeting_view_", code)
    return words if words != code else coded("question_", code)
