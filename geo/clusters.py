"""Spatial clusters of weakly supported subdistricts, by local statistics.

Local Moran's I (Anselin 1995) and Getis-Ord G* (Ord and Getis 1995) from ``esda``, with weights by shared borders.
Significance comes from conditional permutations with a fixed seed. One test per subdistrict makes some "significant"
by chance alone, so the p value threshold follows the false discovery rate (Benjamini and Hochberg 1995; Caldas de
Castro and Singer 2006). A cluster means that neighbours are alike; it does not explain why.
"""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
import pandas as pd

from geo.frames import require_columns

Method = Literal["moran", "getis_ord"]
METHODS: tuple[Method, ...] = ("moran", "getis_ord")
CLUSTERS = ("weak", "weak_among_strong", "strong", "strong_among_weak", "not_significant", "alone", "not_known")
SEED = 20070226
LEVEL = 0.1  # accepted share of false positives among the significant places of a map
FEWEST = 8  # fewer places with a known value are too few for permutations


def neighbour_lists(codes: list[str], adjacency: pd.DataFrame) -> dict[str, list[str]]:
    """Neighbours of every code within ``codes``, sorted; an empty list where there is none."""
    require_columns(adjacency, ["subdistrict_code_a", "subdistrict_code_b"], "adjacency")
    borders: dict[str, set[str]] = {code: set() for code in codes}
    for code_a, other in zip(adjacency["subdistrict_code_a"], adjacency["subdistrict_code_b"], strict=True):
        if code_a in borders and other in borders and code_a != other:
            borders[code_a].add(other)
            borders[other].add(code_a)
    return {code: sorted(near) for code, near in borders.items()}


def false_discovery_bar(p_values: np.ndarray, level: float) -> float:
    """Benjamini-Hochberg threshold: the largest significant p value at a false discovery rate ``level``; 0 if none.

    Examples
    --------
    >>> false_discovery_bar(np.array([0.001, 0.02, 0.2, 0.9]), 0.05)
    0.02
    """
    ordered = np.sort(p_values)
    passed = ordered <= level * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    return float(ordered[passed][-1]) if passed.any() else 0.0


def _statistics(
    values: np.ndarray, near: dict[str, list[str]], method: Method, permutations: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Local statistic, p value and "is low" of each place."""
    from esda.getisord import G_Local  # about 1.5 s to import, so only when clusters are drawn
    from esda.moran import Moran_Local
    from libpysal.weights import W

    weights = W(near, silence_warnings=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # esda warns without numba: slower, but the same numbers
        if method == "moran":
            local = Moran_Local(values, weights, permutations=permutations, seed=SEED, n_jobs=1)
            return local.Is, local.p_sim, values < values.mean()
        local = G_Local(values, weights, star=True, permutations=permutations, seed=SEED, n_jobs=1)
        return local.Zs, local.p_sim, local.Zs < 0


def _labels(values: np.ndarray, near: dict[str, list[str]], low: np.ndarray, method: Method) -> np.ndarray:
    """Cluster code of each place if significant; only Moran's I can tell a place unlike its neighbours."""
    if method == "getis_ord":
        return np.where(low, "weak", "strong")
    codes = list(near)
    place = {code: index for index, code in enumerate(codes)}
    around = np.array([np.mean([values[place[other]] for other in near[code]]) for code in codes]) < values.mean()
    return np.select(
        [low & around, low & ~around, ~low & ~around], ["weak", "weak_among_strong", "strong"], "strong_among_weak"
    )


def local_clusters(
    values: pd.Series,
    adjacency: pd.DataFrame,
    *,
    method: Method = "moran",
    level: float = LEVEL,
    permutations: int = 999,
) -> pd.DataFrame:
    """Classify subdistricts into clusters of low and high values.

    Parameters
    ----------
    values
        Index ``subdistrict_code``; a low value is weak (baht per head, strength); NA (not known) is left out.
    adjacency
        ``subdistrict_code_a``, ``subdistrict_code_b``: one row per shared border.
    method
        ``moran`` also finds a weak place among strong ones; ``getis_ord`` (G*) only hot and cold spots.
    level
        False discovery rate, 0-1.

    Returns
    -------
    DataFrame
        ``subdistrict_code``, ``value``, ``statistic``, ``p_value`` (NaN where not computed), ``cluster`` (one of
        ``CLUSTERS``; ``alone`` = no neighbour with a known value). Nothing is tested when fewer than ``FEWEST`` places
        have a known value and a neighbour, or when all their values are equal.

    Raises
    ------
    ValueError
        For an unknown ``method``.
    """
    if method not in METHODS:
        raise ValueError(f"local_clusters: found method {method!r}; expected one of {METHODS}; choose one of these")
    table = pd.DataFrame(
        {
            "subdistrict_code": values.index.astype("str"),
            "value": values.astype("Float64").to_numpy(dtype=float, na_value=np.nan),
        }
    )
    table["statistic"], table["p_value"] = np.nan, np.nan
    table["cluster"] = np.where(table["value"].isna(), "not_known", "not_significant")
    near = neighbour_lists(table.loc[table["value"].notna(), "subdistrict_code"].tolist(), adjacency)
    table.loc[table["subdistrict_code"].isin([code for code, others in near.items() if not others]), "cluster"] = (
        "alone"
    )
    rows = table[table["cluster"].eq("not_significant")]
    known_values = rows["value"].to_numpy()
    if len(rows) < FEWEST or np.ptp(known_values) == 0:
        return table
    near = {code: near[code] for code in rows["subdistrict_code"]}
    statistic, p_value, low = _statistics(known_values, near, method, permutations)
    significant = p_value <= false_discovery_bar(p_value, level)
    table.loc[rows.index, "statistic"], table.loc[rows.index, "p_value"] = statistic, p_value
    table.loc[rows.index, "cluster"] = np.where(
        significant, _labels(known_values, near, low, method), "not_significant"
    )
    return table
