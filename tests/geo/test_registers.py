"""Registers of people, groups, communities and funds: found by words, counted per place, joined from their tables."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from geo import registers
from geo.registers import REGISTERS, Field, Register

PLACES = pd.Series(["800101", "800102", "800103"])


def holders() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person": ["นาง ก. ใจดี", None, "Mr. Somchai"],
            "organisation_name": ["กลุ่มออมทรัพย์ บ้านนา", "อบต.ท่าไร่", None],
            "subdistrict_code": ["800101", "800101", None],
            "is_vacant": [False, True, False],
        }
    )


@pytest.mark.parametrize(
    ("written", "found"),
    [("ใจดี", [0]), ("ก ใจดี", [0]), ("SOMCHAI", [2]), ("อบต ท่าไร่", [1]), ("กลุ่ม ท่าไร่", []), ("", [0, 1, 2])],
)
def test_every_written_word_must_be_found(written, found):
    assert list(registers.matching(holders(), written, ("person", "organisation_name")).index) == found
    nobody = registers.matching(holders().head(0), written, ("person", "organisation_name"))
    assert list(nobody.columns) == list(holders().columns)


def test_what_waits_comes_first_or_alone_and_a_place_is_searched():
    people = replace(REGISTERS["people"], kind=None)
    rows = holders().assign(place=["ในเมือง", "ท่าไร่", ""], district_code=["8001", "8001", None])
    said = {"district": None, "kind": None, "written": "", "only_open": False}
    assert registers.asked(rows, people, **said)["person"].isna().tolist() == [True, False, False]
    assert list(registers.asked(rows, people, **said | {"only_open": True}).index) == [1]
    assert list(registers.asked(rows, people, **said | {"written": "ในเมือง"}).index) == [0]
    assert list(registers.asked(rows, people, **said | {"district": "8001"}).index) == [1, 0]


def test_a_place_without_an_entry_counts_nothing_and_vacancies_stand_apart():
    table = registers.per_place(holders(), PLACES, "is_vacant")
    assert table["entries"].tolist() == [2, 0, 0]
    assert table["open"].tolist() == [1, 0, 0]
    assert registers.per_place(holders(), PLACES)["open"].tolist() == [0, 0, 0]
    assert registers.unplaced(holders()) == 1


def test_a_community_has_its_newest_plan_and_what_names_it():
    villages = pd.DataFrame({"village_code": ["80010101", "80010102"], "subdistrict_code": "800101", "name_th": "บ"})
    plans = pd.DataFrame(
        {
            "village_code": ["80010101", "80010101", None],
            "plan_year": pd.array([2005, 2006, 2007], dtype="Int64"),
            "plan_exists": pd.array([False, True, True], dtype="boolean"),
            "cohort": pd.array([1, 2, None], dtype="Int64"),
            "priority_theme": [None, "health", None],
        }
    )
    groups = pd.DataFrame({"village_code": [None, "80010102"], "village_codes": ["80010101,80010102", None]})
    supports = pd.DataFrame({"village_code": ["80010101"], "village_codes": [None]})
    found = registers.communities(villages, plans, groups, supports).set_index("village_code")
    assert found["plan_exists"].tolist() == [True, pd.NA]
    assert found.loc["80010101", "cohort"] == 2
    assert found["groups"].tolist() == [1, 2]
    assert found["supports"].tolist() == [1, pd.NA]  # no row names it: not known, not none


def test_a_new_register_is_one_definition():
    """Health volunteers: the entry alone gives list, search, kinds and map classes."""
    volunteers = Register(
        "volunteers", "role_holder", "person", (Field("person"), Field("phone")), ("person",), Field("role", "role_")
    )
    rows = holders().assign(role="health_volunteer", phone=None)
    assert len(registers.matching(rows, "ใจดี", volunteers.searched)) == 1
    assert registers.per_place(rows, PLACES, replace(volunteers, is_open="is_vacant").is_open)["open"].sum() == 1


def test_every_title_is_a_field():
    assert all(
        register.title in {*(field.name for field in register.fields), "place"} for register in REGISTERS.values()
    )


def test_what_can_be_measured_of_an_entry_and_of_a_subdistrict():
    rows = pd.DataFrame(
        {
            "entry": ["1", "2"], "members": pd.array([10, None], dtype="Int64"), "founded_on": pd.to_datetime(["2000-01-01", None]),
            "savings_satang": pd.array([None, None], dtype="Int64"), "organisation_name": ["ก", "ข"],
        }
    )  # fmt: skip
    table = registers.measures(REGISTERS["groups"], rows, pd.Timestamp(2010, 1, 1))
    assert list(table) == ["entry", "members", "founded_on"]  # nothing is known of savings, and a name is no measure
    assert table["members"].isna().tolist() == [False, True]
    assert round(float(table["founded_on"].iloc[0])) == 10
    told = {"groups": pd.Series({"800102": 1.0, "800103": 0.5})}
    placed = registers.per_subdistrict(PLACES, {"groups": pd.DataFrame({"subdistrict_code": ["800101"] * 2})}, told)
    assert placed["register:groups"].fillna(-1).tolist() == [2, 0, -1]  # none only where all have reported
    figures = pd.DataFrame(
        {
            "area_level": ["village", "village", "subdistrict"], "village_code": ["80010101", "80010101", None],
            "indicator_code": ["poor"] * 3, "fiscal_year": [2006, 2007, 2007], "value": [1.0, 2.0, 9.0],
        }
    )  # fmt: skip
    assert registers.newest(figures, "village", "village_code").to_dict() == {"indicator:poor": {"80010101": 2.0}}


def test_a_list_of_village_numbers_names_villages():
    rows = pd.DataFrame(
        {
            "village_list": ["ม.3, ม.๕", "หมู่ที่ 1 และ 3", "บ้านนา", "ม.3-5", "ม.3, ม.9", None, "3"],
            "village_codes": [None] * 6 + ["80010101"],
            "subdistrict_code": ["800101"] * 7,
        }
    )
    villages = pd.Series(["80010101", "80010103", "80010105"])
    found = registers.with_listed_villages(rows, villages)["village_codes"]
    assert found.fillna("").tolist() == ["80010103,80010105", "80010101,80010103", "", "", "", "", "80010101"]


def test_a_register_over_a_map_says_none_only_where_all_who_owe_it_have_given_it():
    codes = pd.Series(["800101", "800102", "800103", "800104"])
    entries = pd.DataFrame(
        {"subdistrict_code": ["800101", "800101", "800103", None], "waits": [True, False, False, True]}
    )
    told = pd.Series({"800101": 0.5, "800102": 1.0, "800103": 1.0, "800104": float("nan")})
    found = registers.over_map(entries, codes, told)
    assert list(found["number"]) == [2, 0, 1, 0]
    assert list(found["status"]) == ["covered", "none", "covered", "not_reported"]  # nobody asked is not "none"
    waiting = registers.over_map(entries, codes, told, "waits")
    assert list(waiting["number"]) == [1, 0, 0, 0]
    assert list(waiting["status"]) == ["covered", "none", "none", "not_reported"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("ทาไร", [0]), ("น้ําตก", [1]), ("นาตก", [1]), ("ต.ท่าไร่ อ. เมือง", [0]), ("บ.ท่าไร่", [0]), ("หมู่ 1", [0, 2]), ("ม.11", [1]),
        ("หมู่ที่ ๕ ท่าดี", [2]), ("moo 1 ท่าไร่", [0]), ("8009", [1]), ("80010601", [0]), ("กลุมออมทรัพย", [2]), ("หมู่ 7", []), ("ไม่มี", []), ("ไม่มีกลุ่มนี้", []),
    ],
)  # fmt: skip
def test_names_are_found_in_any_spelling_and_villages_by_their_number(written, found):
    rows = pd.DataFrame(
        {
            "name": ["บ้านท่าไร่", "บ้านน้ำตก", "กลุ่มออมทรัพย์บ้านนา"],
            "place": ["ท่าไร่ · เมืองนครศรีธรรมราช", "น้ำตก · ทุ่งสง", "ท่าดี · ลานสกา"],
            "village_code": ["80010601", "80090211", None],
            "village_codes": [None, None, "80030301,80030305"],
            "subdistrict_code": ["800106", "800902", "800303"],
        }
    )
    assert list(registers.matching(rows, written, ("name", "place")).index) == found
    nobody = registers.matching(rows.head(0), written, ("name", "place"))
    assert list(nobody.columns) == list(rows.columns)


def test_what_ended_or_has_not_begun_is_not_there_today():
    days = [pd.Timestamp(2020, 1, 1), pd.NaT, pd.Timestamp(2030, 1, 1)]
    rows = pd.DataFrame(
        {"starts_on": [days[0], days[1], days[2], days[0]], "ends_on": [days[0], pd.NaT, pd.NaT, days[2]]}
    )
    found = registers.with_state(rows, pd.Timestamp(2025, 6, 1))
    assert found["state"].to_dict() == {1: "now", 3: "now", 2: "later", 0: "ended"}
    assert list(registers.in_force(rows, pd.Timestamp(2025, 6, 1)).index) == [1, 3]
