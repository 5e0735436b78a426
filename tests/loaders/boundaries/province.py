"""The boundaries of the province as they are, files made of them, and what every right reading of them must be."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.measure import metric_crs
from loaders.boundaries import find as boundaries
from loaders.boundaries.find import load
from loaders.problems import Refused
from tests.conftest import SHARED

REAL = SHARED / "boundaries"

TRUTH = REAL / "nst_adm3.geojson"

UTM_ZIP = REAL / "nst_tambon_utm47n_cp874.zip"

INDIAN_ZIP = REAL / "nst_tambon_indian1975_utm47n_cp874.zip"


@cache
def truth() -> gpd.GeoDataFrame:
    """The 170 subdistricts by code, straight from the GeoJSON (not through the loader)."""
    document = json.loads(TRUTH.read_text(encoding="utf-8"))
    codes = [feature["properties"]["ADM3_PCODE"][2:] for feature in document["features"]]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in document["features"]]
    return gpd.GeoDataFrame({"subdistrict_code": codes}, geometry=shapes, crs=4326).sort_values("subdistrict_code")


@cache
def source_text() -> str:
    return TRUTH.read_text(encoding="utf-8")


def document() -> dict[str, Any]:
    return json.loads(source_text())


def written(tmp_path: Path, content: dict[str, Any], name: str = "file.geojson") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def source_frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame.from_features(document()["features"], crs=4326)


def refused(path: Path, **how: Any) -> boundaries.Problem:
    with pytest.raises(Refused) as caught:
        load(path, **how)
    return caught.value.problem


def assert_is_the_province(frame: gpd.GeoDataFrame, metres: float = 5.0) -> None:
    """170 codes, the register's names, areas within 1 % and every border within some metres of the truth."""
    assert frame["subdistrict_code"].tolist() == truth()["subdistrict_code"].tolist()
    assert frame.crs.to_epsg() == 4326
    assert frame.set_index("subdistrict_code").loc["801214", "name_th"] == "ปากพนังฝั่งตะวันออก"
    assert frame.is_valid.all() and frame.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    ours, true = (shapes.to_crs(metric_crs(shapes)) for shapes in (frame, truth()))
    assert np.abs(ours.area.to_numpy() / true.area.to_numpy() - 1).max() < 0.01
    assert shapely.hausdorff_distance(ours.geometry.to_numpy(), true.geometry.to_numpy()).max() < metres


def zipped(tmp_path: Path, entries: dict[str, bytes], name: str = "file.zip") -> Path:
    with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
    return tmp_path / name


def entries_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}
