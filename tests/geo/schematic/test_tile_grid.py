"""The tile grid: equal hexagons, true neighbours kept, districts in one piece, for any province."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.schematic import tile_process as tile_apart
from geo.schematic.power_diagram import touching_pairs
from geo.schematic.tile_grid import assign, tile_grid, to_degrees, to_mercator
from geo.schematic.tile_solver import MENDING_PIECE, Board, lattice_xy, solve
from loaders import reference
from loaders.problems import Refused
from tests.conftest import ROOT
from tests.geo.schematic.test_schematic import assert_sound, district_pieces, invented, kept_neighbours

WEB_MERCATOR = 3857


def committed() -> pd.DataFrame:
    path = ROOT / "data/reference/tile_grid.csv"
    return pd.read_csv(path, dtype={"subdistrict_code": str})


def provinces() -> list[str]:
    return pd.read_csv(ROOT / "data/reference/provinces.csv", dtype=str)["province_code"].tolist()


@pytest.fixture(scope="module")
def grid() -> gpd.GeoDataFrame:
    return tile_grid(reference.subdistricts(), committed())


@pytest.fixture(scope="module")
def solved() -> gpd.GeoDataFrame:
    """The same province as if it had no file: only its points, areas and codes."""
    return tile_grid(reference.subdistricts())


def test_committed_grid_keeps_neighbours(grid):
    assert kept_neighbours(grid) >= 0.78


def test_grid_from_facts_alone_keeps_neighbours(solved):
    assert kept_neighbours(solved) >= 0.65


def test_a_process_of_its_own_gives_the_same_grid(monkeypatch, real_children):
    town = reference.subdistricts().head(16)
    pd.testing.assert_frame_equal(tile_apart.assign_apart(town), assign(town), check_dtype=False)
    monkeypatch.setenv("KRADAN_PARSE_MEMORY_MB", "20")
    with pytest.raises(Refused):
        tile_apart.assign_apart(town)


@pytest.mark.parametrize("kind", ["grid", "solved"])
def test_hexagons_are_equal_regular_and_apart(kind, request):
    cells = request.getfixturevalue(kind)
    assert_sound(cells, reference.subdistricts())
    on_map = cells.to_crs(WEB_MERCATOR).geometry
    assert np.ptp(on_map.area) / on_map.area.mean() < 1e-6
    corners = shapely.get_coordinates(on_map).reshape(len(cells), 7, 2)
    sides = np.hypot(*np.diff(corners, axis=1).transpose(2, 0, 1))
    assert np.ptp(sides) / sides.mean() < 1e-6
    assert on_map.union_all().area == pytest.approx(on_map.area.sum(), rel=1e-9)


@pytest.mark.parametrize("kind", ["grid", "solved"])
def test_every_district_is_one_connected_piece(kind, request):
    cells = request.getfixturevalue(kind)
    assert cells["district_code"].nunique() == 23
    assert district_pieces(cells) == 1


def test_committed_grid_is_one_piece_without_holes(grid):
    whole = grid.union_all()
    assert whole.geom_type == "Polygon"
    assert not whole.interiors


def test_grid_lies_where_the_province_lies(grid):
    facts = reference.subdistricts()
    true = gpd.GeoSeries(gpd.points_from_xy(facts["lon"], facts["lat"]), crs="EPSG:4326").to_crs(WEB_MERCATOR)
    here = grid.to_crs(WEB_MERCATOR).centroid
    moved = here.distance(true) / 1000
    assert moved.median() < 15
    assert moved.max() < 45
    assert np.corrcoef(here.x, true.x)[0, 1] > 0.93
    assert np.corrcoef(here.y, true.y)[0, 1] > 0.95
    assert grid.to_crs(32647).area.sum() / 1e6 == pytest.approx(facts["area_km2"].sum(), rel=0.02)


def test_committed_assignment_names_each_subdistrict_of_the_nation_once():
    table = committed()
    assert list(table.columns) == ["subdistrict_code", "column", "row"]
    codes = [code for province in provinces() for code in reference.subdistricts(province)["subdistrict_code"]]
    assert table["subdistrict_code"].tolist() == sorted(codes)
    assert not table.assign(province=table["subdistrict_code"].str[:2]).duplicated(["province", "column", "row"]).any()


@pytest.mark.parametrize("province", ["10", "30", "82", "96"])
def test_committed_grid_of_another_province_keeps_neighbours(province):
    """Bangkok, the province of most subdistricts, one of islands, one of the border."""
    facts = reference.subdistricts(province)
    cells = tile_grid(facts, committed())
    assert_sound(cells, facts)
    assert not cells.union_all().interiors, "a hole looks like a lake"
    number = pd.Series(range(len(facts)), index=facts["subdistrict_code"])
    true = reference.adjacency(province)[["subdistrict_code_a", "subdistrict_code_b"]].apply(
        lambda side: side.map(number)
    )
    shown = {tuple(pair) for pair in touching_pairs(cells.geometry.to_numpy()).tolist()}
    assert np.mean([tuple(sorted(pair)) in shown for pair in true.to_numpy().tolist()]) >= 0.7


def test_solver_reaches_the_bar_and_repeats_itself():
    """A shorter run than the committed one still keeps 73 % of the true neighbours, twice the same."""
    facts, pairs = reference.subdistricts(), reference.adjacency()
    first = assign(facts, pairs, steps=90_000)
    pd.testing.assert_frame_equal(first, assign(facts, pairs, steps=90_000))
    cells = tile_grid(facts, first)
    assert kept_neighbours(cells) >= 0.73
    assert district_pieces(cells) == 1


def test_other_seed_gives_another_grid():
    province = invented()
    assert not assign(province, steps=3000, seed=1).equals(assign(province, steps=3000, seed=2))


@pytest.mark.parametrize("lacking", [[], ["area_km2"]], ids=["areas", "no_areas"])
def test_another_province(lacking):
    province = invented().drop(columns=lacking)
    cells = tile_grid(province, committed())
    assert_sound(cells, province)
    assert district_pieces(cells) == 1
    assert cells.union_all().centroid.distance(shapely.Point(101.25, 15.25)) < 0.1


def test_three_hundred_units_have_their_tiles_also_after_few_steps():
    province = invented(districts=20, each=15)
    cells = tile_grid(province, assign(province, steps=30_000))
    assert_sound(cells, province)
    assert district_pieces(cells) == 1


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_handful_of_units(count):
    few = invented().head(count)
    cells = tile_grid(few)
    assert len(cells) == count
    if count:
        assert_sound(cells, few)


@pytest.mark.parametrize(
    "change",
    [{"lon": 101.1, "lat": 15.1}, {"lon": 101.1}, {"lon": np.nan, "lat": np.nan}, {"subdistrict_code": "990101"}],
    ids=["one_place", "one_line", "no_points", "one_code"],
)
def test_poor_facts_still_give_a_grid(change):
    poor = invented(2, 4).assign(**change)
    assert_sound(tile_grid(poor), poor)


def test_lattice_neighbours_stand_one_unit_apart():
    board = Board(lattice_xy(*np.divmod(np.arange(25), 5)), [0] * 25, [set() for _ in range(25)])
    row, column = np.divmod(np.arange(len(board.around)), board.width)
    centre = lattice_xy(column, row)
    for place, near in enumerate(board.around):
        away = np.hypot(*(centre - centre[place]).T)
        assert sorted(near) == np.flatnonzero(np.isclose(away, 1.0)).tolist()


def test_swap_that_tears_a_district_is_refused():
    points = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
    board = Board(points, [0, 0, 1, 1], [set() for _ in points])
    assert board.pieces == {0: 1, 1: 1}
    before = list(board.place)
    assert not board.settle(board.place[0], board.place[3], 1.0, MENDING_PIECE)
    assert board.place == before


def test_friends_come_together():
    """Four towns in a row whose neighbours are the far ones: annealing has to bring each pair together."""
    points = np.column_stack([np.arange(4.0), np.zeros(4)])
    pairs = np.array([[0, 2], [1, 3]])
    placed = solve(points, np.arange(4), pairs, steps=4000)
    centre = lattice_xy(placed["column"].to_numpy(), placed["row"].to_numpy())
    assert np.hypot(*(centre[pairs[:, 0]] - centre[pairs[:, 1]]).T) == pytest.approx(1.0)


def test_shared_borders_are_counted_without_corners():
    squares = shapely.box([0, 1, 1], [0, 0, 1], [1, 2, 2], [1, 1, 2])
    assert touching_pairs(squares).tolist() == [[0, 1], [1, 2]]


def test_mercator_there_and_back():
    degrees = np.array([[99.9, 8.4], [101.0, 20.0]])
    assert to_degrees(to_mercator(degrees)) == pytest.approx(degrees)
