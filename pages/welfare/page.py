"""Matching funds: who pays how much for which subdistrict, under which conditions, and what was received."""

from dataclasses import replace

import streamlit as st

from pages.components import filters as choices
from pages.components import panels
from pages.session.scope import Scope
from pages.session.text import t
from pages.welfare import data as welfare_data
from pages.welfare import panels as welfare_panels
from pages.welfare import rules as welfare_rules


def view(scope: Scope) -> None:
    """Draw the calculator; with impossible numbers only the rules, to correct them."""
    place = st.container()
    choice = welfare_panels.choose_scheme(scope)
    choices.place_and_time(scope, timed=False)
    choices.say_chosen(scope)
    chosen = choices.chosen()
    chosen = chosen.without("district") if choice.basis == "mean" else chosen
    if words := welfare_panels.fault(scope, choice):
        with place:
            panels.title(t("view_welfare"))
            st.warning(words)
        welfare_rules.rules(scope, choice)
        return
    stamped = welfare_panels.stamp(scope, choice)
    funds = welfare_panels.part(welfare_data.money(scope, choice), chosen.district)
    with place:
        panels.title(
            welfare_panels.welfare_finding(scope, funds, choice, chosen),
            welfare_panels.as_of(choice) + welfare_panels.undated_note(scope, choice, chosen),
        )
        if funds.by_area.empty:
            panels.empty("welfare_no_places")
    welfare_panels.fund_figures(funds, choice)
    welfare_rules.rules(scope, choice)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        if choice.basis == "mean":
            panels.empty("welfare_mean_no_map")
        else:
            layer = welfare_panels.fund_layer(scope, funds)
            panels.show_board(scope, layer, panels.choose_map_view(scope), chosen)
    with right:
        if choice.basis != "mean":
            panels.layer_legend(layer, chosen.district)
        welfare_panels.shares(scope, funds)
        welfare_panels.conditions(scope, funds, choice, chosen.district)
    welfare_panels.payers(scope, funds, choice, stamped)
    welfare_panels.promises(scope, choice, chosen.district, stamped)
    welfare_panels.by_place(scope, funds, stamped)
    welfare_panels.saved(scope, choice, funds)
    panels.sources(
        scope,
        welfare_data.fund_sources(scope, choice, chosen.district),
        replace(chosen, fiscal_year=welfare_data.year_of(choice)),
    )
