"""Reference facts of the province: our own tables in ``data/reference``, read once.

Every function returns a fresh copy; codes are text, counts are nullable integers, so that an
unknown figure stays unknown. ``python -m loaders.reference FACTS_DIR`` writes the tables anew from
the published facts (DOPA, Royal Gazette, DLA) and checks the codes against geothai.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pandas as pd

from loaders.settings import DATA

DIRECTORY = DATA / "reference"
COUNTS = ["villages", *(f"{what}_{year}" for what in ("population", "households") for year in (2006, 2007, 2021))]
MEASURES = ["lat", "lon", "area_km2", "office_lat", "office_lon"]

RENAMED = {
    "nst_gazetteer": (
        "subdistricts",
        {
            "tambon_code": "subdistrict_code",
            "tambon_th": "name_th",
            "tambon_en": "name_en",
            "amphoe_code": "district_code",
            "amphoe_th": "district_name_th",
            "amphoe_en": "district_name_en",
            "lat": "lat",
            "lon": "lon",
            "area_km2": "area_km2",
            "n_villages": "villages",
            **{name: name for name in COUNTS[1:]},
            "tao_lat": "office_lat",
            "tao_lon": "office_lon",
            "office_type": "office_type",
            "postal_code": "postal_code",
        },
    ),
    "nst_villages": (
        "villages",
        {
            "muban_code": "village_code",
            "moo": "moo",
            "name_th": "name_th",
            "name_en": "name_en",
            "tambon_code": "subdistrict_code",
            "created": "created",
        },
    ),
    "nst_lao_tambon": (
        "local_governments",
        {
            "entity_code": "entity_code",
            "office_type": "office_type",
            "entity_type": "entity_type",
            "name_th": "name_th",
            "name_en": "name_en",
            "dopa6": "subdistrict_code",
            "coverage": "coverage",
        },
    ),
    "nst_tambon_changes": (
        "area_changes",
        {
            "dopa6": "subdistrict_code",
            "name_th": "name_th",
            "name_en": "name_en",
            "event": "event",
            "effective": "effective",
            "old_dopa6": "old_subdistrict_code",
            "old_amphoe4": "old_district_code",
            "new_amphoe4": "new_district_code",
            "split_from": "split_from",
            "old_name": "old_name",
        },
    ),
    "nst_adjacency": (
        "adjacency",
        {
            "tambon_code_a": "subdistrict_code_a",
            "tambon_code_b": "subdistrict_code_b",
            "shared_border_km": "shared_border_km",
        },
    ),
}


@cache
def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(DIRECTORY / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")


def subdistricts() -> pd.DataFrame:
    """The province's subdistricts: codes, names, point (WGS84 degrees), km2, villages, population, households."""
    table = _table("subdistricts").copy()
    for column in COUNTS:
        table[column] = pd.to_numeric(table[column], errors="coerce").astype("Int64")
    for column in MEASURES:
        table[column] = pd.to_numeric(table[column], errors="coerce")
    return table


def villages() -> pd.DataFrame:
    """Villages with 8-digit codes; ``created`` is an ISO date or empty when older than the records."""
    table = _table("villages").copy()
    table["moo"] = table["moo"].astype(int)
    return table


def local_governments() -> pd.DataFrame:
    """Links of local governments to subdistricts; one government may cover several, and one subdistrict several."""
    return _table("local_governments").copy()


def area_changes() -> pd.DataFrame:
    """Dated changes of subdistricts: renames, moves, splits, abolitions; ``effective`` is ISO or empty."""
    return _table("area_changes").copy()


def adjacency() -> pd.DataFrame:
    """Neighbouring pairs of subdistricts with the length of the shared border in km."""
    table = _table("adjacency").copy()
    table["shared_border_km"] = table["shared_border_km"].astype(float)
    return table


def write(facts: Path) -> dict[str, int]:
    """Write the tables from a folder of published facts; return rows per table.

    Raises ``ValueError`` when a subdistrict code is unknown to geothai: the facts and the national
    register then disagree and a person has to look.
    """
    import geothai

    DIRECTORY.mkdir(parents=True, exist_ok=True)
    counts = {}
    for source, (name, columns) in RENAMED.items():
        table = pd.read_csv(facts / f"{source}.csv", dtype=str, keep_default_na=False)
        table[list(columns)].rename(columns=columns).to_csv(DIRECTORY / f"{name}.csv", index=False, lineterminator="\n")
        counts[name] = len(table)
    _table.cache_clear()
    known = {place.code for district in geothai.districts("80") for place in geothai.subdistricts(district.code)}
    unknown = sorted(set(subdistricts()["subdistrict_code"]) - known)
    if unknown:
        raise ValueError(
            f"{len(unknown)} subdistrict codes of {facts} are unknown to geothai, for instance {unknown[:3]}"
        )
    return counts


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
