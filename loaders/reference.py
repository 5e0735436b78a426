"""Reference facts of the provinces: our own tables in ``data/reference``, read once.

The home province's facts (:data:`loaders.settings.FACTS_PROVINCE`) are ``*.csv`` files, the other 76 provinces are in
``nation.zip``, one folder each. Every function returns a fresh copy; codes are text, counts are nullable integers, so
that unknown stays unknown. ``python -m loaders.reference FACTS_DIR`` regenerates both from published facts (DOPA, Royal
Gazette, DLA) and checks the codes against geothai.
"""

from __future__ import annotations

import io
import sys
import zipfile
from functools import cache, lru_cache
from pathlib import Path

import pandas as pd

import loaders.thai.text_storage  # noqa: F401 - text as Python keeps it
from loaders.settings import DATA, FACTS_PROVINCE

DIRECTORY = DATA / "reference"
NATION = DIRECTORY / "nation.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)  # fixed time of zip entries: equal facts give equal bytes
POPULATION_YEARS = (*range(2003, 2015), *range(2017, 2022))  # years of the population register, Gregorian
IN_TABLE = (
    2006,
    2007,
    2021,
)  # years in the subdistricts table; the others are packed for every province
COUNTED = ("population", "households")
COUNTS = ["villages", *(f"{what}_{year}" for what in COUNTED for year in POPULATION_YEARS)]
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
            **{name: name for name in (f"{what}_{year}" for what in COUNTED for year in IN_TABLE)},
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
def _home(name: str) -> pd.DataFrame:
    return pd.read_csv(DIRECTORY / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")


@lru_cache(maxsize=64)
def _packed(province: str, name: str) -> pd.DataFrame:
    """A table of another province, with the columns of the home province's; no rows for an unknown code."""
    with zipfile.ZipFile(NATION) as nation:
        try:
            written = nation.read(f"{province}/{name}.csv")
        except KeyError:
            return _home(name).iloc[:0]
    table = pd.read_csv(io.BytesIO(written), dtype=str, keep_default_na=False, encoding="utf-8")
    return table.reindex(columns=_home(name).columns, fill_value="")


@lru_cache(maxsize=64)
def _people(province: str) -> pd.DataFrame:
    """Population and households of the years that the subdistricts table lacks."""
    with zipfile.ZipFile(NATION) as nation:
        written = nation.read(f"{province}/population.csv")
    return pd.read_csv(io.BytesIO(written), dtype=str, keep_default_na=False)


def _table(name: str, province: str) -> pd.DataFrame:
    return (_home(name) if province == FACTS_PROVINCE else _packed(province, name)).copy()


def subdistricts(province: str = FACTS_PROVINCE) -> pd.DataFrame:
    """Subdistricts of a province: codes, names, point (WGS84), km2, villages, population and households by year."""
    return _subdistricts(province).copy()


@lru_cache(maxsize=64)
def _subdistricts(province: str) -> pd.DataFrame:
    table = _table("subdistricts", province)
    if len(table):
        table = table.merge(_people(province), on="subdistrict_code", how="left")
    else:
        table = table.reindex(columns=[*table.columns, *(name for name in COUNTS if name not in table)])
    for column in COUNTS:
        table[column] = pd.to_numeric(table[column], errors="coerce").astype("Int64")
    for column in MEASURES:
        table[column] = pd.to_numeric(table[column], errors="coerce")
    return table


def villages(province: str = FACTS_PROVINCE) -> pd.DataFrame:
    """Villages with 8-digit codes; ``created`` is an ISO date, empty when older than the records."""
    table = _table("villages", province)
    table["moo"] = table["moo"].astype(int)
    return table


def local_governments(province: str = FACTS_PROVINCE) -> pd.DataFrame:
    """Links of local governments to subdistricts, many to many: one may cover several and vice versa."""
    return _table("local_governments", province)


def area_changes(province: str = FACTS_PROVINCE) -> pd.DataFrame:
    """Dated changes of subdistricts: renames, moves, splits, abolitions; ``effective`` is ISO or empty.

    Includes subdistricts that moved to another province.
    """
    return _table("area_changes", province)


def district_changes(province: str = FACTS_PROVINCE) -> pd.DataFrame:
    """Dated changes of districts.

    ``district_code``, ``name_th``, ``event`` (``grade``, ``create``, ``rename``, ``reassign``), ``effective`` (ISO),
    ``old_name``, ``kind`` (what it became: ``Amphoe``, ``KingAmphoe``, ``Khet``).
    """
    with zipfile.ZipFile(NATION) as nation:
        try:
            written = nation.read(f"{province}/district_changes.csv")
        except KeyError:
            return pd.DataFrame(
                columns=["district_code", "name_th", "event", "effective", "old_name", "kind"], dtype=str
            )
    return pd.read_csv(io.BytesIO(written), dtype=str, keep_default_na=False, encoding="utf-8")


def adjacency(province: str = FACTS_PROVINCE) -> pd.DataFrame:
    """Pairs of neighbouring subdistricts with ``shared_border_km``."""
    table = _table("adjacency", province)
    table["shared_border_km"] = table["shared_border_km"].astype(float)
    return table


def write(facts: Path) -> dict[str, int]:
    """Write the tables from a folder of published facts; returns rows per table.

    Raises ``ValueError`` when a subdistrict code is unknown to geothai: facts and national register disagree.
    """
    import geothai

    DIRECTORY.mkdir(parents=True, exist_ok=True)
    counts = {}
    for source, (name, columns) in RENAMED.items():
        table = pd.read_csv(facts / f"{source}.csv", dtype=str, keep_default_na=False)
        table[list(columns)].rename(columns=columns).to_csv(DIRECTORY / f"{name}.csv", index=False, lineterminator="\n")
        counts[name] = len(table)
    counts |= pack(facts)
    _home.cache_clear()
    _packed.cache_clear()
    _people.cache_clear()
    _subdistricts.cache_clear()
    codes = {place.code for district in geothai.districts("80") for place in geothai.subdistricts(district.code)}
    unknown = sorted(set(subdistricts()["subdistrict_code"]) - codes)
    if unknown:
        raise ValueError(
            f"{len(unknown)} subdistrict codes of {facts} are unknown to geothai, for instance {unknown[:3]}"
        )
    return counts


def pack(facts: Path) -> dict[str, int]:
    """Write ``nation.zip`` from the ``nation_*.csv`` of the published facts; returns rows by ``nation_NAME``.

    The home province is left out, except for population and changes of districts: its own tables have the points that
    its schematic map was fitted to. Pairs of neighbours in two provinces are left out.
    """
    whose = {"villages": "subdistrict_code", "adjacency": "subdistrict_code_a"}
    packed, counts = {}, {}
    for name in ("subdistricts", "villages", "local_governments", "adjacency"):
        table = pd.read_csv(facts / f"nation_{name}.csv", dtype=str, keep_default_na=False)
        provinces = table[whose.get(name, "subdistrict_code")].str[:2]
        if name == "adjacency":
            provinces = provinces.where(provinces.eq(table["subdistrict_code_b"].str[:2]), "")
        table = table.drop(columns=[column for column in table if column.startswith("province_")])
        if name == "villages":
            table["created"] = table["village_code"].map(_created(facts)).fillna("")
        counts[f"nation_{name}"] = len(table)
        for province, rows in table.groupby(provinces):
            if province and province != FACTS_PROVINCE:
                packed[f"{province}/{name}.csv"] = rows.to_csv(index=False, lineterminator="\n")
    for name, by_province in (("population", _people_by_year(facts)), *_changes(facts).items()):
        for province, rows in by_province.items():
            if province != FACTS_PROVINCE or name != "area_changes":
                packed[f"{province}/{name}.csv"] = rows.to_csv(index=False, lineterminator="\n")
    with zipfile.ZipFile(NATION, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as nation:
        for path in sorted(packed):
            nation.writestr(zipfile.ZipInfo(path, EPOCH), packed[path], zipfile.ZIP_DEFLATED, 9)
    return counts


def _people_by_year(facts: Path) -> dict[str, pd.DataFrame]:
    """By province, one row per subdistrict and one column per count and year; empty where a year lacks the place."""
    people = pd.read_csv(facts / "nation_population.csv", dtype=str, keep_default_na=False)
    people = people[people["year"].astype(int).isin(set(POPULATION_YEARS) - set(IN_TABLE))]
    wide = people.pivot(index="subdistrict_code", columns="year", values=list(COUNTED)).fillna("")
    wide.columns = [f"{what}_{year}" for what, year in wide.columns]
    wide = wide.reset_index()
    return {str(province): rows for province, rows in wide.groupby(wide["subdistrict_code"].str[:2])}


EVENTS = ("rename", "reassign", "create", "abolished", "misspelling")


def _changes(facts: Path) -> dict[str, dict[str, pd.DataFrame]]:
    """Changes of subdistricts (columns of the home province's table) and of districts, by table and province.

    A subdistrict that moved to another province is in both.
    """
    changes = pd.read_csv(facts / "nation_changes.csv", dtype=str, keep_default_na=False)
    english = pd.read_csv(facts / "nation_subdistricts.csv", dtype=str, keep_default_na=False)
    names = dict(zip(english["subdistrict_code"], english["name_en"], strict=True))
    places = changes[changes["entity_type"].isin(["Tambon", "Khwaeng"]) & changes["event"].isin(EVENTS)]
    moved = places["event"].eq("reassign")
    places = places[~moved | places["old_parent"].str.len().eq(4)]  # the origin of some moves is not recorded
    moved = places["event"].eq("reassign")
    columns = {
        "subdistrict_code": places["code"], "name_th": places["name_th"], "name_en": places["code"].map(names).fillna(""),
        "event": places["event"], "effective": places["effective"], "old_subdistrict_code": places["old_code"],
        "old_district_code": places["old_parent"].where(moved, ""), "new_district_code": places["code"].str[:4].where(moved, ""),
        "split_from": places["split_from"], "old_name": places["old_name"],
    }  # fmt: skip
    areas = pd.DataFrame(columns)
    here, there = areas["subdistrict_code"].str[:2], areas["old_district_code"].str[:2]
    provinces = sorted({*here, *there} - {""})
    upper = changes[changes["entity_type"].isin(["Amphoe", "KingAmphoe", "Khet"]) & changes["code"].str.len().eq(4)]
    upper = upper[upper["event"].isin(["create", "rename", "statuschange", "reassign"])]
    districts = pd.DataFrame({
        "district_code": upper["code"], "name_th": upper["name_th"],
        "event": upper["event"].replace("statuschange", "grade"), "effective": upper["effective"],
        "old_name": upper["old_name"], "kind": upper["to_type"],
    })  # fmt: skip
    return {
        "area_changes": {code: areas[here.eq(code) | there.eq(code)] for code in provinces if len(code) == 2},
        "district_changes": {str(code): rows for code, rows in districts.groupby(districts["district_code"].str[:2])},
    }


def _created(facts: Path) -> pd.Series:
    """ISO date on which a village was created, by village code."""
    changes = pd.read_csv(facts / "nation_changes.csv", dtype=str, keep_default_na=False)
    made = changes[changes["entity_type"].eq("Muban") & changes["event"].eq("create") & changes["effective"].ne("")]
    return made.groupby("code")["effective"].min()


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
