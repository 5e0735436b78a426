"""Strengthening plan: team, task and visit for every weak place; projects that never book the same baht twice."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.components.page import page
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.ranking import panels as ranking_panels
from pages.session.scope import Scope
from pages.session.text import t
from pages.strengthening import panels as strengthening_panels

LIST_KEYS = {
    "no_team": "strengthening_list_no_team",
    "teams": "strengthening_list_teams",
    "projects": "strengthening_list_projects",
}


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    method = ranking_controls.method()
    if words := ranking_controls.fault(method):
        with place:
            panels.title(t("view_strengthening"))
            st.warning(words)
        return
    with place, st.spinner(t("ranking_working")):
        units, teams = strengthening_panels.weak_places(scope, chosen, method)
    flagged = strengthening_panels.strong_current(scope, chosen, units)
    inside, stamped = (
        ranking_panels.inside(teams, chosen),
        ranking_panels.stamp(scope, ranking_data.ranked(scope, chosen.fiscal_year, method), method),
    )
    has_classes = units["class"].notna().any()
    named_figures = ranking_panels.told(scope, ranking_data.ranked(scope, chosen.fiscal_year, method), chosen)
    with place:
        panels.title(
            strengthening_panels.strengthening_finding(scope, inside, named_figures, chosen),
            t("note_strengthening") + ranking_panels.undated_note(scope, chosen),
            named_figures,
        )
        if not has_classes:
            panels.empty("strengthening_no_class")
    layer = strengthening_panels.team_layer(units, teams, flagged)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        panels.show_board(scope, layer, panels.choose_map_view(scope), chosen)
    with right:
        panels.layer_legend(layer, chosen.district)
        if has_classes:
            strengthening_panels.team_figures(scope, inside, ranking_panels.inside(flagged, chosen))
            strengthening_panels.send(scope, inside)
    listed = choices.switch("list", t("list"), list(LIST_KEYS), lambda name: t(LIST_KEYS[name]))
    if listed == "projects":
        strengthening_panels.projects(scope, chosen.district, stamped)
    else:
        rows = strengthening_panels.begin_with(scope, chosen, method, inside, flagged)
        strengthening_panels.team_table(
            scope, rows if listed == "teams" else rows[rows["status"].eq("no_team")], stamped, f"strengthening-{listed}"
        )
    ranking_panels.method_note(stamped)
    panels.sources(scope, strengthening_panels.rows_behind(scope, chosen), chosen)


view = page(filters=choices.place_and_time, results=_results)
