"""The nation by province: where there is work on record, who has not reported; a click opens the province's board."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.components.page import page
from pages.nation import data as nation_data
from pages.nation import panels as nation_parts
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import t, year


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    table = nation_data.table(scope, chosen)
    with place:
        when = year(chosen.fiscal_year) if chosen.fiscal_year else t("all_years")
        panels.title(nation_parts.finding(table), t("note_nation", when=when))
    nation_parts.missing_file()
    left, right = st.columns([8, 5], gap="medium")
    with right:
        measure = choices.switch("measure", t("measure"), nation_parts.MEASURES, lambda name: t(f"measure_{name}"))
        layer = nation_parts.layer(scope, table, measure)
        panels.legend(layer.styles, layer.counts())
        nation_parts.notes(scope, chosen, table)
        nation_parts.listing(table)
    with left:
        nation_parts.open_board(nation_parts.show_map(scope, layer))
    nation_parts.sources(scope, chosen)


view = page(filters=nation_parts.filters, results=_results)
