"""The ten questions of the board, answered as sentence, map layer and list; links to questions of other pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from geo.maps.board import ClassStyle
from geo.maps.palette import ROLES
from geo.money import alignment
from geo.questions.context import Answer, Context
from geo.questions.questions import QUESTIONS
from geo.statuses import NOTHING
from geo.statuses import TEXT_KEYS as STATUS_KEYS
from loaders import codes
from pages.components import map_layer, panels, records
from pages.components.names import need_names
from pages.gaps import lists as gap_lists
from pages.queries import coverage, gaps, overlaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.ranking import data as ranking_data
from pages.ranking import panels as ranking_panels
from pages.session import page_links, url_state
from pages.session.scope import Scope
from pages.session.text import baht, percent, safe, t, whole


def booklets(scope: Scope) -> str:
    """Number of subdistricts that hold their plan booklet, of all; not known when it is unknown for all."""
    blanks = QUESTIONS["booklets"](context(scope, Query())).blanks
    if blanks["unknown"] == blanks["all"]:
        return t("not_known")
    return t("of", part=blanks["places"], whole=blanks["all"])


def choose() -> str:
    """Choose a question; the first option, "", is the board without one."""
    options = ["", *QUESTIONS]
    url_state.current().hold("question", options, "")
    with st.container(key="questions"):
        return st.radio(
            t("questions"),
            options,
            format_func=lambda code: t(f"question_{code or 'board'}"),
            key="question",
            persist_state="session",
        )


def context(scope: Scope, chosen: Query, subdistrict: str | None = None) -> Context:
    """Input of the questions under the filters; slow parts are functions, called only by questions that need them."""
    wide = chosen.without("district")
    return Context(
        coverage=coverage.coverage(scope, wide),
        support=coverage.records(scope, wide),
        plans=queries.register(scope, "plan"),
        strength=lambda: strength(scope, wide.fiscal_year),
        adjacency=queries.adjacency(scope),
        by_theme=lambda: coverage.by_theme(scope, wide),
        overlaps=lambda: overlaps.overlaps(scope, wide),
        needs=lambda: _needs(scope, wide),
        district=chosen.district,
        subdistrict=subdistrict,
    )


def community_classes(scope: Scope, fiscal_year: int | None) -> dict[str, str]:
    """Subdistrict code -> A/B/C class by the default method, the agreed one where people decided; unranked left out."""
    ranking = ranking_data.ranked(scope, fiscal_year, ranking_data.Method())
    units = ranking_data.reviewed(scope, ranking, fiscal_year).units.dropna(subset=["agreed_class"])
    return dict(zip(units["subdistrict_code"], units["agreed_class"].astype(str), strict=True))


def strength(scope: Scope, fiscal_year: int | None) -> pd.DataFrame:
    """Weak places: the weakest class of the ranking, or without any class by the signs of strength.

    See :func:`geo.money.alignment.strength`.
    """
    signs = [entry["code"] for entry in codes.indicators() if entry["direction"] == "strength"]
    weakest = ranking_data.labels()[-1]
    weak = {code: label == weakest for code, label in community_classes(scope, fiscal_year).items()}
    return alignment.strength(gaps.needs(scope), signs, queries.areas(scope, fiscal_year), weak or None)


def need_looked_at(scope: Scope) -> str | None:
    """Need chosen on the gaps page, else the first with figures; None without any."""
    listed = list(need_names(scope))
    need = st.session_state.get("need")
    return need if need in listed else next(iter(listed), None)


def _needs(scope: Scope, wide: Query) -> pd.DataFrame | None:
    need = need_looked_at(scope)
    return gaps.gaps(scope, wide, need) if need else None


def answer(scope: Scope, chosen: Query, code: str, subdistrict: str | None = None) -> Answer:
    """Answer to a question of :data:`geo.questions.questions.QUESTIONS`."""
    return QUESTIONS[code](context(scope, chosen, subdistrict))


# Question -> blank of its sentence -> code of the named figure.
TOLD = {
    "nobody": {"places": "none", "above": "none_above", "unknown": "not_reported", "people": "people_none"},
    "not_known": {"places": "not_reported", "people": "people_not_reported"},
    "weak_unsupported": {"places": "weak_none", "weak": "weak"},
    "need_without_help": {"places": "gap", "unknown": "gap_unknown", "people": "people_in_gaps"},
    "duplication": {"pairs": "suspected_pairs", "places": "suspected_places", "stake_satang": "stake"},
    "strong_current_on_weak": {"places": "strong_on_weak"},
}


def told(code: str, result: Answer) -> dict[str, int | float | None]:
    """Named figures in the sentence of an answer, by code; none where the sentence says "not known"."""
    if result.sentence.endswith("_unknown"):
        return {}
    values: dict[str, Any] = {name: result.blanks[blank] for blank, name in TOLD.get(code, {}).items()}
    return {name: None if pd.isna(value) else int(value) for name, value in values.items()}


def sentence(scope: Scope, result: Answer) -> str:
    """Answer as a sentence in the current language."""
    need = need_looked_at(scope)
    named = {"need": need_names(scope)[need] if need else ""}
    return t(result.sentence, **named, **{name: _blank(scope, name, value) for name, value in result.blanks.items()})


def _blank(scope: Scope, name: str, value: Any) -> str:
    if name.endswith("_satang"):
        return baht(value)
    if name.endswith("_share"):
        return percent(value)
    if name.endswith("_per_head"):
        return t("not_known") if pd.isna(value) else f"{float(value):,.0f}"
    if name.endswith("_code"):
        return records.place_words(scope, value)
    return whole(value)


def sources(scope: Scope, chosen: Query, question: str) -> pd.DataFrame:
    """Source rows of the page's figures and of the answer: support, booklets, and rows that the question adds."""
    plans = queries.register(scope, "plan")
    parts = [coverage.records(scope, chosen), plans[plans["booklet_held"].notna() & plans["subdistrict_code"].notna()]]
    if question in ("weak_unsupported", "strong_current_on_weak"):
        parts.append(ranking_panels.criteria_rows(scope, chosen.fiscal_year))
    if question == "need_without_help" and (need := need_looked_at(scope)):
        parts.append(gap_lists.gaps_sources(scope, chosen, need, chosen.theme or gaps.theme_of(need) or ""))
    return pd.concat([part[ranking_panels.SOURCE] for part in parts], ignore_index=True)


def layer_of(result: Answer) -> map_layer.Choropleth:
    """Map layer of an answer."""
    nothing = map_layer.nothing_styles()
    styles = {}
    for letter, (role, key) in result.styles.items():
        if role in NOTHING:
            usual = nothing[NOTHING[role]]
            styles[letter] = replace(usual, key=key) if key else usual
        else:
            styles[letter] = ClassStyle(ROLES[role], key)
    table = result.classes
    values = table["value"] if result.unit else None
    marks = table["subdistrict_code"].isin(result.marked) if result.marked else None
    return map_layer.Choropleth(
        styles,
        table["subdistrict_code"],
        table["class"],
        values,
        result.unit,
        marks,
        result.mark_label,
        dict(result.badges) or None,
    )


def _names(scope: Scope, codes: object) -> str:
    return ", ".join(records.place_words(scope, code) for code in str(codes).split(",") if code)


def _columns(scope: Scope) -> dict[str, tuple[str, Callable[[Any], str]]]:
    """Columns that an answer may list: text key of the heading, and format of a value."""
    agencies = records.agency_names(scope)
    return {
        "subdistrict_code": ("column_place", partial(records.place_words, scope)),
        "district_code": ("column_district", partial(records.place_words, scope)),
        "agency_code": ("column_agency", lambda code: agencies.get(code, code)),
        "theme_code": ("column_theme", records.theme_words),
        "status": ("column_status", lambda status: t(STATUS_KEYS[status])),
        "agencies": ("column_agencies", whole),
        "supports": ("column_records", whole),
        "amount_satang": ("column_amount", baht),
        "at_stake_satang": ("column_at_stake", baht),
        "suspected_duplication": ("column_pairs", whole),
        "per_head_baht": (
            "column_per_head",
            lambda value: t("not_known") if pd.isna(value) else f"{float(value):,.0f}",
        ),
        "need_value": ("column_need", whole),
        "population": ("column_population", whole),
        "beside_codes": ("column_neighbours_without", partial(_names, scope)),
        "missing_bases": ("column_missing_bases", lambda bases: records.base_words(scope, bases)),
        "waiting": ("column_waiting", lambda rows: whole(rows) if rows else ""),
        "incomplete": ("column_incomplete", whole),
        "is_silent": ("column_silent", lambda silent: t("yes") if silent else ""),
        "above_satang": ("column_above_satang", baht),
        "with_above_baht": ("column_with_above", lambda value: f"{float(value):,.0f}"),
        "supported_above": ("column_supported_above", lambda above: t("yes") if above else ""),
    }


def listing(scope: Scope, code: str, result: Answer) -> None:
    """Link to the page that shows more, and the rows behind the answer."""
    view, choices = result.link
    page_links.link(view, t("answer_more", view=t(f"view_{view}")), url_state.link_params(**choices))
    if result.listed.empty:
        return
    formats: Mapping[str, tuple[str, Callable[[Any], str]]] = _columns(scope)
    shown = [name for name in formats if name in result.listed]
    headings = {name: t(formats[name][0]) for name in shown}
    panels.table(result.listed, f"answer-{code}", headings, formats={name: formats[name][1] for name in shown})


# Question answered by another page -> page and extra choices of the link. Text key: ``door_ask_QUESTION``.
DOORS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "facilitator": ("registers", {"register": "people", "kind": "facilitator"}),
        "vacant": ("registers", {"register": "people", "open": "open"}),
        "groups": ("registers", {"register": "groups"}),
        "no_group": ("registers", {"register": "groups", "list": "without"}),
        "networks": ("registers", {"register": "membership", "shown": "entries"}),
        "unlinked": ("registers", {"register": "membership", "shown": "unlinked", "list": "unlinked"}),
        "carer": ("registers", {"register": "looking_after", "shown": "nobody"}),
        "stuck": ("currents", {"shown": "speed"}),
        "steerable": ("rudder", {}),
        "changed": ("loop", {"list": "changed"}),
        "late": ("loop", {"list": "work", "state": "late"}),
        "closed": ("sharing", {"list": "openness_title"}),
    }
)
TEAM = {"late"}  # answered by a part of the page that only the team sees


def show_doors(is_team: bool) -> None:
    """Links to the questions that other pages answer, as far as the viewer may open them."""
    items = "".join(
        f'<li><a href="{safe(url_state.address(view, **choices))}">{safe(t(f"door_ask_{name}"))}</a></li>'
        for name, (view, choices) in DOORS.items()
        if page_links.may_open(view) and (is_team or name not in TEAM)
    )
    st.html(f'<div class="kradan-doors"><b>{safe(t("doors_title"))}</b><ul>{items}</ul></div>')
