"""Theme x area: which theme reaches which district, which cells are empty, and which agencies could fill them."""

from streamlit.delta_generator import DeltaGenerator

from geo.coverage.matrix import matrix
from pages.components import filters as choices
from pages.components import panels, reported
from pages.components.page import page
from pages.matrix import panels as matrix_panels
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import page_links, url_state
from pages.session.scope import Scope
from pages.session.text import t

MEASURE_KEYS = {"places": "cells_places", "baht": "cells_baht"}


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    shown = choices.switch("cells", t("cells"), list(MEASURE_KEYS), lambda name: t(MEASURE_KEYS[name]))
    stacked = coverage.by_theme(scope, chosen)
    inside = stacked if not chosen.district else stacked[stacked["district_code"].eq(chosen.district)]
    table = matrix(inside, "subdistrict_code" if chosen.district else "district_code")
    counts = table["status"].value_counts()
    with place:
        blanks = {name: counts.get(name, 0) for name in ("covered", "none", "not_reported")}
        key = "note_matrix" if blanks["covered"] or blanks["none"] else "note_matrix_unknown"
        note = f"{t(key, **blanks, all=len(table))} · {reported.line(scope, chosen)}"
        panels.title(matrix_panels.matrix_finding(table), note)
        if queries.support(scope).empty:
            panels.empty("nothing_loaded")
    if chosen.district:
        page_links.link("matrix", t("matrix_back"), url_state.link_params(district=None, cells=shown))
    matrix_panels.matrix_legend()
    matrix_panels.matrix_grid(scope, chosen, table, shown)
    matrix_panels.could_act(scope, chosen)
    matrix_panels.download(scope, chosen, table)
    panels.sources(scope, coverage.records(scope, chosen), chosen)


view = page(results=_results)
