"""Facts about the subdistricts of any province, in the shape of ``loaders.reference``.

All 77 provinces have the published facts (DOPA, Royal Gazette, DLA; points, areas and borders computed from OCHA
COD-AB). What they do not say of a place, such as the point of a subdistrict made after the boundaries were drawn, is
*not known*, never zero.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from loaders import reference
from loaders.boundaries import find as boundaries


def subdistricts(province: str) -> pd.DataFrame:
    """Subdistricts with the columns of :func:`loaders.reference.subdistricts`."""
    return reference.subdistricts(province)


def villages(province: str) -> pd.DataFrame:
    """Villages with their codes and, where it is recorded, the day from which they exist."""
    return reference.villages(province)


def local_governments(province: str) -> pd.DataFrame:
    """Links of local governments to subdistricts."""
    return reference.local_governments(province)


def adjacency(province: str) -> pd.DataFrame:
    """Neighbouring pairs of subdistricts of the province with the length of the border they share (km)."""
    return reference.adjacency(province)


@lru_cache(maxsize=8)
def boundaries_of(province: str, stamp: tuple) -> boundaries.BoundarySource:
    """The boundary file in use for a province, read once for each state of the files (:func:`loaders.boundaries.candidates.stamp`)."""
    return boundaries.find_boundaries(province)
