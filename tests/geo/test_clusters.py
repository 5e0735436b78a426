"""Hints of local statistics on a board with known clusters; agencies next door; small maps; money spread by a split."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.clusters import FEWEST, METHODS, false_discovery_bar, local_clusters, neighbour_lists
from geo.coverage.roll_up import SPLIT_METHODS, roll_up, spread
from geo.maps.board import ClassStyle
from geo.maps.small_maps import small_map, small_shapes
from tests.support import toy

SIDE = 9


def board_codes() -> list[str]:
    return [f"{row}{column}" for row in range(SIDE) for column in range(SIDE)]


def board_adjacency() -> pd.DataFrame:
    pairs = [
        (f"{r}{c}", f"{r + dr}{c + dc}")
        for r in range(SIDE)
        for c in range(SIDE)
        for dr, dc in ((0, 1), (1, 0))
        if r + dr < SIDE and c + dc < SIDE
    ]
    return pd.DataFrame(pairs, columns=["subdistrict_code_a", "subdistrict_code_b"])


def planted() -> pd.Series:
    """Rows 0-2 x columns 0-2 low, rows 6-8 x columns 6-8 high, the rest in the middle with a little noise."""
    noise = np.random.default_rng(1).normal(0, 2, SIDE * SIDE)
    values = pd.Series(100 + noise, index=board_codes())
    for code in values.index:
        row, column = int(code[0]), int(code[1])
        values[code] += -60 if row <= 2 and column <= 2 else 60 if row >= 6 and column >= 6 else 0
    return values


@pytest.mark.parametrize("method", METHODS)
def test_planted_clusters_are_found_where_they_are(method):
    found = local_clusters(planted(), board_adjacency(), method=method).set_index("subdistrict_code")["cluster"]
    assert {"00", "01", "10", "11"} <= set(found.index[found == "weak"])
    assert {"77", "78", "87", "88"} <= set(found.index[found == "strong"])
    allowed = {f"{r}{c}" for r in range(4) for c in range(4)}
    assert set(found.index[found == "weak"]) <= allowed
    assert found["44"] == "not_significant"


def test_moran_tells_a_weak_place_among_strong_ones():
    values = planted()
    values["77"] = 20.0
    found = local_clusters(values, board_adjacency(), level=0.2).set_index("subdistrict_code")
    assert found.at["77", "cluster"] == "weak_among_strong"


@pytest.mark.parametrize("method", METHODS)
def test_the_same_values_give_the_same_hints(method):
    pd.testing.assert_frame_equal(
        local_clusters(planted(), board_adjacency(), method=method),
        local_clusters(planted(), board_adjacency(), method=method),
    )


def test_chance_alone_is_not_called_a_cluster():
    values = pd.Series(np.random.default_rng(7).normal(size=SIDE * SIDE), index=board_codes())
    found = local_clusters(values, board_adjacency())
    assert (found["cluster"] != "not_significant").mean() <= 0.1


def test_what_is_not_known_takes_no_part_and_says_so():
    values = planted().astype("Float64")
    values["00"] = pd.NA
    values["01"], values["10"] = pd.NA, pd.NA
    found = local_clusters(values, board_adjacency()).set_index("subdistrict_code")
    assert found.loc[["00", "01", "10"], "cluster"].tolist() == ["not_known"] * 3
    assert found.loc[["00", "01", "10"], "p_value"].isna().all()
    values["00"] = 40.0  # known, but all its neighbours are not
    assert local_clusters(values, board_adjacency()).set_index("subdistrict_code").at["00", "cluster"] == "alone"


@pytest.mark.parametrize(
    "values",
    [[5.0] * (SIDE * SIDE), [None] * (SIDE * SIDE), [1.0] * (FEWEST - 1) + [None] * (SIDE * SIDE - FEWEST + 1)],
)
def test_nothing_is_claimed_without_enough_differing_values(values):
    found = local_clusters(pd.Series(values, index=board_codes(), dtype="Float64"), board_adjacency())
    assert set(found["cluster"]) <= {"not_significant", "not_known", "alone"}


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="expected one of"):
        local_clusters(planted(), board_adjacency(), method="guess")  # type: ignore[arg-type]


def test_false_discovery_bar_is_the_published_step_up():
    # Benjamini and Hochberg 1995, section 3.2: fifteen p values at 0.05 reject the first four
    published = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert false_discovery_bar(np.array(published), 0.05) == 0.0095
    assert false_discovery_bar(np.array([0.9, 0.8]), 0.05) == 0.0


def test_neighbours_are_mutual_and_only_among_the_codes():
    near = neighbour_lists(["00", "01", "55"], board_adjacency())
    assert near == {"00": ["01"], "01": ["00"], "55": []}


places = st.sampled_from([*toy.SUBDISTRICTS, "9901", "99", None])
money = st.lists(st.tuples(places, st.one_of(st.none(), st.integers(0, 10_000_000))), max_size=20)


@settings(max_examples=15, deadline=None)
@given(money, st.sampled_from([None, *SPLIT_METHODS]))
def test_a_split_moves_money_from_the_strip_to_the_map_and_makes_none(drawn, method):
    support = toy.support(
        *(toy.record(place, baht=None if satang is None else satang / 100) for place, satang in drawn)
    )
    before, after = (roll_up(frame, toy.areas()) for frame in (support, spread(support, toy.areas(), method)))

    def total(rolled):
        return int(rolled.by_subdistrict["amount_satang"].sum()) + int(rolled.strip["amount_satang"].sum())

    assert total(before) == total(after) == int(support["amount_satang"].sum())
    assert int(after.strip["amount_satang"].sum()) <= int(before.strip["amount_satang"].sum())


def test_a_split_is_named_marked_and_undone_by_leaving_the_name_away():
    support = toy.support(toy.record("9901", baht=300), toy.record("990101", baht=10), toy.record("99", baht=90))
    parts = spread(support, toy.areas(), "equal")
    marked = parts[parts["is_estimated"].astype(bool)]
    assert len(marked) == 3 + 9
    assert set(marked["split_method"]) == {"equal"}
    assert marked.loc[marked["area_level"].eq("district"), "amount_satang"].tolist() == [10000] * 3
    assert marked.loc[marked["area_level"].eq("province"), "amount_satang"].tolist() == [1000] * 9
    assert set(parts.loc[~parts["is_estimated"].astype(bool), "support_id"]) == {2}
    pd.testing.assert_frame_equal(spread(support, toy.areas(), None), support)


def test_villages_never_weigh_where_there_are_none():
    parts = spread(toy.support(toy.record("9901", baht=80)), toy.areas(), "villages")
    assert parts.set_index("subdistrict_code")["amount_satang"].to_dict() == {"990101": 4000, "990102": 4000}


def square(code: str, west: float, south: float) -> dict:
    ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]
    return {"properties": {"c": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


STYLES = {"1": ClassStyle("#ffffcc", "one"), "u": ClassStyle("#e3e3e3", "unknown", "#8a8a8a")}


def test_small_maps_draw_classes_hatches_stripes_and_dim_other_districts():
    shapes = small_shapes(
        [square("990101", 99, 8), square("990201", 100, 8), square("990202", 100, 9)],
        [square("9901", 99, 8)],
        height=100,
    )
    svg = small_map(
        shapes,
        {"990101": "1", "990201": "u", "990202": "1"},
        STYLES,
        marks=frozenset(["990202"]),
        district="9901",
        chosen="990101",
    )
    tree = ET.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    fills = {(path.get("fill"), path.get("opacity")) for path in tree.find(f"{space}g")}
    assert fills == {("#ffffcc", "1"), ("url(#he3e3e3)", "0.25"), ("url(#sffffcc)", "0.25")}
    assert {pattern.get("id") for pattern in tree.iter(f"{space}pattern")} == {"he3e3e3", "sffffcc"}
    assert "NaN" not in svg


def test_a_small_map_refuses_a_class_without_a_style_and_passes_over_a_missing_shape():
    shapes = small_shapes([square("990101", 99, 8)], [], height=50)
    with pytest.raises(ValueError, match="have no style"):
        small_map(shapes, {"990101": "?"}, STYLES)
    assert "<svg" in small_map(shapes, {"990101": "1", "990102": "1"}, STYLES)
