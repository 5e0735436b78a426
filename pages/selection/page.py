"""Which subdistricts next: the proven optimum beside a simple rule, and the price of each constraint."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.components.page import page
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import panels as ranking_panels
from pages.selection import data as selection_data
from pages.selection import panels as selection_panels
from pages.session.scope import Scope
from pages.session.text import t


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    pick, method = selection_panels.choose_wishes(scope), ranking_controls.method()
    if words := ranking_controls.fault(method):
        with place:
            panels.title(t("view_selection"))
            st.warning(words)
        return
    with place, st.spinner(t("selection_working")):
        candidates = selection_data.candidates(scope, chosen.fiscal_year, method, pick)
        choice = selection_data.solved(scope, chosen.fiscal_year, method, pick)
    stamped = selection_panels.stamp(scope, method, pick)
    with place:
        panels.title(
            selection_panels.selection_finding(choice, pick),
            selection_panels.worth_note(pick) + ranking_panels.undated_note(scope, chosen),
            selection_panels.told(scope, choice, pick),
        )
        selection_panels.in_force(scope, choice, pick)
        selection_panels.reasons(scope, choice)
    left, right = st.columns([8, 5], gap="medium")
    with right:
        other, words = selection_panels.beside(scope, choice)
        layer = selection_panels.selection_layer(choice, other, words)
        panels.layer_legend(layer, chosen.district)
        if choice.areas["is_known"].any():
            selection_panels.ways(scope, choice, stamped)
    with left:
        panels.show_board(scope, layer, panels.choose_map_view(scope), chosen)
        selection_panels.saved(scope, choice, pick)
    selection_panels.place_list(scope, choice, candidates, chosen.district, method, stamped)
    ranking_panels.method_note(stamped)
    panels.sources(scope, selection_panels.selection_sources(scope, chosen.fiscal_year, pick), chosen)


view = page(filters=choices.place_and_time, results=_results)
