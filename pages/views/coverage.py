"""Coverage by agency, function and stream: agencies, share of villages, baht per head."""

import pandas as pd
import streamlit as st

from pages.parts import choices, layers, panels, queries
from pages.parts import records as rows_
from pages.parts.text import baht, name_of, t, whole

MEASURES = ("agencies", "village_share", "per_head_baht")


def view() -> None:
    """Coverage of every subdistrict."""
    version = queries.version()
    place = st.container()
    chosen = choices.filters(version)
    left, right = st.columns([8, 5], gap="medium")
    with left, st.container(horizontal=True):
        view_ = panels.choose_map_view()
        measure = choices.switch("measure", t("measure"), MEASURES, lambda name: t(f"measure_{name}"))
    table = queries.coverage(version, chosen)
    inside = table if not chosen.district else table[table["district_code"] == chosen.district]
    layer = layers.coverage_layer(table, measure, queries.breaks(version, chosen, measure))
    with place:
        covered = int(inside["status"].eq("covered").sum())
        panels.title(t("finding_coverage", covered=covered, all=len(inside)), panels.completeness(version, chosen))
        if not covered:
            panels.empty()
    with left:
        panels.open_subdistrict(panels.show_map(layer.vector(view_, chosen), "coverage"))
    with right:
        panels.legend(layer.styles, layer.counts(chosen.district), layer.marked(chosen.district))
        panels.strip(version, chosen)
        _figures(inside)
    _table(version, inside, chosen)
    panels.sources(version, queries.chosen_support(version, chosen), chosen)


def _figures(inside: pd.DataFrame) -> None:
    counts = inside["status"].value_counts()
    people = inside.groupby("status")["population"].sum()
    items = [
        (t("people_" + status), whole(people.get(status, 0))) for status in ("covered", "none", "not_reported") if counts.get(status, 0)
    ]
    panels.figures(items)


def _table(version: str, inside: pd.DataFrame, chosen: queries.Filters) -> None:
    names = queries.areas(chosen.fiscal_year).set_index("subdistrict_code")
    rows = inside.assign(
        name=[name_of(names.loc[code]) for code in inside["subdistrict_code"]],
        district=[name_of(names.loc[code], "district_name") for code in inside["subdistrict_code"]],
        words=[t(f"status_{status}") for status in inside["status"]],
        villages_reached=[rows_.village_words(row) for row in inside.itertuples()],
        missing=[rows_.base_words(version, bases) for bases in inside["missing_bases"]],
    ).sort_values(["agencies", "subdistrict_code"], ascending=[False, True])
    columns = {
        "subdistrict_code": t("column_code"),
        "name": t("column_subdistrict"),
        "district": t("column_district"),
        "words": t("column_status"),
        "agencies": t("column_agencies"),
        "villages_reached": t("column_village_share"),
        "amount_satang": t("column_amount"),
        "per_head_baht": t("column_per_head"),
        "missing": t("column_missing_bases"),
    }
    formats = {"amount_satang": baht, "agencies": whole, "per_head_baht": _per_head}
    panels.table(rows, "coverage", columns, formats=formats)


def _per_head(value: object) -> str:
    return t("not_known") if pd.isna(value) else f"{float(value):,.0f}"  # type: ignore[arg-type]
