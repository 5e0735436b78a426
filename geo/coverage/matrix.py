"""Matrix of themes by area (districts, or the subdistricts of one), and the agencies that could fill an empty cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from geo.adjacency import beside
from geo.coverage.gaps import NEAR_LEVELS
from geo.coverage.roll_up import roll_up
from geo.frames import require_columns
from geo.statuses import COVERED, NONE, NOT_APPLICABLE, NOT_REPORTED, STATUSES

REACH = ("inside", "next_door", "province", "mandate")


def matrix(by_theme: pd.DataFrame, key: str = "district_code") -> pd.DataFrame:
    """One row per theme and area.

    Parameters
    ----------
    by_theme
        Coverage tables stacked with ``theme_code`` (:func:`geo.coverage.coverage.coverage_by`).
    key
        ``district_code`` or ``subdistrict_code``.

    Returns
    -------
    DataFrame
        ``theme_code``, ``area_code``, a count of subdistricts per status, ``all``, ``supports``, ``amount_satang``
        (placed in subdistricts; NA = none stated), ``supported_above`` (subdistricts reached only from above) and
        ``status``: ``covered`` when any subdistrict is, ``none`` only when all are none or not applicable.
    """
    require_columns(by_theme, ["theme_code", key, "status", "supports", "amount_satang", "supported_above"], "by_theme")
    keys = ["theme_code", key]
    only_above = by_theme["supported_above"] & by_theme["status"].ne("covered")
    grouped = by_theme.assign(only_above=only_above).groupby(keys, sort=False)
    table = grouped.agg(all=("status", "size"), supports=("supports", "sum"), supported_above=("only_above", "sum"))
    table["amount_satang"] = grouped["amount_satang"].sum(min_count=1).astype("Int64")
    counts = pd.crosstab([by_theme[key] for key in keys], by_theme["status"]).reindex(
        columns=list(STATUSES), fill_value=0
    )
    table = table.join(counts).reset_index().rename(columns={key: "area_code"})
    reachable = table["all"] - table["not_applicable"]
    choice = [table["covered"] > 0, reachable.eq(0), table["none"].eq(reachable)]
    table["status"] = pd.Series(
        np.select(choice, [COVERED, NOT_APPLICABLE, NONE], NOT_REPORTED), index=table.index, dtype="str"
    )
    return table


def money_matrix(
    support: pd.DataFrame,
    areas: pd.DataFrame,
    themes: Sequence[str],
    local_governments: pd.DataFrame | None = None,
    district: str | None = None,
) -> pd.DataFrame:
    """Satang per theme and area, including money without an area, so that the sum equals that of the records.

    Returns
    -------
    DataFrame
        One row per ``theme_code`` ("" = not one of ``themes``) and ``area_code``: ``amount_satang`` (NA = none stated),
        ``supports``. ``area_code`` is a district code, or a subdistrict code if ``district`` is given; for a record
        without such an area, its level in the strip (:data:`geo.coverage.roll_up.STRIP_LEVELS`).
    """
    support = support.reset_index(drop=True)
    rolled = roll_up(support, areas, local_governments)
    home = areas.set_index("subdistrict_code")["district_code"]
    placed = rolled.by_subdistrict["subdistrict_code"]
    own = placed if district else placed.map(home)
    named = rolled.higher["district_code"]
    at_home = named.isin(set(areas["district_code"]))
    above = rolled.higher["area_level"] if district else named.where(at_home, rolled.higher["area_level"])
    area = pd.concat([own.astype("str"), above.astype("str"), rolled.off_map["strip_level"].astype("str")]).reindex(
        support.index
    )
    theme = support["theme_code"].astype("object").where(support["theme_code"].isin(list(themes)), "").astype("str")
    table = pd.DataFrame({"theme_code": theme, "area_code": area, "amount": support["amount_satang"].astype("Int64")})
    grouped = table.groupby(["theme_code", "area_code"])
    return (
        grouped.agg(supports=("amount", "size")).assign(amount_satang=grouped["amount"].sum(min_count=1)).reset_index()
    )


def who_could_act_in(
    support: pd.DataFrame,
    adjacency: pd.DataFrame,
    codes: Collection[str],
    theme: str,
    mandates: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """Agencies that could take up ``theme`` in an area, the nearest first.

    Parameters
    ----------
    support
        Records of the year in the whole province, not only in the area.
    codes
        Subdistricts of the area.
    mandates
        Agency code -> themes that are its function by the code list.

    Returns
    -------
    DataFrame
        One row per agency: ``agency_code``, ``reach`` (``inside`` = a record of the theme in the area or for its
        district, ``next_door`` = in a neighbouring subdistrict, ``province`` = elsewhere, ``mandate`` = no record, but
        its function), ``places`` (subdistricts with records at that reach), ``supports``.
    """
    own, near = set(codes), beside(adjacency, codes)
    records = support[support["theme_code"].eq(theme).fillna(False) & support["agency_code"].notna()]
    local = records["area_level"].isin(NEAR_LEVELS)
    districts = {code[:4] for code in own}
    inside = (local & records["subdistrict_code"].isin(own)) | (
        records["area_level"].eq("district") & records["district_code"].isin(districts)
    )
    next_door = local & records["subdistrict_code"].isin(near)
    reach = np.select([inside.astype(bool), next_door.astype(bool)], ["inside", "next_door"], "province")
    table = records.assign(reach=reach).groupby(["agency_code", "reach"], as_index=False)
    candidates = table.agg(places=("subdistrict_code", "nunique"), supports=("support_id", "nunique"))
    by_mandate = [agency for agency, themes in (mandates or {}).items() if theme in themes]
    if without_record := [agency for agency in by_mandate if agency not in set(candidates["agency_code"])]:
        extra = pd.DataFrame({"agency_code": without_record, "reach": "mandate", "places": 0, "supports": 0})
        extra = extra.astype({"agency_code": "str", "reach": "str"})
        candidates = pd.concat([candidates, extra], ignore_index=True)
    candidates["rank"] = candidates["reach"].map(REACH.index)
    order = ["rank", "places", "supports", "agency_code"]
    nearest = candidates.sort_values(order, ascending=[True, False, False, True]).drop_duplicates("agency_code")
    return nearest.drop(columns="rank").reset_index(drop=True)
