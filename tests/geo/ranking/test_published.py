"""Composite indices, class breaks and inequality as their authors published them, to the printed digit."""

from __future__ import annotations

import csv
import json

import libpysal
import mapclassify
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.money.equity import gini_by_people, lorenz, per_head, theil
from geo.ranking.aggregate import class_numbers, natural_bounds, weighted
from geo.ranking.normalise import normalise, prepare
from geo.ranking.ranking import leave_one_out, rank
from geo.ranking.spec import read_spec
from tests.geo.ranking.indices import CHECKS, RULES, command_line, document


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
    parts = found.normalised.round(3).iloc[0]
    assert parts[["life", "mean_years", "expected_years", "income"]].tolist() == [0.847, 0.568, 0.553, 0.584]
    assert found.groups["education"].iloc[0] == pytest.approx(0.590, abs=5e-4)
    assert found.units["score"].round(3).iloc[0] == 0.663


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


def test_hdi_of_the_technical_note_of_2014():
    """HDR 2014 onwards (goalposts 20-85, 15, 18, 100-75,000; mean of the two schoolings): Costa Rica 0.763."""
    data = pd.DataFrame(
        {"country": ["CRI"], "life": [79.93], "mean_years": [8.37], "expected_years": [13.5], "income": [13011.7]}
    )
    found = rank(read_spec(HDI_2014), data)
    assert found.normalised[["life", "income"]].round(3).iloc[0].tolist() == [0.922, 0.735]
    assert found.groups["education"].round(3).iloc[0] == 0.654
    assert found.units["score"].round(3).iloc[0] == 0.763


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
