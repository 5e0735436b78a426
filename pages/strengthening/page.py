"""After the ranking: a team, a task and a day for every weak place; projects that never spend the same baht twice."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import filters as choices
from pages.components import panels
from pages.components.page import page
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.ranking import panels as ranks
from pages.session.scope import Scope
from pages.session.text import t
from pages.strengthening import panels as parts

LISTS = ("no_team", "teams", "projects")


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    method = ranking_controls.method()
    if words := ranking_controls.fault(method):
        with place:
            panels.title(t("view_strengthening"))
            st.warning(words)
        return
    with place, st.spinner(t("ranking_working")):
        units, teams = parts.weak(scope, chosen, method)
    flagged = parts.current(scope, chosen, units)
    inside, stamped = (
        ranks.inside(teams, chosen),
        ranks.stamp(scope, ranking_data.ranked(scope, chosen.fiscal_year, method), method),
    )
    known = units["class"].notna().any()
    with place:
        panels.title(parts.finding(scope, inside, units, chosen), t("note_strengthening"))
        if not known:
            panels.empty("strengthening_no_class")
    layer = parts.layer(units, teams, flagged)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        panels.open_subdistrict(panels.show_map(scope, layer.vector(panels.choose_map_view(scope), chosen)))
    with right:
        panels.legend(layer.styles, layer.counts(chosen.district), layer.marked(chosen.district))
        if known:
            parts.figures(inside, ranks.inside(flagged, chosen))
            parts.send(scope, inside)
    listed = choices.switch("list", t("list"), LISTS, lambda name: t(f"strengthening_list_{name}"))
    if listed == "projects":
        parts.projects(scope, chosen.district, stamped)
    else:
        rows = parts.begin_with(scope, chosen, method, inside, flagged)
        parts.table(
            scope, rows if listed == "teams" else rows[rows["status"].eq("no_team")], stamped, f"strengthening-{listed}"
        )
    ranks.method_note(stamped)
    panels.sources(scope, ranks.basis(scope), chosen)


view = page(filters=choices.place_and_time, results=_results)
