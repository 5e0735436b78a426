"""Entries of a register in words, their list and their map."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import pandas as pd
import streamlit as st

from geo import registers
from geo.maps.board import ClassStyle
from geo.maps.breaks import class_breaks, classify
from geo.maps.palette import CALL, SEQUENTIAL
from geo.registers import Field, Register
from loaders import reference
from loaders.codes import agency_name
from loaders.codes import indicators as known_indicators
from pages.components import exports, panels, records
from pages.components import map_layer as layers
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import baht, coded, day, language, percent, t, whole, year

MOST_SINGLE = 8
PLACE = ("area_level", "village_code", "subdistrict_code", "district_code", "area_code")
DATED_KEYS = {"ended": "dated_ended", "later": "dated_later", "now": "dated_now"}


def _number(value: Any) -> str:
    """Figure of any unit, with one decimal unless that is 0."""
    return f"{float(value):,.1f}".removesuffix(".0")


FIGURES: dict[str, Callable[[Any], str]] = {
    "count": whole,
    "satang": baht,
    "share": percent,
    "date": day,
    "number": _number,
}


def cell(field: Field, value: object) -> str:
    """Value of a field in words; NA is ""."""
    if value is None or pd.isna(value):
        return ""
    forms = {
        **FIGURES, "text": str, "themes": records.theme_words,
        "yes_no": lambda answer: t("answer_yes" if answer else "answer_no"), "year": lambda number: year(int(number)),
        "agency": lambda code: agency_name(str(code)), "indicator": indicator_words,
    }  # fmt: skip
    return forms[field.form](value) if field.form in forms else coded(field.form, value)


def indicator_words(code: object) -> str:
    """Name of an indicator, or its code if it is not defined."""
    return next(
        (str(indicator[f"name_{language()}"]) for indicator in known_indicators() if indicator["code"] == code),
        str(code),
    )


def in_words(scope: Scope, register: Register, entries: pd.DataFrame) -> pd.DataFrame:
    """Entries in words, one column per field after ``place``; ``state`` in dated registers."""
    shown = {"place": places(scope, entries)}
    for field in register.fields:
        shown[field.name] = exports.worded(entries[field.name], partial(cell, field))
    if register.is_open:
        vacant = entries[register.is_open].fillna(False).astype(bool)
        person = pd.Series(shown["person"], index=entries.index)
        shown["person"] = person.mask(person.eq(""), t("role_filled")).mask(vacant, t("role_vacant")).tolist()
    if "state" in entries:
        shown["state"] = [t(DATED_KEYS[state]) for state in entries["state"]]
    return pd.DataFrame(shown, index=entries.index)


def with_figures(register: Register, entries: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """:func:`in_words` with unformatted figures and dates, for tables and downloads that apply :func:`formats`."""
    return shown.assign(**{name: entries[name] for name in formats(register)})


def formats(register: Register) -> dict[str, Callable[[Any], str]]:
    """Column -> format of the figures and dates of a register."""
    return {field.name: FIGURES[field.form] for field in register.fields if field.form in FIGURES}


def places(scope: Scope, entries: pd.DataFrame) -> list[str]:
    """Place of each entry in words."""
    codes = entries[[name for name in PLACE if name in entries]]
    rows = list(codes.itertuples(index=False, name="Place"))
    words = {row: _place_words(scope, row) for row in set(rows)}
    return [words[row] for row in rows]


def _place_words(scope: Scope, row: Any) -> str:
    """Place by its most exact code: village, subdistrict, district, local government; or that it is not known."""
    level = getattr(row, "area_level", None)
    if isinstance(level, str) and level == "local_government" and not isinstance(row.subdistrict_code, str):
        name = _offices().get(row.area_code) or t("code_of_office", code=row.area_code)
        return t("place_of_office", name=name, district=records.place_words(scope, row.district_code))
    codes = [getattr(row, name, None) for name in ("village_code", "subdistrict_code", "district_code", "area_code")]
    code = next((code for code in codes if isinstance(code, str) and code), None)
    village = f" {t('villages_listed', numbers=int(code[6:]))}" if code and len(code) == 8 else ""
    return records.place_words(scope, code) + village


def headings(register: Register) -> dict[str, str]:
    """Column of :func:`in_words` -> heading."""
    own = f"{register.name}_" if register.name in registers.defined_names() else ""
    words = {"place": t("entry_place")} | {field.name: t(f"entry_{own}{field.name}") for field in register.fields}
    return words | ({"state": t("column_status")} if registers.is_dated(register) else {})


@cache
def _offices() -> dict[str, str]:
    """Code -> name of local governments."""
    return reference.local_governments().drop_duplicates("entity_code").set_index("entity_code")["name_th"].to_dict()


def layer(scope: Scope, register: Register, entries: pd.DataFrame) -> layers.Choropleth:
    """Map of entries per subdistrict, or of vacant and filled posts; without an entry it is not known, never none."""
    codes = queries.areas(scope, None)["subdistrict_code"]
    table = registers.per_place(entries, codes, register.is_open)
    not_listed = {registers.NOT_LISTED: layers.not_known_style("entries_not_listed")}
    if register.name == "communities":  # the register of areas is complete: no entry means no village
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
    """Class bounds: one entry per class up to :data:`MOST_SINGLE`, else quantiles rounded up."""
    largest = float(counts.max()) if len(counts) else 0.0
    if largest <= MOST_SINGLE:
        return layers.count_bounds(largest)
    return sorted({float(math.ceil(bound)) for bound in class_breaks(counts)})


def choose_entry(scope: Scope, register: Register, entries: pd.DataFrame) -> None:
    """Draw the list; pressing a row opens its entry (choice ``entry``), which stays open when the list changes."""
    shown = in_words(scope, register, entries)
    words, listed = headings(register), entries["entry"].tolist()
    key = panels.rows_key(f"entries-{register.name}", listed)

    def open_entry() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows and rows[0] < len(listed):
            st.session_state["entry"] = str(listed[rows[0]])

    st.dataframe(
        shown.rename(columns=words),
        hide_index=True,
        height=min(420, 38 * (len(shown) + 1) + 3),
        width="stretch",
        key=key,
        on_select=open_entry,
        selection_mode="single-row",
    )
    panels.downloads(with_figures(register, entries, shown), f"register-{register.name}", words, formats(register))


def without_entry(
    scope: Scope, register: Register, chosen: Query, entries: pd.DataFrame, *, is_open: bool = False
) -> None:
    """List the subdistricts without any of ``entries``: where to ask next."""
    areas = queries.areas(scope, None)
    inside = areas[areas["district_code"].eq(chosen.district)] if chosen.district else areas
    if register.name == "communities":  # subdistricts of a town have no villages and lack none
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


def kinds(register: Register, entries: pd.DataFrame) -> dict[str, str]:
    """Code -> words with the number of entries, for the kinds present."""
    if register.kind is None:
        return {}
    present = entries[register.kind.name].dropna().astype(str).value_counts()
    return {code: f"{cell(register.kind, code)} ({number:,})" for code, number in present.items()}
