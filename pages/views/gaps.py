"""Need against support: where need is high and nobody is known to help; what is not known stays apart."""

import pandas as pd
import streamlit as st

from geo.gaps import who_could_act
from pages.parts import choices, layers, panels, queries
from pages.parts import records as rows_
from pages.parts.text import name_of, t, whole


def view() -> None:
    """Gaps for one need."""
    version = queries.version()
    place = st.container()
    chosen = choices.filters(version)
    listed = choices.need_names(version)
    if not listed:
        panels.title(t("view_gaps"))
        panels.empty("no_needs")
        return
    left, right = st.columns([8, 5], gap="medium")
    with left, st.container(horizontal=True, vertical_alignment="bottom"):
        view_ = panels.choose_map_view()
        need = choices.choose("need", t("filter_need"), list(listed), listed.__getitem__)
    table = queries.gaps(version, chosen, need)
    inside = table if not chosen.district else table[table["district_code"] == chosen.district]
    layer = layers.gaps_layer(table)
    theme = choices.theme_names()[chosen.theme or queries.theme_of(need) or "hardship"]
    with place:
        found = inside["quadrant"].value_counts()
        known = int(inside["need_value"].notna().sum())
        panels.title(
            t("finding_gaps", gaps=found.get("gap", 0), theme=theme, need=listed[need]),
            t("note_gaps", known=known, all=len(inside), unknown=found.get("unknown_support", 0)),
        )
    with left:
        panels.open_subdistrict(panels.show_map(layer.vector(view_, chosen), "gaps"))
    with right:
        panels.legend(layer.styles, layer.counts(chosen.district), layer.marked(chosen.district))
    _table(version, chosen, inside[inside["quadrant"] == "gap"], chosen.theme or queries.theme_of(need) or "hardship")
    panels.sources(version, queries.register(version, "indicator").query("indicator_code == @need"), chosen)


def _table(version: str, chosen: queries.Filters, rows: pd.DataFrame, theme: str) -> None:
    st.html(f"<b>{t('gaps_list')}</b>")
    if rows.empty:
        panels.empty("no_gaps")
        return
    names = queries.areas(chosen.fiscal_year).set_index("subdistrict_code")
    records = queries.chosen_support(version, queries.Filters(chosen.fiscal_year))
    agencies = rows_.agency_names(version)
    acting = [
        [agencies.get(agency, agency) for agency in who_could_act(records, queries.adjacency(), code, theme)["agency_code"].head(3)]
        for code in rows["subdistrict_code"]
    ]
    shown = rows.assign(
        name=[name_of(names.loc[code]) for code in rows["subdistrict_code"]],
        district=[name_of(names.loc[code], "district_name") for code in rows["subdistrict_code"]],
        could_act=[", ".join(found) or t("nobody_near") for found in acting],
    )
    columns = {"name": t("column_subdistrict"), "district": t("column_district"), "need_value": t("column_need"),
               "population": t("column_population"), "could_act": t("column_could_act")}  # fmt: skip
    panels.table(shown, "gaps", columns, formats={"need_value": whole, "population": whole})
