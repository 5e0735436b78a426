"""Crafted sheets read to text frames: encodings, headings, totals, bands filled down; every row has one fate and keeps its number."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.files.encodings import decode
from loaders.sheets.raw import is_number
from loaders.sheets.read import read_sheets
from tests.loaders.sheets.crafted import codes, read_one, workbook, written

PLAIN = "ตำบล,อำเภอ,จำนวนเงิน\nชะมาย,ทุ่งสง,1000\nกะปาง,ทุ่งสง,2000\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp874", "iso8859_11", "tis_620"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    sheet = read_one(written(tmp_path, PLAIN.replace(",", delimiter), encoding=encoding))
    assert sheet.frame.loc[3].tolist() == ["กะปาง", "ทุ่งสง", "2000"]
    assert sheet.problems == []


@pytest.mark.parametrize("wrong", ["cp874>latin-1", "utf-8>latin-1", "utf-8>cp874"])
def test_thai_read_wrongly_before_is_repaired_and_said(tmp_path: Path, wrong: str) -> None:
    written_as, read_as = wrong.split(">")
    data = PLAIN.encode(written_as)
    garbled = "".join(
        bytes([byte]).decode(read_as, errors="ignore") or chr(byte) for byte in data
    )  # undefined bytes pass through as control characters, as Windows does it
    sheet = read_one(written(tmp_path, garbled))
    assert sheet.frame.loc[2].tolist() == ["ชะมาย", "ทุ่งสง", "1000"]
    assert codes(sheet) == {"encoding_repaired": 1}


def test_accents_are_not_taken_for_thai(tmp_path: Path) -> None:
    sheet = read_one(written(tmp_path, "Région,Année\nTéra,1\nÉcole,2\n", encoding="cp1252"))
    assert list(sheet.frame.columns) == ["Région", "Année"]


def test_mostly_english_rows_in_cp874() -> None:
    lines = ["code,name,amount"] + [f"{n},Village {n},{n * 10}" for n in range(500)] + ["999,ตำบลปากนคร,5"]
    text, encoding, repaired = decode("\n".join(lines).encode("cp874"))
    assert (encoding, repaired) == ("cp874", False)
    assert text.endswith("ตำบลปากนคร,5")


def test_cut_characters_are_named_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    lines = [f"ตำบลที่{n},อำเภอทุ่งสง,{n}".encode() for n in range(60)]
    lines[30] = lines[30].replace("ทุ่งสง".encode(), "ทุ่งสง".encode()[:-1])
    path.write_bytes(b"\n".join(["ตำบล,อำเภอ,เงิน".encode(), *lines]))
    sheet = read_one(path)
    (problem,) = sheet.problems
    assert (problem.code, problem.severity, problem.row) == ("broken_characters", "quarantined", 32)


def test_longer_rows_never_shift(tmp_path: Path) -> None:
    sheet = read_one(written(tmp_path, "ตำบล,งาน,เงิน\nก,อบรม,1,000\nข,อบรม,200\nค,อบรม,300,\nง,อบรม\n"))
    assert sheet.frame.loc[2].to_dict() == {"ตำบล": "ก", "งาน": "อบรม", "เงิน": "1", "__column_4": "000"}
    found = [(problem.code, problem.row, problem.value) for problem in sheet.problems]
    assert found == [("extra_fields", 2, "000"), ("missing_fields", 5, None)]
    assert {problem.severity for problem in sheet.problems} == {"quarantined"}


def test_a_quote_that_does_not_close_swallows_nothing(tmp_path: Path) -> None:
    sheet = read_one(written(tmp_path, 'ตำบล,เงิน\n"ก,1\nข,2\nค,3\n'))
    assert list(sheet.frame.index) == [2, 3, 4]
    assert [(problem.code, problem.row) for problem in sheet.problems] == [("broken_quotes", 2)]


def test_multi_line_cells_count_as_one_record(tmp_path: Path) -> None:
    sheet = read_one(written(tmp_path, 'ตำบล,งาน,เงิน\nก,"อบรม\nขุดบ่อ",1\nข,อบรม,2\n'))
    assert sheet.frame.loc[3].tolist() == ["ข", "อบรม", "2"]


def test_excel_separator_line(tmp_path: Path) -> None:
    sheet = read_one(written(tmp_path, "sep=;\nตำบล;เงิน\nก;1,5\nข;2\n"))
    assert sheet.frame.loc[3].tolist() == ["ก", "1,5"]


# --- headings -------------------------------------------------------------------------------------------------------


def test_two_line_headings_in_text(tmp_path: Path) -> None:
    text = "ทะเบียน\nลำดับ,อำเภอ,ตำบล,งบประมาณ,,\n,,,2548,2549,2550\n1,ทุ่งสง,ชะมาย,1,2,3\n2,พิปูน,ยางค้อม,4,5,6\n"
    sheet = read_one(written(tmp_path, text))
    assert list(sheet.frame.columns[3:]) == ["งบประมาณ - 2548", "งบประมาณ - 2549", "งบประมาณ - 2550"]
    assert sheet.heading_rows == [2, 3]
    assert sheet.texts == {1: "ทะเบียน"}


def test_three_line_merged_headings(tmp_path: Path) -> None:
    rows = [
        ["ทะเบียนโครงการ ปีงบประมาณ 2550", None, None, None, None],
        ["อำเภอ", "ตำบล", "งบประมาณ (บาท)", None, None],
        [None, None, "รัฐ", None, "ท้องถิ่น"],
        [None, None, "ปกติ", "พิเศษ", None],
        ["ทุ่งสง", "ชะมาย", 100, 200, 300],
        ["พิปูน", "ยางค้อม", 1.5, 2, 3],
    ]
    path = workbook(tmp_path, rows, ("A1:E1", "A2:A4", "B2:B4", "C2:E2", "C3:D3", "E3:E4"))
    sheet = read_one(path)
    head = "งบประมาณ (บาท)"
    assert list(sheet.frame.columns) == [
        "อำเภอ",
        "ตำบล",
        f"{head} - รัฐ - ปกติ",
        f"{head} - รัฐ - พิเศษ",
        f"{head} - ท้องถิ่น",
    ]
    assert sheet.frame.loc[6].tolist() == ["พิปูน", "ยางค้อม", "1.5", "2", "3"]


def test_expected_headings_win(tmp_path: Path) -> None:
    text = "ก,ข,ค,ง\nอำเภอ,ตำบล,งาน,หมายเหตุ\nทุ่งสง,ชะมาย,อบรม,ดี\n"
    assert read_one(written(tmp_path, text)).heading_rows == [1]
    sheet = read_one(written(tmp_path, text), expected_headings={"อำเภอ", "ตำบล", "งาน"})
    assert sheet.heading_rows == [2]
    text = "อำเภอ,ตำบล,งบประมาณ,\n,,2549,2550\nทุ่งสง,ชะมาย,1,2\nพิปูน,กะทูน,3,4\n"
    sheet = read_one(written(tmp_path, text), expected_headings={"อำเภอ", "ตำบล"})
    assert (sheet.heading_rows, sheet.frame.columns[3]) == ([1, 2], "งบประมาณ - 2550")


def test_title_rows_filters_and_column_numbers(tmp_path: Path) -> None:
    text = "แบบ กท.1,,\nหน่วยงาน,อบต.ชะมาย,\n,,\nอำเภอ,ตำบล,เงิน\n(1),(2),(3)\nทุ่งสง,ชะมาย,5\n"
    sheet = read_one(written(tmp_path, text))
    assert sheet.dropped == {"title_rows": 2, "blank_rows": 1, "heading_rows": 1, "column_number_rows": 1}
    assert sheet.texts[2] == "หน่วยงาน อบต.ชะมาย"


def test_no_header_row_is_said_and_no_row_eaten(tmp_path: Path) -> None:
    sheet = read_one(written(tmp_path, "801201,ปากพนัง,100\n801202,คลองน้อย,200\n"))
    assert (len(sheet.frame), codes(sheet)) == (2, {"no_header_row": 1})


def test_pages_titles_and_headings_repeat(tmp_path: Path) -> None:
    text = "ทะเบียนกลุ่ม,,\nอำเภอ,ตำบล,เงิน\nก,ข,1\nหน้า 1,,\nทะเบียนกลุ่ม,,\nอำเภอ,ตำบล,เงิน\nค,ง,2\n- 2 -,,\n"
    sheet = read_one(written(tmp_path, text))
    assert list(sheet.frame.index) == [3, 7]
    assert sheet.dropped == {"title_rows": 1, "heading_rows": 1, "page_rows": 3, "repeated_headings": 1}


# --- totals, sections, bands ----------------------------------------------------------------------------------------


def test_sections_and_totals(tmp_path: Path) -> None:
    text = (
        "ตำบล,กิจกรรม,จำนวนเงิน\nอำเภอทุ่งสง,,\nตำบลชะมาย,อบรม,1000\nตำบลกะปาง,ขุดบ่อ,2000\nรวมอำเภอทุ่งสง,,3000\n"
        "อำเภอพิปูน,,\nตำบลยางค้อม,อบรม,4000\nตำบลพิปูน,,\nรวมทั้งสิ้น,,7000\n"
    )
    sheet = read_one(written(tmp_path, text))
    assert dict(sheet.frame["__section"]) == {3: "อำเภอทุ่งสง", 4: "อำเภอทุ่งสง", 7: "อำเภอพิปูน", 8: "อำเภอพิปูน"}
    assert list(sheet.totals.index) == [5, 9]
    assert sheet.problems == []


@pytest.mark.parametrize(
    "label", ["รวม", "รวมทั้งสิ้น", "ยอดรวม", "รวมเงิน", "รวม (บาท)", "รวม 3 ตำบล", "Total", "Grand Total", "รวมทั้งจังหวัด"]
)
@pytest.mark.parametrize("column", [0, 1])
def test_total_labels(tmp_path: Path, label: str, column: int) -> None:
    last = ["", "", "", "35"]
    last[column] = label
    text = "ลำดับ,ตำบล,งาน,เงิน\n1,ก,อบรม,10\n2,ข,อบรม,20\n3,ค,อบรม,5\n" + ",".join(last) + "\n"
    sheet = read_one(written(tmp_path, text))
    assert (len(sheet.frame), list(sheet.totals["เงิน"])) == (3, ["35"])


def test_a_wrong_total_is_still_a_total(tmp_path: Path) -> None:
    sheet = read_one(written(tmp_path, "ตำบล,งาน,เงิน\nก,อบรม,10\nข,อบรม,20\nรวม,,31\n"))
    assert list(sheet.totals["เงิน"]) == ["31"]


def test_a_name_or_a_group_called_total_is_data_or_asked(tmp_path: Path) -> None:
    text = "ตำบล,กลุ่มเป้าหมาย,กิจกรรม,เงิน\nชะมาย,รวม,อบรม,10\nรวมไทยพัฒนา,เด็ก,อบรม,20\nกะปาง,เด็ก,รวมกลุ่มออม,5\n"
    sheet = read_one(written(tmp_path, text))
    assert (len(sheet.frame), len(sheet.totals)) == (3, 0)
    assert [(problem.code, problem.row, problem.severity) for problem in sheet.problems] == [
        ("possible_total_row", 2, "quarantined")
    ]


def test_district_rows_with_the_sum_of_their_subdistricts(tmp_path: Path) -> None:
    one_column = "พื้นที่,โครงการ,เงิน\nอำเภอทุ่งสง,3,3000\nตำบลชะมาย,1,1000\nตำบลกะปาง,2,2000\nอำเภอพิปูน,4,500\nตำบลยางค้อม,3,400\nตำบลพิปูน,1,100\n"
    sheet = read_one(written(tmp_path, one_column))
    assert list(sheet.totals.index) == [2, 5]
    assert sheet.frame.loc[7, "__section"] == "อำเภอพิปูน"
    two_columns = "อำเภอ,ตำบล,เงิน\nทุ่งสง,,3000\n,ชะมาย,1000\n,กะปาง,2000\nพิปูน,,500\n,ยางค้อม,400\n,พิปูน,100\n"
    sheet = read_one(written(tmp_path, two_columns))
    assert list(sheet.totals.index) == [2, 5]
    assert list(sheet.frame["อำเภอ"]) == ["ทุ่งสง", "ทุ่งสง", "พิปูน", "พิปูน"]


def test_a_district_record_stays_a_record(tmp_path: Path) -> None:
    text = "อำเภอ,ตำบล,เงิน\nทุ่งสง,ชะมาย,1500\nทุ่งสง,,3000\nพิปูน,ยางค้อม,400\nพิปูน,,500\n"
    sheet = read_one(written(tmp_path, text))
    assert (len(sheet.totals), list(sheet.frame["ตำบล"])) == (0, ["ชะมาย", "", "ยางค้อม", ""])


# --- filling --------------------------------------------------------------------------------------------------------


def test_merged_place_is_filled_and_a_merged_budget_is_not(tmp_path: Path) -> None:
    rows = [["อำเภอ", "ตำบล", "งบประมาณ"], ["ทุ่งสง", "ชะมาย", 9000], [None, "กะปาง", None], ["พิปูน", "ยางค้อม", 5]]
    sheet = read_one(workbook(tmp_path, rows, ("A2:A3", "C2:C3")))
    assert list(sheet.frame["อำเภอ"]) == ["ทุ่งสง", "ทุ่งสง", "พิปูน"]
    assert list(sheet.frame["งบประมาณ"]) == ["9000", "", "5"]
    assert codes(sheet) == {"cells_filled_down": 1, "merged_number_not_filled": 1}


def test_blank_cells_continue_the_band_only_where_the_sheet_shows_it(tmp_path: Path) -> None:
    habit = "อำเภอ,ตำบล,เงิน\nทุ่งสง,ชะมาย,1\n,กะปาง,2\nพิปูน,ยางค้อม,3\n,กะทูน,4\n"
    assert list(read_one(written(tmp_path, habit)).frame["อำเภอ"]) == ["ทุ่งสง", "ทุ่งสง", "พิปูน", "พิปูน"]
    unknown = "ลำดับ,ตำบล,เงิน\n1,ชะมาย,1\n2,,2\n3,ยางค้อม,3\n4,กะทูน,4\n"
    assert list(read_one(written(tmp_path, unknown)).frame["ตำบล"]) == ["ชะมาย", "", "ยางค้อม", "กะทูน"]
    repeated = "อำเภอ,ตำบล,เงิน\nทุ่งสง,ชะมาย,1\nทุ่งสง,กะปาง,2\n,ยางค้อม,3\nพิปูน,กะทูน,4\n"
    assert list(read_one(written(tmp_path, repeated)).frame["อำเภอ"])[2] == ""


CELL = st.sampled_from(
    ["", " ", "ก", "รวม", "Total", "อำเภอทุ่งสง", "ตำบลกะปาง", "1,000", "๕๐", "-", "หน้า 2", "#adm1", "2550"]
)


@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=14))
def test_any_grid_keeps_every_row(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("any") / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["อำเภอ", "ตำบล", "งาน", "เงิน"], *rows])
    (sheet,) = read_sheets(path, in_child=False)
    fates = [*sheet.frame.index, *sheet.totals.index]
    assert len(fates) == len(set(fates))
    assert sum(sheet.dropped.values()) + len(fates) == len(rows) + 1
    amounts = [cell for row in rows for cell in row if is_number(cell)]
    seen = [cell.strip() for frame in (sheet.frame, sheet.totals) for cell in frame.to_numpy().ravel()]
    beside = " ".join(sheet.texts.values()) + " ".join(problem.value or "" for problem in sheet.problems)
    beside += " ".join(sheet.frame.columns)
    assert all(amount in seen or amount in beside for amount in amounts)
