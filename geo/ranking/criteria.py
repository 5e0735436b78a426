"""Input table of the ranking: one row per subdistrict with the columns that ``data/rules/criteria.toml`` names."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from geo.frames import require_columns

KEY = "subdistrict_code"


def _of_year(frame: pd.DataFrame, fiscal_year: int | None) -> pd.DataFrame:
    """Rows with a subdistrict and a year up to ``fiscal_year``, or without a year."""
    frame = frame[frame[KEY].notna()]
    if fiscal_year is None or "fiscal_year" not in frame:
        return frame
    year = frame["fiscal_year"].astype("Int64")
    return frame[(year.isna() | year.le(fiscal_year)).fillna(True).astype(bool)]


def _latest(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Rows of the latest stated year of each key."""
    year = frame["fiscal_year"].astype("Int64").fillna(0)
    return frame[year.eq(year.groupby([frame[key] for key in by]).transform("max"))]


def used(register: str, rows: pd.DataFrame, fiscal_year: int | None) -> pd.DataFrame:
    """Rows of a register from which the criteria are computed: with a subdistrict and a known value.

    ``register``: ``indicator``, ``plan``, ``welfare_fund`` or ``organisation``; ``rows`` as in :func:`criteria_frame`.
    Of indicators and funds only the latest year up to ``fiscal_year``; of plans and organisations all years.
    """
    if register == "indicator":
        return _latest(_of_year(rows[rows["value"].notna()], fiscal_year), [KEY, "indicator_code"])
    if register == "welfare_fund":
        return _latest(_of_year(rows[rows["members"].notna()], fiscal_year), [KEY])
    if register == "plan":
        village = rows["area_level"].eq("village") & rows["plan_exists"].notna()
        own = rows["area_level"].eq("subdistrict") & rows["booklet_held"].notna()
        return rows[rows[KEY].notna() & (village | own).fillna(False)]
    return rows[rows[KEY].notna()]


def _indicators(needs: pd.DataFrame, fiscal_year: int | None) -> pd.DataFrame:
    latest = used("indicator", needs, fiscal_year)
    return latest.pivot_table(index=KEY, columns="indicator_code", values="value", aggfunc="mean")


def _plans(plans: pd.DataFrame) -> pd.DataFrame:
    """By subdistrict: ``villages_with_plan_share`` (0-1, of villages where it is known), ``booklet_held`` (1 / 0)."""
    rows = used("plan", plans, None)
    villages, own = rows[rows["area_level"].eq("village")], rows[rows["area_level"].eq("subdistrict")]
    by_village = (
        villages.assign(exists=villages["plan_exists"].astype(float)).groupby([KEY, "area_code"])["exists"].max()
    )
    return pd.DataFrame(
        {
            "villages_with_plan_share": by_village.groupby(level=0).mean(),
            "booklet_held": own["booklet_held"].astype(float).groupby(own[KEY]).max(),
        }
    )


def _members(funds: pd.DataFrame, fiscal_year: int | None) -> pd.Series:
    rows = used("welfare_fund", funds, fiscal_year)
    return rows["members"].astype(float).groupby(rows[KEY]).sum()


def criteria_frame(
    areas: pd.DataFrame,
    needs: pd.DataFrame,
    plans: pd.DataFrame | None = None,
    funds: pd.DataFrame | None = None,
    organisations: pd.DataFrame | None = None,
    fiscal_year: int | None = None,
    none_where: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """Input table of the ranking, NaN = not known.

    Parameters
    ----------
    areas
        ``subdistrict_code``, ``villages``, ``population``, ``households``; ``district_code`` is kept if present.
    needs
        ``subdistrict_code``, ``indicator_code``, ``fiscal_year``, ``value``: indicators of need and of strength. The
        latest year up to ``fiscal_year`` counts; several values of that year are averaged.
    plans, funds, organisations
        The registers (``subdistrict_code``; plans with ``area_level``, ``area_code``, ``plan_exists``,
        ``booklet_held``; funds with ``members``, ``fiscal_year``); ``None`` = NaN in their columns.
    none_where
        ``{"funds": codes, "organisations": codes}``: subdistricts for which the reports have come, so that no record
        means 0; elsewhere no record means NaN.

    Returns
    -------
    DataFrame
        One row per row of ``areas``: its columns, ``thousand_people``, one column per indicator code,
        ``villages_with_plan_share`` (0-1), ``booklet_held`` (0 / 1), ``welfare_fund_members``, ``groups``.
    """
    require_columns(areas, [KEY, "villages", "population", "households"], "areas")
    require_columns(needs, [KEY, "indicator_code", "fiscal_year", "value"], "needs")
    carried = [column for column in (KEY, "district_code", "villages", "population", "households") if column in areas]
    table = areas[carried].set_index(KEY)
    table["thousand_people"] = table["population"].astype("Float64") / 1000
    indicators = _indicators(needs, fiscal_year)
    # columns of ``areas`` take precedence over indicators of the same name (population, households, villages)
    table = table.join(indicators.drop(columns=table.columns, errors="ignore"))
    table = (
        table.join(_plans(plans))
        if plans is not None
        else table.assign(villages_with_plan_share=np.nan, booklet_held=np.nan)
    )
    table["welfare_fund_members"] = _members(funds, fiscal_year) if funds is not None else np.nan
    table["groups"] = organisations[KEY].dropna().value_counts().astype(float) if organisations is not None else np.nan
    for register, column in (("funds", "welfare_fund_members"), ("organisations", "groups")):
        spoken = table.index.isin(list((none_where or {}).get(register, ())))
        table[column] = table[column].mask(table[column].isna() & spoken, 0.0)
    return table.reset_index()
