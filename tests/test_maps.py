"""The message to the map: short, in code order, and with a style for every class."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from geo.maps import ClassStyle, Geometry, base_map, class_message, class_vector
from loaders import reference
from pages.parts import geometry, kept

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
    links = [link for _name, link in board.default_js + board.default_css]
    assert all(link.startswith("../../app/static/") for link in links)


def test_on_a_full_disk_the_last_map_is_shown(tmp_path, monkeypatch):
    """Boundaries that cannot be read there lead to a map that cannot be written: the last one stands."""
    monkeypatch.setattr(geometry, "FOLDER", tmp_path / "geo")
    monkeypatch.setenv("KRADAN_NO_SHARED", "1")
    monkeypatch.setenv("KRADAN_BOUNDARIES_DIR", str(tmp_path))
    kept.clear()
    first = geometry.current()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("write_json", "write_geojson"):
        monkeypatch.setattr(geometry, name, full)
    monkeypatch.setattr(geometry, "_signature", lambda *_: "another")
    kept.clear()
    assert geometry.current() == first
    kept.clear()
    (tmp_path / "geo" / "last-80.json").unlink()
    with pytest.raises(OSError, match="No space"):
        geometry.current()
    kept.clear()
