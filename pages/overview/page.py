"""The board at one glance, and ten questions: how many agencies stand in each subdistrict, and where nobody does."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo import figures
from geo.frames import known_sum
from pages.components import filters as choices
from pages.components import map_layer as layers
from pages.components import named, panels, reported
from pages.components.names import subdistrict_names
from pages.components.page import page
from pages.overview import questions as overview_questions
from pages.overview import start
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import formatter, t, whole


def _choose_subdistrict(scope: Scope) -> str | None:
    """The subdistrict that "who supports it" asks about."""
    names = {"": t("choose_subdistrict")} | subdistrict_names(scope)
    return choices.choose("subdistrict", t("filter_subdistrict"), list(names), names.__getitem__, "") or None


def _headline_figures(scope: Scope, chosen: Query, inside: pd.DataFrame) -> list[tuple[str, str] | named.Named]:
    """Records, money, agencies, people, booklets; where no base has reported a single place, no count is known."""
    placed = coverage.rolled(scope, chosen).by_subdistrict
    unknown = placed.empty and inside["status"].eq("not_reported").all()
    year = queries.population_year(chosen.fiscal_year) + 543
    told = figures.counted(placed=placed)
    counts = {"placed_records": None, "agencies": None} if unknown else told
    return [
        named.named("placed_records", counts["placed_records"]),
        named.named("placed_money", told["placed_money"] if len(placed) else None),
        named.named("agencies", counts["agencies"]),
        (t("figure_population", year=year), whole(known_sum(inside["population"]))),
        (t("figure_booklets"), overview_questions.booklets(scope)),
    ]


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    table = coverage.coverage(scope, chosen)
    left, right = st.columns([8, 5], gap="medium")
    with right:
        question = overview_questions.choose()
        code = _choose_subdistrict(scope) if question == "who_supports" else None
    given = overview_questions.answer(scope, chosen, question, code) if question else None
    layer = (
        overview_questions.layer_of(given)
        if given
        else layers.coverage_layer(table, "agencies", coverage.breaks(scope, "agencies", chosen))
    )
    inside = table[table["district_code"].eq(chosen.district) | (not chosen.district)]
    empty = coverage.records(scope, chosen.without("district")).empty
    with place:
        start.choose(scope)
        words = (
            overview_questions.sentence(scope, given)
            if given
            else t("view_overview")
            if empty
            else formatter().phrase(reported.finding(scope, chosen, inside))
        )
        told = overview_questions.told(question, given) if given else {} if empty else reported.told(inside)
        panels.title(words, reported.line(scope, chosen), told)
        if empty:
            panels.empty("nothing_loaded" if queries.support(scope).empty else "nothing_found")
    with left:
        view_ = panels.choose_map_view(scope)
        panels.show_board(scope, layer.vector(view_, chosen, given.chosen if given else None))
    with right:
        panels.legend(layer.styles, layer.counts(chosen.district), layer.marked(chosen.district))
        panels.figures(_headline_figures(scope, chosen, inside))
        panels.strip(coverage.rolled(scope, chosen))
    if given:
        overview_questions.listing(scope, question, given)
    panels.sources(scope, overview_questions.sources(scope, chosen, question), chosen)


view = page(results=_results)
