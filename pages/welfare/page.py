"""Matching funds: who pays how much for which subdistrict, on what it depends, and what has arrived."""

from dataclasses import replace

import streamlit as st

from pages.components import filters as choices
from pages.components import panels
from pages.queries import store as queries
from pages.session.text import t
from pages.welfare import data as welfare_data
from pages.welfare import panels as parts
from pages.welfare import rules as welfare_rules


def view() -> None:
    """The calculator."""
    version = queries.version()
    place = st.container()
    choice = parts.choose()
    choices.place_and_time(version, timed=False)
    chosen = choices.chosen()
    chosen = chosen.without("district") if choice.basis == "mean" else chosen
    if words := parts.fault(version, choice):
        with place:
            panels.title(t("view_welfare"))
            st.warning(words)
        welfare_rules.rules(version, choice)
        return
    stamped = parts.stamp(version, choice)
    funds = parts.part(welfare_data.money(version, choice), chosen.district)
    with place:
        panels.title(parts.finding(funds, choice, chosen), parts.as_of(choice))
        if funds.by_area.empty:
            panels.empty("welfare_no_places")
    parts.figures(funds, choice)
    welfare_rules.rules(version, choice)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        if choice.basis == "mean":
            panels.empty("welfare_mean_no_map")
        else:
            layer = parts.layer(funds)
            panels.open_subdistrict(panels.show_map(layer.vector(panels.choose_map_view(), chosen)))
    with right:
        if choice.basis != "mean":
            panels.legend(layer.styles, layer.counts(chosen.district), layer.marked(chosen.district))
        parts.shares(version, funds)
        parts.conditions(version, funds, choice, chosen.district)
    parts.payers(version, funds, choice, stamped)
    parts.promises(version, choice, chosen.district, stamped)
    parts.by_place(funds, stamped)
    parts.saved(version, choice, funds)
    panels.sources(version, welfare_data.basis(version), replace(chosen, fiscal_year=welfare_data.year_of(choice)))
