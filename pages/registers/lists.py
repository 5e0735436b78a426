"""Entries in words, the map of a register, and the sheet of one entry."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from geo import registers
from geo.frames import each_row, each_village
from geo.maps.board import ClassStyle
from geo.maps.breaks import class_breaks, classify
from geo.maps.palette import CALL, SEQUENTIAL
from geo.registers import Field, Register
from loaders.codes import agency_name
from pages.components import map_layer as layers
from pages.components import panels, records
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.queries.query import Query
from pages.registers import by_hand
from pages.session import page_links, url_state
from pages.session.scope import Scope
from pages.session.text import baht, coded, day, percent, safe, t, whole, year

MOST_SINGLE = 8
FIGURES: dict[str, Callable[[Any], str]] = {"count": whole, "satang": baht, "share": percent, "date": day}
SHOWN_ON_SHEET = ("groups", "people", "funds", "plans")


def cell(field: Field, value: object) -> str:
    """A value of a field in words; what is not stated is empty."""
    if value is None or pd.isna(value):
        return ""
    forms = {
        **FIGURES, "text": str, "themes": records.theme_words,
        "yes_no": lambda answer: t("answer_yes" if answer else "answer_no"), "year": lambda number: year(int(number)),
        "agency": lambda code: agency_name(str(code)),
    }  # fmt: skip
    return forms[field.form](value) if field.form in forms else coded(field.form, value)


def in_words(scope: Scope, register: Register, entries: pd.DataFrame) -> pd.DataFrame:
    """The fields of the entries, with their place first where the title does not say it: what the list shows."""
    shown = {"place": places(scope, entries)}
    for field in register.fields:
        shown[field.name] = [cell(field, value) for value in entries[field.name]]
    if register.is_open:
        vacant = entries[register.is_open].fillna(False).astype(bool)
        person = pd.Series(shown["person"], index=entries.index)
        shown["person"] = person.mask(person.eq(""), t("role_filled")).mask(vacant, t("role_vacant")).tolist()
    return pd.DataFrame(shown, index=entries.index)


def with_figures(register: Register, entries: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """:func:`in_words` with its figures and dates as they are, for a table that puts them into words itself."""
    return shown.assign(**{name: entries[name] for name in formats(register)})


def formats(register: Register) -> dict[str, Callable[[Any], str]]:
    """How figures and dates of a register are put into words."""
    return {field.name: FIGURES[field.form] for field in register.fields if field.form in FIGURES}


def places(scope: Scope, entries: pd.DataFrame) -> list[str]:
    """The place of each entry in words."""
    return [_place_words(scope, row) for row in each_row(entries)]


def _place_words(scope: Scope, row: Any) -> str:
    """Subdistrict and district with the village's number, district, province, or that no place is known."""
    codes = [getattr(row, name, None) for name in ("village_code", "subdistrict_code", "district_code", "area_code")]
    code = next((code for code in codes if isinstance(code, str) and code), None)
    village = f" {t('villages_listed', numbers=int(code[6:]))}" if code and len(code) == 8 else ""
    return records.place_words(scope, code) + village


def headings(register: Register) -> dict[str, str]:
    """Column of :func:`in_words` -> its heading."""
    own = f"{register.name}_" if register.name in registers.defined_names() else ""
    return {"place": t("entry_place")} | {field.name: t(f"entry_{own}{field.name}") for field in register.fields}


def layer(scope: Scope, register: Register, entries: pd.DataFrame) -> layers.Choropleth:
    """Entries per subdistrict; those that wait for somebody come first, and a place without an entry is not known."""
    codes = queries.areas(scope, None)["subdistrict_code"]
    table = registers.per_place(entries, codes, register.is_open)
    not_listed = {registers.NOT_LISTED: layers.not_known_style("entries_not_listed")}
    if register.name == "communities":  # the register of areas is complete: no village is none
        not_listed = {registers.NOT_LISTED: ClassStyle(layers.nothing_styles()["x"].color, "no_villages")}
    if register.is_open:
        styles = {
            registers.OPEN: ClassStyle(CALL[2], "entries_open"),
            registers.FILLED: ClassStyle(SEQUENTIAL[2], "entries_filled"),
        }
        classes = pd.Series(registers.FILLED, table.index, dtype=object).mask(table["open"].gt(0), registers.OPEN)
        values, unit = table["open"], "unit_open"
    else:
        bounds = _bounds(table["entries"])
        styles = layers.scale_styles(layers.bounds_words(bounds, True), "unit_entries")
        classes = classify(table["entries"], bounds).astype("object").map(str)
        values, unit = table["entries"], "unit_entries"
    listed = table["entries"].gt(0)
    classes = classes.where(listed, registers.NOT_LISTED)
    return layers.Choropleth(styles | not_listed, table["subdistrict_code"], classes, values.where(listed), unit)


def _bounds(counts: pd.Series) -> list[float]:
    """Whole classes: of one entry each where they are few, else about equally many places in each."""
    largest = float(counts.max()) if len(counts) else 0.0
    if largest <= MOST_SINGLE:
        return layers.count_bounds(largest)
    return sorted({float(math.ceil(bound)) for bound in class_breaks(counts)})


def choose_entry(scope: Scope, register: Register, entries: pd.DataFrame, key: str) -> str | None:
    """The list; returns the entry whose row was chosen just now."""
    shown = in_words(scope, register, entries)
    words = headings(register)
    picked = st.dataframe(
        shown.rename(columns=words),
        hide_index=True,
        height=min(420, 38 * (len(shown) + 1) + 3),
        width="stretch",
        key=key,
        on_select="rerun",
        selection_mode="single-row",
    )
    panels.downloads(with_figures(register, entries, shown), f"register-{register.name}", words, formats(register))
    rows = picked["selection"]["rows"]
    return str(entries["entry"].iloc[rows[0]]) if rows and rows[0] < len(entries) else None


def without_entry(
    scope: Scope, register: Register, chosen: Query, entries: pd.DataFrame, *, is_open: bool = False
) -> None:
    """The subdistricts that no entry of those asked for names, by district: where to ask next."""
    areas = queries.areas(scope, None)
    inside = areas[areas["district_code"].eq(chosen.district)] if chosen.district else areas
    if register.name == "communities":  # a town without villages lacks none
        every = register_queries.entries(scope, register.name)["subdistrict_code"]
        inside = inside[inside["subdistrict_code"].isin(every)]
    missing = inside[~inside["subdistrict_code"].isin(entries["subdistrict_code"].dropna())]
    if missing.empty:
        return
    panel = panels.unfolded(
        "without-entry", t("entries_without", places=whole(len(missing)), all=whole(len(inside))), is_open=is_open
    )
    if panel is None:
        return
    with panel:
        st.caption(t("entries_without_note"))
        rows = missing.assign(place=[records.place_words(scope, code) for code in missing["subdistrict_code"]])
        panels.table(rows, "without-entry", {"subdistrict_code": t("column_code"), "place": t("entry_place")}, 300)


def sheet(scope: Scope, register: Register, entry: pd.DataFrame) -> None:
    """All that is known of one entry: its fields, what stands around it, and the row of the file it came from."""
    row = next(each_row(entry))
    shown = in_words(scope, register, entry).iloc[0]
    lines = [(heading, shown[name]) for name, heading in headings(register).items()]
    body = "".join(
        f"<li>{safe(heading)}: {safe(words) if words else safe(t('not_known'))}</li>" for heading, words in lines
    )
    st.html(f'<div class="kradan-sheet"><b>{safe(shown[register.title] if register.title in shown else shown["place"])}</b><ul>{body}</ul></div>')  # fmt: skip
    if register.name == "communities":
        _village(scope, row)
    if isinstance(row.subdistrict_code, str):
        page_links.link("subdistrict", t("to_subdistrict"), url_state.link_params(subdistrict=row.subdistrict_code))
    if "file_name" in entry:
        st.caption(records.source_words(row))
    by_hand.papers_of(scope, register, row)


def _village(scope: Scope, village: Any) -> None:
    """Groups, records of support and people that name the village itself."""
    for name in SHOWN_ON_SHEET:
        register = registers.REGISTERS[name]
        rows = each_village(register_queries.entries(scope, name))
        own = rows[rows["village_code"].eq(village.village_code).fillna(False)]
        if len(own):
            st.html(f"<b>{safe(t(f'room_{name}'))}</b>")
            shown = with_figures(register, own, in_words(scope, register, own))
            panels.table(shown, f"village-{name}", headings(register), 220, formats(register))
    supports = each_village(queries.support(scope))
    own = supports[supports["village_code"].eq(village.village_code).fillna(False)]
    if len(own):
        columns = {"agency": t("column_agency"), "what": t("column_what"), "amount_satang": t("column_amount"),
                   "period": t("column_period"), "source": t("column_source")}  # fmt: skip
        st.html(f"<b>{safe(t('support_here'))}</b>")
        panels.table(records.support_words(scope, own), "village-support", columns, 220, {"amount_satang": baht})


def kinds(register: Register, entries: pd.DataFrame) -> dict[str, str]:
    """Code -> words of the kinds present, for the choice of one."""
    if register.kind is None:
        return {}
    present = entries[register.kind.name].dropna().astype(str).value_counts()
    return {code: f"{cell(register.kind, code)} ({number:,})" for code, number in present.items()}
