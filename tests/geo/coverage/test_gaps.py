"""Gaps: need against support with "not known" apart, who could act, plan demands."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.adjacency import beside
from geo.coverage.coverage import coverage
from geo.coverage.gaps import QUADRANTS, apart, gaps, gaps_by_theme, need_rows, neighbouring_agencies, plan_gaps
from geo.frames import newest_rows
from geo.money.alignment import strength
from tests.support import toy

# 9901 and 9902 have spoken, 9903 has not; support stands in 990101 and 990201
SPOKEN = toy.heard(("base_a1", "9901"), ("base_a1", "9902"))
NEEDS = {"990101": 50, "990102": 40, "990103": 30, "990201": 0, "990202": 1, "990301": 60, "990302": None, "990303": 2}


def shown(**choices) -> pd.DataFrame:
    return coverage(
        toy.support(toy.record("990101"), toy.record("99020101")), toy.areas(), toy.villages(), SPOKEN, **choices
    )


def quadrants(table: pd.DataFrame) -> dict[str, str]:
    return dict(zip(table["subdistrict_code"], table["quadrant"], strict=True))


def test_quadrants_keep_both_kinds_of_not_known_apart():
    table = gaps(toy.needs(NEEDS), shown(), indicator="hardship_households")
    assert quadrants(table) == {
        "990101": "served",
        "990102": "gap",
        "990103": "gap",
        "990201": "low_need_supported",
        "990202": "low_need_none",
        "990203": "unknown_need",  # no row at all
        "990301": "unknown_support",
        "990302": "unknown_need",  # a row that says not known
        "990303": "unknown_support",
    }
    assert set(table["quadrant"]) <= set(QUADRANTS)
    assert table["subdistrict_code"].tolist()[:3] == ["990102", "990103", "990301"], "gaps first, largest need first"


def test_not_applicable_is_no_gap():
    table = gaps(toy.needs(NEEDS), shown(villages_only=True), indicator="hardship_households")
    assert quadrants(table)[toy.TOWN] == "not_applicable"


@pytest.mark.parametrize(
    ("threshold", "high"),
    [
        ("median", {"990101", "990102", "990103", "990301"}),
        ("mean", {"990101", "990102", "990103", "990301"}),
        (45, {"990101", "990301"}),
        (61, set()),
    ],
)
def test_thresholds(threshold, high):
    table = gaps(toy.needs(NEEDS), shown(), indicator="hardship_households", threshold=threshold)
    assert set(table.loc[table["need_class"].eq("high"), "subdistrict_code"]) == high


def test_need_of_zero_is_never_high_and_nothing_known_is_unknown():
    zero = gaps(toy.needs(dict.fromkeys(toy.SUBDISTRICTS, 0)), shown(), indicator="hardship_households")
    assert zero["need_class"].eq("low").all()
    nothing = gaps(toy.needs({}), shown(), indicator="hardship_households")
    assert nothing["quadrant"].eq("unknown_need").all() and len(nothing) == 9
    with pytest.raises(ValueError, match="median"):
        gaps(toy.needs(NEEDS), shown(), indicator="hardship_households", threshold="feeling")  # type: ignore[arg-type]


def test_per_head_needs_a_population():
    table = gaps(
        toy.needs({"990101": 10, "990102": 10, "990302": 99}),
        shown(),
        indicator="hardship_households",
        per="population",
    )
    table = table.set_index("subdistrict_code")
    assert table.loc["990101", "need_measure"] == pytest.approx(0.01) and table.loc["990302", "need_class"] == "unknown"
    assert table.loc[["990101", "990102"], "need_class"].tolist() == ["high", "low"]


def test_the_latest_year_counts_and_other_indicators_do_not():
    needs = pd.concat(
        [
            toy.needs({"990101": 1}, fiscal_year=2006),
            toy.needs({"990101": 5, "990102": None}, fiscal_year=2007),
            toy.needs({"990101": 7, "990102": 8}, fiscal_year=None),
            toy.needs({"990101": 99}, indicator="elderly_alone", fiscal_year=2008),
        ]
    )
    value = gaps(needs, shown(), indicator="hardship_households").set_index("subdistrict_code")["need_value"]
    assert value[["990101", "990102"]].tolist() == [5, 8]
    value = gaps(needs, shown(), indicator="hardship_households", fiscal_year=2006).set_index("subdistrict_code")[
        "need_value"
    ]
    assert value["990101"] == 1


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_an_undated_figure_is_never_the_newest(order):
    figures = pd.DataFrame({"fiscal_year": [2006, 2007, None], "value": [1.0, 5.0, 99.0]}).iloc[order]
    figures = figures.astype({"fiscal_year": "Int64"}).assign(indicator_code="hardship_households")
    of_office = figures.assign(area_level="local_government", area_code="5990101", subdistrict_code=pd.NA)
    assert apart(of_office, "hardship_households") == (1, 5.0)
    assert apart(of_office[of_office["fiscal_year"].isna()], "hardship_households") == (1, 99.0)
    of_place = figures.assign(area_level="subdistrict", subdistrict_code="990101", area_code="990101")
    assert newest_rows(of_place, "subdistrict_code")["value"].tolist() == [5.0]
    measured = strength(of_place, ["hardship_households"], pd.DataFrame({"subdistrict_code": ["990101"]}))
    assert measured["known"].tolist() == [1]


def test_of_equal_years_the_last_row_counts_in_any_number_of_rows():
    places = [f"{number:06}" for number in range(200)]
    rows = pd.DataFrame({"subdistrict_code": places * 3, "fiscal_year": [2007] * 600, "value": range(600)})
    rows = rows.assign(indicator_code="hardship_households")
    assert newest_rows(rows, "subdistrict_code")["value"].tolist() == list(range(400, 600))
    assert need_rows(rows, "hardship_households")["value"].tolist() == list(range(400, 600))  # the same rule on the map


places = st.sampled_from([*toy.SUBDISTRICTS, "9901", "99", None])
rows = st.lists(
    st.tuples(places, st.sampled_from("abc"), st.sampled_from(["sufficiency", "health", None])), max_size=25
)


@settings(max_examples=15, deadline=None)
@given(rows)
def test_neighbouring_agencies_are_those_at_work_beside_a_place_most_neighbours_first(drawn):
    """A record of a village or subdistrict counts once for each of its neighbours; one above it is no evidence."""
    table = neighbouring_agencies(
        toy.support(*(toy.record(place, agency, theme_code=theme) for place, agency, theme in drawn)), toy.adjacency()
    )
    assert sorted(beside(toy.adjacency(), ["990101"])) == ["990102", "990201"]
    for code, theme in itertools.product(toy.SUBDISTRICTS, ("sufficiency", "health")):
        near = beside(toy.adjacency(), [code])
        met = [(agency, place) for place, agency, told in drawn if told == theme and place in near]
        rows_of = {agency: [place for other, place in met if other == agency] for agency, _ in met}
        expected = sorted(
            ([agency, len(set(held)), len(held)] for agency, held in rows_of.items()),
            key=lambda row: (-row[1], -row[2], row[0]),
        )
        chosen = table[table["subdistrict_code"].eq(code) & table["theme_code"].eq(theme)]
        assert chosen[["agency_code", "neighbours", "supports"]].values.tolist() == expected


def test_gaps_by_theme_counts_people_without():
    support = toy.support(toy.record("990101", baht=5), toy.record("990102", theme_code="health"))
    table = gaps_by_theme(
        support, toy.areas(), toy.villages(), lambda _theme: SPOKEN, ["health", "sufficiency", "ecology"]
    ).set_index("theme_code")
    assert table.index.tolist() == ["ecology", "sufficiency", "health"]
    assert table.loc["sufficiency", ["covered", "none", "not_reported", "not_applicable", "all"]].tolist() == [
        1,
        5,
        3,
        0,
        9,
    ]
    assert table["population_none"].tolist() == [21000, 20000, 19000]
    assert table.loc["sufficiency", "amount_satang"] == 500 and pd.isna(table.loc["health", "amount_satang"])
    assert table["completeness"].tolist() == [pytest.approx(6 / 9)] * 3
    silent = gaps_by_theme(support, toy.areas(), None, lambda _theme: toy.heard(), ["ecology"])
    assert silent.loc[0, ["none", "population_none"]].tolist() == [0, 0]


def plans(*rows: tuple[str, str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["subdistrict_code", "village_code", "priority_theme"]).astype("str")


@pytest.mark.parametrize(
    ("place", "plan", "status"),
    [
        ("99010101", ("990101", "99010101", "sufficiency"), "met"),
        ("99010102", ("990101", "99010101", "sufficiency"), "unmet"),
        ("990101", ("990101", "99010101", "sufficiency"), "met"),
        ("99010102", ("990101", None, "sufficiency"), "met"),
        ("990101", ("990101", None, "ecology"), "unmet"),
        ("9901", ("990101", None, "sufficiency"), "unmet"),
        ("990101", ("990301", None, "sufficiency"), "unknown"),
        ("990301", ("990301", None, "sufficiency"), "met"),
    ],
)
def test_a_plan_demand_is_met_where_the_support_is(place, plan, status):
    table = plan_gaps(plans(plan), toy.support(toy.record(place)), toy.areas(), lambda _theme: SPOKEN)
    assert table[["subdistrict_code", "theme_code", "status"]].to_numpy().tolist() == [[plan[0], plan[2], status]]


@pytest.mark.parametrize(("village", "status"), [("99010101", "met"), ("99010103", "unmet")])
def test_a_record_that_lists_its_villages_meets_the_plans_of_those(village, status):
    record = toy.record("990101", village_codes="99010101,99010102")
    table = plan_gaps(
        plans(("990101", village, "sufficiency")), toy.support(record), toy.areas(), lambda _theme: SPOKEN
    )
    assert table["status"].tolist() == [status]


def test_plan_demands_of_several_villages_and_themes():
    asked = plans(
        ("990101", "99010101", "sufficiency, ecology"),
        ("990101", "99010102", "sufficiency"),
        ("990101", "99010103", None),
        ("990201", None, " "),
        ("880101", None, "ecology"),
    )
    table = plan_gaps(
        asked, toy.support(toy.record("99010101", baht=3)), toy.areas(), lambda _theme: SPOKEN, fiscal_year=2007
    ).set_index("theme_code")
    assert table.loc["sufficiency", ["demands", "met", "unmet", "status", "amount_satang"]].tolist() == [
        2,
        1,
        1,
        "part",
        300,
    ]
    assert table.loc["ecology", ["demands", "status"]].tolist() == [1, "unmet"] and len(table) == 2
    assert plan_gaps(plans(), toy.support(), toy.areas(), lambda _theme: SPOKEN).empty
