"""The board at one glance, and ten questions: how many agencies stand in each subdistrict, and where nobody does."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import map_layer as layers
from pages.components import panels
from pages.components.page import page
from pages.overview import headline as glance
from pages.overview import questions as overview_questions
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import t


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    table = coverage.coverage(scope, chosen)
    left, right = st.columns([8, 5], gap="medium")
    with right:
        question = overview_questions.choose()
        code = glance.subdistrict(scope) if question == "who_supports" else None
    given = overview_questions.answer(scope, chosen, question, code) if question else None
    layer = (
        overview_questions.layer_of(given)
        if given
        else layers.coverage_layer(table, "agencies", coverage.breaks(scope, "agencies", chosen))
    )
    inside = table[table["district_code"].eq(chosen.district) | (not chosen.district)]
    empty = coverage.records(scope, chosen.without("district")).empty
    with place:
        words = (
            overview_questions.sentence(scope, given)
            if given
            else t("view_overview")
            if empty
            else glance.finding(inside)
        )
        panels.title(words, panels.completeness(scope, chosen))
        if empty:
            panels.empty("nothing_loaded" if queries.support(scope).empty else "nothing_found")
    with left:
        view_ = panels.choose_map_view(scope)
        panels.open_subdistrict(panels.show_map(scope, layer.vector(view_, chosen, given.chosen if given else None)))
    with right:
        panels.legend(layer.styles, layer.counts(chosen.district), layer.marked(chosen.district))
        panels.figures(glance.figures(scope, chosen, inside))
        panels.strip(coverage.rolled(scope, chosen))
    if given:
        overview_questions.listing(scope, question, given)
    panels.sources(scope, coverage.records(scope, chosen), chosen)


view = page(results=_results)
