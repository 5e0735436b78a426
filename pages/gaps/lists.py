"""Lists of the gaps page: places without help, places not known, themes, plan demands, clusters."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.clusters import METHODS
from geo.coverage.gaps import gap_title
from geo.frames import each_row
from loaders import codes
from pages.components import filters as choices
from pages.components import panels
from pages.components import records as rows_
from pages.components.names import theme_names
from pages.components.registers import layer as register_layer
from pages.queries import coverage, gaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import fragments, page_links, url_state
from pages.session.scope import Scope
from pages.session.text import baht, language, name_of, percent, safe, t, whole

LIST_KEYS = {
    "gap": "gap_list_gap",
    "unknown_support": "gap_list_unknown_support",
    "theme": "gap_list_theme",
    "plans": "gap_list_plans",
}
BAR_KEYS = {"median": "bar_median", "mean": "bar_mean", "quarter": "bar_quarter"}
MODE_KEYS = {"quadrants": "mode_quadrants", "clusters": "mode_clusters"}
METHOD_KEYS = {"moran": "method_moran", "getis_ord": "method_getis_ord"}
PER_KEYS = {"rate": "per_rate", "count": "per_count", "households": "per_households", "population": "per_population"}
RATE_KEYS = {"households": "rate_per_households", "population": "rate_per_population"}
NAMED = 3  # agencies named in a cell; the others are only counted
PLAN_KEYS = {"unmet": "plan_unmet", "part": "plan_part", "met": "plan_met", "unknown": "plan_unknown"}


def chosen_list(scope: Scope, chosen: Query, inside: pd.DataFrame, need: str, theme: str) -> None:
    """One list at a time, so that a change of filter computes only what is visible."""
    apart(scope, need)
    kind = choices.switch("list", t("list"), list(LIST_KEYS), lambda name: t(LIST_KEYS[name]), "gap")
    if kind == "theme":
        _themes(scope, chosen)
    elif kind == "plans":
        _plans(scope, chosen)
    else:
        _places(scope, chosen, inside[inside["quadrant"].eq(kind)], need, theme)


def gaps_finding(counts: pd.Series, theme: str, need: str, above: int) -> str:
    """Sentence: places of high need without support; where there is none, how many are unknown and may be one."""
    unknown = int(counts.get("unknown_support", 0) + counts.get("unknown_need", 0))
    kind = gap_title(int(counts.get("gap", 0)), above, "finding_gaps_unknown" if unknown else "finding_gaps_zero")
    return t(kind, gaps=counts.get("gap", 0), above=above, theme=theme, need=need, unknown=unknown)


def least_reached(scope: Scope, chosen: Query) -> str:
    """Sentence for a store without figures of need: of the reported themes, the one that leaves most people out."""
    rows = gaps.gaps_by_theme(scope, chosen)
    rows = rows[rows["none"] > 0]
    if rows.empty:
        return t("view_gaps")
    row = rows.iloc[0]
    theme, people = theme_names()[row["theme_code"]], whole(row["population_none"])
    return t("finding_gap_theme", theme=theme, none=int(row["none"]), all=int(row["all"]), people=people)


def without_needs(scope: Scope, chosen: Query) -> None:
    """Without figures of need: say what is missing, and still show themes and plans."""
    if queries.support(scope).empty:
        panels.empty("nothing_loaded")
        return
    panels.empty("no_needs")
    _themes(scope, chosen)
    _plans(scope, chosen)


def cluster_finding(scope: Scope, counts: dict[str, int], measure: str) -> str:
    """Sentence: how many places have low values among low neighbours, by the chosen measure."""
    return t(
        "finding_clusters" if counts.get("w") else "finding_clusters_zero",
        weak=counts.get("w", 0),
        measure=_hints(scope)[measure],
    )


def _near(scope: Scope, chosen: Query, places: list[tuple[str, str]]) -> list[str]:
    near, names = gaps.near_agencies(scope, chosen.fiscal_year), rows_.agency_names(scope)
    return [_first(near.get(place, []), names) or t("nobody_near") for place in places]


def _first(agencies: list[str], names: dict[str, str]) -> str:
    """The first :data:`NAMED` agencies by name, and how many more there are."""
    words, more = ", ".join(names.get(agency, agency) for agency in agencies[:NAMED]), len(agencies) - NAMED
    return t("and_more", words=words, more=more) if more > 0 else words


def _named(scope: Scope, chosen: Query, rows: pd.DataFrame) -> pd.DataFrame:
    areas = {row.subdistrict_code: row for row in each_row(queries.areas(scope, chosen.fiscal_year))}
    listed = [areas[code] for code in rows["subdistrict_code"]]
    return rows.assign(
        name=[name_of(area) for area in listed], district=[name_of(area, "district_name") for area in listed]
    )


def gaps_sources(scope: Scope, chosen: Query, need: str, theme: str) -> pd.DataFrame:
    """Source rows of the page: figures of the need, and records of its theme."""
    work = coverage.records(scope, Query(chosen.fiscal_year, chosen.agency, theme, chosen.stream))
    return pd.concat([gaps.need_records(scope, need), work], ignore_index=True)


def unit_of(indicator: str) -> str:
    """Unit of an indicator, in words."""
    entry = next(entry for entry in codes.indicators() if entry["code"] == indicator)
    return str(entry.get(f"unit_{language()}") or entry.get("unit_th") or "")


def apart(scope: Scope, need: str) -> None:
    """Caption on municipalities: their figures belong to no subdistrict, so they are summed here, with a link."""
    offices, total = gaps.apart(scope, need)
    if offices:
        st.caption(t("need_apart", offices=whole(offices), total=whole(total), unit=unit_of(need)))
        way = url_state.link_params(register="indicators", kind=need)
        page_links.link("registers", t("room_indicators"), way)


def _places(scope: Scope, chosen: Query, rows: pd.DataFrame, need: str, theme: str) -> None:
    """Subdistricts of one list, largest need first, with agencies nearby that could act and missing providers."""
    if rows.empty:
        panels.empty("no_gaps")
        return
    shown = _named(scope, chosen, rows).assign(
        could_act=_near(scope, chosen, [(code, theme) for code in rows["subdistrict_code"]]),
        missing=rows_.missing_words(scope, rows),
        above=[t("yes") if above else "" for above in rows["supported_above"]],
        rate=[_rate(need, measure) for measure in rows["need_measure"]],
    )
    columns = {"name": t("column_subdistrict"), "district": t("column_district"),
               "need_value": t("column_need_unit", unit=unit_of(need)), "rate": t("column_need_rate"), "population": t("column_population"),
               "could_act": t("column_could_act"), "above": t("column_above"),
               "missing": t("column_missing_bases")}  # fmt: skip
    panels.table(shown, "gaps", columns, formats={"need_value": whole, "population": whole})


def _rate(need: str, measure: float) -> str:
    """The figure a place was classed by: per 1,000 people or households, else the figure itself."""
    divisor = gaps.divisor_of(need, st.session_state["per"])
    if pd.isna(measure):
        return t("not_known")
    return t(RATE_KEYS[divisor], rate=f"{measure * 1000:,.1f}") if divisor else whole(measure)


def _themes(scope: Scope, chosen: Query) -> None:
    """Themes by the number of people who live where there is none of it."""
    rows = gaps.gaps_by_theme(scope, chosen)
    silent = rows["not_reported"].eq(rows["all"])  # no report at all: the number of people is unknown, not 0
    rows = rows.assign(
        theme=[rows_.theme_words(code) for code in rows["theme_code"]],
        population_none=rows["population_none"].mask(silent),
    )
    columns = {"theme": t("column_theme"), "population_none": t("column_people_without"), "none": t("status_none"),
               "not_reported": t("status_not_reported"), "covered": t("status_covered"),
               "amount_satang": t("column_amount"), "completeness": t("column_heard")}  # fmt: skip
    panels.table(
        rows, "gaps-theme", columns, formats={"population_none": whole, "amount_satang": baht, "completeness": percent}
    )


def _plans(scope: Scope, chosen: Query) -> None:
    """Demands of community plans with their status, unmet first."""
    rows = gaps.plan_demands(scope, chosen)
    if rows.empty:
        panels.empty("no_plan_demands")
        return
    statuses = rows["status"].value_counts()
    counts = {status: statuses.get(status, 0) for status in PLAN_KEYS}
    st.html(f"<p>{safe(t('plan_finding', **counts))}</p>")
    shown = _named(scope, chosen, rows).assign(
        theme=[rows_.theme_words(code) for code in rows["theme_code"]],
        words=[t(PLAN_KEYS[status]) for status in rows["status"]],
        could_act=_near(scope, chosen, list(zip(rows["subdistrict_code"], rows["theme_code"], strict=True))),
        missing=rows_.missing_words(scope, rows),
    )
    columns = {"name": t("column_subdistrict"), "district": t("column_district"), "theme": t("column_asked"),
               "words": t("column_status"), "demands": t("column_demands"), "unmet": t("column_unmet"),
               "could_act": t("column_could_act"), "missing": t("column_missing_bases")}  # fmt: skip
    panels.table(shown, "gaps-plans", columns)


def choose_view(scope: Scope, listed: dict[str, str]) -> None:
    """Row of choices above the map: need against support, or clusters; ``listed``: code of a need -> name."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="ways"):
        mode = choices.switch("mode", t("mode"), list(MODE_KEYS), lambda name: t(MODE_KEYS[name]))
        with fragments.redraws(fragments.RESULTS):
            if mode == "clusters":
                choose_hint(scope)
            else:
                choices.choose("need", t("filter_need"), list(listed), listed.__getitem__)
                choices.choose("per", t("per"), list(PER_KEYS), lambda name: t(PER_KEYS[name]))
                choices.choose("bar", t("bar"), list(BAR_KEYS), lambda name: t(BAR_KEYS[name]))
        register_layer.choose()


def choose_hint(scope: Scope) -> tuple[str, str]:
    """Choose the measure and the statistic of the clusters."""
    words = _hints(scope)
    measure = choices.choose("hint", t("hint_measure"), list(words), words.__getitem__)
    return measure, choices.switch("method", t("hint_method"), METHODS, lambda name: t(METHOD_KEYS[name]), "moran")


def _hints(scope: Scope) -> dict[str, str]:
    """Measures for clusters, code -> words: signs of strength, then baht per head."""
    signs = {code: entry[f"name_{language()}"] for code, entry in gaps.strengths(scope).items()}
    return signs | {"per_head_baht": t("measure_per_head_baht")}


def clusters(scope: Scope, chosen: Query, table: pd.DataFrame, measure: str) -> None:
    """Table of weak places that lie together or among strong ones, with their p-value."""
    rows = table[table["cluster"].isin(["weak", "weak_among_strong"])].sort_values(
        ["cluster", "value", "subdistrict_code"]
    )
    if chosen.district:
        rows = rows[rows["subdistrict_code"].str.startswith(chosen.district)]
    if rows.empty:
        panels.empty("no_clusters")
        return
    shown = _named(scope, chosen, rows).assign(words=[t(f"cluster_{cluster}") for cluster in rows["cluster"]])
    value = _hints(scope)[measure]
    columns = {
        "name": t("column_subdistrict"),
        "district": t("column_district"),
        "words": t("column_hint"),
        "value": value,
        "p_value": t("column_chance"),
    }
    panels.table(
        shown,
        "clusters",
        columns,
        formats={"value": lambda number: f"{number:,.1f}", "p_value": lambda number: f"{number:.3f}"},
    )
