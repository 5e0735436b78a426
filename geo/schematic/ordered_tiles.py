"""Tiles in the order of their codes, for areas of which we know neither shape nor place: a list that looks like a map.

Nothing about where an area lies can be read from it; whoever draws it has to say so.
"""

from __future__ import annotations

import math

import geopandas as gpd
import pandas as pd
import shapely

from geo.measure import WGS84

TILE = 0.05  # degrees; a square on the screen, for the tiles lie near the equator
GAP = 0.35  # of a tile, between groups
CORNER = (100.5, 5.0)
WIDER = 1.5  # the whole is about so much wider than high


def ordered_tiles(codes: pd.Series, groups: pd.Series, code: str = "subdistrict_code") -> gpd.GeoDataFrame:
    """One square per code, groups in blocks, both in the order of their codes.

    Columns out: ``code`` and geometry, EPSG:4326, in the order of the rows given; empty for no codes.
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
