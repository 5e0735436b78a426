"""Money under a query: flows, agreement with community plans, evenness."""

from __future__ import annotations

from datetime import date

import pandas as pd

from geo.money import alignment as geo_alignment
from geo.money import currents, pull
from geo.periods import fiscal_year_bounds
from pages.queries import store
from pages.queries.coverage import coverage, records, rolled
from pages.queries.query import Query
from pages.session.cache import cached
from pages.session.scope import Scope


def asked_on(query: Query) -> date:
    """The day on which records count as ended or not: the last day of the query's year, at most today."""
    return min(fiscal_year_bounds(query.fiscal_year)[1], date.today()) if query.fiscal_year else date.today()


@cached(16)
def flows(scope: Scope, query: Query) -> currents.Currents:
    """Money by stream, agency, theme and district."""
    places = store.places(scope, query.fiscal_year)
    return currents.currents(records(scope, query), places.areas, places.local_governments)


@cached(16)
def alignment(scope: Scope, query: Query) -> pd.DataFrame:
    """Share of each subdistrict's money that meets its community plan (:func:`geo.money.alignment.alignment`)."""
    return geo_alignment.alignment(
        rolled(scope, query.without("district")).by_subdistrict,
        store.register(scope, "plan"),
        store.areas(scope, query.fiscal_year),
    )


@cached(16)
def direction(scope: Scope, query: Query, by: str) -> pd.DataFrame:
    """Money that meets the community's own plan against money that does not, by a column of the records."""
    placed = rolled(scope, query.without("district")).by_subdistrict
    return geo_alignment.direction(geo_alignment.judged(placed, store.register(scope, "plan")), by)


@cached(8)
def pulls(scope: Scope, query: Query) -> pd.DataFrame:
    """Whether each stream's money meets the plans, per place (:func:`geo.money.pull.pulls`)."""
    placed = rolled(scope, query.without("district")).by_subdistrict
    return pull.pulls(geo_alignment.judged(placed, store.register(scope, "plan")))


@cached(8)
def evenness(scope: Scope, query: Query) -> dict:
    """Lorenz curve, Gini and Theil of baht per head; imports its libraries on the first call."""
    from geo.money import equity

    table = coverage(scope, query)
    stated = table["amount_satang"].mask(table["status"].eq("none"), 0)
    placed = table[stated.notna() & (table["population"] > 0)].assign(baht=stated / 100)
    return {
        "curve": equity.lorenz(placed["baht"], placed["population"]),
        "gini": equity.gini_by_people(placed["baht"], placed["population"]),
        "theil": equity.theil(
            equity.per_head(placed["baht"], placed["population"]), placed["district_code"], placed["population"]
        ),
        "known": len(placed),
        "all": len(table),
    }
