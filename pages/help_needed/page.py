"""Where help is needed: weak subdistricts, weakest first, with reasons, agencies, team, pilot and cost."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.components.page import page
from pages.help_needed import data
from pages.help_needed import panels as help_panels
from pages.queries import coverage
from pages.queries.query import Query
from pages.questions import questions
from pages.ranking import data as ranking_data
from pages.ranking import panels as ranking_panels
from pages.session.scope import Scope
from pages.session.text import t


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    method = ranking_data.Method()
    with place, st.spinner(t("ranking_working")):
        units, listed = data.weak_places(scope, chosen)
    inside = ranking_panels.inside(listed, chosen)
    has_classes = ranking_panels.inside(units, chosen)["class"].notna().any()
    with place:
        if not has_classes:
            panels.title(t("finding_strengthening_none", all=len(ranking_panels.inside(units, chosen))))
            panels.empty("strengthening_no_class")
        else:
            answer, counted = questions.answer(scope, chosen, "weak_unsupported"), data.told(scope, units, chosen)
            note = t("note_help_needed", weak=counted["weak"], border=counted["weak_border"])
            panels.title(questions.sentence(scope, answer), note, counted)
    layer = help_panels.help_layer(units, listed)
    stamped = ranking_panels.stamp(scope, ranking_data.ranked(scope, chosen.fiscal_year, method), method)
    left, right = st.columns([8, 5], gap="medium")
    with left:  # the list is the main content; on a phone the columns stack, so it must come first
        if has_classes:
            _list(scope, inside, stamped)
    with right if has_classes else left:
        with st.container(key="map-under"):  # legend above the map, so that it is visible beside the list
            panels.layer_legend(layer, chosen.district)
            panels.show_board(scope, layer, panels.choose_map_view(scope), chosen)
        help_panels.ways_on(scope, chosen)
    used = [
        ranking_panels.ranking_sources(scope, chosen.fiscal_year),
        coverage.records(scope, chosen.without("district"))[ranking_panels.SOURCE],
    ]
    panels.sources(scope, pd.concat(used), chosen)


def _list(scope: Scope, inside: pd.DataFrame, stamped: dict[str, str]) -> None:
    parts = [part for part in help_panels.PARTS if scope.viewer.is_team or part not in help_panels.FOR_TEAM]
    part = choices.switch("list", t("list"), parts, lambda name: t(help_panels.LIST_KEYS[name]))
    rows = inside[help_panels.PARTS[part](inside)]
    if rows.empty:
        panels.empty("team_list_empty")
    else:
        help_panels.help_list(scope, rows, stamped)


view = page(filters=choices.place_and_time, results=_results)
