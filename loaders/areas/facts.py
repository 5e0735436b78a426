"""Published facts about the subdistricts of any province (:mod:`loaders.reference`), and its boundary file.

All 77 provinces have them (DOPA, Royal Gazette, DLA; points, areas and borders computed from OCHA COD-AB). A missing
fact, such as the point of a subdistrict founded after the boundaries were drawn, is *not known*, never zero.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from loaders import reference
from loaders.boundaries import find as boundaries


def subdistricts(province: str) -> pd.DataFrame:
    """Subdistricts, see :func:`loaders.reference.subdistricts`."""
    return reference.subdistricts(province)


def villages(province: str) -> pd.DataFrame:
    """Villages with their codes and, where recorded, the day of their creation."""
    return reference.villages(province)


def local_governments(province: str) -> pd.DataFrame:
    """Links of local governments to subdistricts."""
    return reference.local_governments(province)


def adjacency(province: str) -> pd.DataFrame:
    """Pairs of neighbouring subdistricts of the province with the length of their common border (km)."""
    return reference.adjacency(province)


@lru_cache(maxsize=8)
def boundaries_of(province: str, stamp: tuple) -> boundaries.BoundarySource:
    """Boundary file in use for a province, cached for a :func:`loaders.boundaries.candidates.stamp` of the files."""
    return boundaries.find_boundaries(province)
