"""Who looks after which place, group or function; where nobody is named; targets of departments beside a place's own plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.statuses import NONE, decide
from loaders.codes import squeeze

PLACE, PART, ABOVE, NOBODY, NOT_KNOWN = "place", "part", "above", "nobody", "not_known"
STATUSES = (PLACE, PART, ABOVE, NOBODY, NOT_KNOWN)
MEETS, NOT_ASKED, NO_TARGET, NO_PLAN = "meets", "not_asked", "no_target", "no_plan"


def by_place(areas: pd.DataFrame, entries: pd.DataFrame, completeness: pd.Series) -> pd.DataFrame:
    """Who looks after every subdistrict.

    Parameters
    ----------
    entries : assignments that hold: ``looked_after``, ``area_level``, ``subdistrict_code``, ``district_code``, ``province_code``.
    completeness : by subdistrict, share of those that owe the register who have given it (:mod:`geo.coverage.heard`).

    Returns
    -------
    ``subdistrict_code``, ``entries`` (that name the subdistrict), ``status``: ``place`` (somebody looks after it),
    ``part`` (after a village or a group in it), ``above`` (only after its whole district or the province), ``nobody`` (and
    all who owe the register have given it), ``not_known``.
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
    """Assignments that reach a subdistrict: of the place itself, of villages, groups and functions in it, then of its district and province."""
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
    """Groups and networks that no assignment names (by name, and by place where the assignment has one)."""
    named = entries[entries["looked_after"].eq("group").fillna(False) & entries["group_name"].notna()]
    keys = [squeeze(str(name)) for name in named["group_name"]]
    named_groups = set(zip(keys, named["subdistrict_code"].fillna(""), strict=True))
    anywhere = {key for key, code in named_groups if not code}
    mine = [squeeze(str(name)) for name in organisations["organisation_name"]]
    places = organisations["subdistrict_code"].fillna("")
    cared = [key in anywhere or (key, code) in named_groups for key, code in zip(mine, places, strict=True)]
    return organisations[~np.array(cared, dtype=bool)].reset_index(drop=True)


def functions_without(themes: list[str], entries: pd.DataFrame) -> list[str]:
    """Functions that no assignment of a function names, in the order of ``themes``."""
    named = set(entries.loc[entries["looked_after"].eq("function").fillna(False), "theme_code"].dropna())
    return [theme for theme in themes if theme not in named]


def targets_beside_plans(targets: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """What departments set themselves for a subdistrict and function, beside what the plans of the place ask for.

    Parameters
    ----------
    targets : ``subdistrict_code``, ``theme_code``, ``agency_code``, ``quantity``, ``done``.
    plans : ``subdistrict_code``, ``plan_exists``, ``priority_theme`` (comma-joined), villages' plans as well.

    Returns
    -------
    ``subdistrict_code``, ``theme_code``, ``agencies`` (comma-joined), ``targets``, ``finished`` (targets of which all is
    done; NA where nothing is said of what is done), ``askers`` (plans that ask for the function), ``match``: ``meets``, ``not_asked``
    (plans are known and none asks), ``no_plan`` (no plan of the place says what it asks for), ``no_target`` (asked for, and
    no department has a target that we know of).
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
