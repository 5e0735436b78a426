"""Money flows: stream, agency, theme and place of the money, whether it meets community plans, how fast it is paid."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels, reported
from pages.components.page import page
from pages.currents import panels as currents_panels
from pages.currents import pull, speed
from pages.queries import coverage, money
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import baht, t, whole

RIBBONS = "ribbons"
SHOWN_KEYS = {
    "money": "shown_money", "alignment": "shown_alignment", "strong_on_weak": "shown_strong_on_weak", "speed": "shown_speed",
    "pull": "shown_pull", RIBBONS: "shown_ribbons",
}  # fmt: skip
LAYERS = {
    "money": currents_panels.money_layer,
    "alignment": currents_panels.alignment_layer,
    "strong_on_weak": currents_panels.strong_layer,
    "speed": speed.layer,
    "pull": pull.layer,
}
WORDS = {
    "money": currents_panels.money_words,
    "alignment": currents_panels.alignment_words,
    "strong_on_weak": currents_panels.strong_words,
    "speed": speed.words,
    "pull": pull.words,
}
TABLES = {
    "money": currents_panels.money_table,
    "alignment": currents_panels.alignment_table,
    "strong_on_weak": currents_panels.strong_table,
    "speed": speed.table,
    "pull": pull.tables,
}


def _map(scope: Scope, chosen: Query, shown: str, view_: str) -> None:
    """Map with its sentence and table; the short table of sums per agency goes beside the map, longer ones below."""
    layer = LAYERS[shown](scope, chosen)
    with st.container(key="board"):
        left, right = st.columns([8, 5], gap="medium")
    with left:
        panels.show_board(scope, layer, view_, chosen)
    with right:
        WORDS[shown](scope, chosen)
        if shown == "money":
            TABLES[shown](scope, chosen)
        panels.layer_legend(layer, chosen.district)
        panels.strip(coverage.rolled(scope, chosen))
    if shown != "money":
        TABLES[shown](scope, chosen)


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    flows = money.flows(scope, chosen)
    named = flows.paths[["stream_code", "agency_code"]].replace("", None)
    with place:
        blanks = {
            "total": baht(flows.total_satang),
            "streams": whole(named["stream_code"].nunique()),
            "agencies": whole(named["agency_code"].nunique()),
        }
        panels.title(
            t("finding_currents" if flows.total_satang else "finding_currents_zero", **blanks),
            currents_panels.left_out_note(flows) + reported.undated(scope, chosen, " · " if len(flows.paths) else ""),
        )
        if flows.paths.empty:
            panels.empty("nothing_loaded" if queries.support(scope).empty else "nothing_found")
    with st.container(horizontal=True, key="lens-row"):
        ways = [*LAYERS, RIBBONS]
        shown = choices.switch("shown", t("map_shows"), ways, lambda name: t(SHOWN_KEYS[name]))
        view_ = panels.choose_map_view(scope, is_on_map=False) if shown != RIBBONS else ""
    if shown == RIBBONS:
        currents_panels.flows(scope, chosen, flows)
    else:
        _map(scope, chosen, shown, view_)
    currents_panels.history(scope, chosen)
    currents_panels.evenness(scope, chosen)
    panels.sources(scope, coverage.records(scope, chosen), chosen)


view = page(results=_results)
