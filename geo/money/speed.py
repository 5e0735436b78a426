"""Speed of the currents: how much of the granted money is committed and paid, and how much is stuck.

A record counts only for what it states: without a stated payment it is neither paid nor unpaid.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from geo.frames import require_columns

STUCK_BELOW = 0.5  # share paid below which a record that has ended is stuck
_COLUMNS = ("amount_satang", "committed_satang", "paid_satang", "ends_on")


def speed(support: pd.DataFrame, by: pd.Series, day: date) -> pd.DataFrame:
    """Money granted, committed, paid and stuck, grouped by ``by``.

    Parameters
    ----------
    support
        Records with ``amount_satang``, ``committed_satang``, ``paid_satang`` (NA = not stated) and ``ends_on``.
    by
        Group of each record, in the order of ``support``; NA becomes the empty text.
    day
        Records whose ``ends_on`` is before this day have ended.

    Returns
    -------
    DataFrame
        Index ``by``; ``records``, ``amount_satang`` (all stated amounts), ``paid_known`` (records with a stated payment
        and an amount above zero), ``paid_of_satang`` and ``paid_satang`` (sums of their amounts and payments),
        ``paid_share`` (NA where none is known); the same for ``committed_``; ``stuck`` (ended records with less than
        half paid; NA where no payment is known), ``stuck_satang`` (their unpaid part), ``days_late`` (the longest time
        past the end of one of them; NA = none is stuck).
    """
    require_columns(support, _COLUMNS, "support")
    table = pd.DataFrame({"by": by.astype("string").fillna("").to_numpy(), "records": 1}, index=support.index)
    amount = support["amount_satang"].astype("Int64")
    table["amount_satang"] = amount
    granted = amount.gt(0).fillna(False)
    for step in ("committed", "paid"):
        stated = support[f"{step}_satang"].astype("Int64")
        has_both = granted & stated.notna()
        table[f"{step}_known"] = has_both.astype(int)
        table[f"{step}_of_satang"] = amount.where(has_both)
        table[f"{step}_satang"] = stated.where(has_both)
    rest = table["paid_of_satang"] - table["paid_satang"]
    ended = pd.to_datetime(support["ends_on"]) < pd.Timestamp(day)
    slow = (table["paid_satang"].astype("Float64") < STUCK_BELOW * table["paid_of_satang"].astype("Float64")).fillna(
        False
    )
    stuck = ended.fillna(False) & slow
    past = (pd.Timestamp(day) - pd.to_datetime(support["ends_on"])).dt.days.astype("Int64")
    table = table.assign(stuck=stuck.astype(int), stuck_satang=rest.where(stuck), days_late=past.where(stuck))
    counts = ["records", "paid_known", "committed_known", "stuck"]
    groups = table.groupby("by")
    sums = groups[counts].sum()
    money = groups[[name for name in table if name.endswith("_satang")]].sum(min_count=1)
    joined = sums.join(money).join(groups["days_late"].max())
    for step in ("committed", "paid"):
        whole = joined[f"{step}_of_satang"].astype("Float64")
        joined[f"{step}_share"] = joined[f"{step}_satang"].astype("Float64") / whole
    is_known = joined["paid_known"].gt(0)
    return joined.assign(
        stuck=joined["stuck"].astype("Int64").where(is_known),
        stuck_satang=joined["stuck_satang"].fillna(0).where(is_known),  # a stuck record states both amounts
    )
