"""Rank units by a composite index, with the stability of each class and the contributions to each score.

The index is a :class:`geo.ranking.spec.Spec`, the data one row per unit. A unit is scored only when its known criteria
have at least ``known_share`` of the weight; otherwise it has no score, never zero.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.ranking.aggregate import aggregate, class_numbers, comparable, has_spread, known_share, place
from geo.ranking.normalise import prepare
from geo.ranking.spec import TOP, Spec, SpecError
from geo.ranking.uncertainty import border, class_shares, draw, rank_band

__all__ = ["Ranking", "contributions", "influence", "leave_one_out", "rank", "rank_shifts"]


@dataclass(frozen=True)
class Ranking:
    """A ranked table with its uncertainty and intermediate values.

    ``units``: one row per unit in the order of the data: the unit column, ``score`` (NaN = not scored), ``rank`` (1 =
    highest; NA), ``class`` (NA = no score, or scores do not differ), ``stability`` (share 0-1 of draws in which the
    class is the same), ``border`` (``A/B`` where ``stability`` is below ``spec.uncertainty.hold``), ``rank_low`` and
    ``rank_high`` (5th and 95th percentile of the rank), ``known_share`` (0-1 of the weight). ``class_shares``: unit x
    class, share of draws. ``normalised``: unit x criterion, more = better. ``groups``: unit x group scores.
    ``prepared``: unit x criterion in units of the data. ``data_version``: hash of the values used; ``spec.version``: of
    the specification.
    """

    spec: Spec
    units: pd.DataFrame
    class_shares: pd.DataFrame
    normalised: pd.DataFrame
    groups: pd.DataFrame
    prepared: pd.DataFrame
    data_version: str

    def headline(self) -> dict[str, dict[str, int]]:
        """By class: ``units``, and ``held`` (of these, with a stability of at least ``spec.uncertainty.hold``)."""
        firm = self.units["stability"] >= self.spec.uncertainty.hold
        headline = {}
        for label in self.spec.labels if self.spec.classing != "none" else ():
            member = self.units["class"].eq(label).fillna(False).astype(bool)
            headline[label] = {"units": int(member.sum()), "held": int((member & firm).sum())}
        return headline

    def completeness(self) -> dict[str, int]:
        """Numbers of ``units``, ``scored`` and ``unscored`` (too little weight known)."""
        scored = int(self.units["score"].notna().sum())
        return {"scored": scored, "units": len(self.units), "unscored": len(self.units) - scored}


def _unit_codes(spec: Spec, data: pd.DataFrame) -> pd.Index:
    if spec.unit not in data.columns:
        raise SpecError("rank_column_missing", spec.unit, ", ".join(map(str, data.columns[:20])))
    codes = data[spec.unit]
    if codes.empty:
        raise SpecError("rank_no_rows", spec.unit, "one row per unit")
    if codes.isna().any() or codes.astype(str).str.strip().eq("").any():
        raise SpecError("rank_unit_without_code", spec.unit, "a code in every row")
    if codes.duplicated().any():
        raise SpecError("rank_unit_twice", codes[codes.duplicated()].iloc[0], "one row per unit")
    return pd.Index(codes, name=spec.unit)


def _version(codes: pd.Index, prepared: np.ndarray) -> str:
    table = pd.DataFrame(prepared, index=codes.astype(str)).sort_index()
    return hashlib.sha256(table.to_csv(float_format="%.12g").encode()).hexdigest()[:12]


def _scores(spec: Spec, prepared: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Normalised values, scores by group and under ``TOP`` (NaN if too little weight is known), known share."""
    values = comparable(spec, prepared, spec.normalisation, spec.aggregation)
    known_shares = known_share(spec, prepared)
    scores = aggregate(spec, values)
    enough = known_shares >= spec.known_share - 1e-12
    return values, {**scores, TOP: np.where(enough, scores[TOP], np.nan)}, known_shares


def rank(spec: Spec, data: pd.DataFrame, draws: int | None = None, seed: int | None = None) -> Ranking:
    """Score, rank and class with their uncertainty for every row of ``data``.

    Parameters
    ----------
    spec
        From :func:`geo.ranking.spec.read_spec`.
    data
        The unit column and the columns that the specification names (criteria, denominators, imputation group).
    draws, seed
        Override those of the specification; with ``draws=0`` the columns of the uncertainty are NA.

    Raises
    ------
    SpecError
        For missing columns, rows without a code or with a repeated one, no rows, or cells that are no numbers.
    """
    stated = {name: value for name, value in (("draws", draws), ("seed", seed)) if value is not None}
    varied = replace(spec.uncertainty, **stated)
    spec = replace(spec, uncertainty=varied)
    codes = _unit_codes(spec, data)
    prepared = prepare(spec, data)
    values, scores, known_shares = _scores(spec, prepared)
    total = scores.pop(TOP)
    classes = (
        class_numbers(total, spec.classing, len(spec.labels), spec.thresholds)
        if spec.classing != "none" and has_spread(spec, total)
        else np.full(len(total), -1)
    )
    units = pd.DataFrame(
        {spec.unit: codes, "score": total, "rank": _whole(place(total)), "class": _labels(classes, spec.labels)}
    )
    shares = np.full((len(units), len(spec.labels)), np.nan)
    low = high = np.zeros(len(units), dtype=int)
    if varied.draws:
        missing = np.isnan(prepare(replace(spec, imputation="none"), data))
        order = np.argsort(codes.astype(str), kind="stable")  # draws must not depend on the order of the rows
        back = np.argsort(order)
        drawn = draw(spec, prepared[order], total[order], missing[order])
        shares = class_shares(drawn.classes[:, back], len(spec.labels))
        low, high = rank_band(drawn.ranks[:, back])
    held = np.where(classes >= 0, shares[np.arange(len(units)), np.maximum(classes, 0)], np.nan)
    units["stability"] = held
    units["border"] = pd.array(
        border(shares, np.where(np.isnan(held), -1, classes), spec.labels, varied.hold), dtype="string"
    )
    units["rank_low"], units["rank_high"], units["known_share"] = _whole(low), _whole(high), known_shares
    return Ranking(
        spec=spec,
        units=units,
        class_shares=pd.DataFrame(shares, index=codes, columns=list(spec.labels)),
        normalised=pd.DataFrame(values, index=codes, columns=spec.codes),
        groups=pd.DataFrame(scores, index=codes, columns=[group.code for group in spec.groups]),
        prepared=pd.DataFrame(prepared, index=codes, columns=spec.codes),
        data_version=_version(codes, prepared),
    )


def _whole(numbers: np.ndarray) -> pd.Series:
    """Int64 with 0 replaced by NA."""
    return pd.Series(numbers, dtype="Int64").where(numbers > 0)


def _labels(classes: np.ndarray, labels: Sequence[str]) -> pd.Series:
    return pd.Series([labels[number] if number >= 0 else pd.NA for number in classes], dtype="string")


def contributions(ranking: Ranking) -> pd.DataFrame:
    """Contribution of each criterion to each score: one row per scored unit and known criterion.

    Returns
    -------
    DataFrame
        The unit column, ``criterion``, ``value`` (units of the data), ``normalised``, ``weight`` (share of the known
        weight), ``points`` (weight x normalised), ``against_mean`` (weight x distance from the mean of the scored
        units). For an arithmetic index the points of a unit add up to its score.
    """
    spec = ranking.spec
    scored = ranking.units.set_index(spec.unit)["score"].notna()
    values = ranking.normalised[scored.to_numpy()]
    weights = values.notna() * np.array(list(spec.effective_weights().values()))
    weights = weights.div(weights.sum(axis=1), axis=0)
    table = pd.DataFrame(
        {
            "value": ranking.prepared.loc[values.index].stack(),
            "normalised": values.stack(),
            "weight": weights.where(values.notna()).stack(),
            "points": (values * weights).stack(),
            "against_mean": ((values - values.mean()) * weights).stack(),
        }
    )
    table.index.names = [spec.unit, "criterion"]
    return table.dropna(subset=["normalised"]).reset_index()


def _correlation_ratio(values: np.ndarray, scores: np.ndarray) -> float:
    """Share of the variance of the scores explained by bins of the values, bias-corrected (epsilon squared)."""
    order = np.argsort(values, kind="stable")
    bins = np.array_split(scores[order], max(2, int(np.sqrt(len(scores)))))
    inside = sum(((part - part.mean()) ** 2).sum() for part in bins)
    total = ((scores - scores.mean()) ** 2).sum()
    if total == 0 or len(scores) <= len(bins):
        return float("nan")
    return float(max(0.0, 1 - inside / total * (len(scores) - 1) / (len(scores) - len(bins))))


def influence(ranking: Ranking) -> pd.DataFrame:
    """Effective influence of each criterion compared with its stated weight.

    Returns
    -------
    DataFrame
        One row per criterion: ``criterion``, ``stated`` (weight, 0-1), ``pearson_r2`` (squared correlation with the
        score), ``correlation_ratio`` (the same without assuming linearity), ``real`` (``pearson_r2`` as a share of
        their sum, comparable with ``stated``), ``mean_rank_shift`` (when the criterion is left out).
    """
    spec = ranking.spec
    score = ranking.units["score"].to_numpy()
    rows = []
    for code, stated in spec.effective_weights().items():
        values = ranking.normalised[code].to_numpy()
        both = ~np.isnan(values) & ~np.isnan(score)
        varies = both.sum() > 2 and np.ptp(values[both]) > 0 and np.ptp(score[both]) > 0
        squared = float(np.corrcoef(values[both], score[both])[0, 1] ** 2) if varies else float("nan")
        ratio = _correlation_ratio(values[both], score[both]) if varies else float("nan")
        rows.append({"criterion": code, "stated": stated, "pearson_r2": squared, "correlation_ratio": ratio})
    table = pd.DataFrame(rows)
    table["real"] = table["pearson_r2"] / table["pearson_r2"].sum()
    shifts = rank_shifts(spec, ranking.prepared.to_numpy(), spec.codes)
    return table.merge(shifts[["code", "mean_rank_shift"]].rename(columns={"code": "criterion"}), on="criterion")


def leave_one_out(spec: Spec, data: pd.DataFrame, nodes: Sequence[str] | None = None) -> pd.DataFrame:
    """Effect on the ranks of leaving out one criterion or group at a time; the others keep their weights.

    Parameters
    ----------
    nodes
        Codes of criteria or groups; ``None`` = every criterion.

    Returns
    -------
    DataFrame
        ``code``, ``mean_rank_shift`` and ``largest_rank_shift`` (absolute, over units scored both times).
    """
    return rank_shifts(spec, prepare(spec, data), list(nodes) if nodes is not None else spec.codes)


def rank_shifts(spec: Spec, prepared: np.ndarray, nodes: Sequence[str]) -> pd.DataFrame:
    """:func:`leave_one_out` on values from :func:`geo.ranking.normalise.prepare`."""
    values, scores, _ = _scores(spec, prepared)
    scored = ~np.isnan(scores[TOP])
    before = place(scores[TOP][scored])
    rows = []
    for node in nodes:
        weights = np.array([0.0 if criterion.code == node else criterion.weight for criterion in spec.criteria])
        after = place(aggregate(spec, values[scored], weights=weights, group_weights={node: 0.0})[TOP])
        shift = np.abs(after - before)[(after > 0) & (before > 0)]
        rows.append(
            {
                "code": node,
                "mean_rank_shift": float(shift.mean()) if len(shift) else float("nan"),
                "largest_rank_shift": int(shift.max()) if len(shift) else 0,
            }
        )
    return pd.DataFrame(rows)
