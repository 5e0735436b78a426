"""Need without support, with "not known" kept apart, and who stands near enough to act."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from geo.coverage.coverage import coverage_by
from geo.coverage.plan_gaps import plan_gaps
from geo.frames import require_columns
from geo.statuses import STATUSES

__all__ = ["QUADRANTS", "gaps", "gaps_by_theme", "neighbours", "plan_gaps", "who_could_act"]
QUADRANTS = (
    "gap",
    "unknown_support",
    "unknown_need",
    "served",
    "low_need_none",
    "low_need_supported",
    "not_applicable",
)
NEAR_LEVELS = (
    "village",
    "subdistrict",
    "local_government",
)  # levels whose records are at work in the subdistrict they name
SUPPORT_CLASSES = {"covered": "yes", "none": "no", "not_reported": "unknown", "not_applicable": "not_applicable"}


def _need_values(needs: pd.DataFrame, indicator: str, fiscal_year: int | None) -> pd.Series:
    """One indicator's value per subdistrict: of the year asked for, else of the latest year; undated values fill in."""
    require_columns(needs, ["subdistrict_code", "indicator_code", "fiscal_year", "value"], "needs")
    rows = needs[needs["indicator_code"].eq(indicator)]
    year = pd.to_numeric(rows["fiscal_year"]).astype("Int64")
    wanted = fiscal_year if fiscal_year is not None else year.max()
    dated = rows[year.eq(wanted).fillna(False).astype(bool)] if pd.notna(wanted) else rows.iloc[:0]
    values = pd.concat([dated, rows[year.isna()]]).dropna(subset=["value"])
    return values.drop_duplicates("subdistrict_code").set_index("subdistrict_code")["value"].astype(float)


def _need_class(measure: pd.Series, threshold: float | Literal["median", "mean"]) -> pd.Series:
    if threshold in ("median", "mean"):
        bar = measure.agg(threshold)
    elif isinstance(threshold, str):
        raise ValueError(f"threshold {threshold!r} is unknown; expected 'median', 'mean' or a number")
    else:
        bar = float(threshold)
    choice = np.select([measure.isna(), (measure > 0) & (measure >= bar)], ["unknown", "high"], "low")
    return pd.Series(choice, index=measure.index, dtype="str")


def _quadrant(need: pd.Series, support: pd.Series) -> np.ndarray:
    high, low = need.eq("high"), need.eq("low")
    return np.select(
        [
            support.eq("not_applicable"),
            need.eq("unknown"),
            support.eq("unknown"),
            high & support.eq("no"),
            high & support.eq("yes"),
            low & support.eq("yes"),
        ],
        ["not_applicable", "unknown_need", "unknown_support", "gap", "served", "low_need_supported"],
        "low_need_none",
    )


def gaps(
    needs: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    indicator: str,
    threshold: float | Literal["median", "mean"] = "median",
    per: Literal["population", "households"] | None = None,
    fiscal_year: int | None = None,
) -> pd.DataFrame:
    """Need against support for every subdistrict of ``coverage``.

    Parameters
    ----------
    needs
        ``subdistrict_code``, ``indicator_code``, ``fiscal_year``, ``value`` (NaN = not known).
    coverage
        From :func:`geo.coverage.coverage`, for the function the need calls for.
    indicator
        Which need; a higher value is more need, usually a count of people or households.
    threshold
        At or above it (and above zero) need is high: the median or mean of the known values, or a number.
    per
        Class by the value per head or per household; ``need_value`` stays the count.
    fiscal_year
        ``None`` = the latest year this indicator has.

    Returns
    -------
    DataFrame
        ``need_value``, ``need_measure`` (what was classed), ``need_class`` high / low / unknown, ``support_class``
        yes / no / unknown / not_applicable, ``quadrant`` (one of ``QUADRANTS``), and from ``coverage``
        ``population``, ``status``, ``supports``, ``amount_satang``, ``missing_bases``, ``supported_above``; gaps
        first, each quadrant by need, then people, largest first.
    """
    table = coverage[
        ["subdistrict_code", "district_code", "population", "households", "status", "supports", "amount_satang"]
    ].copy()
    table[["missing_bases", "supported_above"]] = coverage[["missing_bases", "supported_above"]]
    table["need_value"] = table["subdistrict_code"].map(_need_values(needs, indicator, fiscal_year)).astype(float)
    measure = table["need_value"]
    if per is not None:
        heads = table[per].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        measure = measure / np.where(heads > 0, heads, np.nan)
    table["need_measure"] = measure
    table["need_class"] = _need_class(measure, threshold)
    table["support_class"] = table["status"].map(SUPPORT_CLASSES)
    table["quadrant"] = pd.Categorical(_quadrant(table["need_class"], table["support_class"]), QUADRANTS)
    order = ["quadrant", "need_value", "population", "subdistrict_code"]
    table = table.sort_values(order, ascending=[True, False, False, True], ignore_index=True)
    return table.astype({"quadrant": "str"})


def neighbours(adjacency: pd.DataFrame, subdistrict_code: str) -> list[str]:
    """Codes that share a border with the subdistrict, sorted."""
    one, other = adjacency["subdistrict_code_a"], adjacency["subdistrict_code_b"]
    return sorted({*other[one.eq(subdistrict_code)], *one[other.eq(subdistrict_code)]})


def who_could_act(support: pd.DataFrame, adjacency: pd.DataFrame, subdistrict_code: str, theme: str) -> pd.DataFrame:
    """Agencies at work on ``theme`` in neighbouring subdistricts, those in most neighbours first.

    Returns
    -------
    DataFrame
        ``agency_code``, ``agency_name``, ``agency_level``, ``neighbours`` (count), ``subdistrict_codes``
        (comma-joined), ``supports``, ``amount_satang`` (NA = none stated), ``is_present`` (already at work on the
        theme in the subdistrict itself). Records above the subdistrict level are not evidence of being next door.
    """
    own_level = support[support["theme_code"].eq(theme) & support["area_level"].isin(NEAR_LEVELS)]
    near = own_level[own_level["subdistrict_code"].isin(neighbours(adjacency, subdistrict_code))]
    grouped = near.groupby("agency_code")
    table = grouped.agg(
        agency_name=("agency_name", "first"),
        agency_level=("agency_level", "first"),
        neighbours=("subdistrict_code", "nunique"),
        subdistrict_codes=("subdistrict_code", lambda codes: ",".join(sorted(set(codes)))),
        supports=("support_id", "nunique"),
    )
    table["amount_satang"] = grouped["amount_satang"].sum(min_count=1).astype("Int64")
    table = table.reset_index()
    here = own_level.loc[own_level["subdistrict_code"].eq(subdistrict_code), "agency_code"]
    table["is_present"] = table["agency_code"].isin(here)
    return table.sort_values(
        ["neighbours", "supports", "agency_code"], ascending=[False, False, True], ignore_index=True
    )


def gaps_by_theme(
    support: pd.DataFrame,
    areas: pd.DataFrame,
    villages: pd.DataFrame | None,
    reports: pd.DataFrame,
    themes: Collection[str],
    *,
    bases_by_theme: Mapping[str, Collection[str]] | None = None,
    fiscal_year: int | None = None,
) -> pd.DataFrame:
    """How far each theme reaches: subdistricts per status, people without, baht, most people without first.

    Returns
    -------
    DataFrame
        ``theme_code``, one count per status, ``all``, ``population_none`` (people in subdistricts with *none*; NA
        when none of their populations is known), ``amount_satang``, ``completeness`` (mean share of bases heard).
    """
    stacked = coverage_by(
        "theme_code", themes, support, areas, villages, reports, bases_by_value=bases_by_theme, fiscal_year=fiscal_year
    )
    counts = pd.crosstab(stacked["theme_code"], stacked["status"]).reindex(columns=list(STATUSES), fill_value=0)
    grouped = stacked.assign(without=stacked["population"].where(stacked["status"].eq("none"))).groupby("theme_code")
    table = counts.assign(all=counts.sum(axis="columns"))
    table["population_none"] = grouped["without"].sum(min_count=1).mask(counts["none"].eq(0), 0).astype("Int64")
    table["amount_satang"] = grouped["amount_satang"].sum(min_count=1).astype("Int64")
    table["completeness"] = grouped["completeness"].mean()
    table = table.rename_axis(columns=None).reset_index()
    return table.sort_values(
        ["population_none", "none", "theme_code"], ascending=[False, False, True], ignore_index=True
    )
