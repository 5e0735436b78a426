"""Facts of a province for which we keep no tables: codes and names from geothai, point and area from the boundary file."""

from __future__ import annotations

from loaders import reference
from loaders.areas import facts as province_facts


def test_home_has_its_published_tables():
    assert province_facts.subdistricts("80").equals(reference.subdistricts())
    assert len(province_facts.adjacency("80")) == len(reference.adjacency())


def test_elsewhere_nothing_unknown_becomes_zero():
    table = province_facts.subdistricts("90")
    assert len(table) == 127
    assert list(table.columns) == list(reference.subdistricts().columns)
    assert table["subdistrict_code"].is_unique
    assert table["subdistrict_code"].str.startswith("90").all()
    for column in reference.COUNTS:
        assert table[column].isna().all()
        assert str(table[column].dtype) == "Int64"


def test_elsewhere_points_and_areas_come_from_the_boundary_file():
    table = province_facts.subdistricts("90").dropna(subset=["lat"])
    assert len(table) >= 0.9 * 127
    assert table["lat"].between(6.0, 8.2).all()
    assert table["lon"].between(99.9, 101.2).all()
    assert 6500 < table["area_km2"].sum() < 9000  # the province has 7,394 km2 of land and a lake


def test_neighbours_share_a_border_and_are_told_once():
    pairs = province_facts.adjacency("90")
    assert (pairs["subdistrict_code_a"] != pairs["subdistrict_code_b"]).all()
    keys = {frozenset(pair) for pair in zip(pairs["subdistrict_code_a"], pairs["subdistrict_code_b"], strict=True)}
    assert len(keys) == len(pairs)
    assert pairs["shared_border_km"].ge(0.05).all()


def test_no_villages_are_borrowed_from_home():
    assert province_facts.villages("90").empty
    assert province_facts.local_governments("90").empty
