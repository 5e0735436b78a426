"""Boundary files as people hand them in: every real file is the province, whatever its kind, system, encoding or headings."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from loaders.boundaries import find as boundaries
from loaders.boundaries.columns import recognise, whole_code
from loaders.boundaries.files import read_polygons
from loaders.boundaries.find import load, read_boundaries
from loaders.boundaries.register import match_rows
from loaders.problems import count_by_code
from tests.loaders.boundaries.province import (
    INDIAN_ZIP,
    REAL,
    TRUTH,
    UTM_ZIP,
    assert_is_the_province,
    document,
    entries_of,
    refused,
    source_frame,
    truth,
    written,
    zipped,
)
from tests.support.nation_files import geojson_of, squares


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


def test_islands_on_rows_of_their_own_are_joined(tmp_path) -> None:
    frame = source_frame().explode(ignore_index=True)
    extra = len(frame) - 170
    found = load(written(tmp_path, json.loads(frame.astype({"date": str, "validOn": str}).to_json(drop_id=True))))
    assert extra > 0 and set(count_by_code(found.problems)) == {"boundary_parts_joined"}
    assert_is_the_province(found.frame)
