"""A, B, C of the community side with its uncertainty: map, weights, why, override; need as a second axis, never added in."""

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
from pages.ranking import panels as parts
from pages.session.scope import Scope
from pages.session.text import t

SHOWN = ("class", "agreed_class", "axes")


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
    reviewed, stamped = ranking_data.reviewed(scope, ranking, chosen.fiscal_year), parts.stamp(scope, ranking, method)
    with place:
        panels.title(parts.finding(scope, ranking, chosen), t("ranking_note"))
    with left:
        with st.container(horizontal=True):
            view_ = panels.choose_map_view(scope)
            shown = choices.switch("shown", t("map_shows"), SHOWN, lambda name: t(f"ranking_shown_{name}"))
        layer = parts.axes_layer(axes) if shown == "axes" else parts.class_layer(reviewed.units, shown)
        if code := panels.show_map(scope, layer.vector(view_, chosen)):
            st.session_state["subdistrict"] = code
    with right:
        parts.legend(layer, chosen.district)
        parts.figures(ranking, reviewed, chosen)
        names = subdistrict_names(scope)
        code = choices.choose(
            "subdistrict", t("ranking_choose"), list(names), names.__getitem__, parts.weakest(ranking, chosen)
        )
        parts.why(scope, ranking, reviewed, ranking_data.explained(scope, chosen.fiscal_year, method), code)
        parts.override(scope, ranking, reviewed, chosen, code)
    lists.shown(scope, ranking, reviewed, axes, chosen, method, stamped)
    parts.method_note(stamped)
    panels.sources(scope, parts.basis(scope), chosen)


view = page(filters=choices.place_and_time, results=_results)
