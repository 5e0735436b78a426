"""A4 sheet of an agency, visible only in print: Streamlit draws tables on a canvas, which does not print whole."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from geo.frames import each_row
from pages.agency import panels as agency_panels
from pages.components import exports, named, records, reply_link
from pages.components import map_layer as layers
from pages.components.names import district_names, province_name, theme_names
from pages.coverage import compare
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import baht, day, formatter, safe, t, whole, year
from pages.subdistrict.facts import Block

SIZE = 8.0  # points: so that 23 districts beside themes, map and partners, and lists of MOST lines fit on one sheet
MOST = 9


def print_agency(scope: Scope, chosen: Query, name: str, own: pd.DataFrame) -> None:
    """Add the A4 sheet to the page, visible in print only (CSS ``@media print``), and a note on how to print it."""
    st.caption(t("print_how"))
    st.html(html(scope, chosen, name, own))


def html(scope: Scope, chosen: Query, name: str, own: pd.DataFrame) -> str:
    """HTML of the sheet: figures, themes, map, partners, districts, gaps nearby, completeness of the data, files."""
    partners = Block(
        "agency_partners",
        [f"{row.agency}: {row.places} {t('column_places')}" for row in each_row(agency_panels.partner_rows(scope, chosen))],
        agency_panels.alone_key(scope, chosen),
    )  # fmt: skip
    gaps = Block("agency_gaps", _gaps(scope, chosen), "agency_no_gaps")
    data = Block("agency_data", agency_panels.data_lines(scope, chosen))
    left = f"<h2>{safe(t('agency_themes'))}</h2>{_themes(own)}{_map(scope, chosen)}{partners.html(MOST)}"
    right = f"<h2>{safe(t('agency_places'))}</h2>{_districts(scope, chosen, own)}"
    return (
        f'<section class="kradan-a4 kradan-a4-agency" style="font-size:{SIZE}pt" aria-hidden="true">{_head(scope, chosen, name)}'
        f'{_figures(scope, chosen)}<div class="kradan-a4-sides"><div>{left}</div><div>{right}</div></div>'
        f"{gaps.html(MOST)}{data.html(MOST)}<footer>{safe(_foot(scope, own))}</footer></section>"
    )


def _gaps(scope: Scope, chosen: Query) -> list[str]:
    """One line per neighbouring subdistrict and status, with the themes that are missing there."""
    rows = agency_panels.gap_rows(scope, chosen)
    groups = rows.groupby(["place", "words"], sort=False)["theme"].agg(", ".join)
    return [f"{place}: {themes} · {words}" for (place, words), themes in groups.to_dict().items()]


def _head(scope: Scope, chosen: Query, name: str) -> str:
    when = year(chosen.fiscal_year) if chosen.fiscal_year else t("all_years")
    used = [theme_names().get(chosen.theme or ""), district_names(scope).get(chosen.district or "")]
    demo = t("demo") if queries.has_demo(scope) else None
    line = " · ".join(words for words in (province_name(scope.province), when, *used, demo) if words)
    code = reply_link.paper(scope, "agency", chosen.agency or "", chosen.agency or "")
    return f'<div class="kradan-a4-head"><div><h1>{safe(name)}</h1><p>{safe(line)}</p></div>{code}</div>'


def _map(scope: Scope, chosen: Query) -> str:
    """Map of baht per head with the legend of the screen."""
    layer = layers.coverage_of(scope, chosen, "per_head_baht")
    counts = layer.counts(chosen.district)
    keys = "".join(
        f'<li><i class="kradan-swatch{" kradan-hatch" if style.hatch else ""}" style="background-color:{style.color}"></i><span>{safe(formatter().say(style.key, **style.blanks))}</span> <b>{counts[key]}</b></li>'
        for key, style in layer.styles.items()
        if counts[key]
    )
    return f'<div class="kradan-a4-map"><img src="{compare.map_picture(scope, layer, chosen.district)}" alt=""><ul class="kradan-legend">{keys}</ul></div>'


def _figures(scope: Scope, chosen: Query) -> str:
    figure_values = agency_panels.told(scope, chosen)
    figures = [named.named(code, figure_values[code]) for code in (*agency_panels.FIGURES, "unplaced_money")]
    cells = "".join(
        f"<div{named.attributes(item.value_by_code)}><b>{safe(item.value)}</b><span>{safe(item.words)}</span></div>"
        for item in figures
    )
    return f'<div class="kradan-a4-figures">{cells}</div>'


def _table(heads: list[str], rows: Sequence[tuple[str, ...]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{''.join(f'<th>{safe(head)}</th>' for head in heads)}</tr></thead><tbody>{body}</tbody></table>"


def _themes(own: pd.DataFrame) -> str:
    if own.empty:
        return f"<p>{safe(t('nothing_found'))}</p>"
    heads = [t("column_theme"), t("column_places"), t("column_records"), t("column_amount")]
    rows = [(row.theme, whole(row.places), whole(row.supports), baht(row.amount_satang)) for row in each_row(agency_panels.theme_rows(own))]  # fmt: skip
    return _table(heads, rows)


def _districts(scope: Scope, chosen: Query, own: pd.DataFrame) -> str:
    """Districts with records in register order, then records without a district by the level they were written at."""
    names, all_places = district_names(scope), queries.areas(scope, chosen.fiscal_year)["district_code"].value_counts()
    where = [
        district
        if district in names
        else "outside"
        if pd.notna(district)
        else level
        if pd.notna(level)
        else "not_placed"
        for district, level in zip(own["district_code"], own["area_level"], strict=True)
    ]
    records_by_place = dict(iter(own.groupby(pd.Series(where, index=own.index, dtype="object"))))
    rows = []
    for place in [
        *(code for code in names if code in records_by_place),
        *(level for level in records_by_place if level not in names),
    ]:
        reached = records_by_place[place]["subdistrict_code"].nunique()
        rows.append(
            (
                names.get(place) or t(records.LEVEL_KEYS[str(place)]),
                t("of", part=reached, whole=int(all_places[place])) if place in names else "–",
                whole(len(records_by_place[place])),
                baht(records_by_place[place]["amount_satang"].sum(min_count=1)),
            )
        )
    heads = [t("column_district"), t("column_places"), t("column_records"), t("column_amount")]
    return _table(heads, rows)


def _foot(scope: Scope, own: pd.DataFrame) -> str:
    batches = queries.batches(scope).set_index("id")
    files = " · ".join(
        f"{batches.at[batch, 'file_name']} ({rows:,} {t('rows_word')}, {day(batches.at[batch, 'loaded_at'])})"
        for batch, rows in own["batch_id"].value_counts().items()
    )
    shown = agency_panels.address()
    if exports.only_here(shown):
        shown = f"{shown} ({t('link_only_here')})"
    return f"{t('column_source')}: {files or t('not_reported_long')} · {t('data_version', version=scope.version)} · {shown}"
