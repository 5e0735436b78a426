"""Currents: money by path stream -> agency -> theme -> place, with sums exact to the satang.

All money is included: money without a stream, theme or place ends at a node of its own, small amounts are collected
under :data:`OTHER`, and money paid back (amounts below zero) is reported separately.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geo.coverage.roll_up import STRIP_LEVELS, roll_up
from geo.frames import require_columns

STEPS = ("stream_code", "agency_code", "theme_code", "place_code")
NOT_CODED = ""  # node of money whose stream, agency or theme is not stated
OTHER = "other"
ENDS = frozenset({NOT_CODED, *STRIP_LEVELS})


@dataclass(frozen=True)
class Currents:
    """Money by path.

    ``paths``: one row per combination of ``STEPS`` and ``kind`` (regular, special or ""): ``supports``,
    ``amount_satang``. ``total_satang``: sum of ``paths``. ``returned_satang``: sum of the amounts below zero, which are
    in no path. ``without_amount``: number of records without an amount. Total + returned = sum of all records.
    """

    paths: pd.DataFrame
    total_satang: int
    returned_satang: int
    without_amount: int


def place_of_money(
    support: pd.DataFrame,
    areas: pd.DataFrame,
    local_governments: pd.DataFrame | None = None,
    classes: Mapping[str, str] | None = None,
) -> pd.Series:
    """Last step of each record: a district code of ``areas``, else its level in the strip.

    With ``classes`` (subdistrict_code -> A, B, C) it is the class, ``unclassed`` for a subdistrict without one, and the
    level in the strip for all money above the subdistrict, including that of a district.
    """
    rolled = roll_up(support, areas, local_governments)
    placed = rolled.by_subdistrict["subdistrict_code"]
    home = areas.set_index("subdistrict_code")["district_code"]
    own = placed.map(home) if classes is None else placed.map(classes).fillna("unclassed")
    above = rolled.higher["area_level"]
    if classes is None:
        named = rolled.higher["district_code"]
        above = named.where(named.isin(set(areas["district_code"])), above)
    return pd.concat([own.astype("str"), above.astype("str"), rolled.off_map["strip_level"].astype("str")]).reindex(
        support.index
    )


def currents(
    support: pd.DataFrame,
    areas: pd.DataFrame,
    local_governments: pd.DataFrame | None = None,
    classes: Mapping[str, str] | None = None,
) -> Currents:
    """Sum the money of filtered support records by stream, agency, theme and place.

    ``areas``, ``local_governments`` and ``classes`` as in :func:`place_of_money`.
    """
    require_columns(support, ["stream_code", "stream_kind", "agency_code", "theme_code", "amount_satang"], "support")
    support = support.reset_index(drop=True)
    amount = support["amount_satang"].astype("Int64")
    table = pd.DataFrame(
        {
            step: support[step].astype("object").where(support[step].notna(), NOT_CODED).astype("str")
            for step in STEPS[:3]
        }
        | {"place_code": place_of_money(support, areas, local_governments, classes)}
        | {
            "kind": support["stream_kind"].astype("object").where(support["stream_kind"].notna(), "").astype("str"),
            "amount_satang": amount,
        }
    )
    flowing = table[(amount > 0).fillna(False).astype(bool)]
    paths = flowing.groupby([*STEPS, "kind"], as_index=False).agg(
        supports=("amount_satang", "size"), amount_satang=("amount_satang", "sum")
    )
    paths = paths.sort_values(["amount_satang", *STEPS], ascending=[False, True, True, True, True], ignore_index=True)
    returned = amount[(amount < 0).fillna(False).astype(bool)]
    return Currents(
        paths.astype({"amount_satang": "int64"}),
        int(paths["amount_satang"].sum()),
        int(returned.sum()),
        int(amount.isna().sum()),
    )


def fold(paths: pd.DataFrame, keep: int | Mapping[str, int]) -> pd.DataFrame:
    """Merge the smallest codes of each step into :data:`OTHER`; the ``keep`` largest and :data:`ENDS` stay.

    ``keep``: one number, or one per step name (steps not named stay as they are).
    """
    table = paths.copy()
    for step in STEPS:
        most = keep if isinstance(keep, int) else keep.get(step, len(table))
        sizes = (
            table[~table[step].isin(ENDS)]
            .groupby(step)["amount_satang"]
            .sum()
            .sort_values(ascending=False, kind="stable")
        )
        if len(sizes) > most + 1:  # a single code would lose its name without saving a node
            table[step] = table[step].mask(table[step].isin(sizes.index[most:]), OTHER)
    return table.groupby([*STEPS, "kind"], as_index=False)[["supports", "amount_satang"]].sum()


def account(support: pd.DataFrame, areas: pd.DataFrame, local_governments: pd.DataFrame | None = None) -> pd.DataFrame:
    """Account of all money by theme and level.

    Returns
    -------
    DataFrame
        One row per ``theme_code`` ("" = not coded) and ``where`` (``subdistrict``, else the level in the strip):
        ``supports``, ``without_amount``, ``amount_satang`` (NA = none stated); the sums equal those of ``support``.
    """
    support = support.reset_index(drop=True)
    rolled = roll_up(support, areas, local_governments)
    where = pd.Series("subdistrict", index=support.index, dtype="object")
    where[rolled.higher.index] = rolled.higher["area_level"]
    where[rolled.off_map.index] = rolled.off_map["strip_level"]
    amount = support["amount_satang"].astype("Int64")
    theme = support["theme_code"].astype("object").where(support["theme_code"].notna(), NOT_CODED).astype("str")
    table = pd.DataFrame(
        {"theme_code": theme, "where": where.astype("str"), "amount": amount, "unstated": amount.isna()}
    )
    groups = table.groupby(["theme_code", "where"])
    counts = groups.agg(supports=("amount", "size"), without_amount=("unstated", "sum"))
    return counts.assign(amount_satang=groups["amount"].sum(min_count=1)).reset_index()
