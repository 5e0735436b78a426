"""What the pictures of overlap need: the agency matrix and the sets of streams that meet."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from geo.overlaps.rules import PAIR_OUTCOMES


def agency_matrix(pairs: pd.DataFrame, outcomes: Collection[str] = PAIR_OUTCOMES) -> pd.DataFrame:
    """Agency x agency: how many pairs of these outcomes; square, symmetric, sorted, diagonal zero."""
    chosen = pairs[pairs["outcome"].isin(list(outcomes))]
    both = pd.concat(
        [
            chosen[["agency_a", "agency_b"]].set_axis(["agency", "other"], axis="columns"),
            chosen[["agency_b", "agency_a"]].set_axis(["agency", "other"], axis="columns"),
        ]
    )
    names = sorted(set(both["agency"]))
    counts = both.groupby(["agency", "other"]).size().unstack(fill_value=0)
    return (
        counts.reindex(index=names, columns=names, fill_value=0).rename_axis(index=None, columns=None).astype("int64")
    )


def stream_sets(support: pd.DataFrame) -> pd.DataFrame:
    """Input of the UpSet plot: which set of streams meets in how many subdistricts, most first.

    Returns
    -------
    DataFrame
        ``streams`` (sorted, joined by ``|``; empty where no record states a stream), ``stream_count``,
        ``subdistricts`` (count), ``subdistrict_codes`` (comma-joined), ``supports``, ``amount_satang`` (NA = none
        stated). Records above the subdistrict are not in it.
    """
    rows = support[support["subdistrict_code"].notna()]
    per_place = rows.groupby("subdistrict_code").agg(
        streams=("stream_code", lambda codes: "|".join(sorted(set(codes.dropna()) - {""}))),
        supports=("support_id", "nunique"),
    )
    per_place["amount_satang"] = (
        rows["amount_satang"].astype("Int64").groupby(rows["subdistrict_code"]).sum(min_count=1)
    )
    grouped = per_place.reset_index().astype({"streams": "str"}).groupby("streams")
    table = grouped.agg(
        subdistricts=("subdistrict_code", "size"),
        subdistrict_codes=("subdistrict_code", ",".join),
        supports=("supports", "sum"),
    )
    table["amount_satang"] = grouped["amount_satang"].sum(min_count=1).astype("Int64")
    table = table.reset_index()
    table.insert(1, "stream_count", [len(name.split("|")) if name else 0 for name in table["streams"]])
    return table.sort_values(
        ["subdistricts", "stream_count", "streams"], ascending=[False, True, True], ignore_index=True
    )
