"""All subdistricts of the nation from one boundary file, and the provinces that a file contains."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import geopandas as gpd
import geothai

from loaders.boundaries import find as boundaries
from loaders.boundaries import shapes as polygon_shapes
from loaders.boundaries.files import RawLayer, read_polygons
from loaders.boundaries.register import written_codes
from loaders.files import crs as polygon_crs
from loaders.problems import Refused

NATION = ""  # as a province code: all provinces


@cache
def provinces() -> dict[str, tuple[str, str]]:
    """Province code -> Thai and English name, in the order of the codes."""
    return {
        place.code: (place.name_th, place.name_en)
        for place in sorted(geothai.provinces(), key=lambda province: province.code)
    }


def files() -> list[Path]:
    """Candidate boundary files for the nation, in the order in which they are tried."""
    return [path for _kind, path in boundaries.candidates(NATION)]


def provinces_in(path: Path) -> list[str]:
    """Codes of the provinces with subdistricts in a file; empty for an unusable file."""
    try:
        return sorted(set(_rows(read_polygons(path))["province_code"]))
    except Exception:  # noqa: BLE001  the file on disk can never break the app; page Sources shows the reason
        return []


def load(path: Path) -> gpd.GeoDataFrame:
    """All subdistricts of a file: ``subdistrict_code``, ``province_code``, ``row``, valid shapes, EPSG:4326.

    A code may have several rows. Raises ``Refused`` when the file cannot be used.
    """
    raw = read_polygons(path)
    rows, _missing = polygon_shapes.polygons_only(_rows(raw))
    polygon_shapes.check_coordinates(rows)
    used, _note = boundaries.choose_crs(raw, rows, NATION, None, boundaries.read_card(path).get("crs"))
    frame = polygon_crs.to_wgs84(rows, used)
    boundaries.check_place(frame, rows, NATION, used)
    return polygon_shapes.repair(frame)[0]


def _rows(raw: RawLayer) -> gpd.GeoDataFrame:
    codes = written_codes(raw.frame)
    if codes is None:
        raise Refused("boundary_no_codes")
    table = {"subdistrict_code": codes.to_numpy(), "province_code": codes.str[:2].to_numpy()}
    frame = gpd.GeoDataFrame({**table, "row": raw.rows}, geometry=raw.frame.geometry.to_numpy())
    return frame[frame["province_code"].isin(provinces())].reset_index(drop=True)
