"""Panels of the agency page: small map per agency, themes, partners, gaps nearby, completeness, records to download."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from geo import figures
from geo.coverage import agency as agency_coverage
from geo.frames import each_row
from pages.components import exports, panels, records
from pages.components import map_layer as layers
from pages.components.links import Cell, link_table
from pages.coverage import compare, dimensions
from pages.queries import coverage, overlaps, reported
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import url_state
from pages.session.scope import Scope
from pages.session.text import baht, day, safe, t, whole

MOST_LINKED = 20  # rows shown; the downloads have all


def agency_finding(scope: Scope, chosen: Query) -> str:
    """Sentence: how many agencies have records, and which reaches most subdistricts."""
    table = agency_rows(scope, chosen)
    if table.empty:
        return t("view_agency")
    most, names = table.iloc[0], records.agency_names(scope)
    name = names.get(most["agency_code"], most["agency_code"])
    every = [code for code in queries.areas(scope, None)["subdistrict_code"] if code.startswith(chosen.district or "")]
    return t("finding_agencies", agencies=len(table), name=name, places=int(most["places"]), all=len(every))


def mine(chosen: Query) -> None:
    """Button that stores the agency in the browser, so that the menu links to it (``static/shell/links.js``)."""
    panels.html(
        f'<button type="button" class="kradan-mine" aria-pressed="false" data-agency="{safe(chosen.agency)}">'
        f"<i>{safe(t('agency_mine'))}</i><i>{safe(t('agency_is_mine'))}</i></button>"
    )


def agency_rows(scope: Scope, chosen: Query) -> pd.DataFrame:
    """One row per agency with records: ``places``, ``supports``, ``amount_satang``; most subdistricts first."""
    grouped = coverage.records(scope, chosen).groupby("agency_code")
    table = grouped.agg(places=("subdistrict_code", "nunique"), supports=("support_id", "size"))
    table = table.assign(amount_satang=grouped["amount_satang"].sum(min_count=1)).reset_index()
    return table.sort_values(["places", "agency_code"], ascending=[False, True], ignore_index=True)


def agencies(scope: Scope, chosen: Query) -> None:
    """Every agency with records, linked to its page; the first ``dimensions.MOST`` with a small map of their places."""
    names, query_by_agency, cells = records.agency_names(scope), {}, []
    every = agency_rows(scope, chosen)
    for code in every["agency_code"].head(dimensions.MOST):
        query_by_agency[code] = replace(chosen, agency=code)
    bounds = coverage.breaks(scope, "agencies", *query_by_agency.values())
    drawn = {code: layers.coverage_of(scope, query, "agencies", bounds) for code, query in query_by_agency.items()}
    for row in each_row(every):
        words = t("agency_line", places=whole(row.places), records=whole(row.supports), amount=baht(row.amount_satang))
        image = (
            compare.map_picture(scope, drawn[row.agency_code], chosen.district) if row.agency_code in drawn else None
        )
        target = url_state.address("agency", agency=row.agency_code)
        cells.append(compare.map_cell(target, names.get(row.agency_code, row.agency_code), words, image))
    if cells:
        _key_of(list(drawn.values()), chosen.district)
        compare.gallery(scope, cells)


def _key_of(drawn: list[layers.Choropleth], district: str | None) -> None:
    """Legend of the small maps: only classes that at least one of them shows."""
    styles, present = {}, set()
    for layer in drawn:
        styles |= layer.styles
        present |= {name for name, number in layer.counts(district).items() if number}
    shown = [
        replace(style, key="agency_at_work", blanks={}) if name.isdigit() else style
        for name, style in styles.items()
        if name in present
    ]
    marks = [mark for mark in (layer.marked(district) for layer in drawn) if mark and mark[1]]
    panels.key(shown, marks[0][0] if marks else None)


FIGURES = ("covered", "records", "placed_records", "unplaced_records", "money", "people_covered")


def told(scope: Scope, chosen: Query) -> dict[str, int | float | None]:
    """Named figures of the agency, by code: the page, the A4 sheet and the workbook show the same ones.

    Without a record, and without a full report that says so, they are not known: ``None``.
    """
    rolled, own = coverage.rolled(scope, chosen), coverage.records(scope, chosen)
    inside = _inside(scope, chosen)
    counted = figures.counted(coverage=inside, support=own, placed=rolled.by_subdistrict, strip=rolled.strip)
    return counted | (dict.fromkeys((*FIGURES, "unplaced_money")) if is_not_known(scope, chosen) else {})


def is_not_known(scope: Scope, chosen: Query) -> bool:
    """Whether there is no record of the agency and some place for which it has not reported."""
    statuses = _inside(scope, chosen)["status"]
    return coverage.records(scope, chosen).empty and bool(statuses.eq("not_reported").any())


def _inside(scope: Scope, chosen: Query) -> pd.DataFrame:
    table = coverage.coverage(scope, chosen)
    return table if not chosen.district else table[table["district_code"].eq(chosen.district)]


def theme_rows(own: pd.DataFrame) -> pd.DataFrame:
    """One row per theme of the agency's records, "not coded" included: most money first, unknown amounts last."""
    table = own.assign(theme=own["theme_code"].astype("object").where(own["theme_code"].notna(), "")).groupby("theme")
    rows = table.agg(places=("subdistrict_code", "nunique"), supports=("support_id", "size")).assign(
        amount_satang=table["amount_satang"].sum(min_count=1)
    )
    rows = rows.reset_index().sort_values("amount_satang", ascending=False, na_position="last")
    rows["theme"] = [records.theme_words(code or None) for code in rows["theme"]]
    return rows


def themes(own: pd.DataFrame) -> None:
    """Table of the themes the agency works in."""
    st.html(f"<b>{safe(t('agency_themes'))}</b>")
    if own.empty:
        panels.empty()
        return
    rows = theme_rows(own)
    columns = {
        "theme": t("column_theme"),
        "places": t("column_places"),
        "supports": t("column_records"),
        "amount_satang": t("column_amount"),
    }
    panels.table(rows, "agency-themes", columns, formats={"amount_satang": baht})


def partner_rows(scope: Scope, chosen: Query) -> pd.DataFrame:
    """Agencies in the same subdistricts, with the number of pairs per overlap outcome."""
    year = Query(chosen.fiscal_year, theme=chosen.theme)
    pairs, placed = overlaps.overlaps(scope, year).pairs, coverage.rolled(scope, year).by_subdistrict
    if chosen.district:
        pairs = pairs[pairs["area_code"].str.startswith(chosen.district)]
        placed = placed[placed["district_code"].eq(chosen.district)]
    table, names = agency_coverage.partners(pairs, placed, str(chosen.agency)), records.agency_names(scope)
    return table.assign(agency=[names.get(code, code) for code in table["agency_code"]])


def alone_key(scope: Scope, chosen: Query) -> str:
    """Text key for no other agency: where a base has not fully reported, nobody knows whether there is one."""
    others = chosen.without("agency", "stream", "tier")
    return "agency_alone_not_known" if reported.known(scope, others).missing else "agency_alone"


def partners(scope: Scope, chosen: Query) -> None:
    """Table of agencies in the same subdistricts, with links to the pairs."""
    st.html(f"<b>{safe(t('agency_partners'))}</b>")
    table = partner_rows(scope, chosen)
    if table.empty:
        panels.empty(alone_key(scope, chosen))
        return
    outcomes = [name for name in table.columns[2:-1] if table[name].any()]
    columns = {"agency": t("column_agency"), "places": t("column_places_shared")} | {
        name: t(f"outcome_{name}") for name in outcomes
    }
    rows = [
        [
            Cell(row["agency"], url_state.address("agency", agency=row["agency_code"])),
            Cell(whole(row["places"])),
            *(
                Cell(
                    whole(row[name]),
                    url_state.address("overlaps", partner=row["agency_code"], layer=name) if row[name] else "",
                )
                for name in outcomes
            ),
        ]
        for row in table.head(MOST_LINKED).to_dict("records")
    ]
    panels.html(link_table(t("agency_partners"), list(columns.values()), rows))
    _rest(table)
    panels.downloads(table, "agency-partners", columns)


def _rest(table: pd.DataFrame) -> None:
    if len(table) > MOST_LINKED:
        panels.html(f'<p class="kradan-note">{safe(t("help_more_in_file", number=len(table) - MOST_LINKED))}</p>')


def gap_rows(scope: Scope, chosen: Query) -> pd.DataFrame:
    """Neighbouring subdistricts without the agency's themes; ``status`` separates "none" from "not reported"."""
    year = Query(chosen.fiscal_year, theme=chosen.theme)
    table = agency_coverage.gaps_beside(
        coverage.by_theme(scope, year),
        coverage.rolled(scope, year).by_subdistrict,
        queries.adjacency(scope),
        str(chosen.agency),
    )
    if chosen.district:
        table = table[table["district_code"].eq(chosen.district)]
    return table.assign(
        place=[records.place_words(scope, code) for code in table["subdistrict_code"]],
        theme=[records.theme_words(code) for code in table["theme_code"]],
        words=[t(records.STATUS_KEYS[status]) for status in table["status"]],
    )


def gaps(scope: Scope, chosen: Query) -> None:
    """Table of neighbouring subdistricts without the agency's themes."""
    st.html(f"<b>{safe(t('agency_gaps'))}</b>")
    rows = gap_rows(scope, chosen)
    if rows.empty:
        panels.empty("agency_no_gaps")
        return
    columns = {"place": t("column_place"), "theme": t("column_theme"), "words": t("column_status"),
               "neighbours": t("column_my_neighbours"), "population": t("column_population")}  # fmt: skip
    cells = [
        [
            Cell(row.place, url_state.address("subdistrict", subdistrict=row.subdistrict_code, agency=None)),
            Cell(row.theme, url_state.address("gaps", theme=row.theme_code, district=row.district_code, agency=None)),
            Cell(row.words),
            Cell(whole(row.neighbours)),
            Cell(whole(row.population)),
        ]
        for row in each_row(rows.head(MOST_LINKED))
    ]
    panels.html(link_table(t("agency_gaps"), list(columns.values()), cells))
    _rest(rows)
    panels.downloads(rows, "agency-gaps", columns, {"population": whole})


def data_lines(scope: Scope, chosen: Query) -> list[str]:
    """Lines: active files of the agency's bases, their rows in quarantine, subdistricts not reported."""
    every = queries.support(scope)
    bases = {str(chosen.agency), *every.loc[every["agency_code"].eq(chosen.agency), "base"].dropna()}
    batches, waiting = queries.batches(scope), queries.quarantined(scope)
    files, waiting = (
        batches[batches["is_active"].astype(bool) & batches["base"].isin(bases)],
        waiting[waiting["base"].isin(bases)],
    )
    lines = [
        t(
            "agency_file",
            file=row.file_name,
            rows=whole(row.rows_loaded),
            all=whole(row.rows_in),
            day=day(row.loaded_at),
        )
        for row in each_row(files)
    ]
    silent = [
        row.subdistrict_code
        for row in each_row(coverage.coverage(scope, chosen.without("district")))
        if row.status == "not_reported"
    ]
    may_count = scope.viewer.is_team or bases == {scope.viewer.agency}  # others have no row of the quarantine
    return [
        *lines,
        *([t("agency_waiting", rows=len(waiting))] if may_count else []),
        t("agency_silent", places=len(silent), all=len(queries.areas(scope, None))),
    ]


def completeness(scope: Scope, chosen: Query) -> None:
    """Show :func:`data_lines` as a list."""
    lines = data_lines(scope, chosen)
    body = "".join(f"<li>{safe(line)}</li>" for line in lines)
    st.html(f'<div class="kradan-sheet"><b>{safe(t("agency_data"))}</b><ul>{body}</ul></div>')


def address() -> str:
    """URL of this page with its current choices."""
    query = "&".join(f"{key}={value}" for key, value in url_state.link_params().items())
    return f"{str(st.context.url or '').split('?')[0]}?{query}"


def link() -> None:
    """URL of this page, to copy."""
    st.caption(t("agency_link"))
    st.code(address(), language=None, wrap_lines=True)
    if exports.only_here(address()):
        st.caption(t("link_only_here"))


def sheet_rows(scope: Scope, chosen: Query, own: pd.DataFrame) -> pd.DataFrame:
    """Every record of the agency in words; ``subdistrict``: code of the one it counts in, NA where there is none."""
    placed = coverage.rolled(scope, chosen).by_subdistrict.drop_duplicates("support_id").set_index("support_id")
    words = records.support_words(scope, own)
    return words.assign(
        subdistrict=words["subdistrict_code"].fillna(words["support_id"].map(placed["subdistrict_code"]))
    )


def sheet(scope: Scope, chosen: Query, own: pd.DataFrame) -> None:
    """Table of the agency's records, with its download."""
    st.html(f"<b>{safe(t('agency_sheet'))}</b>")
    if own.empty:
        return
    words = sheet_rows(scope, chosen, own)
    columns = {"place": t("column_place"), "subdistrict": t("column_code"), "what": t("column_what"), "theme": t("column_theme"),
               "stream": t("filter_stream"), "level": t("column_level"), "amount_satang": t("column_amount"),
               "period": t("column_period"), "source": t("column_source")}  # fmt: skip
    panels.table(words, f"agency-{chosen.agency}", columns, formats={"amount_satang": baht})
