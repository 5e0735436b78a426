"""How evenly money lies: Lorenz curve, Gini, Theil within and between districts, Moran's I among neighbours.

Thin wrappers over the PySAL libraries ``inequality`` and ``esda``. They are imported inside the functions: with
matplotlib and scikit-learn behind them they cost 1.7-2.6 s, which no page start should pay.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def per_head(amount: pd.Series, people: pd.Series) -> pd.Series:
    """Amount per head; NaN where either is not known or nobody lives there."""
    heads = people.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    money = amount.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        has_people = heads > 0
    return pd.Series(np.divide(money, heads, out=np.full_like(money, np.nan), where=has_people), index=amount.index)


def lorenz(amount: pd.Series, people: pd.Series) -> pd.DataFrame:
    """Points of the Lorenz curve from the least to the most money per head.

    Returns
    -------
    DataFrame
        ``people_share``, ``amount_share`` (0-1, both from 0 to 1, first row the origin). Rows that are not known are
        left out; empty when there is no money or nobody.
    """
    rate = per_head(amount, people)
    known = rate.notna()
    order = rate[known].sort_values(kind="stable").index
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


def _known(values: pd.Series) -> np.ndarray:
    return values.dropna().to_numpy(dtype=float)


def gini(values: pd.Series) -> float:
    """Gini coefficient over places, each counted once; 0 = all equal. NaN for nothing but zeros or unknowns."""
    from inequality.gini import Gini

    known = _known(values)
    return float(Gini(known).g) if known.sum() > 0 else float("nan")


def theil(values: pd.Series, districts: pd.Series) -> dict[str, float]:
    """Theil's T over places with its parts: ``total`` = ``between`` districts + ``within`` them, ``between_share``."""
    from inequality.theil import TheilD

    known = _known(values)
    if not known.sum() > 0:
        return dict.fromkeys(("total", "between", "within", "between_share"), float("nan"))
    # the library divides by each group's total: a district with no money at all gets the smallest number there is
    parts = TheilD(np.where(known == 0, np.finfo(float).tiny, known), districts[values.notna()].to_numpy())
    total, between, within = (float(np.squeeze(part)) for part in (parts.T, parts.bg, parts.wg))
    return {
        "total": total,
        "between": between,
        "within": within,
        "between_share": between / total if total > 1e-12 else 0.0,
    }


def moran(values: pd.Series, adjacency: pd.DataFrame) -> dict[str, float | int]:
    """Moran's I of values at their codes: how far neighbours resemble each other.

    Parameters
    ----------
    values
        Index ``subdistrict_code``; NaN is left out together with its borders.
    adjacency
        ``subdistrict_code_a``, ``subdistrict_code_b``: each pair once.

    Returns
    -------
    dict
        ``moran_i``, ``expected`` (-1 / (n - 1)), ``p_value`` (one-sided, normal), ``places``, ``islands`` (known
        places without a known neighbour, left out). Row-standardised weights. NaN with fewer than three places.
    """
    from esda.moran import Moran
    from libpysal.weights import W

    known = values.dropna().astype(float)
    pairs = adjacency[["subdistrict_code_a", "subdistrict_code_b"]].to_numpy()
    neighbours: dict[str, list[str]] = {}
    for one, other in pairs:
        if one in known.index and other in known.index:
            neighbours.setdefault(one, []).append(other)
            neighbours.setdefault(other, []).append(one)
    joined = [code for code in known.index if code in neighbours]
    islands = len(known) - len(joined)
    if len(joined) < 3 or known[joined].nunique() < 2:
        return {
            "moran_i": float("nan"),
            "expected": float("nan"),
            "p_value": float("nan"),
            "places": len(joined),
            "islands": islands,
        }
    weights = W({code: neighbours[code] for code in joined}, id_order=joined, silence_warnings=True)
    found = Moran(known[joined].to_numpy(), weights, transformation="r", permutations=0, two_tailed=False)
    return {
        "moran_i": float(found.I),
        "expected": float(found.EI),
        "p_value": float(found.p_norm),
        "places": len(joined),
        "islands": islands,
    }
