"""Where weakly supported subdistricts lie together: local statistics as a hint, never as a verdict.

Local Moran's I (Anselin 1995) and Getis-Ord G* (Ord and Getis 1995) by ``esda`` over shared borders. Significance
comes from conditional permutations with a fixed seed; with one test per subdistrict some are "significant" by
chance alone, so the bar is set by the false discovery rate (Benjamini and Hochberg 1995; Caldas de Castro and
Singer 2006). A cluster says that neighbours are alike, not why.
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
LEVEL = 0.1  # share of all findings of a map that may be false
FEWEST = 8  # below this number of known places no local statistic means anything


def neighbour_lists(codes: list[str], adjacency: pd.DataFrame) -> dict[str, list[str]]:
    """Neighbours of every code among the codes, sorted; a code without any has an empty list."""
    require_columns(adjacency, ["subdistrict_code_a", "subdistrict_code_b"], "adjacency")
    borders: dict[str, set[str]] = {code: set() for code in codes}
    for code_a, other in zip(adjacency["subdistrict_code_a"], adjacency["subdistrict_code_b"], strict=True):
        if code_a in borders and other in borders and code_a != other:
            borders[code_a].add(other)
            borders[other].add(code_a)
    return {code: sorted(near) for code, near in borders.items()}


def false_discovery_bar(p_values: np.ndarray, level: float) -> float:
    """The largest p that still counts when a share ``level`` of the findings may be false; 0 when none does.

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
    """Statistic, p value and whether each place is on the low side."""
    from esda.getisord import G_Local  # about 1.5 s to import: only when a person asks for it
    from esda.moran import Moran_Local
    from libpysal.weights import W

    weights = W(near, silence_warnings=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba absent: slower, the same numbers
        if method == "moran":
            local = Moran_Local(values, weights, permutations=permutations, seed=SEED, n_jobs=1)
            return local.Is, local.p_sim, values < values.mean()
        local = G_Local(values, weights, star=True, permutations=permutations, seed=SEED, n_jobs=1)
        return local.Zs, local.p_sim, local.Zs < 0


def _labels(values: np.ndarray, near: dict[str, list[str]], low: np.ndarray, method: Method) -> np.ndarray:
    """What a significant place is: like its neighbours, or unlike them (Moran only)."""
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
    """Clusters of low and high values.

    Parameters
    ----------
    values
        Index ``subdistrict_code``; a low value is weak (baht per head, strength); NA = not known, takes no part.
    adjacency
        Pairs that share a border.
    method
        ``moran`` also tells a weak place among strong ones; ``getis_ord`` (G*) only hot and cold spots.
    level
        Share of the findings that may be false (false discovery rate).

    Returns
    -------
    DataFrame
        ``subdistrict_code``, ``value``, ``statistic``, ``p_value`` (NaN where not computed), ``cluster`` (one of
        ``CLUSTERS``; ``alone`` = no neighbour whose value is known). All ``not_significant`` when fewer than
        eight places are known or all values are equal.
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
