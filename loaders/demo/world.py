"""The invented province behind the demo files: strong and weak places, places left out, districts not reported."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from loaders import reference
from loaders.layouts import layout as layouts

SEED = 2550
PILOTS = 55
BOOKLETS = 24
NEW_VILLAGES = ("80081308", "80190606")  # created in 2016, unknown in 2007
KING_AMPHOE = {"8021", "8022"}  # กิ่งอำเภอ (minor districts) until 8 Sep 2007

# Without any support in fiscal year 2007: the coast of Pak Phanang and Hua Sai, and the western hills.
LEFT_OUT = (
    "801209", "801212", "801215", "801216", "801218", "801602", "801604", "801607", "801611",
    "800502", "800503", "802102", "802104",
)  # fmt: skip
# Weak communities that get more special money than they can manage.
SWAMPED_DISTRICTS = ("8007", "8011", "8017")
SWAMPED_EACH = 4
# Two subdistricts of the same name, which must never be merged.
NAMESAKES = ("800901", "801217")


def random(what: int) -> np.random.Generator:
    """A random stream per file, so that a change in one file does not change another."""
    return np.random.default_rng([SEED, what])


@cache
def _places() -> pd.DataFrame:
    table = reference.subdistricts().set_index("subdistrict_code", drop=False).rename_axis("code").sort_index()
    noise = random(0).normal(0, 0.12, len(table))
    smooth = 0.5 + 0.25 * np.sin(7 * table["lat"]) * np.cos(6 * table["lon"])
    table["is_town"] = table["villages"].eq(0).to_numpy(dtype=bool)
    table["is_left_out"] = table.index.isin(LEFT_OUT)
    strength = (smooth + noise - 0.2 * table["is_left_out"]).clip(0.05, 0.95)
    chosen = strength[table["district_code"].isin(SWAMPED_DISTRICTS)]
    weakest = chosen.groupby(table["district_code"]).nsmallest(SWAMPED_EACH)
    table["is_swamped"] = table.index.isin(weakest.index.get_level_values(-1))
    table["strength"] = strength.where(~table["is_swamped"], 0.15).round(3)
    table["is_pilot"] = table.index.isin(_pilots(table))
    return table


def _pilots(table: pd.DataFrame) -> list[str]:
    """55 pilots: both namesakes, then the strongest of every district, then the strongest of the rest."""
    free = table[~table["is_town"] & ~table["is_left_out"] & ~table["is_swamped"] & ~table.index.isin(NAMESAKES)]
    ordered = free.sort_values(["strength", "code"], ascending=[False, True])
    first = ordered.groupby("district_code").head(1).index
    second = ordered.index.difference(first, sort=False)
    chosen = [code for code in NAMESAKES if not table.at[code, "is_town"]] + list(first)
    return (chosen + list(second))[:PILOTS]


def places() -> pd.DataFrame:
    """170 subdistricts indexed by code, with strength (0-1) and the flags of the invented province."""
    return _places().copy()


@cache
def names() -> dict[str, str]:
    """Thai names of districts, subdistricts and villages by code."""
    table = _places()
    districts = table.drop_duplicates("district_code")
    return {
        **dict(zip(districts["district_code"], districts["district_name_th"], strict=True)),
        **table["name_th"].to_dict(),
        **dict(zip(villages()["village_code"], villages()["name_th"], strict=True)),
    }


def active(base: str | None = None) -> pd.DataFrame:
    """Subdistricts with support; with ``base``, only those in districts that the base has reported."""
    table = places()
    table = table[~table["is_left_out"]]
    if base is None:
        return table
    return table[table["district_code"].isin(reported_districts(base))]


def reported_districts(base: str) -> list[str]:
    """District codes that a base's demo layouts speak for."""
    demo = [layout for layout in layouts.shipped() if layout.is_demo and layout.register == "support"]
    listed = {code for layout in demo if layout.base == base for code in layout.scope.get("districts", ())}
    return sorted(listed or set(places()["district_code"]))


def villages() -> pd.DataFrame:
    """The 1,551 villages of 2007."""
    table = reference.villages()
    return table[~table["village_code"].isin(NEW_VILLAGES)].reset_index(drop=True)


@cache
def villages_by_subdistrict() -> dict[str, list[str]]:
    """Village codes of 2007 by subdistrict."""
    return villages().groupby("subdistrict_code")["village_code"].agg(list).to_dict()


@cache
def _local_governments() -> dict[str, str]:
    prefix = {
        "Tambon": "อบต.",
        "ThesabanTambon": "เทศบาลตำบล",
        "ThesabanMueang": "เทศบาลเมือง",
        "ThesabanNakhon": "เทศบาลนคร",
    }
    table = reference.local_governments().sort_values(["subdistrict_code", "entity_type", "entity_code"])
    first = table.groupby("subdistrict_code").first()
    return (first["entity_type"].map(prefix) + first["name_th"]).to_dict()


def local_government(subdistrict_code: str) -> str:
    """Written name of the local government of a subdistrict (the TAO first)."""
    return _local_governments().get(subdistrict_code, "อบต.")
