"""The schematic map: close to the real one, edge-matched, and never at a loss for any province."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.schematic.fit import fit
from geo.schematic.power_diagram import Diagram, owners_at, touching_pairs
from geo.schematic.schematic import SEED_COLUMNS, areas_km2, bridged, plane_of, points_km, schematic, split_count
from loaders import reference
from tests.conftest import ROOT, SHARED

UTM = 32647


def seeds() -> pd.DataFrame:
    return pd.read_csv(ROOT / "data/reference/schematic_seeds.csv", dtype={"subdistrict_code": str})


def invented(districts: int = 4, each: int = 6, seed: int = 1) -> pd.DataFrame:
    """A province that does not exist: districts side by side, subdistricts strewn in each."""
    chance = np.random.default_rng(seed)
    rows = [
        {
            "subdistrict_code": f"99{d + 1:02}{k + 1:02}",
            "district_code": f"99{d + 1:02}",
            "lon": 101.0 + 0.25 * (d % 2) + chance.uniform(0.01, 0.24),
            "lat": 15.0 + 0.25 * (d // 2) + chance.uniform(0.01, 0.24),
            "area_km2": chance.uniform(20, 180),
        }
        for d in range(districts)
        for k in range(each)
    ]
    return pd.DataFrame(rows)


def mean_iou(drawn: gpd.GeoDataFrame, real: gpd.GeoDataFrame) -> float:
    one, two = (frame.to_crs(UTM).geometry.to_numpy() for frame in (drawn, real))
    return float((shapely.area(shapely.intersection(one, two)) / shapely.area(shapely.union(one, two))).mean())


def kept_neighbours(cells: gpd.GeoDataFrame) -> float:
    """Share of the true neighbour pairs that are neighbours on the map too."""
    codes = cells["subdistrict_code"].to_numpy()
    pairs = {frozenset(pair) for pair in codes[touching_pairs(cells.geometry.to_numpy())].tolist()}
    true = reference.adjacency()[["subdistrict_code_a", "subdistrict_code_b"]].to_numpy().tolist()
    return sum(frozenset(pair) in pairs for pair in true) / len(true)


def assert_sound(cells: gpd.GeoDataFrame, subdistricts: pd.DataFrame) -> None:
    """Same rows in the same order, every cell one polygon, no gap, no overlap, WGS84."""
    assert cells["subdistrict_code"].tolist() == subdistricts["subdistrict_code"].tolist()
    assert cells["district_code"].tolist() == subdistricts["district_code"].tolist()
    assert list(cells.columns) == ["subdistrict_code", "district_code", "geometry"]
    assert cells.crs == "EPSG:4326"
    assert set(cells.geom_type) == {"Polygon"}
    assert not cells.is_empty.any()
    assert cells.is_valid.all()
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())


def district_pieces(cells: gpd.GeoDataFrame) -> int:
    whole = cells.dissolve("district_code", method="coverage")
    return int(whole.geometry.count_geometries().max())


@pytest.fixture(scope="module")
def real() -> gpd.GeoDataFrame:
    frame = gpd.read_file(SHARED / "boundaries/nst_adm3.geojson")
    frame["subdistrict_code"] = frame["ADM3_PCODE"].str[2:]
    codes = reference.subdistricts()["subdistrict_code"]
    return frame.set_index("subdistrict_code").loc[codes].reset_index()


@pytest.fixture(scope="module")
def fitted() -> gpd.GeoDataFrame:
    return schematic(reference.subdistricts(), seeds())


@pytest.fixture(scope="module")
def from_facts() -> gpd.GeoDataFrame:
    return schematic(reference.subdistricts())


def test_fitted_map_is_close_to_the_real_one(fitted, real):
    assert mean_iou(fitted, real) >= 0.74
    assert kept_neighbours(fitted) >= 0.91


def test_map_from_facts_alone_is_recognisable(from_facts, real):
    assert mean_iou(from_facts, real) >= 0.57
    assert kept_neighbours(from_facts) >= 0.84


@pytest.mark.parametrize("kind", ["fitted", "from_facts"])
def test_province_is_sound_and_districts_hang_together(kind, request):
    cells = request.getfixturevalue(kind)
    assert_sound(cells, reference.subdistricts())
    assert len(cells) == 170
    assert district_pieces(cells) == 1
    assert cells.union_all().geom_type == "Polygon"
    assert not cells.union_all().interiors


@pytest.mark.parametrize("kind", ["fitted", "from_facts"])
def test_areas_are_about_the_true_ones(kind, request):
    areas = request.getfixturevalue(kind).to_crs(UTM).area / 1e6
    true = reference.subdistricts()["area_km2"]
    assert areas.sum() == pytest.approx(true.sum(), rel=0.04)
    assert (areas / true - 1).abs().median() < 0.1


def test_coast_has_no_sharp_corner(fitted):
    """A corner of the coast turns by less than a right angle, so that nothing looks torn."""
    ring = shapely.get_coordinates(fitted.to_crs(UTM).union_all().simplify(200).exterior)
    step = np.diff(np.vstack([ring, ring[1]]), axis=0)
    heading = np.arctan2(step[:, 1], step[:, 0])
    turn = (np.diff(heading) + np.pi) % (2 * np.pi) - np.pi
    assert np.degrees(np.abs(turn)).max() < 90


def test_seeds_are_three_numbers_for_each_subdistrict():
    table = seeds()
    assert list(table.columns) == SEED_COLUMNS
    assert table["subdistrict_code"].tolist() == reference.subdistricts()["subdistrict_code"].tolist()
    assert (table["weight_km2"] > 0).all()


def test_same_input_same_map(from_facts):
    again = schematic(reference.subdistricts())
    assert again.geometry.to_wkb().tolist() == from_facts.geometry.to_wkb().tolist()


def test_one_district_of_the_province_uses_its_seeds(fitted):
    some = reference.subdistricts().query("district_code == '8002'").reset_index(drop=True)
    with_seeds = schematic(some, seeds())
    assert_sound(with_seeds, some)
    assert not with_seeds.geom_equals(schematic(some)).any()


@pytest.mark.parametrize("lacking", [[], ["area_km2"]], ids=["areas", "no_areas"])
def test_another_province(lacking):
    province = invented().drop(columns=lacking)
    cells = schematic(province, seeds())
    assert_sound(cells, province)
    assert district_pieces(cells) == 1
    inside = shapely.intersects_xy(cells.union_all(), province["lon"], province["lat"])
    assert inside.all()


def test_another_province_gets_its_areas():
    province = invented()
    areas = schematic(province).to_crs(32648).area / 1e6
    assert areas.sum() == pytest.approx(province["area_km2"].sum(), rel=0.03)
    assert (areas / province["area_km2"] - 1).abs().median() < 0.1


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_handful_of_points(count):
    few = invented().head(count)
    cells = schematic(few)
    assert len(cells) == count
    if count:
        assert_sound(cells, few)


@pytest.mark.parametrize(
    "change",
    [
        {"lon": 101.1, "lat": 15.1},
        {"lon": 101.1},
        {"lon": [None] * 3 + [101.1] * 5, "lat": [None] * 3 + [15.1] * 5},
        {"lon": np.nan, "lat": np.nan},
        {"area_km2": [0.0, -1.0, np.nan, np.inf, 5.0, 5.0, 5.0, 900.0]},
        {"subdistrict_code": "990101"},
    ],
    ids=["one_place", "one_line", "some_missing", "all_missing", "bad_areas", "one_code"],
)
def test_poor_facts_still_give_a_map(change):
    poor = invented(2, 4).assign(**change)
    assert_sound(schematic(poor), poor)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.floats(99, 100), st.floats(8, 9), st.floats(0.5, 400), st.integers(1, 4)), min_size=1, max_size=25
    )
)
def test_any_points_give_a_sound_map(rows):
    frame = pd.DataFrame(rows, columns=["lon", "lat", "area_km2", "district"])
    frame["district_code"] = "98" + frame["district"].astype(str).str.zfill(2)
    frame["subdistrict_code"] = [f"98{k:04}" for k in range(len(frame))]
    assert_sound(schematic(frame), frame)


def test_missing_area_takes_the_median():
    frame = invented(1, 3).assign(area_km2=[10.0, np.nan, 30.0])
    assert areas_km2(frame, points_km(frame, plane_of(frame))).tolist() == [10.0, 20.0, 30.0]


def test_power_diagram_owns_by_distance_less_weight():
    sites, weights = np.array([[0.0, 0.0], [10.0, 0.0]]), np.array([20.0, 0.0])
    left, right = Diagram(sites, weights, np.arange(2), shapely.box(-5, -5, 15, 5)).cells()
    # |x|² - 20 = |x - 10|² at x = 6
    assert left.bounds == pytest.approx((-5, -5, 6, 5))
    assert right.bounds == pytest.approx((6, -5, 15, 5))
    assert owners_at(np.array([[5.9, 0], [6.1, 0]]), sites, weights).tolist() == [0, 1]


def test_stray_fragment_goes_to_the_neighbour():
    sites = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]])
    land = shapely.box(-5, -5, 24, 5)
    cells = Diagram(sites, np.zeros(3), np.array([0, 1, 0]), land).cells()
    assert {cell.geom_type for cell in cells} == {"Polygon"}
    assert shapely.area(cells).sum() == pytest.approx(land.area)


def test_split_district_is_joined_by_a_strip():
    x, y = np.meshgrid([0.0, 10.0, 20.0], [0.0, 10.0])
    sites = np.column_stack([x.ravel(), y.ravel()])
    district = np.array([0, 1, 0, 1, 1, 1])
    diagram = Diagram(sites, np.zeros(6), np.arange(6), shapely.box(-5, -5, 25, 15))
    cells = diagram.cells()
    assert split_count(cells, district) == 1
    joined = bridged(diagram, cells, district, typical=5.0)
    assert split_count(joined, district) == 0
    assert shapely.coverage_is_valid(joined)


def test_district_cut_in_two_by_its_neighbour_is_drawn_in_one_piece():
    """Two points of one district on either side of a point of the other: facts alone would split it."""
    place = [(c, r) for r in range(2) for c in range(3)]
    frame = pd.DataFrame(place, columns=["lon", "lat"]) * 0.1 + np.array([100.0, 8.0])
    frame["subdistrict_code"] = [f"96{k:04}" for k in range(6)]
    frame["district_code"] = ["9601", "9602", "9601", "9602", "9602", "9602"]
    frame["area_km2"] = 120.0
    cells = schematic(frame)
    assert_sound(cells, frame)
    assert district_pieces(cells) == 1


def test_fit_brings_long_cells_closer():
    """Long strips, which discs draw badly: three fitted numbers have to gain at least 0.1."""
    boxes = [shapely.box(99 + 0.3 * c, 8 + 0.06 * r, 99.3 + 0.3 * c, 8.06 + 0.06 * r) for c in (0, 1) for r in range(4)]
    real = gpd.GeoDataFrame({"subdistrict_code": [f"97010{k}" for k in range(8)]}, geometry=boxes, crs="EPSG:4326")
    facts = real[["subdistrict_code"]].assign(district_code="9701", area_km2=real.to_crs(UTM).area / 1e6)
    centre = shapely.centroid(np.array(boxes))
    facts["lon"], facts["lat"] = shapely.get_x(centre), shapely.get_y(centre)
    found = fit(facts, real, rounds=120)
    assert list(found.columns) == SEED_COLUMNS
    assert mean_iou(schematic(facts, found), real) > mean_iou(schematic(facts), real) + 0.1
