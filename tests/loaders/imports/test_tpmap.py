"""TPMAP by 6-digit code is an ordinary import: subdistricts become indicators of a year, municipalities stay apart, nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from geo import registers
from geo.coverage import gaps
from loaders import codes, store
from loaders.imports.ingest import ingest, understand
from loaders.places.matcher import Places
from loaders.store.privacy import DATA_TEAM
from tests.conftest import ROOT

SHARED = Path(os.environ.get("KRADAN_SHARED", ROOT.parent / "shared"))
FILE = SHARED / "data/agency_files/15_tpmap_2561_nst_by_tambon.csv"
needs_file = pytest.mark.skipif(not FILE.is_file(), reason="the agency's file is not part of the repository")


@needs_file
def test_every_code_and_column_is_an_indicator(sqlite_engine):
    source = pd.read_csv(FILE, dtype={"tumbol_ID": str})
    done = ingest(sqlite_engine, FILE, who="tester", trusted=True)
    assert (done.count(), done.count("loaded"), done.count("quarantined"), done.count("excluded")) == (187, 187, 0, 0)
    with store.reading(sqlite_engine) as connection:
        figures = store.read_register(connection, "indicator", "80", viewer=DATA_TEAM)
    municipal = source["tumbol_ID"].str[4:] >= "50"
    assert figures["fiscal_year"].eq(2018).all()  # the name of the file alone states it
    poor = figures[figures["indicator_code"].eq("tpmap_poor")]
    assert poor["value"].sum() == source["MOF_VAL_CNT"].sum()
    assert poor["subdistrict_code"].nunique() == 162
    apart = poor[poor["subdistrict_code"].isna()]
    assert sorted(apart["area_code"]) == sorted(source.loc[municipal, "tumbol_ID"])
    assert apart["area_level"].eq("local_government").all()
    assert apart["district_code"].eq(apart["area_code"].str[:4]).all()
    assert gaps.apart(figures, "tpmap_poor") == (25, source.loc[municipal, "MOF_VAL_CNT"].sum())
    assert gaps.apart(figures, "hardship_people") == (0, 0.0)
    for number in range(1, 32):
        for ours, theirs in ((f"tpmap_indicator{number}", "CNT"), (f"tpmap_indicator{number}_all", "ALL")):
            mine = figures[figures["indicator_code"].eq(ours)]
            assert mine["value"].sum() == source[f"indicator{number}.{theirs}"].sum()
    table = registers.indicators(figures, codes.indicators())
    assert not table["indicator_code"].str.endswith("_all").any()
    row = table[table["indicator_code"].eq("tpmap_indicator23") & table["area_code"].eq("800151")].iloc[0]
    there = source.set_index("tumbol_ID").loc["800151"]
    assert (row["value"], row["of_value"]) == (there["indicator23.CNT"], there["indicator23.ALL"])
    assert row["share"] == there["indicator23.CNT"] / there["indicator23.ALL"]


@pytest.mark.parametrize("heading", ["tambon_ID", "TAMBOL_CODE", "tumbol_ID"])
def test_other_years_and_provinces_have_other_columns(tmp_path, heading):
    """The same base with a column of the year, without the columns that this edition has."""
    path = tmp_path / "export.csv"
    path.write_text(f"year,{heading},MOF_VAL_CNT,DISABLED_CNT\n2565,840101,12,3\n2565,840151,5,\n", encoding="utf-8")
    done = understand(path, places=Places.national(home="84"), trusted=True)
    (result,) = done.understood
    assert result.outcome.tolist() == ["loaded", "loaded"]
    assert result.matched["area_code"].tolist() == ["840101", "840151"]
    assert result.matched["subdistrict_code"].isna().tolist() == [False, True]
    assert result.read.values["fiscal_year"].tolist() == [2022, 2022]
    assert set(result.layout.columns) == {"place_code", "fiscal_year", "value:tpmap_poor", "value:disabled_people"}
