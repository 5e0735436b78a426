"""Boundary files as people hand them in: every real file right, every bad one a code, the order of the search."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.measure import metric_crs
from loaders.boundaries import files as polygon_files
from loaders.boundaries import find as boundaries
from loaders.boundaries.columns import recognise, whole_code
from loaders.boundaries.files import read_polygons
from loaders.boundaries.find import find_boundaries, install, load, read_boundaries, status
from loaders.boundaries.register import match_rows
from loaders.files import gdal_guard, layers
from loaders.problems import Refused, count_by_code
from tests.conftest import ROOT, SHARED
from tests.support.nation_files import geojson_of, squares

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


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("nst_adm3.geojson", None),
        ("nst_adm3_source_names.geojson", None),
        ("tha_adm3_rtsd.gpkg", None),
        ("nst_tambon_utm47n_cp874.zip", None),
        ("nst_tambon_utm47n_cp874_nocpg.zip", None),
        ("nst_tambon_utm47n_cp874_subdir_thai.zip", None),
        ("nst_tambon_indian1975_utm47n_cp874.zip", None),
        ("nst_tambon_indian1975_utm47n_cp874_nocpg.zip", None),
        ("nst_tambon_utm47n_cp874_nocpg_noprj.zip", "EPSG:32647"),
        ("nst_tambon_indian1975_utm47n_cp874_nocpg_noprj.zip", "EPSG:24047"),
        ("nst_tambon_indian1975_utm47n_cp874_nocpg_noprj.zip", "24047"),
    ],
)
def test_real_file_is_the_province(name, crs) -> None:
    found = load(REAL / name, crs=crs)
    assert found.problems == []
    assert_is_the_province(found.frame)


def test_read_boundaries_has_the_agreed_columns() -> None:
    frame = read_boundaries(TRUTH)
    assert [*frame.columns] == [*boundaries.register("80").columns, "geometry"]
    names = frame.set_index("subdistrict_code")
    assert names.loc["801210", "name_th"] != names.loc["801214", "name_th"]


@pytest.mark.parametrize("name", ["utm47n", "indian1975_utm47n"])
def test_without_prj_the_file_asks_and_lists_what_fits(name) -> None:
    problem = refused(REAL / f"nst_tambon_{name}_cp874_nocpg_noprj.zip")
    assert problem.code == "boundary_no_crs"
    assert problem.suggestion == "EPSG:32647, EPSG:24047"


def test_setting_answers_only_where_the_file_is_silent(monkeypatch) -> None:
    monkeypatch.setenv("KRADAN_BOUNDARIES_CRS", "EPSG:24047")
    assert_is_the_province(load(REAL / "nst_tambon_indian1975_utm47n_cp874_nocpg_noprj.zip").frame)
    assert_is_the_province(load(UTM_ZIP).frame)
    assert_is_the_province(load(TRUTH).frame)


def test_degrees_without_a_stated_system_are_wgs84_whatever_the_setting(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("KRADAN_BOUNDARIES_CRS", "EPSG:24047")
    content = document()
    del content["crs"]
    assert_is_the_province(load(written(tmp_path, content)).frame)


def test_a_person_overrides_the_file_and_it_is_noted() -> None:
    found = load(INDIAN_ZIP, crs="EPSG:24047")
    assert count_by_code(found.problems) == {"boundary_crs_overridden": 1}
    assert_is_the_province(found.frame)


@pytest.mark.parametrize("crs", ["EPSG:99999", "+init=/etc/passwd", "utm", "+proj=utm +zone=47"])
def test_unknown_system_is_refused(crs) -> None:
    assert refused(UTM_ZIP, crs=crs).code == "boundary_crs_unknown"


def test_a_wrong_system_is_refused_with_what_fits() -> None:
    problem = refused(UTM_ZIP, crs="EPSG:32648")
    assert (problem.code, problem.suggestion) == ("boundary_misplaced", "EPSG:32647, EPSG:24047")


def test_other_provinces_come_from_the_national_file() -> None:
    frame = read_boundaries(REAL / "tha_adm3_rtsd.gpkg", province="90")
    assert frame["subdistrict_code"].str.startswith("90").all() and len(frame) == len(boundaries.register("90"))
    assert refused(REAL / "tha_adm3_rtsd.gpkg", province="99").code == "boundary_province_unknown"
    assert refused(TRUTH, province="90").code == "boundary_wrong_province"


@pytest.mark.parametrize(
    "style", ["th", "int", "float", "text_float", "thai_digits", "new_ocha", "new_ocha_plain", "thai"]
)
def test_codes_and_headings_as_people_write_them(tmp_path, style) -> None:
    codes: dict[str, tuple[str, Callable[[str], object]]] = {
        "th": ("ADM3_PCODE", str),
        "int": ("TAMBON_IDN", lambda code: int(code[2:])),
        "float": ("TAMBON_IDN", lambda code: float(code[2:])),
        "text_float": ("tambon_code", lambda code: f"{code[2:]}.0"),
        "thai_digits": ("รหัสตำบล", lambda code: code[2:].translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))),
        "new_ocha": ("adm3_pcode", str),
        "new_ocha_plain": ("adm3_pcode", lambda code: code[2:]),
        "thai": ("รหัส ตำบล", lambda code: code[2:]),
    }
    heading, form = codes[style]
    content = document()
    for feature in content["features"]:
        feature["properties"] = {heading: form(feature["properties"]["ADM3_PCODE"]), "adm3_name1": "x"}
    assert_is_the_province(read_boundaries(written(tmp_path, content)))


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("TH800101",), "800101"),
        ((800101.0,), "800101"),
        (("01", "01", "80"), "800101"),
        ((1.0, 1.0, 80.0), "800101"),
        (("1", "8001"), "800101"),
        (("80010101",), ""),
        (("01",), ""),
        ((float("nan"), "01", "80"), ""),
        ((None, None, None), ""),
        (("ในเมือง",), ""),
    ],
)
def test_whole_code(parts, code) -> None:
    assert whole_code(*parts) == code


def test_headings_of_a_thai_shapefile_read_byte_by_byte_are_known() -> None:
    raw = "รหัสตำบล".encode("cp874").decode("latin-1")
    assert recognise([raw, "x"]) == {"subdistrict_code": raw}


@pytest.mark.parametrize("prefix", ["", "ต."])
def test_without_codes_the_exact_name_within_the_district_counts(tmp_path, prefix) -> None:
    content = document()
    for feature in content["features"]:
        old = feature["properties"]
        feature["properties"] = {"ตำบล": prefix + old["ADM3_TH"], "อำเภอ": f"อ.{old['ADM2_TH']}"}
    assert_is_the_province(read_boundaries(written(tmp_path, content)))


def test_names_alone_without_district_are_not_enough(tmp_path) -> None:
    content = document()
    for feature in content["features"]:
        feature["properties"] = {"ตำบล": feature["properties"]["ADM3_TH"]}
    assert refused(written(tmp_path, content)).code == "boundary_no_codes"


def test_a_name_the_register_does_not_know_is_listed(tmp_path) -> None:
    content = document()
    for at, feature in enumerate(content["features"]):
        old = feature["properties"]
        feature["properties"] = {"ตำบล": "บางผิด" if at == 4 else old["ADM3_TH"], "อำเภอ": old["ADM2_TH"]}
    found = load(written(tmp_path, content))
    assert count_by_code(found.problems) == {"boundary_missing": 1, "boundary_name_unknown": 1}
    assert [problem.row for problem in found.problems if problem.code == "boundary_name_unknown"] == [5]


def shapefile(tmp_path: Path, encoding: str, cpg: str | None, frame: gpd.GeoDataFrame | None = None) -> Path:
    """A zipped shapefile with Thai names, no code column, and the .cpg given (or none)."""
    names = source_frame() if frame is None else frame
    names = names[["ADM3_TH", "ADM2_TH", "geometry"]].rename(columns={"ADM3_TH": "TAM_NAM_T", "ADM2_TH": "AMPHOE_T"})
    folder = tmp_path / "shp"
    folder.mkdir()
    names.to_file(folder / "t.shp", encoding=encoding)
    (folder / "t.cpg").unlink(missing_ok=True)
    if cpg is not None:
        (folder / "t.cpg").write_text(cpg)
    return zipped(tmp_path, {path.name: path.read_bytes() for path in folder.iterdir()})


def test_only_rows_of_the_province_leave_the_file(tmp_path) -> None:
    """A file of the nation costs a province no more than its own; what has no code is still told with its row."""
    content = geojson_of(tmp_path / "a.geojson", squares(["840101", "", "800101", "840102", "900101"]))
    known = read_polygons(content, "84")
    assert (known.rows.tolist(), known.frame["subdistrict_code"].tolist()) == ([1, 2, 4], ["840101", "", "840102"])
    assert read_polygons(content).rows.tolist() == read_polygons(content, "85").rows.tolist() == [1, 2, 3, 4, 5]
    rows, problems = match_rows(known, "84")
    assert rows["row"].tolist() == [1, 4]
    assert [(problem.code, problem.row) for problem in problems] == [("boundary_row_no_code", 2)]
    assert refused(content, province="85").value == "80, 84, 90"


def zipped(tmp_path: Path, entries: dict[str, bytes], name: str = "file.zip") -> Path:
    with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
    return tmp_path / name


def entries_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("cp874", None), ("cp874", "UTF-8"), ("cp874", "CP874"), ("utf-8", "UTF-8"), ("utf-8", "CP874"), ("utf-8", None)],
)
def test_attribute_encoding_is_found_by_the_names_it_gives(tmp_path, encoding, cpg) -> None:
    found = load(shapefile(tmp_path, encoding, cpg))
    assert_is_the_province(found.frame)
    told = [problem.value for problem in found.problems if problem.code == "boundary_encoding_guessed"]
    assert told == ([] if cpg and cpg.casefold() == encoding else [encoding])


def test_zip_with_many_layers_uses_the_subdistricts(tmp_path) -> None:
    entries = {f"adm3/{name}": content for name, content in entries_of(UTM_ZIP).items()}
    district = gpd.GeoDataFrame({"ADM2_PCODE": ["TH8001"]}, geometry=[truth().geometry.iloc[0]], crs=4326)
    district.to_file(tmp_path / "a2.shp")
    entries |= {f"adm2/{path.name}": path.read_bytes() for path in tmp_path.glob("a2.*")}
    entries["__MACOSX/adm3/._x.shp"] = b"junk"
    assert_is_the_province(read_boundaries(zipped(tmp_path, entries)))


def test_zipped_geojson_and_unpacked_shapefile_are_read(tmp_path) -> None:
    assert_is_the_province(read_boundaries(zipped(tmp_path, {"x/tambon.geojson": TRUTH.read_bytes()})))
    with zipfile.ZipFile(UTM_ZIP) as archive:
        archive.extractall(tmp_path / "open")
    for path in (tmp_path / "open").glob("*.dbf"):
        path.rename(path.with_suffix(".DBF"))
    assert_is_the_province(read_boundaries(next((tmp_path / "open").glob("*.shp"))))


def test_missing_index_is_rebuilt(tmp_path) -> None:
    entries = {name: content for name, content in entries_of(UTM_ZIP).items() if not name.endswith(".shx")}
    assert_is_the_province(read_boundaries(zipped(tmp_path, entries)))


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


def test_islands_on_rows_of_their_own_are_joined(tmp_path) -> None:
    frame = source_frame().explode(ignore_index=True)
    extra = len(frame) - 170
    found = load(written(tmp_path, json.loads(frame.astype({"date": str, "validOn": str}).to_json(drop_id=True))))
    assert extra > 0 and set(count_by_code(found.problems)) == {"boundary_parts_joined"}
    assert_is_the_province(found.frame)


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


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """An own boundary folder, no shared data, no setting."""
    for name in ("KRADAN_BOUNDARIES", "KRADAN_BOUNDARIES_CRS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KRADAN_NO_SHARED", "1")
    monkeypatch.setenv("KRADAN_BOUNDARIES_DIR", str(tmp_path / "boundaries"))
    (tmp_path / "boundaries").mkdir()
    return tmp_path / "boundaries"


def test_nothing_anywhere_is_the_schematic(folder) -> None:
    found = find_boundaries()
    assert (found.kind, found.path, found.frame, found.problems) == ("schematic", None, None, [])


def test_search_order(folder, tmp_path, monkeypatch) -> None:
    kept = folder / "downloaded"
    kept.mkdir()
    (kept / "tha.zip").write_bytes(UTM_ZIP.read_bytes())
    assert find_boundaries().kind == "downloaded"
    monkeypatch.delenv("KRADAN_NO_SHARED")
    assert (find_boundaries().kind, find_boundaries().path) == ("shared", TRUTH)
    assert find_boundaries("90").path == REAL / "tha_adm3_rtsd.gpkg"
    (folder / "a.geojson").write_bytes(TRUTH.read_bytes())
    assert find_boundaries().kind == "folder"
    monkeypatch.setenv("KRADAN_BOUNDARIES", str(INDIAN_ZIP))
    found = find_boundaries()
    assert (found.kind, found.path) == ("setting", INDIAN_ZIP)
    assert_is_the_province(found.frame)


def test_newest_usable_file_wins_and_bad_ones_are_told(folder, monkeypatch) -> None:
    (folder / "old.geojson").write_bytes(TRUTH.read_bytes())
    (folder / "new.zip").write_bytes(b"no zip")
    (folder / "README.md").write_text("x")
    (folder / "notes.card.json").write_text("{}")
    os.utime(folder / "old.geojson", (1, 1))
    monkeypatch.setenv("KRADAN_BOUNDARIES", str(folder / "absent.zip"))
    found = find_boundaries()
    assert (found.kind, found.path) == ("folder", folder / "old.geojson")
    assert [(problem.code, problem.sheet) for problem in found.problems] == [
        ("boundary_not_found", "absent.zip"),
        ("boundary_format_unknown", "new.zip"),
    ]


def test_no_fault_of_ours_breaks_the_search(folder, monkeypatch) -> None:
    (folder / "a.geojson").write_bytes(TRUTH.read_bytes())
    monkeypatch.setattr(boundaries, "read_polygons", lambda path, province: 1 / 0)
    found = find_boundaries()
    assert found.kind == "schematic"
    assert [(problem.code, problem.value) for problem in found.problems] == [
        ("boundary_unreadable", "ZeroDivisionError")
    ]


def test_install_remembers_the_system_a_person_named(folder) -> None:
    source = REAL / "nst_tambon_indian1975_utm47n_cp874_nocpg_noprj.zip"
    with pytest.raises(Refused):
        install(source)
    assert list(folder.iterdir()) == []
    told = install(source, crs="EPSG:24047")
    assert told["subdistricts"] == 170 and told["crs"].startswith("EPSG:24047 towgs84=206,837,295")
    now = status()
    assert (now["kind"], now["subdistricts"], now["expected"]) == ("folder", 170, 170)
    assert now["card"]["crs"] == "EPSG:24047" and len(now["card"]["sha256"]) == 64
    assert json.loads(json.dumps([told, now])) == [told, now]
    assert_is_the_province(find_boundaries().frame)


def test_install_copies_all_parts_of_an_unpacked_shapefile(folder, tmp_path) -> None:
    with zipfile.ZipFile(UTM_ZIP) as archive:
        archive.extractall(tmp_path / "open")
    install(next((tmp_path / "open").glob("*.shp")))
    assert {path.suffix for path in folder.iterdir()} == {".shp", ".dbf", ".shx", ".prj", ".cpg", ".json"}
    assert find_boundaries().kind == "folder"


def test_status_without_any_file_says_schematic(folder) -> None:
    now = status()
    assert (now["kind"], now["path"], now["subdistricts"], now["problems"]) == ("schematic", None, 0, {})
