"""Baht per head over several years: each year's money is divided by the population of that year, then summed."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from geo.frames import require_columns
from geo.periods import by_money_year
from geo.statuses import COVERED, NONE


def per_head_of_years(
    placed: pd.DataFrame, areas: pd.DataFrame, register_year: Callable[[int | None], int]
) -> pd.Series:
    """Baht per head by subdistrict, summed over the years of the records.

    Parameters
    ----------
    placed
        Records with ``subdistrict_code``, ``amount_satang``, ``starts_on``, ``ends_on``, ``fiscal_year``.
    areas
        ``subdistrict_code`` and ``population_YEAR`` for every year that ``register_year`` returns.
    register_year
        Year of the population register to use for a fiscal year (``None`` = undated money).

    Returns
    -------
    Series
        Float64 by ``subdistrict_code``; NA where no amount is stated, or where the population of a year with money is
        zero or not known.
    """
    require_columns(placed, ["subdistrict_code", "amount_satang", "starts_on", "ends_on", "fiscal_year"], "placed")
    money = by_money_year(placed[placed["amount_satang"].notna()]).reset_index(drop=True)
    years = [register_year(None if pd.isna(year) else int(year)) for year in money["money_year"]]
    sums = (
        money["amount_satang"].astype("Int64").groupby([money["subdistrict_code"], pd.Series(years, money.index)]).sum()
    )
    if sums.empty:
        return pd.Series(pd.NA, index=areas["subdistrict_code"], dtype="Float64")
    by_year = sums.unstack()
    heads = areas.set_index("subdistrict_code")
    total, unknown = pd.Series(0.0, index=by_year.index), pd.Series(False, index=by_year.index)
    for year in by_year:
        people = heads[f"population_{year}"].astype("Float64").reindex(by_year.index)
        people = people.mask(people.le(0))
        amount = by_year[year].astype("Float64")
        unknown |= (amount.notna() & people.isna()).astype(bool)
        total = total + (amount / people).fillna(0.0).astype(float)
    rate = (total / 100).astype("Float64").mask(unknown)
    return rate.reindex(areas["subdistrict_code"])


def known_places(coverage: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``coverage`` that a rate over several places may include: population known, and an amount or *none*.

    The population of any other place would lower the rate as if it had received nothing.
    """
    stated = coverage["status"].eq(NONE) | coverage["per_head_baht"].notna()
    return coverage[stated & coverage["population"].gt(0).fillna(False).astype(bool)]


def rate_of(coverage: pd.DataFrame) -> float:
    """Baht per head over the :func:`known_places` of ``coverage``, weighted by population; NaN = not known.

    Not known without such a place, and where places have support and none of them a known rate: the places without
    support say nothing of the others.
    """
    places = known_places(coverage)
    has_none_alone = places["status"].eq(NONE).all()
    if places.empty or (has_none_alone and coverage["status"].eq(COVERED).any()):
        return float("nan")
    heads = places["population"].astype("Float64")
    rate = places["per_head_baht"].astype("Float64").mask(places["status"].eq(NONE), 0.0)
    return float((rate * heads).sum() / heads.sum())
