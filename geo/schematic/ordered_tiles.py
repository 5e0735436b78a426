"""Tiles in the order of their codes, for areas of unknown shape and position.

Positions mean nothing; the caller must say so on the map.
"""

from __future__ import annotations

import math

import geopandas as gpd
import pandas as pd
import shapely

from geo.measure import WGS84

TILE = 0.05  # degrees; nearly square on a Mercator map, because the tiles are near the equator
GAP = 0.35  # between groups, in tiles
CORNER = (100.5, 5.0)
WIDER = 1.5  # approximate ratio of width to height


def ordered_tiles(codes: pd.Series, groups: pd.Series, code: str = "subdistrict_code") -> gpd.GeoDataFrame:
    """One square per code; groups form blocks; codes and groups are in sorted order.

    Columns out: ``code`` (its value is the column name) and geometry, EPSG:4326, one row per row of ``codes``.
    """
    table = pd.DataFrame({code: codes.to_numpy(), "group": groups.to_numpy()}).sort_values(["group", code])
    room = max(1.0, math.sqrt(len(table) * WIDER)) * (1 + GAP)
    left, top, deepest = 0.0, 0.0, 0.0
    squares: dict[str, shapely.Polygon] = {}
    for _group, rows in table.groupby("group", sort=True):
        wide = math.ceil(math.sqrt(len(rows)))
        if left and left + wide > room:
            left, top, deepest = 0.0, top + deepest + GAP, 0.0
        for number, name in enumerate(rows[code]):
            squares[name] = _square(left + number % wide, top + number // wide)
        left, deepest = left + wide + GAP, max(deepest, math.ceil(len(rows) / wide))
    shapes = [squares[name] for name in codes]
    return gpd.GeoDataFrame({code: codes.to_numpy()}, geometry=shapes, crs=WGS84)


def _square(column: float, row: float) -> shapely.Polygon:
    west, north = CORNER[0] + column * TILE, CORNER[1] - row * TILE
    return shapely.box(west, north - TILE, west + TILE, north)
