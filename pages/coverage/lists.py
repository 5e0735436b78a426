"""Tables and sentences of the coverage page; the tables hold everything that the maps show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from geo.frames import each_row
from pages.components import filters as choices
from pages.components import panels, reported
from pages.components import records as rows_
from pages.coverage import dimensions
from pages.coverage.compare import value_words
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import baht, formatter, name_of, percent, t, whole


def _covered(scope: Scope, query: Query) -> int:
    """Number of covered subdistricts without a split: estimates do not count."""
    return int(_written(scope, query)["status"].eq("covered").sum())


def _written(scope: Scope, query: Query) -> pd.DataFrame:
    table = coverage.coverage(scope, replace(query, split=None))
    return table if not query.district else table[table["district_code"] == query.district]


def coverage_finding(scope: Scope, query: Query, inside: pd.DataFrame) -> str:
    """Sentence: how many subdistricts are covered; those covered only through a split are counted separately."""
    covered = int(inside["status"].eq("covered").sum())
    if query.split is None:
        return formatter().phrase(reported.finding(scope, query, inside))
    written = _covered(scope, query)
    return t("finding_coverage_estimated", covered=written, estimated=covered - written, all=len(inside))


def twin_finding(scope: Scope, query: Query, other: Query, dimension: str) -> str:
    """Sentence: covered subdistricts of both maps; not known for a map without any, some of which nobody reported."""
    sentences = []
    for side in (query, other):
        covered, words = _covered(scope, side), value_words(scope, side, dimension)
        is_known = covered or not _written(scope, side)["status"].eq("not_reported").any()
        sentences.append(t("finding_twin" if is_known else "finding_twin_not_known", side=words, covered=covered))
    return " · ".join(sentences)


def least_finding(scope: Scope, query: Query, dimension: str) -> str:
    """Sentence: which value reaches fewest subdistricts, without unreported values; "" when none reaches any."""
    table = dimensions.breakdown(scope, query, dimension)
    table = table[table[["covered", "none"]].any(axis="columns")]
    if not table["covered"].any():
        return ""
    least = table.sort_values("covered", kind="stable").iloc[0]
    return t("finding_least", name=least["name"], covered=int(least["covered"]), all=int(least["all"]))


def nothing(scope: Scope, query: Query) -> None:
    """Say that nothing was found, and which filter to drop."""
    if queries.support(scope).empty:
        panels.empty("nothing_loaded")
        return
    remaining = coverage.records_without_a_filter(scope, query)
    lines = [
        t("nothing_without", filter=t(f"filter_{'year' if name == 'fiscal_year' else name}"), records=whole(number))
        for name, number in remaining.items()
        if number
    ]
    if not lines:
        lines = [
            t(
                "nothing_several",
                records=whole(len(coverage.records(scope, Query(query.fiscal_year)))),
            )
        ]
    st.info(t("nothing_found") + "".join(f"\n- {line}" for line in lines))


def lists(scope: Scope, query: Query, inside: pd.DataFrame) -> None:
    """One list at a time: subdistricts, values of a dimension, or levels that records are written at."""
    panel = panels.unfolded("list", t("list"))
    if panel is None:
        return
    with panel:
        _list(scope, query, inside)


def _list(scope: Scope, query: Query, inside: pd.DataFrame) -> None:
    kinds = ["places", *dimensions.DIMENSIONS, "level"]
    kind = choices.switch("list", t("list"), kinds, lambda name: t(f"list_{name}"), "places")
    if kind == "places":
        _places(scope, inside, query)
    elif kind == "level":
        _levels(scope, query)
    else:
        _breakdown(scope, query, kind)


def _places(scope: Scope, inside: pd.DataFrame, query: Query) -> None:
    names = {row.subdistrict_code: row for row in each_row(queries.areas(scope, query.fiscal_year))}
    rows = inside.assign(
        name=[name_of(names[code]) for code in inside["subdistrict_code"]],
        district=[name_of(names[code], "district_name") for code in inside["subdistrict_code"]],
        words=[
            t(rows_.STATUS_KEYS[status]) + (f" · {t('estimated')}" if guess else "")
            for status, guess in zip(inside["status"], inside["is_estimated"], strict=True)
        ],
        villages_reached=[rows_.village_words(row) for row in each_row(inside)],
        missing=rows_.missing_words(scope, inside),
    ).sort_values(["agencies", "subdistrict_code"], ascending=[False, True])
    rows["agencies"] = rows["agencies"].astype("Int64").mask(rows["status"].eq("not_reported"))
    population = t("column_population_of", year=queries.population_year(query.fiscal_year) + 543)
    columns = {"subdistrict_code": t("column_code"), "name": t("column_subdistrict"), "district": t("column_district"),
               "words": t("column_status"), "agencies": t("column_agencies"),
               "villages_reached": t("column_village_share"), "amount_satang": t("column_amount"),
               "population": population, "per_head_baht": t("column_per_head"),
               "missing": t("column_missing_bases")}  # fmt: skip
    panels.table(
        rows,
        "coverage",
        columns,
        formats={"amount_satang": baht, "agencies": whole, "population": whole, "per_head_baht": per_head},
    )


def _breakdown(scope: Scope, query: Query, dimension: str) -> None:
    rows = dimensions.breakdown(scope, query, dimension)
    if rows.empty:
        nothing(scope, query)
        return
    columns = {"name": t(dimensions.DIMENSION_KEYS[dimension]), "covered": t("status_covered"), "none": t("status_none"),
               "not_reported": t("status_not_reported"), "village_part": t("column_village_part"), "whole_places": t("column_whole_places"),
               "amount_satang": t("column_amount"), "incomplete": t("column_incomplete"),
               "per_head_baht": t("column_per_head"), "per_head_places": t("column_per_head_places")}  # fmt: skip
    panels.table(
        rows,
        f"coverage-{dimension}",
        columns,
        formats={"village_part": percent, "amount_satang": baht, "per_head_baht": per_head},
    )


def _levels(scope: Scope, query: Query) -> None:
    """Records and money by the level they are written at: shown on the map, or in the strip below it."""
    rolled = coverage.rolled(scope, query)
    placed = rolled.by_subdistrict
    levels = placed.assign(level=placed["rolled_from"].astype("str"), no=placed["amount_satang"].isna()).groupby(
        "level"
    )
    on_map = levels.agg(supports=("support_id", "nunique"), without_amount=("no", "sum")).assign(
        amount_satang=levels["amount_satang"].sum(min_count=1))  # fmt: skip
    rows = pd.concat(
        [
            on_map.reset_index().assign(where=t("on_map")),
            rolled.strip[rolled.strip["supports"] > 0].assign(where=t("in_strip")),
        ],
        ignore_index=True,
    )
    if rows.empty:
        nothing(scope, query)
        return
    rows = rows.assign(words=[t(rows_.LEVEL_KEYS[level]) for level in rows["level"]])
    columns = {
        "words": t("column_level"),
        "where": t("column_where"),
        "supports": t("records"),
        "amount_satang": t("column_amount"),
        "without_amount": t("named_without_amount"),
    }
    panels.table(
        rows, "coverage-level", columns, formats={"supports": whole, "amount_satang": baht, "without_amount": whole}
    )


def per_head(value: Any) -> str:
    """Baht per head in whole baht."""
    return t("not_known") if pd.isna(value) else f"{float(value):,.0f}"
