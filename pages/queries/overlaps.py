"""Pairs of supports in one place and period, judged by the rules of ``data/rules``."""

from __future__ import annotations

from geo.overlaps import overlaps as geo_overlaps
from loaders import codes
from pages.queries import store
from pages.queries.coverage import records
from pages.queries.query import Query
from pages.session.cache import cached
from pages.session.scope import Scope


@cached(1)
def rules() -> dict:
    """The overlap rules and co-financing schemes of ``data/rules``, by file name."""
    return {name: codes.rule_file(name) for name in ("overlap", "cofinancing")}


@cached(32)
def overlaps(scope: Scope, query: Query) -> geo_overlaps.Overlaps:
    """Pairs of supports in the same place and period, with their outcome."""
    return geo_overlaps.overlaps(
        records(scope, query.without("district", "agency", "stream", "fiscal_year")),  # a pair is about whole amounts
        rules()["overlap"],
        rules()["cofinancing"],
        fiscal_year=query.fiscal_year,
        cleared=store.clearings(scope).dropna(subset=["support_a", "support_b"]),
    )
