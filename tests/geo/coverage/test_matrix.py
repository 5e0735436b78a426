"""Function x area: the three kinds of nothing stay apart, the money adds up, an empty cell knows who could act."""

from __future__ import annotations

import tomllib

import pytest

from geo.coverage.agency import gaps_beside, partners
from geo.coverage.coverage import coverage_by
from geo.coverage.matrix import matrix, money_matrix, who_could_act_in
from geo.coverage.roll_up import roll_up
from geo.overlaps.overlaps import overlaps
from tests.conftest import ROOT
from tests.support import toy

RULES = tomllib.loads((ROOT / "data/rules/overlap.toml").read_text(encoding="utf-8"))

THEMES = ["health", "sufficiency"]


def stacked(support, spoken, fiscal_year=2007):
    bases = {theme: sorted(set(support.loc[support["theme_code"].eq(theme), "base"])) for theme in THEMES}
    return coverage_by(
        "theme_code",
        THEMES,
        support,
        toy.areas(),
        toy.villages(),
        lambda theme: toy.heard(*spoken, owed=bases[theme], fiscal_year=fiscal_year),
        fiscal_year=fiscal_year,
    )


@pytest.fixture
def province():
    support = toy.support(
        toy.record("990101", "a1", theme_code="health", baht=10),
        toy.record("99010201", "a2", theme_code="health", baht=20),
        toy.record("9902", "a1", theme_code="health", baht=40),
        toy.record("99", "a1", theme_code=None, baht=80),
        toy.record("990301", "a3", theme_code="sufficiency", baht=160),
    )
    return support, [("base_a1", "99"), ("base_a2", "99"), ("base_a3", "9903")]


def test_cells_count_subdistricts_and_keep_the_kinds_of_nothing_apart(province):
    table = matrix(stacked(*province)).set_index(["theme_code", "area_code"])
    assert table["status"].to_dict() == {
        ("health", "9901"): "covered", ("health", "9902"): "none", ("health", "9903"): "none",
        ("sufficiency", "9901"): "not_reported", ("sufficiency", "9902"): "not_reported", ("sufficiency", "9903"): "covered",
    }  # fmt: skip
    row = table.loc["health", "9901"]
    assert (row["covered"], row["none"], row["all"], int(row["amount_satang"])) == (2, 1, 3, 3000)
    assert table.loc[("health", "9902"), "supported_above"] == 3


def test_a_district_opens_into_its_subdistricts(province):
    inside = stacked(*province).query("district_code == '9901'")
    table = matrix(inside, "subdistrict_code").query("theme_code == 'health'").set_index("area_code")
    assert table["status"].to_dict() == {"990101": "covered", "990102": "covered", "990103": "none"}


def test_money_adds_up_with_its_ends(province):
    support, _reports = province
    table = money_matrix(support, toy.areas(), THEMES).set_index(["theme_code", "area_code"])
    assert (table["amount_satang"] // 100).to_dict() == {
        ("", "province"): 80, ("health", "9901"): 30, ("health", "9902"): 40, ("sufficiency", "9903"): 160,
    }  # fmt: skip
    inside = support[support["district_code"].eq("9902").fillna(False)]
    assert money_matrix(inside, toy.areas(), THEMES, district="9902")["area_code"].tolist() == ["district"]


def test_who_could_act_names_each_agency_at_its_nearest(province):
    support, _reports = province
    found = who_could_act_in(
        support, toy.adjacency(), ["990103"], "health", {"a9": ["health"], "a8": ["learning"], "a1": ["health"]}
    )
    assert found[["agency_code", "reach"]].to_numpy().tolist() == [
        ["a2", "next_door"],
        ["a1", "province"],
        ["a9", "mandate"],
    ]
    district = who_could_act_in(support, toy.adjacency(), ["990201", "990202", "990203"], "health")
    assert dict(zip(district["agency_code"], district["reach"], strict=True)) == {"a1": "inside", "a2": "next_door"}
    assert who_could_act_in(toy.support(), toy.adjacency(), ["990103"], "health").empty


def test_of_those_equally_near_who_is_in_more_places_and_then_does_more_comes_first():
    works = [("990201", "a3"), ("990202", "a3"), ("990201", "a2"), ("990201", "a2"), ("990201", "a1")]
    support = toy.support(*(toy.record(place, agency, theme_code="health") for place, agency in works))
    nearest = who_could_act_in(support, toy.adjacency(), ["990201", "990202"], "health")
    assert nearest[["agency_code", "reach", "places", "supports"]].to_numpy().tolist() == [
        ["a3", "inside", 2, 2], ["a2", "inside", 1, 2], ["a1", "inside", 1, 1],
    ]  # fmt: skip


def test_partners_by_outcome_and_gaps_next_door(province):
    support = toy.support(
        toy.record("990101", "a1", theme_code="health", baht=10), toy.record("990101", "a2", theme_code="health", baht=10),
        toy.record("990102", "a3", theme_code="sufficiency", baht=5), toy.record("990102", "a1", theme_code="health", baht=5),
    )  # fmt: skip
    placed = roll_up(support, toy.areas()).by_subdistrict
    pairs = overlaps(support, RULES, None, fiscal_year=2007).pairs
    table = partners(pairs, placed, "a1").set_index("agency_code")
    assert table["places"].to_dict() == {"a2": 1, "a3": 1}
    assert table.at["a2", "suspected_duplication"] == 1
    assert table.at["a3", "complementary"] == 1
    assert partners(pairs.iloc[:0], placed.iloc[:0], "a1").empty
    by_theme = stacked(support, [("base_a1", "99"), ("base_a2", "9901")])
    gaps = gaps_beside(by_theme, placed, toy.adjacency(), "a1")
    assert gaps[["subdistrict_code", "status", "neighbours"]].to_numpy().tolist() == [
        ["990103", "none", 1], ["990202", "not_reported", 1], ["990201", "not_reported", 1],
    ]  # fmt: skip
    assert set(gaps["theme_code"]) == {"health"}
    assert gaps_beside(by_theme, placed, toy.adjacency(), "nobody").empty
