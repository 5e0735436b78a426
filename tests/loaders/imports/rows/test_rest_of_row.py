"""The rest of a row: two columns that are one of ours, vacancies, telephones, fields of groups; nothing is passed over."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from loaders import store
from loaders.imports.ingest import Ingested, ingest, understand
from loaders.layouts.cells.people import is_vacant, phone
from loaders.layouts.layout import by_hand, headings_key
from loaders.places.matcher import Places
from loaders.store.privacy import DATA_TEAM
from tests.loaders.imports.rows.office_files import write
from tests.support.import_files import new_store

KINDS = ("xlsx", "xls", "ods", "csv")
PLACE = {"ตำบล": "subdistrict", "อำเภอ": "district"}


def given(
    path: Path, rows: list[list], columns: dict[str, str], places: Places, register: str = "support", **constants: str
) -> Ingested:
    layout = by_hand("codi", register, PLACE | columns, {}, constants)
    answers = {headings_key(rows[0]): layout}
    return understand(write(path, rows), "codi", places, answers=answers, trusted=True)


def column(ingested: Ingested, name: str, outcome: str = "loaded") -> list:
    return [value for one in ingested.understood for value in one.read.values.loc[one.rows(outcome), name]]


@pytest.mark.parametrize("kind", KINDS)
def test_two_columns_of_money_add_up_each_in_its_unit(kind: str, tmp_path: Path, places: Places) -> None:
    rows = [
        ["ตำบล", "อำเภอ", "งาน", "งบหลัก (บาท)", "งบสมทบ (พันบาท)"],
        ["ท่าศาลา", "ท่าศาลา", "ก", 310_000, 115],
        ["กลาย", "ท่าศาลา", "ข", "", 2],
    ]
    columns = {"งาน": "activity", "งบหลัก (บาท)": "amount", "งบสมทบ (พันบาท)": "amount"}
    ingested = given(tmp_path / f"a.{kind}", rows, columns, places)
    assert column(ingested, "amount") == [42_500_000, 200_000]


def test_a_total_given_beside_its_parts_is_not_added_to_them(tmp_path: Path, places: Places) -> None:
    rows = [["ตำบล", "อำเภอ", "ชื่อกลุ่ม", "ชาย", "หญิง", "รวม"]]
    rows += [[name, "ท่าศาลา", "ก", men, men + 3, 2 * men + 3] for name, men in (("ท่าศาลา", 10), ("กลาย", 7))]
    columns = {"ชื่อกลุ่ม": "organisation_name", "ชาย": "members", "หญิง": "members", "รวม": "members"}
    ingested = given(tmp_path / "a.csv", rows, columns, places, "organisation")
    assert column(ingested, "members") == [23, 17]
    assert {one["heading"]: one["fate"] for one in ingested.summary("x")["columns"]}["รวม"] == "sum"


def test_two_columns_of_the_same_figures_are_asked_about(tmp_path: Path, places: Places) -> None:
    rows = [["ตำบล", "อำเภอ", "งบ", "งบอนุมัติ"], ["ท่าศาลา", "ท่าศาลา", 5, 5], ["กลาย", "ท่าศาลา", 7, 7]]
    ingested = given(tmp_path / "a.csv", rows, {"งบ": "amount", "งบอนุมัติ": "amount"}, places)
    assert ingested.doubts == ["two_columns_same:amount"]


def test_indicators_of_two_columns_add_up(tmp_path: Path, places: Places) -> None:
    rows = [["ตำบล", "อำเภอ", "ประชากรชาย", "ประชากรหญิง"], ["ท่าศาลา", "ท่าศาลา", 10, 12]]
    columns = dict.fromkeys(rows[0][2:], "value:population")
    assert column(given(tmp_path / "a.csv", rows, columns, places, "indicator"), "value:population") == [22]


@pytest.mark.parametrize(
    ("ours", "one", "other", "answer"),
    [
        ("activity", "ขุดคลอง", "ปลูกป่า", "ขุดคลอง · ปลูกป่า"),
        ("activity", "ขุดคลอง", "ขุดคลอง", "ขุดคลอง"),
        ("starts_on", "1 ต.ค. 2566", "01/10/2566", date(2023, 10, 1)),
        ("starts_on", "1 ต.ค. 2566", "2 ต.ค. 2566", "two_values"),
        ("agency", "พอช.", "สถาบันพัฒนาองค์กรชุมชน (องค์การมหาชน)", "codi"),
        ("agency", "พอช.", "สสส.", "two_values"),
        ("implementer", "อบต. ก", "อบต. ข", "two_values"),
        ("fiscal_year", "2567", "", 2024),
        ("fiscal_year", "", "2567", 2024),
        ("fiscal_year", "2567", "2566", "two_values"),
    ],
)
def test_texts_dates_and_codes_of_two_columns(
    ours: str, one: str, other: str, answer: object, tmp_path: Path, places: Places
) -> None:
    rows = [["ตำบล", "อำเภอ", "งบ", "ช่องหนึ่ง", "ช่องสอง"], ["ท่าศาลา", "ท่าศาลา", 5, one, other]]
    ingested = given(tmp_path / "a.csv", rows, {"งบ": "amount", "ช่องหนึ่ง": ours, "ช่องสอง": ours}, places)
    if answer == "two_values":
        assert ingested.understood[0].reason.tolist() == ["two_values"]
    else:
        assert column(ingested, ours) == [answer]


def test_two_places_of_one_row_wait(tmp_path: Path, places: Places) -> None:
    rows = [["ตำบล", "ตำบลที่ทำ", "อำเภอ", "งบ"], ["ท่าศาลา", "กลาย", "ท่าศาลา", 5], ["กลาย", "", "ท่าศาลา", 5]]
    ingested = given(tmp_path / "a.csv", rows, {"ตำบลที่ทำ": "subdistrict", "งบ": "amount"}, places)
    assert ingested.understood[0].reason.tolist() == ["two_values", ""]


def test_headings_that_could_be_one_column_and_differ_are_asked_about(tmp_path: Path, places: Places) -> None:
    rows = [["ตำบล", "อำเภอ", "หน่วยงาน", "แหล่งทุน", "โครงการ", "งบประมาณ"], ["ท่าศาลา", "ท่าศาลา", "พอช.", "สสส.", "ก", 5]]
    ingested = understand(write(tmp_path / "a.csv", rows), "codi", places, trusted=True)
    assert "two_values:agency" in ingested.doubts


def test_a_name_and_its_surname_stand_together_two_persons_wait(tmp_path: Path, places: Places) -> None:
    rows = [["ตำบล", "อำเภอ", "ชื่อ", "นามสกุล"], ["ท่าศาลา", "ท่าศาลา", "สมมติ", "ตัวอย่าง"]]
    ingested = given(tmp_path / "a.csv", rows, {"ชื่อ": "person", "นามสกุล": "person"}, places, "role_holder", role="คุณกิจ")
    assert column(ingested, "person") == ["สมมติ ตัวอย่าง"]
    rows[0][3] = "รองประธาน"
    waiting = given(
        tmp_path / "b.csv", rows, {"ชื่อ": "person", "รองประธาน": "person"}, places, "role_holder", role="คุณกิจ"
    )
    assert waiting.understood[0].reason.tolist() == ["two_values"]


@pytest.mark.parametrize(
    ("written", "vacant"),
    [
        ("-", True),
        ("–", True),
        ("(ว่าง)", True),
        ("ตำแหน่งว่าง", True),
        ("ไม่มี", True),
        ("อยู่ระหว่างสรรหา", True),
        ("ไม่ทราบ", False),
        ("นาย ก", False),
    ],
)
def test_a_dash_for_a_person_is_a_vacancy(written: str, vacant: bool) -> None:
    assert is_vacant(written) is vacant


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("812345678", "0812345678"),
        ("81-234-5678", "081-234-5678"),
        ("0812345678", "0812345678"),
        ("081-234-5678", "081-234-5678"),
        ("๐๘๑-๒๓๔๕๖๗๘", "081-2345678"),
        ("75341234", "075341234"),
        ("66812345678", "0812345678"),
        ("+66 (0)81 234 5678", "0812345678"),
        ("812345678, 898765432", "0812345678, 0898765432"),
        ("081-2345678/0898765432", "081-2345678, 0898765432"),
        ("0812345678\n75341234", "0812345678, 075341234"),
        ("75341234 ต่อ 12", "075341234 ต่อ 12"),
        ("โทร. 812345678", "0812345678"),
        ("1669", "1669"),
        ("กำนัน 081 234 5678", "กำนัน 081 234 5678"),
        ("-", None),
        ("ไม่มี", None),
    ],
)
def test_telephones_keep_their_leading_zero(written: str, dialled: str | None) -> None:
    assert phone(written) == dialled


@pytest.mark.parametrize("kind", KINDS)
def test_people_of_every_kind_of_file(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine: Engine = new_store(tmp_path, monkeypatch)
    rows = [
        ["ตำบล", "อำเภอ", "ผู้นำ", "โทร"],
        ["ท่าศาลา", "ท่าศาลา", "นาย ก", 812345678],
        ["กลาย", "ท่าศาลา", "-", "-"],
        ["ท่าขึ้น", "ท่าศาลา", "ไม่ทราบ", ""],
    ]
    layout = by_hand("codi", "role_holder", PLACE | {"ผู้นำ": "person", "โทร": "phone"}, {}, {"role": "ผู้นำชุมชน"})
    path = write(tmp_path / f"a.{kind}", rows)
    ingest(engine, path, "codi", answers={headings_key(rows[0]): layout}, confirmed=True, trusted=True)
    with store.reading(engine) as connection:
        found = store.read_register(connection, "role_holder", "80", viewer=DATA_TEAM).sort_values("row")
    assert found["phone"].tolist()[0] == "0812345678"
    assert found["is_vacant"].tolist() == [False, True, False]


@pytest.mark.parametrize("kind", KINDS)
def test_groups_have_savings_hardship_members_and_a_founding_date(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine: Engine = new_store(tmp_path, monkeypatch)
    rows = [
        ["ชื่อกลุ่ม", "ตำบล", "อำเภอ", "จำนวนสมาชิก (คน)", "สมาชิกยากลำบาก", "เงินออม (บาท)", "วันที่ก่อตั้ง"],
        ["กลุ่มออมทรัพย์", "ท่าศาลา", "ท่าศาลา", 120, 7, 1234.5, "15 ม.ค. 2545"],
        ["กลุ่มแม่บ้าน", "กลาย", "ท่าศาลา", 20, "", "", "2550"],
    ]
    done = ingest(engine, write(tmp_path / f"a.{kind}", rows), "codi", confirmed=True, trusted=True)
    assert done.satang("loaded") == 123_450
    with store.reading(engine) as connection:
        found = store.read_register(connection, "organisation", "80", viewer=DATA_TEAM).sort_values("row")
    assert found["savings_satang"].tolist()[0] == 123_450
    assert found["hardship_members"].tolist()[0] == 7
    assert [day.year for day in found["founded_on"]] == [2002, 2007]
