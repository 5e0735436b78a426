"""Need without support, plans without support, and agencies at work nearby; "not known" is always its own class."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

import numpy as np
import pandas as pd

from geo.adjacency import both_ways
from geo.coverage.coverage import coverage_by
from geo.coverage.heard import told
from geo.coverage.roll_up import roll_up
from geo.frames import each_village, newest_rows, require_columns
from geo.periods import of_fiscal_year
from geo.statuses import NONE, STATUSES, decide

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
)  # records of these levels count as activity in the subdistrict they name
SUPPORT_CLASSES = {"covered": "yes", "none": "no", "not_reported": "unknown", "not_applicable": "not_applicable"}


def only_above(table: pd.DataFrame) -> int:
    """Number of gaps within the area of a record of a larger area; a text must not say that nobody works there."""
    return int((table["quadrant"].eq("gap") & table["supported_above"].fillna(False).astype(bool)).sum())


def gap_title(gaps: int, above: int, otherwise: str) -> str:
    """Text key of the headline on gaps, shared by page and wall; ``otherwise`` when there is no gap."""
    return otherwise if not gaps else "finding_gaps_above" if above else "finding_gaps"


def need_rows(needs: pd.DataFrame, indicator: str, fiscal_year: int | None = None) -> pd.DataFrame:
    """One row per subdistrict with a known need: of ``fiscal_year`` (``None`` = the latest), else an undated one.

    Requires ``subdistrict_code``, ``indicator_code``, ``fiscal_year``, ``value``; other columns pass through.
    """
    require_columns(needs, ["subdistrict_code", "indicator_code", "fiscal_year", "value"], "needs")
    rows = needs[needs["indicator_code"].eq(indicator)]
    year = pd.to_numeric(rows["fiscal_year"]).astype("Int64")
    need_year = fiscal_year if fiscal_year is not None else year.max()
    dated = rows[year.eq(need_year).fillna(False).astype(bool)] if pd.notna(need_year) else rows.iloc[:0]
    return newest_rows(pd.concat([rows[year.isna()], dated]).dropna(subset=["value"]), "subdistrict_code")


def apart(needs: pd.DataFrame, indicator: str) -> tuple[int, float]:
    """Number of local governments with a value of their own, and the sum of their newest values.

    ``needs`` as in :func:`need_rows`, plus ``area_level``, ``area_code``. A map cannot show rows without a subdistrict.
    """
    rows = needs[needs["area_level"].eq("local_government").fillna(False) & needs["subdistrict_code"].isna()]
    last = newest_rows(rows[rows["indicator_code"].eq(indicator) & rows["value"].notna()], "area_code")
    return len(last), float(last["value"].sum())


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
        From :func:`geo.coverage.coverage.coverage`, for the function that answers the need.
    indicator
        Indicator code; a higher value is more need, usually a count of people or households.
    threshold
        Need is high at or above it (and above zero): the median or mean of the known values, or a number.
    per
        Classify by the value per head or per household; ``need_value`` stays the count.
    fiscal_year
        ``None`` = the latest year of this indicator.

    Returns
    -------
    DataFrame
        One row per subdistrict: ``need_value``, ``need_measure`` (the classified value), ``need_class`` (high, low,
        unknown), ``support_class`` (yes, no, unknown, not_applicable), ``quadrant`` (one of ``QUADRANTS``), and from
        ``coverage`` codes, ``population``, ``households``, ``status``, ``supports``, ``amount_satang``, ``owed``,
        ``missing_bases``, ``supported_above``, ``waiting``. Order of ``QUADRANTS``, then largest need, most people.

    Raises
    ------
    ValueError
        For an unknown ``threshold`` or missing columns of ``needs``.
    """
    table = coverage[
        ["subdistrict_code", "district_code", "population", "households", "status", "supports", "amount_satang"]
    ].copy()
    carried = ["owed", "missing_bases", "supported_above", "waiting"]
    table[carried] = coverage[carried]
    stated = need_rows(needs, indicator, fiscal_year).set_index("subdistrict_code")
    table["need_value"] = table["subdistrict_code"].map(stated["value"]).astype(float)
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


def gaps_by_theme(
    support: pd.DataFrame,
    areas: pd.DataFrame,
    villages: pd.DataFrame | None,
    spoken: Callable[[str], pd.DataFrame],
    themes: Collection[str],
    *,
    fiscal_year: int | None = None,
) -> pd.DataFrame:
    """Reach of each theme; arguments as in :func:`geo.coverage.coverage.coverage_by`.

    Returns
    -------
    DataFrame
        One row per theme: ``theme_code``, a count of subdistricts per status, ``all``, ``population_none`` (people in
        subdistricts with *none*; NA when none of their populations is known), ``amount_satang``, ``completeness`` (mean
        share 0-1 of bases that have reported). Largest ``population_none`` first.
    """
    stacked = coverage_by("theme_code", themes, support, areas, villages, spoken, fiscal_year=fiscal_year)
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


def neighbouring_agencies(support: pd.DataFrame, adjacency: pd.DataFrame) -> pd.DataFrame:
    """Agencies at work in neighbouring subdistricts, for every subdistrict and theme.

    Returns
    -------
    DataFrame
        One row per ``subdistrict_code``, ``theme_code``, ``agency_code``: ``neighbours`` (number of neighbouring
        subdistricts), ``supports``; per subdistrict and theme the agency in most neighbours first. Records of a
        district, network or province do not count.
    """
    require_columns(support, ["support_id", "subdistrict_code", "theme_code", "agency_code", "area_level"], "support")
    named = ["subdistrict_code", "theme_code", "agency_code"]
    near = support.loc[support["area_level"].isin(NEAR_LEVELS), ["support_id", *named]].dropna(subset=named)
    near = near.rename(columns={"subdistrict_code": "neighbour_code"}).astype({"neighbour_code": "object"})
    met = both_ways(adjacency).astype("object").merge(near, on="neighbour_code")
    counts = {"neighbours": ("neighbour_code", "nunique"), "supports": ("support_id", "nunique")}
    table = met.groupby(named).agg(**counts).reset_index()
    order = ["subdistrict_code", "theme_code", "neighbours", "supports", "agency_code"]
    return table.sort_values(order, ascending=[True, True, False, False, True], ignore_index=True)


def demands(plans: pd.DataFrame) -> pd.DataFrame:
    """One row per plan and theme it asks for: ``subdistrict_code``, ``village_code``, ``theme_code``.

    ``priority_theme`` of ``plans`` may hold several theme codes, comma-joined.
    """
    require_columns(plans, ["subdistrict_code", "village_code", "priority_theme"], "plans")
    themes = plans["priority_theme"].astype("str").str.split(",")
    asked = plans[["subdistrict_code", "village_code"]].assign(theme_code=themes).explode("theme_code")
    asked["theme_code"] = asked["theme_code"].str.strip()
    asked = asked[asked["subdistrict_code"].notna() & asked["theme_code"].notna() & asked["theme_code"].ne("")]
    return asked.drop_duplicates().astype({"theme_code": "str"})


def _meets(asked: pd.DataFrame, records: pd.DataFrame) -> pd.Series:
    """True where a record of the theme is in the village that asks, or is for its whole subdistrict.

    A demand of the subdistrict's own plan is met by any record of the theme inside it.
    """
    keys = ["subdistrict_code", "theme_code"]
    records = each_village(records)
    whole = pd.MultiIndex.from_frame(records.loc[records["village_code"].isna(), keys])
    anywhere = pd.MultiIndex.from_frame(records[keys])
    in_village = pd.MultiIndex.from_frame(records.loc[records["village_code"].notna(), ["village_code", "theme_code"]])
    place = pd.MultiIndex.from_frame(asked[keys])
    own = asked["village_code"].notna().to_numpy() & pd.MultiIndex.from_frame(
        asked[["village_code", "theme_code"]]
    ).isin(in_village)
    met = own | place.isin(whole) | (asked["village_code"].isna().to_numpy() & place.isin(anywhere))
    return pd.Series(met, index=asked.index)


def plan_gaps(
    plans: pd.DataFrame,
    support: pd.DataFrame,
    areas: pd.DataFrame,
    spoken: Callable[[str], pd.DataFrame],
    *,
    fiscal_year: int | None = None,
) -> pd.DataFrame:
    """Themes that community plans ask for, against support of that theme.

    Parameters
    ----------
    plans
        ``subdistrict_code``, ``village_code`` (NA = the subdistrict's own plan), ``priority_theme``.
    spoken
        Maps a theme to its frame of :func:`geo.coverage.heard.heard`.

    Returns
    -------
    DataFrame
        One row per subdistrict and theme asked for: ``demands`` (plans that ask), ``met``, ``unmet``, ``supports``,
        ``amount_satang``, ``status`` (met, part, unmet, or unknown: no demand met, but a report is missing, a row waits
        or a record is undated), ``missing_bases``, ``waiting``. Order unmet, part, unknown, met; most unmet first.
    """
    asked = demands(plans)
    asked = asked[asked["subdistrict_code"].isin(areas["subdistrict_code"])]
    records = roll_up(of_fiscal_year(support, fiscal_year), areas).by_subdistrict
    asked["is_met"] = _meets(asked, records)
    keys = ["subdistrict_code", "theme_code"]
    table = asked.groupby(keys).agg(demands=("is_met", "size"), met=("is_met", "sum")).reset_index()
    table["unmet"] = table["demands"] - table["met"]
    themes = sorted(set(table["theme_code"]))
    covered = coverage_by("theme_code", themes, support, areas, None, spoken, fiscal_year=fiscal_year)
    columns = ["supports", "amount_satang", "missing_bases", "completeness", "undated", "waiting"]
    table = table.merge(covered[[*keys, *columns]], on=keys, how="left")
    nowhere = pd.Series(False, index=table.index)  # a record elsewhere in the subdistrict does not meet the demand
    nobody = decide(nowhere, told(table), in_doubt=table.pop("undated") > 0).eq(NONE)
    choice = [table["unmet"].eq(0), table["met"] > 0, nobody]
    table["status"] = pd.Series(np.select(choice, ["met", "part", "unmet"], "unknown"), index=table.index, dtype="str")
    table = table.drop(columns="completeness")
    rank = table["status"].map({"unmet": 0, "part": 1, "unknown": 2, "met": 3})
    return (
        table.assign(rank=rank)
        .sort_values(["rank", "unmet", *keys], ascending=[True, False, True, True], ignore_index=True)
        .drop(columns="rank")
    )
