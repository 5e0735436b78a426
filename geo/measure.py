"""Lengths and areas in true units: nothing is measured in degrees."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from pyproj import CRS

WGS84 = 4326
UTM_NORTH = 32600


def require_crs(frame: gpd.GeoDataFrame, what: str) -> CRS:
    """The frame's CRS; ``ValueError`` in four parts when it has none."""
    if frame.crs is None:
        raise ValueError(
            f"{what}: found {len(frame)} shapes without a coordinate system; expected one. "
            "Where: frame.crs is None. Do this: frame.set_crs(...) with the system the coordinates are in."
        )
    return frame.crs


def require_metric(frame: gpd.GeoDataFrame, what: str) -> CRS:
    """The frame's CRS when it is projected and in metres; ``ValueError`` in four parts for degrees or feet."""
    crs = require_crs(frame, what)
    if crs.is_geographic or not crs.is_projected or any(axis.unit_conversion_factor != 1 for axis in crs.axis_info[:2]):
        unit = crs.axis_info[0].unit_name if crs.axis_info else "unknown unit"
        raise ValueError(
            f"{what}: found coordinates in {unit} ({crs.name}); expected a projected system in metres. "
            "Where: frame.crs. Do this: to_metric(frame) first."
        )
    return crs


def metric_crs(frame: gpd.GeoDataFrame) -> CRS:
    """The WGS84 UTM zone in which the middle of the frame lies; over Thailand areas are true within 0.2 %."""
    require_crs(frame, "metric_crs")
    west, south, east, north = frame.to_crs(WGS84).total_bounds
    if not (-180 <= west <= east <= 180 and 0 <= south <= north <= 84):
        raise ValueError(
            f"metric_crs: found bounds {west}, {south}, {east}, {north}; expected degrees of the northern half. "
            "Where: frame.total_bounds in EPSG:4326. Do this: look for swapped latitude and longitude, or no rows."
        )
    return CRS.from_epsg(UTM_NORTH + min(60, int(((west + east) / 2 + 180) // 6) + 1))


def to_metric(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame in metres: as it is when it already is metric, else in the UTM zone of its middle."""
    crs = require_crs(frame, "to_metric")
    if crs.is_projected and all(axis.unit_conversion_factor == 1 for axis in crs.axis_info[:2]):
        return frame
    return frame.to_crs(metric_crs(frame))


def area_km2(frame: gpd.GeoDataFrame) -> pd.Series:
    """Area of each shape in km2; the frame must be in metres (``to_metric``); a missing shape gives NaN."""
    require_metric(frame, "area_km2")
    return (frame.geometry.area / 1e6).rename("area_km2")


def length_km(frame: gpd.GeoDataFrame) -> pd.Series:
    """Length of each line or outline in km; the frame must be in metres (``to_metric``)."""
    require_metric(frame, "length_km")
    return (frame.geometry.length / 1e3).rename("length_km")
