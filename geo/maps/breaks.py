"""Class breaks for a map. They never raise on empty, equal or few values, and can be shared by maps side by side.

Zero means "none" and NaN "not known": both have their own class, so neither is on the colour scale.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from geo.maps.classes import UNMEASURED
from geo.statuses import COVERED, nothing_classes


def _positive(values: Iterable[object]) -> np.ndarray:
    numbers = (
        pd.to_numeric(pd.Series(list(values), dtype="object"), errors="coerce")
        .astype("Float64")
        .to_numpy(dtype=float, na_value=np.nan)
    )
    return np.sort(numbers[np.isfinite(numbers) & (numbers > 0)])


def class_breaks(values: Iterable[object], classes: int = 5) -> list[float]:
    """Quantile breaks: ascending upper bounds of at most ``classes`` classes, the last one the maximum.

    Returns ``[]`` when no value is above zero.

    Parameters
    ----------
    values
        Numbers; NA, infinities and values <= 0 are ignored. For maps to be compared pass the values of all of them.

    Examples
    --------
    >>> class_breaks([0, None, 1, 2, 3, 4], classes=2)
    [2.5, 4.0]
    """
    numbers = _positive(values)
    different = np.unique(numbers)
    if len(different) <= classes:
        return [float(value) for value in different]
    bounds = np.quantile(numbers, np.linspace(0, 1, classes + 1)[1:])
    # Ties make quantiles coincide: return fewer classes then.
    rising = [float(bound) for bound in np.unique(bounds)]
    return [*rising[:-1], float(numbers[-1])]


def classify(values: pd.Series, breaks: list[float]) -> pd.Series:
    """Class 0 .. n-1 of each value (a break is the inclusive upper bound); NA for values not on the scale.

    A value above the last break is in the last class, so that the breaks of one year can be used for another.
    """
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64")
    raw = numbers.to_numpy(dtype=float, na_value=np.nan)
    on_scale = np.isfinite(raw) & (raw > 0) & (len(breaks) > 0)
    class_numbers = np.minimum(np.searchsorted(breaks, raw, side="left"), max(len(breaks) - 1, 0))
    return pd.Series(class_numbers, index=values.index, dtype="Int64").where(on_scale)


def classes_of(status: pd.Series, values: pd.Series, breaks: list[float]) -> pd.Series:
    """Class character of every place: the digit of its class if covered, else the character of its kind of nothing.

    A covered place without a value above zero gets :data:`geo.maps.classes.UNMEASURED`.
    """
    number = classify(values, breaks)
    classes = nothing_classes(status).fillna(UNMEASURED)
    on_scale = status.eq(COVERED) & number.notna()
    classes[on_scale] = number[on_scale].astype(int).astype(str)
    return classes
