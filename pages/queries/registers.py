"""Entries of the registers of people, groups, communities, funds and plans, as the person asking may see them."""

from __future__ import annotations

import pandas as pd

from geo import registers
from loaders import registers as definitions
from loaders.imports.by_hand import entries as by_hand
from loaders.imports.by_hand import papers as kept_papers
from pages.queries import store as queries
from pages.session.cache import cached
from pages.session.scope import Scope


def entries(scope: Scope, name: str) -> pd.DataFrame:
    """Entries of a register with the columns of its definition and those of :mod:`geo.registers`."""
    if name == "people":  # who may see a name is decided there, for each person
        return _keyed(queries.role_holders(scope))
    one = definitions.defined().get(name)
    return _entries(queries.who_sees_people(scope) if one and one.private else scope, name)


@cached(4)
def changes(scope: Scope) -> pd.DataFrame:
    """Changes of entries by hand, the newest first."""
    with queries.reading(scope.viewer) as connection:
        return by_hand.read_changes(connection, viewer=scope.viewer)


@cached(4)
def papers(scope: Scope) -> pd.DataFrame:
    """Papers (PDF) kept with places of the province."""
    with queries.reading(scope.viewer) as connection:
        return kept_papers.read_papers(connection, scope.province, viewer=scope.viewer)


def paper(scope: Scope, number: int) -> bytes:
    """The bytes of a kept paper, for whoever may have it."""
    with queries.reading(scope.viewer) as connection:
        return kept_papers.read_paper(connection, number, viewer=scope.viewer)


@cached(8)
def _entries(scope: Scope, name: str) -> pd.DataFrame:
    return _keyed(_MAKERS.get(name, queries.register)(scope, registers.REGISTERS[name].table))


def _keyed(found: pd.DataFrame) -> pd.DataFrame:
    key = found["village_code"] if "id" not in found else found["id"].astype(str)
    return found.assign(entry=key).reset_index(drop=True)


def _funds(scope: Scope, table: str) -> pd.DataFrame:
    areas = queries.areas(scope, queries.usual_year(scope))
    return registers.funds(queries.register(scope, table), queries.register(scope, "contribution"), areas)


def _communities(scope: Scope, table: str) -> pd.DataFrame:
    villages = queries.places(scope, None).villages
    plans, groups = queries.register(scope, table), queries.register(scope, "organisation")
    found = registers.communities(villages, plans, groups, queries.support(scope))
    return found.assign(name=found["name_th"])


def _plans(scope: Scope, table: str) -> pd.DataFrame:
    """Plans with the names of the booklets kept with them."""
    kept = papers(scope)
    kept = kept[kept["register"].eq(table)].groupby("area_code")["file_name"].agg(", ".join)
    plans = queries.register(scope, table)
    names = plans["area_code"].map(kept).astype("string")
    return plans.assign(papers=names, booklet_pdf=names.notna().astype("boolean"))


_MAKERS = {"plans": _plans, "funds": _funds, "communities": _communities}
