"""Overlapping supports: suspected duplication against designed layering, every pair with its rule and both records."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo import figures
from pages.components import map_layer as layers
from pages.components import panels, reported
from pages.components.page import page
from pages.overlaps import lists as overlap_lists
from pages.queries import coverage, overlaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import url_state
from pages.session.scope import Scope
from pages.session.text import baht, t


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    judged = overlaps.overlaps(scope, chosen)
    covered = coverage.coverage(scope, chosen.without("agency", "stream"))
    partner = url_state.current().use("partner") if chosen.agency else ""
    pairs = overlap_lists.inside(judged.pairs, chosen, partner)
    by_area = overlap_lists.by_area(judged, pairs, chosen)
    named_figures = figures.counted(pairs=pairs, by_area=by_area)
    with place:
        unheard = coverage.records(scope, chosen).empty
        key = "finding_overlaps" if named_figures["suspected_pairs"] else "finding_overlaps_zero"
        finding = t(
            "finding_overlaps_unknown" if unheard else key,
            pairs=named_figures["suspected_pairs"],
            places=named_figures["suspected_places"],
        )
        parts = [t("note_overlaps", stake=baht(named_figures["stake"]))] if named_figures["suspected_pairs"] else []
        parts.append(t("note_overlaps_declared"))
        if unknown := named_figures["unjudged_pairs"]:
            parts.append(t("note_overlaps_unknown", pairs=unknown))
        panels.title(
            finding, " · ".join(parts) + reported.undated(scope, chosen, " · "), {} if unheard else named_figures
        )  # fmt: skip
        if unheard:
            panels.empty("nothing_loaded" if queries.support(scope).empty else "nothing_found")
        if partner:
            overlap_lists.with_partner(scope, chosen, partner)
    layer = layers.overlaps_layer(by_area, covered)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        view_ = panels.choose_map_view(scope)
        panels.show_board(scope, layer, view_, chosen)
    with right:
        panels.layer_legend(layer, chosen.district)
        if not unheard:
            overlap_lists.figures(pairs)
    if not unheard:
        overlap_lists.show(scope, chosen, pairs)
    support = queries.support(scope)
    panels.sources(scope, support[support["support_id"].isin({*pairs["support_a"], *pairs["support_b"]})], chosen)


view = page(results=_results)
