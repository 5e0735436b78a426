"""The nation by province: where there are records, which have not reported; a click opens the province's board."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.components.page import page
from pages.nation import data as nation_data
from pages.nation import panels as nation_panels
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import t, year


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    table = nation_data.province_table(scope, chosen)
    with place:
        when = year(chosen.fiscal_year) if chosen.fiscal_year else t("all_years")
        panels.title(nation_panels.nation_finding(table), t("note_nation", when=when))
    nation_panels.missing_file()
    left, right = st.columns([8, 5], gap="medium")
    with right:
        measure = choices.switch(
            "measure", t("measure"), list(nation_panels.MEASURE_KEYS), lambda name: t(nation_panels.MEASURE_KEYS[name])
        )
        layer = nation_panels.province_layer(scope, table, measure)
        panels.layer_legend(layer)
        nation_panels.notes(scope, chosen, table)
        nation_panels.joined(scope)
        nation_panels.listing(table)
    with left:
        nation_panels.open_board(nation_panels.show_map(scope, layer))
    nation_panels.sources(scope, chosen)


view = page(filters=nation_panels.filters, results=_results)
