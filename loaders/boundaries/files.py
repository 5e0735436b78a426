"""Read any polygon file into rows, shapes and the coordinate system that it states.

The first bytes decide the kind of a file, never its name. A zip is unpacked under our own file names within size
limits; a child process (:mod:`loaders.boundaries.child`) opens the content.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from loaders.boundaries.child import GEOMETRY, ROW
from loaders.files import layers, sandbox
from loaders.files.layers import SINGLES
from loaders.problems import Refused

FILE_BYTES = 500 << 20
UNPACKED_BYTES = 1 << 30
# General problem code -> problem code for boundary files.
BOUNDARY_CODES = {
    "file_bomb": "boundary_zip_bomb",
    "file_bad_names": "boundary_unsafe",
    "file_encrypted": "boundary_encrypted",
    "file_half": "boundary_damaged",
    "file_unreadable": "boundary_damaged",
    "file_too_heavy": "boundary_too_large",
    "file_too_slow": "boundary_too_large",
}


@dataclass(frozen=True)
class RawLayer:
    """Rows of a file unchanged.

    ``frame``: without a CRS. ``rows``: 1-based positions in the file. ``crs``: the CRS text that the file states.
    ``raw_text``: text and headings are bytes decoded as latin-1 (shapefiles). ``encoding``: the declared one.
    """

    frame: gpd.GeoDataFrame
    rows: np.ndarray
    crs: str | None
    raw_text: bool
    encoding: str | None
    kind: str


def file_kind(path: Path) -> str:
    """``zip``, ``geopackage``, ``shapefile`` or ``geojson`` by the first bytes; raises ``Refused`` for others."""
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
    if head.startswith(layers.SHP_MAGIC):
        return "shapefile"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return "geojson"
    raise Refused("boundary_empty" if not size else "boundary_format_unknown", value=path.name)


def read_polygons(path: Path, province: str = "") -> RawLayer:
    """Read one file; raises ``Refused`` with a problem code for every defect of the file itself.

    With a province code, rows of other provinces are left out, which makes a national file cheap; a file without any
    row of the province is read completely.
    """
    kind = file_kind(path)
    with tempfile.TemporaryDirectory(prefix="kradan-boundary-") as folder:
        room = Path(folder)
        files = [path]
        if kind == "zip":
            kind, files = unpack(path, room)
        elif kind == "shapefile":
            files = [layers.copy_parts(path, room)]
        elif kind == "geopackage":
            files = [Path(shutil.copyfile(path, room / "layer0.gpkg"))]
        if kind == "shapefile":
            for shp in files:
                check_shapefile(shp)
        answer = run_reader(kind, room / "rows.arrow", files, province)
        table = _read_table(room / "rows.arrow")
        encoding = next(filter(None, map(layers.stated_encoding, files)), None) if kind == "shapefile" else None
    wkb = table.column(GEOMETRY).to_numpy(zero_copy_only=False)
    try:
        with np.errstate(invalid="ignore"):  # check_coordinates() refuses NaN later, with the row
            shapes = shapely.from_wkb(wkb)
    except shapely.errors.ShapelyError as error:
        raise Refused("boundary_bad_coordinates") from error
    frame = gpd.GeoDataFrame(table.drop_columns([GEOMETRY, ROW]).to_pandas(), geometry=shapely.force_2d(shapes))
    rows = table.column(ROW).to_numpy()
    return RawLayer(frame, rows, answer.get("crs"), kind == "shapefile", encoding, kind)


def _read_table(path: Path) -> pa.Table:
    """Rows that the child wrote, read into memory because the temporary file is deleted afterwards."""
    with path.open("rb") as file:
        return pa.ipc.open_file(file.read()).read_all()


def run_reader(kind: str, out: Path, files: list[Path], province: str = "") -> dict[str, str | None]:
    """Run the child process on our copies of the files; its problem codes and a crash become ``Refused``."""
    arguments = [kind, str(out), province, *(str(file.resolve()) for file in files)]
    with _as_boundary():
        return sandbox.run("loaders.boundaries.child", arguments)


@contextmanager
def _as_boundary(file: str | None = None) -> Generator[None]:
    """Translate problem codes by :data:`BOUNDARY_CODES`."""
    try:
        yield
    except Refused as refusal:
        code = BOUNDARY_CODES.get(refusal.problem.code)
        if code is None:
            raise
        raise Refused(code, value=file if code == "boundary_damaged" else refusal.problem.value) from refusal


def unpack(path: Path, room: Path) -> tuple[str, list[Path]]:
    """Unpack the usable files of a zip under our own names; returns their kind and paths."""
    with _as_boundary(path.name):
        files = [layer.path for layer in layers.unpack(path, room, UNPACKED_BYTES)]
    if not files:
        raise Refused("boundary_no_layer", value=path.name)
    return SINGLES.get(files[0].suffix, "shapefile"), files


def check_shapefile(shp: Path) -> None:
    """Refuse a shapefile without a .dbf, or shorter than its headers state."""
    if not shp.with_suffix(".dbf").exists():
        raise Refused("boundary_part_missing", value=".dbf")
    with _as_boundary():
        layers.record_count(shp)
