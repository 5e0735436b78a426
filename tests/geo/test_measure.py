"""Areas only in true units; simplified shapes keep their neighbours, their districts and their place."""

from __future__ import annotations

import gzip
import json
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from shapely.geometry import box, shape

from geo.maps.simplify import Prepared, prepare, to_geojson, write_geojson
from geo.measure import metric_crs
from loaders import reference
from loaders.boundaries.find import read_boundaries
from tests.conftest import SHARED


def nine_squares(crs: str = "EPSG:32647", side: float = 1000.0) -> gpd.GeoDataFrame:
    """The toy province: nine squares of one km2, the columns of squares are its three districts."""
    rows = [
        {
            "subdistrict_code": f"990{column + 1}0{row + 1}",
            "name_th": f"ต{column}{row}",
            "name_en": f"T{column}{row}",
            "district_code": f"990{column + 1}",
            "district_name_th": f"อ{column}",
            "district_name_en": f"D{column}",
            "geometry": box(6e5 + column * side, 9e5 + row * side, 6e5 + (column + 1) * side, 9e5 + (row + 1) * side),
        }
        for column in range(3)
        for row in range(3)
    ]
    return gpd.GeoDataFrame(rows, crs="EPSG:32647").to_crs(crs)


@cache
def home() -> gpd.GeoDataFrame:
    return read_boundaries(SHARED / "boundaries" / "nst_adm3.geojson")


@cache
def home_prepared() -> Prepared:
    return prepare(home())


def metric(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.to_crs(metric_crs(frame))


@pytest.mark.parametrize("measure", [metric_crs, prepare])
def test_an_unknown_system_is_refused(measure) -> None:
    with pytest.raises(ValueError, match="Do this"):
        measure(nine_squares().set_crs(None, allow_override=True))


def test_metric_crs_follows_the_zone_and_refuses_swapped_degrees() -> None:
    assert metric_crs(nine_squares("EPSG:4326")).to_epsg() == 32647
    east = gpd.GeoDataFrame(geometry=[box(104, 15, 105, 16)], crs=4326)
    assert metric_crs(east).to_epsg() == 32648
    swapped = gpd.GeoDataFrame(geometry=[box(8, 99, 9, 100)], crs=4326)
    with pytest.raises(ValueError, match="swapped"):
        metric_crs(swapped)


def test_areas_of_the_province_match_the_register_within_one_percent() -> None:
    areas = (metric(home()).area / 1e6).to_numpy()
    known = reference.subdistricts().set_index("subdistrict_code")["area_km2"][home()["subdistrict_code"]].to_numpy()
    assert np.abs(areas / known - 1).max() < 0.01


def test_simplified_province_has_the_designed_weight_and_likeness() -> None:
    prepared = home_prepared()
    simple, true = (metric(frame).geometry.to_numpy() for frame in (prepared.subdistricts, home()))
    likeness = shapely.area(shapely.intersection(simple, true)) / shapely.area(shapely.union(simple, true))
    assert prepared.vertices <= 10_000
    assert likeness.mean() >= 0.98 and likeness.min() >= 0.94
    assert shapely.is_valid(simple).all()
    only_subdistricts = json.loads(to_geojson(prepared))
    del only_subdistricts["districts"]
    assert (
        len(gzip.compress(json.dumps(only_subdistricts, ensure_ascii=False, separators=(",", ":")).encode())) < 60_000
    )


def test_simplified_neighbours_share_their_border() -> None:
    shapes = metric(home_prepared().subdistricts)
    overlap = shapes.area.sum() - shapely.union_all(shapes.geometry.to_numpy(), grid_size=0.01).area
    assert abs(overlap) < 1000  # square metres over 9,900 km2
    pairs = reference.adjacency()
    long = pairs[pairs["shared_border_km"] > 1]
    by_code = shapes.set_index("subdistrict_code").geometry
    left, right = (by_code[long[f"subdistrict_code_{side}"]].to_numpy() for side in "ab")
    assert (shapely.distance(left, right) < 1).all()


def test_districts_are_dissolved_and_labels_lie_inside() -> None:
    prepared = home_prepared()
    districts = prepared.districts
    assert len(districts) == 23 and districts["district_code"].is_monotonic_increasing
    labels = shapely.points(districts["label_lon"], districts["label_lat"])
    assert shapely.contains(districts.geometry.to_numpy(), labels).all()
    assert metric(districts).area.sum() == pytest.approx(metric(prepared.subdistricts).area.sum(), rel=1e-6)
    assert shapely.get_num_coordinates(prepared.province) < prepared.vertices


def test_squares_pass_through_unchanged_when_nothing_is_simplified() -> None:
    prepared = prepare(nine_squares(), tolerance_m=0)
    assert prepared.vertices == 9 * 5
    assert (metric(prepared.districts).area / 1e6).tolist() == pytest.approx([3.0] * 3, rel=1e-6)
    assert len(shapely.get_parts(prepared.province)) == 1


def test_shapes_with_small_gaps_are_dissolved_too() -> None:
    frame = nine_squares()
    frame["geometry"] = [shapely.affinity.translate(square, 0.3 * at) for at, square in enumerate(frame.geometry)]
    assert not shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert (metric(prepare(frame, 0).districts).area / 1e6).tolist() == pytest.approx([3.0] * 3, rel=1e-2)


def test_geojson_has_short_names_sorted_codes_and_five_decimals() -> None:
    shuffled = nine_squares().sample(frac=1, random_state=1)
    content = to_geojson(prepare(shuffled, 0))
    assert content == to_geojson(prepare(nine_squares(), 0))
    document = json.loads(content)
    first = document["features"][0]["properties"]
    assert first == {"c": "990101", "n": "ต00", "e": "T00", "d": "อ0", "f": "D0"}
    codes = [feature["properties"]["c"] for feature in document["features"]]
    assert codes == sorted(codes) and len(codes) == 9
    assert set(document["districts"]["features"][0]["properties"]) == {"c", "n", "e", "lx", "ly"}
    numbers = shapely.get_coordinates([shape(feature["geometry"]) for feature in document["features"]])
    assert np.array_equal(numbers, np.round(numbers, 5))


def test_every_written_shape_of_the_province_is_valid() -> None:
    document = json.loads(to_geojson(home_prepared()))
    shapes = [shape(feature["geometry"]) for feature in document["features"]]
    assert len(shapes) == 170 and not [one for one in shapes if one.is_empty or not one.is_valid]


def test_written_file_is_named_by_its_content_and_whole(tmp_path) -> None:
    prepared = prepare(nine_squares(), 0)
    first = write_geojson(prepared, tmp_path / "geo", "toy")
    assert first.name.startswith("toy-") and len(first.stem) == len("toy-") + 8
    assert first.read_bytes() == to_geojson(prepared)
    assert write_geojson(prepared, tmp_path / "geo", "toy") == first
    other = write_geojson(prepare(nine_squares(side=900), 0), tmp_path / "geo", "toy")
    assert other != first
    assert sorted(path.name for path in (tmp_path / "geo").iterdir()) == sorted([first.name, other.name])


@pytest.mark.parametrize("column", ["name_th", "district_code"])
def test_prepare_says_what_is_missing(column) -> None:
    with pytest.raises(ValueError, match=column):
        prepare(nine_squares().drop(columns=column))


def test_prepare_refuses_a_code_twice() -> None:
    frame = nine_squares()
    frame.loc[1, "subdistrict_code"] = frame.loc[0, "subdistrict_code"]
    with pytest.raises(ValueError, match="990101"):
        prepare(frame)
