"""Panels of the nation page: filters, map, list, money without a province; chooser of the province in the header."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from geo.frames import each_row
from geo.maps.board import ClassStyle
from geo.maps.breaks import class_breaks
from geo.maps.palette import NONE
from geo.statuses import NOTHING
from loaders.boundaries import find as boundaries
from loaders.boundaries import nation
from pages.components import filters as choices
from pages.components import map_layer as layers
from pages.components import panels, records
from pages.components.filters import ALL, choose
from pages.components.names import names_among, offered, province_names, theme_names
from pages.nation import data as nation_data
from pages.queries import map_files as geometry
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import fragments, page_links, url_state
from pages.session.scope import Scope
from pages.session.text import baht, day, language, safe, t, whole, year

MEASURE_KEYS = {"agencies": "measure_agencies", "amount_baht": "measure_amount_baht"}
WAY_KEYS = {"copy": "nation_way_copy", "live": "nation_way_live", "package": "nation_way_package"}


def filters(scope: Scope) -> None:
    """Filters with values of all provinces; the keys equal those of a province's pages, so a choice carries over."""
    choices.folded(("year", "theme", "agency", "stream"))
    with (
        fragments.redraws(fragments.RESULTS),
        st.container(horizontal=True, vertical_alignment="bottom", key="filters"),
    ):
        usual = nation_data.usual_year(scope)
        listed = [str(fiscal_year + 543) for fiscal_year in nation_data.years(scope)]
        choose("year", t("filter_year"), [*listed, ALL], lambda text: year(int(text) - 543) if text else t("all_years"),
               str(usual + 543) if usual else ALL)  # fmt: skip
        themes = offered(theme_names(), "theme", nation_data.present(scope, "theme"))
        choose("theme", t("filter_theme"), [ALL, *themes], lambda code: themes.get(code, t("all_themes")), ALL)
        for name in ("agency", "stream"):
            _coded(scope, name)


def _coded(scope: Scope, name: str) -> None:
    present = nation_data.present(scope, name)
    names = names_among(nation_data.code_list(scope, name), present)
    label, everything = (t("filter_agency"), t("all_agencies")) if name == "agency" else (t("filter_stream"), t("all_streams"))  # fmt: skip
    choose(name, label, [ALL, *names], lambda code: names.get(code, everything), ALL)


def nation_finding(table: pd.DataFrame) -> str:
    """Sentence: number of provinces covered, none and not reported."""
    counts = table["status"].value_counts()
    words = {key: counts.get(name, 0) for key, name in (("covered", "covered"), ("none", "none"), ("unknown", "not_reported"))}  # fmt: skip
    key = (
        "finding_nation" if words["none"] else "finding_nation_known" if words["covered"] else "finding_nation_unknown"
    )
    return t(key, **words, all=len(table))


def missing_file() -> None:
    """Without a boundary file of the nation: say which folder it belongs in."""
    if nation_data.prepared_map()["kind"] == "ordered":
        st.info(t("nation_no_file", folder=str(boundaries.boundary_folder())))


def province_layer(scope: Scope, table: pd.DataFrame, measure: str) -> layers.Choropleth:
    """Provinces by a measure; the class bounds come from all years, so that maps of two years can be compared."""
    shown = with_baht(table).assign(
        subdistrict_code=table[nation_data.KEY], supported_above=False, is_estimated=False
    )  # coverage_layer expects the code of a shape in this column
    every = [
        with_baht(nation_data.province_table(scope, Query(fiscal_year)))[measure]
        for fiscal_year in nation_data.years(scope)
    ]
    bounds = class_breaks(pd.concat([*every, shown[measure]]), 5)
    layer = layers.coverage_layer(shown, measure, bounds)
    nothing = {
        NOTHING["none"]: ClassStyle(NONE, "status_none_nation"),
        NOTHING["not_reported"]: layers.not_known_style("status_not_reported_nation"),
    }
    return replace(layer, styles={**layer.styles, **nothing})


def with_baht(table: pd.DataFrame) -> pd.DataFrame:
    """Add ``amount_baht``; NA stays NA."""
    return table.assign(amount_baht=(table["amount_satang"] / 100).astype("Float64"))


def show_map(scope: Scope, layer: layers.Choropleth) -> str | None:
    """Draw the nation; returns the code of the province just clicked, or None."""
    base_map = nation_data.prepared_map()
    words = {"main": t(geometry.NAMES[base_map["kind"]]), "grid": t("map_grid")}
    view = choices.switch("map", t("map_view"), list(words), words.__getitem__, "main")
    texts = {
        "main": t("note_ordered") if base_map["kind"] == "ordered" else "",
        "grid": t("note_grid_nation"),
        "subdistrict": t("prefix_province"),
        "aria": t("map_aria_nation"),
    }
    return panels.show_map(scope, layer.vector(view), slot="-nation", shapes=base_map, texts=texts, keys=t("map_keys_nation"))  # fmt: skip


def open_board(code: str | None) -> None:
    """Go to the board of a clicked province, keeping the filters."""
    if code in nation.provinces():
        # Name the home province too: a link without a province keeps the current one.
        params = url_state.link_params() | {"province": str(code)}
        page_links.go("overview", params)


def notes(scope: Scope, chosen: Query, table: pd.DataFrame) -> None:
    """Figures of the nation, money that names no province, records that name no year."""
    unknown = table["status"].eq("not_reported").all()
    sums = nation_data.chosen(scope, chosen)
    placed, homeless = sums[sums[nation_data.KEY].notna()], sums[sums[nation_data.KEY].isna()]
    panels.figures(
        [
            (t("column_records"), whole(pd.NA if unknown else placed["records"].sum())),
            (t("column_amount"), baht(placed["amount_satang"].sum(min_count=1))),
            (t("column_agencies"), whole(pd.NA if unknown else placed["agency_code"].nunique())),
        ]
    )
    if len(homeless):
        words = (
            f"{baht(homeless['amount_satang'].sum(min_count=1))} ({whole(homeless['records'].sum())} {t('records')})"
        )
        st.html(f'<p class="kradan-strip"><b>{safe(t("without_province"))}</b> {safe(words)}</p>')
    if chosen.fiscal_year:
        every = nation_data.chosen(scope, Query(None, chosen.agency, chosen.theme, chosen.stream))
        undated = every.loc[every["fiscal_year"].isna(), "records"].sum()
        if undated:
            st.caption(t("nation_undated", records=whole(undated)))


def joined(scope: Scope) -> None:
    """Provinces that share their rows and as of when; warns of those that do not answer or are not counted."""
    states = nation_data.states(scope)
    if states.empty:
        return
    names = province_names()
    states = states.assign(province=[names.get(code, code) for code in states["province_code"]])
    answers, counts = states["is_answering"].astype(bool), states["is_counted"].astype(bool)
    for apart, key in ((~answers, "nation_not_answering"), (answers & ~counts, "nation_not_counted")):
        if apart.any():
            st.warning(t(key, provinces=", ".join(states.loc[apart, "province"])))
    with st.expander(t("nation_joined", number=len(states))):
        shown = states.assign(way=states["way"].map(lambda way: t(WAY_KEYS[way])))
        columns = {"province": t("column_province"), "way": t("nation_way"), "as_of": t("nation_as_of"),
                   "records": t("column_records"), "amount_satang": t("column_amount")}  # fmt: skip
        panels.table(shown, "nation-joined", columns, 260, {"as_of": day, "amount_satang": baht})


def listing(table: pd.DataFrame) -> None:
    """All provinces, most records first, each a link to its board: the keyboard's alternative to the map.

    HTML, because rendering a Streamlit dataframe delays the map noticeably.
    """
    names = province_names()
    status = {"covered": t("status_covered"), "none": t("status_none_nation"),
              "not_reported": t("status_not_reported_nation")}  # fmt: skip
    shown = table.assign(
        province=[names[code] for code in table[nation_data.KEY]], state=table["status"].map(status)
    ).sort_values(["records", nation_data.KEY], ascending=[False, True], na_position="last")
    columns = {"province": t("column_province"), "agencies": t("column_agencies"), "records": t("column_records"),
               "amount_satang": t("column_amount")}  # fmt: skip
    head = "".join(f'<th scope="col">{safe(words)}</th>' for words in columns.values())
    body = "".join(_line(row) for row in each_row(shown))
    st.html(
        f'<div class="kradan-provinces" tabindex="0" role="region" aria-label="{safe(t("list_provinces"))}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    columns |= {"state": t("column_status"), "bases": t("column_bases_spoke")}
    panels.downloads(shown, "provinces", columns)


def _line(row: Any) -> str:
    """Row of a province: its figures, or its status in words."""
    name = f'<a href="{safe(url_state.address("overview", province=str(row.province_code)))}">{safe(row.province)}</a>'
    if row.status != "covered":
        return f'<tr><th scope="row">{name}</th><td colspan="3">{safe(row.state)}</td></tr>'
    cells = (whole(row.agencies), whole(row.records), baht(row.amount_satang))
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td>{safe(cell)}</td>" for cell in cells)}</tr>'


def sources(scope: Scope, chosen: Query) -> None:
    """Files behind the page; their sheets and rows are listed on the provinces' own boards."""
    panel = panels.unfolded("sources", t("sources_of_page", version=scope.version))
    if panel is None:
        return
    with panel:
        batches, names = queries.all_batches(scope).set_index("id"), records.agency_names(scope)
        sums = nation_data.chosen(scope, chosen).groupby(["base", "batch_id"], as_index=False)["records"].sum()
        files = sums.assign(
            base=[names.get(base, base) for base in sums["base"]],
            file_name=[batches["file_name"].get(batch, "") for batch in sums["batch_id"]],
            loaded_at=[batches["loaded_at"].get(batch) for batch in sums["batch_id"]],
        )
        columns = {"base": t("column_base"), "file_name": t("column_file"), "loaded_at": t("column_loaded_at"),
                   "records": t("column_records")}  # fmt: skip
        panels.table(files, "nation-files", columns, 260, {"loaded_at": day})


def chooser(scope: Scope) -> None:
    """Chooser of the province in the page header, only where :func:`is_open <pages.nation.data.is_open>`.

    HTML links, which keep the other choices (``static/shell/links.js``): a widget with 77 options slows every page.
    """
    if not nation_data.is_open(scope):
        return
    names = province_names()
    now, links = st.session_state["province"], []
    for code, name in names.items():
        target, mark = urlencode({"lang": language(), "province": code}), ' aria-current="true"' if code == now else ""
        links.append(f'<li><a data-keep href="?{safe(target)}"{mark}>{safe(name)}</a></li>')
    head = f'<summary aria-label="{safe(t("choose_province"))}: {safe(names[now])}">{safe(names[now])}</summary>'
    listed = f'<details class="kradan-where">{head}<div><ul>{"".join(links)}</ul></div></details>'
    all_of_them = f'<a href="nation" {url_state.LEADS_ON}>{safe(t("view_nation"))}</a>'
    st.html(f'<div class="kradan-choose">{all_of_them}{listed}</div>', width="content")
