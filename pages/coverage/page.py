"""Coverage by function, agency, stream and level: one map, twin maps, small maps; agencies, villages, baht per head."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.coverage import compare, dimensions
from pages.coverage import lists as coverage_lists
from pages.queries import looks
from pages.queries import store as queries
from pages.session.text import t


def view() -> None:
    """Coverage of every subdistrict."""
    version = queries.version()
    place = st.container()
    choices.filters(version, with_year=(compare.STEP,))
    compare.choose(version)
    choices.results(version, _results, place)


def _results(version: str, chosen: queries.Filters, place: DeltaGenerator) -> None:
    sight = compare.sight(chosen)
    table = looks.coverage(version, sight.look)
    inside = table if not chosen.district else table[table["district_code"] == chosen.district]
    covered = int(inside["status"].eq("covered").sum())
    finding = coverage_lists.finding(version, sight.look, inside)
    if sight.mode == "twin":
        dimension, other = compare.choose_other(version, sight.look)
        finding = coverage_lists.twin_finding(version, sight.look, other, dimension)
        compare.twin(version, sight, dimension, other)
    elif sight.mode == "small":
        dimension = choices.switch("by", t("by"), dimensions.DIMENSIONS, lambda name: t(f"by_{name}"), "theme")
        finding = coverage_lists.least_finding(version, sight.look, dimension) or finding
        compare.small(version, sight, dimension)
    else:
        compare.one(version, sight)
    with place:
        panels.title(finding, panels.completeness(version, chosen) + (t("title_estimated") if sight.look.split else ""))
        if not covered:
            coverage_lists.nothing(version, sight.look)
    coverage_lists.lists(version, sight, inside)
    panels.sources(version, looks.records(version, sight.look), chosen)
