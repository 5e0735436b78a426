"""One subdistrict: support, money, plans, groups, gaps, overlaps, notes, and the source of each row."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.frames import each_row
from pages.components import filters as choices
from pages.components import map_layer as layers
from pages.components import panels, reply_link
from pages.components.names import subdistrict_names
from pages.components.page import page
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import name_of, t, year
from pages.subdistrict import notes
from pages.subdistrict import panels as subdistrict_panels
from pages.subdistrict import print as subdistrict_print


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    names = subdistrict_names(scope)
    listed = [code for code in names if not chosen.district or code.startswith(chosen.district)]
    if st.session_state.get("subdistrict") in names and st.session_state["subdistrict"] not in listed:
        listed = list(names)
    code = choices.choose(
        "subdistrict", t("filter_subdistrict"), ["", *listed], lambda key: names.get(key, t("choose_subdistrict")), ""
    )
    with place:
        if code:
            area = next(each_row(queries.areas(scope, chosen.fiscal_year).query("subdistrict_code == @code")))
            when = year(chosen.fiscal_year) if chosen.fiscal_year else t("all_years")
            panels.title(
                subdistrict_panels.subdistrict_finding(scope, chosen, code, name_of(area)),
                f"{t('prefix_district')}{name_of(area, 'district_name')} · {code} · {when}",
            )
        else:
            panels.title(t("view_subdistrict"), t("choose_subdistrict_long"))
    left, right = st.columns([5, 8] if code else [8, 5], gap="medium")
    with left:
        layer = layers.coverage_of(scope, chosen, "agencies")
        view_ = panels.choose_map_view(scope)
        clicked = panels.show_board(scope, layer, view_, chosen, code or None, 460, opens_card=False, is_zoomed=False)
    with left if code else right:
        panels.layer_legend(layer)
    panels.open_subdistrict(clicked)
    if code:
        with right:
            subdistrict_panels.facts(scope, chosen, code)
            subdistrict_panels.support(scope, chosen, code)
        subdistrict_panels.registers(scope, chosen, code)
        notes.on(scope, "place", code)
        subdistrict_panels.provenance(scope, chosen, code)
        reply_link.fold(scope, "subdistrict", code)
        panels.sources(scope, subdistrict_panels.shown_support(scope, chosen, code), chosen)
        subdistrict_print.print_subdistrict(scope, chosen, code)


view = page(results=_results)
