"""Facts of every province: the packed tables are the published ones, and nothing unknown becomes zero."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from loaders import reference, settings, setup, store
from loaders.areas import facts as province_facts
from loaders.areas import register as areas_register
from loaders.boundaries.register import register
from loaders.decisions import dues
from loaders.store.privacy import DATA_TEAM
from tests.conftest import SHARED


@pytest.fixture(scope="module")
def published():
    read = {"dtype": str, "keep_default_na": False}
    names = ("subdistricts", "villages", "local_governments", "adjacency")
    return {name: pd.read_csv(SHARED / "facts" / f"nation_{name}.csv", **read) for name in names}


def test_home_has_its_published_tables():
    assert province_facts.subdistricts("80").equals(reference.subdistricts())
    assert len(province_facts.adjacency("80")) == len(reference.adjacency())


def test_all_provinces_together_are_the_nation(published):
    codes = sorted(published["subdistricts"]["province_code"].unique())
    assert len(codes) == 77
    tables = [province_facts.subdistricts(code) for code in codes]
    assert all(list(table.columns) == list(reference.subdistricts().columns) for table in tables)
    nation = pd.concat(tables)
    assert len(nation) == 7436
    assert nation["subdistrict_code"].is_unique
    assert nation["district_code"].nunique() == 928
    assert nation["population_2021"].sum() == 66_171_439
    assert sum(len(province_facts.villages(code)) for code in codes) == 75_269
    assert sum(len(province_facts.local_governments(code)) for code in codes) == 8_589
    for count in {*reference.COUNTS} & {*published["subdistricts"].columns}:
        ours = nation.set_index("subdistrict_code")[count]
        theirs = published["subdistricts"].set_index("subdistrict_code")[count].reindex(ours.index)
        assert ours.isna().eq(theirs.eq("")).all(), count  # what is not stated is not known
        assert ours.dropna().eq(theirs[theirs.ne("")].astype(int)).all(), count


@pytest.mark.parametrize("province", ["10", "38", "84", "90"])
def test_a_province_is_cut_out_whole(published, province):
    table = province_facts.subdistricts(province)
    assert set(table["subdistrict_code"]) == set(register(province)["subdistrict_code"])
    villages = province_facts.villages(province)
    assert villages["village_code"].str.startswith(province).all()
    assert villages["subdistrict_code"].isin(table["subdistrict_code"]).all()
    pairs = province_facts.adjacency(province)
    both = published["adjacency"][["subdistrict_code_a", "subdistrict_code_b"]].map(lambda code: code[:2] == province)
    assert len(pairs) == both.all(axis=1).sum()
    assert pairs["shared_border_km"].ge(0.05).all()


def test_people_of_every_year_are_the_published_ones():
    told = pd.read_csv(SHARED / "facts" / "nation_population.csv", dtype={"subdistrict_code": str})
    for province in ("80", "38"):
        table = province_facts.subdistricts(province).set_index("subdistrict_code")
        for year, rows in told[told["subdistrict_code"].isin(table.index)].groupby("year"):
            known = rows.set_index("subdistrict_code")["population"]
            ours = table[f"population_{year}"]
            assert ours.dropna().to_dict() == known.to_dict(), (province, year)
            assert ours.isna().sum() == len(table) - len(known)  # a place of which the year tells nothing


def test_the_day_of_a_village_is_recorded_where_it_is_published():
    created = province_facts.villages("84").set_index("village_code")["created"]
    changes = pd.read_csv(SHARED / "facts" / "nation_changes.csv", dtype=str, keep_default_na=False)
    made = changes.query("entity_type == 'Muban' and event == 'create' and effective != '' and code.str[:2] == '84'")
    known = made[made["code"].isin(created.index)].groupby("code")["effective"].min()
    assert len(known) > 5
    assert created[created.ne("")].to_dict() == known.to_dict()


def test_a_code_that_is_no_province_has_no_facts():
    assert province_facts.subdistricts("79").empty
    assert province_facts.villages("79").empty


def test_a_board_of_another_province_begins_empty(tmp_path, monkeypatch):
    monkeypatch.setenv("KRADAN_STORE", str(tmp_path / "surat.sqlite"))
    monkeypatch.setenv("KRADAN_PROVINCE", "84")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert setup.load_demo_once()["demo"] == "left empty"
    assert setup.load_demo_once()["files"] == 0  # and stays so at the next start


def test_every_province_has_a_register_with_time_and_its_expected_reports(tmp_path, monkeypatch):
    """A board of another province: old districts, dated moves, villages, and the offices that owe a report there."""
    for name in ("KRADAN_PROVINCE", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KRADAN_STORE", str(tmp_path / "kradan.sqlite"))
    assert setup.load_demo_once(False)["demo"] == "left empty"
    engine = store.open_store()
    setup.begin(engine, "38", "clerk")
    assert settings.home_province() == "38"
    with store.reading(engine) as connection:
        then = areas_register.as_of(connection, date(1985, 1, 1), "district").set_index("code")
        now = areas_register.as_of(connection, level="district").set_index("code")
        owed = dues.read_dues(connection, "support", "38", viewer=DATA_TEAM)
        assert setup.is_chosen(connection)
    assert (len(now), then.loc["3805", "kind"], now.loc["3805", "kind"]) == (8, "king_amphoe", "district")
    assert "3808" not in then.index and owed["is_asked"].sum() == 8
    setup.begin(engine, "80", "clerk")
    assert settings.home_province() == "80"
