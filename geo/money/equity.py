"""Inequality of money per head: Lorenz curve and Gini over people, Theil's T within and between districts.

Theil 1967, decomposed as in Rey and Sastre 2010; the tests reproduce their published figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def per_head(amount: pd.Series, people: pd.Series) -> pd.Series:
    """Amount per head in the unit of ``amount``; NaN where either is not known or ``people`` is not above zero."""
    heads = people.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    money = amount.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        has_people = heads > 0
    return pd.Series(np.divide(money, heads, out=np.full_like(money, np.nan), where=has_people), index=amount.index)


def lorenz(amount: pd.Series, people: pd.Series) -> pd.DataFrame:
    """Points of the Lorenz curve, from the lowest to the highest money per head.

    Returns
    -------
    DataFrame
        ``people_share``, ``amount_share``: cumulative, from 0 to 1, first row the origin. Places where either is not
        known are left out; empty when there is no money or no people.
    """
    rate = per_head(amount, people)
    has_rate = rate.notna()
    order = rate[has_rate].sort_values(kind="stable").index
    heads, money = people[order].astype(float).to_numpy(), amount[order].astype(float).to_numpy()
    if not len(order) or money.sum() <= 0:
        return pd.DataFrame({"people_share": pd.Series(dtype=float), "amount_share": pd.Series(dtype=float)})
    shares = {
        "people_share": np.append(0.0, heads.cumsum() / heads.sum()),
        "amount_share": np.append(0.0, money.cumsum() / money.sum()),
    }
    return pd.DataFrame(shares)


def gini_by_people(amount: pd.Series, people: pd.Series) -> float:
    """Gini coefficient over people: twice the area between the Lorenz curve and equality; NaN without money."""
    curve = lorenz(amount, people)
    if curve.empty:
        return float("nan")
    return float(1 - 2 * np.trapezoid(curve["amount_share"], curve["people_share"]))


def theil(values: pd.Series, districts: pd.Series, people: pd.Series | None = None) -> dict[str, float]:
    """Theil's T, decomposed by district.

    Parameters
    ----------
    values
        Baht per head of each place; NA is left out, zero counts (``0 ln 0 = 0``).
    districts
        District of each place, in the order of ``values``.
    people
        Weight of each place; ``None`` = all places have the same weight.

    Returns
    -------
    dict
        ``total`` = ``between`` + ``within``, and ``between_share`` (0-1 of the total); all NaN when there is no money.
    """
    weights = pd.Series(1.0, index=values.index) if people is None else people.astype("Float64").astype(float)
    counts = values.notna() & weights.gt(0)
    money, weights = (values[counts].astype(float) * weights[counts]), weights[counts]
    if not money.sum() > 0:
        return dict.fromkeys(("total", "between", "within", "between_share"), float("nan"))
    home = districts[counts]
    total = _theil(money / money.sum(), weights / weights.sum())
    between = _theil(money.groupby(home).sum() / money.sum(), weights.groupby(home).sum() / weights.sum())
    share = between / total if total > 1e-12 else 0.0
    return {"total": total, "between": between, "within": total - between, "between_share": share}


def _theil(money_share: pd.Series, weight_share: pd.Series) -> float:
    """Sum of money share x ln(money share / weight share)."""
    ratio = (money_share / weight_share).where(money_share > 0, 1.0)
    return float((money_share * np.log(ratio)).sum())
