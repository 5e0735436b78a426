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

from geo.ranking.aggregate import aggregate, class_numbers, comparable, has_spread
from geo.ranking.spec import TOP, Spec

BAND = (0.05, 0.95)


@dataclass(frozen=True)
class Draws:
    """``ranks`` (1 = highest, 0 = no score) and ``classes`` (0 = highest, -1 = no score), draws x units."""

    ranks: np.ndarray
    classes: np.ndarray


def place(scores: np.ndarray) -> np.ndarray:
    """Rank of each score, 1 = highest; equal scores share the better rank; 0 for NaN."""
    ranks = np.zeros(len(scores), dtype=np.int32)
    has_score = ~np.isnan(scores)
    if has_score.any():
        falling = -scores[has_score]
        ranks[has_score] = np.searchsorted(np.sort(falling), falling, side="left") + 1
    return ranks


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
    """Scores rescaled to mean and spread of ``base``, so that thresholds mean the same in every draw."""
    spread = np.nanstd(scores)
    if not spread > 0:
        return scores
    return np.nanmean(base) + (scores - np.nanmean(scores)) * np.nanstd(base) / spread


class _HotDeck:
    """Missing cells, and for each the units with a known value to draw from."""

    def __init__(self, missing: np.ndarray) -> None:
        known_rows = [np.flatnonzero(~column) for column in missing.T]
        rows, columns = np.nonzero(missing)
        self.rows, self.columns = (
            part[[len(known_rows[column]) > 0 for column in columns]] for part in (rows, columns)
        )
        self.counts = np.array([len(known_rows[column]) for column in self.columns])
        self.known = known_rows

    def filled(self, rng: np.random.Generator, table: np.ndarray) -> np.ndarray:
        """A copy of the table in which every missing cell has the value of a random other unit."""
        if not len(self.rows):
            return table
        picked = (rng.random(len(self.rows)) * self.counts).astype(int)
        donors = [self.known[column][number] for column, number in zip(self.columns, picked, strict=True)]
        table = table.copy()
        table[self.rows, self.columns] = table[donors, self.columns]
        return table


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
    varied, scored = spec.uncertainty, ~np.isnan(base)
    rng = np.random.default_rng(varied.seed)
    variants = list(product(varied.normalisations, varied.aggregations))
    tables = [comparable(spec, values, *variant)[scored] for variant in variants]
    stated = np.array([criterion.weight for criterion in spec.criteria])
    weights = _leave_out(rng, _varied(rng, stated, varied.weight_spread, varied.draws), varied.leave_out)
    of_groups = _varied(rng, np.array([group.weight for group in spec.groups]), varied.weight_spread, varied.draws)
    which, deck = rng.integers(len(variants), size=varied.draws), _HotDeck(missing[scored])
    ranks = np.zeros((varied.draws, len(base)), dtype=np.int32)
    classes = np.full((varied.draws, len(base)), -1, dtype=np.int8)
    names = [group.code for group in spec.groups]
    for number, variant in enumerate(which):
        group_weights = dict(zip(names, of_groups[number], strict=True))
        table = deck.filled(rng, tables[variant])
        scores = aggregate(spec, table, variants[variant][1], weights[number], group_weights)[TOP]
        if not has_spread(spec, scores):
            continue  # all scores are equal: no rank and no class in this draw
        ranks[number, scored] = place(scores)
        if spec.classing != "none":
            scores = _on_base_scale(scores, base[scored]) if spec.classing == "thresholds" else scores
            classes[number, scored] = class_numbers(scores, spec.classing, len(spec.labels), spec.thresholds)
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
