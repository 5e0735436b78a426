"""Preparation of criteria: denominators, missing values, outliers, transformation and four methods of normalisation.

In this order, as in the JRC/OECD handbook on composite indicators. Arrays are units x criteria; NaN means not known
and stays NaN unless the specification asks for imputation.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.ranking.spec import Criterion, Spec, SpecError


def _numbers(data: pd.DataFrame, column: str) -> np.ndarray:
    if column not in data.columns:
        raise SpecError("rank_column_missing", column, ", ".join(map(str, data.columns[:20])))
    numbers = pd.to_numeric(data[column], errors="coerce").astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    # "inf" and 1e309 are read as infinite: refuse them as well
    text = (
        data[column].notna().to_numpy() & ~np.isfinite(numbers) & data[column].astype(str).str.strip().ne("").to_numpy()
    )
    if text.any():
        raise SpecError(
            "rank_value_not_a_number", f"{column}: {data[column].iloc[int(text.argmax())]}", "number or empty"
        )
    return numbers


def _divided(data: pd.DataFrame, criterion: Criterion) -> np.ndarray:
    """Value divided by its denominator; NaN where that is not positive (a town subdistrict has no villages)."""
    values = _numbers(data, criterion.column)
    if criterion.denominator is None:
        return values
    below = _numbers(data, criterion.denominator)
    return np.divide(values, below, out=np.full_like(values, np.nan), where=below > 0)


def _imputed(values: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    if groups is None:
        return np.where(np.isnan(values), np.nanmean(values) if (~np.isnan(values)).any() else np.nan, values)
    means = pd.Series(values).groupby(groups).transform("mean").to_numpy()
    return np.where(np.isnan(values), means, values)


def _is_outlying(values: np.ndarray, limits: tuple[float, float, int]) -> bool:
    known_values = values[~np.isnan(values)]
    if len(known_values) < 4 or np.ptp(known_values) == 0:
        return False
    return abs(skewness(known_values)) > limits[0] and kurtosis(known_values) > limits[1]


def skewness(values: np.ndarray) -> float:
    """Unbiased sample skewness; equals ``scipy.stats.skew(bias=False)``, which is slow to import."""
    number, (second, third, _) = len(values), _moments(values)
    return (number * (number - 1)) ** 0.5 / (number - 2) * third / second**1.5


def kurtosis(values: np.ndarray) -> float:
    """Unbiased sample excess kurtosis; equals ``scipy.stats.kurtosis(bias=False)``."""
    number, (second, _, fourth) = len(values), _moments(values)
    scaled = (number**2 - 1) * fourth / second**2 - 3 * (number - 1) ** 2
    return scaled / (number - 2) / (number - 3)


def _moments(values: np.ndarray) -> tuple[float, float, float]:
    away = values - values.mean()
    return float((away**2).mean()), float((away**3).mean()), float((away**4).mean())


def winsorised(values: np.ndarray, limits: tuple[float, float, int]) -> np.ndarray:
    """Winsorise the most extreme points, one more at a time, until skewness or kurtosis is within ``limits``.

    ``limits``: (absolute skewness, excess kurtosis, maximum of points). The points take the value of the next less
    extreme one. Procedure of the COIN tool (JRC).
    """
    treated = values.copy()
    known_rows = np.flatnonzero(~np.isnan(values))
    for points in range(1, limits[2] + 1):
        if len(known_rows) <= points or not _is_outlying(treated, limits):
            break
        tail = -1 if skewness(treated[known_rows]) > 0 else 1
        order = known_rows[np.argsort(tail * values[known_rows], kind="stable")]
        treated[order[:points]] = values[order[points]]
    return treated


def prepare(spec: Spec, data: pd.DataFrame) -> np.ndarray:
    """Units x criteria: divided, imputed, winsorised and transformed, not yet normalised or turned by direction.

    Raises ``SpecError`` for a missing column or a cell that is no number.
    """
    groups = None
    if spec.imputation == "group_mean":
        if spec.imputation_group not in data.columns:
            raise SpecError("rank_column_missing", spec.imputation_group, ", ".join(map(str, data.columns[:20])))
        groups = data[spec.imputation_group].to_numpy()
    columns = []
    for criterion in spec.criteria:
        values = _divided(data, criterion)
        if spec.imputation != "none":
            values = _imputed(values, groups)
        if spec.outliers == "winsorise":
            values = winsorised(values, spec.outlier_limits)
        if criterion.transform == "log":
            values = np.log(values, out=np.full_like(values, np.nan), where=values > 0)
        columns.append(values)
    return np.column_stack(columns)


def _goalposts(spec: Spec) -> np.ndarray:
    posts = np.array([criterion.goalposts for criterion in spec.criteria], dtype=float)
    logged = [criterion.transform == "log" for criterion in spec.criteria]
    posts[logged] = np.log(posts[logged])
    return posts.T


def _spread_out(values: np.ndarray, low: np.ndarray, high: np.ndarray, scale: tuple[float, float]) -> np.ndarray:
    """Map low..high linearly to the scale; a column without spread gets the middle of the scale."""
    width = high - low
    share = np.divide(
        values - low, width, out=np.where(np.isnan(values), np.nan, 0.5), where=(width > 0) & ~np.isnan(values)
    )
    return scale[0] + share * (scale[1] - scale[0])


def _ranks(values: np.ndarray, scale: tuple[float, float]) -> np.ndarray:
    """Percentile rank (rank - 0.5) / known units on the scale; ties share their mean rank."""
    ranks = pd.DataFrame(values).rank().to_numpy()
    counts = np.maximum((~np.isnan(values)).sum(axis=0), 1)
    return scale[0] + (ranks - 0.5) / counts * (scale[1] - scale[0])


def normalise(
    spec: Spec, values: np.ndarray, method: str | None = None, scale: tuple[float, float] | None = None
) -> np.ndarray:
    """Normalised values, units x criteria, in which more is always better.

    Parameters
    ----------
    values
        From :func:`prepare`.
    method
        ``minmax``, ``z`` (population standard deviation), ``goalposts`` (fixed ends, values beyond are clipped) or
        ``rank``; ``None`` = that of the specification.
    scale
        Ends of the scale, not used by ``z``; ``None`` = those of the specification.
    """
    method, scale = method or spec.normalisation, scale or spec.scale
    signs = np.array([criterion.direction for criterion in spec.criteria], dtype=float)
    with np.errstate(invalid="ignore"):
        if method == "z":
            known_counts = np.where(np.isnan(values), 0.0, 1.0).sum(axis=0)
            mean = np.nansum(values, axis=0) / np.maximum(known_counts, 1)
            spread = np.sqrt(np.nansum((values - mean) ** 2, axis=0) / np.maximum(known_counts, 1))
            standard = np.divide(values - mean, spread, out=np.where(np.isnan(values), np.nan, 0.0), where=spread > 0)
            return spec.z[0] + spec.z[1] * signs * standard
        if method == "rank":
            return _ranks(values * signs, scale)
        if method == "goalposts":
            low, high = _goalposts(spec)
            values = np.clip(values, low, high)
        else:
            low = np.fmin.reduce(values, axis=0)
            high = np.fmax.reduce(values, axis=0)
        rising = _spread_out(values, low, high, scale)
        return np.where(signs > 0, rising, scale[0] + scale[1] - rising)
