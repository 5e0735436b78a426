"""The built-in schematic map: one cell per subdistrict, computed from a point and an area, without a boundary file.

The land is the union of discs of the given areas with a smoothed coast; the cells are a power diagram on it
(:mod:`geo.schematic.power_diagram`) whose weights give every cell about its true area. For some provinces three
fitted numbers per subdistrict (reach and weight, see :mod:`geo.schematic.fit`) make the cells resemble the real map.

Cells computed from points alone can split a long district. A narrow strip then connects its parts along the shortest
line: a row of sites whose weight just exceeds that of the sites around. Distant parts (islands) stay separate.
"""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy  # loads scipy.sparse lazily, on first use
import shapely

from geo.schematic.power_diagram import Diagram, owners_at, touching_pairs

KM_PER_DEGREE = 111.195
DEFAULT_AREA_KM2 = 50.0
CLOSING = 1.2
OPENING = 0.35
COAST_TOLERANCE_KM = 0.05
WEIGHT_ROUNDS = 25
SAMPLES_PER_CELL = 50
STRIP_HALF_WIDTH = 0.2  # in typical cell radii
LONGEST_OVER_WATER = 2.0  # in typical cell radii
SEED_COLUMNS = ["subdistrict_code", "reach_x_km", "reach_y_km", "weight_km2"]


class Plane:
    """Equirectangular plane in km around a point; accurate enough for one province."""

    def __init__(self, lon: float, lat: float) -> None:
        self.origin = np.array([lon, lat])
        self.scale = KM_PER_DEGREE * np.array([np.cos(np.radians(lat)), 1.0])

    def to_km(self, degrees: np.ndarray) -> np.ndarray:
        """Longitude, latitude (EPSG:4326) to km."""
        return (degrees - self.origin) * self.scale

    def to_degrees(self, km: np.ndarray) -> np.ndarray:
        """Km to longitude, latitude (EPSG:4326)."""
        return km / self.scale + self.origin


def plane_of(subdistricts: pd.DataFrame) -> Plane:
    """Plane of a province; its origin is the mean of the points, rounded so that fitted seeds stay valid."""
    lon, lat = (pd.to_numeric(subdistricts[axis], errors="coerce").mean() for axis in ("lon", "lat"))
    return Plane(*(round(float(np.nan_to_num(value)), 2) for value in (lon, lat)))


def points_km(subdistricts: pd.DataFrame, plane: Plane) -> np.ndarray:
    """One distinct point per subdistrict in km.

    A missing point is replaced by the mean of its district, else of the province; coinciding points are moved onto a
    small spiral, in the order of the rows.
    """
    degrees = subdistricts[["lon", "lat"]].apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)
    district = subdistricts["district_code"].to_numpy()
    degrees = degrees.fillna(degrees.groupby(district).transform("mean")).fillna(degrees.mean()).fillna(0.0)
    points = plane.to_km(degrees.to_numpy(float))
    same = pd.DataFrame(points.round(3)).groupby([0, 1]).cumcount().to_numpy()
    turn = same * np.pi * (3 - np.sqrt(5))
    return points + np.column_stack([np.cos(turn), np.sin(turn)]) * (0.3 * np.sqrt(same))[:, None]


def areas_km2(subdistricts: pd.DataFrame, points: np.ndarray) -> np.ndarray:
    """Area per subdistrict; a missing one is the median. Without any area it is estimated from the points."""
    stated_areas = subdistricts.get("area_km2", pd.Series(np.nan, subdistricts.index))
    areas = pd.to_numeric(stated_areas, errors="coerce").astype(float).to_numpy(copy=True)
    areas[~(np.isfinite(areas) & (areas > 0))] = np.nan
    if np.isnan(areas).all():
        areas = _areas_from_spacing(points)
    return np.where(np.isnan(areas), np.nanmedian(areas), areas)


def _areas_from_spacing(points: np.ndarray) -> np.ndarray:
    """Square of the distance to the third nearest point, about the inverse of the local density."""
    if len(points) == 1:
        return np.array([DEFAULT_AREA_KM2])
    distance = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    areas = np.sort(distance, axis=1)[:, min(3, len(points) - 1)] ** 2
    return np.clip(areas, np.median(areas) / 10, np.median(areas) * 10)


def land(points: np.ndarray, radii: np.ndarray, typical: float) -> shapely.Geometry:
    """Discs merged into land: small bays (scale ``CLOSING * typical``) filled, corners rounded, no lakes."""
    discs = shapely.buffer(shapely.points(points), radii, quad_segs=8)
    merged = shapely.union_all(discs)
    closed = merged.buffer(CLOSING * typical).buffer(-(CLOSING + OPENING) * typical).buffer(OPENING * typical)
    lost = ~shapely.contains(closed, shapely.points(points))
    whole = shapely.union_all([closed, *discs[lost]])
    filled = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(whole)])
    return filled.simplify(COAST_TOLERANCE_KM)


def land_from_areas(points: np.ndarray, areas: np.ndarray) -> shapely.Geometry:
    """Land whose total area is about the sum of ``areas``: all disc radii times a factor found by bisection."""
    radii, typical = np.sqrt(areas / np.pi), float(np.sqrt(np.median(areas) / np.pi))
    low, high = 0.3, 3.0
    for _ in range(8):
        factor = (low + high) / 2
        low, high = (factor, high) if land(points, factor * radii, typical).area < areas.sum() else (low, factor)
    return land(points, high * radii, typical)


def weights_from_areas(points: np.ndarray, areas: np.ndarray, ground: shapely.Geometry) -> np.ndarray:
    """Weights that give every cell about its area: damped iteration on sample points of the land."""
    step = np.sqrt(ground.area / (SAMPLES_PER_CELL * len(points)))
    x0, y0, x1, y1 = ground.bounds
    grid = np.column_stack([a.ravel() for a in np.meshgrid(np.arange(x0, x1, step), np.arange(y0, y1, step))])
    shapely.prepare(ground)
    grid = grid[shapely.contains_xy(ground, *grid.T)]
    weights, target = np.zeros(len(points)), areas * len(grid) / areas.sum()
    for _ in range(WEIGHT_ROUNDS):
        owned = np.bincount(owners_at(grid, points, weights), minlength=len(points))
        weights += 0.5 * (target - owned) * step**2 / np.pi
    return weights


def sites_of(points: np.ndarray, fitted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sites, weights and owners of fitted cells: three sites per cell, so that it can be elongated."""
    reach, weights = fitted[:, :2], fitted[:, 2]
    return np.vstack([points, points + reach, points - reach]), np.tile(weights, 3), np.tile(np.arange(len(points)), 3)


def rows_for(table: pd.DataFrame | None, codes: pd.Series) -> pd.DataFrame | None:
    """Rows of a table keyed by ``subdistrict_code`` in the order of ``codes``.

    ``None`` unless the table has every code, and no code occurs twice: a partial table must not be used.
    """
    if table is None or codes.duplicated().any() or not table["subdistrict_code"].is_unique:
        return None
    return table.set_index("subdistrict_code").loc[codes] if codes.isin(table["subdistrict_code"]).all() else None


def components(cells: np.ndarray, district: np.ndarray) -> np.ndarray:
    """Label per cell: adjacent cells of the same district have the same label."""
    first, second = touching_pairs(cells).T
    same = district[first] == district[second]
    links = scipy.sparse.coo_array((np.ones(same.sum()), (first[same], second[same])), shape=(len(cells), len(cells)))
    return scipy.sparse.csgraph.connected_components(links, directed=False)[1]


def split_count(cells: np.ndarray, district: np.ndarray) -> int:
    """Number of surplus parts of districts; 0 when every district is connected."""
    return len(np.unique(components(cells, district))) - len(np.unique(district))


def _ways(cells: np.ndarray, district: np.ndarray) -> list[tuple[int, shapely.Geometry]]:
    """For each separate part of a district: the cell to start from and the shortest line to the rest."""
    label = components(cells, district)
    ways = []
    for name in np.unique(district):
        members = np.flatnonzero(district == name)
        parts = [members[label[members] == part] for part in np.unique(label[members])]
        parts.sort(key=lambda part: -shapely.area(cells[part]).sum())
        for part in parts[1:]:
            rest = np.setdiff1d(members, part)
            lines = shapely.shortest_line(cells[part][:, None], cells[rest][None, :])
            start, end = np.unravel_index(np.argmin(shapely.length(lines)), lines.shape)
            ways.append((int(part[start]), lines[start, end]))
    return ways


def _with_strip(diagram: Diagram, cell: int, line: shapely.Geometry, half_width: float) -> Diagram:
    count = max(1, int(np.ceil(line.length / (half_width / 2))) + 1)
    places = np.array([line.interpolate(share, normalized=True).coords[0] for share in np.linspace(0, 1, count)])
    squared = ((places[:, None, :] - diagram.sites[None, :, :]) ** 2).sum(axis=2)
    power = diagram.weights - squared
    strongest = np.argmax(power, axis=1)
    row = np.arange(count)
    # Half-width h of the strip: a surplus power s over a site at distance D moves the border by s / 2D.
    reach = np.maximum(np.sqrt(squared[row, strongest]), half_width)
    return Diagram(
        np.vstack([diagram.sites, places]),
        np.append(diagram.weights, power[row, strongest] + 2 * reach * half_width),
        np.append(diagram.owner, np.full(count, cell)),
        diagram.land.union(shapely.buffer(line, half_width)),
    )


def bridged(diagram: Diagram, cells: np.ndarray, district: np.ndarray, typical: float, rounds: int = 6) -> np.ndarray:
    """Connect the parts of split districts by strips; returns the cells of the round with the fewest splits.

    ``typical``, the typical radius of a cell, scales the width of a strip and the water that it may cross.
    """
    best = cells
    fewest = split_count(cells, district)
    for _ in range(rounds):
        if not fewest:
            break
        changed = False
        for cell, line in _ways(cells, district):
            on_land = diagram.land.buffer(typical / 100).contains(line)
            if on_land or line.length <= LONGEST_OVER_WATER * typical:
                diagram, changed = _with_strip(diagram, cell, line, STRIP_HALF_WIDTH * typical), True
        if not changed:
            break
        cells = diagram.cells()
        if shapely.is_empty(cells).any():
            break
        if (count := split_count(cells, district)) < fewest:
            best, fewest = cells, count
    return best


def _cells(diagram: Diagram, district: np.ndarray, typical: float) -> np.ndarray:
    """Cells on the land; weights are reduced until no cell is empty (without weights none ever is)."""
    for keep in (1.0, 0.9, 0.75, 0.5, 0.25, 0.0):
        drawn_in = replace(diagram, weights=keep * diagram.weights)
        cells = drawn_in.cells()
        if not shapely.is_empty(cells).any():
            break
    return bridged(drawn_in, cells, district, typical)


def schematic(subdistricts: pd.DataFrame, seeds: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """Schematic map: ``subdistrict_code``, ``district_code``, ``geometry`` (EPSG:4326), one polygon per row.

    Requires ``subdistrict_code``, ``district_code``, ``lat``, ``lon``; uses ``area_km2`` where known. ``seeds``
    (:data:`SEED_COLUMNS`) are used only when they have every subdistrict of the frame.
    """
    frame = subdistricts[["subdistrict_code", "district_code"]].reset_index(drop=True)
    if frame.empty:
        return gpd.GeoDataFrame(frame, geometry=[], crs="EPSG:4326")
    plane = plane_of(subdistricts)
    points = points_km(subdistricts, plane)
    fitted = rows_for(seeds, frame["subdistrict_code"])
    if fitted is not None:
        points, weights, owner = sites_of(points, fitted[SEED_COLUMNS[1:]].to_numpy(float))
        radii = np.sqrt(np.maximum(weights, 0.01))
        typical = float(np.median(radii))
        ground = land(points, radii, typical)
    else:
        areas, owner = areas_km2(subdistricts, points), np.arange(len(points))
        typical = float(np.sqrt(np.median(areas) / np.pi))
        ground = land_from_areas(points, areas)
        weights = weights_from_areas(points, areas, ground)
    district = pd.factorize(frame["district_code"])[0]
    cells = _cells(Diagram(points, weights, owner, ground), district, typical)
    return gpd.GeoDataFrame(frame, geometry=shapely.transform(cells, plane.to_degrees), crs="EPSG:4326")
