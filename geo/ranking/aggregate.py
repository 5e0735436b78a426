"""From comparable numbers to one score: weighted means up the tree of groups, over what is known."""

from __future__ import annotations

import numpy as np

from geo.ranking.normalise import normalise
from geo.ranking.spec import TOP, Spec

AMPI_ENDS = (70.0, 130.0)  # Mazziotta & Pareto 2016: bounded scales are laid over 70-130 before the penalty


def weighted(values: np.ndarray, weights: np.ndarray, method: str, floor: float = 0.0) -> np.ndarray:
    """Weighted mean of each row over its known entries; NaN where nothing with weight is known.

    Parameters
    ----------
    values
        Units x items, NaN = not known.
    method
        ``arithmetic``; ``geometric`` (values below ``floor`` count as ``floor``, so one zero does not erase the rest);
        ``mazziotta_pareto``: mean minus variance over mean, a penalty for unbalanced rows (population variance,
        weighted as in Mazziotta & Pareto 2022).
    """
    known = ~np.isnan(values)
    shares = known * weights
    total = shares.sum(axis=1, keepdims=True)
    shares = np.divide(shares, total, out=np.full(shares.shape, np.nan), where=total > 0)
    if method == "geometric":
        logs = np.log(np.maximum(values, floor), out=np.zeros_like(values), where=known)
        return np.exp((shares * logs).sum(axis=1))
    filled = np.where(known, values, 0.0)
    mean = (shares * filled).sum(axis=1)
    if method == "arithmetic":
        return mean
    variance = (shares * (filled - mean[:, None]) ** 2).sum(axis=1)
    return mean - variance / mean


def floor_of(spec: Spec) -> float:
    """Lowest value a geometric mean may see: one hundredth of the scale above its lower end."""
    return max(spec.scale[0], 0.0) + 0.01 * (spec.scale[1] - spec.scale[0])


def comparable(spec: Spec, values: np.ndarray, normalisation: str, aggregation: str) -> np.ndarray:
    """Normalised values on a scale that suits the aggregation: Mazziotta-Pareto never divides by a mean near zero."""
    bounded = aggregation == "mazziotta_pareto" and normalisation != "z" and spec.scale[0] <= 0
    return normalise(spec, values, normalisation, AMPI_ENDS if bounded else None)


def aggregate(spec: Spec, values: np.ndarray, method: str | None = None, weights: np.ndarray | None = None,
              group_weights: dict[str, float] | None = None) -> dict[str, np.ndarray]:  # fmt: skip
    """Score of every group and of the whole (key ``TOP``).

    Parameters
    ----------
    values
        Units x criteria from :func:`geo.normalise.normalise`.
    method
        Replaces the way of the whole and of the groups that state none.
    weights, group_weights
        Replace the stated weights (criteria in order of the specification; groups by code).
    """
    chosen, replaced = method or spec.aggregation, group_weights or {}
    own = np.array([criterion.weight for criterion in spec.criteria]) if weights is None else weights
    columns = {criterion.code: (values[:, place], own[place]) for place, criterion in enumerate(spec.criteria)}
    scores: dict[str, np.ndarray] = {}
    for group in spec.upwards():
        score = _node(spec, columns, group.code, group.aggregation or chosen) / group.divide_by
        scores[group.code] = score
        columns[group.code] = (score, replaced.get(group.code, group.weight))
    scores[TOP] = _node(spec, columns, TOP, chosen)
    return scores


def _node(spec: Spec, columns: dict[str, tuple[np.ndarray, float]], parent: str, method: str) -> np.ndarray:
    children = [columns[node.code] for node in spec.children(parent)]
    values, weights = np.column_stack([value for value, _ in children]), np.array([weight for _, weight in children])
    return weighted(values, weights, method, floor_of(spec))


def known_share(spec: Spec, values: np.ndarray) -> np.ndarray:
    """Share (0-1) of the stated weight that is known for each unit."""
    return np.round((~np.isnan(values)) @ np.array(list(spec.effective_weights().values())), 12)
