"""Shapefiles of points (a zip with .shp, .dbf, .prj) to raw sheets through GDAL; for a child process only.

Attributes become columns, the point ``longitude`` and ``latitude`` in degrees of WGS84. A projected file needs its
.prj; Indian 1975 uses the survey's shift (``files.crs``).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loaders.files import (
    gdal_guard,  # must come before pyogrio
    layers,
)
from loaders.files.encodings import decode, reread
from loaders.files.guards import max_unpacked_bytes
from loaders.problems import Refused
from loaders.sheets.limits import refuse_many_sheets
from loaders.sheets.raw import MAX_CELLS, RawSheet, as_text

if TYPE_CHECKING:
    import numpy as np
    from pyproj import CRS

POINT_TYPES = frozenset({"Point", "3D Point", "Measured Point", "3D Measured Point", "Unknown"})
SAMPLE_ROWS = 200


def read_points(path: Path) -> list[RawSheet]:
    """One sheet per point layer of the zip; row 1 contains the field names, record N is row N + 1.

    Raises ``Refused``: ``file_is_shapes`` for polygons and lines, ``file_half`` for a missing or broken part,
    ``boundary_no_crs`` for projected points without a .prj.
    """
    with tempfile.TemporaryDirectory(prefix="kradan-") as folder:
        point_layers = layers.unpack(path, Path(folder), max_unpacked_bytes())
        refuse_many_sheets(len(point_layers))
        return [_sheet(layer) for layer in point_layers]


def _sheet(layer: layers.Layer) -> RawSheet:
    with gdal_guard.without("geopandas", "pandas"):
        import pyogrio
        import pyogrio.errors
        import pyogrio.raw

    records = _promised_records(layer)
    crs = _crs(layers.stated_crs(layer.path))
    try:
        info = pyogrio.read_info(layer.path, encoding="ISO-8859-1")
        if info["geometry_type"] not in POINT_TYPES:
            raise Refused("file_is_shapes")
        if records * (len(info["fields"]) + 2) > MAX_CELLS:
            raise Refused("file_too_heavy", value=f"{records} x {len(info['fields'])}")
        meta, ids, shapes, columns = pyogrio.raw.read(layer.path, encoding="ISO-8859-1", return_fids=True)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FieldError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        UnicodeError,
    ):
        raise Refused("file_half", value=layer.name[-80:]) from None
    if (shapes_in_index := layers.indexed_shapes(layer.path)) != records:
        raise Refused("file_half", value=f"{shapes_in_index} / {records}")
    degrees = _degrees(shapes, crs)
    headings, cells = _texts([str(name) for name in meta["fields"]], columns, layers.stated_encoding(layer.path))
    rows = [[*headings, "longitude", "latitude"]]
    rows += [[*row, *point] for row, point in zip(zip(*cells, strict=True), degrees, strict=True)]
    return RawSheet(layer.name, rows, [1, *(int(number) + 2 for number in ids)], records=True)


def _promised_records(layer: layers.Layer) -> int:
    try:
        return layers.record_count(layer.path)
    except Refused:
        raise Refused("file_half", value=layer.name[-80:]) from None  # our copy's name means nothing to a person


def _texts(names: list[str], columns: list[Any], stated: str | None) -> tuple[list[str], list[list[str]]]:
    """Field names and cells as text, decoded from latin-1."""
    samples = [*names, *(value for column in columns for value in column[:SAMPLE_ROWS] if isinstance(value, str))]
    codec = _codec("\n".join(samples).encode("latin-1", "replace"), stated)
    cells = [[_text(value, codec) for value in column.tolist()] for column in columns]
    return [reread(name, codec) for name in names], cells


def _text(value: Any, codec: str) -> str:
    if isinstance(value, str):
        return reread(value, codec).strip(" \0")
    is_missing = value is None or value != value  # NaN is not equal to itself
    return "" if is_missing else as_text(value)


def _codec(sample: bytes, stated: str | None) -> str:
    """The encoding in the .cpg if it fits, else detected from the bytes; Thai agencies write CP874 without a .cpg."""
    if stated:
        codec = f"cp{stated}" if stated.isdecimal() else stated
        try:
            sample.decode(codec)
        except (UnicodeError, LookupError):
            pass
        else:
            return codec
    return decode(sample)[1]


def _crs(prj: str | None) -> CRS | None:
    if prj is None:
        return None
    from loaders.files.crs import stated_crs

    return stated_crs(prj)


def _degrees(shapes: np.ndarray, crs: CRS | None) -> list[tuple[str, str]]:
    """Longitude and latitude as text, empty for a record without a point."""
    import numpy as np
    import shapely

    points = shapely.from_wkb(shapes)
    x, y, is_filled = shapely.get_x(points), shapely.get_y(points), ~shapely.is_missing(points)
    is_degrees = bool((np.abs(x[is_filled]) <= 180).all() and (np.abs(y[is_filled]) <= 90).all())
    if crs is None and not is_degrees:
        raise Refused("boundary_no_crs")
    if crs is not None and is_filled.any():
        from pyproj import Transformer

        from loaders.files.crs import WGS84

        x, y = Transformer.from_crs(crs, WGS84, always_xy=True).transform(x, y)
    return [
        (repr(lon), repr(lat)) if has_point else ("", "")
        for lon, lat, has_point in zip(x.tolist(), y.tolist(), is_filled.tolist(), strict=True)
    ]
