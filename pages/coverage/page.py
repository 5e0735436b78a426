"""Coverage by theme, agency, stream and agency level on one map, two maps or small maps, by one of three measures."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels, reported
from pages.components.page import page
from pages.coverage import compare, dimensions
from pages.coverage import lists as coverage_lists
from pages.queries import coverage
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import t


def _choices(scope: Scope) -> None:
    choices.filters(scope, with_year=(compare.STEP,))
    compare.choose_comparison(scope)


def _results(scope: Scope, query: Query, place: DeltaGenerator) -> None:
    mode, measure = st.session_state["mode"], st.session_state["measure"]
    table = coverage.coverage(scope, query)
    inside = table if not query.district else table[table["district_code"] == query.district]
    finding = coverage_lists.coverage_finding(scope, query, inside)
    if mode == "twin":
        dimension, other = compare.choose_other(scope, query)
        finding = coverage_lists.twin_finding(scope, query, other, dimension)
        compare.twin_maps(scope, query, measure, dimension, other)
    elif mode == "small":
        dimension = choices.switch(
            "by", t("by"), dimensions.DIMENSIONS, lambda name: t(dimensions.DIMENSION_KEYS[name]), "theme"
        )
        finding = coverage_lists.least_finding(scope, query, dimension) or finding
        compare.small_maps(scope, query, measure, dimension)
    else:
        compare.one_map(scope, query, measure)
    with place:
        panels.title(
            finding,
            reported.line(scope, query) + (t("title_estimated") if query.split else ""),
            {} if query.split or mode in ("twin", "small") else reported.told(inside),
        )
        if not inside["status"].eq("covered").any():
            coverage_lists.nothing(scope, query)
    coverage_lists.lists(scope, query, inside)
    panels.sources(scope, coverage.records(scope, query), query)


view = page(filters=_choices, results=_results)
