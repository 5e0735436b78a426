"""The rudder: money that can still be re-allocated, the effect of moves, and the proven best re-allocation."""

from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.money.rudder import RudderError
from pages.components import dates, panels, records
from pages.components import filters as choices
from pages.components.page import page
from pages.queries.query import Query
from pages.rudder import data
from pages.rudder import panels as rudder_panels
from pages.session import url_state
from pages.session.scope import Scope
from pages.session.text import t


def _day(scope: Scope, chosen: Query) -> date:
    """Day of the evaluation: from the link, else :func:`pages.rudder.data.usual_day`; a new one goes into the link."""
    usual = data.usual_day(scope, chosen)
    try:
        on = date.fromisoformat(url_state.current().use("steerday", ""))
    except ValueError:
        on = usual
    picked = dates.day_input(t("rudder_day"), f"rudder-day-{on}", on, width=220)
    if picked is not None and picked != on:
        st.session_state["steerday"] = picked.isoformat()
        st.rerun()
    return on


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    with st.container(key="folded"):  # app.css folds it together with the filters on a phone
        days, form = st.columns([1, 6], vertical_alignment="bottom")
    with days:
        on = _day(scope, chosen)
    moves = data.read(url_state.current().use("steer", ""))
    board, parts = data.board(scope, chosen.fiscal_year, on), data.parts(scope, chosen.fiscal_year, on)
    steerable = int(parts["steerable_satang"].sum())
    fault, outcome = None, None
    try:
        outcome = data.outcome(scope, chosen.fiscal_year, on, moves)
    except RudderError as stop:
        fault = stop
    with place:
        words = rudder_panels.moved_words(moves, outcome) if moves and outcome else None
        panels.title(words or rudder_panels.finding(scope, parts, on), rudder_panels.note(parts))
        if fault:
            names = records.stream_names(scope)
            st.warning(t(fault.code, value=names.get(fault.value, fault.value)))
        if parts.empty:
            panels.empty("nothing_loaded")
    if steerable:
        with form:
            rudder_panels.add_move(scope, board, moves, chosen)
    left, right = st.columns([8, 5], gap="medium")
    if outcome is not None:
        layer = rudder_panels.layer(scope, board, outcome, moves)
        with left:
            panels.show_board(scope, layer, panels.choose_map_view(scope), chosen)
        with right:
            panels.layer_legend(layer, chosen.district)
    with right:
        if moves:
            rudder_panels.take_back(moves)
            if outcome:
                rudder_panels.figures(outcome, moves)
            rudder_panels.move_table(scope, moves, rudder_panels.stamp(scope, on))
        if steerable:
            rudder_panels.best_way(scope, chosen, on)
        if scope.viewer.is_team and (moves or steerable):
            rudder_panels.keep(scope, chosen, on, moves)
    if moves and outcome:
        rudder_panels.wish_table(scope, outcome)
    rudder_panels.stream_table(scope, chosen, on)
    rudder_panels.sources(scope, board, chosen)


view = page(filters=choices.place_and_time, results=_results)
