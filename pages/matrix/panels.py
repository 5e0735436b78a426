"""Panels of the matrix page: cells with their links, legend, and which agencies could act in an empty cell."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo.coverage.matrix import money_matrix, who_could_act_in
from geo.coverage.roll_up import STRIP_LEVELS
from geo.frames import each_row
from geo.maps.palette import NONE, NOT_APPLICABLE, NOT_REPORTED, SEQUENTIAL
from loaders import codes
from loaders.areas import facts as province_facts
from pages.components import panels, records
from pages.components.charts import Cell, matrix_html
from pages.components.names import district_names, subdistrict_names, theme_names
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import page_links, url_state
from pages.session.scope import Scope
from pages.session.text import baht, in_order, safe, t, whole

NOT_CODED = ""
CELL_KEYS = {"none": "cell_none", "not_reported": "cell_not_reported", "not_applicable": "cell_not_applicable"}
REACH_KEYS = {
    "inside": "reach_inside",
    "next_door": "reach_next_door",
    "province": "reach_province",
    "mandate": "reach_mandate",
}


def _themes(scope: Scope, chosen: Query) -> dict[str, str]:
    names = theme_names()
    return {code: names[code] for code in coverage.theme_codes(scope) if chosen.theme in (None, code)}


def _areas(scope: Scope, chosen: Query) -> dict[str, str]:
    """Code -> name of the rows, in alphabetical order of the names."""
    names = district_names(scope)
    if chosen.district:
        names = {
            code: words.split(" · ")[0]
            for code, words in subdistrict_names(scope).items()
            if code.startswith(chosen.district)
        }
    order = {name: index for index, name in enumerate(in_order(list(names.values())))}
    return dict(sorted(names.items(), key=lambda pair: order[pair[1]]))


def matrix_finding(table: pd.DataFrame) -> str:
    """Sentence: the theme that reaches fewest subdistricts; with only one theme, how far it reaches.

    A theme without any report is unknown and never counts as the one that reaches fewest.
    """
    reach = table.groupby("theme_code", sort=False)[["covered", "none", "all"]].sum()
    reach = reach[reach[["covered", "none"]].any(axis="columns")]
    if not reach["covered"].any():
        return t("view_matrix")
    least = reach.sort_values("covered", kind="stable").iloc[0]
    key = "finding_least" if len(reach) > 1 else "finding_reach"
    return t(key, name=theme_names()[str(least.name)], covered=int(least["covered"]), all=int(least["all"]))


def matrix_grid(scope: Scope, chosen: Query, table: pd.DataFrame, shown: str) -> None:
    """Draw the matrix as a table; a covered cell links to its records, an empty one to the agencies that could act."""
    themes, areas = _themes(scope, chosen), _areas(scope, chosen)
    row_by_cell = {(row.theme_code, row.area_code): row for row in each_row(table)}
    if shown == "baht":
        _money(scope, chosen, themes, areas, row_by_cell)
        return
    rows = []
    for code, words in areas.items():
        cells = [
            _cell(
                row_by_cell[theme, code],
                chosen,
                _places(row_by_cell[theme, code], chosen),
                _share(row_by_cell[theme, code]),
            )
            for theme in themes
        ]
        rows.append((words, _row_address(code), cells))
    st.html(matrix_html(t("matrix_area"), list(themes.values()), rows, t("view_matrix")))


def _thousands(satang: Any) -> str:
    """Money in thousand baht without the unit, which is in the caption: cells are narrow."""
    value = 0 if pd.isna(satang) else int(satang) / 100_000
    return t("not_known") if pd.isna(satang) else f"{value:,.0f}" if abs(value) >= 10 or not value else f"{value:,.1f}"


def _row_address(code: str) -> str:
    return (
        url_state.address("subdistrict", subdistrict=code)
        if len(code) == 6
        else url_state.address("matrix", district=code, cells=st.session_state.get("cells"))
    )


def _share(row: Any) -> float:
    reachable = row.all - row.not_applicable
    if reachable == 1:  # a single subdistrict: shade by number of records, five or more the darkest
        return min(row.supports, 5) / 5 - 0.01
    return row.covered / reachable if reachable else 0.0


def _places(row: Any, chosen: Query) -> str:
    """``5/13`` subdistricts, or number of records of one subdistrict; a status without records in words."""
    if row.status != "covered":
        return t(CELL_KEYS[row.status])
    if chosen.district:
        return whole(row.supports)
    return f"{row.covered}/{row.all - row.not_applicable}"


def _cell(row: Any, chosen: Query, text: str, share: float) -> Cell:
    theme, area, status = row.theme_code, row.area_code, row.status
    own = {"subdistrict": area} if len(area) == 6 else {"district": area}
    covered = status == "covered"
    href = (
        url_state.address("subdistrict" if len(area) == 6 else "coverage", theme=theme, **own)
        if covered
        else _cell_address(theme, area)
    )
    tip = t("cell_tip", covered=row.covered, none=row.none, unknown=row.not_reported, amount=baht(row.amount_satang))
    return Cell(text, status, min(int(share * 5), 4), href, tip)


def _cell_address(theme: str, area: str) -> str:
    return url_state.address("matrix", cells=st.session_state.get("cells"), cell=f"{theme}:{area}")


def _money(scope: Scope, chosen: Query, themes: dict[str, str], areas: dict[str, str], row_by_cell: dict) -> None:
    """Matrix of money; rows for money without an area and a column for money without a theme make it add up."""
    sums = money_matrix(
        coverage.records(scope, chosen),
        queries.areas(scope, chosen.fiscal_year),
        list(theme_names()),
        province_facts.local_governments(scope.province),
        chosen.district,
    )
    amounts = {(row.theme_code, row.area_code): row.amount_satang for row in each_row(sums)}
    largest = max((int(amount) for amount in amounts.values() if pd.notna(amount)), default=0)
    has_uncoded = bool(sums["theme_code"].eq(NOT_CODED).any())
    rows = []
    for code, words in areas.items():
        cells = [_money_cell(amounts, row_by_cell[theme, code], chosen, largest) for theme in themes]
        rows.append(
            (
                words,
                _row_address(code),
                [
                    *cells,
                    *([_plain(amounts, NOT_CODED, code)] if has_uncoded else []),
                    _total(sums[sums["area_code"].eq(code)]),
                ],
            )
        )
    ends = [level for level in ("district", *STRIP_LEVELS) if sums["area_code"].eq(level).any()]
    columns = [*themes, *([NOT_CODED] if has_uncoded else [])]
    for level in dict.fromkeys(ends):
        rows.append(
            (
                t("flow_end", level=t(records.LEVEL_KEYS[level])),
                "",
                [*(_plain(amounts, theme, level) for theme in columns), _total(sums[sums["area_code"].eq(level)])],
            )
        )
    totals = [_total(sums[sums["theme_code"].eq(theme)]) for theme in columns]
    rows.append((t("total"), "", [*totals, _total(sums)]))
    missing = coverage.records(scope, chosen)["amount_satang"].isna().sum()
    st.caption(" · ".join([t("matrix_thousands"), *records.without_amount(missing)]))
    heads = [*themes.values(), *([t("not_coded")] if has_uncoded else []), t("total")]
    st.html(matrix_html(t("matrix_area"), heads, rows, t("view_matrix")))


def _money_cell(amounts: dict, row: Any, chosen: Query, largest: int) -> Cell:
    amount = amounts.get((row.theme_code, row.area_code))
    if (row.theme_code, row.area_code) not in amounts:
        return _cell(row, chosen, t("status_covered") if row.status == "covered" else t(CELL_KEYS[row.status]), 0)
    share = int(amount) / largest if largest and amount is not None and pd.notna(amount) else 0.0
    cell = _cell(row, chosen, _thousands(amount), min(max(share, 0.0), 1.0) ** 0.5)
    return cell if cell.status == "covered" else Cell(cell.text, "covered", 0, cell.href, t("cell_from_above"))


def _plain(amounts: dict, theme: str, area: str) -> Cell:
    return Cell(_thousands(amounts[theme, area]) if (theme, area) in amounts else "", "none")


def _total(money: pd.DataFrame) -> Cell:
    """Sum of cells; blank without a record, since nobody may have been asked."""
    return Cell(_thousands(money["amount_satang"].sum(min_count=1)) if len(money) else "", "none")


def matrix_legend() -> None:
    """Legend of the matrix: one shade for covered, one swatch per status without records."""
    items = [(SEQUENTIAL[3], "", "cell_legend_covered"), (NONE, "", "status_none"), (NOT_REPORTED, " kradan-hatch", "status_not_reported"),
             (NOT_APPLICABLE, "", "status_not_applicable")]  # fmt: skip
    rows = "".join(
        f'<li><i class="kradan-swatch{css}" style="background-color:{color}"></i><span>{safe(t(key))}</span></li>'
        for color, css, key in items
    )
    st.html(f'<ul class="kradan-legend kradan-row">{rows}</ul>')


def could_act(scope: Scope, chosen: Query) -> None:
    """Agencies that could act in the chosen empty cell: nearest first, then those with a mandate for the theme."""
    theme, _, area = str(st.session_state.get("cell", "")).partition(":")
    inside = [code for code in queries.areas(scope, None)["subdistrict_code"] if area and code.startswith(area)]
    if theme not in theme_names() or not inside:
        st.session_state["cell"] = ""
        return
    url_state.current().use("cell")
    records_ = coverage.records(scope, Query(chosen.fiscal_year))
    mandates = {entry["code"]: entry.get("functions", ()) for entry in codes.agencies()}
    candidates = who_could_act_in(records_, queries.adjacency(scope), inside, theme, mandates)
    st.html(f"<b>{safe(t('cell_could_act', theme=theme_names()[theme], place=records.place_words(scope, area)))}</b>")
    if candidates.empty:
        panels.empty("nobody_could_act")
    else:
        names = records.agency_names(scope)
        rows = candidates.assign(
            agency=[names.get(code, code) for code in candidates["agency_code"]],
            reach=[t(REACH_KEYS[reach]) for reach in candidates["reach"]],
        )
        columns = {
            "agency": t("column_agency"),
            "reach": t("column_reach"),
            "places": t("column_places"),
            "supports": t("column_records"),
        }
        panels.table(rows, "could-act", columns)
    page_links.link("coverage", t("cell_on_map"), url_state.link_params(theme=theme, district=area[:4]))


def download(scope: Scope, chosen: Query, table: pd.DataFrame) -> None:
    """Downloads of the matrix in long form: one row per theme and area."""
    themes, areas = theme_names(), _areas(scope, chosen)
    rows = table.assign(
        theme=table["theme_code"].map(themes), area=table["area_code"].map(areas), status=[t(records.STATUS_KEYS[status]) for status in table["status"]],
    )  # fmt: skip
    columns = {"theme": t("column_theme"), "area_code": t("column_code"), "area": t("matrix_area"),
               "status": t("column_status"), "covered": t("status_covered"), "none": t("status_none"),
               "not_reported": t("status_not_reported"), "supports": t("column_records"),
               "amount_satang": t("column_amount")}  # fmt: skip
    panels.downloads(rows, "matrix", columns)
