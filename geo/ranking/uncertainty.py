"""Uncertainty of a ranking: the index is recomputed many times with other plausible weights, methods and omissions.

Missing values are drawn as well, from units with a known value (hot deck, multiple imputation: Rubin 1987), so the
rank of a unit with few known values varies much. The seed fixes every draw, independently of the order of the rows.
Method: uncertainty analysis of the JRC/OECD handbook (Saisana et al. 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from geo.ranking.aggregate import aggregate, class_numbers, comparable, has_spread, place
from geo.ranking.spec import TOP, Spec

BAND = (0.05, 0.95)
CELLS = 1_000_000  # units x criteria x draws computed at once: 8 MB an array


@dataclass(frozen=True)
class Draws:
    """``ranks`` (1 = highest, 0 = no score) and ``classes`` (0 = highest, -1 = no score), draws x units."""

    ranks: np.ndarray
    classes: np.ndarray


def _varied(rng: np.random.Generator, stated: np.ndarray, spread: float, draws: int) -> np.ndarray:
    return stated * rng.uniform(1 - spread, 1 + spread, size=(draws, len(stated)))


def _leave_out(rng: np.random.Generator, weights: np.ndarray, share: float) -> np.ndarray:
    """Set one criterion with a weight to zero in about ``share`` of the draws (rows); changes ``weights`` in place."""
    counted = np.flatnonzero(weights.any(axis=0))
    draws = len(weights)
    chosen, is_left_out = rng.choice(counted, size=draws), rng.random(draws) < share
    if len(counted) > 1:
        weights[np.flatnonzero(is_left_out), chosen[is_left_out]] = 0.0
    return weights


def _on_base_scale(scores: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Scores of each draw rescaled to mean and spread of ``base``, so that thresholds mean the same in every draw."""
    spread, mean = np.nanstd(scores, axis=-1, keepdims=True), np.nanmean(scores, axis=-1, keepdims=True)
    rescaled = np.nanmean(base) + (scores - mean) * np.nanstd(base) / np.where(spread > 0, spread, 1.0)
    return np.where(spread > 0, rescaled, scores)


class _HotDeck:
    """Missing cells, and for each the units with a known value to draw from."""

    def __init__(self, missing: np.ndarray) -> None:
        known = [np.flatnonzero(~column) for column in missing.T]
        counts = np.array([len(units) for units in known])
        self.units, self.starts = np.concatenate([*known, []]).astype(int), np.append(0, counts.cumsum())
        rows, columns = np.nonzero(missing)
        self.rows, self.columns = rows[counts[columns] > 0], columns[counts[columns] > 0]
        self.counts = counts[self.columns]

    def fill(self, rng: np.random.Generator, tables: np.ndarray) -> None:
        """Give every missing cell of each table (draws x units x criteria) the value of a random other unit, in place."""
        picked = (rng.random((len(tables), len(self.rows))) * self.counts).astype(int)
        donors, draws = self.units[self.starts[self.columns] + picked], np.arange(len(tables))[:, None]
        tables[:, self.rows, self.columns] = tables[draws, donors, self.columns]


def draw(spec: Spec, values: np.ndarray, base: np.ndarray, missing: np.ndarray) -> Draws:
    """Rank and class of every unit in every draw of ``spec.uncertainty``.

    Parameters
    ----------
    values
        Prepared units x criteria (:func:`geo.ranking.normalise.prepare`).
    base
        Scores of the index as specified; units with NaN are left out.
    missing
        Units x criteria: mask of cells not known in the data, even where the specification imputes a mean.
    """
    varied, scored = spec.uncertainty, np.flatnonzero(~np.isnan(base))
    rng = np.random.default_rng(varied.seed)
    variants = list(product(varied.normalisations, varied.aggregations))
    tables = np.stack([comparable(spec, values, *variant)[scored] for variant in variants])
    stated = np.array([criterion.weight for criterion in spec.criteria])
    weights = _leave_out(rng, _varied(rng, stated, varied.weight_spread, varied.draws), varied.leave_out)
    of_groups = _varied(rng, np.array([group.weight for group in spec.groups]), varied.weight_spread, varied.draws)
    which, deck = rng.integers(len(variants), size=varied.draws), _HotDeck(missing[scored])
    methods = np.array([aggregation for _, aggregation in variants])[which]
    ranks = np.zeros((varied.draws, len(base)), dtype=np.int32)
    classes = np.full((varied.draws, len(base)), -1, dtype=np.int8)
    names = [group.code for group in spec.groups]
    at_once = max(1, CELLS // max(1, tables[0].size))
    for numbers in np.split(np.arange(varied.draws), range(at_once, varied.draws, at_once)):
        drawn = tables[which[numbers]]
        deck.fill(rng, drawn)
        scores = np.empty(drawn.shape[:2])
        for method in varied.aggregations:
            of_method = methods[numbers] == method
            group_weights = dict(zip(names, of_groups[numbers[of_method]].T, strict=True))
            scores[of_method] = aggregate(spec, drawn[of_method], method, weights[numbers[of_method]], group_weights)[
                TOP
            ]
        differs = has_spread(spec, scores)  # where all scores are equal, the draw gives no rank and no class
        scores, cells = scores[differs], np.ix_(numbers[differs], scored)
        ranks[cells] = place(scores)
        if spec.classing != "none":
            scores = _on_base_scale(scores, base[scored]) if spec.classing == "thresholds" else scores
            classes[cells] = class_numbers(scores, spec.classing, len(spec.labels), spec.thresholds)
    return Draws(ranks, classes)


def rank_band(ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """5th and 95th percentile of the rank of each unit (``ranks``: draws x units); 0 where it never has one.

    In a draw without ranks a unit could be anywhere: it counts as first for the lower end and as last for the upper.
    """
    last, place_ = int(ranks.max(initial=0)), (ranks.shape[0] - 1)
    ranked = (ranks > 0).any(axis=0)
    low = np.sort(np.where(ranks == 0, 1, ranks), axis=0)[int(np.floor(BAND[0] * place_))]
    high = np.sort(np.where(ranks == 0, last, ranks), axis=0)[int(np.ceil(BAND[1] * place_))]
    return np.where(ranked, low, 0), np.where(ranked, high, 0)


def class_shares(classes: np.ndarray, count: int) -> np.ndarray:
    """Units x classes: share of all draws in which the unit is in each class; NaN for a unit without any class.

    Draws without a class are counted in the denominator, so they lower every share.
    """
    hits = np.stack([(classes == number).sum(axis=0) for number in range(count)], axis=1).astype(float)
    return np.where(hits.sum(axis=1, keepdims=True) > 0, hits / max(len(classes), 1), np.nan)


def border(shares: np.ndarray, base: np.ndarray, labels: tuple[str, ...], hold: float) -> list[object]:
    """``"A/B"``: the class and its most frequent neighbour, where the share of the class is below ``hold``; else NA.

    ``shares`` from :func:`class_shares`; ``base``: class number of each unit, -1 = none.
    """
    borders: list[object] = []
    for row, number in zip(shares, base, strict=True):
        if number < 0 or len(labels) < 2 or row[number] >= hold:
            borders.append(pd.NA)
            continue
        neighbours = [other for other in (number - 1, number + 1) if 0 <= other < len(labels)]
        # classes beyond a neighbour count for its side: a C that is sometimes A is on the border to B
        sides = {other: row[: other + 1].sum() if other < number else row[other:].sum() for other in neighbours}
        other = max(neighbours, key=lambda neighbour: sides[neighbour])
        borders.append("/".join(labels[place] for place in sorted((number, other))))
    return borders
