"""One agency: where it works, its themes and partners, the gaps next to it, completeness of its data, its records."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.agency import panels as agency_panels
from pages.agency import print as agency_print
from pages.components import map_layer as layers
from pages.components import named, panels, reply_link, reported
from pages.components import records as rows_
from pages.components.page import page
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import baht, t


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    if not chosen.agency:
        with place:
            is_empty = queries.support(scope).empty
            panels.title(agency_panels.agency_finding(scope, chosen), "" if is_empty else t("choose_agency_long"))
            if is_empty:
                panels.empty("nothing_loaded")
        agency_panels.agencies(scope, chosen)
        return
    name = rows_.agency_names(scope).get(chosen.agency, chosen.agency)
    own = coverage.records(scope, chosen)
    with place:
        figure_values = agency_panels.told(scope, chosen)
        blanks = {
            "agency": name,
            "covered": figure_values["covered"],
            "all": figure_values["subdistricts"],
            "amount": baht(figure_values["money"]),
        }
        if agency_panels.is_not_known(scope, chosen):
            panels.title(t("finding_agency_not_known", agency=name), reported.line(scope, chosen))
        else:
            panels.title(t("finding_agency", **blanks), reported.line(scope, chosen), figure_values)
        agency_panels.mine(chosen)
        if own.empty:
            panels.empty()
    left, right = st.columns([8, 5], gap="medium")
    with left:
        view_, layer = (
            panels.choose_map_view(scope),
            layers.coverage_of(scope, chosen, "per_head_baht"),
        )
        panels.show_board(scope, layer, view_, chosen)
    with right:
        panels.figures([named.named(code, figure_values[code]) for code in agency_panels.FIGURES])
        panels.layer_legend(layer, chosen.district)
        panels.strip(coverage.rolled(scope, chosen))
        agency_panels.completeness(scope, chosen)
        agency_panels.link()
    agency_panels.themes(own)
    agency_panels.partners(scope, chosen)
    agency_panels.gaps(scope, chosen)
    agency_panels.sheet(scope, chosen, own)
    reply_link.fold(scope, "agency", chosen.agency, chosen.agency)
    panels.sources(scope, own, chosen)
    agency_print.print_agency(scope, chosen, name, own)


view = page(results=_results)
