"""The message to the map: short, in code order, and with a style for every class."""

from __future__ import annotations

import json
import threading
import time

import numpy as np
import pandas as pd
import pytest
from matplotlib.transforms import Bbox

from geo.maps import figures
from geo.maps.board import ClassStyle, Geometry, base_map, class_message, class_vector
from geo.schematic.tile_grid import assign
from geo.schematic.tile_process import assign_apart
from loaders import reference
from loaders.boundaries.register import register
from pages.queries import map_files as geometry
from pages.session import cache
from tests.support import nation_files

STYLES = {"0": ClassStyle("#ffffcc", "1 หน่วยงาน"), "u": ClassStyle("#e3e3e3", "ยังไม่มีข้อมูล", "#8a8a8a")}


def vector_of(**changed):
    codes, classes = pd.Series(["800103", "800101", "800102"]), pd.Series(["0", "u", "0"])
    return json.loads(class_vector(class_message(codes, classes, STYLES, **changed)).vector)


def test_the_vector_is_in_code_order():
    vector = vector_of(values=pd.Series([3, None, 1.25]), marks=pd.Series([True, False, False]))
    assert vector["classes"] == "u00"
    assert vector["values"] == ",1.25,3"
    assert vector["marks"] == "001"


def test_a_class_without_a_style_is_an_error():
    with pytest.raises(ValueError, match="have no style"):
        class_message(pd.Series(["800101"]), pd.Series(["9"]), STYLES)


def test_badges_name_places_by_their_position():
    assert vector_of(badges={"800102": 4, "999999": 1})["badges"] == [[1, 4]]


def test_a_change_of_170_subdistricts_is_small():
    codes = reference.subdistricts()["subdistrict_code"]
    message = class_message(codes, pd.Series(["0"] * 170), STYLES, values=pd.Series(range(170)), unit="{} หน่วยงาน")
    assert len(class_vector(message, district="8001").vector) < 1500


def test_the_base_map_never_changes_and_asks_no_other_host():
    geometry = Geometry("geo/a.json", "geo/b.json", [[8, 99], [9, 100]], {"aria": "แผนที่"})
    board = base_map(geometry.options("th"))
    scripts = {next(iter(base_map(geometry.options("th"))._children.values())).options for _ in range(3)}
    assert len(scripts) == 1
    board.add_child(class_vector(class_message(pd.Series(["800101"]), pd.Series(["0"]), STYLES)))
    assert (
        len(board._children) == len(base_map(geometry.options("th"))._children) + 1
    )  # hung into one map, not into the next
    links = [link for _name, link in board.default_js + board.default_css]
    assert all(link.startswith("../../app/static/") for link in links)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A province of six squares, its maps in a folder of their own, no table of tiles solved ahead."""
    codes = register("83")["subdistrict_code"].tolist()
    nation_files.geojson_of(tmp_path / "squares.geojson", nation_files.squares(codes, size=0.02))
    monkeypatch.setattr(geometry, "FOLDER", tmp_path / "static" / "geo")
    monkeypatch.setattr(geometry, "_precomputed", lambda *_: None)
    monkeypatch.setenv("KRADAN_NO_SHARED", "1")
    monkeypatch.setenv("KRADAN_BOUNDARIES_DIR", str(tmp_path))
    cache.clear()
    yield tmp_path
    cache.clear()


def awaited(path):
    """A file that another process is making."""
    for _ in range(600):
        if path.exists():
            return json.loads(path.read_text(encoding="utf-8"))
        time.sleep(0.1)
    raise TimeoutError(path)


def test_the_first_map_of_a_province_does_not_wait_for_its_tiles(elsewhere, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slow(facts):
        begun.set()
        go_on.wait(60)
        return assign_apart(facts)

    monkeypatch.setattr(geometry, "assign_apart", slow)
    found = geometry.current("83")
    assert begun.wait(10) and found["kind"] == "true"
    assert (elsewhere / "static" / found["main"]).exists() and not (elsewhere / "static" / found["grid"]).exists()
    go_on.set()
    tiles = awaited(elsewhere / "static" / found["grid"])
    assert [tile["properties"]["c"] for tile in tiles["features"]] == register("83")["subdistrict_code"].tolist()


def test_tiles_are_solved_here_when_no_second_process_can_be_had(elsewhere, monkeypatch):
    def refused(_facts):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(geometry, "assign_apart", refused)
    monkeypatch.setattr(geometry, "assign", lambda facts: assign(facts, steps=500))
    found = geometry.current("83")
    assert len(awaited(elsewhere / "static" / found["grid"])["features"]) == len(register("83"))


def test_a_map_that_is_there_does_not_open_the_boundary_file_again(elsewhere, monkeypatch):
    first = geometry.current("83")
    awaited(elsewhere / "static" / first["grid"])
    cache.clear()
    with monkeypatch.context() as patch:
        patch.setattr(geometry.province_facts, "boundaries_of", lambda *_: pytest.fail("opened again"))
        assert geometry.current("83") == first
    (elsewhere / "zz-broken.zip").write_bytes(b"PK\x03\x04 not a zip")
    second = geometry.current("83")
    assert [found["code"] for found in second["problems"]] == ["boundary_damaged"]
    opened = []
    cache.clear()
    monkeypatch.setattr(geometry, "_prepare", lambda *_: opened.append(1) or first)
    assert geometry.current("83")["problems"] == second["problems"]
    assert opened, "what failed for a passing reason is looked at again"


def test_on_a_full_disk_the_last_map_is_shown(tmp_path, monkeypatch):
    """Boundaries that cannot be read there lead to a map that cannot be written: the last one stands."""
    monkeypatch.setattr(geometry, "FOLDER", tmp_path / "geo")
    monkeypatch.setenv("KRADAN_NO_SHARED", "1")
    monkeypatch.setenv("KRADAN_BOUNDARIES_DIR", str(tmp_path))
    cache.clear()
    first = geometry.current("80")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("write_json", "write_geojson"):
        monkeypatch.setattr(geometry, name, full)
    monkeypatch.setattr(geometry, "_signature", lambda *_: "another")
    cache.clear()
    assert geometry.current("80") == first
    cache.clear()
    (tmp_path / "geo" / "last-80.json").unlink()
    with pytest.raises(OSError, match="No space"):
        geometry.current("80")
    cache.clear()


def test_a_label_without_a_free_place_hides_least_and_keeps_its_own():
    at, window = np.array([50.0, 31.0]), Bbox([[0, 0], [100, 62]])
    taken: list[tuple[float, float, float, float]] = []
    for _ in range(4):  # not so many of 60 x 20 fit
        x, y, _away = figures._free(at, 60, 20, window, taken, [])
        assert taken[-1] == (x - 30, y - 10, x + 30, y + 10)
    assert len(taken) == 4
    assert all(left > 0 and low > 0 and right < 100 and high < 62 for left, low, right, high in taken)
    hidden = [sum(figures._lap(box, other) for other in taken[:number]) for number, box in enumerate(taken)]
    assert hidden[0] == 0 and 0 < hidden[-1] < 60 * 20  # it lies wholly on none
    figures._free(at, 200, 20, window, taken, [])
    assert taken[-1][0] == 50 - 100  # larger than the window: at its point, and in the way of later labels
