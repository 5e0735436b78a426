"""Areas on a day: no record is lost when the day moves, whatever its level."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from geo import areas_over_time
from loaders import reference, store
from loaders.areas import register as areas_register

EVE, DAY = date(2007, 9, 7), date(2007, 9, 8)


@pytest.fixture(scope="module")
def areas(tmp_path_factory):
    engine = store.open_store(f"sqlite:///{tmp_path_factory.mktemp('areas') / 'store.sqlite'}", create=True)
    areas_register.ensure(engine)
    with store.reading(engine) as connection:
        yield areas_register.read_areas(connection)


@pytest.fixture(scope="module")
def records():
    """One record of 1 baht for every subdistrict and every district, and two for the whole province."""
    codes = list(reference.subdistricts()["subdistrict_code"])
    districts = sorted({code[:4] for code in codes})
    rows = (
        [(code, code[:4], 100) for code in codes] + [(None, code, 100) for code in districts] + [(None, None, None)] * 2
    )
    return pd.DataFrame(rows, columns=["subdistrict_code", "district_code", "amount_satang"]).astype(
        {"amount_satang": "Int64"}
    )


@pytest.mark.parametrize(
    "day", [date(1900, 1, 1), date(1975, 6, 9), date(1994, 3, 6), date(2007, 2, 26), EVE, DAY, date(2020, 1, 1)]
)
def test_every_record_stands_somewhere_on_every_day(areas, records, day):
    table = areas_over_time.districts_of_day(areas_register.on_day(areas, day), records)
    assert table["records"].sum() == len(records) == 170 + 23 + 2
    assert table["amount_satang"].sum() == 19_300
    known = table.dropna(subset="district_code")
    assert known["district_code"].is_unique


def test_8_september_2007_turns_two_king_amphoe_into_districts_and_loses_no_record(areas, records):
    before, after = (
        areas_over_time.districts_of_day(areas_register.on_day(areas, day), records).set_index("district_code")
        for day in (EVE, DAY)
    )
    before, after = before[before.index.notna()], after[after.index.notna()]
    changed = before.index[before["kind"].ne(after["kind"])]
    assert list(changed) == ["8021", "8022"]
    assert set(before.loc[changed, "kind"]) == {"king_amphoe"}
    assert set(after["kind"]) == {"district"}
    same = ["name_th", "subdistricts", "villages", "records", "amount_satang"]
    pd.testing.assert_frame_equal(before[same], after[same])
    assert before["villages"].sum() == 1_551


def test_what_differs_from_today(areas):
    today = areas_register.on_day(areas, date(2020, 1, 1))
    assert areas_over_time.changed_since(today, today).empty
    eve = areas_over_time.changed_since(areas_register.on_day(areas, EVE), today)
    assert eve["level"].tolist() == ["district", "district", "village", "village"]
    assert eve["kind_then"].tolist()[:2] == ["king_amphoe", "king_amphoe"]
    assert eve["code_then"].isna().tolist() == [False, False, True, True]
    assert eve["code_now"].tolist()[2:] == ["80081308", "80190606"]
    early = areas_over_time.changed_since(areas_register.on_day(areas, date(1990, 1, 1)), today)
    assert early.loc[early["code_now"] == "801906", "code_then"].tolist() == ["801307"]
    gone = areas_over_time.changed_since(areas_register.on_day(areas, date(1930, 1, 1)), today)
    assert gone["code_now"].isna().any()


def test_the_arrows_know_the_days(areas):
    days = areas_register.days_of_change(areas)
    assert DAY in days
    assert days == sorted(set(days))
    assert max(one for one in days if one <= date(2010, 1, 1)) == DAY
