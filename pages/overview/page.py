"""The board: map, legend with headline figures, and the panel of the chosen lens side by side."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo import figures
from geo.frames import known_sum
from pages.components import filters as choices
from pages.components import named, panels, reported
from pages.components.names import subdistrict_names
from pages.components.page import page
from pages.overview import lenses, start
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.questions import questions as overview_questions
from pages.session.scope import Scope
from pages.session.text import t, whole

QUESTIONS = "questions"
LENS_KEYS = {"who": "lens_who", "flows": "lens_flows", "classes": "lens_classes", QUESTIONS: "lens_questions"}


def _choose_lens() -> str:
    """Choose the lens; a link with a question preselects the questions, another lens clears the question."""
    asked = bool(st.session_state.get("question")) and not st.session_state.get("lens")
    lens = choices.switch(
        "lens", t("lens"), (*lenses.LENSES, QUESTIONS), lambda name: t(LENS_KEYS[name]), QUESTIONS if asked else "who"
    )
    if lens != QUESTIONS:
        st.session_state["question"] = ""
    return lens


def _choose_subdistrict(scope: Scope) -> str | None:
    """Choose the subdistrict of the question ``who_supports``."""
    names = {"": t("choose_subdistrict")} | subdistrict_names(scope)
    return choices.choose("subdistrict", t("filter_subdistrict"), list(names), names.__getitem__, "") or None


def _asked(scope: Scope, chosen: Query) -> lenses.Seen:
    """The ten questions: list to choose from, and the answer as finding, map and rows."""
    question = overview_questions.choose()
    overview_questions.show_doors(scope.viewer.is_team)
    if not question:
        return lenses.who(scope, chosen, has_panel=False)
    code = _choose_subdistrict(scope) if question == "who_supports" else None
    answer = overview_questions.answer(scope, chosen, question, code)
    return lenses.Seen(
        overview_questions.layer_of(answer),
        overview_questions.sentence(scope, answer),
        told=overview_questions.told(question, answer),
        question=question,
        chosen=answer.chosen,
        below=lambda: overview_questions.listing(scope, question, answer),
    )


def _headline_figures(scope: Scope, chosen: Query, inside: pd.DataFrame) -> list[tuple[str, str] | named.Named]:
    """Records, money, agencies, people, booklets; without a placed record and any report the counts are unknown."""
    placed = coverage.rolled(scope, chosen).by_subdistrict
    unknown = placed.empty and inside["status"].eq("not_reported").all()
    year = queries.population_year(chosen.fiscal_year) + 543
    named_figures = figures.counted(placed=placed)
    counts = {"placed_records": None, "agencies": None} if unknown else named_figures
    return [
        named.named("placed_records", counts["placed_records"]),
        named.named("placed_money", named_figures["placed_money"] if len(placed) else None),
        named.named("agencies", counts["agencies"]),
        (t("figure_population", year=year), whole(known_sum(inside["population"]))),
        (t("figure_booklets"), overview_questions.booklets(scope)),
    ]


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    table = coverage.coverage(scope, chosen)
    inside = table[table["district_code"].eq(chosen.district) | (not chosen.district)]
    empty = coverage.records(scope, chosen.without("district")).empty
    with st.container(key="board"):
        left, middle, right = st.columns([28, 17, 55], gap="small")
    with right:
        with st.container(horizontal=True, key="lens-row"):
            lens = _choose_lens()
            view_ = panels.choose_map_view(scope, is_on_map=False)
        seen = _asked(scope, chosen) if lens == QUESTIONS else lenses.LENSES[lens](scope, chosen)
        seen.draw()
    with place:
        start.choose(scope)
        words, named_figures = (t("view_overview"), {}) if empty and not seen.question else (seen.finding, seen.told)
        panels.title(words, reported.line(scope, chosen), named_figures)
        if empty:
            panels.empty("nothing_loaded" if queries.support(scope).empty else "nothing_found")
    with left:
        panels.show_board(scope, seen.layer, view_, chosen, seen.chosen)
    with middle:
        seen.legend(chosen)
        with panels.together():
            panels.figures(_headline_figures(scope, chosen, inside))
            panels.strip(coverage.rolled(scope, chosen))
    seen.below()
    panels.sources(scope, overview_questions.sources(scope, chosen, seen.question), chosen)


view = page(results=_results)
