"""The small sheets of ``shared/data/cases``: each gives the answer of its README, or it asks."""

from __future__ import annotations

from datetime import date

import pytest

from loaders.imports.ingest import Ingested, understand
from loaders.layouts.layout import by_hand, headings_key
from loaders.places.matcher import Places, Written
from loaders.problems import Refused
from loaders.thai import periods
from loaders.thai.text import Unreadable
from tests.conftest import SHARED

CASES = SHARED / "cases"


def read(start: str, places: Places) -> Ingested:
    return understand(next(CASES.glob(f"{start}*")), "สำนักงานทดสอบ", places, trusted=True)


def column(ingested: Ingested, name: str, outcome: str = "loaded") -> list:
    return [value for one in ingested.understood for value in one.read.values.loc[one.rows(outcome), name]]


def test_years_of_two_digits_are_buddhist(places: Places) -> None:
    assert column(read("c01", places), "fiscal_year") == [2024, 2023, 2022]


def test_years_that_cannot_be_wait(places: Places) -> None:
    ingested = read("c03", places)
    assert column(ingested, "fiscal_year") == [2024]
    assert ingested.count("quarantined") == 5
    assert {problem.code for problem in ingested.problems} == {"fiscal_year_unclear", "fiscal_year_not_read"}


def test_dates_as_officials_write_them(places: Places) -> None:
    ingested = read("11_", places)
    assert ingested.count("loaded") == 12
    assert {day.year for day in column(ingested, "starts_on")} == {2006, 2007}
    assert column(ingested, "starts_on")[6] == date(2007, 3, 15)  # 15/3/07 beside years of 2550
    assert set(column(ingested, "fiscal_year")) == {2007}


def test_dates_of_two_digits_and_stamps_in_utc(places: Places) -> None:
    ingested = read("c13", places)
    assert ingested.count("loaded") == 13
    assert set(column(ingested, "starts_on")) == {date(2023, 10, 1)}
    assert column(ingested, "ends_on")[9:11] == [date(2023, 10, 31), date(2023, 12, 31)]
    assert column(ingested, "ends_on")[11] == date(2024, 10, 1)  # 17:00 in London is the next day in Bangkok


def test_a_stated_year_that_the_dates_contradict_waits(tmp_path, places: Places) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "ตำบล,อำเภอ,โครงการ,ปีงบประมาณ,วันที่เริ่ม,วันสิ้นสุด,งบประมาณ\n"
        "ขนอม,ขนอม,ก,2567,1 ต.ค. 2566,30 ก.ย. 2567,100\nสิชล,สิชล,ข,2565,1 ต.ค. 2566,30 ก.ย. 2567,100\n",
        encoding="utf-8",
    )
    ingested = understand(path, "x", places, trusted=True)
    assert (ingested.count("loaded"), ingested.count("quarantined")) == (1, 1)
    assert "year_contradicts_dates" in {problem.code for problem in ingested.problems}


@pytest.mark.parametrize(
    ("text", "centre", "first", "last"),
    [
        ("ไตรมาส 1/2567", None, date(2023, 10, 1), date(2023, 12, 31)),
        ("ก.พ. 2567", None, date(2024, 2, 1), date(2024, 2, 29)),
        ("25661001", None, date(2023, 10, 1), date(2023, 10, 1)),
        ("1 ต.ค. 2566 - 30 ก.ย. 2567", None, date(2023, 10, 1), date(2024, 9, 30)),
        ("15/3/07", 2007, date(2007, 3, 15), date(2007, 3, 15)),
        ("2023-09-30T17:30:00Z", None, date(2023, 10, 1), date(2023, 10, 1)),
    ],
)
def test_periods(text: str, centre: float | None, first: date, last: date) -> None:
    period = periods.parse_period(text, centre=centre)
    assert period is not None
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize("text", ["15/3/07", "1 ม.ค. 2657", "31 ก.พ. 2567", "ไตรมาส 5/2567"])
def test_what_may_be_two_days_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        periods.parse_period(text)


@pytest.mark.parametrize("text", ["2657", "1876", "07"])
def test_years_without_an_era_are_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable):
        periods.parse_year(text)


def fates(ingested: Ingested) -> dict[str, str]:
    return {one["heading"]: one["fate"] for one in ingested.summary("x")["columns"]}


def test_a_band_repeated_over_phases(places: Places) -> None:
    ingested = read("w4", places)
    assert column(ingested, "committed") == [100_000, 200_000, 500_000]
    assert column(ingested, "paid") == [20_000, 100_000, 400_000]
    assert fates(ingested)["งบประมาณ - คงเหลือ"] == "difference"
    assert ingested.satang() == 800_000


def test_money_beside_money_is_in_the_account_and_asked_about(places: Places) -> None:
    ingested = read("w6", places)
    assert ingested.satang() == ingested.satang("loaded") == 1_500_000
    assert ingested.doubts == ["several_money_columns"]
    assert sum(value or 0 for value in column(ingested, "people_reached")) == 60


def test_a_unit_right_above_headings_of_two_lines_and_a_column_per_source(places: Places) -> None:
    ingested = read("v05c", places)
    assert ingested.satang() == ingested.satang("loaded") == 43_775_000
    assert set(column(ingested, "stream")) == {"งบจังหวัด", "อบต./เทศบาล", "พอช.", "อื่นๆ"}
    totals = ingested.summary("x")["control_totals"]
    assert len(totals) > 4
    assert all(total["met"] for total in totals)
    assert sum(value or 0 for value in column(ingested, "people_reached")) == 185


def test_men_and_women_are_members_and_their_total_a_check(places: Places) -> None:
    ingested = read("d03", places)
    assert column(ingested, "members") == [30]
    assert fates(ingested)["สมาชิก - รวม"] == "sum"
    assert ingested.doubts == ["column_unexplained:เงินทุน (บาท)"]
    assert ingested.satang() == 5_000_000 == ingested.satang("excluded")  # in the account, whatever becomes of it


def test_semicolons_between_fields_full_of_commas(places: Places) -> None:
    assert read("b04", places).satang("loaded") == 123_656_789_075


def test_amounts_too_large_for_their_unit_are_asked_about(places: Places) -> None:
    assert read("b26", places).doubts == ["unit_impossible:งบประมาณ (ล้านบาท)"]


def test_every_column_of_every_case_has_one_fate(places: Places) -> None:
    known = {"used", "sum", "difference", "check", "not_money", "kept", "asked"}
    for path in sorted(CASES.glob("[a-z0-9]*.*")):
        try:
            ingested = understand(path, "x", places, trusted=True)
        except Refused:
            continue
        columns = ingested.summary(path.name)["columns"]
        assert {one["fate"] for one in columns} <= known
        assert len({(one["sheet"], one["heading"]) for one in columns}) == len(columns)
        assert ingested.satang() == sum(ingested.satang(one) for one in ("loaded", "quarantined", "excluded"))


def test_tags_speak_though_a_stray_word_stands_among_them(places: Places) -> None:
    ingested = read("b12", places)
    assert column(ingested, "amount") == [10_000_000, 20_000_000]
    assert column(ingested, "agency") == ["codi", "thaihealth"]


def test_groups_of_a_form_builder_are_split_off(places: Places) -> None:
    ingested = read("b15", places)
    assert column(ingested, "organisation_name") == ["กลุ่มออมทรัพย์ ก"]
    assert column(ingested, "members") == [45]


@pytest.mark.parametrize(("start", "kind"), [("b17", "school"), ("b18", "health_facility")])
def test_lists_of_schools_and_health_facilities_are_organisations(start: str, kind: str, places: Places) -> None:
    ingested = read(start, places)
    assert ingested.count("loaded") == 2
    assert ingested.understood[0].layout.register == "organisation"
    if "organisation_kind" in ingested.understood[0].layout.constants:
        assert column(ingested, "organisation_kind") == [kind, kind]


def test_needs_by_code(places: Places) -> None:
    result = read("b19", places).understood[0]
    assert set(result.matched["area_code"]) == {"801501", "801401"}
    assert column(read("b19", places), "value:tpmap_poor") == [210, 310]


def test_words_for_every_subdistrict_are_the_district(places: Places) -> None:
    result = read("c06", places).understood[0]
    areas = result.matched["area_code"].tolist()
    assert [areas[4], areas[5], areas[6]] == ["8014", "8014", "8014"]


def test_several_places_in_one_cell_wait_as_several(places: Places) -> None:
    result = read("c06", places).understood[0]
    assert result.matched["problem"].tolist()[:4] == ["place_several"] * 4
    text = read("b28", places).understood[0].matched
    assert text["problem"].tolist()[2] == "place_several"
    assert text["area_code"].tolist()[1] == "8015"
    assert (text["area_code"].tolist()[3], text["area_level"].tolist()[3]) == ("801501", "subdistrict")  # villages 1-5


def test_regions_wait_where_they_hold_the_province(places: Places) -> None:
    ingested = read("b31", places)
    assert ingested.summary("x")["excluded_by_reason"] == {"outside_province": 2}
    assert {problem.code for problem in ingested.problems} == {"place_region"}


def test_local_governments_in_the_cells_of_subdistrict_and_district(places: Places) -> None:
    result = read("b22", places).understood[0]
    codes = result.matched["area_code"].tolist()
    assert codes == ["800305", "800503", "801501", "801401", "801503", "800901"]


@pytest.mark.parametrize("word", ["ไม่มี", "-", "no", "0", "ไม่ใช่", "ไม่ระบุ", ""])
def test_words_for_none_are_no_scheme_of_cofinancing(tmp_path, word: str, places: Places) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "ตำบล,อำเภอ,หน่วยงาน,โครงการ,ปีงบประมาณ,งบประมาณ,โครงการร่วมสมทบ\n"
        f"ขนอม,ขนอม,พอช.,ก,2567,100,{word}\nขนอม,ขนอม,สสส.,ก,2567,100,สมทบกองทุนสวัสดิการชุมชน 1:1:1\n",
        encoding="utf-8",
    )
    layout = by_hand(
        "x", "support",
        {"ตำบล": "subdistrict", "อำเภอ": "district", "หน่วยงาน": "agency", "งบประมาณ": "amount", "โครงการร่วมสมทบ": "cofinancing"},
        {}, {},
    )  # fmt: skip
    headings = ["ตำบล", "อำเภอ", "หน่วยงาน", "โครงการ", "ปีงบประมาณ", "งบประมาณ", "โครงการร่วมสมทบ"]
    ingested = understand(path, "x", places, answers={headings_key(headings): layout}, trusted=True)
    assert column(ingested, "cofinancing") == [None, "matching_fund_1_1_1"]


def test_a_yes_without_a_scheme_waits(tmp_path, places: Places) -> None:
    path = tmp_path / "x.csv"
    path.write_text("ตำบล,อำเภอ,หน่วยงาน,งบประมาณ,โครงการร่วมสมทบ\nขนอม,ขนอม,พอช.,100,มี\n", encoding="utf-8")
    names = {
        "ตำบล": "subdistrict",
        "อำเภอ": "district",
        "หน่วยงาน": "agency",
        "งบประมาณ": "amount",
        "โครงการร่วมสมทบ": "cofinancing",
    }
    ingested = understand(
        path, "x", places, answers={headings_key(names): by_hand("x", "support", names, {}, {})}, trusted=True
    )
    assert {problem.code for problem in ingested.problems} == {"cofinancing_unnamed"}


@pytest.mark.parametrize(
    ("written", "villages"),
    [
        (Written("ขนอม", "ขนอม", moo="1,3,5"), (1, 3, 5)),
        (Written("ขนอม", "ขนอม", moo="๑-๓"), (1, 2, 3)),
        (Written("ขนอม", "ขนอม", moo="ม.1 และ ม.2"), (1, 2)),
        (Written("หมู่ที่ 1, 2 และ 4 ต.ขนอม", "ขนอม"), (1, 2, 4)),
        (Written(text="หมู่ 1 ถึง 5 ตำบลขนอม อำเภอขนอม"), (1, 2, 3, 4, 5)),
        (Written(text="หมู่ 1 ต.ขนอม และ หมู่ 3 ต.ขนอม อ.ขนอม"), (1, 3)),
        (Written("ขนอม", "ขนอม", moo="1, 2, 99"), (1, 2)),
    ],
)
def test_several_villages_are_the_subdistrict_with_its_villages(
    written: Written, villages: tuple, places: Places
) -> None:
    match = places.match(written)
    assert (match.code, match.area_level) == ("801501", "subdistrict")
    assert match.villages == tuple(f"801501{number:02d}" for number in villages)
    assert (match.problem == "place_village_unknown") == ("99" in written.moo)


def test_an_amount_behind_a_village_is_no_village(places: Places) -> None:
    match = places.match(Written(text="หมู่ที่ 3, 250,000 บาท ตำบลขนอม อำเภอขนอม"))
    assert (match.code, match.villages) == ("80150103", ())


@pytest.mark.parametrize(
    ("name", "title", "base", "agency"),
    [
        ("x.csv", "บัญชีโครงการที่ สสส. สนับสนุน", None, "thaihealth"),
        ("x.csv", "สำนักงานพัฒนาสังคมและความมั่นคงของมนุษย์จังหวัดนครศรีธรรมราช", "codi", "psdhs"),
        ("พช_2567.csv", "บัญชีโครงการ", None, "cdd"),
        ("x.csv", "แหล่งทุน: มูลนิธิชุมชนคอน", None, "มูลนิธิชุมชนคอน"),
        ("x.csv", "บัญชีโครงการของ พอช. ร่วมกับ สสส.", "nhso", "nhso"),  # two agencies: none is taken
        ("x.csv", "จังหวัดนครศรีธรรมราช", None, "unnamed_base"),
    ],
)
def test_the_agency_of_a_title_or_name_speaks_where_no_column_does(
    tmp_path, name: str, title: str, base: str | None, agency: str, places: Places
) -> None:
    path = tmp_path / name
    path.write_text(f"{title},,,,\nตำบล,อำเภอ,โครงการ,ปีงบประมาณ,งบประมาณ\nขนอม,ขนอม,ก,2567,100\n", encoding="utf-8")
    ingested = understand(path, base, places, trusted=True)
    assert column(ingested, "agency") == [agency]
    said = [one for one in ingested.summary(name)["melted"] if one.startswith("title:title_agency")]
    assert said == ([] if agency in (base, "unnamed_base") else [f"title:title_agency:{agency}"])


def test_a_title_never_speaks_over_a_column_of_agencies(tmp_path, places: Places) -> None:
    path = tmp_path / "สสส.csv"
    path.write_text("บัญชีของ สสส.,,,,\nตำบล,อำเภอ,หน่วยงาน,โครงการ,งบประมาณ\nขนอม,ขนอม,พอช.,ก,100\n", encoding="utf-8")
    assert column(understand(path, None, places, trusted=True), "agency") == ["codi"]


HEAD = "ตำบล,อำเภอ,โครงการ,งบประมาณ,ปีงบประมาณ,"


@pytest.mark.parametrize(
    ("heading", "row", "answer"),
    [
        ("ระยะเวลา", "2565,ต.ค. 2566 - ก.ย. 2567", "year_contradicts_dates"),
        ("ระยะเวลา", "2567,ต.ค. 2566 - ก.ย. 2567", 2024),
        ("ระยะเวลาดำเนินการ", "2567,60 วัน", 2024),
        ("ไตรมาส", "2566,ไตรมาส 1/2567", "year_contradicts_dates"),
        ("วันสิ้นสุด", ",30 ก.ย. 2567", 2024),
        ("วันสิ้นสุด", "2568,30 ก.ย. 2567", "year_contradicts_dates"),
        ("วันสิ้นสุด", "2566,30 ก.ย. 2567", 2023),  # carried over: only the last day is known
    ],
)
def test_the_year_of_a_row_against_its_dates(tmp_path, heading: str, row: str, answer, places: Places) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"{HEAD}{heading}\nขนอม,ขนอม,ก,100,{row}\n", encoding="utf-8")
    result = understand(path, "x", places, trusted=True).understood[0]
    assert (result.reason.iloc[0] or result.read.values["fiscal_year"].iloc[0]) == answer


def test_an_end_before_the_start_waits(tmp_path, places: Places) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "ตำบล,อำเภอ,โครงการ,งบประมาณ,วันเริ่มต้น,วันสิ้นสุด\nขนอม,ขนอม,ก,100,1 ต.ค. 2567,30 ก.ย. 2566\n", encoding="utf-8"
    )
    assert understand(path, "x", places, trusted=True).understood[0].reason.tolist() == ["dates_reversed"]


def test_quarters_of_two_years_are_records_of_their_years(tmp_path, places: Places) -> None:
    band = "งบประมาณ (บาท) - ไตรมาส"
    path = tmp_path / "x.csv"
    path.write_text(
        f"ตำบล,อำเภอ,โครงการ,{band} 4/2566,{band} 1/2567\nขนอม,ขนอม,ก,100,250\nสิชล,สิชล,ข,30,7\n", encoding="utf-8"
    )
    ingested = understand(path, "x", places, trusted=True)
    assert sorted(zip(column(ingested, "fiscal_year"), column(ingested, "amount"), strict=True)) == [
        (2023, 3_000), (2023, 10_000), (2024, 700), (2024, 25_000),
    ]  # fmt: skip


@pytest.mark.parametrize("fill", ["", "ปี 2566"])
def test_years_over_sources_give_each_record_its_year(tmp_path, fill: str, places: Places) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        f"ตำบล,อำเภอ,โครงการ,งบประมาณ (บาท),,,\n,,,ปี 2566,{fill},ปี 2567,\n,,,งบจังหวัด,งบกลาง,งบจังหวัด,งบกลาง\n"
        "ขนอม,ขนอม,ก,100,250,370,490\nสิชล,สิชล,ข,1,25,33,47\n",
        encoding="utf-8",
    )
    ingested = understand(path, "x", places, trusted=True)
    found = zip(column(ingested, "fiscal_year"), column(ingested, "stream"), column(ingested, "amount"), strict=True)
    assert (2024, "งบกลาง", 49_000) in (rows := sorted(found))
    assert len(rows) == 8
    assert sum(row[2] for row in rows if row[0] == 2023) == 37_600


def test_a_column_of_agencies_under_another_heading(tmp_path, places: Places) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "ตำบล,อำเภอ,หน่วยงานที่สนับสนุน,โครงการ,งบประมาณ\nขนอม,ขนอม,พอช.,ก,1\nสิชล,สิชล,สสส.,ข,2\n", encoding="utf-8"
    )
    assert column(understand(path, "x", places, trusted=True), "agency") == ["codi", "thaihealth"]


def test_two_tables_of_different_years_are_asked_about(tmp_path, places: Places) -> None:
    table = "ตำบล,อำเภอ,โครงการ,งบประมาณ\nขนอม,ขนอม,ก,100\nสิชล,สิชล,ข,200\n"
    path = tmp_path / "x.csv"
    path.write_text(f"บัญชีโครงการ ปีงบประมาณ 2566,,,\n{table}บัญชีโครงการ ปีงบประมาณ 2567,,,\n{table}", encoding="utf-8")
    ingested = understand(path, "x", places, trusted=True)
    assert "years_of_tables" in ingested.doubts
    assert "fiscal_year" not in ingested.understood[0].layout.constants


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (Written("", "ขนอม, สิชล"), ["8014", "8015"]),
        (Written("", "อำเภอขนอม และอำเภอสิชล"), ["8014", "8015"]),
        (Written(text="อำเภอขนอม สิชล และท่าศาลา"), ["8008", "8014", "8015"]),
        (Written(text="ตำบลสิชล ทุ่งใส และเปลี่ยน เพื่อประชาชน อำเภอสิชล"), ["801401", "801405", "801409"]),
        (Written(text="ต.ทุ่งใส, สิชล อำเภอสิชล"), ["801401", "801409"]),
    ],
)
def test_several_places_behind_one_word_wait_with_all_of_them(written: Written, codes: list, places: Places) -> None:
    match = places.match(written)
    assert match.problem == "place_several"
    assert sorted(one.code for one in match.candidates) == codes


@pytest.mark.parametrize("text", ["ตำบลทุ่งใส สิชล นครศรีธรรมราช", "ตำบลทุ่งใส, สิชล, นครศรีธรรมราช"])
def test_a_district_behind_its_subdistrict_is_no_second_place(text: str, places: Places) -> None:
    assert places.match(Written(text=text)).code == "801409"


def test_totals_of_each_year_beside_its_sources_are_checks(tmp_path, places: Places) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "ตำบล,อำเภอ,โครงการ,งบประมาณ (บาท),,,,,\n,,,ปี 2566,,,ปี 2567,,\n,,,งบจังหวัด,งบกลาง,รวม,งบจังหวัด,งบกลาง,รวม\n"
        "ขนอม,ขนอม,ก,100,90,190,300,210,510\nสิชล,สิชล,ข,50,30,80,70,60,130\nเปลี่ยน,สิชล,ข,55,31,86,72,61,133\n",
        encoding="utf-8",
    )
    ingested = understand(path, "x", places, trusted=True)
    assert (ingested.satang("loaded"), ingested.count("loaded"), ingested.doubts) == (112_900, 12, [])
    assert all(total["met"] for total in ingested.summary("x")["control_totals"])
    assert fates(ingested)["งบประมาณ (บาท) - ปี 2567 - รวม"] == "sum"


def test_a_village_of_two_words_with_its_number_is_one_village(places: Places) -> None:
    match = places.match(Written("ขนอม", "ขนอม", moo="3", village="บ้านเปร็ต ตก"))
    assert match.villages == ()
