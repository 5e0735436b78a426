"""Overlapping support: pairs of records of different agencies in the same place and period, with an outcome for each.

Same place: the same subdistrict (a village and its subdistrict are the same place, two villages are not), or for
records written above it the same district, local government, network or province. A district record is never paired
with a record in one of its subdistricts. Same period: the periods of :func:`geo.periods.periods` share a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy  # loads scipy.sparse lazily, on first use

from geo.frames import newest_rows, require_columns
from geo.overlaps import outcomes
from geo.overlaps.rules import OverlapRules, codes_of, cofinancing_schemes, decide, overlap_rules, relations, words
from geo.periods import fiscal_year_bounds, in_fiscal_year, periods

NEEDED = [
    "support_id", "area_level", "area_code", "village_code", "subdistrict_code", "agency_code", "stream_code", "theme_code",
    "target_group", "activity_code", "cofinancing", "starts_on", "ends_on", "fiscal_year", "amount_satang",
]  # fmt: skip


@dataclass(frozen=True)
class Overlaps:
    """Pairs, their summary per place, and clearings that do not apply.

    ``pairs``: one row per pair, ``support_a`` < ``support_b``, sorted: ``area_level``, ``area_code`` (the common
    place), ``subdistrict_code`` (NA above it), ``outcome`` (of the rule, or ``cleared``), ``rule_code``,
    ``rule_outcome`` (of the rule, even if cleared), ``agency_a``, ``agency_b``, ``agencies``, ``streams`` (both codes,
    sorted, joined by ``|``), ``theme`` (one code or both), ``period_basis``, ``overlap_starts_on``,
    ``overlap_ends_on``, ``at_stake_satang`` (the smaller amount; NA when one is not stated), ``cleared_reason``,
    ``cleared_by``, ``cleared_on``.
    ``by_area``: one row per place with records: ``area_level``, ``area_code``, ``subdistrict_code``, ``supports``,
    ``agencies``, a count of pairs per outcome, ``at_stake_satang`` of its suspected duplication (of records linked by
    pairs, all but the largest), and ``outcome``, the most serious of :data:`geo.overlaps.outcomes.OUTCOMES`.
    ``stale_clearings``: rows of ``cleared`` without a reason, or whose pair the rules do not flag.
    ``amounts``: satang by ``support_id``, for :func:`at_stake` of some of the pairs.
    """

    pairs: pd.DataFrame
    by_area: pd.DataFrame
    stale_clearings: pd.DataFrame
    amounts: pd.Series


def _prepared(support: pd.DataFrame, fiscal_year: int | None) -> pd.DataFrame:
    """Records with place and period columns, without estimated parts, sorted by ``support_id``."""
    require_columns(support, NEEDED, "support")
    if "is_estimated" in support:
        support = support[~support["is_estimated"].astype(bool)]
    if fiscal_year is not None:
        support = support[in_fiscal_year(support, fiscal_year)]
    if support["support_id"].duplicated().any():
        doubled = support.loc[support["support_id"].duplicated(), "support_id"].tolist()
        raise ValueError(
            f"support_id {doubled[:3]} occurs twice; expected one row per support; pass the records before a split"
        )
    support = support.sort_values("support_id", ignore_index=True)
    in_subdistrict = support["subdistrict_code"].notna()
    when = periods(support)
    return support.assign(
        place_level=support["area_level"].mask(in_subdistrict, "subdistrict"),
        place_code=support["subdistrict_code"].where(in_subdistrict, support["area_code"]),
        starts=when["starts"],
        ends=when["ends"],
        from_dates=when["basis"].eq("dates"),
    )


def _place_codes(support: pd.DataFrame) -> np.ndarray:
    """Integer code of each record's place; -1 = no place."""
    named = support["place_level"].notna() & support["place_code"].notna()
    return codes_of((support["place_level"] + ":" + support["place_code"]).where(named))


def pairs_within(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions (a, b), a < b, of every two members of the same group; negative groups have no pairs.

    Examples
    --------
    >>> [array.tolist() for array in pairs_within(np.array([0, 1, 0, -1, 0]))]
    [[0, 0, 2], [2, 4, 4]]
    """
    order = np.argsort(groups, kind="stable")
    order = order[groups[order] >= 0]
    ends = np.searchsorted(groups[order], groups[order], side="right")
    later = ends - np.arange(len(order)) - 1  # members of the same group after this one
    first = np.repeat(np.arange(len(order)), later)
    step = np.arange(len(first)) - np.repeat(np.cumsum(later) - later, later)
    return order[first], order[first + step + 1]


def _concurrent(support: pd.DataFrame, fiscal_year: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of different agencies in the same place that share a day (within ``fiscal_year`` if given)."""
    a, b = pairs_within(_place_codes(support))
    agency, village = codes_of(support["agency_code"]), codes_of(support["village_code"])
    starts, ends = support["starts"].to_numpy(), support["ends"].to_numpy()
    keep = (agency[a] >= 0) & (agency[b] >= 0) & (agency[a] != agency[b])
    keep &= (village[a] < 0) | (village[b] < 0) | (village[a] == village[b])
    a, b = a[keep], b[keep]
    keep = _share_a_village(support, a, b)
    a, b = a[keep], b[keep]
    first, last = np.maximum(starts[a], starts[b]), np.minimum(ends[a], ends[b])
    keep = first <= last  # False for NaT: an unknown period makes no pair
    if fiscal_year is not None:
        opening, closing = (np.datetime64(day, "s") for day in fiscal_year_bounds(fiscal_year))
        keep &= (first <= closing) & (last >= opening)
    return a[keep], b[keep]


def _share_a_village(support: pd.DataFrame, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """False for pairs in which both records list villages and none is common."""
    if "village_codes" not in support or not support["village_codes"].notna().any():
        return np.ones(len(a), dtype=bool)
    listed = support["village_codes"].fillna(support["village_code"])
    villages = [frozenset(codes.split(",")) if isinstance(codes, str) else None for codes in listed]
    pairs = zip(a.tolist(), b.tolist(), strict=True)
    return np.array([not (villages[x] and villages[y] and villages[x].isdisjoint(villages[y])) for x, y in pairs], bool)


def joined(values: pd.Series, a: np.ndarray, b: np.ndarray) -> pd.Series:
    """The texts of ``values`` at positions ``a`` and ``b``: sorted, without repetition or missing, joined by ``|``."""
    codes, texts = pd.factorize(values, sort=True)
    low, high = np.minimum(codes[a], codes[b]), np.maximum(codes[a], codes[b])
    key = (low + 1) * (len(texts) + 1) + high + 1
    different, where = np.unique(key, return_inverse=True)
    names = ["", *texts]
    labels = []
    for number in different:
        first, other = divmod(int(number), len(texts) + 1)
        labels.append("|".join(dict.fromkeys(name for name in (names[first], names[other]) if name)))
    return pd.Series(pd.array(labels, dtype="str")[where]) if labels else pd.Series(dtype="str")


def _pair_frame(support: pd.DataFrame, a: np.ndarray, b: np.ndarray) -> pd.DataFrame:
    def at(column: str, places: np.ndarray) -> pd.Series:
        return support[column].iloc[places].reset_index(drop=True)

    amounts = pd.concat([at("amount_satang", a), at("amount_satang", b)], axis="columns").astype("Int64")
    return pd.DataFrame(
        {
            "support_a": at("support_id", a),
            "support_b": at("support_id", b),
            "area_level": at("place_level", a),
            "area_code": at("place_code", a),
            "subdistrict_code": at("subdistrict_code", a),
            "agency_a": at("agency_code", a),
            "agency_b": at("agency_code", b),
            "agencies": joined(support["agency_code"], a, b),
            "streams": joined(support["stream_code"], a, b),
            "theme": joined(support["theme_code"], a, b),
            "overlap_starts_on": pd.Series(
                np.maximum(support["starts"].to_numpy()[a], support["starts"].to_numpy()[b])
            ),
            "overlap_ends_on": pd.Series(np.minimum(support["ends"].to_numpy()[a], support["ends"].to_numpy()[b])),
            "at_stake_satang": amounts.min(axis="columns", skipna=False).astype("Int64"),
        }
    )


def at_stake(pairs: pd.DataFrame, amounts: pd.Series) -> pd.Series:
    """Satang of suspected duplication by place: all but the largest amount of each set of records linked by ``pairs``.

    ``amounts``: satang by ``support_id``, NA = not stated. Index ``area_level``, ``area_code``; NA where no set has two
    stated amounts. Of some pairs alone it is the money of these: no satang twice, and none of other pairs.
    """
    keys = ["area_level", "area_code"]
    flagged = pairs[pairs["outcome"].eq("suspected_duplication")]
    sides = [
        flagged[[*keys, side]].set_axis([*keys, "support_id"], axis="columns") for side in ("support_a", "support_b")
    ]
    members = pd.concat(sides).drop_duplicates("support_id", ignore_index=True)
    ids = pd.Index(members["support_id"])
    a, b = ids.get_indexer(flagged["support_a"]), ids.get_indexer(flagged["support_b"])
    _, component = scipy.sparse.csgraph.connected_components(
        scipy.sparse.coo_array((np.ones(len(a)), (a, b)), shape=(len(ids), len(ids))), directed=False
    )
    amount = amounts.reindex(ids).astype("Int64").array
    linked = members.assign(component=component, amount=amount).groupby([*keys, "component"])["amount"]
    linked = linked.agg(["sum", "max", "count"])
    stakes = (linked["sum"] - linked["max"]).where(linked["count"] >= 2)
    return stakes.groupby(keys).sum(min_count=1).astype("Int64")


def _by_area(support: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    placed = support[support["place_level"].notna() & support["place_code"].notna()]
    placed = placed.assign(unsure=placed["starts"].isna() | placed["agency_code"].isna())
    keys = ["area_level", "area_code"]
    grouped = placed.assign(area_level=placed["place_level"], area_code=placed["place_code"]).groupby(keys)
    # column by column: pandas' named aggregation is several times slower
    columns = {"subdistrict_code": grouped["subdistrict_code"].first(), "supports": grouped.size()}
    table = pd.DataFrame({**columns, "agencies": grouped["agency_code"].nunique(), "unsure": grouped["unsure"].any()})
    counted = outcomes.of_pairs()
    counts = pd.DataFrame(pairs.groupby([*keys, "outcome"]).size().unstack(fill_value=0))
    table[list(counted)] = counts.reindex(index=table.index, columns=list(counted), fill_value=0).astype("int64")
    amounts = support.set_index("support_id")["amount_satang"]
    table["at_stake_satang"] = at_stake(pairs, amounts).reindex(table.index).astype("Int64")
    # without a pair, but with another record and one of unknown period or agency: not known rather than single
    unsure = table.pop("unsure") & (table["supports"] > 1)
    table["outcome"] = np.select(
        [*(table[outcome] > 0 for outcome in counted if outcome != "cleared"), unsure, table["cleared"] > 0],
        [*(outcome for outcome in counted if outcome != "cleared"), "not_known", "cleared"],
        "single",
    )
    return table.reset_index().astype({"outcome": "str"})


def clear(pairs: pd.DataFrame, cleared: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply clearings to flagged pairs; of several with a reason the latest counts.

    Returns the pairs (``outcome`` set to ``cleared``; ``cleared_reason``, ``cleared_by``, ``cleared_on``), and the rows
    of ``cleared`` that apply to no flagged pair or have no reason.
    """
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
    valid = newest_rows(ordered[has_reason], keys, "when").rename(columns=columns)
    merged = pairs.merge(valid[[*keys, *columns.values()]], on=keys, how="left")
    hit = merged["cleared_reason"].notna() & merged["rule_outcome"].isin(outcomes.flags())
    merged["outcome"] = merged["outcome"].mask(hit, "cleared")
    for name in columns.values():
        merged[name] = merged[name].where(hit)
    used = pd.MultiIndex.from_frame(merged.loc[hit, keys])
    is_used = pd.MultiIndex.from_frame(ordered[keys]).isin(used) & has_reason.to_numpy()
    return merged, cleared[~is_used].reset_index(drop=True)


def overlaps(
    support: pd.DataFrame,
    rules: OverlapRules | Mapping[str, Any],
    cofinancing: Mapping[str, Any] | None,
    *,
    fiscal_year: int | None = None,
    cleared: pd.DataFrame | None = None,
) -> Overlaps:
    """Find and judge every pair of records of different agencies in the same place and period.

    Parameters
    ----------
    support
        Support records (:data:`NEEDED`), one row per ``support_id``; estimated parts are ignored. Local governments
        count as their subdistrict only if rolled up before. Records without place, period or agency make no pair.
    rules, cofinancing
        ``data/rules/overlap.toml`` and ``cofinancing.toml`` as read by ``tomllib``.
    fiscal_year
        Restrict records and common days to one year.
    cleared
        ``support_a``, ``support_b``, ``reason``, ``who``, ``when``: pairs that an agency cleared.

    Raises
    ------
    ValueError
        For missing columns, a repeated ``support_id`` or an invalid rule table.
    """
    table = rules if isinstance(rules, OverlapRules) else overlap_rules(rules)
    ready = _prepared(support, fiscal_year)
    a, b = _concurrent(ready, fiscal_year)
    described = relations(
        ready, ready["from_dates"].to_numpy(dtype=bool), table, cofinancing_schemes(cofinancing), a, b
    )
    outcome, rule_code = decide(described, table)
    pairs = _pair_frame(ready, a, b).assign(
        outcome=outcome,
        rule_code=rule_code,
        rule_outcome=outcome,
        period_basis=words("period_basis", described["period_basis"]),
    )
    pairs, stale = clear(pairs.sort_values(["support_a", "support_b"], ignore_index=True), cleared)
    return Overlaps(pairs, _by_area(ready, pairs), stale, ready.set_index("support_id")["amount_satang"])


def agency_matrix(pairs: pd.DataFrame, outcome: str | None = None) -> pd.DataFrame:
    """Number of pairs (of one ``outcome``, if given) per two agencies: a square, symmetric frame with zero diagonal."""
    chosen = pairs if outcome is None else pairs[pairs["outcome"].eq(outcome)]
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
    """Data of an UpSet plot: sets of streams that occur together in a subdistrict, most frequent first.

    Returns
    -------
    DataFrame
        One row per set: ``streams`` (sorted, joined by ``|``; empty = no record states a stream), ``stream_count``,
        ``subdistricts`` (count), ``subdistrict_codes`` (comma-joined), ``supports``, ``amount_satang`` (NA = none
        stated). Records above the subdistrict are left out.
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
