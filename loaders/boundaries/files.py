"""Any polygon file a person hands in -> rows, shapes and the coordinate system it states.

What a file is is decided by its first bytes, never by its name. A zip is unpacked under names of our own
with a bound on every byte; a child process (``loaders.boundaries.child``) opens the rest.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from loaders.boundaries.child import GEOMETRY, ROW
from loaders.files import gdal_guard
from loaders.problems import Refused
from loaders.settings import ROOT

FILE_BYTES = 500 << 20
UNPACKED_BYTES = 1 << 30
ENTRIES = 1000
RATIO_FROM_BYTES = 50 << 20
RATIO = 100
READ_SECONDS = 150
PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")
SINGLES = {".geojson": "geojson", ".json": "geojson", ".gpkg": "geopackage"}
PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "PROJ_DATA", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class RawLayer:
    """Rows as the file has them (no CRS set), the CRS text it states, and its declared text encoding.

    ``rows`` are their 1-based positions in the file. ``raw_text`` is true for shapefiles: text columns and headings are
    bytes read as latin-1.
    """

    frame: gpd.GeoDataFrame
    rows: np.ndarray
    crs: str | None
    raw_text: bool
    encoding: str | None
    kind: str


def file_kind(path: Path) -> str:
    """zip, geopackage, shapefile or geojson, from the first bytes; anything else is refused."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise Refused("boundary_not_found", value=path.name) from error
    if size > FILE_BYTES:
        raise Refused("boundary_too_large", value=path.name)
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"SQLite format 3\x00"):
        return "geopackage"
    if head.startswith(b"\x00\x00\x27\x0a"):
        return "shapefile"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return "geojson"
    raise Refused("boundary_empty" if not size else "boundary_format_unknown", value=path.name)


def read_polygons(path: Path, province: str = "") -> RawLayer:
    """Read one file; raises ``Refused`` with a code for everything that is wrong with the file itself.

    With a province, rows that are known by their code to lie in another one are left out, so that a file of the nation
    costs no more than the province; a file without any of it is read whole.
    """
    kind = file_kind(path)
    with tempfile.TemporaryDirectory(prefix="kradan-boundary-") as folder:
        room = Path(folder)
        files = [path]
        if kind == "zip":
            kind, files = unpack(path, room)
        elif kind == "shapefile":
            files = [_copy_parts(path, room)]
        elif kind == "geopackage":
            files = [Path(shutil.copyfile(path, room / "layer0.gpkg"))]
        if kind == "shapefile":
            for shp in files:
                check_shapefile(shp)
        answer = run_reader(kind, room / "rows.arrow", files, province)
        table = _read_table(room / "rows.arrow")
        encoding = _declared_encoding(files) if kind == "shapefile" else None
    wkb = table.column(GEOMETRY).to_numpy(zero_copy_only=False)
    try:
        with np.errstate(invalid="ignore"):  # NaN coordinates are refused later, with their row
            shapes = shapely.from_wkb(wkb)
    except shapely.errors.ShapelyError as error:
        raise Refused("boundary_bad_coordinates") from error
    frame = gpd.GeoDataFrame(table.drop_columns([GEOMETRY, ROW]).to_pandas(), geometry=shapely.force_2d(shapes))
    rows = table.column(ROW).to_numpy()
    return RawLayer(frame, rows, answer.get("crs"), kind == "shapefile", encoding, kind)


def _read_table(path: Path) -> pa.Table:
    """The child's rows, read whole into memory: the file is gone when we return."""
    with path.open("rb") as file:
        return pa.ipc.open_file(file.read()).read_all()


def run_reader(kind: str, out: Path, files: list[Path], province: str = "") -> dict[str, str | None]:
    """Run the child on our own copies; its problem codes become ``Refused``, a crash too."""
    environment = gdal_guard.guard({name: os.environ[name] for name in PASSED_ON if name in os.environ})
    environment["PYTHONIOENCODING"] = "utf-8"
    command = [sys.executable, "-m", "loaders.boundaries.child", kind, str(out), province]
    command += [str(file.resolve()) for file in files]
    try:
        done = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, timeout=READ_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Refused("boundary_too_large") from error
    try:
        answer = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise Refused("boundary_damaged") from error
    if "code" in answer:
        raise Refused(answer["code"], value=answer["value"])
    return answer


def unpack(path: Path, room: Path) -> tuple[str, list[Path]]:
    """Unpack what we need of a zip under our own names; returns the kind and the files to open."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _checked_entries(archive)
            groups = _groups(entries)
            if not groups:
                raise Refused("boundary_no_layer", value=path.name)
            budget = UNPACKED_BYTES
            for number, parts in enumerate(groups):
                for suffix, entry in parts.items():
                    budget -= _copy_entry(archive, entry, room / f"layer{number}{suffix}", budget)
    except (zipfile.BadZipFile, EOFError, OSError, struct.error, NotImplementedError, zlib.error) as error:
        raise Refused("boundary_damaged", value=path.name) from error
    shapefiles = [room / f"layer{number}.shp" for number, parts in enumerate(groups) if ".shp" in parts]
    if shapefiles:
        return "shapefile", shapefiles
    suffix = next(iter(groups[0]))
    return SINGLES[suffix], [room / f"layer0{suffix}"]


def _checked_entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The zip's directory, refused when it is unsafe, encrypted or a bomb: nothing is unpacked before."""
    entries = archive.infolist()
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in entry.filename:
            raise Refused("boundary_unsafe", value=entry.filename[:80])
        if entry.flag_bits & 0x1:
            raise Refused("boundary_encrypted", value=entry.filename[:80])
    size, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > ENTRIES or size > UNPACKED_BYTES or (size > RATIO_FROM_BYTES and size > RATIO * max(packed, 1)):
        raise Refused("boundary_zip_bomb")
    return [entry for entry in entries if not entry.is_dir() and "__MACOSX" not in entry.filename]


def _groups(entries: list[zipfile.ZipInfo]) -> list[dict[str, zipfile.ZipInfo]]:
    """Parts of each shapefile in the zip, in whatever sub-folder; without one, single GeoJSON or GeoPackage files."""
    by_stem: dict[str, dict[str, zipfile.ZipInfo]] = {}
    singles = []
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        suffix = name.suffix.casefold()
        if suffix in PARTS:
            by_stem.setdefault(str(name.with_suffix("")).casefold(), {})[suffix] = entry
        elif suffix in SINGLES:
            singles.append({suffix: entry})
    return [parts for _, parts in sorted(by_stem.items()) if ".shp" in parts] or singles[:1]


def _copy_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, budget: int) -> int:
    """Copy one entry, counting real bytes: a zip's directory may lie about its sizes."""
    written = 0
    with archive.open(entry) as source, target.open("wb") as sink:
        while block := source.read(1 << 20):
            written += len(block)
            if written > budget:
                raise Refused("boundary_zip_bomb")
            sink.write(block)
    return written


def _copy_parts(shp: Path, room: Path) -> Path:
    """A shapefile that lies unpacked in a folder: its parts copied, whatever the case of their suffixes."""
    for sibling in shp.parent.iterdir():
        if sibling.stem.casefold() == shp.stem.casefold() and sibling.suffix.casefold() in PARTS:
            shutil.copyfile(sibling, room / f"layer0{sibling.suffix.casefold()}")
    return room / "layer0.shp"


def check_shapefile(shp: Path) -> None:
    """Compare the lengths that the headers promise with the bytes that are there: half a file is refused."""
    dbf = shp.with_suffix(".dbf")
    if not dbf.exists():
        raise Refused("boundary_part_missing", value=".dbf")
    head, table = shp.read_bytes()[:100], dbf.read_bytes()[:32]
    if len(head) < 100 or len(table) < 32 or head[:4] != b"\x00\x00\x27\x0a":
        raise Refused("boundary_damaged")
    records, header, width = struct.unpack("<IHH", table[4:12])
    if shp.stat().st_size < 2 * struct.unpack(">I", head[24:28])[0] or dbf.stat().st_size < header + records * width:
        raise Refused("boundary_damaged")


def _declared_encoding(files: list[Path]) -> str | None:
    for file in files:
        cpg = file.with_suffix(".cpg")
        if cpg.exists():
            return cpg.read_text("latin-1").strip()[:40] or None
    return None
