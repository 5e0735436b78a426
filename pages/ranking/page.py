"""Ranking of communities with its uncertainty: map, weights, explanation, agreed classes; need as a second axis."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.components.names import subdistrict_names
from pages.components.page import page
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.ranking import lists
from pages.ranking import panels as ranking_panels
from pages.session.scope import Scope
from pages.session.text import t

SHOWN_KEYS = {
    "class": "ranking_shown_class",
    "agreed_class": "ranking_shown_agreed_class",
    "axes": "ranking_shown_axes",
}


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    left, right = st.columns([8, 5], gap="medium")
    with right:
        ranking_controls.methods()
        with st.expander(t("ranking_weights")):
            ranking_controls.weights()
        method = ranking_controls.method()
        ranking_controls.presets(scope, method)
    if words := ranking_controls.fault(method):
        with place:
            panels.title(t("view_ranking"))
            st.warning(words)
        return
    with place, st.spinner(t("ranking_working")):
        ranking = ranking_data.ranked(scope, chosen.fiscal_year, method)
        axes = ranking_data.two_axes(scope, chosen.fiscal_year, method)
    reviewed, stamped = (
        ranking_data.reviewed(scope, ranking, chosen.fiscal_year),
        ranking_panels.stamp(scope, ranking, method),
    )
    with place:
        panels.title(
            ranking_panels.ranking_finding(scope, ranking, chosen),
            t("ranking_note") + ranking_panels.undated_note(scope, chosen),
            ranking_panels.told(scope, ranking, chosen),
        )
    with left:
        shown = choices.switch("shown", t("map_shows"), list(SHOWN_KEYS), lambda name: t(SHOWN_KEYS[name]))
        layer = (
            ranking_panels.axes_layer(axes) if shown == "axes" else ranking_panels.class_layer(reviewed.units, shown)
        )
        view_ = panels.choose_map_view(scope)
        if code := panels.show_board(scope, layer, view_, chosen, opens_card=False):
            st.session_state["subdistrict"] = code
    with right:
        ranking_panels.class_legend(layer, chosen.district)
        ranking_panels.class_figures(ranking, reviewed, chosen)
        names = subdistrict_names(scope)
        code = choices.choose(
            "subdistrict", t("ranking_choose"), list(names), names.__getitem__, ranking_panels.weakest(ranking, chosen)
        )
        ranking_panels.why_class(
            scope, ranking, reviewed, method, ranking_data.explained(scope, chosen.fiscal_year, method), code
        )
        ranking_panels.override(scope, ranking, reviewed, chosen, code)
    lists.chosen_list(scope, ranking, reviewed, axes, chosen, method, stamped)
    ranking_panels.method_note(stamped)
    panels.sources(scope, ranking_panels.ranking_sources(scope, chosen.fiscal_year), chosen)


view = page(filters=choices.place_and_time, results=_results)
