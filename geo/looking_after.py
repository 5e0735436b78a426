"""Assignments of people to places, groups and functions, what has none, and department targets versus plans."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.statuses import NONE, decide
from loaders.codes import squeeze

PLACE, PART, ABOVE, NOBODY, NOT_KNOWN = "place", "part", "above", "nobody", "not_known"
STATUSES = (PLACE, PART, ABOVE, NOBODY, NOT_KNOWN)
MEETS, NOT_ASKED, NO_TARGET, NO_PLAN = "meets", "not_asked", "no_target", "no_plan"


def by_place(areas: pd.DataFrame, entries: pd.DataFrame, completeness: pd.Series) -> pd.DataFrame:
    """Assignment status of every subdistrict.

    Parameters
    ----------
    areas
        ``subdistrict_code``, ``district_code``.
    entries
        Valid assignments: ``looked_after``, ``area_level``, ``subdistrict_code``, ``district_code``, ``province_code``.
    completeness
        By subdistrict, share of the bases owing this register that have reported (:mod:`geo.coverage.heard`).

    Returns
    -------
    DataFrame
        One row per subdistrict: ``subdistrict_code``, ``entries`` (naming it), ``status``: ``place`` (it is assigned to
        someone), ``part`` (a village, group or function in it is), ``above`` (only its district or province is),
        ``nobody`` (and every report that is due has come), ``not_known``.
    """
    codes = areas["subdistrict_code"]
    of_place = entries["looked_after"].eq("place").fillna(False)
    whole = of_place & entries["area_level"].eq("subdistrict").fillna(False)
    inside = entries[entries["subdistrict_code"].notna()]
    above = entries[of_place & entries["area_level"].isin(["district", "province"])]
    districts = set(above["district_code"].dropna())
    provinces = set(above.loc[above["district_code"].isna(), "province_code"].dropna())
    reached = areas["district_code"].isin(districts) | codes.str[:2].isin(provinces)
    cared = codes.isin(entries.loc[whole, "subdistrict_code"].dropna())
    partly = codes.isin(inside["subdistrict_code"])
    statuses = decide(cared | partly | reached, codes.map(completeness))
    status = np.select([cared, partly, reached, statuses.eq(NONE)], [PLACE, PART, ABOVE, NOBODY], NOT_KNOWN)
    counts = inside["subdistrict_code"].value_counts()
    numbers = codes.map(counts).fillna(0).astype(int)
    return pd.DataFrame({"subdistrict_code": codes, "entries": numbers, "status": status}).reset_index(drop=True)


def of_place(entries: pd.DataFrame, code: str) -> pd.DataFrame:
    """Assignments that reach subdistrict ``code``: of the place, of parts in it, then of its district and province."""
    own = entries["subdistrict_code"].eq(code).fillna(False).astype(bool)
    above = entries["subdistrict_code"].isna() & (
        entries["district_code"].eq(code[:4]).fillna(False)
        | (entries["area_level"].eq("province") & entries["province_code"].eq(code[:2])).fillna(False)
    )
    reach = entries[own | above.astype(bool)]
    order = pd.DataFrame(
        {"above": reach["subdistrict_code"].isna(), "part": reach["looked_after"].ne("place").fillna(True)}
    )
    return reach.loc[order.sort_values(["above", "part"], kind="stable").index].reset_index(drop=True)


def groups_without(organisations: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``organisations`` that no assignment names (by ``group_name``, and by subdistrict where it has one)."""
    named = entries[entries["looked_after"].eq("group").fillna(False) & entries["group_name"].notna()]
    keys = [squeeze(str(name)) for name in named["group_name"]]
    named_groups = set(zip(keys, named["subdistrict_code"].fillna(""), strict=True))
    anywhere = {key for key, code in named_groups if not code}
    mine = [squeeze(str(name)) for name in organisations["organisation_name"]]
    places = organisations["subdistrict_code"].fillna("")
    cared = [key in anywhere or (key, code) in named_groups for key, code in zip(mine, places, strict=True)]
    return organisations[~np.array(cared, dtype=bool)].reset_index(drop=True)


def functions_without(themes: list[str], entries: pd.DataFrame) -> list[str]:
    """Codes of ``themes`` that no assignment to a function names, in their order."""
    named = set(entries.loc[entries["looked_after"].eq("function").fillna(False), "theme_code"].dropna())
    return [theme for theme in themes if theme not in named]


def targets_beside_plans(targets: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Targets of departments per subdistrict and function, against what the plans of the place ask for.

    Parameters
    ----------
    targets
        ``subdistrict_code``, ``theme_code``, ``agency_code``, ``quantity``, ``done``.
    plans
        ``subdistrict_code``, ``priority_theme`` (comma-joined function codes); plans of villages and subdistricts.

    Returns
    -------
    DataFrame
        One row per subdistrict and function: ``agencies`` (comma-joined), ``targets``, ``finished`` (targets fully
        done; NA where no progress is stated), ``askers`` (plans that ask for it), ``match``: ``meets``, ``not_asked``
        (plans ask only for others), ``no_plan`` (no plan says what it asks for), ``no_target`` (asked for, no target).
    """
    placed = targets[targets["subdistrict_code"].notna() & targets["theme_code"].notna()]
    finished = placed["done"].ge(placed["quantity"]).where(placed["done"].notna() & placed["quantity"].notna())
    grouped = placed.assign(finished=finished.astype("Float64")).groupby(["subdistrict_code", "theme_code"])
    table = pd.DataFrame(
        {
            "agencies": grouped["agency_code"].agg(lambda codes: ",".join(sorted(set(codes.dropna())))),
            "targets": grouped.size(),
            "finished": grouped["finished"].sum(min_count=1),
        }
    )
    asking = plans[plans["subdistrict_code"].notna() & plans["priority_theme"].notna()]
    wishes = asking.assign(theme_code=asking["priority_theme"].str.split(",")).explode("theme_code")
    askers = wishes.groupby(["subdistrict_code", "theme_code"]).size().rename("askers")
    table = table.join(askers, how="outer").reset_index()
    table["askers"] = table["askers"].fillna(0).astype(int)
    has_plan = table["subdistrict_code"].isin(asking["subdistrict_code"])
    none = table["targets"].isna()
    table["match"] = np.select([none, table["askers"].gt(0), ~has_plan], [NO_TARGET, MEETS, NO_PLAN], NOT_ASKED)
    table["targets"] = table["targets"].fillna(0).astype(int)
    return table
