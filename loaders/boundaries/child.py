"""The child process that opens one untrusted polygon file: ``python -m loaders.boundaries.child KIND OUT PROVINCE FILE...``.

It writes the rows as an Arrow file (geometry as WKB), those of one province or all (empty), and prints one JSON line: the coordinate system the
file states, or a problem code. Memory, time and drivers are limited here, so that no file can hurt the app.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from loaders.boundaries.columns import promise, written_codes
from loaders.files import gdal_guard  # noqa: F401  (must come before pyogrio)

NOT_NEEDED = frozenset({"geopandas", "pandas", "pyproj"})
MEMORY_BYTES = 4 << 30
CPU_SECONDS = 120
GEOMETRY, ROW = "__wkb__", "__row__"
AUTHORITY = re.compile(r"^(?:urn:(?:x-)?ogc:def:crs:)?(EPSG|OGC):[\w.]*:?(\w+)$", re.IGNORECASE)


class Unreadable(Exception):
    """Carries a problem code and the value to show."""

    def __init__(self, code: str, value: str | None = None) -> None:
        self.code, self.value = code, value
        super().__init__(code)


class WithoutFrames(MetaPathFinder):
    """Says that these are not installed: rows are passed on as Arrow, and importing them was half of this process's time."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        """No answer for anything else."""
        if name.partition(".")[0] in NOT_NEEDED:
            raise ModuleNotFoundError(name)


def limit() -> None:
    """Bound this process; systems without ``resource`` rely on the parent's clock alone."""
    try:
        import resource
    except ImportError:
        return
    bounds = {resource.RLIMIT_AS: MEMORY_BYTES, resource.RLIMIT_CPU: CPU_SECONDS, resource.RLIMIT_CORE: 0}
    for what, most in bounds.items():
        hard = resource.getrlimit(what)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def stated_crs(document: dict[str, Any]) -> str | None:
    """The coordinate system a GeoJSON names; a link is never followed. WGS84 when it names none (RFC 7946)."""
    stated = document.get("crs")
    if not isinstance(stated, dict):
        return None
    properties = stated.get("properties")
    match = AUTHORITY.match(str(properties.get("name", ""))) if isinstance(properties, dict) else None
    if not match:
        raise Unreadable("boundary_crs_unknown", str(properties)[:80])
    return "EPSG:4326" if match[1].upper() == "OGC" else f"EPSG:{match[2]}"


def read_geojson(path: Path) -> tuple[Any, str | None]:
    """Rows of a FeatureCollection, read without GDAL: it would follow a link in the ``crs`` member."""
    import pyarrow as pa
    import shapely
    from shapely.geometry import shape

    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("boundary_damaged") from error
    features = document.get("features")
    if not isinstance(features, list):
        raise Unreadable("boundary_format_unknown", str(document.get("type"))[:40])
    rows = [feature for feature in features if isinstance(feature, dict)]
    if len(rows) < len(features):
        raise Unreadable("boundary_damaged")
    names = list(dict.fromkeys(name for row in rows for name in (row.get("properties") or {})))
    columns = {name: [_text((row.get("properties") or {}).get(name)) for row in rows] for name in names}
    geometries = [_shape(shape, row.get("geometry")) for row in rows]
    columns[GEOMETRY] = pa.array(shapely.to_wkb(geometries), pa.binary())
    return pa.table(columns), stated_crs(document)


def _shape(build: Any, geometry: Any) -> Any:
    try:
        return build(geometry) if geometry else None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise Unreadable("boundary_bad_coordinates", str(geometry)[:60]) from error


def _text(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)


def check_geopackage(path: Path) -> None:
    """Refuse a GeoPackage with views or foreign virtual tables: their SQL would run when GDAL reads it."""
    try:
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True) as connection:
            rows = connection.execute("SELECT type, coalesce(sql, '') FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        raise Unreadable("boundary_damaged") from error
    for kind, sql in rows:
        foreign = re.search(r"CREATE\s+VIRTUAL\s+TABLE", sql, re.IGNORECASE) and not re.search(
            r"\bUSING\s+rtree\b", sql, re.IGNORECASE
        )
        if kind == "view" or foreign:
            raise Unreadable("boundary_unsafe")


def best_layer(paths: list[Path], encoding: str | None) -> tuple[Path, str]:
    """The layer that holds subdistricts: by code before by name; the one with the most rows among equals."""
    import pyogrio

    found = []
    for path in paths:
        for layer, kind in pyogrio.list_layers(path):
            info = pyogrio.read_info(path, layer=layer, encoding=encoding, force_feature_count=True)
            fields = [str(name) for name in info["fields"]]
            found.append((kind is not None, promise(fields), info["features"], path, layer, fields, kind))
    if not found:
        raise Unreadable("boundary_no_layer")
    with_shapes, hope, _, path, layer, fields, _ = max(found, key=lambda item: (bool(item[1]), item[0], *item[1:3]))
    if not with_shapes:
        raise Unreadable("boundary_not_polygons")
    if not hope:
        raise Unreadable("boundary_no_codes", ", ".join(fields)[:120])
    return path, layer


def read_gdal(paths: list[Path], encoding: str | None) -> tuple[Any, str | None]:
    """Rows of the best layer of shapefiles or a GeoPackage; shapefile text comes byte by byte (latin-1)."""
    import pyogrio.errors
    import pyogrio.raw

    try:
        path, layer = best_layer(paths, encoding)
        meta, table = pyogrio.raw.read_arrow(path, layer=layer, encoding=encoding)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError) as error:
        raise Unreadable("boundary_damaged") from error
    geometry = meta["geometry_name"] or "wkb_geometry"
    names = [GEOMETRY if name == geometry else name for name in table.column_names]
    prj = path.with_suffix(".prj")
    wkt = prj.read_text("latin-1") if path.suffix == ".shp" and prj.exists() else None
    return table.rename_columns(names).replace_schema_metadata(None), wkt or meta["crs"]


def of_province(table: Any, province: str) -> Any:
    """The rows of a province and those whose code cannot be read, with their places in the file; all where it has none."""
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


def main(arguments: list[str]) -> int:
    """Read, write the Arrow file, print what the file states about itself."""
    limit()
    sys.meta_path.insert(0, WithoutFrames())
    kind, out, province, *files = arguments
    paths = [Path(file) for file in files]
    try:
        if kind == "geojson":
            table, crs = read_geojson(paths[0])
        else:
            if kind == "geopackage":
                check_geopackage(paths[0])
            table, crs = read_gdal(paths, "ISO-8859-1" if kind == "shapefile" else None)
        table = of_province(table, province)
        import pyarrow as pa

        with pa.OSFile(out, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        answer: dict[str, str | None] = {"crs": crs}
    except Unreadable as error:
        answer = {"code": error.code, "value": error.value}
    except MemoryError:
        answer = {"code": "boundary_too_large", "value": None}
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
