"""Class breaks for the map: never raise on empty, equal or few values, and can be shared by twin maps.

Zero is "reported, none" and NaN is "not known": neither is on the colour scale, so neither takes part here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd

BreakMethod = Literal["quantiles", "natural", "equal"]
SCHEMES = {"natural": "FisherJenks", "equal": "EqualInterval"}


def _positive(values: Iterable[object]) -> np.ndarray:
    numbers = (
        pd.to_numeric(pd.Series(list(values), dtype="object"), errors="coerce")
        .astype("Float64")
        .to_numpy(dtype=float, na_value=np.nan)
    )
    return np.sort(numbers[np.isfinite(numbers) & (numbers > 0)])


def class_breaks(values: Iterable[object], classes: int = 5, method: BreakMethod = "quantiles") -> list[float]:
    """Upper bounds of at most ``classes`` classes, rising, the last one the largest value; ``[]`` when nothing is above zero.

    Parameters
    ----------
    values
        Any numbers; NA, NaN, infinities and values <= 0 are left out. For twin maps pass the values of all of them.
    method
        ``quantiles``, ``natural`` (Fisher-Jenks) or ``equal`` (equal intervals from the smallest to the largest).

    Examples
    --------
    >>> class_breaks([0, None, 1, 2, 3, 4], classes=2)
    [2.5, 4.0]
    """
    numbers = _positive(values)
    different = np.unique(numbers)
    if len(different) <= classes:
        return [float(value) for value in different]
    if method == "quantiles":
        bounds = np.quantile(numbers, np.linspace(0, 1, classes + 1)[1:])
    elif method in SCHEMES:
        bounds = _by_scheme(numbers, classes, SCHEMES[method])
    else:
        raise ValueError(f"break method {method!r} is unknown; expected quantiles, natural or equal")
    # Ties make quantile classes fall together: fewer classes is the right answer.
    rising = [float(bound) for bound in np.unique(bounds)]
    return [*rising[:-1], float(numbers[-1])]


def _by_scheme(numbers: np.ndarray, classes: int, scheme: str) -> np.ndarray:
    """Bounds by a scheme of mapclassify, imported here: with scikit-learn and matplotlib behind it that takes 2 s."""
    import mapclassify

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(mapclassify, scheme)(numbers, k=classes).bins


def classify(values: pd.Series, breaks: list[float]) -> pd.Series:
    """Class 0 .. n-1 of each value (a value on a break belongs below it); NA for what is not on the scale.

    A value above the last break goes to the last class, so that breaks fixed on one year still draw another.
    """
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64")
    raw = numbers.to_numpy(dtype=float, na_value=np.nan)
    on_scale = np.isfinite(raw) & (raw > 0) & (len(breaks) > 0)
    found = np.minimum(np.searchsorted(breaks, raw, side="left"), max(len(breaks) - 1, 0))
    return pd.Series(found, index=values.index, dtype="Int64").where(on_scale)
