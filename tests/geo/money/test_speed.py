"""Speed of the currents: shares stand on what is stated, what says nothing of payment is neither paid nor stuck."""

from __future__ import annotations

from datetime import date

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.money.speed import speed

DAY = date(2007, 9, 30)
money = st.one_of(st.none(), st.integers(-10_000, 1_000_000))
rows = st.lists(st.tuples(st.sampled_from(["a", "b", None]), money, money, money, st.sampled_from([None, "2007-01-31", "2007-12-31"])), max_size=25)  # fmt: skip


def support(drawn) -> pd.DataFrame:
    table = pd.DataFrame(drawn, columns=["stream_code", "amount_satang", "committed_satang", "paid_satang", "ends_on"])
    counts = ["amount_satang", "committed_satang", "paid_satang"]
    return table.astype(dict.fromkeys(counts, "Int64")).assign(ends_on=pd.to_datetime(table["ends_on"]))


@given(rows)
def test_sums_are_those_of_a_plain_loop(drawn):
    table = support(drawn)
    found = speed(table, table["stream_code"], DAY)
    for code, row in found.iterrows():
        own = [each for each in drawn if (each[0] or "") == code]
        assert row["records"] == len(own)
        paid = [
            (amount, part, end)
            for _, amount, _, part, end in own
            if amount is not None and amount > 0 and part is not None
        ]
        assert row["paid_known"] == len(paid)
        if not paid:
            assert row[["paid_share", "paid_satang", "stuck_satang"]].isna().all()
            continue
        granted, done = sum(amount for amount, _, _ in paid), sum(part for _, part, _ in paid)
        assert (row["paid_of_satang"], row["paid_satang"]) == (granted, done)
        assert row["paid_share"] == done / granted
        slow = [amount - part for amount, part, end in paid if end == "2007-01-31" and part < amount / 2]
        assert (row["stuck"], row["stuck_satang"]) == (len(slow), sum(slow))
    assert found["records"].sum() == len(drawn)


def test_nothing_said_is_not_zero():
    table = support([("a", 100, None, None, "2007-01-31"), ("b", 100, 100, 0, "2007-01-31")])
    found = speed(table, table["stream_code"], DAY)
    assert pd.isna(found.at["a", "paid_share"])
    assert pd.isna(found.at["a", "stuck"])  # nobody knows whether it is stuck
    assert (found.at["b", "paid_share"], found.at["b", "committed_share"], found.at["b", "stuck_satang"]) == (0, 1, 100)
