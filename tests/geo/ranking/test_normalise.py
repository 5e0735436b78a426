"""What is treated before an index is added up, against the library that everybody trusts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from geo.ranking.normalise import kurtosis, skewness, winsorised


@pytest.mark.parametrize("length", [4, 5, 30, 170])
def test_skewness_and_kurtosis_are_those_of_scipy(length):
    values = np.random.default_rng(length).lognormal(size=length)
    assert skewness(values) == pytest.approx(stats.skew(values, bias=False), rel=1e-9)
    assert kurtosis(values) == pytest.approx(stats.kurtosis(values, bias=False), rel=1e-9)


def test_the_furthest_point_is_drawn_in_to_its_neighbour():
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 900, np.nan])
    assert winsorised(values, (2, 3.5, 3))[:10].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9]
    assert winsorised(-values, (2, 3.5, 3))[:10].tolist() == [-1, -2, -3, -4, -5, -6, -7, -8, -9, -9]
    assert winsorised(values, (2, 3.5, 0))[9] == 900
