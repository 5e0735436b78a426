"""The index against published figures, its uncertainty against properties, and what a person can write wrongly."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import tomllib

import libpysal
import mapclassify
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.money.equity import gini_by_people, lorenz, per_head, theil
from geo.ranking.aggregate import class_numbers, natural_bounds, weighted
from geo.ranking.criteria import criteria_frame
from geo.ranking.normalise import normalise, prepare
from geo.ranking.ranking import contributions, influence, leave_one_out, rank
from geo.ranking.review import agreed, compare, strength_by_need
from geo.ranking.spec import SpecError, read_spec
from loaders import reference
from tests.conftest import ROOT, SHARED
from tests.support import warm

CHECKS = SHARED / "index_checks"
RULES = ROOT / "data" / "rules"


def document(name: str) -> dict:
    return tomllib.loads((RULES / name).read_text(encoding="utf-8"))


def command_line(*arguments: object) -> subprocess.CompletedProcess[str]:
    return warm.run("geo", "rank", *arguments, environment=os.environ, timeout=120)


def toy(values: dict[str, list[float | None]], **stated) -> tuple:
    """A small index over columns of the same names, and its data."""
    length = len(next(iter(values.values())))
    data = pd.DataFrame({"subdistrict_code": [f"99{row:04d}" for row in range(length)], **values})
    base = {"criterion": [{"code": code} for code in values], "uncertainty": {"draws": 200}}
    return read_spec({**base, **stated}), data


# --- published indices -------------------------------------------------------------------------------------------


def test_croatian_index_of_2017_by_the_command_line(tmp_path):
    done = command_line(
        RULES / "index_crodi2017.toml", CHECKS / "crodi2017_inputs_published_recomputed.csv", tmp_path / "out.csv"
    )
    assert done.returncode == 0, done.stderr
    found = pd.read_csv(tmp_path / "out.csv", dtype={"mb": str}).set_index("mb")
    published = pd.read_csv(CHECKS / "crodi2017_inputs_published_recomputed.csv", dtype={"mb": str}).set_index("mb")
    assert len(found) == 556
    assert (found["score"] - published["di"]).abs().max() <= 0.0005
    assert (found["score"] - published["di_recomputed"]).abs().max() < 1e-6
    assert (found["rank"] == published["rank_recomputed"]).all()
    assert {"class", "stability", "border", "rank_low", "rank_high", "data_version", "seed"} <= set(found)
    summary = json.loads(done.stdout)
    assert summary["draws"] == 1000
    assert sum(part["units"] for part in summary["classes"].values()) == summary["scored"] == 556


def test_asem_chain_prints_every_digit(tmp_path):
    done = command_line(RULES / "index_asem.toml", CHECKS / "asem_raw.csv", tmp_path / "out.csv", "--draws", 50)
    assert done.returncode == 0, done.stderr
    found = pd.read_csv(tmp_path / "out.csv").set_index("uCode")
    with (CHECKS / "asem_expected_recomputed.csv").open(encoding="utf-8") as lines:
        expected = list(csv.DictReader(lines))
    assert len(expected) == 51
    for row in expected:
        unit = found.loc[row.pop("uCode")]
        assert unit["rank"] == int(row.pop("Rank"))
        for column, printed in row.items():
            places = len(printed.partition(".")[2])
            computed = unit["score" if column == "Index" else f"group:{column}"]
            assert abs(computed - float(printed)) <= 0.5 * 10**-places + 1e-9, (column, computed, printed)


def test_asem_normalised_values_print_every_digit():
    spec, raw = read_spec(document("index_asem.toml")), pd.read_csv(CHECKS / "asem_raw.csv")
    found = pd.DataFrame(normalise(spec, prepare(spec, raw)), index=raw["uCode"], columns=spec.codes)
    expected = pd.read_csv(CHECKS / "asem_normalised_recomputed.csv").set_index("uCode").loc[found.index]
    assert list(expected.columns) == spec.codes
    assert (found - expected).abs().to_numpy().max() <= 0.5e-8 + 1e-12


def test_asem_rank_shifts_when_one_of_the_eight_pillars_is_left_out():
    """Mean absolute rank shift over 51 countries: sums of whole places, so exact."""
    spec, raw = read_spec(document("index_asem.toml")), pd.read_csv(CHECKS / "asem_raw.csv")
    pillars = ["Physical", "ConEcFin", "Political", "Instit", "P2P", "Environ", "Social", "SusEcFin"]
    found = leave_one_out(spec, raw, pillars).set_index("code")["mean_rank_shift"] * 51
    assert found.round(9).to_dict() == {
        "Physical": 78, "ConEcFin": 134, "Political": 148, "Instit": 60, "P2P": 86, "Environ": 158, "Social": 202, "SusEcFin": 134,
    }  # fmt: skip


def test_leaving_a_pillar_out_is_the_index_without_it():
    """The same shifts from the expected pillar scores alone, by hand: mean of the pillars that stay, then of both halves."""
    spec, raw = read_spec(document("index_asem.toml")), pd.read_csv(CHECKS / "asem_raw.csv")
    expected = pd.read_csv(CHECKS / "asem_expected_recomputed.csv")
    halves = [["Physical", "ConEcFin", "Political", "Instit", "P2P"], ["Environ", "Social", "SusEcFin"]]
    for pillar in [*halves[0], *halves[1]]:
        kept = [[code for code in half if code != pillar] for half in halves]
        after = sum(expected[half].mean(axis=1) for half in kept).rank(ascending=False, method="min")
        by_hand = (after - expected["Rank"]).abs().mean()
        assert leave_one_out(spec, raw, [pillar])["mean_rank_shift"].iloc[0] == pytest.approx(by_hand, abs=1e-12)


HDI_2010 = {
    "code": "hdi2010", "unit": "country", "normalise": {"method": "goalposts", "scale": [0, 1]},
    "aggregate": {"method": "geometric"}, "classes": {"method": "none"}, "uncertainty": {"draws": 0},
    "group": [{"code": "education", "aggregation": "geometric", "divide_by": 0.951}],
    "criterion": [
        {"code": "life", "goalposts": [20, 83.2]},
        {"code": "mean_years", "goalposts": [0, 13.2], "group": "education"},
        {"code": "expected_years", "goalposts": [0, 20.6], "group": "education"},
        {"code": "income", "goalposts": [163, 108211], "transform": "log"},
    ],
}  # fmt: skip


def test_hdi_of_the_technical_note_of_2010():
    """HDR 2010, technical note 1, worked example China: 0.847, 0.568, 0.553, 0.584 and HDI 0.663."""
    data = pd.DataFrame(
        {"country": ["CHN"], "life": [73.5], "mean_years": [7.5], "expected_years": [11.4], "income": [7263.0]}
    )
    found = rank(read_spec(HDI_2010), data)
    assert found.normalised.round(3).iloc[0].to_dict() == {
        "life": 0.847,
        "mean_years": 0.568,
        "expected_years": 0.553,
        "income": 0.584,
    }
    assert found.groups["education"].iloc[0] == pytest.approx(0.590, abs=5e-4)
    assert found.units["score"].round(3).iloc[0] == 0.663


def test_hdi_of_the_technical_note_of_2014():
    """HDR 2014 onwards (goalposts 20-85, 15, 18, 100-75,000; mean of the two schoolings): Costa Rica 0.763."""
    stated = {
        **HDI_2010,
        "group": [{"code": "education", "aggregation": "arithmetic"}],
        "criterion": [
            {"code": "life", "goalposts": [20, 85]},
            {"code": "mean_years", "goalposts": [0, 15], "group": "education"},
            {"code": "expected_years", "goalposts": [0, 18], "group": "education"},
            {"code": "income", "goalposts": [100, 75000], "transform": "log"},
        ],
    }
    data = pd.DataFrame(
        {"country": ["CRI"], "life": [79.93], "mean_years": [8.37], "expected_years": [13.5], "income": [13011.7]}
    )
    found = rank(read_spec(stated), data)
    assert found.normalised["life"].round(3).iloc[0] == 0.922
    assert found.groups["education"].round(3).iloc[0] == 0.654
    assert found.normalised["income"].round(3).iloc[0] == 0.735
    assert found.units["score"].round(3).iloc[0] == 0.763


HDI_2014 = {
    **HDI_2010,
    "group": [{"code": "education", "aggregation": "arithmetic"}],
    "criterion": [
        {"code": "life", "goalposts": [20, 85]},
        {"code": "expected_years", "goalposts": [0, 18], "group": "education"},
        {"code": "mean_years", "goalposts": [0, 15], "group": "education"},
        {"code": "income", "goalposts": [100, 75000], "transform": "log"},
    ],
}


@pytest.mark.parametrize(
    ("country", "life", "expected_years", "mean_years", "income", "published"),
    [
        ("Norway", 81.6, 17.5, 12.6, 64992, 0.944),
        ("Australia", 82.4, 20.2, 13.0, 42261, 0.935),  # 20.2 years of schooling count as the ceiling, 18
        ("Singapore", 83.0, 15.4, 10.6, 76628, 0.912),  # an income above the ceiling of 75,000
        ("Liechtenstein", 80.0, 15.0, 11.8, 79851, 0.908),
        ("Japan", 83.5, 15.3, 11.5, 36927, 0.891),
        ("France", 82.2, 16.0, 11.1, 38056, 0.888),
    ],
)
def test_hdi_as_table_1_of_the_report_of_2015_prints_it(country, life, expected_years, mean_years, income, published):
    """Inputs and HDI of 2014 from UNDP's table 1 (hdr.undp.org/en/composite/HDI, HDR 2015); inputs are rounded there."""
    row = {"life": life, "expected_years": expected_years, "mean_years": mean_years, "income": income}
    found = rank(read_spec(HDI_2014), pd.DataFrame([{"country": country} | row]))
    assert found.units["score"].iloc[0] == pytest.approx(published, abs=0.001)


def test_hdi_steps_that_the_technical_note_of_2020_prints():
    """HDR 2020, technical notes: income 3,829 gives 0.5506; 0.6971, 0.3447 and 0.5506 together give 0.510."""
    income = HDI_2014 | {"group": [], "criterion": [HDI_2014["criterion"][3]]}
    found = rank(read_spec(income), pd.DataFrame({"country": ["x"], "income": [3829]}))
    assert found.normalised["income"].round(4).iloc[0] == 0.5506
    parts = {"health": 0.6971, "education": 0.3447, "standard": 0.5506}
    whole = HDI_2014 | {"group": [], "criterion": [{"code": code, "goalposts": [0, 1]} for code in parts]}
    assert rank(read_spec(whole), pd.DataFrame([{"country": "x"} | parts])).units["score"].round(3).iloc[0] == 0.510


def test_method_of_the_thai_human_achievement_index():
    """Indicators between goalposts, mean within each of the groups, mean of the groups; worked by hand.

    Health: (75-65)/(85-65) = 0.5 and 1-(8-0)/(20-0) = 0.6 -> 0.55; income: (9-4)/(24-4) = 0.25; HAI = 0.4.
    """
    stated = {
        "code": "hai", "unit": "province_code", "normalise": {"method": "goalposts", "scale": [0, 1]},
        "classes": {"method": "none"}, "uncertainty": {"draws": 0}, "group": [{"code": "health"}, {"code": "income"}],
        "criterion": [
            {"code": "life", "group": "health", "goalposts": [65, 85]},
            {"code": "ill", "group": "health", "goalposts": [0, 20], "direction": -1},
            {"code": "earned", "group": "income", "goalposts": [4, 24]},
        ],
    }  # fmt: skip
    found = rank(read_spec(stated), pd.DataFrame({"province_code": ["80"], "life": [75], "ill": [8], "earned": [9]}))
    assert found.groups.iloc[0].to_dict() == pytest.approx({"health": 0.55, "income": 0.25})
    assert found.units["score"].iloc[0] == pytest.approx(0.4)


def test_mazziotta_pareto_penalises_unbalanced_places():
    """Mean 100 and population variance 100: 100 - 100 / 100 = 99; the balanced place keeps its mean."""
    found = weighted(np.array([[90.0, 110.0], [100.0, 100.0]]), np.ones(2), "mazziotta_pareto")
    assert found == pytest.approx([99.0, 100.0])


# --- published statistics ----------------------------------------------------------------------------------------


def test_fisher_jenks_of_the_published_example():
    """Employment density of 58 California counties (PySAL's published example): the five classes."""
    values = mapclassify.load_example().to_numpy()
    assert natural_bounds(values, 5) == [75.29, 192.05, 370.5, 722.85]
    numbers = class_numbers(values, "natural", 5)
    assert np.bincount(numbers).tolist() == [1, 1, 4, 3, 49]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=8, max_size=40), st.integers(2, 4))
def test_fisher_jenks_is_as_tight_as_mapclassify(values, classes):
    numbers = np.array(values, dtype=float)
    if len(np.unique(numbers)) <= classes:
        return
    ours = np.searchsorted(natural_bounds(numbers, classes), numbers, side="left")
    theirs = mapclassify.FisherJenks(numbers, k=classes).yb

    def inside(groups):
        return sum(
            ((numbers[groups == group] - numbers[groups == group].mean()) ** 2).sum() for group in np.unique(groups)
        )

    assert inside(ours) == pytest.approx(inside(theirs), rel=1e-9, abs=1e-6)


def test_theil_of_the_mexican_states():
    """Rey & Sastre 2010, as published with PySAL: GDP per head of 32 states, regimes of Hanson 1998."""
    table = pd.read_csv(libpysal.examples.get_path("mexico.csv"))
    published = {
        1940: (0.20894344, 0.0345889, 0.17435454),
        1970: (0.10194725, 0.05931219, 0.04263506),
        2000: (0.10660832, 0.03635872, 0.0702496),
    }
    for year, (total, between, within) in published.items():
        found = theil(table[f"pcgdp{year}"], table["hanson98"])
        assert [found["total"], found["between"], found["within"]] == pytest.approx([total, between, within], abs=5e-9)


def test_theil_by_hand():
    """Incomes 10, 10, 10, 20, 50: 3 x 0.1 ln 0.5 + 0.2 ln 1 + 0.5 ln 2.5."""
    found = theil(pd.Series([10, 10, 10, 20, 50]), pd.Series(list("aabbb")))
    assert found["total"] == pytest.approx(0.3 * np.log(0.5) + 0.5 * np.log(2.5))
    assert found["between"] + found["within"] == pytest.approx(found["total"])


def test_lorenz_and_the_empty_cases():
    money, people = pd.Series([0, 100, 300, pd.NA], dtype="Int64"), pd.Series([10, 10, 20, 10], dtype="Int64")
    curve = lorenz(money, people)
    assert curve["amount_share"].tolist() == pytest.approx([0, 0, 0.25, 1])
    assert curve["people_share"].tolist() == pytest.approx([0, 0.25, 0.5, 1])
    assert gini_by_people(money, people) == pytest.approx(1 - 2 * (0.25 * 0.125 + 0.5 * 0.625))
    assert np.isnan(gini_by_people(pd.Series([0, 0]), people[:2]))
    assert theil(pd.Series([5.0, 5.0, 0.0, 0.0]), pd.Series(list("aabb")))["within"] == pytest.approx(0, abs=1e-9)


def test_gini_and_theil_weigh_places_by_their_people():
    """Splitting a place into parts with the same money per head changes neither; counting places alike would."""
    one = pd.DataFrame({"baht": [100.0, 900.0], "people": [50, 50], "district": ["a", "b"]})
    parts = pd.DataFrame({"baht": [100.0, *[90.0] * 10], "people": [50, *[5] * 10], "district": ["a", *["b"] * 10]})
    for table in (one, parts):
        found = theil(per_head(table["baht"], table["people"]), table["district"], table["people"])
        assert found["total"] == pytest.approx(0.1 * np.log(0.1 / 0.5) + 0.9 * np.log(0.9 / 0.5))
        assert found["within"] == pytest.approx(0, abs=1e-12)
        assert gini_by_people(table["baht"], table["people"]) == pytest.approx(0.4)
    alike = theil(per_head(parts["baht"], parts["people"]), parts["district"])
    assert alike["total"] != pytest.approx(found["total"], abs=0.05)


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


# --- uncertainty -------------------------------------------------------------------------------------------------------


def crowd(units: int = 60, criteria: int = 6, seed: int = 1) -> tuple:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=units)
    values = {f"c{number}": (common + rng.normal(size=units)).tolist() for number in range(criteria)}
    return toy(
        values,
        uncertainty={
            "draws": 300,
            "seed": 7,
            "normalisations": ["z", "minmax", "rank"],
            "aggregations": ["arithmetic", "geometric"],
        },
    )


def test_same_seed_same_answer_other_seed_other_bands():
    spec, data = crowd()
    one, two, other = rank(spec, data), rank(spec, data), rank(spec, data, seed=8)
    pd.testing.assert_frame_equal(one.units, two.units)
    assert one.data_version == two.data_version
    assert not one.units["stability"].equals(other.units["stability"])


def test_order_of_rows_does_not_matter():
    spec, data = crowd()
    one = rank(spec, data).units.set_index("subdistrict_code")
    two = rank(spec, data.sample(frac=1, random_state=3)).units.set_index("subdistrict_code").loc[one.index]
    pd.testing.assert_frame_equal(one, two, rtol=1e-12)
    assert rank(spec, data).data_version == rank(spec, data.sample(frac=1, random_state=3)).data_version


def test_data_version_changes_with_a_single_value():
    spec, data = crowd()
    changed = data.copy()
    changed.loc[0, "c0"] += 0.5
    assert rank(spec, data, draws=0).data_version != rank(spec, changed, draws=0).data_version


def test_border_and_stability_say_the_same():
    spec, data = crowd()
    found = rank(spec, data)
    units = found.units
    assert units["border"].notna().equals(units["stability"] < 0.9)
    assert found.class_shares.sum(axis=1).to_numpy() == pytest.approx(1)
    for label, near in zip(units["class"], units["border"], strict=True):
        assert pd.isna(near) or (near in ("A/B", "B/C") and label in near)
    assert (units["rank_low"] <= units["rank_high"]).all()
    headline = found.headline()
    assert {label: part["units"] for label, part in headline.items()} == units["class"].value_counts().to_dict()
    assert sum(part["held"] for part in headline.values()) == int((units["stability"] >= 0.9).sum())
    assert 0 < units["border"].notna().sum() < len(units)


def test_a_clear_order_holds_in_every_draw():
    steps = [float(value) for value in range(0, 90, 10)]
    spec, data = toy(
        {"a": steps, "b": steps, "c": steps}, uncertainty={"draws": 200, "normalisations": ["z", "minmax", "rank"]}
    )
    units = rank(spec, data).units
    assert units["stability"].eq(1).all()
    assert units["rank_low"].equals(units["rank"])
    assert units["rank_high"].equals(units["rank"])


def test_without_variation_there_is_no_uncertainty():
    spec, data = crowd()
    still = read_spec(
        {
            "criterion": [{"code": f"c{n}"} for n in range(6)],
            "uncertainty": {"draws": 20, "weight_spread": 0, "leave_out": 0},
        }
    )
    assert rank(still, data).units["stability"].eq(1).all()
    assert not rank(spec, data).units["stability"].eq(1).all()


def test_units_without_a_score_do_not_move_the_others():
    spec, data = crowd()
    more = pd.concat([data, pd.DataFrame({"subdistrict_code": ["990999"], "c0": [None]})], ignore_index=True)
    found = rank(spec, more).units
    assert found["rank"].iloc[:-1].tolist() == rank(spec, data).units["rank"].tolist()
    assert pd.isna(found["stability"].iloc[-1])
    assert pd.isna(found["rank_low"].iloc[-1])


def test_thresholds_mean_the_same_in_every_draw():
    """Draws on another scale must not empty a class: thresholds move with mean and spread of the scores."""
    stated = {"criterion": [{"code": f"c{n}"} for n in range(6)], "classes": {"method": "thresholds", "thresholds": [104, 96]},
              "uncertainty": {"draws": 200, "normalisations": ["z", "minmax", "rank"]}}  # fmt: skip
    found = rank(read_spec(stated), crowd()[1])
    assert found.class_shares.mean().min() > 0.1
    assert found.units["stability"].mean() > 0.7


def test_a_place_of_which_little_is_known_is_less_firm_than_one_of_which_all_is():
    values = [float(value) for value in range(0, 90, 10)]
    spec, full = toy(
        {"a": values, "b": values}, missing={"known_share": 0.5}, uncertainty={"draws": 400, "leave_out": 0.5}
    )
    poor = full.copy()
    poor.loc[8, "b"] = None  # the top place, by one of its two criteria
    poor.loc[4, "a"] = None
    sure, unsure = rank(spec, full).units, rank(spec, poor).units
    assert sure["stability"].eq(1).all()
    for place in (4, 8):
        assert unsure["stability"].iloc[place] < 0.95
        width = unsure["rank_high"] - unsure["rank_low"]
        assert width.iloc[place] > (sure["rank_high"] - sure["rank_low"]).iloc[place] + 1


def test_what_is_filled_with_a_mean_is_not_known_either():
    values = [float(value) for value in range(0, 90, 10)]
    spec, data = toy({"a": values, "b": [None, *values[1:]]}, missing={"impute": "mean"})
    assert rank(spec, data).units["stability"].iloc[0] < 0.95


@pytest.mark.parametrize("method", ["thirds", "natural", "thresholds"])
@pytest.mark.parametrize("values", [[5.0], [5.0] * 6], ids=["a single unit", "all alike"])
def test_without_a_difference_there_is_no_class(values, method):
    stated = {"thresholds": [105, 95]} if method == "thresholds" else {}
    spec, data = toy({"a": values}, classes={"method": method, **stated})
    units = rank(spec, data).units
    assert units["score"].notna().all()
    assert units[["class", "stability", "border"]].isna().all().all()


def test_a_single_unit_between_goalposts_has_a_class():
    spec, data = toy(
        {"a": [90.0]},
        criterion=[{"code": "a", "goalposts": [0, 100]}],
        normalise={"method": "goalposts"},
        classes={"method": "thresholds", "thresholds": [66, 33]},
    )
    assert rank(spec, data).units["class"].tolist() == ["A"]


def test_a_class_that_is_called_firm_holds_when_the_missing_data_come():
    data = pd.read_csv(CHECKS / "crodi2017_inputs_published_recomputed.csv", dtype={"mb": str})
    spec = read_spec({**document("index_crodi2017.toml"), "missing": {"known_share": 0.3}})
    gone = np.random.default_rng(17).random((len(data), len(spec.codes))) < 0.25
    poor = data.astype(dict.fromkeys(spec.codes, float))
    poor[spec.codes] = poor[spec.codes].mask(gone)
    units = rank(spec, poor, draws=150).units
    firm = units["stability"].ge(0.9) & gone.any(axis=1)
    assert firm.sum() > 50
    assert units["class"].eq(rank(spec, data, draws=0).units["class"])[firm].mean() >= 0.9


def test_influence_tells_stated_from_real():
    rng = np.random.default_rng(5)
    common = rng.normal(size=200)
    spec, data = toy(
        {
            "a": common.tolist(),
            "b": (common + 0.1 * rng.normal(size=200)).tolist(),
            "odd": rng.normal(size=200).tolist(),
        }
    )
    table = influence(rank(spec, data, draws=0)).set_index("criterion")
    assert table["stated"].tolist() == pytest.approx([1 / 3] * 3)
    assert table["real"].sum() == pytest.approx(1)
    assert table.loc["odd", "real"] < 0.25 < table.loc["a", "real"]
    assert abs(table.loc["a", "correlation_ratio"] - table.loc["a", "pearson_r2"]) < 0.1
    assert table.loc["odd", "mean_rank_shift"] > table.loc["a", "mean_rank_shift"]


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


# --- what a person can write wrongly ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"criterion": []}, "rank_no_criteria"),
        ({"criterion": [{"column": "a"}]}, "rank_criterion_without_code"),
        ({"criterion": [{"code": "a", "direction": 2}]}, "rank_direction_unclear"),
        ({"criterion": [{"code": "a", "weight": -1}]}, "rank_weight_negative"),
        ({"criterion": [{"code": "a", "weight": "two"}]}, "rank_spec_unreadable"),
        ({"criterion": [{"code": "a", "weight": 0}]}, "rank_weights_all_zero"),
        ({"criterion": [{"code": "a"}, {"code": "a"}]}, "rank_code_twice"),
        ({"criterion": [{"code": "a", "group": "lost"}]}, "rank_group_unknown"),
        ({"criterion": [{"code": "a", "goalposts": [5, 1]}]}, "rank_goalposts_unordered"),
        ({"criterion": [{"code": "a"}], "normalise": {"method": "goalposts"}}, "rank_goalposts_missing"),
        ({"criterion": [{"code": "a"}], "normalise": {"method": "magic"}}, "rank_unknown_method"),
        ({"criterion": [{"code": "a"}], "uncertainty": {"aggregations": ["magic"]}}, "rank_unknown_method"),
        (
            {"criterion": [{"code": "a"}], "classes": {"method": "thresholds", "thresholds": [1]}},
            "rank_thresholds_count",
        ),
        (
            {"criterion": [{"code": "a"}], "classes": {"method": "thresholds", "thresholds": [1, 2]}},
            "rank_thresholds_unordered",
        ),
        (
            {"criterion": [{"code": "a"}], "normalise": {"centre": 0}, "aggregate": {"method": "geometric"}},
            "rank_centre_not_positive",
        ),
        ({"criterion": [{"code": "a", "goalposts": [1]}]}, "rank_spec_unreadable"),
        ({"criterion": [{"code": "a", "weight": float("inf")}]}, "rank_setting_out_of_range"),
        ({"criterion": [{"code": "a"}], "uncertainty": {"draws": -5}}, "rank_setting_out_of_range"),
        ({"criterion": [{"code": "a"}], "uncertainty": {"draws": "many"}}, "rank_setting_out_of_range"),
        ({"criterion": [{"code": "a"}], "uncertainty": {"draws": 10.5}}, "rank_setting_out_of_range"),
        ({"criterion": [{"code": "a"}], "uncertainty": {"seed": -1}}, "rank_setting_out_of_range"),
        ({"criterion": [{"code": "a"}], "uncertainty": {"weight_spread": 3}}, "rank_setting_out_of_range"),
        ({"criterion": [{"code": "a"}], "uncertainty": {"hold": 5}}, "rank_setting_out_of_range"),
        ({"criterion": [{"code": "a"}], "missing": {"known_share": 7}}, "rank_setting_out_of_range"),
        ({"criterion": [{"code": "a"}], "normalise": {"scale": [9, 9]}}, "rank_setting_out_of_range"),
        ({"criterion": [{"code": "a"}], "classes": {"labels": []}}, "rank_setting_out_of_range"),
        ({"criterion": [{"code": "a"}], "classes": {"labels": ["A", "A"]}}, "rank_setting_out_of_range"),
        (
            {"criterion": [{"code": "a", "group": "g"}], "group": [{"code": "g", "divide_by": 0}]},
            "rank_setting_out_of_range",
        ),
    ],
)
def test_wrong_specifications_are_refused_with_a_code(stated, code):
    with pytest.raises(SpecError) as refused:
        read_spec(stated)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("stated", "value", "nearest"),
    [
        ({"criterion": [{"code": "a", "transfrom": "log"}]}, "criterion.transfrom", "transform"),
        ({"criterion": [{"code": "a", "grup": "g"}]}, "criterion.grup", "group"),
        ({"criterion": [{"code": "a"}], "grup": [{"code": "g"}]}, "grup", "group"),
        ({"criterion": [{"code": "a", "aggregate": "geometric"}]}, "criterion.aggregate", "[aggregate]"),
        ({"criterion": [{"code": "a"}], "normalise": {"aggregate": "geometric"}}, "normalise.aggregate", "[aggregate]"),
        ({"criterion": [{"code": "a"}], "group": [{"code": "g", "aggregate": "x"}]}, "group.aggregate", "aggregation, [aggregate]"),
        ({"criterion": [{"code": "a"}], "aggregate": "geometric"}, "aggregate = geometric", "[aggregate]"),
        ({"criterion": {"code": "a"}}, "criterion = {'code': 'a'}", "[[criterion]]"),
        ({"criterion": [{"code": "a"}], "uncertainty": {"hodl": 0.9}}, "uncertainty.hodl", "hold"),
        ({"criterion": [{"code": "a"}], "classes": {"need": {"lables": ["x"]}}}, "classes.need.lables", "labels"),
        ({"criterion": [{"code": "a"}], "method": "z"}, "method", "method in [normalise], method in [aggregate], "
         "method in [outliers], method in [classes]"),
    ],
)  # fmt: skip
def test_a_key_that_means_nothing_is_refused_with_the_nearest(stated, value, nearest):
    with pytest.raises(SpecError) as refused:
        read_spec(stated)
    assert (refused.value.code, refused.value.value, refused.value.expected) == ("rank_key_unknown", value, nearest)


def test_an_axis_that_is_none_does_not_lose_a_criterion():
    for stated, axis in (
        ({"criterion": [{"code": "a", "axis": "strenght"}]}, None),
        ({"criterion": [{"code": "a"}]}, "nede"),
    ):
        with pytest.raises(SpecError) as refused:
            read_spec(stated, axis)
        assert refused.value.code == "rank_unknown_method"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"subdistrict_code": ["1", "1"], "a": [1, 2]}, "rank_unit_twice"),
        ({"subdistrict_code": ["1", ""], "a": [1, 2]}, "rank_unit_without_code"),
        ({"code": ["1", "2"], "a": [1, 2]}, "rank_column_missing"),
        ({"subdistrict_code": ["1", "2"], "b": [1, 2]}, "rank_column_missing"),
        ({"subdistrict_code": ["1", "2"], "a": ["1", "many"]}, "rank_value_not_a_number"),
        ({"subdistrict_code": ["1", "2"], "a": ["1", "inf"]}, "rank_value_not_a_number"),
        ({"subdistrict_code": ["1", "2"], "a": ["1", "1e309"]}, "rank_value_not_a_number"),
        ({"subdistrict_code": [], "a": []}, "rank_no_rows"),
    ],
)
def test_wrong_data_are_refused_with_a_code(data, code):
    with pytest.raises(SpecError) as refused:
        rank(read_spec({"criterion": [{"code": "a"}]}), pd.DataFrame(data))
    assert refused.value.code == code


def test_command_line_refuses_with_exit_2_and_keeps_codes_as_text(tmp_path):
    (tmp_path / "spec.toml").write_text(
        'unit = "u"\n[[criterion]]\ncode = "a"\n[uncertainty]\ndraws = 20\n', encoding="utf-8"
    )
    (tmp_path / "data.csv").write_text("u,a\n007,1\nNA,2\n009,\n", encoding="utf-8-sig")
    done = command_line(tmp_path / "spec.toml", tmp_path / "data.csv", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert written[1].startswith("007,")
    assert written[2].startswith("NA,")
    assert written[3].startswith("009,,,")
    assert [row.rpartition(",")[2] for row in written] == ["a", "1", "2", ""]  # what came in comes out
    bad = command_line(tmp_path / "spec.toml", tmp_path / "missing.csv", tmp_path / "out2.csv")
    assert bad.returncode == 2
    assert json.loads(bad.stderr)["problem"] == "rank_file_unreadable"
    assert not (tmp_path / "out2.csv").exists()


@pytest.mark.parametrize(
    ("text", "out", "options", "code"),
    [
        ("u,a\n1,2,3\n2,3,4\n", "out.csv", (), "rank_file_unreadable"),
        ("u,a,a\n1,2,3\n", "out.csv", (), "rank_column_twice"),
        ("u,a\n", "out.csv", (), "rank_no_rows"),
        ("u,a\n1,2\n", "out.csv", ("--draws", "-3"), "rank_setting_out_of_range"),
        ("u,a\n1,2\n", "no/such/folder/out.csv", (), "rank_file_unreadable"),
    ],
    ids=["cells beyond the heading", "a heading twice", "no rows", "fewer than no draws", "nowhere to write"],
)
def test_command_line_says_what_is_wrong_instead_of_breaking(tmp_path, text, out, options, code):
    (tmp_path / "spec.toml").write_text('unit = "u"\n[[criterion]]\ncode = "a"\n', encoding="utf-8")
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    done = command_line(tmp_path / "spec.toml", tmp_path / "data.csv", tmp_path / out, *options)
    assert done.returncode == 2
    assert json.loads(done.stderr)["problem"] == code  # one JSON line: no traceback, no warning beside it
    assert done.stdout == ""
    assert not (tmp_path / out).exists()
