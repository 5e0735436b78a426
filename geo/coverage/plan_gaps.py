"""What community plans ask for, against the support that is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from geo.coverage.coverage import coverage_by
from geo.coverage.roll_up import roll_up
from geo.frames import require_columns
from geo.periods import in_fiscal_year


def _demands(plans: pd.DataFrame) -> pd.DataFrame:
    """One row per plan and theme it asks for; ``priority_theme`` may hold several, comma-separated."""
    require_columns(plans, ["subdistrict_code", "village_code", "priority_theme"], "plans")
    asked = plans[["subdistrict_code", "village_code"]].assign(
        theme_code=plans["priority_theme"].astype("str").str.split(",")
    )
    asked = asked.explode("theme_code")
    asked["theme_code"] = asked["theme_code"].str.strip()
    asked = asked[asked["subdistrict_code"].notna() & asked["theme_code"].notna() & asked["theme_code"].ne("")]
    return asked.drop_duplicates().astype({"theme_code": "str"})


def _meets(asked: pd.DataFrame, records: pd.DataFrame) -> pd.Series:
    """True where a record of the theme is in the demanding village, or is for the subdistrict as a whole.

    A demand of the subdistrict itself is met by any record of the theme inside it.
    """
    keys = ["subdistrict_code", "theme_code"]
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
    reports: pd.DataFrame,
    *,
    bases_by_theme: Mapping[str, Collection[str]] | None = None,
    fiscal_year: int | None = None,
) -> pd.DataFrame:
    """Themes that community plans ask for, against support of that theme.

    Parameters
    ----------
    plans
        ``subdistrict_code``, ``village_code`` (NA = the subdistrict's own plan), ``priority_theme``.

    Returns
    -------
    DataFrame
        One row per subdistrict and theme asked for: ``demands`` (plans that ask), ``met``, ``unmet``, ``supports``,
        ``amount_satang``, ``status`` in met / part / unmet / unknown (nothing found, but a base has not
        spoken), ``missing_bases``; unmet first, most demands first.
    """
    if fiscal_year is not None:
        support = support[in_fiscal_year(support, fiscal_year)]
    asked = _demands(plans)
    asked = asked[asked["subdistrict_code"].isin(areas["subdistrict_code"])]
    records = roll_up(support, areas).by_subdistrict
    asked["is_met"] = _meets(asked, records)
    keys = ["subdistrict_code", "theme_code"]
    table = asked.groupby(keys).agg(demands=("is_met", "size"), met=("is_met", "sum")).reset_index()
    table["unmet"] = table["demands"] - table["met"]
    themes = sorted(set(table["theme_code"]))
    covered = coverage_by(
        "theme_code", themes, support, areas, None, reports, bases_by_value=bases_by_theme, fiscal_year=fiscal_year
    )
    table = table.merge(
        covered[[*keys, "supports", "amount_satang", "missing_bases", "completeness"]], on=keys, how="left"
    )
    all_spoke = table.pop("completeness").eq(1.0)
    choice = [table["unmet"].eq(0), table["met"] > 0, all_spoke]
    table["status"] = pd.Series(np.select(choice, ["met", "part", "unmet"], "unknown"), index=table.index, dtype="str")
    rank = table["status"].map({"unmet": 0, "part": 1, "unknown": 2, "met": 3})
    return (
        table.assign(rank=rank)
        .sort_values(["rank", "unmet", *keys], ascending=[True, False, True, True], ignore_index=True)
        .drop(columns="rank")
    )
