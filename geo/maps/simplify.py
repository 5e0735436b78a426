"""Geometry small enough for a browser: simplified without gaps, dissolved to districts, written as a static file."""

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

    ``subdistricts``: the columns of the input, simplified shapes. ``districts``: district_code, district_name_th,
    district_name_en, label_lon, label_lat, dissolved outlines. ``province``: one outline.
    """

    subdistricts: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    province: shapely.Geometry

    @property
    def vertices(self) -> int:
        """Number of vertices of all subdistrict shapes."""
        return int(shapely.get_num_coordinates(self.subdistricts.geometry.to_numpy()).sum())


def prepare(frame: gpd.GeoDataFrame, tolerance_m: float = TOLERANCE_M) -> Prepared:
    """Simplify subdistricts as one coverage, so that neighbours keep a common border, and dissolve them.

    Columns in: :data:`NEEDED` and geometry, any CRS. ``tolerance_m`` 0 keeps the shapes (schematic map, tile grid).
    Visvalingam-Whyatt (``shapely.coverage_simplify``) in the UTM zone of the frame. Raises ``ValueError`` without a
    CRS, without rows, for missing columns or for a code that occurs twice.
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
    """Simplified shapes; a shape that would become empty or invalid is kept unsimplified."""
    shapes = metric.geometry.to_numpy()
    simple = shapely.coverage_simplify(shapes, tolerance_m)
    bad = shapely.is_empty(simple) | ~shapely.is_valid(simple)
    return np.where(bad, shapes, simple)


def union(shapes: np.ndarray) -> shapely.Geometry:
    """Union of shapes in metres: fast for a valid coverage, else on a 1 m grid, which closes small gaps."""
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
    """Label point of each shape: centre of the largest inscribed circle of its largest part; CRS in metres."""
    largest = [max(shapely.get_parts(shape), key=shapely.area) for shape in metric.geometry]
    circles = shapely.maximum_inscribed_circle(largest, LABEL_PRECISION_M)
    return gpd.GeoSeries(shapely.get_point(circles, 0), index=metric.index, crs=metric.crs)


def to_geojson(prepared: Prepared) -> bytes:
    """Compact GeoJSON; equal input gives equal bytes.

    Properties: c subdistrict_code, n name_th, e name_en, d and f Thai and English name of the district. The member
    ``districts`` holds the district outlines with c, n, e and a label point lx, ly. Coordinates have 5 decimals (1 m).
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
    """A GeoJSON feature of a polygon or multipolygon, with coordinates rounded to :data:`DECIMALS`."""
    return {"type": "Feature", "properties": properties, "geometry": _geometry(shape)}


def _geometry(shape: shapely.Geometry) -> dict[str, Any]:
    polygons = [_polygon(part) for part in shapely.get_parts(shape)]
    polygons = [rings for rings in polygons if rings]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _polygon(polygon: shapely.Polygon) -> list[list[list[float]]]:
    """Rings with rounded points; repeated points are dropped, and so are rings that collapse."""
    rings = [_ring(ring) for ring in (polygon.exterior, *polygon.interiors)]
    return [ring for ring in rings if len(ring) > 3] if len(rings[0]) > 3 else []


def _ring(ring: shapely.LinearRing) -> list[list[float]]:
    points = np.round(shapely.get_coordinates(ring), DECIMALS)
    moved = np.ones(len(points), dtype=bool)
    moved[1:] = (points[1:] != points[:-1]).any(axis=1)
    return points[moved].tolist()


def write_geojson(prepared: Prepared, folder: Path, stem: str) -> Path:
    """Write ``<stem>-<hash8>.json`` atomically and return its path; the name contains a hash of the content."""
    return write_content(to_geojson(prepared), folder, stem)


def write_content(content: bytes, folder: Path, stem: str) -> Path:
    """Write bytes under a name as in :func:`write_geojson`; an existing file of that name and size is kept."""
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
