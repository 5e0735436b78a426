"""The register of areas as of any day: districts, king amphoe (minor districts), and the records in each."""

from datetime import date

import streamlit as st

from loaders.areas import register as areas_register
from loaders.words import CAPITAL
from pages.areas import panels as areas_panels
from pages.components import panels
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import day, t, whole


def view(scope: Scope) -> None:
    """Areas as of a day: another day changes names and districts, never the records."""
    place = st.container()
    areas = queries.area_register(scope)
    if areas.empty:
        with place:
            panels.title(t("view_areas"))
        panels.empty("nothing_found")
        return
    asked = areas_panels.choose_day(areas)
    then, now = areas_register.on_day(areas, asked), areas_register.on_day(areas, date.today())
    counts, table = areas_panels.counts(then), areas_panels.districts(scope, then)
    held = len(queries.placed_records(scope))
    with place:
        panels.title(
            t(
                "finding_areas_capital" if scope.province == CAPITAL else "finding_areas",
                day=day(asked),
                **{kind: whole(number) for kind, number in counts.items()},
            ),
            t("note_areas", records=whole(table["records"].sum()), all=whole(held)) if held else "",
        )
    layer = areas_panels.areas_layer(scope, then, now)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        view_ = panels.choose_map_view(scope)
        panels.show_board(scope, layer, view_)
    with right:
        panels.layer_legend(layer)
        areas_panels.differences(then, now)
    areas_panels.district_table(table)
