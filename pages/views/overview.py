"""The board at one glance: how many agencies stand in each subdistrict, and where nobody does."""

import streamlit as st

from pages.parts import answers, choices, layers, panels, queries
from pages.parts.text import baht, t, whole


def view() -> None:
    """The start page."""
    version = queries.version()
    place = st.container()
    chosen = choices.filters(version)
    table = queries.coverage(version, chosen)
    if queries.chosen_support(version, chosen.without("district")).empty:
        with place:
            panels.title(t("view_overview"), panels.completeness(version, chosen))
        panels.empty("nothing_loaded" if queries.support(version).empty else "nothing_found")
    layer = layers.coverage_layer(table, "agencies", queries.breaks(version, chosen, "agencies"))
    inside = table if not chosen.district else table[table["district_code"] == chosen.district]
    counts = inside["status"].value_counts()
    if len(queries.chosen_support(version, chosen.without("district"))):
        with place:
            words = {"covered": counts.get("covered", 0), "none": counts.get("none", 0), "unknown": counts.get("not_reported", 0)}
            panels.title(t("finding_overview", **words, all=len(inside)), panels.completeness(version, chosen))
    left, right = st.columns([8, 5], gap="medium")
    with left:
        view_ = panels.choose_map_view()
        panels.open_subdistrict(panels.show_map(layer.vector(view_, chosen), "overview"))
    with right:
        panels.figures(_figures(version, chosen, inside))
        panels.legend(layer.styles, layer.counts(chosen.district), layer.marked(chosen.district))
        panels.strip(version, chosen)
        answers.panel(version, chosen)
    panels.sources(version, queries.chosen_support(version, chosen), chosen)


def _figures(version: str, chosen: queries.Filters, inside) -> list[tuple[str, str]]:  # noqa: ANN001 - frame
    placed = queries.rolled(version, chosen).by_subdistrict
    booklets = answers.booklets(version)
    return [
        (t("figure_records"), whole(len(placed))),
        (t("figure_placed_baht"), baht(placed["amount_satang"].sum(min_count=1))),
        (t("figure_agencies"), whole(placed["agency_code"].nunique())),
        (t("figure_population", year=queries.population_year(chosen.fiscal_year) + 543), whole(inside["population"].sum())),
        (t("figure_booklets"), t("of", part=booklets[0], whole=booklets[1])),
    ]
