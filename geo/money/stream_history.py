"""Funding streams over time, including those that have ended and are on no map of the chosen year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.periods import fiscal_year_bounds, of_fiscal_year, periods


def history(support: pd.DataFrame, streams: pd.DataFrame, fiscal_year: int | None) -> pd.DataFrame:
    """State and money of every stream that has records.

    Parameters
    ----------
    support
        All records, of every year.
    streams
        ``code``, ``kind``, ``starts_on``, ``ends_on`` (NA = not stated).
    fiscal_year
        The chosen year; ``None`` = all years, and every stream counts as running.

    Returns
    -------
    DataFrame
        One row per stream: ``stream_code``, ``kind``, ``starts_on``, ``ends_on`` (declared by the stream, else the
        first and last day of its records; NaT = not known), ``is_declared`` (the end is declared), ``supports``,
        ``amount_satang`` (all years; NA = none stated), ``year_supports``, ``year_satang``, ``state``: ``running`` (has
        records in the year, or its period touches it), ``not_started``, ``not_known``, ``ended``; in this order.
    """
    records = support[support["stream_code"].notna()]
    when = periods(records)
    records = records.assign(starts=when["starts"], ends=when["ends"], amount=records["amount_satang"].astype("Int64"))
    grouped = records.groupby("stream_code")
    table = grouped.agg(supports=("amount", "size"), starts=("starts", "min"), ends=("ends", "max"))
    table["amount_satang"] = grouped["amount"].sum(min_count=1)
    declared = streams.drop_duplicates("code").set_index("code").reindex(table.index)
    table["kind"] = declared["kind"]
    own = {
        name: pd.to_datetime(declared[name], errors="coerce").astype("datetime64[s]")
        for name in ("starts_on", "ends_on")
    }
    table["is_declared"] = own["ends_on"].notna()
    table["starts_on"], table["ends_on"] = (
        own["starts_on"].fillna(table["starts"]),
        own["ends_on"].fillna(table["ends"]),
    )
    now = of_fiscal_year(records, fiscal_year)
    table["year_supports"] = now["stream_code"].value_counts().reindex(table.index).fillna(0).astype("int64")
    table["year_satang"] = (
        now.groupby("stream_code")["amount_satang"].sum(min_count=1).reindex(table.index).astype("Int64")
    )
    table["state"] = _states(table, fiscal_year)
    order = table["state"].map({"running": 0, "not_started": 1, "not_known": 2, "ended": 3})
    table = table.assign(order=order).sort_values(["order", "amount_satang"], ascending=[True, False]).reset_index()
    return table[
        [
            "stream_code",
            "kind",
            "starts_on",
            "ends_on",
            "is_declared",
            "supports",
            "amount_satang",
            "year_supports",
            "year_satang",
            "state",
        ]
    ]


def _states(table: pd.DataFrame, fiscal_year: int | None) -> pd.Series:
    if fiscal_year is None:
        return pd.Series("running", index=table.index)
    first, last = (pd.Timestamp(day) for day in fiscal_year_bounds(fiscal_year))
    has_records = table["year_supports"] > 0
    unknown = table["starts_on"].isna() & table["ends_on"].isna()
    choice = np.select(
        [has_records, unknown, table["ends_on"] < first, table["starts_on"] > last],
        ["running", "not_known", "ended", "not_started"],
        "running",
    )
    return pd.Series(choice, index=table.index)
