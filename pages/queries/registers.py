"""Entries of the registers of people, groups, communities, funds and plans, as the person asking may see them."""

from __future__ import annotations

import pandas as pd

from geo import registers
from pages.queries import store as queries
from pages.session.cache import cached
from pages.session.scope import Scope


def entries(scope: Scope, name: str) -> pd.DataFrame:
    """Entries of a register with the columns of its definition and those of :mod:`geo.registers`."""
    if name == "people":  # who may see a name is decided there, for each person
        return _keyed(queries.role_holders(scope))
    return _entries(scope, name)


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


_MAKERS = {"funds": _funds, "communities": _communities}
