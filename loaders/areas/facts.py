"""Facts about the subdistricts of any province, in the shape of ``loaders.reference``.

The home province has its published tables. Elsewhere names and codes come from geothai, point and area from the
boundary file in use; what nobody told us (population, households, villages) is *not known*, never zero.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
import shapely

from loaders import reference
from loaders.boundaries import candidates
from loaders.boundaries import find as boundaries
from loaders.boundaries.register import register
from loaders.settings import FACTS_PROVINCE

EQUAL_AREA = "EPSG:6933"
SHORTEST_BORDER_KM = 0.05


def is_published(province: str) -> bool:
    """Whether we keep the published facts of a province (people, households, villages)."""
    return province == FACTS_PROVINCE


def subdistricts(province: str) -> pd.DataFrame:
    """Subdistricts with the columns of :func:`loaders.reference.subdistricts`."""
    return reference.subdistricts() if province == FACTS_PROVINCE else _elsewhere(province, state_of(province)).copy()


def villages(province: str) -> pd.DataFrame:
    """Villages; none are known outside the home province, so that no share of villages is ever computed there."""
    return reference.villages() if province == FACTS_PROVINCE else reference.villages().iloc[:0]


def local_governments(province: str) -> pd.DataFrame:
    """Links of local governments to subdistricts; empty where we keep none."""
    return reference.local_governments() if province == FACTS_PROVINCE else reference.local_governments().iloc[:0]


def adjacency(province: str) -> pd.DataFrame:
    """Neighbouring pairs with the length of the border they share (km), from the boundary file outside the home province."""
    return reference.adjacency() if province == FACTS_PROVINCE else _borders(province, state_of(province)).copy()


@lru_cache(maxsize=8)
def boundaries_of(province: str, stamp: tuple) -> boundaries.BoundarySource:
    """The boundary file in use for a province, read once for each state of the files (:func:`loaders.boundaries.candidates.stamp`)."""
    return boundaries.find_boundaries(province)


def state_of(province: str) -> tuple:
    """What facts that come from a boundary file depend on; nothing for the home province."""
    return () if province == FACTS_PROVINCE else candidates.stamp(province)


@lru_cache(maxsize=128)  # all provinces: small tables, and the file of the nation is not opened again for them
def _elsewhere(province: str, stamp: tuple) -> pd.DataFrame:
    empty = reference.subdistricts().iloc[:0]
    shapes = boundaries_of(province, stamp).frame
    table = register(province)
    if shapes is not None:
        points = shapes.geometry.representative_point()
        area = shapes.geometry.to_crs(EQUAL_AREA).area / 1e6
        found = pd.DataFrame(
            {
                "subdistrict_code": shapes["subdistrict_code"],
                "lat": points.y,
                "lon": points.x,
                "area_km2": area.round(3),
            }
        )
        table = table.merge(found, on="subdistrict_code", how="left")
    missing = {
        name: pd.array([pd.NA] * len(table), dtype=empty[name].dtype)
        for name in empty.columns.difference(table.columns)
        if name in reference.COUNTS
    }
    table = table.assign(**missing).reindex(columns=empty.columns)
    return table.astype(dict.fromkeys(reference.MEASURES, float)).sort_values("subdistrict_code", ignore_index=True)


@lru_cache(maxsize=128)
def _borders(province: str, stamp: tuple) -> pd.DataFrame:
    shapes = boundaries_of(province, stamp).frame
    if shapes is None:
        return reference.adjacency().iloc[:0]
    plane = shapes.to_crs(shapes.estimate_utm_crs())
    near, far = plane.sindex.query(plane.geometry, predicate="intersects")
    first, second = near[near < far], far[near < far]
    geometry = plane.geometry.to_numpy()
    length = (
        shapely.length(shapely.intersection(shapely.boundary(geometry[first]), shapely.boundary(geometry[second])))
        / 1000
    )
    codes = plane["subdistrict_code"].to_numpy()
    pairs = pd.DataFrame(
        {"subdistrict_code_a": codes[first], "subdistrict_code_b": codes[second], "shared_border_km": length.round(3)}
    )
    return pairs[pairs["shared_border_km"] >= SHORTEST_BORDER_KM].reset_index(drop=True)
