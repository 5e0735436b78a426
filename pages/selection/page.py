"""Which subdistricts next: N places under a budget, the proven optimum beside the simple rule, the price of each wish."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.components.page import page
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import panels as ranks
from pages.selection import data as selection_data
from pages.selection import panels as parts
from pages.session.scope import Scope
from pages.session.text import t


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    pick, method = parts.choose(scope), ranking_controls.method()
    if words := ranking_controls.fault(method):
        with place:
            panels.title(t("view_selection"))
            st.warning(words)
        return
    with place, st.spinner(t("selection_working")):
        found = selection_data.candidates(scope, chosen.fiscal_year, method, pick)
        choice = selection_data.solved(scope, chosen.fiscal_year, method, pick)
    stamped = parts.stamp(scope, method, pick)
    with place:
        panels.title(parts.finding(choice, pick), parts.note(pick))
        parts.reasons(scope, choice)
    left, right = st.columns([8, 5], gap="medium")
    with right:
        other, words = parts.beside(scope, choice)
        layer = parts.layer(choice, other, words)
        panels.legend(layer.styles, layer.counts(chosen.district), layer.marked(chosen.district))
        if choice.areas["is_known"].any():
            parts.ways(scope, choice, stamped)
    with left:
        panels.open_subdistrict(panels.show_map(scope, layer.vector(panels.choose_map_view(scope), chosen)))
        parts.saved(scope, choice, pick)
    parts.listed(scope, choice, found, chosen.district, stamped)
    ranks.method_note(stamped)
    panels.sources(scope, parts.basis(scope), chosen)


view = page(filters=choices.place_and_time, results=_results)
