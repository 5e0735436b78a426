"""The nation by province: sums and their three kinds of nothing, shapes, and one store that holds several provinces."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import shapely

from geo import nation as geo_nation
from geo.coverage.coverage import coverage
from geo.frames import known_sum
from geo.schematic.ordered_tiles import TILE, ordered_tiles
from loaders import setup, store
from loaders.boundaries import candidates, nation
from loaders.imports import batches, ingest
from loaders.problems import Refused
from loaders.store.privacy import DATA_TEAM, PUBLIC, Viewer
from pages.nation import data as nation_data
from pages.queries import coverage as coverage_queries
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import cache
from pages.session.scope import Scope
from tests.conftest import ROOT
from tests.support import nation_files, toy

PROVINCES = ["80", "81", "84"]


def sums(*rows: tuple) -> pd.DataFrame:
    """Rows of province, year, agency, theme, base, records, satang."""
    columns = ["province_code", "fiscal_year", "agency_code", "theme_code", "base", "records", "amount_satang"]
    frame = pd.DataFrame(rows, columns=columns).assign(stream_code=pd.NA)
    return frame.astype(
        {"fiscal_year": "Int64", "records": "Int64", "amount_satang": "Int64", "theme_code": "string", "agency_code": "string"}
    )  # fmt: skip


def reports(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["base", "area_code", "fiscal_year"]).astype({"fiscal_year": "Int64"})


SUMS = sums(
    ("80", 2007, "codi", "health", "codi", 3, 500),
    ("80", 2007, "nhso", "welfare", "nhso", 1, None),
    ("84", 2006, "nhso", "welfare", "nhso", 2, None),
    (None, 2007, "codi", None, "codi", 4, 900),
)
REPORTS = reports(("codi", "8001", 2007), ("nhso", "80", None), ("codi", "81", 2007), ("nhso", "84", 2006))
DUES = toy.dues(
    ("codi", "80"), ("codi", "8101"), ("nhso", "80"), ("nhso", "84"), codi_functions="health", nhso_functions="welfare"
)


@pytest.mark.parametrize(
    ("choices", "status"),
    [
        ({}, ["covered", "not_reported", "covered"]),  # of 81 only one of the two years is reported
        ({"fiscal_year": 2007}, ["covered", "none", "not_reported"]),
        ({"fiscal_year": 2006}, ["not_reported", "not_reported", "covered"]),  # CODI spoke for a district of 80 alone
        ({"agency": "nhso"}, ["covered", "not_reported", "covered"]),  # CODI's word says nothing of NHSO's work
        ({"theme": "health", "fiscal_year": 2007}, ["covered", "none", "not_reported"]),
        ({"theme": "welfare", "fiscal_year": 2006}, ["none", "not_reported", "covered"]),  # NHSO spoke for every year
        ({"theme": "nobody_ever"}, ["not_reported"] * 3),
    ],
)
def test_none_is_said_only_where_every_base_that_owes_it_spoke(choices, status):
    table = geo_nation.by_province(SUMS, DUES, REPORTS, PROVINCES, **choices)
    assert table["province_code"].tolist() == PROVINCES
    assert table["status"].tolist() == status
    silent = table["status"].eq("not_reported")
    assert table.loc[silent, ["agencies", "records", "amount_satang"]].isna().all(axis=None)
    assert table.loc[table["status"].eq("none"), "records"].eq(0).all()


def test_sums_of_a_province_and_money_that_nobody_stated():
    table = geo_nation.by_province(SUMS, DUES, REPORTS, PROVINCES).set_index("province_code")
    assert table.loc["80", ["agencies", "records", "amount_satang"]].tolist() == [2, 4, 500]
    assert table.loc["84", "records"] == 2
    assert pd.isna(table.loc["84", "amount_satang"])
    placed = geo_nation.chosen_sums(SUMS)
    assert known_sum(placed.loc[placed["province_code"].isna(), "amount_satang"]) == 900


def test_known_sum_tells_nothing_from_nobody():
    assert known_sum(pd.Series([], dtype="Int64")) == 0
    assert pd.isna(known_sum(pd.Series([pd.NA, pd.NA], dtype="Int64")))
    assert known_sum(pd.Series([pd.NA, 3], dtype="Int64")) == 3


def test_provinces_are_dissolved_and_still_share_their_border():
    frame = nation_files.squares(["800101", "800102", "840101", "840102"])
    speck = nation_files.squares(["840103"], west=101.0, size=0.005)
    shapes = geo_nation.province_shapes(pd.concat([frame, speck], ignore_index=True))
    assert shapes["province_code"].tolist() == ["80", "84"]
    assert shapely.coverage_is_valid(shapes.geometry.to_numpy())
    assert shapes.geometry.iloc[0].intersection(shapes.geometry.iloc[1]).length > 0.15
    assert shapes.total_bounds[2] < 100  # the speck is left out of the picture, its area is counted
    assert shapes["area_km2"].iloc[1] > shapes["area_km2"].iloc[0]
    for row in shapes.itertuples():
        assert row.geometry.contains(shapely.Point(row.lon, row.lat))


def test_a_province_of_specks_alone_keeps_its_largest():
    shapes = geo_nation.province_shapes(nation_files.squares(["830101"], size=0.01))
    assert not shapes.geometry.iloc[0].is_empty


def test_tiles_stand_in_the_order_of_their_codes():
    codes = pd.Series(["840201", "840101", "840102", "840202", "840103"])
    tiles = ordered_tiles(codes, codes.str[:4])
    assert tiles["subdistrict_code"].tolist() == codes.tolist()
    assert np.isclose(shapely.area(tiles.geometry.to_numpy()), TILE**2).all()
    assert tiles.geometry.union_all().area == pytest.approx(len(codes) * TILE**2)
    place = tiles.set_index("subdistrict_code").geometry.representative_point()
    assert place["840101"].x < place["840102"].x
    assert place["840101"].y > place["840103"].y  # the next row of the block
    assert ordered_tiles(pd.Series([], dtype=str), pd.Series([], dtype=str)).empty


def test_a_file_of_several_provinces_is_found_and_a_bad_one_is_passed_over(tmp_path, monkeypatch):
    both = nation_files.geojson_of(tmp_path / "both.geojson", nation_files.squares(["800101", "840101", "999999"]))
    one = nation_files.geojson_of(tmp_path / "one.geojson", nation_files.squares(["840101"]))
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(b"SQLite format 3\x00 and then nothing")
    assert nation.provinces_in(both) == ["80", "84"]
    assert nation.provinces_in(one) == ["84"]
    assert nation.provinces_in(bad) == []
    assert nation.load(both)["province_code"].tolist() == ["80", "84"]
    monkeypatch.setenv("KRADAN_NO_SHARED", "1")
    monkeypatch.setenv("KRADAN_BOUNDARIES_DIR", str(tmp_path))
    assert set(nation.files()) == {both, one, bad}
    before = candidates.stamp("84")
    one.unlink()
    assert candidates.stamp("84") != before


@pytest.fixture
def two(engine, tmp_path):
    """A store with the same national list loaded for 80 and for 84; one row of it names no place at all."""
    setup.ensure_code_lists(engine)
    path = nation_files.csv_of(tmp_path, [*nation_files.SURAT, *nation_files.NAKHON], "national.csv")
    loaded = {}
    for province in ("80", "84"):
        loaded[province] = ingest.ingest(engine, path, who="test", confirmed=True, province=province)
    return engine, path, loaded


def test_a_national_file_is_loaded_once_for_each_province(two):
    engine, path, loaded = two
    assert [loaded[province].count("loaded") for province in ("80", "84")] == [1, 4]
    with pytest.raises(Refused) as again, store.reading(engine) as connection:
        batches.refuse_twice(connection, ingest.hashlib.sha256(path.read_bytes()).hexdigest(), "84")
    assert again.value.problem.code == "file_already_loaded"
    with store.reading(engine) as connection:
        known = store.read_batches(connection, viewer=DATA_TEAM).set_index("id")["provinces"]
        table = store.read_nation(connection, viewer=DATA_TEAM)
    assert {loaded[province].batch_id: province for province in ("80", "84")} == known.to_dict()
    assert table.groupby("province_code")["records"].sum().to_dict() == {"80": 1, "84": 4}
    assert table.groupby("province_code")["amount_satang"].sum().to_dict() == {"80": 700_000, "84": 25_500_000}


def test_withdrawn_batches_leave_the_nation(two):
    engine, _path, loaded = two
    with store.writing(engine) as connection:
        store.set_active(connection, [loaded["84"].batch_id], False, "by_hand", "test")
    with store.reading(engine) as connection:
        assert set(store.read_nation(connection, viewer=DATA_TEAM)["province_code"]) == {"80"}


@pytest.fixture
def sqlite_two(tmp_path, monkeypatch):
    """The same store behind the pages' own door."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("KRADAN_STORE", str(tmp_path / "kradan.sqlite"))
    engine = store.open_store(create=True)
    setup.ensure_code_lists(engine)
    path = nation_files.csv_of(tmp_path, [*nation_files.SURAT, *nation_files.NAKHON], "national.csv")
    for province in ("80", "84"):
        ingest.ingest(engine, path, who="test", confirmed=True, province=province)
    cache.clear()
    yield
    cache.clear()


def test_every_cached_frame_is_of_the_province_of_its_scope(sqlite_two):
    home, there = queries.current_scope(), queries.current_scope("84")
    assert (home.province, there.province, there.version) == ("80", "84", home.version)
    for _again in range(2):  # one after the other, out of the cache too
        assert [len(rows) for rows in (queries.areas(home, None), queries.support(home), queries.batches(home))] == [
            170,
            1,
            1,
        ]
        assert [len(rows) for rows in (queries.areas(there, None), queries.support(there), queries.batches(there))] == [
            131,
            4,
            1,
        ]
    assert queries.places(there, None).villages["village_code"].str[:2].unique().tolist() == ["84"]
    table = coverage_queries.coverage(there, Query(2007))
    assert table["villages"].notna().all()
    assert set(queries.dues(home)["area_code"]) == {"80"} and set(queries.dues(there)["area_code"]) == {"84"}
    assert len(queries.places(home, None).villages) == 1553
    everywhere = nation_data.province_table(home, Query(2007)).set_index("province_code")
    assert everywhere.loc[["80", "84"], "records"].tolist() == [1, 4]
    assert everywhere["status"].value_counts().to_dict() == {"not_reported": 75, "covered": 2}


def test_a_scope_tells_viewers_apart_but_not_the_members_of_the_team():
    one, other = (Scope("v", "80", Viewer("partner", agency)) for agency in ("codi", "nhso"))
    assert len({one, other, Scope("v", "80", PUBLIC), Scope("v", "84", PUBLIC), Scope("w", "80", PUBLIC)}) == 5
    assert Scope("v", "80", Viewer("admin")) == Scope("v", "80", DATA_TEAM)
    assert one.in_language("th") != one.in_language("en") != one == one.in_language("th").in_language(None)


def test_a_row_without_any_place_stands_only_on_the_board_it_was_loaded_for(sqlite_two):
    with store.writing(queries.engine()) as connection:
        connection.execute(store.tables.support.update().values(province_code=None))
        store.touch(connection)
    cache.clear()
    assert len(queries.support(queries.current_scope())) == 1
    assert len(queries.support(queries.current_scope("84"))) == 4


def test_villages_of_a_province_we_know_none_of_are_not_known():
    areas, villages = toy.areas(), toy.villages()
    foreign = areas.assign(
        subdistrict_code="84" + areas["subdistrict_code"].str[2:], district_code="84" + areas["district_code"].str[2:]
    )
    none = toy.support(toy.record("990101"))
    assert coverage(none, areas, villages, toy.heard())["villages"].notna().all()
    assert coverage(none, foreign, villages, toy.heard())["villages"].isna().all()


FACTS = """
import json
from loaders.areas import facts as province_facts
table = province_facts.subdistricts("84")
known = {name: int(table[name].notna().sum()) for name in ("lat", "area_km2", "population_2021")}
print(json.dumps({"codes": table["subdistrict_code"].tolist(), **known}))
"""


def process(folder, *command, **environment):
    """A process of its own with one folder for boundary files and nothing else to find them in."""
    settings = {**os.environ, "KRADAN_NO_SHARED": "1", "KRADAN_BOUNDARIES_DIR": str(folder), **environment}
    for name in ("KRADAN_BOUNDARIES", "DATABASE_URL"):
        settings.pop(name, None)
    done = subprocess.run([sys.executable, "-W", "ignore", *command], cwd=ROOT, env=settings, capture_output=True, text=True, timeout=180)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_facts_of_another_province_need_no_boundary_file(tmp_path):
    bare = process(tmp_path, "-c", FACTS)
    assert (len(bare["codes"]), bare["lat"], bare["area_km2"], bare["population_2021"]) == (131, 131, 131, 131)


def test_the_command_line_speaks_of_the_province_it_is_set_to(tmp_path):
    folder, codes = tmp_path / "kept", process(tmp_path / "kept", "-c", FACTS)["codes"]
    path = nation_files.geojson_of(tmp_path / "surat.geojson", nation_files.squares(codes, west=98.0, size=0.02))
    process(folder, "-m", "loaders", "boundaries", str(path), KRADAN_PROVINCE="84")
    said = process(folder, "-m", "loaders", "boundaries", "--status", KRADAN_PROVINCE="84")
    assert (said["province"], said["kind"], said["subdistricts"], said["expected"]) == ("84", "folder", 131, 131)
