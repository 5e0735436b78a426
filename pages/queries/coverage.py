"""Records, coverage, roll-up to subdistricts and class bounds under a query, cached per scope and query.

Computed by ``geo`` from the frames of :mod:`pages.queries.store`. Results are shared between sessions: never change
them in place.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from geo.coverage import coverage as cov
from geo.coverage import heard as geo_heard
from geo.coverage.per_head import per_head_of_years
from geo.coverage.roll_up import RolledUp, roll_up, spread
from geo.maps.breaks import class_breaks
from geo.periods import filter_support, periods
from loaders import codes
from pages.queries import store
from pages.queries.query import Query
from pages.session.cache import cached
from pages.session.scope import Scope


@cached(64)
def records(scope: Scope, query: Query) -> pd.DataFrame:
    """Support records that match the query, as stored; a split does not change them."""
    if query.split is not None:
        return records(scope, query.without("split"))
    if query.tier is not None:
        wide = records(scope, query.without("tier"))
        return wide[wide["agency_level"].eq(query.tier).fillna(False).astype(bool)]
    return filter_support(
        store.support(scope), query.fiscal_year, query.agency, query.theme, query.stream, query.district
    )


def _spread(scope: Scope, query: Query) -> pd.DataFrame:
    """Records of the query, with money above the subdistrict level spread by its split."""
    places = store.places(scope, query.fiscal_year)
    return spread(records(scope, query), places.areas, query.split, places.local_governments)


@cached(64)
def rolled(scope: Scope, query: Query) -> RolledUp:
    """Records per subdistrict, and the money of no subdistrict; a split moves money between the two and adds none."""
    places = store.places(scope, query.fiscal_year)
    return roll_up(_spread(scope, query), places.areas, places.local_governments)


def coverage(scope: Scope, query: Query) -> pd.DataFrame:
    """Coverage of every subdistrict. The district filter is ignored: it zooms the map and hides no record."""
    return _coverage(scope, replace(query, district=None))


@cached(16)
def _counted(scope: Scope, fiscal_year: int | None) -> cov.Counted:
    """All records of a year, sorted by place once for all queries of that year."""
    places = store.places(scope, fiscal_year)
    return cov.counted(store.support(scope), places.areas, fiscal_year, places.local_governments)


def _counted_of(scope: Scope, query: Query) -> cov.Counted:
    year = query.fiscal_year
    if query.split is None:
        return _counted(scope, year).only(
            agency_code=query.agency, agency_level=query.tier, theme_code=query.theme, stream_code=query.stream
        )
    places, parts = store.places(scope, year), [_spread(scope, query)]
    if year is not None:
        parts.append(_undated(records(scope, replace(query, fiscal_year=None))))
    return cov.counted(pd.concat(parts), places.areas, year, places.local_governments)


@cached(256)
def _coverage(scope: Scope, query: Query) -> pd.DataFrame:
    places, support = store.places(scope, query.fiscal_year), _counted_of(scope, query)
    table = cov.coverage(
        support,
        places.areas,
        places.villages,
        heard(scope, query),
        fiscal_year=query.fiscal_year,
        local_governments=places.local_governments,
    )
    if query.fiscal_year is not None:
        return table
    return table.assign(per_head_baht=per_head_of_years(support.placed, places.areas, store.population_year).to_numpy())


def heard(scope: Scope, query: Query, register: str = "support") -> pd.DataFrame:
    """Which bases owe a report that the query depends on, and which gave it: the basis of every "none" on the board."""
    return _heard(scope, replace(query, district=None, split=None), register)


@cached(128)
def _heard(scope: Scope, query: Query, register: str) -> pd.DataFrame:
    return geo_heard.heard(
        store.places(scope, query.fiscal_year).areas,
        owed(scope, query, register),
        store.reports(scope, register),
        query.fiscal_year,
        store.years(scope),
        waiting(scope, query, register),
    )


def waiting(scope: Scope, query: Query, register: str = "support") -> pd.DataFrame:
    """Rows at the review desk that may match the query: one row per place that each may be about."""
    rows = store.may_be(scope, register)
    if register != "support":
        return rows
    return geo_heard.may_concern(
        rows, query.fiscal_year, agencies=_agencies(scope, query), stream=query.stream, theme=query.theme
    )


def owed(scope: Scope, query: Query, register: str = "support") -> pd.DataFrame:
    """Expected reports that are asked for and that the query depends on."""
    dues = store.dues(scope, register)
    dues = dues[dues["is_asked"]]
    if register != "support":
        return dues
    agencies = _agencies(scope, query)
    bases = bases_by_theme(scope).get(query.theme, ()) if query.theme else ()
    return geo_heard.bearing_on(dues, agencies=agencies, stream=query.stream, theme=query.theme, theme_bases=bases)


def _agencies(scope: Scope, query: Query) -> list[str] | None:
    """Agencies selected by code or by level; ``None`` = all."""
    if query.agency or not query.tier:
        return [query.agency] if query.agency else None
    agencies = store.code_list(scope, "agency")
    return list(agencies.loc[agencies["level"].eq(query.tier).fillna(False).astype(bool), "code"])


def _undated(support: pd.DataFrame) -> pd.DataFrame:
    return support[periods(support)["basis"].eq("not_known")]


def breaks(scope: Scope, column: str, *queries: Query) -> list[float]:
    """Class bounds of a measure for the maps of these queries, from all years together: a colour means one thing.

    Baht per head summed over all years has bounds of its own: with those of single years nearly all would be in the top
    class.
    """
    wide = {replace(query, district=None, fiscal_year=None) for query in queries}
    over_all = column == "per_head_baht" and any(query.fiscal_year is None for query in queries)
    return _breaks(scope, column, tuple(sorted(wide, key=repr)), over_all)


@cached(256)
def _breaks(scope: Scope, column: str, queries: tuple[Query, ...], over_all: bool) -> list[float]:
    years = [None] if over_all else store.years(scope)
    every_year = [replace(query, fiscal_year=year) for query in queries for year in years]
    columns = [_coverage(scope, query)[column] for query in every_year]
    return class_breaks(pd.concat(columns) if columns else pd.Series(dtype=float), 5)


@cached(64)
def undated(scope: Scope, query: Query) -> pd.DataFrame:
    """Records without date and year: a year filter leaves them out, only "all years" has them."""
    return _undated(records(scope, query.without("fiscal_year")))


def records_without_a_filter(scope: Scope, query: Query) -> dict[str, int]:
    """Number of records with one of the active filters dropped, by filter; tier and split are ignored."""
    query = query.without("tier", "split")
    used = [name for name, value in query.filters.items() if value is not None]
    return {name: len(records(scope, query.without(name))) for name in used}


@cached(16)
def by_theme(scope: Scope, query: Query) -> pd.DataFrame:
    """Coverage per theme (or of the query's theme), stacked, with ``theme_code``."""
    themes = [code for code in theme_codes(scope) if query.theme in (None, code)]
    tables = [coverage(scope, replace(query, theme=theme)).assign(theme_code=theme) for theme in themes]
    return pd.concat(tables, ignore_index=True)


def theme_coverage(scope: Scope, fiscal_year: int | None) -> pd.DataFrame:
    """Coverage of every theme in every subdistrict."""
    return by_theme(scope, Query(fiscal_year))


def theme_codes(scope: Scope) -> list[str]:
    """Codes of the themes in use, in code list order; a retired theme remains while records name it."""
    away = codes.retired("theme") - set(store.support(scope)["theme_code"].dropna())
    return [entry["code"] for entry in codes.themes() if entry["code"] not in away]


@cached(4)
def bases_by_theme(scope: Scope) -> dict[str, list[str]]:
    """Bases that ever reported work on each theme: a theme's "none" waits for the reports that they owe."""
    pairs = store.support(scope)[["theme_code", "base"]].dropna().drop_duplicates().sort_values("base")
    return pairs.groupby("theme_code")["base"].agg(list).to_dict()
