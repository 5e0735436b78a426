"""Tile grid: one equal hexagon per subdistrict, so that small ones are as visible as large ones.

The hexagons are centred on the province (EPSG:4326) and regular on a Web Mercator map.
"""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.schematic.power_diagram import touching_pairs
from geo.schematic.schematic import areas_km2, plane_of, points_km, rows_for, schematic
from geo.schematic.tile_solver import lattice_xy, solve

EARTH_KM = 6378.137
STEPS, STEPS_PER_UNIT = 120_000, 2_000  # of annealing; a handful of units needs no more than its share
CORNERS = np.array([(0, 2), (1, 1), (1, -1), (0, -2), (-1, -1), (-1, 1)])


def to_mercator(degrees: np.ndarray) -> np.ndarray:
    """Longitude, latitude to spherical Mercator km."""
    return EARTH_KM * np.column_stack([np.radians(degrees[:, 0]), np.arcsinh(np.tan(np.radians(degrees[:, 1])))])


def to_degrees(mercator: np.ndarray) -> np.ndarray:
    """Spherical Mercator km to longitude, latitude."""
    return np.degrees(np.column_stack([mercator[:, 0] / EARTH_KM, np.arctan(np.sinh(mercator[:, 1] / EARTH_KM))]))


def assign(
    subdistricts: pd.DataFrame, neighbours: pd.DataFrame | None = None, steps: int | None = None, seed: int = 80
) -> pd.DataFrame:
    """Solve the grid: ``subdistrict_code``, ``column``, ``row`` (north to south, odd rows half a hexagon east).

    ``neighbours`` (``subdistrict_code_a``, ``subdistrict_code_b``) are the true ones; by default those of the
    schematic map are used.

    ``steps`` of annealing: by default those that so many units need, at most :data:`STEPS`.

    Examples
    --------
    ``data/reference/tile_grid.csv``, every province of the shipped facts, was made (4 to 6 s each) with::

        assign(reference.subdistricts(code), reference.adjacency(code), steps=400_000)

    with 800,000 steps for Nakhon Si Thammarat, and with the seed of 81 to 91 that leaves the fewest holes where 80 left one.
    """
    codes = subdistricts["subdistrict_code"].reset_index(drop=True)
    if codes.empty:
        return pd.DataFrame({"subdistrict_code": codes, "column": [], "row": []})
    if neighbours is None:
        pairs = touching_pairs(schematic(subdistricts).geometry.to_numpy())
    else:
        number = pd.Series(codes.index, index=codes)
        ends = neighbours[["subdistrict_code_a", "subdistrict_code_b"]].apply(lambda side: side.map(number)).dropna()
        pairs = ends.to_numpy(int)
    plane = plane_of(subdistricts)
    points = to_mercator(plane.to_degrees(points_km(subdistricts, plane)))
    steps = min(STEPS, STEPS_PER_UNIT * len(codes)) if steps is None else steps
    placed = solve(points, subdistricts["district_code"].to_numpy(), pairs, steps, seed)
    placed.insert(0, "subdistrict_code", codes)
    return placed


def tile_grid(subdistricts: pd.DataFrame, assignment: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """Tile grid: ``subdistrict_code``, ``district_code``, ``geometry`` (EPSG:4326), one hexagon per row.

    ``assignment`` (``subdistrict_code``, ``column``, ``row``) is used when it has every subdistrict of the
    frame; otherwise the grid is solved, which takes seconds. The hexagons have the total area of the province.
    """
    frame = subdistricts[["subdistrict_code", "district_code"]].reset_index(drop=True)
    if frame.empty:
        return gpd.GeoDataFrame(frame, geometry=[], crs="EPSG:4326")
    placed = rows_for(assignment, frame["subdistrict_code"])
    if placed is None:
        placed = assign(subdistricts)
    place = placed[["column", "row"]].to_numpy(int)
    plane = plane_of(subdistricts)
    points = points_km(subdistricts, plane)
    areas = areas_km2(subdistricts, points)
    centre = np.average(to_mercator(plane.to_degrees(points)), axis=0, weights=areas)
    stretch = 1 / math.cos(math.radians(plane.origin[1]))
    width = stretch * math.sqrt(areas.mean() * 2 / math.sqrt(3))
    middle = lattice_xy(*place.T).mean(axis=0)
    # Corners as integers (half-widths, sixths of the height): neighbours get identical vertices.
    halves = np.column_stack([2 * place[:, 0] + place[:, 1] % 2, -3 * place[:, 1]])
    corners = (halves[:, None, :] + CORNERS).reshape(-1, 2) * np.array([0.5, 1 / (2 * math.sqrt(3))])
    rings = to_degrees(centre + (corners - middle) * width).reshape(len(frame), 6, 2)
    return gpd.GeoDataFrame(frame, geometry=shapely.polygons(rings), crs="EPSG:4326")
