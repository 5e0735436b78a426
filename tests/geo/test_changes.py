"""What changed between two states: every kind once, corrections apart, classes with reasons, nothing lost or doubled."""

from __future__ import annotations

from datetime import date

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.changes import KINDS, changes, class_changes, counts

FIRST, LAST = date(2007, 2, 26), date(2007, 9, 30)
ROW = {"batch_id": 1, "base": "codi", "reference": pd.NA, "activity": "งาน", "starts_on": "2006-11-01", "ends_on": "2008-05-01", "area_code": "800303",
       "subdistrict_code": "800303", "district_code": "8003", "agency_code": "codi", "stream_code": "s", "theme_code": "health", "amount_satang": 100,
       "committed_satang": pd.NA, "paid_satang": pd.NA, "fiscal_year": 2007}  # fmt: skip


def support(*rows: dict) -> pd.DataFrame:
    frame = pd.DataFrame(
        [ROW | {"support_id": number} | row for number, row in enumerate(rows, 1)], columns=["support_id", *ROW]
    )
    whole = dict.fromkeys(
        ("support_id", "batch_id", "amount_satang", "committed_satang", "paid_satang", "fiscal_year"), "Int64"
    )
    return frame.astype(whole).assign(**{name: pd.to_datetime(frame[name]) for name in ("starts_on", "ends_on")})


def told(then: pd.DataFrame, now: pd.DataFrame) -> list[tuple]:
    found = changes(then, now, FIRST, LAST)
    return [(row.kind, row.is_correction, row.fields) for row in found.itertuples()]


def new_edition(**changed) -> pd.DataFrame:
    return support({"support_id": 9, "batch_id": 2} | changed)


def test_every_kind_of_change_is_told():
    was = support({})
    assert told(was, was) == []
    assert told(was, new_edition()) == [], "a file loaded anew says the same"
    assert told(was, new_edition(paid_satang=40)) == [("progress", False, "paid_satang")]
    assert told(was, new_edition(amount_satang=120)) == [("revised", False, "amount_satang")]
    assert told(was, new_edition(area_code="800304", subdistrict_code="800304")) == [("moved", False, "area_code")]
    assert told(was, new_edition(stream_code="other")) == [("moved", False, "stream_code")]
    assert told(was, new_edition(activity="งานอื่น", starts_on="2007-03-01")) == [
        ("begun", False, ""),
        ("gone", True, ""),
    ]
    assert told(was, new_edition(activity="งานอื่น")) == [("reported", False, ""), ("gone", True, "")]
    over = support({"ends_on": "2007-01-31"})
    assert told(over, new_edition(ends_on="2007-01-31", amount_satang=120)) == [("corrected", True, "amount_satang")]
    ends = support({"ends_on": "2007-06-30"})
    assert told(ends, ends) == [("ended", False, "")]
    settled = pd.concat([was, support({"support_id": 5, "activity": "รอ"})])
    assert told(was, settled) == [("corrected", True, "")], "a row that waited at the desk is no news of the world"


def test_a_number_of_its_own_tells_a_record_whatever_else_changed():
    was = support({"reference": "R1"}, {"reference": "R2"})
    now = support(
        {"reference": "R1", "batch_id": 2, "support_id": 7, "activity": "ชื่อใหม่", "area_code": "800305"},
        {"reference": "R2"},
    )
    assert told(was, now) == [("moved", False, "area_code")]


def test_money_before_and_after_stand_in_the_row():
    row = changes(support({"paid_satang": 10}), new_edition(paid_satang=70, area_code="800304"), FIRST, LAST).iloc[0]
    assert (row["kind"], row["area_before"], row["area_code"], row["paid_before_satang"], row["paid_satang"]) == (
        "moved",
        "800303",
        "800304",
        10,
        70,
    )
    gone = changes(support({}), support().iloc[:0], FIRST, LAST).iloc[0]
    assert gone["kind"] == "gone" and gone["amount_before_satang"] == 100 and pd.isna(gone["amount_satang"])


records = st.lists(st.tuples(st.integers(1, 12), st.sampled_from("กขค"), st.sampled_from(["800303", "800304"]), st.integers(0, 3)), max_size=8, unique_by=lambda row: row[0])  # fmt: skip


@settings(max_examples=35)
@given(records, records)
def test_no_record_is_lost_or_told_twice(one, other):
    then, now = (
        support(*({"support_id": key, "activity": name, "area_code": place, "amount_satang": money, "batch_id": batch} for key, name, place, money in rows))
        for rows, batch in ((one, 1), (other, 2))
    )  # fmt: skip
    if len(one) and len(other):  # the same number is the same row
        now = now.assign(support_id=now["support_id"] + 100)
    found = changes(then, now, FIRST, LAST)
    assert set(found["kind"]) <= set(KINDS)
    rest = found[found["kind"] != "ended"]
    assert rest["support_id"].dropna().is_unique and rest["support_before"].dropna().is_unique
    lost = rest["kind"].eq("gone").sum() + len(now) - rest["kind"].isin(["begun", "reported"]).sum()
    assert lost == len(then), "what is left of the old are the gone and those that are still there"


def test_a_class_changes_by_agreement_by_its_own_figures_or_by_the_others():
    then = pd.DataFrame(
        {"subdistrict_code": list("abcde"), "class": ["A", "B", "C", pd.NA, "A"], "is_overridden": False}
    )
    now = then.assign(**{"class": ["B", "C", "A", "A", "A"], "is_overridden": [False, False, True, False, False]})
    was = pd.DataFrame({"x": [1.0, 2, 3, float("nan"), 5], "y": 1.0}, index=list("abcde"))
    is_ = was.assign(x=[1.0, 9, 3, 4, 6])
    found = class_changes(then, now, was, is_).set_index("subdistrict_code")
    assert found["why"].to_dict() == {"a": "others", "b": "data", "c": "agreed", "d": "data"}
    assert found.at["b", "values"] == [("x", 2.0, 9.0)] and found.at["d", "criteria"] == "x"


def test_rows_of_a_register_that_are_new_gone_or_changed():
    then = pd.DataFrame({"area_code": ["a", "a", "b"], "name": "x", "value": [1, 2, 3], "id": [1, 2, 3]})
    now = pd.DataFrame({"area_code": ["a", "c"], "name": "x", "value": [5, 3], "id": [8, 9]})
    assert counts(then, now, ["area_code", "name"], {"id"}) == {"new": 1, "gone": 2, "changed": 1}
    assert counts(then, then.assign(id=0), ["area_code"], {"id"}) == {"new": 0, "gone": 0, "changed": 0}
