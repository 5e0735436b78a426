"""Silence is not "none": random files, scopes and dues; and money over the years adds up to the satang."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as some

from geo.coverage.coverage import coverage
from geo.coverage.exported import by_subdistrict
from geo.coverage.heard import bearing_on, heard, may_concern
from geo.coverage.roll_up import roll_up
from geo.periods import by_money_year, of_fiscal_year, years_of
from geo.statuses import STATUSES
from loaders import year_shares
from tests.support import toy

WAITING = some.tuples(
    some.sampled_from(["99", "9901", "990102", "990102|990201", "98"]), some.sampled_from([2006, 2007, None])
)
BASES = some.sampled_from(["a", "b", "c"])
YEARS = [2006, 2007, 2008]
DUE = some.tuples(BASES, some.sampled_from(["99", "9901", "9903"]), some.sampled_from([*YEARS, pd.NA]))
REPORT = some.tuples(BASES, some.sampled_from(["99", "9901", "9903", "98"]), some.sampled_from([*YEARS, pd.NA]))
DAY = some.one_of(some.none(), some.dates(dt.date(2005, 9, 1), dt.date(2008, 11, 1)))
RECORD = some.tuples(
    some.sampled_from(["99010101", "990102", "990202", "9903", "99", None]),
    DAY,
    DAY,
    some.sampled_from([*YEARS, None]),
    some.one_of(some.none(), some.integers(0, 10**9)),
    some.one_of(some.none(), some.dictionaries(some.sampled_from([*YEARS, 2009]), some.integers(1, 400), min_size=1)),
)


def records(drawn) -> pd.DataFrame:
    return toy.support(
        *(
            toy.record(
                place,
                starts_on=first,
                ends_on=last,
                fiscal_year=year,
                amount_satang=pd.NA if satang is None else satang,
                year_shares=year_shares.written(shares) if shares else None,
            )
            for place, first, last, year, satang, shares in drawn
        )
    )


def covers(area: str, code: str) -> bool:
    return code.startswith(area)


@given(
    some.lists(DUE, max_size=6),
    some.lists(REPORT, max_size=8),
    some.lists(RECORD, max_size=6),
    some.sampled_from([2007, None]),
    some.lists(WAITING, max_size=3),
)
@settings(max_examples=25, deadline=None)
def test_none_is_never_said_unless_every_report_due_covers_the_place(owed, said, drawn, year, desk):
    support = records(drawn)
    table = coverage(
        support,
        toy.areas(),
        None,
        heard(toy.areas(), toy.dues(*owed), toy.reports(*said), year, YEARS, may_concern(toy.waiting(*desk), year)),
        fiscal_year=year,
    )
    assert set(table["status"]) <= set(STATUSES)
    for row in table.itertuples():
        dues = [
            (base, wanted)
            for base, area, of in owed
            if covers(area, row.subdistrict_code)
            for wanted in ([year] if year else YEARS)
            if of is pd.NA or of == wanted
        ]
        lacking = {
            base
            for base, wanted in dues
            if not any(
                who == base and covers(area, row.subdistrict_code) and (of is pd.NA or of == wanted)
                for who, area, of in said
            )
        }
        assert set(filter(None, row.missing_bases.split(","))) == lacking
        assert row.owed == len({base for base, _ in dues})
        waits = [
            places
            for places, of in desk
            if (of is None or year in (None, of))
            and any(covers(one, row.subdistrict_code) for one in places.split("|"))
        ]
        assert row.waiting == len(waits)
        if row.status == "none":
            assert dues and not lacking and not row.supports and not row.undated and not waits
        elif row.status == "not_reported":
            assert lacking or not dues or row.undated or waits


@given(some.lists(RECORD, max_size=8))
@settings(max_examples=25, deadline=None)
def test_money_over_the_years_and_undated_is_all_money_to_the_satang(drawn):
    support = records(drawn)
    parts = by_money_year(support)
    paid = parts["amount_satang"].fillna(0)
    assert paid.sum() == support["amount_satang"].fillna(0).sum()
    for year in years_of(support):
        once = of_fiscal_year(support, year)
        again = of_fiscal_year(once, year)
        assert again["amount_satang"].fillna(0).tolist() == once["amount_satang"].fillna(0).tolist()
        assert once["amount_satang"].fillna(0).sum() == paid[parts["money_year"].eq(year).fillna(False)].sum()
    assert set(parts["money_year"].dropna()) <= years_of(support)


@given(some.lists(RECORD, max_size=8))
@settings(max_examples=6, deadline=None)
def test_the_export_has_all_money_by_year(drawn):
    support = records(drawn)
    exported = by_subdistrict(
        support, toy.areas(), None, toy.dues().assign(is_asked=True), toy.reports(), toy.waiting()
    )
    placed = roll_up(support, toy.areas()).by_subdistrict["amount_satang"].fillna(0).sum()
    assert sum(satang for one in exported.values() for satang in one["satang_by_year"].values()) == placed


def test_a_record_over_two_years_is_in_both_and_its_money_in_one():
    support = toy.support(
        toy.record("990101", baht=100, starts_on=dt.date(2007, 9, 1), ends_on=dt.date(2008, 2, 1), fiscal_year=None)
    )
    first, second = of_fiscal_year(support, 2007), of_fiscal_year(support, 2008)
    assert first["amount_satang"].tolist() == [10000] and first["counted_in"].isna().all()
    assert second["amount_satang"].isna().all() and second["counted_in"].tolist() == [2007]
    table = coverage(support, toy.areas(), None, toy.heard(), fiscal_year=2008).set_index("subdistrict_code")
    row = table.loc["990101"]
    assert (row["status"], row["supports"], row["supports_without_amount"]) == ("covered", 1, 0)
    assert pd.isna(row["amount_satang"])


def test_a_record_without_a_year_is_no_none_and_no_report_of_any_year():
    undated = {"starts_on": None, "ends_on": None, "fiscal_year": None}
    support = toy.support(toy.record("990101", baht=5, **undated))
    spoken = toy.heard(("b", "99", 2007), fiscal_year=2007)
    table = coverage(support, toy.areas(), None, spoken, fiscal_year=2007).set_index("subdistrict_code")
    assert table.loc["990101", ["status", "supports", "undated"]].tolist() == ["not_reported", 0, 1]
    assert table.drop("990101")["status"].eq("none").all()


def test_dues_that_bear_on_a_choice():
    dues = toy.dues(
        ("a", "99"),
        ("b", "99"),
        ("c", "99"),
        a_functions="health,ecology",
        b_functions="welfare",
        b_agencies="lao,b",
        c_streams="s1",
    )
    chosen = {
        "theme": bearing_on(dues, theme="health"),
        "also by its records": bearing_on(dues, theme="health", theme_bases=["b"]),
        "agency": bearing_on(dues, agencies=["lao"]),
        "its own": bearing_on(dues, agencies=["a"]),
        "nobody's": bearing_on(dues, agencies=["zzz"]),
        "stream": bearing_on(dues, stream="s1", theme="welfare"),
        "all": bearing_on(dues),
    }
    assert {name: rows["base"].tolist() for name, rows in chosen.items()} == {
        "theme": ["a", "c"], "also by its records": ["a", "b", "c"], "agency": ["b"], "its own": ["a"], "nobody's": ["a", "b", "c"],
        "stream": ["c"], "all": ["a", "b", "c"],
    }  # fmt: skip


def test_a_year_is_offered_where_a_record_runs_or_has_money():
    span = {"starts_on": dt.date(2006, 8, 1), "ends_on": dt.date(2008, 11, 30), "fiscal_year": 2006}
    support = toy.support(toy.record("990101", **span), toy.record("990102", fiscal_year=2011, year_shares="2012:1"))
    assert years_of(support) == {2006, 2007, 2008, 2009, 2011, 2012}
    undated = {"starts_on": None, "ends_on": None, "fiscal_year": None}
    assert years_of(toy.support(toy.record("990101", **undated))) == set()
