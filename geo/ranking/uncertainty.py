"""Uncertainty of a ranking: the same index drawn many times over plausible weights, scales, means and omissions.

A bare rank misleads; what holds in nearly every plausible variant is a finding. Every draw is fixed by the seed and
does not depend on the order of the rows. Method: uncertainty analysis of the JRC/OECD handbook (Saisana et al. 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from geo.ranking.aggregate import aggregate, class_numbers, comparable
from geo.ranking.spec import TOP, Spec

BAND = (0.05, 0.95)


@dataclass(frozen=True)
class Draws:
    """``ranks`` (1 = highest, 0 = no score) and ``classes`` (0 = highest, -1 = no score), draws x units."""

    ranks: np.ndarray
    classes: np.ndarray


def place(scores: np.ndarray) -> np.ndarray:
    """Rank 1 for the highest score, equal scores share the better place; 0 where there is no score."""
    ranks = np.zeros(len(scores), dtype=np.int32)
    known = ~np.isnan(scores)
    if known.any():
        falling = -scores[known]
        ranks[known] = np.searchsorted(np.sort(falling), falling, side="left") + 1
    return ranks


def _varied(rng: np.random.Generator, stated: np.ndarray, spread: float, draws: int) -> np.ndarray:
    return stated * rng.uniform(1 - spread, 1 + spread, size=(draws, len(stated)))


def _leave_out(rng: np.random.Generator, weights: np.ndarray, share: float) -> np.ndarray:
    """Weights with one criterion at zero in ``share`` of the draws; criteria without weight are never the one."""
    counted = np.flatnonzero(weights.any(axis=0))
    draws = len(weights)
    chosen, is_left_out = rng.choice(counted, size=draws), rng.random(draws) < share
    if len(counted) > 1:
        weights[np.flatnonzero(is_left_out), chosen[is_left_out]] = 0.0
    return weights


def _on_base_scale(scores: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Scores moved to mean and spread of the base, so that stated thresholds mean the same in every draw."""
    spread = np.nanstd(scores)
    if not spread > 0:
        return scores
    return np.nanmean(base) + (scores - np.nanmean(scores)) * np.nanstd(base) / spread


def draw(spec: Spec, values: np.ndarray, base: np.ndarray) -> Draws:
    """Rank and class of every unit in every draw of ``spec.uncertainty``.

    Parameters
    ----------
    values
        Prepared units x criteria (:func:`geo.ranking.normalise.prepare`).
    base
        Scores of the stated index; units without one (NaN) take no part.
    """
    varied, scored = spec.uncertainty, ~np.isnan(base)
    rng = np.random.default_rng(varied.seed)
    variants = list(product(varied.normalisations, varied.aggregations))
    tables = [comparable(spec, values, *variant)[scored] for variant in variants]
    stated = np.array([criterion.weight for criterion in spec.criteria])
    weights = _leave_out(rng, _varied(rng, stated, varied.weight_spread, varied.draws), varied.leave_out)
    of_groups = _varied(rng, np.array([group.weight for group in spec.groups]), varied.weight_spread, varied.draws)
    which = rng.integers(len(variants), size=varied.draws)
    ranks = np.zeros((varied.draws, len(base)), dtype=np.int32)
    classes = np.full((varied.draws, len(base)), -1, dtype=np.int8)
    names = [group.code for group in spec.groups]
    for number, variant in enumerate(which):
        group_weights = dict(zip(names, of_groups[number], strict=True))
        scores = aggregate(spec, tables[variant], variants[variant][1], weights[number], group_weights)[TOP]
        ranks[number, scored] = place(scores)
        if spec.classing != "none":
            scores = _on_base_scale(scores, base[scored]) if spec.classing == "thresholds" else scores
            classes[number, scored] = class_numbers(scores, spec.classing, len(spec.labels), spec.thresholds)
    return Draws(ranks, classes)


def rank_band(ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ranks between which each unit lies in nine of ten draws (5th and 95th percentile); 0 where it has none."""
    ordered = np.sort(np.where(ranks == 0, np.iinfo(np.int32).max, ranks), axis=0)
    counts = (ranks > 0).sum(axis=0)
    units = np.arange(ranks.shape[1])
    low = ordered[np.floor(BAND[0] * np.maximum(counts - 1, 0)).astype(int), units]
    high = ordered[np.ceil(BAND[1] * np.maximum(counts - 1, 0)).astype(int), units]
    return np.where(counts > 0, low, 0), np.where(counts > 0, high, 0)


def class_shares(classes: np.ndarray, count: int) -> np.ndarray:
    """Units x classes: share of the draws with a score in which the unit is in each class; NaN without a draw."""
    hits = np.stack([(classes == number).sum(axis=0) for number in range(count)], axis=1).astype(float)
    total = hits.sum(axis=1, keepdims=True)
    return np.divide(hits, total, out=np.full_like(hits, np.nan), where=total > 0)


def border(shares: np.ndarray, base: np.ndarray, labels: tuple[str, ...], hold: float) -> list[object]:
    """``"A/B"`` where a class holds in less than ``hold`` of the draws: the neighbour it falls into most often.

    NA where the class holds or where there is none.
    """
    borders: list[object] = []
    for row, number in zip(shares, base, strict=True):
        if number < 0 or len(labels) < 2 or row[number] >= hold:
            borders.append(pd.NA)
            continue
        neighbours = [other for other in (number - 1, number + 1) if 0 <= other < len(labels)]
        # what lies beyond a neighbour counts for its side: a C that is sometimes A is on the border to B
        sides = {other: row[: other + 1].sum() if other < number else row[other:].sum() for other in neighbours}
        other = max(neighbours, key=lambda neighbour: sides[neighbour])
        borders.append("/".join(labels[place] for place in sorted((number, other))))
    return borders
