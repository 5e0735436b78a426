"""Shapes light enough for a browser: simplified without gaps, dissolved to districts, written once as a static file."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.measure import WGS84, metric_crs, require_crs

TOLERANCE_M = 200
DECIMALS = 5
LABEL_PRECISION_M = 100
DISTRICT = ["district_code", "district_name_th", "district_name_en"]
NEEDED = ["subdistrict_code", "name_th", "name_en", *DISTRICT]


@dataclass(frozen=True)
class Prepared:
    """One province ready to draw; everything in EPSG:4326, sorted by code.

    ``subdistricts``: the columns of the frame given, simplified shapes. ``districts``: district_code,
    district_name_th, district_name_en, label_lon, label_lat, dissolved outlines. ``province``: one outline.
    """

    subdistricts: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    province: shapely.Geometry

    @property
    def vertices(self) -> int:
        """Points over all subdistrict shapes."""
        return int(shapely.get_num_coordinates(self.subdistricts.geometry.to_numpy()).sum())


def prepare(frame: gpd.GeoDataFrame, tolerance_m: float = TOLERANCE_M) -> Prepared:
    """Simplify a frame of subdistricts together, so that neighbours still share their border, and dissolve it.

    Columns in: subdistrict_code, name_th, name_en, district_code, district_name_th, district_name_en, geometry (any
    CRS). ``tolerance_m`` 0 keeps the shapes as they are (schematic map, tile grid). Visvalingam-Whyatt on the
    coverage (``shapely.coverage_simplify``), in the UTM zone of the frame.
    """
    _check(frame)
    metric = frame.sort_values("subdistrict_code", ignore_index=True).to_crs(metric_crs(frame))
    if tolerance_m > 0:
        metric = metric.set_geometry(gpd.GeoSeries(_simplified(metric, tolerance_m), crs=metric.crs))
    districts = _dissolve(metric)
    outline = gpd.GeoSeries([union(metric.geometry.to_numpy())], crs=metric.crs).to_crs(WGS84)
    return Prepared(metric.to_crs(WGS84), districts.to_crs(WGS84), outline.iloc[0])


def _check(frame: gpd.GeoDataFrame) -> None:
    require_crs(frame, "prepare")
    missing = [name for name in NEEDED if name not in frame.columns]
    doubled = [] if missing else frame.loc[frame["subdistrict_code"].duplicated(), "subdistrict_code"].tolist()
    if missing or doubled or frame.empty:
        raise ValueError(
            f"prepare: found {len(frame)} rows, columns missing {missing}, codes twice {doubled[:3]}; "
            "expected one row per subdistrict_code with names. Where: the frame. Do this: take it from read_boundaries."
        )


def _simplified(metric: gpd.GeoDataFrame, tolerance_m: float) -> np.ndarray:
    """Simplified shapes; a shape that would vanish or break keeps its own points."""
    shapes = metric.geometry.to_numpy()
    simple = shapely.coverage_simplify(shapes, tolerance_m)
    bad = shapely.is_empty(simple) | ~shapely.is_valid(simple)
    return np.where(bad, shapes, simple)


def union(shapes: np.ndarray) -> shapely.Geometry:
    """One outline; the quick way for edge-matched shapes, the sure way for shapes with small gaps or overlaps."""
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapes, grid_size=1.0)


def _dissolve(metric: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    names = metric[DISTRICT].drop_duplicates("district_code").sort_values("district_code", ignore_index=True)
    groups = {code: group.geometry.to_numpy() for code, group in metric.groupby("district_code")}
    outlines = [union(groups[code]) for code in names["district_code"]]
    frame = gpd.GeoDataFrame(names, geometry=outlines, crs=metric.crs)
    points = label_points(frame).to_crs(WGS84)
    frame["label_lon"], frame["label_lat"] = points.x, points.y
    return frame


def label_points(metric: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """The point of each shape that lies farthest from its edge, in the largest part: there a label has most room."""
    largest = [max(shapely.get_parts(shape), key=shapely.area) for shape in metric.geometry]
    circles = shapely.maximum_inscribed_circle(largest, LABEL_PRECISION_M)
    return gpd.GeoSeries(shapely.get_point(circles, 0), index=metric.index, crs=metric.crs)


def to_geojson(prepared: Prepared) -> bytes:
    """Compact GeoJSON, the same bytes for the same shapes.

    Properties: c subdistrict_code, n name_th, e name_en, d and f the district's Thai and English name. A second member
    ``districts`` holds the outlines with c, n, e and a label point lx, ly. Coordinates have 5 decimals (1 m).
    """
    subdistricts = [
        feature(shape, c=row[0], n=row[1], e=row[2], d=row[3], f=row[4])
        for shape, row in _rows(prepared.subdistricts, [*NEEDED[:3], *DISTRICT[1:]])
    ]
    districts = [
        feature(shape, c=row[0], n=row[1], e=row[2], lx=round(row[3], DECIMALS), ly=round(row[4], DECIMALS))
        for shape, row in _rows(prepared.districts, [*DISTRICT, "label_lon", "label_lat"])
    ]
    document = {"type": "FeatureCollection", "features": subdistricts}
    document["districts"] = {"type": "FeatureCollection", "features": districts}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _rows(frame: gpd.GeoDataFrame, columns: list[str]) -> Any:
    return zip(frame.geometry, frame[columns].itertuples(index=False, name=None), strict=True)


def feature(shape: shapely.Geometry, **properties: object) -> dict[str, Any]:
    """A GeoJSON feature with rounded coordinates."""
    return {"type": "Feature", "properties": properties, "geometry": _geometry(shape)}


def _geometry(shape: shapely.Geometry) -> dict[str, Any]:
    polygons = [_polygon(part) for part in shapely.get_parts(shape)]
    polygons = [rings for rings in polygons if rings]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _polygon(polygon: shapely.Polygon) -> list[list[list[float]]]:
    """Rings with rounded points; points that fall together are written once, a ring that collapses is left out."""
    rings = [_ring(ring) for ring in (polygon.exterior, *polygon.interiors)]
    return [ring for ring in rings if len(ring) > 3] if len(rings[0]) > 3 else []


def _ring(ring: shapely.LinearRing) -> list[list[float]]:
    points = np.round(shapely.get_coordinates(ring), DECIMALS)
    moved = np.ones(len(points), dtype=bool)
    moved[1:] = (points[1:] != points[:-1]).any(axis=1)
    return points[moved].tolist()


def write_geojson(prepared: Prepared, folder: Path, stem: str) -> Path:
    """Write ``<stem>-<hash8>.json`` in one step (a reader never sees half of it); the name changes with the content."""
    return write_content(to_geojson(prepared), folder, stem)


def write_content(content: bytes, folder: Path, stem: str) -> Path:
    """Write bytes as :func:`write_geojson` does."""
    target = folder / f"{stem}-{hashlib.sha256(content).hexdigest()[:8]}.json"
    folder.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.stat().st_size == len(content):
        return target
    handle, unfinished = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(unfinished, 0o644)
        os.replace(unfinished, target)
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        raise
    return target
