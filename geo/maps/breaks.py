"""Class breaks for the map: never raise on empty, equal or few values, and can be shared by twin maps.

Zero is "reported, none" and NaN is "not known": neither is on the colour scale, so neither takes part here.
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
    """Quantiles: upper bounds of at most ``classes`` classes, rising, the last the largest; ``[]`` when none is above zero.

    Parameters
    ----------
    values
        Any numbers; NA, NaN, infinities and values <= 0 are left out. For twin maps pass the values of all of them.

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
    # Ties make quantile classes fall together: fewer classes is the right answer.
    rising = [float(bound) for bound in np.unique(bounds)]
    return [*rising[:-1], float(numbers[-1])]


def classify(values: pd.Series, breaks: list[float]) -> pd.Series:
    """Class 0 .. n-1 of each value (a value on a break belongs below it); NA for what is not on the scale.

    A value above the last break goes to the last class, so that breaks fixed on one year still draw another.
    """
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64")
    raw = numbers.to_numpy(dtype=float, na_value=np.nan)
    on_scale = np.isfinite(raw) & (raw > 0) & (len(breaks) > 0)
    class_numbers = np.minimum(np.searchsorted(breaks, raw, side="left"), max(len(breaks) - 1, 0))
    return pd.Series(class_numbers, index=values.index, dtype="Int64").where(on_scale)


def classes_of(status: pd.Series, values: pd.Series, breaks: list[float]) -> pd.Series:
    """Class character of every place on a scale: the number of its class where somebody is there, else the kind of nothing.

    Where somebody is there and the value is not known or not above zero: :data:`geo.maps.classes.UNMEASURED`.
    """
    number = classify(values, breaks)
    classes = nothing_classes(status).fillna(UNMEASURED)
    on_scale = status.eq(COVERED) & number.notna()
    classes[on_scale] = number[on_scale].astype(int).astype(str)
    return classes
