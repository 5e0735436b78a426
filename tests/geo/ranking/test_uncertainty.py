"""Stability of a class under other weights, methods and missing data, against properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.ranking.ranking import influence, rank
from geo.ranking.spec import read_spec
from tests.geo.ranking.indices import CHECKS, document, toy


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
