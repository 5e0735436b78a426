"""Dimensions that maps are compared by (year, theme, agency, stream, agency level) with their values in words."""

from __future__ import annotations

import pandas as pd

from geo.coverage.per_head import known_places, rate_of
from pages.components import records as rows_
from pages.components.names import theme_names
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import cached_words, t, year

DIMENSION_KEYS = {
    "theme": "by_theme",
    "agency": "by_agency",
    "stream": "by_stream",
    "tier": "by_tier",
    "year": "by_year",
}
DIMENSIONS = tuple(DIMENSION_KEYS)
TIER_KEYS = {"local": "tier_local", "provincial": "tier_provincial", "central": "tier_central"}
MOST = 24  # small maps on a page; with more, each is too small to read


@cached_words(64)
def dimension_values(scope: Scope, dimension: str) -> dict[str, str]:
    """Values of a dimension present in the store, code -> words; agencies and streams by number of records."""
    scope = scope.in_language(None)
    if dimension == "theme":
        names = theme_names()
        return {code: names[code] for code in coverage.theme_codes(scope)}
    if dimension == "year":
        return {str(number + 543): year(number) for number in sorted(queries.years(scope))}
    if dimension == "tier":
        present = set(queries.support(scope)["agency_level"].dropna())
        return {tier: t(key) for tier, key in TIER_KEYS.items() if tier in present}
    names = rows_.agency_names(scope) if dimension == "agency" else rows_.stream_names(scope)
    counted = queries.support(scope)[f"{dimension}_code"].value_counts()
    return {str(code): names.get(str(code), str(code)) for code in counted.index}


def breakdown(scope: Scope, query: Query, dimension: str) -> pd.DataFrame:
    """One row per value of a dimension within the chosen district, most covered first (years in order).

    Columns: subdistricts by status (``covered``, ``none``, ``not_reported``, of ``all``), ``village_part`` (share 0-1
    of villages covered, in reported subdistricts), ``amount_satang``, ``per_head_baht``, ``incomplete`` (subdistricts
    with records without an amount).
    """
    rows = []
    for value, name in dimension_values(scope, dimension).items():
        table = coverage.coverage(scope, query.at(dimension, value))
        inside = table if not query.district else table[table["district_code"] == query.district]
        counts = inside["status"].value_counts()
        with_rate = known_places(inside)
        reported = inside[inside["status"].isin(["covered", "none"])]  # not reported must not count as zero villages
        rows.append(
            {
                "value": value,
                "name": name,
                "all": len(inside),
                **{status: int(counts.get(status, 0)) for status in ("covered", "none", "not_reported")},
                "village_part": reported["covered_villages"].sum() / reported["villages"].sum()
                if reported["villages"].sum()
                else pd.NA,
                "whole_places": int(reported["whole_subdistrict"].sum()),
                "amount_satang": inside["amount_satang"].sum(min_count=1),
                "per_head_baht": rate_of(inside),
                "per_head_places": f"{len(with_rate):,} / {len(inside):,}",
                "incomplete": int(inside["supports_without_amount"].gt(0).sum()),
            }
        )
    table = pd.DataFrame(
        rows,
        columns=[
            "value",
            "name",
            "all",
            "covered",
            "none",
            "not_reported",
            "village_part",
            "whole_places",
            "amount_satang",
            "per_head_baht",
            "per_head_places",
            "incomplete",
        ],
    )
    return (
        table
        if dimension == "year"
        else table.sort_values(["covered", "name"], ascending=[False, True], ignore_index=True)
    )
