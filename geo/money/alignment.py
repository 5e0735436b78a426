"""Whether the current meets what the community asked for, and where a strong current hits a weak community."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from geo.coverage.gaps import demands
from geo.frames import require_columns

MONEY = (
    "aligned_satang", "other_satang", "union_aligned_satang", "union_other_satang", "not_coded_satang", "no_plan_satang",
)  # fmt: skip


def _asked(plans: pd.DataFrame) -> pd.DataFrame:
    """One row per plan and theme it puts first; a plan reported as not existing asks for nothing."""
    return demands(plans[plans["plan_exists"].astype("boolean").fillna(True).astype(bool)])


def _pairs(frame: pd.DataFrame, columns: list[str]) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[columns].astype("object").where(frame[columns].notna(), ""))


def judged(placed: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Every record with money, beside the plan that speaks for it: ``kind`` (one of :data:`MONEY`) and ``satang``."""
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
    """Money that goes where the place's own plan asks against money that does not, by a column of :func:`judged`.

    Returns
    -------
    DataFrame
        By value of ``by``: ``aligned_satang``, ``other_satang``, ``share`` (0-1), the least in keeping first; values
        without money that a plan of the place itself speaks for are left out.
    """
    kinds = ["aligned_satang", "other_satang"]
    own = money[money["kind"].isin(kinds) & money[by].notna()]
    table = own.pivot_table(index=by, columns="kind", values="satang", aggfunc="sum", fill_value=0)
    table = table.reindex(columns=kinds, fill_value=0).astype("int64")
    table["share"] = table["aligned_satang"] / table.sum(axis="columns")
    return table.sort_values(["share", "other_satang"], ascending=[True, False])


def alignment(placed: pd.DataFrame, plans: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Share of a subdistrict's money that meets the priorities of its own community plan.

    The plan nearest to the money speaks: a village's own plan for the village's money, else the subdistrict's plan. Money
    of a place without one is held to what any of its village plans asks for, and stands apart: many wishes together are met
    far more easily than one plan's. Money below zero and records without an amount take no part.

    Parameters
    ----------
    placed
        Records with a subdistrict (:class:`geo.roll_up.RolledUp` ``by_subdistrict``).
    plans
        ``subdistrict_code``, ``village_code``, ``plan_exists``, ``priority_theme`` (several comma-separated).

    Returns
    -------
    DataFrame
        One row per subdistrict of ``areas``: ``amount_satang`` = ``aligned_satang`` + ``other_satang`` (held to the plan of
        the place itself) + ``union_aligned_satang`` + ``union_other_satang`` (held to the union of its villages' plans) +
        ``not_coded_satang`` (no theme written) + ``no_plan_satang`` (no plan states a priority); ``aligned_share`` and
        ``union_share`` (of each pair; NA when both are zero), ``asked`` (themes asked for, comma-joined).
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
    for share, of in (("aligned_share", ""), ("union_share", "union_")):
        met_, other = table[f"{of}aligned_satang"], table[f"{of}other_satang"]
        table[share] = met_.astype("Float64") / (met_ + other).astype("Float64").mask((met_ + other).eq(0))
    themes = demands.groupby("subdistrict_code")["theme_code"].agg(lambda codes: ",".join(sorted(set(codes))))
    return table.assign(asked=table["subdistrict_code"].map(themes).fillna("").astype("str"))


def strength(
    needs: pd.DataFrame, indicators: Collection[str], areas: pd.DataFrame, weak: Mapping[str, bool] | None = None
) -> pd.DataFrame:
    """How strong the community side is, before or after a ranking.

    With ``weak`` (subdistrict_code -> whether its class in the ranking is the weakest) the weak are those. Without a
    ranking the average of the
    places among the known values of each sign of strength stands for it (0 lowest, 1 highest), and the weak are those
    below the median of the subdistricts that have any.

    Returns
    -------
    DataFrame
        ``subdistrict_code``, ``strength`` (0-1, NaN = nothing known), ``known`` (signs known), ``is_weak`` (boolean,
        NA = not known).
    """
    require_columns(needs, ["subdistrict_code", "indicator_code", "fiscal_year", "value"], "needs")
    rows = needs[needs["indicator_code"].isin(list(indicators)) & needs["value"].notna()]
    rows = rows.assign(year=rows["fiscal_year"].astype("Int64").fillna(0)).sort_values("year")
    latest = rows.drop_duplicates(["subdistrict_code", "indicator_code"], keep="last")
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


STRONG_QUANTILE = 0.75  # money per head from here on is a strong current


def strong_on_weak(coverage: pd.DataFrame, strength: pd.DataFrame) -> pd.DataFrame:
    """Subdistricts where much money per head meets a weak community.

    Returns
    -------
    DataFrame
        ``subdistrict_code``, ``per_head_baht``, ``strength``, ``is_strong`` (at or above the :data:`STRONG_QUANTILE` of the known
        baht per head; NA = not known), ``is_weak``, ``is_flagged`` (both; NA when either is not known), in the order
        of ``coverage``. ``attrs["strong_from_baht"]`` is the bar.
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
