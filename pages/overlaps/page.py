"""Overlapping streams: suspected duplication told from designed layering, every pair with its rule and both rows."""

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
    found = overlaps.overlaps(scope, chosen)
    covered = coverage.coverage(scope, chosen.without("agency", "stream"))
    partner = url_state.current().use("partner") if chosen.agency else ""
    pairs = overlap_lists.inside(found.pairs, chosen, partner)
    told = figures.counted(pairs=pairs, by_area=found.by_area)
    with place:
        finding = t(
            "finding_overlaps" if told["suspected_pairs"] else "finding_overlaps_zero",
            pairs=told["suspected_pairs"],
            places=told["suspected_places"],
        )
        note = t("note_overlaps", stake=baht(told["stake"]))
        if unknown := told["unjudged_pairs"]:
            note += t("note_overlaps_unknown", pairs=unknown)
        nothing = queries.support(scope).empty
        panels.title(
            t("view_overlaps") if nothing else finding, note + reported.undated(scope, chosen, " · "), {} if nothing else told
        )  # fmt: skip
        if nothing:
            panels.empty("nothing_loaded")
        if partner:
            overlap_lists.with_partner(scope, chosen, partner)
    layer = layers.overlaps_layer(overlap_lists.by_area(found, pairs, chosen), covered)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        view_ = panels.choose_map_view(scope)
        panels.show_board(scope, layer, view_, chosen)
    with right:
        panels.layer_legend(layer, chosen.district)
        overlap_lists.figures(pairs)
    overlap_lists.show(scope, chosen, pairs)
    support = queries.support(scope)
    panels.sources(scope, support[support["support_id"].isin({*pairs["support_a"], *pairs["support_b"]})], chosen)


view = page(results=_results)
