"""Classes of scores: thirds, stated thresholds, or natural breaks; the first label is the highest class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BLOCK = 512  # columns of the cost matrix held at once: 7,436 units then need 30 MB, not 440


def natural_bounds(values: np.ndarray, classes: int) -> list[float]:
    """Largest value of each class but the last, rising: the exact Fisher-Jenks split (least squares within classes).

    Source: Fisher 1958. The same answer as mapclassify's ``FisherJenks``, which takes 23 ms for 170 values without
    numba: too slow for 1,000 draws, so the dynamic programme is written over whole arrays here.
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
    """Least cost of values 0..j with one class more, and where that last class starts."""
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


def class_numbers(scores: np.ndarray, method: str, classes: int, thresholds: Sequence[float] = ()) -> np.ndarray:
    """Class of each score: 0 the highest .. ``classes`` - 1 the lowest, -1 where there is no score.

    ``thirds`` cuts by place, never between equal scores: a tie goes to the higher class. ``thresholds`` fall, and a
    score on a threshold belongs to the class above it.
    """
    found = np.full(len(scores), -1)
    known = ~np.isnan(scores)
    if not known.any():
        return found
    values = scores[known]
    if method == "thirds":
        places = np.searchsorted(np.sort(-values), -values, side="left")
        found[known] = places * classes // len(values)
    elif method == "natural":
        bounds = np.array(natural_bounds(values, classes))
        found[known] = len(bounds) - np.searchsorted(bounds, values, side="left")
    else:
        falling = -np.array(thresholds)
        found[known] = np.searchsorted(falling, -values, side="left")
    return found
