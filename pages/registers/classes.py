"""A/B/C classes of single groups, villages and funds, or of subdistricts, by chosen criteria, with their stability."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import streamlit as st

from geo.ranking.ranking import Ranking
from geo.ranking.review import agreed
from geo.ranking.spec import SpecError
from geo.registers import Register
from loaders import codes
from pages.components import panels, records
from pages.components.map_layer import Choropleth
from pages.components.registers import agreed as agreed_classes
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.queries.query import Query
from pages.registers import lists
from pages.session import page_links
from pages.session.scope import Scope
from pages.session.text import coded, day, flat, percent, safe, stated_text, t, whole

ROOMS = ("groups", "communities", "funds")
SUBDISTRICTS = "subdistricts"


def marked(scope: Scope, register: Register, layer: Choropleth) -> Choropleth:
    """Map of a room, striped where people agreed on the class of an entry."""
    if register.name not in ROOMS or layer.marks is not None:
        return layer
    agreed_entries = set(register_queries.agreed_of_entries(scope, register.name)["entry"].dropna())
    every = register_queries.entries(scope, register.name)
    marks = layer.codes.isin(set(every.loc[every["entry"].isin(agreed_entries), "subdistrict_code"].dropna()))
    return replace(layer, marks=marks, mark_key="agreed_mark") if marks.any() else layer


@cache
def proposed() -> dict[str, Any]:
    """``data/rules/register_criteria.toml``: criteria preselected per room, and the share that must be known."""
    return codes.rule_file("register_criteria")


def panel(scope: Scope, register: Register, chosen: Query, every: pd.DataFrame) -> None:
    """Panel of classes below the list of a room."""
    if register.name not in ROOMS or every.empty:
        return
    place = panels.unfolded(f"classes-{register.name}", t("classes_title"))
    if place is None:
        return
    with place:
        st.caption(t("classes_note", share=percent(proposed()["known_share"])))
        units = st.segmented_control(
            t("classes_of"), (register.name, SUBDISTRICTS), default=register.name, required=True, key=f"classes-of-{register.name}",
            format_func=lambda name: t("level_subdistrict") if name == SUBDISTRICTS else t(f"room_{name}"),
        )  # fmt: skip
        name = str(units)
        criteria = _criteria(scope, name)
        if not criteria:
            panels.empty("classes_none_chosen")
            return
        try:
            ranking = register_queries.classes(scope, name, criteria, float(proposed()["known_share"]))
        except SpecError as stop:
            st.warning(flat(stated_text(stop)))
            return
        _result(scope, register, name, chosen, every, ranking)


def _criteria(scope: Scope, name: str) -> tuple[tuple[str, float, int], ...]:
    """Chosen criteria as (code, weight, direction); any column with data can be chosen, the proposal is preselected."""
    present = [column for column in register_queries.measured(scope, name) if column != "entry"]
    stated = {entry["code"]: entry for entry in proposed().get(name, ())}
    words = {code: words_of(code) for code in present}
    picked = st.multiselect(
        t("classes_criteria"), present, [code for code in stated if code in present], format_func=words.__getitem__,
        key=f"classes-criteria-{name}", placeholder=t("classes_choose"),
    )  # fmt: skip
    falling = [code for code in picked if stated.get(code, {}).get("direction", 1) < 0]
    less = st.multiselect(
        t("classes_less"), picked, falling, format_func=words.__getitem__, key=f"classes-less-{name}", placeholder=t("classes_choose"),
    )  # fmt: skip
    return tuple((code, float(stated.get(code, {}).get("weight", 1.0)), -1 if code in less else 1) for code in picked)


def words_of(code: str) -> str:
    """Criterion in words: ``register:ROOM``, ``indicator:CODE`` or a column."""
    kind, _, rest = code.partition(":")
    if kind == "register":
        return t(f"room_{rest}")
    if kind == "indicator":
        return lists.indicator_words(rest)
    return coded("entry_", code)


def _result(scope: Scope, register: Register, name: str, chosen: Query, every: pd.DataFrame, ranking: Ranking) -> None:
    standing = _standing(scope, name, ranking)
    reviewed = agreed(ranking, standing[standing["entry"].notna()])
    units = reviewed.units.set_index("entry")
    if name == SUBDISTRICTS:
        shown = pd.DataFrame({"entry": units.index, "subdistrict_code": units.index, "area_code": units.index, "district_code": units.index.str[:4]})  # fmt: skip
    else:
        shown = every
    if chosen.district:
        shown = shown[shown["district_code"].eq(chosen.district).fillna(False)]
    mine = units.reindex(shown["entry"])
    hold = ranking.spec.uncertainty.hold
    firm, scored = int((mine["stability"] >= hold).sum()), int(mine["score"].notna().sum())
    counts = mine["agreed_class"].value_counts()
    otherwise = int(mine["is_overridden"].fillna(False).sum())
    parts = " · ".join(f"{label} {whole(int(counts.get(label, 0)))}" for label in ranking.spec.labels)
    st.html(f"<b>{safe(t('classes_finding', parts=parts, scored=whole(scored), all=whole(len(shown)), firm=whole(firm), hold=percent(hold), draws=whole(ranking.spec.uncertainty.draws)))}</b>")  # fmt: skip
    if otherwise:
        st.caption(t("classes_agreed", number=whole(otherwise)))
    measured = register_queries.measured(scope, name).set_index("entry").reindex(shown["entry"])
    titles = lists.in_words(scope, register, shown) if name != SUBDISTRICTS else pd.DataFrame({"place": lists.places(scope, shown)}, index=shown.index)  # fmt: skip
    table = pd.DataFrame({"place": titles["place"].to_numpy()})
    heads = {"place": t("entry_place")}
    if name != SUBDISTRICTS and register.title in titles:
        table.insert(0, "title", titles[register.title].to_numpy())
        heads = {"title": t(f"entry_{register.title}")} | heads
    mine = mine.assign(decided=[_decided(row) for row in mine.to_dict("records")])
    for column in ("agreed_class", "class", "decided", "stability", "border", "score", "rank"):
        table[column] = mine[column].to_numpy()
        heads[column] = t(f"classes_{column}")
    for code in ranking.spec.codes:
        table[code] = measured[code].to_numpy() / (100 if code.endswith("_satang") else 1)
        heads[code] = words_of(code)
    table = table.assign(border=[text if isinstance(text, str) else "" for text in table["border"]])
    figures = dict.fromkeys(ranking.spec.codes, _figure)
    table = table.sort_values("rank", na_position="last")
    panels.table(table, f"classes-{name}", heads, 420, {"stability": percent, "score": _figure, **figures}, _stamp(scope, ranking))  # fmt: skip
    _agree(scope, register, name, shown.assign(words=_words(table, titles, register)), units, standing, ranking)


def _words(table: pd.DataFrame, titles: pd.DataFrame, register: Register) -> list[str]:
    """Label of each unit in the list of choices."""
    names = titles[register.title] if register.title in titles else pd.Series("", titles.index)
    return [" · ".join(part for part in (str(name), str(place)) if part) for name, place in zip(names, titles["place"], strict=True)]  # fmt: skip


def _decided(row: dict) -> str:
    """Reason, person and day of an agreed class; "" without one."""
    return f"{row['reason']} · {row['by']} · {day(row['on'])}" if row["is_overridden"] is True else ""


def _standing(scope: Scope, name: str, ranking: Ranking) -> pd.DataFrame:
    """Agreed classes of the units; for subdistricts those of the ranking page in the usual year."""
    if name != SUBDISTRICTS:
        return register_queries.agreed_of_entries(scope, name)
    table = register_queries.agreed_classes(scope, _index_of_subdistricts())
    year = table["fiscal_year"].astype("Int64").eq(queries.usual_year(scope)).fillna(False).astype(bool)
    return table[year].assign(entry=lambda frame: frame["subdistrict_code"])


@cache
def _index_of_subdistricts() -> str:
    return str(codes.rule_file("criteria")["code"])


def _agree(
    scope: Scope, register: Register, name: str, shown: pd.DataFrame, units: pd.DataFrame, standing: pd.DataFrame, ranking: Ranking,
) -> None:  # fmt: skip
    """Forms to agree on a class of one unit and to undo it, history, and the number of classes that lost their unit."""
    if name == SUBDISTRICTS:
        page_links.link("ranking", t("classes_agree_there"), {})
        return
    words = dict(zip(shown["entry"], shown["words"], strict=True))
    keys = register_queries.unit_keys(scope, name)
    by_key = {key: words[entry] for entry, key in keys.items() if entry in words and isinstance(key, str)}
    lost = int(standing.loc[standing["entry"].isna(), "id"].nunique())
    if lost:
        st.caption(t("classes_agreed_lost", number=whole(lost)))
    if not scope.viewer.is_team:
        return

    def said(row: dict) -> str:
        return by_key.get(row["unit_key"]) or t(
            "classes_agreed_gone", place=records.place_words(scope, row["subdistrict_code"])
        )

    with st.expander(t("override_title")):
        options = [entry for entry in shown["entry"] if isinstance(keys.get(entry), str)]
        opened = st.session_state.get("entry")
        entry = st.selectbox(t("agreed_of"), options, options.index(opened) if opened in options else 0, format_func=words.__getitem__, key=f"agree-of-{name}")  # fmt: skip
        if entry is not None:
            place = shown.set_index("entry").at[entry, "subdistrict_code"]
            computed, now = (None if pd.isna(units.at[entry, column]) else str(units.at[entry, column]) for column in ("class", "agreed_class"))  # fmt: skip
            unit = agreed_classes.Unit(
                words[entry], place if isinstance(place, str) else None, keys[entry], computed, now
            )
            agreed_classes.form(
                scope, unit, list(ranking.spec.labels), name, None, name=f"agree-{name}", key=str(entry)
            )
        agreed_classes.undo(standing.drop_duplicates("id"), said)
    agreed_classes.history(register_queries.agreed_classes(scope, name, removed=True), said)


def _stamp(scope: Scope, ranking: Ranking) -> dict[str, str]:
    return {t("stamp_version"): f"{scope.version} / {ranking.data_version} / {ranking.spec.version}"}


def _figure(value: Any) -> str:
    return "" if value is None or pd.isna(value) else f"{float(value):,.1f}".removesuffix(".0")
