"""Coverage by function, agency, stream and level: one map, twin maps, small maps; agencies, villages, baht per head."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.coverage import compare, dimensions
from pages.coverage import lists as coverage_lists
from pages.queries import looks
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import t


def view() -> None:
    """Coverage of every subdistrict."""
    scope = queries.current_scope()
    place = st.container()
    choices.filters(scope, with_year=(compare.STEP,))
    compare.choose(scope)
    choices.results(scope, _results, place)


def _results(scope: Scope, chosen: queries.Filters, place: DeltaGenerator) -> None:
    sight = compare.sight(chosen)
    table = looks.coverage(scope, sight.look)
    inside = table if not chosen.district else table[table["district_code"] == chosen.district]
    covered = int(inside["status"].eq("covered").sum())
    finding = coverage_lists.finding(scope, sight.look, inside)
    if sight.mode == "twin":
        dimension, other = compare.choose_other(scope, sight.look)
        finding = coverage_lists.twin_finding(scope, sight.look, other, dimension)
        compare.twin(scope, sight, dimension, other)
    elif sight.mode == "small":
        dimension = choices.switch("by", t("by"), dimensions.DIMENSIONS, lambda name: t(f"by_{name}"), "theme")
        finding = coverage_lists.least_finding(scope, sight.look, dimension) or finding
        compare.small(scope, sight, dimension)
    else:
        compare.one(scope, sight)
    with place:
        panels.title(finding, panels.completeness(scope, chosen) + (t("title_estimated") if sight.look.split else ""))
        if not covered:
            coverage_lists.nothing(scope, sight.look)
    coverage_lists.lists(scope, sight, inside)
    panels.sources(scope, looks.records(scope, sight.look), chosen)
