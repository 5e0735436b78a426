"""The reference facts agree with the published ones and with the national register."""

from __future__ import annotations

import geothai
import pandas as pd

from loaders import reference
from tests.conftest import SHARED


def test_counts_of_the_province():
    subdistricts, villages = reference.subdistricts(), reference.villages()
    assert len(subdistricts) == 170
    assert subdistricts["subdistrict_code"].is_unique
    assert subdistricts["district_code"].nunique() == 23
    assert len(villages) == 1553
    assert villages["village_code"].is_unique
    assert int((subdistricts["villages"] == 0).sum()) == 5


def test_villages_in_2007_are_those_of_the_meeting():
    created = pd.to_datetime(reference.villages()["created"], errors="coerce")
    assert int((created.isna() | (created <= "2007-02-26")).sum()) == 1551


def test_codes_and_names_are_those_of_the_national_register():
    known = {
        place.code: place.name_th
        for district in geothai.districts("80")
        for place in geothai.subdistricts(district.code)
    }
    table = reference.subdistricts().set_index("subdistrict_code")["name_th"]
    assert set(table.index) == set(known)
    assert {code: name for code, name in table.items() if known[code] != name} == {}


def test_the_tables_are_the_published_facts():
    source = pd.read_csv(SHARED / "facts" / "nst_gazetteer.csv", dtype=str, keep_default_na=False)
    ours = pd.read_csv(reference.DIRECTORY / "subdistricts.csv", dtype=str, keep_default_na=False)
    for ours_name, theirs in (
        ("subdistrict_code", "tambon_code"),
        ("population_2007", "population_2007"),
        ("area_km2", "area_km2"),
    ):
        assert list(ours[ours_name]) == list(source[theirs])


def test_villages_of_the_table_add_up_to_the_village_list():
    counted = reference.villages()["subdistrict_code"].value_counts()
    table = reference.subdistricts().set_index("subdistrict_code")["villages"]
    assert (table[table > 0] == counted.reindex(table[table > 0].index)).all()
