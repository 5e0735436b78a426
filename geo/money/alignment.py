"""Alignment of money with community plans, strength of communities, and much money in weak communities."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from geo.coverage.gaps import demands
from geo.frames import newest_rows, require_columns

MONEY = (
    "aligned_satang", "other_satang", "union_aligned_satang", "union_other_satang", "not_coded_satang", "no_plan_satang",
)  # fmt: skip


def _asked(plans: pd.DataFrame) -> pd.DataFrame:
    """One row per plan and priority theme, without plans stated not to exist."""
    return demands(plans[plans["plan_exists"].astype("boolean").fillna(True).astype(bool)])


def _pairs(frame: pd.DataFrame, columns: list[str]) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[columns].astype("object").where(frame[columns].notna(), ""))


def judged(placed: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Records of ``placed`` with an amount above zero, plus ``kind`` (one of :data:`MONEY`) and ``satang``.

    Arguments and kinds as in :func:`alignment`.
    """
    require_columns(plans, ["subdistrict_code", "village_code", "plan_exists", "priority_theme"], "plans")
    demands = _asked(plans)
    village, own = demands[demands["village_code"].notna()], demands[demands["village_code"].isna()]
    money = placed[(placed["amount_satang"].astype("Int64") > 0).fillna(False).astype(bool)]
    by_village = money["village_code"].isin(village["village_code"]) & money["village_code"].notna()
    by_own = ~by_village & money["subdistrict_code"].isin(own["subdistrict_code"])
    by_any = ~by_village & ~by_own & money["subdistrict_code"].isin(village["subdistrict_code"])
    place, home = ["subdistrict_code", "theme_code"], ["village_code", "theme_code"]
    met = (
        (by_village & _pairs(money, home).isin(_pairs(village, home)))
        | (by_own & _pairs(money, place).isin(_pairs(own, place)))
        | (by_any & _pairs(money, place).isin(_pairs(village, place)))
    )
    kind = np.select(
        [money["theme_code"].isna(), ~(by_village | by_own | by_any), by_any & met, by_any, met],
        ["not_coded_satang", "no_plan_satang", "union_aligned_satang", "union_other_satang", "aligned_satang"],
        "other_satang",
    )
    return money.assign(kind=kind, satang=money["amount_satang"].astype("int64"))


def direction(money: pd.DataFrame, by: str) -> pd.DataFrame:
    """Aligned against other money, grouped by column ``by`` of the result of :func:`judged`.

    Returns
    -------
    DataFrame
        Index: values of ``by`` that have money comparable with a plan of the place itself. ``aligned_satang``,
        ``other_satang``, ``share`` (aligned, 0-1), lowest share first.
    """
    kinds = ["aligned_satang", "other_satang"]
    own = money[money["kind"].isin(kinds) & money[by].notna()]
    table = own.pivot_table(index=by, columns="kind", values="satang", aggfunc="sum", fill_value=0)
    table = table.reindex(columns=kinds, fill_value=0).astype("int64")
    table["share"] = table["aligned_satang"] / table.sum(axis="columns")
    return table.sort_values(["share", "other_satang"], ascending=[True, False])


def alignment(placed: pd.DataFrame, plans: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Share of each subdistrict's money that meets the priorities of its community plans.

    Money is compared with the most local plan: that of its village, else that of the subdistrict. Without either it is
    compared with the union of the village plans of the subdistrict, and counted separately, because a union of many
    wishes is met far more easily than one plan. Only amounts above zero count.

    Parameters
    ----------
    placed
        Records with a subdistrict (``by_subdistrict`` of :class:`geo.coverage.roll_up.RolledUp`).
    plans
        ``subdistrict_code``, ``village_code``, ``plan_exists``, ``priority_theme`` (comma-joined).

    Returns
    -------
    DataFrame
        One row per subdistrict of ``areas``, its sums NA where it has records and none states an amount:
        ``amount_satang`` = ``aligned_satang`` + ``other_satang`` (compared with
        the place's own plan) + ``union_aligned_satang`` + ``union_other_satang`` (with the union of village plans) +
        ``not_coded_satang`` (no theme stated) + ``no_plan_satang`` (no plan states a priority); ``aligned_share`` and
        ``union_share`` (0-1, of each pair; NA when both are zero), ``asked`` (themes asked for, comma-joined).
    """
    money = judged(placed, plans)
    demands = _asked(plans)
    sums = money.pivot_table(index="subdistrict_code", columns="kind", values="satang", aggfunc="sum")
    table = areas[["subdistrict_code", "district_code"]].join(sums.reindex(columns=list(MONEY)), on="subdistrict_code")
    table = (
        table.astype(dict.fromkeys(MONEY, "Float64"))
        .fillna(dict.fromkeys(MONEY, 0))
        .astype(dict.fromkeys(MONEY, "Int64"))
    )
    table["amount_satang"] = table[list(MONEY)].sum(axis="columns").astype("Int64")
    has_stated = placed["amount_satang"].notna().groupby(placed["subdistrict_code"]).any()
    table[[*MONEY, "amount_satang"]] = table[[*MONEY, "amount_satang"]].mask(
        table["subdistrict_code"].isin(has_stated.index[~has_stated])
    )
    for share, of in (("aligned_share", ""), ("union_share", "union_")):
        met_, other = table[f"{of}aligned_satang"], table[f"{of}other_satang"]
        table[share] = met_.astype("Float64") / (met_ + other).astype("Float64").mask((met_ + other).eq(0))
    themes = demands.groupby("subdistrict_code")["theme_code"].agg(lambda codes: ",".join(sorted(set(codes))))
    return table.assign(asked=table["subdistrict_code"].map(themes).fillna("").astype("str"))


def strength(
    needs: pd.DataFrame, indicators: Collection[str], areas: pd.DataFrame, weak: Mapping[str, bool] | None = None
) -> pd.DataFrame:
    """Strength of the community side of every subdistrict.

    ``needs``: ``subdistrict_code``, ``indicator_code``, ``fiscal_year``, ``value``.
    ``strength`` is the mean relative rank (0 lowest, 1 highest) over the newest known values of ``indicators``.
    ``is_weak`` comes from ``weak`` (subdistrict_code -> its class in the ranking is the weakest); without a ranking it
    means a strength below the median.

    Returns
    -------
    DataFrame
        One row per row of ``areas``: ``subdistrict_code``, ``strength`` (0-1, NaN = no value known), ``known`` (number
        of values known), ``is_weak`` (boolean, NA = not known).
    """
    require_columns(needs, ["subdistrict_code", "indicator_code", "fiscal_year", "value"], "needs")
    rows = needs[needs["indicator_code"].isin(list(indicators)) & needs["value"].notna()]
    latest = newest_rows(rows, ["subdistrict_code", "indicator_code"])
    wide = latest.pivot_table(index="subdistrict_code", columns="indicator_code", values="value").reindex(
        areas["subdistrict_code"]
    )
    places = (wide.rank() - 1) / (wide.notna().sum() - 1).clip(lower=1)
    table = pd.DataFrame(
        {
            "subdistrict_code": areas["subdistrict_code"].to_numpy(),
            "strength": places.mean(axis="columns").to_numpy(dtype=float),
        }
    )
    table["known"] = wide.notna().sum(axis="columns").to_numpy()
    if weak is not None:
        return table.assign(is_weak=table["subdistrict_code"].map(weak).astype("boolean"))
    below_median = table["strength"].lt(table["strength"].median()).astype("boolean")
    return table.assign(is_weak=below_median.mask(table["strength"].isna()))


STRONG_QUANTILE = 0.75  # of baht per head, over subdistricts with money


def strong_on_weak(coverage: pd.DataFrame, strength: pd.DataFrame) -> pd.DataFrame:
    """Subdistricts with much money per head and a weak community.

    ``coverage`` from :func:`geo.coverage.coverage.coverage`, ``strength`` from :func:`strength`.

    Returns
    -------
    DataFrame
        In the order of ``coverage``: ``subdistrict_code``, ``district_code``, ``per_head_baht`` (0 where none),
        ``strength``, ``is_strong`` (at or above the :data:`STRONG_QUANTILE` of the values above zero; NA = not known),
        ``is_weak``, ``is_flagged`` (both; three-valued logic). ``attrs["strong_from_baht"]``: the threshold.
    """
    rate = coverage["per_head_baht"].astype("Float64")
    rate = rate.mask(coverage["status"].eq("none"), 0.0)
    positive = rate[(rate > 0).fillna(False).astype(bool)]
    bar = float(positive.quantile(STRONG_QUANTILE)) if len(positive) else float("nan")
    table = coverage[["subdistrict_code", "district_code"]].assign(per_head_baht=rate)
    table = table.merge(strength[["subdistrict_code", "strength", "is_weak"]], on="subdistrict_code", how="left")
    is_strong = rate.ge(bar) if len(positive) else rate.gt(0)
    table["is_strong"] = is_strong.astype("boolean").array
    table["is_weak"] = table["is_weak"].astype("boolean")
    table["is_flagged"] = table["is_strong"] & table["is_weak"]
    table.attrs["strong_from_baht"] = bar
    return table
