"""Boundary files that are spoiled, cut, locked or hostile: each is refused with its code, or its rows are listed."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from typing import Any

import geopandas as gpd
import pytest
import shapely

from loaders.boundaries import files as polygon_files
from loaders.boundaries.find import load, read_boundaries
from loaders.files import gdal_guard, layers
from loaders.problems import Refused, count_by_code
from tests.conftest import ROOT
from tests.loaders.boundaries.province import (
    REAL,
    UTM_ZIP,
    assert_is_the_province,
    document,
    entries_of,
    refused,
    source_frame,
    written,
    zipped,
)


def spoil(content: dict[str, Any], how: str) -> dict[str, Any]:
    """One fault of the kind people really make."""
    features = content["features"]
    if how == "swapped":
        for feature in features:
            shape = shapely.transform(shapely.geometry.shape(feature["geometry"]), lambda points: points[:, ::-1])
            feature["geometry"] = shapely.geometry.mapping(shape)
    elif how == "nan":
        _first_ring(features[3])[1][0] = float("nan")
    elif how == "infinite":
        _first_ring(features[3])[1][0] = 1e308 * 10
    elif how == "text":
        _first_ring(features[3])[1][0] = "99.9"
        _first_ring(features[3])[1][1] = "x"
    elif how == "points":
        for feature in features:
            feature["geometry"] = {"type": "Point", "coordinates": [99.9, 8.4]}
    elif how == "no_shapes":
        for feature in features:
            feature["geometry"] = None
    elif how == "metres":
        frame = gpd.GeoDataFrame.from_features(features, crs=4326).to_crs(32647)
        content = json.loads(frame.to_json(drop_id=True))
        content.pop("crs", None)
    elif how == "few":
        content["features"] = features[:20]
    elif how == "other_province":
        for feature in features:
            feature["properties"]["ADM3_PCODE"] = "TH90" + feature["properties"]["ADM3_PCODE"][4:]
    elif how == "link":
        content["crs"] = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}}
    return content


def _first_ring(feature: dict[str, Any]) -> list[list[Any]]:
    ring = feature["geometry"]["coordinates"]
    while not isinstance(ring[0][0], (int, float)):
        ring = ring[0]
    return ring


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("swapped", "boundary_swapped"),
        ("nan", "boundary_bad_coordinates"),
        ("infinite", "boundary_bad_coordinates"),
        ("text", "boundary_bad_coordinates"),
        ("points", "boundary_not_polygons"),
        ("no_shapes", "boundary_no_shapes"),
        ("metres", "boundary_no_crs"),
        ("few", "boundary_incomplete"),
        ("other_province", "boundary_wrong_province"),
        ("link", "boundary_crs_unknown"),
    ],
)
def test_a_spoiled_file_is_refused_with_its_code(tmp_path, how, code) -> None:
    assert refused(written(tmp_path, spoil(document(), how))).code == code


def test_nan_names_its_row_and_metres_name_what_fits(tmp_path) -> None:
    assert refused(written(tmp_path, spoil(document(), "nan"))).row == 4
    assert refused(written(tmp_path, spoil(document(), "metres"))).suggestion == "EPSG:32647, EPSG:24047"


def test_rows_that_are_wrong_one_by_one_are_listed(tmp_path) -> None:
    content = document()
    features = content["features"]
    gone, pointed = features[0]["properties"]["ADM3_PCODE"][2:], features[1]["properties"]["ADM3_PCODE"][2:]
    features[0]["geometry"] = None
    features[1]["geometry"] = {"type": "Point", "coordinates": [99.9, 8.4]}
    features[2]["properties"]["ADM3_PCODE"] = "TH809901"
    features[3]["properties"]["ADM3_PCODE"] = None
    features.append(features[6])
    found = load(written(tmp_path, content))
    assert count_by_code(found.problems) == {
        "boundary_code_unknown": 1,
        "boundary_duplicate": 1,
        "boundary_missing": 4,
        "boundary_row_no_code": 1,
        "boundary_row_no_shape": 1,
        "boundary_row_not_polygon": 1,
    }
    by_code = {problem.code: problem for problem in found.problems}
    assert (by_code["boundary_row_no_shape"].row, by_code["boundary_row_no_shape"].value) == (1, gone)
    assert (by_code["boundary_row_not_polygon"].row, by_code["boundary_row_not_polygon"].value) == (2, pointed)
    assert (by_code["boundary_code_unknown"].row, by_code["boundary_row_no_code"].row) == (3, 4)
    assert by_code["boundary_duplicate"].row == 171
    assert len(found.frame) == 166


def test_a_bow_tie_is_repaired_and_listed(tmp_path) -> None:
    content = document()
    ring = _first_ring(content["features"][5])
    at = len(ring) // 2
    ring[at : at + 6] = reversed(ring[at : at + 6])
    found = load(written(tmp_path, content))
    assert [(problem.code, problem.row) for problem in found.problems] == [("boundary_repaired", 6)]
    assert found.frame.is_valid.all() and found.frame.geom_type.isin(["Polygon", "MultiPolygon"]).all()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "boundary_empty"),
        (
            b"<OGRVRTDataSource><OGRVRTLayer name='p'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>",
            "boundary_format_unknown",
        ),
        (b"not a zip at all", "boundary_format_unknown"),
        (b"PK\x03\x04 but not really", "boundary_damaged"),
        (b'{"type": "Topology", "objects": {}}', "boundary_format_unknown"),
        (b'{"type": "FeatureCollection", "features": [', "boundary_damaged"),
        (b'{"type": "FeatureCollection", "features": [1]}', "boundary_damaged"),
        (b'{"a":' * 100_000, "boundary_damaged"),
        (b"SQLite format 3\x00" + b"\x00" * 500, "boundary_damaged"),
        (b"\x00\x00\x27\x0a" + b"\x00" * 20, "boundary_part_missing"),
    ],
)
def test_what_is_no_polygon_file_is_refused(tmp_path, content, code) -> None:
    for name in ("x.zip", "x.geojson", "x.gpkg"):
        (tmp_path / name).write_bytes(content)
    assert refused(tmp_path / "x.geojson").code == code
    assert refused(tmp_path / "x.zip").code == code


def test_a_missing_file_and_a_folder_are_refused(tmp_path) -> None:
    assert refused(tmp_path / "none.zip").code == "boundary_not_found"
    assert refused(tmp_path).code == "boundary_not_found"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("name", ["nst_adm3.geojson", "nst_tambon_utm47n_cp874.zip", "tha_adm3_rtsd.gpkg"])
def test_half_a_file_is_refused(tmp_path, name, share) -> None:
    whole = (REAL / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])
    assert refused(tmp_path / name).code == "boundary_damaged"


@pytest.mark.parametrize("part", [".shp", ".dbf"])
def test_half_a_part_in_a_whole_zip_is_refused(tmp_path, part) -> None:
    entries = {
        name: content[:-200] if name.endswith(part) else content for name, content in entries_of(UTM_ZIP).items()
    }
    assert refused(zipped(tmp_path, entries)).code == "boundary_damaged"


@pytest.mark.parametrize(
    ("name", "code"),
    [("../evil.shp", "boundary_unsafe"), ("/etc/x.shp", "boundary_unsafe"), ("c:\\x.shp", "boundary_unsafe")],
)
def test_zip_that_reaches_outside_is_refused(tmp_path, name, code) -> None:
    assert refused(zipped(tmp_path, {**entries_of(UTM_ZIP), name: b"x"})).code == code


def test_zip_without_a_layer_or_without_attributes(tmp_path) -> None:
    assert refused(zipped(tmp_path, {"readme.txt": b"x"})).code == "boundary_no_layer"
    entries = {name: content for name, content in entries_of(UTM_ZIP).items() if not name.endswith(".dbf")}
    problem = refused(zipped(tmp_path, entries))
    assert (problem.code, problem.value) == ("boundary_part_missing", ".dbf")


def test_zip_bombs_are_refused_before_or_while_unpacking(tmp_path, monkeypatch) -> None:
    bomb = zipped(tmp_path, {"a.shp": b"\x00" * (60 << 20)})
    assert refused(bomb).code == "boundary_zip_bomb"
    assert refused(zipped(tmp_path, {f"{at}.txt": b"" for at in range(5001)}, "many.zip")).code == "boundary_zip_bomb"
    monkeypatch.setattr(layers, "check_entries", lambda entries, most_bytes: None)  # a lying directory
    monkeypatch.setattr(polygon_files, "UNPACKED_BYTES", 1 << 20)
    assert refused(bomb).code == "boundary_zip_bomb"


def test_encrypted_zip_is_refused(tmp_path) -> None:
    path = tmp_path / "locked.zip"
    content = bytearray(UTM_ZIP.read_bytes())
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 8] |= 1
        at += 4
    path.write_bytes(content)
    assert refused(path).code == "boundary_encrypted"


def test_geopackage_with_a_view_is_refused(tmp_path) -> None:
    path = tmp_path / "view.gpkg"
    source_frame()[["ADM3_PCODE", "geometry"]].to_file(path)
    assert_is_the_province(read_boundaries(path))
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE VIEW tambon AS SELECT * FROM sqlite_master")
    assert refused(path).code == "boundary_unsafe"


def test_the_child_knows_only_three_file_drivers() -> None:
    script = "from loaders.files import gdal_guard; import pyogrio; print(','.join(pyogrio.list_drivers()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert set(done.stdout.strip().split(",")) <= gdal_guard.ALLOWED


def test_a_virtual_file_given_to_the_child_itself_opens_nothing(tmp_path) -> None:
    target = tmp_path / "secret.csv"
    target.write_text("tambon_code\n800101\n")
    vrt = tmp_path / "x.geojson"
    vrt.write_text(
        f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{target}</SrcDataSource></OGRVRTLayer>"
        "</OGRVRTDataSource>"
    )
    with pytest.raises(Refused) as caught:
        polygon_files.run_reader("shapefile", tmp_path / "out", [vrt])
    assert caught.value.problem.code == "boundary_damaged" and not (tmp_path / "out").exists()
