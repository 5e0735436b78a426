"""Child process that opens one untrusted polygon file.

It writes the rows of one province, or of all, to an Arrow file (geometry as WKB) and returns the coordinate system
that the file states.
"""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

from loaders.boundaries.columns import promise, written_codes
from loaders.files import gdal_guard  # must come before pyogrio
from loaders.files.layers import stated_crs as crs_beside
from loaders.problems import Refused

GEOMETRY, ROW = "__wkb__", "__row__"
AUTHORITY = re.compile(r"^(?:urn:(?:x-)?ogc:def:crs:)?(EPSG|OGC):[\w.]*:?(\w+)$", re.IGNORECASE)


def stated_crs(document: dict[str, Any]) -> str | None:
    """CRS that a GeoJSON document names, ``None`` if none; raises ``Refused`` for a link or an unknown form."""
    stated = document.get("crs")
    if not isinstance(stated, dict):
        return None
    properties = stated.get("properties")
    match = AUTHORITY.match(str(properties.get("name", ""))) if isinstance(properties, dict) else None
    if not match:
        raise Refused("boundary_crs_unknown", value=str(properties)[:80])
    return "EPSG:4326" if match[1].upper() == "OGC" else f"EPSG:{match[2]}"


def read_geojson(path: Path) -> tuple[Any, str | None]:
    """Rows and CRS of a FeatureCollection; read without GDAL, which would follow a link in the ``crs`` member."""
    import pyarrow as pa
    import shapely
    from shapely.geometry import shape

    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused("boundary_damaged") from error
    features = document.get("features")
    if not isinstance(features, list):
        raise Refused("boundary_format_unknown", value=str(document.get("type"))[:40])
    rows = [feature for feature in features if isinstance(feature, dict)]
    if len(rows) < len(features):
        raise Refused("boundary_damaged")
    names = list(dict.fromkeys(name for row in rows for name in (row.get("properties") or {})))
    columns = {name: [_text((row.get("properties") or {}).get(name)) for row in rows] for name in names}
    geometries = [_shape(shape, row.get("geometry")) for row in rows]
    columns[GEOMETRY] = pa.array(shapely.to_wkb(geometries), pa.binary())
    return pa.table(columns), stated_crs(document)


def _shape(build: Any, geometry: Any) -> Any:
    try:
        return build(geometry) if geometry else None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise Refused("boundary_bad_coordinates", value=str(geometry)[:60]) from error


def _text(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)


def check_geopackage(path: Path) -> None:
    """Refuse a GeoPackage with views or virtual tables other than rtree: GDAL would run their SQL."""
    try:
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True) as connection:
            rows = connection.execute("SELECT type, coalesce(sql, '') FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        raise Refused("boundary_damaged") from error
    for kind, sql in rows:
        foreign = re.search(r"CREATE\s+VIRTUAL\s+TABLE", sql, re.IGNORECASE) and not re.search(
            r"\bUSING\s+rtree\b", sql, re.IGNORECASE
        )
        if kind == "view" or foreign:
            raise Refused("boundary_unsafe")


def best_layer(paths: list[Path], encoding: str | None) -> tuple[Path, str]:
    """Path and name of the layer to use: with codes before names only, then the one with the most rows."""
    import pyogrio

    offered = []
    for path in paths:
        for layer, kind in pyogrio.list_layers(path):
            info = pyogrio.read_info(path, layer=layer, encoding=encoding, force_feature_count=True)
            fields = [str(name) for name in info["fields"]]
            offered.append((kind is not None, promise(fields), info["features"], path, layer, fields, kind))
    if not offered:
        raise Refused("boundary_no_layer")
    with_shapes, hope, _, path, layer, fields, _ = max(offered, key=lambda item: (bool(item[1]), item[0], *item[1:3]))
    if not with_shapes:
        raise Refused("boundary_not_polygons")
    if not hope:
        raise Refused("boundary_no_codes", value=", ".join(fields)[:120])
    return path, layer


def read_gdal(paths: list[Path], encoding: str | None) -> tuple[Any, str | None]:
    """Rows and CRS of the best layer of shapefiles or a GeoPackage; ``encoding`` latin-1 preserves every byte."""
    import pyogrio.errors
    import pyogrio.raw

    try:
        path, layer = best_layer(paths, encoding)
        meta, table = pyogrio.raw.read_arrow(path, layer=layer, encoding=encoding)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError) as error:
        raise Refused("boundary_damaged") from error
    geometry = meta["geometry_name"] or "wkb_geometry"
    names = [GEOMETRY if name == geometry else name for name in table.column_names]
    wkt = crs_beside(path) if path.suffix == ".shp" else None
    return table.rename_columns(names).replace_schema_metadata(None), wkt or meta["crs"]


def of_province(table: Any, province: str) -> Any:
    """Rows of a province and rows without a code, with their positions (``ROW``); all rows if none is of it."""
    import numpy as np
    import pyarrow as pa

    table = table.append_column(ROW, pa.array(np.arange(1, len(table) + 1)))
    if not province:
        return table
    names = table.drop_columns([GEOMETRY, ROW]).column_names
    codes = written_codes(names, lambda name: table.column(name).to_pylist()) or []
    if not any(code.startswith(province) for code in codes):
        return table
    return table.filter(pa.array([not code or code.startswith(province) for code in codes]))


def main(arguments: list[str]) -> dict[str, str | None]:
    """Arguments KIND OUT PROVINCE FILE...: write the rows of PROVINCE to OUT and return the CRS of the file."""
    kind, out, province, *files = arguments
    with gdal_guard.without("geopandas", "pandas", "pyproj"):
        table, crs = _read(kind, [Path(file) for file in files])
        _write(of_province(table, province), out)
    return {"crs": crs}


def _read(kind: str, paths: list[Path]) -> tuple[Any, str | None]:
    if kind == "geojson":
        return read_geojson(paths[0])
    if kind == "geopackage":
        check_geopackage(paths[0])
    return read_gdal(paths, "ISO-8859-1" if kind == "shapefile" else None)


def _write(table: Any, out: str) -> None:
    import pyarrow as pa

    with pa.OSFile(out, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
