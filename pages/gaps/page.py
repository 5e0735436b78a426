"""Need against support: where need is high and nobody is known to help; unknown places are a class of their own."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo import figures
from geo.clusters import LEVEL
from geo.coverage.gaps import only_above
from pages.components import filters as choices
from pages.components import map_layer as layers
from pages.components import panels, reported
from pages.components.names import need_names, theme_names
from pages.components.page import page
from pages.components.registers import layer as register_layer
from pages.gaps import lists as gap_lists
from pages.queries import coverage, gaps
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import percent, t


def _choices(scope: Scope) -> None:
    choices.filters(scope)
    if listed := need_names(scope):
        gap_lists.choose_view(scope, listed)


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    listed = need_names(scope)
    if not listed:
        with place:
            panels.title(gap_lists.least_reached(scope, chosen), reported.line(scope, chosen))
        gap_lists.without_needs(scope, chosen)
        panels.sources(scope, coverage.records(scope, chosen), chosen)
        return
    state = st.session_state
    mode = state["mode"]
    if mode == "clusters":
        measure = state["hint"]
        clusters = gaps.clusters(scope, chosen.without("district"), measure, state["method"])
        layer = layers.clusters_layer(clusters, "unit_per_head_baht" if measure == "per_head_baht" else "unit_sign")
        values = {}
        finding, note = gap_lists.cluster_finding(scope, layer.counts(chosen.district), measure), t("note_clusters")
    else:
        need, per, bar = state["need"], state["per"], state["bar"]
        table = gaps.gaps(scope, chosen, need, per, bar)
        inside = table if not chosen.district else table[table["district_code"] == chosen.district]
        theme = chosen.theme or gaps.theme_of(need) or "hardship"
        layer = layers.gaps_layer(table)
        counts = inside["quadrant"].value_counts()
        values = {code: figures.count(code, gaps=inside) for code in ("gap", "gap_above", "gap_unknown", "need_known")}
        finding = gap_lists.gaps_finding(counts, theme_names()[theme], listed[need], only_above(inside))
        note = t(
            "note_gaps_bar",
            measured=values["need_known"],
            all=len(inside),
            bar=t(gap_lists.BAR_KEYS[bar]),
            per=t(f"per_by_{gaps.divisor_of(need, per) or 'count'}"),
            unknown=counts.get("unknown_support", 0),
        )
    with place:
        asked = chosen if mode == "clusters" else replace(chosen, theme=theme)
        panels.title(finding, f"{note} · {reported.line(scope, asked)}", values)
    layer = register_layer.over(scope, layer)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        panels.show_board(scope, layer, panels.choose_map_view(scope), chosen)
    with right:
        panels.layer_legend(layer, chosen.district)
        register_layer.note(scope)
        if mode == "clusters":
            st.warning(t("cluster_caution", level=percent(LEVEL), tests=int(clusters["p_value"].notna().sum())))
    if mode == "clusters":
        gap_lists.clusters(scope, chosen, clusters, measure)
        panels.sources(scope, gaps.cluster_records(scope, chosen.without("district"), measure), chosen)
        return
    gap_lists.chosen_list(scope, chosen, inside, need, theme)
    panels.sources(scope, gap_lists.gaps_sources(scope, chosen, need, theme), chosen)


view = page(filters=_choices, results=_results)
