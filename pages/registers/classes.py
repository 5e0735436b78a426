"""A, B, C of single groups, villages and funds, or of subdistricts, by whatever a person chooses; how firm each is stands beside."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

import pandas as pd
import streamlit as st

from geo.ranking.ranking import Ranking
from geo.ranking.spec import SpecError
from geo.registers import Register
from loaders import settings
from pages.components import panels
from pages.queries import registers as register_queries
from pages.queries.query import Query
from pages.registers import lists
from pages.session.scope import Scope
from pages.session.text import coded, flat, percent, safe, t, whole

ROOMS = ("groups", "communities", "funds")
SUBDISTRICTS = "subdistricts"


@cache
def proposed() -> dict[str, Any]:
    """``data/rules/register_criteria.toml``."""
    with (settings.RULES / "register_criteria.toml").open("rb") as file:
        return tomllib.load(file)


def panel(scope: Scope, register: Register, chosen: Query, every: pd.DataFrame) -> None:
    """The panel of classes under the list of a room."""
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
            st.warning(flat(t(f"problem_{stop.code}", value=stop.value, expected=stop.expected)))
            return
        _result(scope, register, name, chosen, every, ranking)


def _criteria(scope: Scope, name: str) -> tuple[tuple[str, float, int], ...]:
    """What is chosen: any column that something is known of; the stated proposal first."""
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
    """A criterion in words: a column, the entries of a register, an indicator."""
    kind, _, rest = code.partition(":")
    if kind == "register":
        return t(f"room_{rest}")
    if kind == "indicator":
        return lists.indicator_words(rest)
    return coded("entry_", code)


def _result(scope: Scope, register: Register, name: str, chosen: Query, every: pd.DataFrame, ranking: Ranking) -> None:
    units = ranking.units.set_index("entry")
    if name == SUBDISTRICTS:
        shown = pd.DataFrame({"entry": units.index, "subdistrict_code": units.index, "area_code": units.index, "district_code": units.index.str[:4]})  # fmt: skip
    else:
        shown = every
    if chosen.district:
        shown = shown[shown["district_code"].eq(chosen.district).fillna(False)]
    mine = units.reindex(shown["entry"])
    hold = ranking.spec.uncertainty.hold
    firm, scored = int((mine["stability"] >= hold).sum()), int(mine["score"].notna().sum())
    counts = mine["class"].value_counts()
    parts = " · ".join(f"{label} {whole(int(counts.get(label, 0)))}" for label in ranking.spec.labels)
    st.html(f"<b>{safe(t('classes_finding', parts=parts, scored=whole(scored), all=whole(len(shown)), firm=whole(firm), hold=percent(hold), draws=whole(ranking.spec.uncertainty.draws)))}</b>")  # fmt: skip
    measured = register_queries.measured(scope, name).set_index("entry").reindex(shown["entry"])
    titles = lists.in_words(scope, register, shown) if name != SUBDISTRICTS else pd.DataFrame({"place": lists.places(scope, shown)}, index=shown.index)  # fmt: skip
    table = pd.DataFrame({"place": titles["place"].to_numpy()})
    heads = {"place": t("entry_place")}
    if name != SUBDISTRICTS and register.title in titles:
        table.insert(0, "title", titles[register.title].to_numpy())
        heads = {"title": t(f"entry_{register.title}")} | heads
    for column in ("class", "stability", "border", "score", "rank"):
        table[column] = mine[column].to_numpy()
        heads[column] = t(f"classes_{column}")
    for code in ranking.spec.codes:
        table[code] = measured[code].to_numpy() / (100 if code.endswith("_satang") else 1)
        heads[code] = words_of(code)
    table = table.assign(border=[text if isinstance(text, str) else "" for text in table["border"]])
    figures = dict.fromkeys(ranking.spec.codes, _figure)
    table = table.sort_values("rank", na_position="last")
    panels.table(table, f"classes-{name}", heads, 420, {"stability": percent, "score": _figure, **figures}, _stamp(scope, ranking))  # fmt: skip


def _stamp(scope: Scope, ranking: Ranking) -> dict[str, str]:
    return {t("stamp_version"): f"{scope.version} / {ranking.data_version} / {ranking.spec.version}"}


def _figure(value: Any) -> str:
    return "" if value is None or pd.isna(value) else f"{float(value):,.1f}".removesuffix(".0")
