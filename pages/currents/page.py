"""Currents: where the money comes from, through whose hands, for what, and where it ends; and whether it meets the plans."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.currents import panels as money
from pages.queries import analysis
from pages.queries import store as queries
from pages.session.text import baht, t, whole

MAPS = ("alignment", "strong_on_weak")


def view() -> None:
    """The currents of a year."""
    version = queries.version()
    place = st.container()
    choices.filters(version)
    choices.results(version, _results, place)


def _results(version: str, chosen: queries.Filters, place: DeltaGenerator) -> None:
    found = analysis.flows(version, chosen)
    named = found.paths[["stream_code", "agency_code"]].replace("", None)
    with place:
        blanks = {
            "total": baht(found.total_satang),
            "streams": whole(named["stream_code"].nunique()),
            "agencies": whole(named["agency_code"].nunique()),
        }
        panels.title(
            t("finding_currents" if found.total_satang else "finding_currents_zero", **blanks), money.note(found)
        )
        if found.paths.empty:
            panels.empty("nothing_loaded" if queries.support(version).empty else "nothing_found")
    money.flows(version, chosen, found)
    left, right = st.columns([8, 5], gap="medium")
    with left, st.container(horizontal=True):
        view_ = panels.choose_map_view()
        shown = choices.switch("shown", t("map_shows"), MAPS, lambda name: t(f"shown_{name}"))
    layer = money.alignment_layer(version, chosen) if shown == "alignment" else money.strong_layer(version, chosen)
    with left:
        panels.open_subdistrict(panels.show_map(layer.vector(view_, chosen)))
    with right:
        money.alignment_words(version, chosen) if shown == "alignment" else money.strong_words(version, chosen)
        panels.legend(layer.styles, layer.counts(chosen.district))
        panels.strip(version, chosen)
    money.tables(version, chosen, shown)
    money.history(version, chosen)
    money.evenness(version, chosen)
    panels.sources(version, analysis.chosen_support(version, chosen), chosen)
