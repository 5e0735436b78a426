"""Direction of currents: along and across, pairs, what is not known; strong, slow and cross on weak communities; received."""

from __future__ import annotations

import pandas as pd

from geo.money.pull import on_weak, pairs, pulls, received
from geo.money.speed import speed
from tests.geo.money.test_speed import DAY


def money(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["subdistrict_code", "stream_code", "kind", "satang"])


def test_two_streams_pull_together_apart_or_adrift():
    pulled = pulls(money(
        ("a", "x", "aligned_satang", 60), ("a", "x", "other_satang", 40), ("a", "y", "union_other_satang", 30), ("a", "z", "no_plan_satang", 99),
        ("b", "x", "aligned_satang", 10), ("b", "y", "union_aligned_satang", 5), ("c", "x", "other_satang", 1), ("c", "y", "other_satang", 1), ("d", "x", "other_satang", 7),
    ))  # fmt: skip
    assert pulled.set_index(["subdistrict_code", "stream_code"])["is_along"].to_dict() == {
        ("a", "x"): True, ("a", "y"): False, ("b", "x"): True, ("b", "y"): True, ("c", "x"): False, ("c", "y"): False, ("d", "x"): False,
    }  # fmt: skip
    found = pairs(pulled)
    assert found[["subdistrict_code", "kind", "satang"]].values.tolist() == [
        ["a", "apart", 130],
        ["c", "adrift", 2],
        ["b", "together", 15],
    ]
    assert pairs(pulls(money())).empty


def test_the_worst_that_is_known_on_a_weak_community():
    places = pd.DataFrame({
        "subdistrict_code": list("abcdefg"), "is_weak": [True, True, True, True, True, False, pd.NA],
        "is_strong": pd.array([True, True, True, False, pd.NA, True, True], dtype="boolean"),
        "along_satang": [1, 5, 5, 5, 0, 0, 0], "across_satang": [9, 1, 1, 1, 0, 9, 9],
    })  # fmt: skip
    paid = pd.Series({"a": 0.1, "b": 0.2, "c": 0.9, "d": 0.9})
    found = on_weak(places, paid)
    assert found["current"].fillna("-").tolist() == ["cross", "slow", "strong", "calm", "unknown", "-", "-"]
    assert pd.isna(found.at[4, "is_cross"]) and pd.isna(found.at[4, "is_slow"]), (
        "what nobody states is neither across nor slow"
    )


def test_received_counts_only_what_is_written():
    rows = pd.DataFrame({
        "source": ["lao", "lao", "codi"], "promised_satang": pd.array([100, 100, 50], dtype="Int64"),
        "received_satang": pd.array([40, pd.NA, 50], dtype="Int64"), "received_on": ["2007-01-05", None, "2007-02-01"],
    })  # fmt: skip
    found = received(rows)
    assert found.loc["lao", ["promised_satang", "received_satang", "known", "rows"]].tolist() == [200, 40, 1, 2]
    assert (
        found.at["lao", "share"] == 0.4
        and found.at["codi", "share"] == 1
        and str(found.at["codi", "last_on"])[:10] == "2007-02-01"
    )


def test_days_late_are_those_of_what_is_stuck():
    table = pd.DataFrame({"amount_satang": [100, 100, 100], "committed_satang": pd.NA, "paid_satang": pd.array([10, 90, pd.NA], dtype="Int64"),
                          "ends_on": ["2007-09-20", "2007-01-01", "2007-01-01"]})  # fmt: skip
    found = speed(table, pd.Series(["x", "x", "y"]), DAY)
    assert found.at["x", "days_late"] == 10 and pd.isna(found.at["y", "days_late"])
