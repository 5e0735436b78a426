"""Layers of geodata in a zip, copied out under our own names with a limit on real bytes; lengths of shapefiles.

Shapefile text is read as latin-1, because the .cpg beside it is often missing or wrong.
"""

from __future__ import annotations

import shutil
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from loaders.files.guards import MEBI, check_entries
from loaders.problems import Refused

SHP_MAGIC = b"\x00\x00\x27\x0a"
PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")
SINGLES = {".geojson": "geojson", ".json": "geojson", ".gpkg": "geopackage"}


class Layer(NamedTuple):
    """A layer's name in the zip and our copy of its main file."""

    name: str
    path: Path


def unpack(path: Path, room: Path, most_bytes: int) -> list[Layer]:
    """Copy every shapefile of a zip, also of sub-folders, into ``room``; without one, the first GeoJSON or GeoPackage.

    Raises ``Refused``: ``file_bomb``, ``file_bad_names``, ``file_encrypted``, ``file_half``.
    """
    layers = []
    budget = most_bytes
    try:
        with zipfile.ZipFile(path) as archive:
            check_entries(archive.infolist(), most_bytes)
            for number, (name, parts) in enumerate(_grouped(archive.infolist())):
                for suffix, entry in parts.items():
                    budget -= _copy_entry(archive, entry, room / f"layer{number}{suffix}", budget)
                main = ".shp" if ".shp" in parts else next(iter(parts))
                layers.append(Layer(name, room / f"layer{number}{main}"))
    except (zipfile.BadZipFile, EOFError, OSError, struct.error, NotImplementedError, ValueError, zlib.error) as error:
        raise Refused("file_half", value=path.name) from error
    return layers


def _grouped(entries: list[zipfile.ZipInfo]) -> list[tuple[str, dict[str, zipfile.ZipInfo]]]:
    """Name and parts (by suffix) of each shapefile; without one, of the first GeoJSON or GeoPackage."""
    shapefiles: dict[str, dict[str, zipfile.ZipInfo]] = {}
    singles = []
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        suffix = name.suffix.casefold()
        if entry.is_dir() or "__MACOSX" in name.parts:
            continue
        if suffix in PARTS:
            shapefiles.setdefault(str(name.with_suffix("")).casefold(), {})[suffix] = entry
        elif suffix in SINGLES:
            singles.append((name.stem, {suffix: entry}))
    whole = [parts for _, parts in sorted(shapefiles.items()) if ".shp" in parts]
    return [(PurePosixPath(parts[".shp"].filename.replace("\\", "/")).stem, parts) for parts in whole] or singles[:1]


def _copy_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, budget: int) -> int:
    """Copy one entry, counting real bytes: a zip's directory may state wrong sizes."""
    written = 0
    with archive.open(entry) as source, target.open("wb") as sink:
        while block := source.read(MEBI):
            written += len(block)
            if written > budget:
                raise Refused("file_bomb", value=entry.filename[-80:])
            sink.write(block)
    return written


def copy_parts(shp: Path, room: Path) -> Path:
    """Copy the parts of an unpacked shapefile, whatever the case of their suffixes; returns the copied .shp."""
    for sibling in shp.parent.iterdir():
        if sibling.stem.casefold() == shp.stem.casefold() and sibling.suffix.casefold() in PARTS:
            shutil.copyfile(sibling, room / f"layer0{sibling.suffix.casefold()}")
    return room / "layer0.shp"


def record_count(shp: Path) -> int:
    """Number of records that the attribute table declares, after checking both files against their stated lengths.

    Raises ``Refused`` (``file_half``), with value ``.dbf`` when that part is missing.
    """
    dbf = shp.with_suffix(".dbf")
    if not dbf.exists():
        raise Refused("file_half", value=".dbf")
    with shp.open("rb") as shapes, dbf.open("rb") as table:
        shape_head, table_head = shapes.read(100), table.read(32)
    if len(shape_head) < 100 or len(table_head) < 32 or not shape_head.startswith(SHP_MAGIC):
        raise Refused("file_half", value=shp.name)
    records, header_bytes, record_bytes = struct.unpack("<IHH", table_head[4:12])
    shape_bytes = 2 * struct.unpack(">I", shape_head[24:28])[0]
    if shp.stat().st_size < shape_bytes or dbf.stat().st_size < header_bytes + records * record_bytes:
        raise Refused("file_half", value=shp.name)
    return records


def indexed_shapes(shp: Path) -> int:
    """Number of shapes in the .shx (GDAL writes one when it is missing)."""
    shx = shp.with_suffix(".shx")
    return max(0, shx.stat().st_size - 100) // 8 if shx.exists() else 0


def stated_encoding(shp: Path) -> str | None:
    """The encoding stated in the .cpg of a shapefile, or ``None``."""
    cpg = shp.with_suffix(".cpg")
    return cpg.read_text("latin-1").strip()[:40] or None if cpg.exists() else None


def stated_crs(shp: Path) -> str | None:
    """The WKT in the .prj of a shapefile, or ``None``."""
    prj = shp.with_suffix(".prj")
    return prj.read_text("latin-1") if prj.exists() else None
