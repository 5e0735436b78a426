"""Which boundary file is used, in what order, and what installing one keeps."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from loaders.boundaries import find as boundaries
from loaders.boundaries.find import find_boundaries, install, status
from loaders.problems import Refused
from tests.loaders.boundaries.province import (
    INDIAN_ZIP,
    REAL,
    TRUTH,
    UTM_ZIP,
    assert_is_the_province,
)


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
