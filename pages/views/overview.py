"""The board at one glance, and ten questions: how many agencies stand in each subdistrict, and where nobody does."""

import pandas as pd
import streamlit as st

from pages.parts import answers, choices, layers, panels, queries
from pages.parts.text import baht, t, whole


def view() -> None:
    """The start page."""
    version = queries.version()
    place = st.container()
    chosen = choices.filters(version)
    table = queries.coverage(version, chosen)
    left, right = st.columns([8, 5], gap="medium")
    with right:
        question = answers.choose()
        code = _subdistrict() if question == "who_supports" else None
    given = answers.answer(version, chosen, question, code) if question else None
    layer = answers.layer_of(given) if given else layers.coverage_layer(table, "agencies", queries.breaks(version, chosen, "agencies"))
    inside = table if not chosen.district else table[table["district_code"] == chosen.district]
    empty = queries.chosen_support(version, chosen.without("district")).empty
    with place:
        words = answers.sentence(version, given) if given else t("view_overview") if empty else _finding(inside)
        panels.title(words, panels.completeness(version, chosen))
        if empty:
            panels.empty("nothing_loaded" if queries.support(version).empty else "nothing_found")
    with left:
        view_ = panels.choose_map_view()
        panels.open_subdistrict(panels.show_map(layer.vector(view_, chosen, given.chosen if given else None), "overview"))
    with right:
        panels.legend(layer.styles, layer.counts(chosen.district), layer.marked(chosen.district))
        panels.figures(_figures(version, chosen, inside))
        panels.strip(version, chosen)
    if given:
        answers.listing(version, question, given)
    panels.sources(version, queries.chosen_support(version, chosen), chosen)


def _subdistrict() -> str | None:
    names = choices.subdistrict_names()
    return choices.choose("subdistrict", t("filter_subdistrict"), ["", *names], lambda key: names.get(key, t("choose_subdistrict")), "") or None


def _finding(inside: pd.DataFrame) -> str:
    counts = inside["status"].value_counts()
    words = {"covered": counts.get("covered", 0), "none": counts.get("none", 0), "unknown": counts.get("not_reported", 0)}
    return t("finding_overview", **words, all=len(inside))


def _figures(version: str, chosen: queries.Filters, inside: pd.DataFrame) -> list[tuple[str, str]]:
    placed = queries.rolled(version, chosen).by_subdistrict
    booklets = answers.booklets(version)
    return [
        (t("figure_records"), whole(len(placed))),
        (t("figure_placed_baht"), baht(placed["amount_satang"].sum(min_count=1))),
        (t("figure_agencies"), whole(placed["agency_code"].nunique())),
        (t("figure_population", year=queries.population_year(chosen.fiscal_year) + 543), whole(inside["population"].sum())),
        (t("figure_booklets"), t("of", part=booklets[0], whole=booklets[1])),
    ]
