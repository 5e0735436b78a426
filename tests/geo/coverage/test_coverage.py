"""Coverage: four different answers, shares of villages, money per head, and the choice of period."""

from __future__ import annotations

import datetime as dt

import mapclassify
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage.coverage import coverage, coverage_by
from geo.coverage.per_head import known_places, rate_of
from geo.coverage.roll_up import roll_up, split
from geo.frames import each_row, is_one_of
from geo.maps.breaks import class_breaks, classify
from geo.periods import filter_support, periods
from geo.statuses import STATUSES
from tests.support import toy

ALL_SPOKE = toy.heard(("base_a1", "99"), ("base_a2", "99"))


def covered(*records, reports=ALL_SPOKE, **choices) -> pd.DataFrame:
    return coverage(toy.support(*records), toy.areas(), toy.villages(), reports, **choices).set_index(
        "subdistrict_code"
    )


def test_counts_money_and_share_of_villages():
    table = covered(
        toy.record("99020101", "a1", baht=100),
        toy.record("99020101", "a2", baht=50.5),
        toy.record("99020102", "a1"),
        toy.record("990202", "a1", baht=10),
        toy.record("99010301", "a1", baht=1),
        toy.record("990302", "a1", baht=9),
    )
    square = table.loc["990201"]
    assert square[["supports", "agencies", "streams", "covered_villages", "supports_without_amount"]].tolist() == [
        3,
        2,
        2,
        2,
        1,
    ]
    assert (square["amount_satang"], square["village_share"], square["whole_subdistrict"]) == (15050, 0.5, False)
    assert square["per_head_baht"] == pytest.approx(150.5 / 4000)
    assert table.loc["990202", ["village_share", "whole_subdistrict"]].tolist() == [0.0, True]
    assert pd.isna(table.loc[toy.TOWN, "village_share"]) and table.loc[toy.TOWN, "covered_villages"] == 0
    assert pd.isna(table.loc[toy.UNCOUNTED, "per_head_baht"]) and table.loc[toy.UNCOUNTED, "amount_satang"] == 900


def test_a_rate_over_several_places_is_weighted_by_their_people_and_counts_known_places_alone():
    columns = ["population", "per_head_baht", "status"]
    rows = [
        (1000, 2.0, "covered"),
        (3000, 1.0, "covered"),
        (1000, None, "none"),
        (9000, None, "covered"),
        (None, 7.0, "covered"),
    ]
    table = pd.DataFrame(rows, columns=columns).astype({"population": "Int64", "per_head_baht": "Float64"})
    assert known_places(table)["population"].tolist() == [1000, 3000, 1000]
    assert rate_of(table) == pytest.approx((2 * 1000 + 1 * 3000) / 5000)
    assert pd.isna(rate_of(table.iloc[:0]))
    assert rate_of(table.iloc[2:3]) == 0  # nobody is there, and nobody gets anything
    assert pd.isna(rate_of(table.iloc[2:4]))  # what the others get is not known


def test_no_amount_stated_is_not_zero():
    table = covered(toy.record("990101"), toy.record("990102", baht=0))
    assert pd.isna(table.loc["990101", "amount_satang"]) and pd.isna(table.loc["990201", "amount_satang"])
    assert table.loc["990102", "amount_satang"] == 0 and table.loc["990102", "per_head_baht"] == 0


def test_nothing_is_divided_by_zero_people_or_zero_villages():
    areas = toy.areas().assign(population=0)
    support = toy.support(toy.record("99010301", baht=5))
    table = coverage(support, areas, None, ALL_SPOKE).set_index("subdistrict_code")
    assert table.loc[toy.TOWN, ["covered_villages", "amount_satang"]].tolist() == [1, 500]
    assert pd.isna(table.loc[toy.TOWN, "per_head_baht"]) and pd.isna(table.loc[toy.TOWN, "village_share"])


@pytest.mark.parametrize(
    ("spoken", "none", "completeness"),
    [
        ([("b", "99")], toy.SUBDISTRICTS, 1.0),
        ([("b", "9901"), ("b", "990201")], ["990101", "990102", "990103", "990201"], 1.0),
        ([("b", "99"), ("c", "9901")], ["990101", "990102", "990103"], 1.0),
        ([("b", "99", 2007)], toy.SUBDISTRICTS, 1.0),
        ([("b", "99", 2006)], [], 0.0),
        ([("b", "99", 2006), ("b", "9903", 2007)], ["990301", "990302", "990303"], 1.0),
        ([("b", "98")], [], 0.0),
    ],
)
def test_none_needs_every_base_to_have_spoken(spoken, none, completeness):
    table = covered(reports=toy.heard(*spoken, fiscal_year=2007), fiscal_year=2007)
    assert table.index[table["status"].eq("none")].tolist() == none
    assert table.loc[none, "completeness"].eq(completeness).all()
    assert table.drop(none)["status"].eq("not_reported").all() and table.drop(none)["missing_bases"].ne("").all()


def test_missing_bases_are_named_and_a_relevant_base_that_never_spoke_counts():
    missing = toy.heard(("b", "99"), ("d", "99"), owed=["b", "c", "a"])
    assert missing["missing_bases"].unique().tolist() == ["a,c"]
    assert missing["completeness"].unique().tolist() == [pytest.approx(1 / 3)]


def test_without_any_report_nothing_is_none():
    table = covered(reports=toy.heard())
    assert table["status"].eq("not_reported").all() and table["completeness"].isna().all()


def test_a_village_programme_does_not_apply_where_there_are_no_villages():
    assert covered(villages_only=True).loc[toy.TOWN, "status"] == "not_applicable"
    assert covered().loc[toy.TOWN, "status"] == "none"
    assert covered(toy.record(toy.TOWN), villages_only=True).loc[toy.TOWN, "status"] == "covered"


@pytest.mark.parametrize(
    ("place", "values", "above"),
    [
        ("9902", {}, ["990201", "990202", "990203"]),
        ("99", {}, toy.SUBDISTRICTS),
        ("99", {"area_level": "network", "area_code": None}, []),
        ("9903", {"area_level": "network", "area_code": "N1"}, ["990301", "990302", "990303"]),
        ("9902", {"area_level": "local_government", "area_code": "G2"}, ["990201", "990202"]),
        ("990101", {}, []),
        ("80", {}, []),
    ],
)
def test_a_record_above_marks_but_does_not_cover(place, values, above):
    table = covered(toy.record(place, baht=5, **values), local_governments=toy.local_governments())
    assert table.index[table["supported_above"]].tolist() == above
    assert table["status"].eq("covered").sum() == (1 if place == "990101" else 0)


def test_a_chosen_split_is_marked_estimated():
    support = toy.support(toy.record("9902", baht=9))
    parts = split(roll_up(support, toy.areas()).higher, toy.areas())
    table = coverage(parts, toy.areas(), toy.villages(), ALL_SPOKE).set_index("subdistrict_code")
    assert table.index[table["is_estimated"]].tolist() == ["990201", "990202", "990203"]
    assert table["amount_satang"].sum() == 900 and not table["supported_above"].any()


def test_a_village_outside_the_register_adds_no_share():
    assert covered(toy.record("99010199")).loc["990101", ["supports", "covered_villages"]].tolist() == [1, 0]


def test_villages_that_a_record_lists_count_once_for_the_share_and_it_is_not_for_the_whole():
    listed = {"village_codes": "99010101,99010102"}
    row = covered(toy.record("990101", baht=100, **listed), toy.record("99010102", baht=50)).iloc[0]
    assert (row.supports, row.covered_villages, row.village_share) == (2, 2, 0.5)
    assert not row.whole_subdistrict
    assert row.amount_satang == 15_000


@pytest.mark.parametrize(("method", "estimated"), [("equal", True), ("population", True), ("stated", False)])
def test_a_part_of_a_shared_row_is_marked_where_it_is_an_estimate(method, estimated):
    assert covered(toy.record("990101", baht=100, shared_by=method)).iloc[0].is_estimated == estimated


def test_by_theme_keeps_silence_per_theme():
    support = toy.support(toy.record("990101", theme_code="ecology"), toy.record("990102", theme_code=None))
    table = coverage_by(
        "theme_code",
        ["ecology", "health"],
        support,
        toy.areas(),
        None,
        lambda theme: toy.heard(("b", "99"), owed=["b", "nhso"] if theme == "health" else None),
    )
    assert table.groupby(["theme_code", "status"]).size().to_dict() == {
        ("ecology", "covered"): 1,
        ("ecology", "none"): 8,
        ("health", "not_reported"): 9,
    }
    assert coverage_by("theme_code", [], support, toy.areas(), None, ALL_SPOKE).empty


CASES = [
    # starts, ends, fiscal year -> period, basis, in 2007
    ("2006-10-01", "2007-09-30", None, "2006-10-01", "2007-09-30", "dates", True),
    ("2006-09-01", "2006-09-30", None, "2006-09-01", "2006-09-30", "dates", False),
    ("2006-09-01", "2006-10-01", None, "2006-09-01", "2006-10-01", "dates", True),
    ("2007-09-30", "2009-01-01", None, "2007-09-30", "2009-01-01", "dates", True),
    ("2007-10-01", "2007-12-01", None, "2007-10-01", "2007-12-01", "dates", False),
    ("2007-10-01", "2007-12-01", 2007, "2007-10-01", "2007-12-01", "dates", True),
    (None, None, 2007, "2006-10-01", "2007-09-30", "fiscal_year", True),
    (None, None, 2008, "2007-10-01", "2008-09-30", "fiscal_year", False),
    ("2007-03-06", None, None, "2007-03-06", "2007-09-30", "part_dates", True),
    ("2007-03-06", None, 2008, "2007-03-06", "2008-09-30", "part_dates", True),
    ("2007-03-06", None, 2006, "2007-03-06", "2007-09-30", "part_dates", True),
    (None, "2007-03-06", None, "2006-10-01", "2007-03-06", "part_dates", True),
    (None, "2006-12-31", 2006, "2005-10-01", "2006-12-31", "part_dates", True),
    ("2007-09-01", "2007-03-01", 2008, "2007-10-01", "2008-09-30", "fiscal_year", False),
    ("2007-09-01", "2007-03-01", None, None, None, "not_known", False),
    (None, None, None, None, None, "not_known", False),
]


@pytest.mark.parametrize(("starts", "ends", "year", "first", "last", "basis", "in_2007"), CASES)
def test_period(starts, ends, year, first, last, basis, in_2007):
    support = toy.support(toy.record("990101", starts_on=starts, ends_on=ends, fiscal_year=year))
    found = periods(support).iloc[0]
    assert found["basis"] == basis
    for side, day in (("starts", first), ("ends", last)):
        assert pd.isna(found[side]) if day is None else found[side] == pd.Timestamp(day)
    assert len(filter_support(support, fiscal_year=2007)) == in_2007


def test_dates_as_python_dates_and_a_single_day():
    support = toy.support(
        toy.record("990101", starts_on=dt.date(2007, 1, 1), ends_on=dt.date(2007, 1, 31), fiscal_year=None)
    )
    support = support.astype({"starts_on": object, "ends_on": object})
    support["starts_on"], support["ends_on"] = [dt.date(2007, 1, 1)], [dt.date(2007, 1, 31)]
    assert [len(filter_support(support, on=dt.date(2007, month, 31))) for month in (1, 3)] == [1, 0]


def test_filters_meet_every_choice():
    support = toy.support(
        toy.record("990101", "a1"),
        toy.record("990201", "a2"),
        toy.record("9902", "a1"),
        toy.record("99", "a1", theme_code=None),
    )
    assert filter_support(support, agency="a1")["support_id"].tolist() == [1, 3, 4]
    assert filter_support(support, agency=["a1", "a2"], district="9902")["support_id"].tolist() == [2, 3]
    assert filter_support(support, theme="sufficiency", stream="s_a2")["support_id"].tolist() == [2]
    assert filter_support(support, agency=[]).empty
    assert len(filter_support(support)) == 4


RECORD = st.tuples(
    st.sampled_from(["99010101", "99010301", "990202", "990303", "9901", "99", None, "80"]),
    st.sampled_from([2006, 2007, None]),
)
REPORT = st.tuples(
    st.sampled_from(["b", "c"]), st.sampled_from(["99", "9901", "9903", "990202", "80"]), st.sampled_from([2006, 2007])
)


@given(st.lists(RECORD, max_size=8), st.lists(REPORT, max_size=6), st.booleans())
@settings(max_examples=30, deadline=None)
def test_the_four_answers_add_up_to_all_and_none_is_never_silence(drawn, spoken, villages_only):
    support = toy.support(*(toy.record(place, fiscal_year=year, starts_on=None, ends_on=None) for place, year in drawn))
    table = coverage(
        support,
        toy.areas(),
        toy.villages(),
        toy.heard(*spoken, fiscal_year=2007),
        fiscal_year=2007,
        villages_only=villages_only,
    )
    assert len(table) == 9
    assert set(table["status"]) <= set(STATUSES)
    for row in table[table["status"].eq("none")].itertuples():
        codes = {row.subdistrict_code, row.district_code, "99"}
        assert {base for base, area, year in spoken if area in codes and year == 2007} == {
            base for base, _, _ in spoken
        }
    here = {place[:6] for place, year in drawn if place and len(place) >= 6 and year == 2007}
    assert set(table.loc[table["status"].eq("covered"), "subdistrict_code"]) == here


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([0, 0, 0], []),
        ([np.nan, None], []),
        ([5], [5.0]),
        ([7, 7, 7, 0], [7.0]),
        ([3, float("inf"), -1], [3.0]),
        ([1, 2, None], [1.0, 2.0]),
    ],
)
def test_breaks_of_few_or_no_values(values, expected):
    assert class_breaks(values, 5) == expected


def test_breaks_rise_and_class_every_value():
    values = pd.Series([0, *[1] * 30, *range(2, 60)], dtype="Int64")
    breaks = class_breaks(values, 5)
    assert breaks == sorted(set(breaks)) and 2 <= len(breaks) <= 5 and breaks[-1] == 59
    classes = classify(pd.concat([values, pd.Series([pd.NA, 1000])], ignore_index=True), breaks)
    assert pd.isna(classes.iloc[0]) and pd.isna(classes.iloc[-2]) and classes.iloc[-1] == len(breaks) - 1
    assert classes.dropna().between(0, len(breaks) - 1).all() and classify(pd.Series([1.0]), []).isna().all()


@pytest.mark.filterwarnings("ignore:Not enough unique values")
@given(st.lists(st.integers(1, 500), min_size=6, max_size=60).filter(lambda drawn: len(set(drawn)) > 5))
def test_quantile_breaks_are_those_of_mapclassify(drawn):
    theirs = np.unique(mapclassify.Quantiles(np.array(drawn, dtype=float), k=5).bins)
    assert class_breaks(drawn) == pytest.approx(theirs.tolist())


@given(
    st.lists(st.sampled_from(["990101", "990102", "ตำบล", "", None]), max_size=30),
    st.lists(st.sampled_from(["990101", "ตำบล", "", None]), max_size=6),
)
def test_one_of_these_texts_is_what_pandas_says_and_missing_is_none_of_them(column, values):
    texts, wanted = (pd.Series(given_, dtype="str").iloc[::-1] for given_ in (column, values))
    found = is_one_of(texts, wanted)
    pd.testing.assert_series_equal(found, texts.isin(wanted.dropna()), check_names=False)


def test_rows_are_those_of_pandas_and_know_their_columns():
    odd = pd.DataFrame([[1, "a", pd.NA], [2, "b", 3]], columns=["code", "a name", "class"], index=["x", "y"])
    for frame in (odd, odd.iloc[:0], odd[["class", "code"]], odd.assign(code=pd.array([pd.NA, 5], "Int64"))):
        assert [tuple(row) for row in each_row(frame)] == [tuple(row) for row in frame.itertuples()]
        assert [row._fields for row in each_row(frame)] == [row._fields for row in frame.itertuples()]
    assert [(row.Index, row.code) for row in each_row(odd)] == [("x", 1), ("y", 2)]
