"""Card of a subdistrict beside any open page: agencies and money, community, class with reasons, overlaps, gaps."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from geo.frames import each_row
from pages.components import filters as choices
from pages.components import records, reported
from pages.components.names import district_names, subdistrict_names
from pages.components.panels import LOOKED_FOR
from pages.queries import coverage, found
from pages.queries import store as queries
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.session import url_state
from pages.session.scope import Scope
from pages.session.text import baht, language, name_of, safe, t, whole, year
from pages.subdistrict import facts, panels

PREFIX_KEYS = {"subdistrict": "prefix_subdistrict", "district": "prefix_district", "province": "prefix_province"}
MOST_LINES = 7
SIDE = (facts.people, facts.carers, facts.groups, facts.networks)  # blocks about the community


def draw() -> None:
    """Draw the open card, and answer the search box of the map (read by ``static/board/find.js``)."""
    url_state.speak()
    scope, state = queries.current_scope(), st.session_state
    if looked_for := state.get(LOOKED_FOR):
        hits = json.dumps([_hit(scope, hit) for hit in found.found(scope, looked_for)], ensure_ascii=False)
        st.html(f'<div class="kradan-found" hidden data-for="{safe(looked_for)}" data-hits="{safe(hits)}"></div>')
    code = state.get("card", "")
    if code not in subdistrict_names(scope):
        state["card"] = ""
    else:
        with st.container(key="card"):
            st.button(t("card_close"), key="close-card", on_click=lambda: state.update(card=""))
            st.html(_html(scope, choices.chosen(), code))


def _hit(scope: Scope, hit: found.Named) -> dict[str, str]:
    """One search result in the form that ``static/board/find.js`` shows."""
    name = hit.names[-1] if language() == "en" else hit.names[0]
    if hit.kind in ("subdistrict", "district") and language() == "th":
        name = t(PREFIX_KEYS[hit.kind]) + name
    if hit.kind == "district":
        return {"code": hit.code, "name": name, "where": ""}
    where = subdistrict_names(scope)[hit.code]
    if hit.kind == "subdistrict":
        where = t("prefix_district") + district_names(scope)[hit.code[:4]]
    number = t("villages_listed", numbers=hit.number) + " · " if hit.number else ""
    return {"code": hit.code, "name": name, "where": number + where}


def _html(scope: Scope, chosen: Query, code: str) -> str:
    wide = chosen.without("district")
    area = next(each_row(queries.areas(scope, chosen.fiscal_year).query("subdistrict_code == @code")))
    row = next(each_row(coverage.coverage(scope, wide).query("subdistrict_code == @code")))
    name = t("prefix_subdistrict") + name_of(area)
    when = choices.chosen_in_words(scope) or (year(chosen.fiscal_year) if chosen.fiscal_year else t("all_years"))
    figures = "".join(
        f'<div class="kradan-figure"><b>{safe(value)}</b><span>{safe(words)}</span></div>'
        for words, value in panels.place_figures(scope, wide, code)[:3]
    )
    waiting = reported.of_place(scope, row)
    blocks = [make(scope, wide, code).html(MOST_LINES) for make in (*SIDE, facts.rank, facts.overlaps, facts.gaps)]
    side, rank, rest = "".join(blocks[: len(SIDE)]), blocks[len(SIDE)], blocks[len(SIDE) + 1 :]
    return (
        f'<section class="kradan-card" data-code="{code}" tabindex="-1" aria-label="{safe(name)}">'
        f"<h2>{safe(name)}</h2>"
        f'<p class="kradan-note">{safe(t("prefix_district") + name_of(area, "district_name"))} · {code} · {safe(when)}</p>'
        f'<p>{_ways(code)}</p><div class="kradan-figures">{figures}</div>'
        + (f'<p class="kradan-note">{safe(waiting)}</p>' if waiting else "")
        + _agencies(scope, wide, code)
        + side
        + rank
        + _why(scope, chosen, code)
        + "".join(rest)
        + "</section>"
    )


def _ways(code: str) -> str:
    """Links to the page and to its A4 sheet, and a button that copies the link of this view."""
    target = safe(url_state.address("subdistrict", subdistrict=code, card=None))
    return (
        f'<a href="{target}">{safe(t("card_page"))}</a> · <a href="{target}#a4" target="_blank">{safe(t("card_a4"))}</a> · '
        f'<button type="button" class="kradan-copy" data-done="{safe(t("card_copied"))}">{safe(t("card_link"))}</button>'
    )


def by_agency(scope: Scope, own: pd.DataFrame) -> list[tuple[str, str, str]]:
    """(agency, themes, baht) in words, most money first; an amount that no record states is not known, never zero."""
    words = records.support_words(scope, own)
    grouped = words.groupby("agency", sort=False)
    table = grouped.agg(records=("agency", "size"), known=("amount_satang", "count"))
    table["amount"] = grouped["amount_satang"].sum(min_count=1)
    table["themes"] = grouped["theme"].agg(lambda themes: ", ".join(dict.fromkeys(themes)))
    listed = table.reset_index().sort_values(["amount", "agency"], ascending=[False, True], na_position="last")
    return [
        (
            row.agency,
            row.themes,
            baht(row.amount)
            + ("" if row.known == row.records else f" ({t('card_part', known=row.known, all=row.records)})"),
        )
        for row in each_row(listed)
    ]


def _agencies(scope: Scope, chosen: Query, code: str) -> str:
    """Table of agencies at work here, and a note on support recorded for its district, province or local government."""
    lines = by_agency(scope, panels.own_support(scope, chosen, code))
    above = panels.support_above(scope, chosen, code)
    rows = "".join(
        f"<tr><th scope='row'>{safe(agency)}</th><td>{safe(themes)}</td><td>{safe(money)}</td></tr>"
        for agency, themes, money in lines
    )
    heads = "".join(
        f"<th scope='col'>{safe(t(key))}</th>" for key in ("column_agency", "column_theme", "column_amount")
    )
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    note = t("card_above", records=whole(len(above)), amount=baht(above["amount_satang"].sum(min_count=1)))
    return table + (f"<p class='kradan-note'>{safe(note)}</p>" if len(above) else "")


def _why(scope: Scope, chosen: Query, code: str) -> str:
    """Note with the weakest criteria of the place; "" when it is not ranked."""
    points = ranking_data.weak_points(scope, chosen.fiscal_year, ranking_data.Method()).get(code)
    if not isinstance(points, tuple) or not points:
        return ""
    names = ranking_controls.names()
    return f'<p class="kradan-note">{safe(t("card_why", points=", ".join(names[point] for point in points)))}</p>'
