"""Flags that an agency explained: kept apart from the open ones, never deleted."""

from __future__ import annotations

import pandas as pd

from geo.frames import require_columns

FLAGS = ("suspected_duplication", "overlapping")  # what an agency may clear with a reason


def clear(pairs: pd.DataFrame, cleared: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set flagged pairs that an agency cleared with a reason apart; the latest clearing counts."""
    columns = {"reason": "cleared_reason", "who": "cleared_by", "when": "cleared_on"}
    if cleared is None or cleared.empty:
        empty = pd.DataFrame(columns=["support_a", "support_b", *columns])
        return pairs.assign(
            **{name: pd.Series(pd.NA, index=pairs.index, dtype="str") for name in columns.values()}
        ), empty
    require_columns(cleared, ["support_a", "support_b", *columns], "cleared")
    ordered = cleared.assign(
        support_a=cleared[["support_a", "support_b"]].min(axis="columns"),
        support_b=cleared[["support_a", "support_b"]].max(axis="columns"),
    )
    has_reason = ordered["reason"].astype("str").str.strip().fillna("").ne("")
    keys = ["support_a", "support_b"]
    valid = (
        ordered[has_reason]
        .sort_values("when", kind="stable")
        .drop_duplicates(keys, keep="last")
        .rename(columns=columns)
    )
    merged = pairs.merge(valid[[*keys, *columns.values()]], on=keys, how="left")
    hit = merged["cleared_reason"].notna() & merged["rule_outcome"].isin(FLAGS)
    merged["outcome"] = merged["outcome"].mask(hit, "cleared")
    for name in columns.values():
        merged[name] = merged[name].where(hit)
    used = pd.MultiIndex.from_frame(merged.loc[hit, keys])
    is_used = pd.MultiIndex.from_frame(ordered[keys]).isin(used) & has_reason.to_numpy()
    return merged, cleared[~is_used].reset_index(drop=True)
