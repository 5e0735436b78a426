"""Scores, classes and missing data; decisions of people; the criteria of the board."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.ranking.aggregate import class_numbers
from geo.ranking.criteria import criteria_frame
from geo.ranking.ranking import contributions, rank
from geo.ranking.review import agreed, compare, strength_by_need
from geo.ranking.spec import read_spec
from loaders import reference
from tests.geo.ranking.indices import document, toy

# --- scores, classes, missing data --------------------------------------------------------------------------------


def test_below_the_threshold_there_is_no_score_never_zero():
    spec, data = toy(
        {"a": [1, 2, 3, None], "b": [3, 2, None, None], "c": [1, None, None, None]}, missing={"known_share": 0.6}
    )
    units = rank(spec, data).units
    assert units["known_share"].round(3).tolist() == [1.0, 0.667, 0.333, 0.0]
    assert units["score"].notna().tolist() == [True, True, False, False]
    assert units["rank"].isna().tolist() == [False, False, True, True]
    assert units["class"].isna().tolist() == [False, False, True, True]
    assert rank(spec, data).completeness() == {"scored": 2, "units": 4, "unscored": 2}


def test_known_criteria_carry_the_weight_of_the_missing_ones():
    spec, data = toy(
        {"a": [0, 10, 5], "b": [0, 10, None]}, missing={"known_share": 0.5}, normalise={"method": "minmax"}
    )
    assert rank(spec, data).units["score"].tolist() == pytest.approx([0, 100, 50])


@pytest.mark.parametrize("method", ["minmax", "z", "rank"])
@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric", "mazziotta_pareto"])
def test_more_is_never_worse(method, aggregation):
    spec, data = toy(
        {"a": [1, 2, 3, 4, 5], "b": [1, 2, 3, 4, 5]}, normalise={"method": method}, aggregate={"method": aggregation}
    )
    assert rank(spec, data).units["rank"].tolist() == [5, 4, 3, 2, 1]


def test_direction_turns_the_order_round():
    spec, data = toy({"a": [1, 2, 3]}, criterion=[{"code": "a", "direction": -1}])
    assert rank(spec, data).units["rank"].tolist() == [1, 2, 3]


def test_a_constant_criterion_decides_nothing():
    spec, data = toy({"a": [1, 2, 3], "b": [7, 7, 7]})
    assert rank(spec, data).units["rank"].tolist() == [3, 2, 1]


def test_denominator_of_zero_is_not_known():
    stated = [{"code": "groups", "denominator": "villages"}]
    spec, _ = toy({"groups": [1]}, criterion=stated)
    data = pd.DataFrame({"subdistrict_code": ["1", "2", "3"], "groups": [4, 6, 9], "villages": [2, 0, 3]})
    assert rank(spec, data).units["score"].isna().tolist() == [False, True, False]


def test_thirds_never_part_equal_scores():
    assert class_numbers(np.array([5.0, 5, 5, 1, 1, 0]), "thirds", 3).tolist() == [0, 0, 0, 1, 1, 2]
    assert class_numbers(np.array([1.0, 1.0, np.nan]), "thirds", 3).tolist() == [0, 0, -1]
    assert np.bincount(class_numbers(np.arange(170.0), "thirds", 3)).tolist() == [57, 57, 56]


def test_thresholds_belong_to_the_class_above():
    assert class_numbers(np.array([106.0, 105, 95, 94.9, np.nan]), "thresholds", 3, (105, 95)).tolist() == [
        0,
        0,
        1,
        2,
        -1,
    ]


def test_contributions_add_up_to_the_score():
    spec, data = toy(
        {"a": [1, 5, 3], "b": [4, None, 2]},
        missing={"known_share": 0.5},
        criterion=[{"code": "a", "weight": 2}, {"code": "b"}],
    )
    found = rank(spec, data)
    points = contributions(found).groupby("subdistrict_code")["points"].sum()
    assert points.to_numpy() == pytest.approx(found.units.set_index("subdistrict_code")["score"].to_numpy())


# --- people ------------------------------------------------------------------------------------------------------


def test_overrides_need_a_reason_and_a_name():
    spec, data = toy({"a": [1, 2, 3, 4, 5, 6]})
    found = rank(spec, data)
    codes = found.units["subdistrict_code"]
    overrides = pd.DataFrame(
        [
            (codes[0], "B", "agreed on the visit of 1 March", "Nid", "2007-03-01"),
            (codes[1], "A", "", "Nid", "2007-03-01"),
            (codes[2], "A", "reason", " ", "2007-03-01"),
            (codes[3], "D", "reason", "Nid", "2007-03-01"),
            ("000000", "A", "reason", "Nid", "2007-03-01"),
            (codes[5], "A", "as computed", "Nid", "2007-03-01"),
        ],
        columns=["subdistrict_code", "class", "reason", "by", "on"],
    )
    answer = agreed(found, overrides)
    assert answer.units["class"].tolist() == ["C", "C", "B", "B", "A", "A"]
    assert answer.units["agreed_class"].tolist() == ["B", "C", "B", "B", "A", "A"]
    assert answer.units["is_overridden"].tolist() == [True, False, False, False, False, False]
    assert answer.refused["code"].tolist() == [
        "rank_override_without_reason", "rank_override_without_name", "rank_override_unknown_class", "rank_override_unknown_unit",
    ]  # fmt: skip
    assert answer.idle["subdistrict_code"].tolist() == [codes[5]]
    twice = agreed(found, pd.concat([overrides.iloc[[0]], overrides.iloc[[0]]]))
    assert twice.refused["code"].eq("rank_override_twice").all()
    assert not twice.units["is_overridden"].any()


def test_compare_with_last_year_and_the_need_axis():
    spec, data = toy({"a": [1.0, 2, 3, 40, 50, 60]})
    turned = data.assign(a=data["a"].to_numpy()[::-1])
    change = compare(rank(spec, turned), rank(spec, data)).set_index("subdistrict_code")
    assert change["places_won"].tolist() == [5, 3, 1, -1, -3, -5]
    assert change["is_firm"].all()
    fields = strength_by_need(rank(spec, data), rank(spec, data))["field"].tolist()
    assert fields == ["weak_less_needy"] * 3 + ["strong_needy"] * 3


def test_criteria_of_the_demo_province_keep_the_axes_apart():
    strength, need = read_spec(document("criteria.toml")), read_spec(document("criteria.toml"), "need")
    assert not set(strength.codes) & set(need.codes)
    assert len(strength.codes) == 8
    assert len(need.codes) == 4
    assert strength.uncertainty.draws >= 1000
    assert strength.version != need.version
    assert strength.labels == ("A", "B", "C")
    assert not set(strength.labels) & set(need.labels)


def test_criteria_frame_and_the_ranking_of_what_is_known():
    areas = reference.subdistricts().rename(columns={"population_2007": "population", "households_2007": "households"})
    codes = areas["subdistrict_code"].tolist()
    known, rng = codes[:24], np.random.default_rng(2)
    signs = ["savings_members_percent", "meetings_per_year", "trained_leaders", "plan_activities_done_percent"]
    needs = pd.DataFrame(
        [(code, sign, 2007, float(rng.integers(1, 90))) for code in known for sign in signs]
        + [(codes[0], "meetings_per_year", 2006, 0.0), (codes[0], "population", 2006, 1.0)],
        columns=["subdistrict_code", "indicator_code", "fiscal_year", "value"],
    )
    plans = pd.DataFrame(
        [
            ("800106", "village", "80010601", True, pd.NA),
            ("800106", "village", "80010602", False, pd.NA),
            ("800106", "subdistrict", "800106", True, True),
        ],
        columns=["subdistrict_code", "area_level", "area_code", "plan_exists", "booklet_held"],
    )
    funds = pd.DataFrame({"subdistrict_code": ["800106", "800106"], "fiscal_year": [2006, 2007], "members": [100, 150]})
    groups = pd.DataFrame({"subdistrict_code": ["800106", "800106", None]})
    table = criteria_frame(
        areas, needs, plans, funds, groups, 2007, {"funds": codes, "organisations": known}
    ).set_index("subdistrict_code")
    assert len(table) == 170
    assert table.loc[
        "800106", ["villages_with_plan_share", "booklet_held", "welfare_fund_members", "groups"]
    ].tolist() == [0.5, 1, 150, 2]
    assert table.loc["800101", "welfare_fund_members"] == 0
    assert table.loc["800101", "population"] == 46385
    assert pd.isna(table["groups"].iloc[-1])
    spec = read_spec(document("criteria.toml"))
    found = rank(spec, table.reset_index(), draws=50)
    assert found.completeness() == {"scored": 24, "units": 170, "unscored": 146}
