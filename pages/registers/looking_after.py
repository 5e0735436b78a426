"""Rooms ``looking_after`` and ``target``: places, groups and themes that nobody looks after; targets beside plans."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo import looking_after
from geo.maps.board import ClassStyle
from geo.maps.palette import CALL, ROLES
from pages.components import map_layer as layers
from pages.components import panels, records
from pages.queries import registers as register_queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import t, whole

SHOWN = ("nobody", "entries")
MATCH_KEYS = {
    looking_after.MEETS: "target_meets",
    looking_after.NOT_ASKED: "target_not_asked",
    looking_after.NO_PLAN: "target_no_plan",
    looking_after.NO_TARGET: "target_no_target",
}
CARE_KEYS = {
    looking_after.NOBODY: "care_nobody",
    looking_after.NOT_KNOWN: "care_not_known",
    looking_after.ABOVE: "care_above",
}
LETTERS = {looking_after.PLACE: "p", looking_after.PART: "g", looking_after.ABOVE: "a", looking_after.NOBODY: "n", looking_after.NOT_KNOWN: "u"}  # fmt: skip


def layer(scope: Scope) -> layers.Choropleth:
    """Map of who looks after each subdistrict; those without anybody have the most striking colour."""
    table = register_queries.looked_after(scope)
    styles = {
        "n": ClassStyle(CALL[2], "care_nobody"),
        "a": ClassStyle(CALL[1], "care_above"),
        "g": ClassStyle(ROLES["scale1"], "care_part"),
        "p": ClassStyle(ROLES["scale3"], "care_place"),
        "u": layers.not_known_style("care_not_known"),
    }
    return layers.Choropleth(styles, table["subdistrict_code"], table["status"].map(LETTERS), table["entries"], "unit_entries")  # fmt: skip


def finding(scope: Scope, chosen: Query) -> tuple[str, str]:
    """Sentence and note: number of subdistricts by status, first of those nobody looks after."""
    table = _here(register_queries.looked_after(scope), chosen)
    number = table["status"].value_counts()
    words = {name: whole(int(number.get(name, 0))) for name in looking_after.STATUSES}
    return t("finding_looking_after_nobody", all=whole(len(table)), **words), t("note_looking_after", **words)


def _here(table: pd.DataFrame, chosen: Query) -> pd.DataFrame:
    return table[table["subdistrict_code"].str.startswith(chosen.district)] if chosen.district else table


def panel(scope: Scope, chosen: Query) -> None:
    """Lists of places, groups and themes that nobody looks after."""
    table = _here(register_queries.looked_after(scope), chosen)
    open_ = table[table["status"].isin([looking_after.NOBODY, looking_after.NOT_KNOWN, looking_after.ABOVE])]
    place = panels.unfolded("nobody-places", t("care_places_without", places=whole(len(open_))))
    if place is not None:
        with place:
            shown = open_.assign(
                place=[records.place_words(scope, code) for code in open_["subdistrict_code"]],
                status=[t(CARE_KEYS[status]) for status in open_["status"]],
            ).sort_values("status")
            panels.table(shown, "nobody-places", {"subdistrict_code": t("column_code"), "place": t("entry_place"), "status": t("column_status")})  # fmt: skip
    groups = register_queries.groups_without(scope)
    groups = groups[groups["district_code"].eq(chosen.district).fillna(False)] if chosen.district else groups
    if groups.empty and register_queries.entries(scope, "groups").empty:
        place = None  # without any known group there is nothing to list
    else:
        place = panels.unfolded("nobody-groups", t("care_groups_without", groups=whole(len(groups))))
    if place is not None:
        with place:
            shown = groups.assign(place=[records.place_words(scope, code) for code in groups["area_code"]])
            columns = {"organisation_name": t("entry_organisation_name"), "place": t("entry_place")}
            panels.table(shown, "nobody-groups", columns)
    functions = register_queries.functions_without(scope)
    if functions:
        st.caption(t("care_functions_without", functions=records.theme_words(",".join(functions))))


def targets(scope: Scope, chosen: Query) -> None:
    """Targets of departments beside the plans of the place, one row per subdistrict and theme."""
    table = _here(register_queries.targets_beside_plans(scope), chosen)
    number = table["match"].value_counts()
    panels.figures([(t(key), whole(int(number.get(match, 0)))) for match, key in MATCH_KEYS.items()])
    agency_names = records.agency_names(scope)
    shown = table.assign(
        place=[records.place_words(scope, code) for code in table["subdistrict_code"]],
        theme=[records.theme_words(code) for code in table["theme_code"]],
        agencies=[", ".join(agency_names.get(agency, agency) for agency in str(codes).split(",")) if isinstance(codes, str) else "" for codes in table["agencies"]],
        match=[t(MATCH_KEYS[match]) for match in table["match"]],
    )  # fmt: skip
    columns = {"place": t("entry_place"), "theme": t("filter_theme"), "agencies": t("target_agencies"), "targets": t("target_targets"),
               "finished": t("target_finished"), "askers": t("target_askers"), "match": t("target_match")}  # fmt: skip
    panels.table(shown, "targets-beside-plans", columns, 420)
