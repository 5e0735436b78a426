"""Shapefiles of points (a zip with .shp, .dbf, .prj) to raw sheets, without GDAL: both formats are a few fixed fields.

The attributes become columns, the point ``longitude`` and ``latitude`` in degrees of WGS84. A projected file needs its
.prj; Indian 1975 is read with the survey's own shift (``polygon_crs``).
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path, PurePosixPath

from loaders.problems import Refused
from loaders.sheets.raw import MAX_CELLS, RawSheet

POINTS = {1, 11, 21}
EMPTY = 0
MAX_PART = 200 << 20


def read_points(path: Path) -> list[RawSheet]:
    """One sheet per point layer of the zip; row 1 holds the field names, record N is row N + 1.

    Raises ``Refused``: ``file_is_shapes`` for polygons and lines, ``file_half`` for a missing or broken part,
    ``boundary_no_crs`` for projected points without a .prj.
    """
    with zipfile.ZipFile(path) as archive:
        names = {info.filename: info for info in archive.infolist()}
        layers = [name for name in names if name.lower().endswith(".shp")]
        return [_layer(archive, names, name) for name in layers]


def _part(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], shp: str, suffix: str) -> bytes | None:
    stem = shp[:-4].casefold()
    found = next((name for name in names if name.casefold() == stem + suffix), None)
    if found is None:
        return None
    if names[found].file_size > MAX_PART:
        raise Refused("file_too_heavy", value=found[-80:])
    try:
        return archive.read(found)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError):
        raise Refused("file_half", value=found[-80:]) from None


def _layer(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], shp: str) -> RawSheet:
    shapes, attributes = _part(archive, names, shp, ".shp"), _part(archive, names, shp, ".dbf")
    if shapes is None or attributes is None:
        raise Refused("file_half", value=shp[-80:])
    said = _part(archive, names, shp, ".cpg")
    try:
        points = _points(shapes)
        fields, records = _table(attributes, said.decode("ascii", "ignore").strip() if said else "")
    except (struct.error, IndexError, ValueError, UnicodeError):
        raise Refused("file_half", value=shp[-80:]) from None
    if len(points) != len(records):
        raise Refused("file_half", value=f"{len(points)} / {len(records)}")
    if len(records) * (len(fields) + 2) > MAX_CELLS:
        raise Refused("file_too_heavy", value=f"{len(records)} x {len(fields)}")
    degrees = _degrees(points, _part(archive, names, shp, ".prj"))
    rows = [[*fields, "longitude", "latitude"]]
    for record, point in zip(records, degrees, strict=True):
        rows.append([*record, *(("", "") if point is None else (repr(point[0]), repr(point[1])))])
    return RawSheet(PurePosixPath(shp).stem, rows, list(range(1, len(rows) + 1)), records=True)


def _points(data: bytes) -> list[tuple[float, float] | None]:
    if len(data) < 100 or struct.unpack(">i", data[:4])[0] != 9994:
        raise ValueError("no shapefile header")
    found: list[tuple[float, float] | None] = []
    at = 100
    while at + 12 <= len(data):
        words = struct.unpack(">i", data[at + 4 : at + 8])[0]
        kind = struct.unpack("<i", data[at + 8 : at + 12])[0]
        if kind == EMPTY:
            found.append(None)
        elif kind in POINTS:
            found.append(struct.unpack("<2d", data[at + 12 : at + 28]))
        else:
            raise Refused("file_is_shapes")
        if words < 2:
            raise ValueError("record without content")
        at += 8 + 2 * words
    return found


def _table(data: bytes, encoding: str) -> tuple[list[str], list[list[str]]]:
    """Field names and records of a dBASE table; deleted records keep their place, for the points do too."""
    count, start, width = struct.unpack("<IHH", data[4:12])
    if width < 2 or start + count * width > len(data) + 1:
        raise ValueError("records are cut")
    layout, at = [], 32
    while data[at] != 0x0D:
        layout.append((data[at : at + 11].split(b"\0")[0], data[at + 16]))
        at += 32
    rows = [data[start + number * width + 1 : start + (number + 1) * width] for number in range(count)]
    sample = b"\n".join(name for name, _ in layout) + b"\n" + b"\n".join(rows[:200])
    codec = _codec(sample, encoding)
    records = []
    for row in rows:
        cells, left = [], 0
        for _, length in layout:
            cells.append(row[left : left + length].decode(codec, "replace").strip(" \0"))
            left += length
        records.append(cells)
    return [name.decode(codec, "replace") for name, _ in layout], records


def _codec(sample: bytes, said: str) -> str:
    """What the .cpg says if it fits, else what the bytes look like; Thai offices write CP874 and say nothing."""
    for codec in (f"cp{said}" if said.isdecimal() else said, "utf-8"):
        try:
            if codec:
                sample.decode(codec)
                return codec
        except (UnicodeError, LookupError):
            continue
    return "cp874"


def _degrees(points: list[tuple[float, float] | None], prj: bytes | None) -> list[tuple[float, float] | None]:
    given = [point for point in points if point is not None]
    if not given or (prj is None and all(abs(x) <= 180 and abs(y) <= 90 for x, y in given)):
        return points
    from pyproj import Transformer

    from loaders.files import crs as polygon_crs

    crs = polygon_crs.stated_crs(prj.decode("utf-8", "replace") if prj else None)
    if crs is None:
        raise Refused("boundary_no_crs")
    turn = Transformer.from_crs(crs, polygon_crs.WGS84, always_xy=True)
    turned = iter(zip(*turn.transform([x for x, _ in given], [y for _, y in given]), strict=True))
    return [None if point is None else next(turned) for point in points]
