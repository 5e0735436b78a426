"""Function x area: which function reaches which district, what lies open, and who could fill it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.coverage.matrix import matrix
from pages.components import filters as choices
from pages.components import panels
from pages.matrix import panels as cells
from pages.queries import analysis
from pages.queries import store as queries
from pages.session.text import t

MEASURES = ("places", "baht")


def view() -> None:
    """The matrix of districts, or of the subdistricts of one district."""
    version = queries.version()
    place = st.container()
    choices.filters(version)
    choices.results(version, _results, place)


def _results(version: str, chosen: queries.Filters, place: DeltaGenerator) -> None:
    shown = choices.switch("cells", t("cells"), MEASURES, lambda name: t(f"cells_{name}"))
    stacked = analysis.by_theme(version, chosen)
    inside = stacked if not chosen.district else stacked[stacked["district_code"].eq(chosen.district)]
    table = matrix(inside, "subdistrict_code" if chosen.district else "district_code")
    counts = table["status"].value_counts()
    with place:
        blanks = {name: counts.get(name, 0) for name in ("covered", "none", "not_reported")}
        note = f"{t('note_matrix', **blanks, all=len(table))} · {panels.completeness(version, chosen)}"
        panels.title(cells.finding(table), note)
        if queries.support(version).empty:
            panels.empty("nothing_loaded")
    if chosen.district:
        st.page_link(
            st.session_state["_views"]["matrix"],
            label=t("matrix_back"),
            query_params=choices.link_params(district=None, cells=shown),
        )
    cells.legend()
    cells.show(version, chosen, table, shown)
    cells.could_act(version, chosen)
    cells.download(version, chosen, table)
    panels.sources(version, analysis.chosen_support(version, chosen), chosen)
