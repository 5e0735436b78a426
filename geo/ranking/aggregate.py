"""Aggregation of normalised criteria to one score and its class.

Scores are weighted means of the known values, from the criteria up through the tree of groups. Classes are equal
shares of the units, given thresholds or natural breaks; the first label is the highest class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from geo.ranking.normalise import normalise
from geo.ranking.spec import TOP, Spec

BLOCK = 512  # columns of the cost matrix computed at a time, to limit memory for the nation's 7,436 subdistricts
AMPI_ENDS = (70.0, 130.0)  # Mazziotta & Pareto 2016: bounded scales are mapped to 70-130 before the penalty


def weighted(values: np.ndarray, weights: np.ndarray, method: str, floor: float = 0.0) -> np.ndarray:
    """Weighted mean of each row over its known values; NaN where no value with a weight is known.

    Parameters
    ----------
    values
        Units x items, or draws x units x items; NaN = not known.
    weights
        Items, or draws x items.
    method
        ``arithmetic``; ``geometric`` (values below ``floor`` count as ``floor``, so that a zero does not make the mean
        zero); ``mazziotta_pareto``: mean minus variance over mean, a penalty for unbalanced rows (weighted population
        variance, Mazziotta & Pareto 2022).
    """
    is_known = ~np.isnan(values)
    shares = is_known * np.asarray(weights)[..., None, :]
    total = shares.sum(axis=-1, keepdims=True)
    shares = np.divide(shares, total, out=np.full(shares.shape, np.nan), where=total > 0)
    if method == "geometric":
        logs = np.log(np.maximum(values, floor), out=np.zeros_like(values), where=is_known)
        return np.exp((shares * logs).sum(axis=-1))
    filled = np.where(is_known, values, 0.0)
    mean = (shares * filled).sum(axis=-1)
    if method == "arithmetic":
        return mean
    variance = (shares * (filled - mean[..., None]) ** 2).sum(axis=-1)
    return mean - variance / mean


def floor_of(spec: Spec) -> float:
    """Lowest value used in a geometric mean: 1 % of the scale above its lower end."""
    return max(spec.scale[0], 0.0) + 0.01 * (spec.scale[1] - spec.scale[0])


def comparable(spec: Spec, values: np.ndarray, normalisation: str, aggregation: str) -> np.ndarray:
    """Normalised values; for Mazziotta-Pareto on a scale away from zero, because it divides by the mean."""
    bounded = aggregation == "mazziotta_pareto" and normalisation != "z" and spec.scale[0] <= 0
    return normalise(spec, values, normalisation, AMPI_ENDS if bounded else None)


def aggregate(
    spec: Spec,
    values: np.ndarray,
    method: str | None = None,
    weights: np.ndarray | None = None,
    group_weights: Mapping[str, float | np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Scores by group code, and of the whole index under :data:`TOP`; each an array over the units, or draws x units.

    Parameters
    ----------
    values
        Units x criteria from :func:`geo.ranking.normalise.normalise`, or draws x units x criteria.
    method
        Overrides the method of the specification, except for groups that state their own.
    weights, group_weights
        Override the weights of the specification (criteria in its order; groups by code), one or one per draw.
    """
    chosen, replaced = method or spec.aggregation, group_weights or {}
    own = np.array([criterion.weight for criterion in spec.criteria]) if weights is None else weights
    columns: dict[str, tuple[np.ndarray, np.ndarray | float]] = {
        criterion.code: (values[..., number], own[..., number]) for number, criterion in enumerate(spec.criteria)
    }
    scores: dict[str, np.ndarray] = {}
    for group in spec.upwards():
        score = _node(spec, columns, group.code, group.aggregation or chosen) / group.divide_by
        scores[group.code] = score
        columns[group.code] = (score, replaced.get(group.code, group.weight))
    scores[TOP] = _node(spec, columns, TOP, chosen)
    return scores


def _node(spec: Spec, columns: Mapping[str, tuple], parent: str, method: str) -> np.ndarray:
    children = [columns[node.code] for node in spec.children(parent)]
    values = np.stack([value for value, _ in children], axis=-1)
    weights = np.stack(np.broadcast_arrays(*(weight for _, weight in children)), axis=-1)
    return weighted(values, weights, method, floor_of(spec))


def known_share(spec: Spec, values: np.ndarray) -> np.ndarray:
    """Share (0-1) of the total weight whose criteria are known, for each unit."""
    return np.round((~np.isnan(values)) @ np.array(list(spec.effective_weights().values())), 12)


def natural_bounds(values: np.ndarray, classes: int) -> list[float]:
    """Ascending upper bounds of all classes but the last, by the exact Fisher-Jenks method (Fisher 1958).

    Same result as mapclassify's ``FisherJenks``, which without numba is too slow for 1,000 draws; here the dynamic
    programme is vectorised.
    """
    ordered = np.sort(values[~np.isnan(values)])
    if len(np.unique(ordered)) <= classes:
        return np.unique(ordered)[:-1].tolist()
    centred = ordered - ordered.mean()
    sums, squares = np.append(0.0, centred.cumsum()), np.append(0.0, (centred**2).cumsum())
    ends = np.arange(1, len(ordered) + 1)
    best, starts = squares[1:] - sums[1:] ** 2 / ends, []
    for _ in range(classes - 1):
        best, start = _one_more_class(best, sums, squares)
        starts.append(start)
    cuts, end = [], len(ordered) - 1
    for start in reversed(starts):
        end = int(start[end]) - 1
        cuts.append(float(ordered[end]))
    return cuts[::-1]


def _one_more_class(best: np.ndarray, sums: np.ndarray, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least cost of values 0..j with one more class, and the position at which this last class starts."""
    count = len(best)
    cost, start = np.full(count, np.inf), np.zeros(count, dtype=int)
    for low in range(1, count, BLOCK):
        ends = np.arange(low, min(low + BLOCK, count))
        begins = np.arange(1, ends[-1] + 1)[:, None]
        size = ends + 1 - begins
        inside = squares[ends + 1] - squares[begins] - (sums[ends + 1] - sums[begins]) ** 2 / np.maximum(size, 1)
        total = np.where(size > 0, best[begins - 1] + inside, np.inf)
        start[ends] = begins[total.argmin(axis=0), 0]
        cost[ends] = total.min(axis=0)
    return cost, start


def place(scores: np.ndarray) -> np.ndarray:
    """Rank of each score among those of its row, 1 = highest; equal scores share the better rank; 0 for NaN."""
    falling = -scores
    order = np.argsort(falling, axis=-1, kind="stable")  # NaN is last
    ordered = np.take_along_axis(falling, order, axis=-1)
    is_first = np.ones(scores.shape, dtype=bool)
    is_first[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    numbers = np.arange(1, scores.shape[-1] + 1, dtype=np.int32)
    ranks = np.zeros(scores.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.maximum.accumulate(np.where(is_first, numbers, 0), axis=-1), axis=-1)
    return np.where(np.isnan(scores), 0, ranks)


def has_spread(spec: Spec, scores: np.ndarray) -> np.ndarray | np.bool:
    """Whether the scores of each row differ enough to be classed.

    With goalposts and thresholds a single score can be classed.
    """
    has_score = ~np.isnan(scores)
    if spec.classing == "thresholds" and spec.normalisation == "goalposts":
        return has_score.any(axis=-1)
    highest = np.max(scores, axis=-1, where=has_score, initial=-np.inf)
    lowest = np.min(scores, axis=-1, where=has_score, initial=np.inf)
    return highest - lowest > 1e-9 * np.maximum(1.0, np.maximum(np.abs(highest), np.abs(lowest)))


def class_numbers(scores: np.ndarray, method: str, classes: int, thresholds: Sequence[float] = ()) -> np.ndarray:
    """Class of each score among those of its row: 0 the highest .. ``classes`` - 1 the lowest, -1 without a score.

    ``thirds`` divides by rank into ``classes`` equal parts; equal scores all go to the higher class. ``natural``:
    :func:`natural_bounds`. ``thresholds`` are descending; a score on a threshold belongs to the class above it.
    """
    has_score = ~np.isnan(scores)
    if method == "thirds":
        numbers = (place(scores) - 1) * classes // np.maximum(has_score.sum(axis=-1, keepdims=True), 1)
    elif method == "natural":
        numbers = np.apply_along_axis(_natural_numbers, -1, scores, classes) if scores.size else np.zeros(scores.shape)
    else:
        numbers = np.searchsorted(-np.array(thresholds), -scores, side="left")
    return np.where(has_score, numbers, -1).astype(int)


def _natural_numbers(scores: np.ndarray, classes: int) -> np.ndarray:
    bounds = np.array(natural_bounds(scores, classes))
    return len(bounds) - np.searchsorted(bounds, scores, side="left")
