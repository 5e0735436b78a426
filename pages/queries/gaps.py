"""Need against support: gaps by indicator and theme, demands of plans, agencies in neighbouring areas, clusters."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pandas as pd

from geo.clusters import Method, local_clusters
from geo.coverage import gaps as geo_gaps
from geo.frames import newest_rows
from geo.ranking.criteria import used
from loaders import codes
from pages.queries import store
from pages.queries.coverage import coverage, heard, records, theme_codes
from pages.queries.query import Query
from pages.session.cache import cached
from pages.session.scope import Scope

Bar = Literal["median", "mean", "quarter"]
Per = Literal["rate", "count", "population", "households"]
DIVISORS = {"people": "population", "households": "households"}  # unit of an indicator -> denominator of its rate


@cached(64)
def needs(scope: Scope) -> pd.DataFrame:
    """Indicators of subdistricts: ``subdistrict_code``, ``indicator_code``, ``fiscal_year``, ``value``."""
    return _need_table(scope)[["subdistrict_code", "indicator_code", "fiscal_year", "value"]]


def _need_table(scope: Scope) -> pd.DataFrame:
    table = store.register(scope, "indicator")
    return table[table["area_level"].eq("subdistrict")]


def apart(scope: Scope, indicator: str) -> tuple[int, float]:
    """Municipalities with a figure of this need (the map has no place for them), and the sum of the figures."""
    return geo_gaps.apart(store.register(scope, "indicator"), indicator)


def need_records(scope: Scope, indicator: str) -> pd.DataFrame:
    """Source rows of the figures of one need, with their file."""
    return geo_gaps.need_rows(_need_table(scope), indicator)


def criteria_records(scope: Scope, register: str, fiscal_year: int | None) -> pd.DataFrame:
    """Source rows of a register behind the criteria of the ranking, with their file."""
    rows = _need_table(scope) if register == "indicator" else store.register(scope, register)
    return used(register, rows, fiscal_year)


def theme_of(indicator: str) -> str | None:
    """The theme that meets a need; ``None`` when the indicator names none."""
    return next((entry.get("theme") for entry in codes.indicators() if entry["code"] == indicator), None)


def divisor_of(indicator: str, per: Per) -> Literal["population", "households"] | None:
    """Denominator of a need; ``None`` when it is classed as stated (a count was chosen, or its unit has no rate)."""
    if per == "population" or per == "households":
        return per
    unit = next((entry.get("unit_en") for entry in codes.indicators() if entry["code"] == indicator), None)
    divisor = DIVISORS.get(str(unit)) if per == "rate" else None
    return "population" if divisor == "population" else "households" if divisor else None


@cached(64)
def gaps(scope: Scope, query: Query, indicator: str, per: Per = "rate", bar: Bar = "median") -> pd.DataFrame:
    """Need against support of the need's theme, or of the query's theme (:func:`geo.coverage.gaps.gaps`).

    ``per`` is the denominator (``rate``: people by population, households by households). A need is high from ``bar``
    on; ``quarter`` is the third quartile of the places.
    """
    theme = query.theme or theme_of(indicator)
    table = coverage(scope, Query(query.fiscal_year, query.agency, theme, query.stream))
    divisor = divisor_of(indicator, per)
    threshold = "median" if bar == "quarter" else bar
    by_middle = geo_gaps.gaps(needs(scope), table, indicator=indicator, threshold=threshold, per=divisor)
    if bar != "quarter" or not by_middle["need_measure"].notna().any():
        return by_middle
    quarter = float(by_middle["need_measure"].quantile(0.75))
    return geo_gaps.gaps(needs(scope), table, indicator=indicator, threshold=quarter, per=divisor)


@cached(32)
def gaps_by_theme(scope: Scope, query: Query) -> pd.DataFrame:
    """Reach of each theme, those that leave most people without support first."""
    places = store.places(scope, query.fiscal_year)
    areas = places.areas
    return geo_gaps.gaps_by_theme(
        records(scope, query.without("district", "theme", "fiscal_year")),
        areas[areas["district_code"].eq(query.district)] if query.district else areas,
        places.villages,
        lambda theme: _heard_inside(scope, replace(query, theme=theme)),
        theme_codes(scope),
        fiscal_year=query.fiscal_year,
    )


def _heard_inside(scope: Scope, query: Query) -> pd.DataFrame:
    table = heard(scope, query)
    return table[table.index.str.startswith(query.district)] if query.district else table


@cached(16)
def plan_demands(scope: Scope, query: Query) -> pd.DataFrame:
    """Themes that community plans ask for against the support of that theme."""
    table = geo_gaps.plan_gaps(
        store.register(scope, "plan"),
        records(scope, query.without("district", "theme", "fiscal_year")),
        store.areas(scope, query.fiscal_year),
        lambda theme: heard(scope, replace(query, theme=theme)),
        fiscal_year=query.fiscal_year,
    )
    if query.district:
        table = table[table["subdistrict_code"].str.startswith(query.district)]
    return table[table["theme_code"].eq(query.theme)] if query.theme else table


@cached(8)
def near_agencies(scope: Scope, fiscal_year: int | None) -> dict[tuple[str, str], list[str]]:
    """Agencies active in neighbouring subdistricts, by (subdistrict, theme), those in most neighbours first."""
    table = geo_gaps.neighbouring_agencies(records(scope, Query(fiscal_year)), store.adjacency(scope))
    return table.groupby(["subdistrict_code", "theme_code"])["agency_code"].agg(list).to_dict()


def cluster_records(scope: Scope, query: Query, measure: str) -> pd.DataFrame:
    """Source rows of the measure of :func:`clusters`, with their file."""
    if measure == "per_head_baht":
        return records(scope, query)
    rows = _need_table(scope)
    return newest_rows(rows[rows["indicator_code"].eq(measure) & rows["value"].notna()], "subdistrict_code")


@cached(16)
def clusters(scope: Scope, query: Query, measure: str, method: Method) -> pd.DataFrame:
    """Local clusters of baht per head (``per_head_baht``: "none" is 0, not reported is left out) or of an indicator."""
    if measure == "per_head_baht":
        table = coverage(scope, query).set_index("subdistrict_code")
        values = table["per_head_baht"].mask(table["status"].eq("none"), 0.0).mask(table["status"].eq("not_reported"))
    else:
        latest = cluster_records(scope, query, measure).set_index("subdistrict_code")["value"]
        values = latest.reindex(store.areas(scope, None)["subdistrict_code"])
    return local_clusters(values, store.adjacency(scope), method=method)


def strengths(scope: Scope) -> dict[str, dict]:
    """Indicators of strength that have figures in the store: code -> entry of the code list."""
    present = set(needs(scope)["indicator_code"])
    return {
        entry["code"]: entry
        for entry in codes.indicators()
        if entry["direction"] == "strength" and entry["code"] in present
    }
