"""Welfare funds: the newest row of each, growth over what both years state, promises that are late; nothing stated is not zero."""

from __future__ import annotations

import pandas as pd

from geo.money import funds

DAY = pd.Timestamp(2007, 10, 10)
ROWS = pd.DataFrame(
    {
        "subdistrict_code": ["800101", "800101", "800102", "800103", "800103", "800103"],
        "fund_name": ["ก", "ก", "ข", "ค", "ง", "ง"],
        "fiscal_year": pd.array([2006, 2007, 2007, 2007, 2005, 2007], dtype="Int64"),
        "members": pd.array([50, 100, None, 10, None, 30], dtype="Int64"),
        "savings_satang": pd.array([20_000, 30_001, 500, 100, 100, 300], dtype="Int64"),
        "hardship_members": pd.array([None, 2, None, 0, 1, 1], dtype="Int64"),
    }
)
PROMISES = pd.DataFrame(
    {
        "subdistrict_code": ["800101", "800101", "800101", "800101", "800103"],
        "fiscal_year": pd.array([2007, 2007, 2008, None, 2007], dtype="Int64"),
        "promised_satang": pd.array([700, 300, 400, 50, 100], dtype="Int64"),
        "received_satang": pd.array([600, None, 0, 0, 100], dtype="Int64"),
    }
)
AREAS = pd.DataFrame(
    {"subdistrict_code": ["800101", "800102", "800103"], "population": pd.array([400, None, 100], dtype="Int64")}
)


def test_a_fund_has_its_newest_row_its_growth_and_what_was_promised():
    found = funds.funds(ROWS, PROMISES, AREAS, DAY).set_index("fund_name")
    first = found.loc["ก"]
    assert (first["members"], first["member_share"], first["savings_per_member_satang"]) == (100, 0.25, 300)
    assert (first["members_growth"], round(first["savings_growth"], 5)) == (1.0, 0.50005)
    assert (first["promised_satang"], first["received_satang"], first["not_received"]) == (1450, 600, 1)
    assert first["received_share"] == 600 / 1150  # of what says what came
    assert (first["late_satang"], first["days_late"]) == (100, 10)  # 2008 has not ended, and no year is no date
    asked = [*funds.PROMISED, "members_growth"]
    assert found.loc["ข", ["member_share", "savings_per_member_satang", *asked]].isna().all()
    assert found.loc[["ค", "ง"], list(funds.PROMISED)].isna().all(axis=None)  # whose of the two funds it is nobody says
    assert found.loc["ง", "savings_growth"] == 2.0
    assert pd.isna(found.loc["ง", "members_growth"])


def test_funds_of_one_place_are_put_together_for_the_map():
    codes = AREAS["subdistrict_code"]
    found = funds.funds(ROWS, PROMISES, AREAS, DAY)
    shares = funds.by_subdistrict(found, "member_share", codes)
    assert [None if pd.isna(one) else round(one, 6) for one in shares] == [0.25, None, 0.4]
    savings = funds.by_subdistrict(found, "savings_per_member_satang", codes)
    assert savings.tolist()[2] == 10.0
    assert savings.isna().tolist() == [False, True, False]


def test_growth_of_all_funds_is_of_those_that_state_both_years():
    table = funds.by_year(ROWS).set_index("fiscal_year")
    assert table.loc[2007, ["funds", "members", "members_known", "same_funds"]].tolist() == [4, 140, 3, 1]
    assert table.loc[2007, "same_growth"] == 1.0
    assert pd.isna(table.loc[2005, "members"])
    assert table.loc[2006, "same_funds"] == 0
