"""Real agency files and crafted ones, read to text frames: every row has one fate and keeps its number."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from loaders.files.encodings import decode
from loaders.problems import Refused, count_by_code
from loaders.sheets.raw import as_text, is_number
from loaders.sheets.read import Sheet, read_sheets
from loaders.sheets.xls import error_cells
from tests.conftest import SHARED

FILES = SHARED / "agency_files"


def agency_file(start: str) -> Path:
    """The one agency file whose name starts so."""
    (path,) = FILES.glob(f"{start}_*")
    return path


def codes(sheet: Sheet) -> dict[str, int]:
    return count_by_code(sheet.problems)


def read_one(path: Path, **options: object) -> Sheet:
    (sheet,) = read_sheets(path, in_child=False, **options)
    return sheet


def written(tmp_path: Path, text: str, *, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(tmp_path: Path, rows: list[list[object]], merges: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for place in merges:
        page.merge_cells(place)
    path = tmp_path / "book.xlsx"
    book.save(path)
    return path


# --- the real files: counts and positions verified by eye -----------------------------------------------------------

REAL = {
    # file: sheet -> (data rows, total rows, dropped, first data row, last data row)
    "01": {None: (7768, 0, {"heading_rows": 1}, 2, 7769)},
    "01b": {None: (97, 0, {"heading_rows": 1}, 2, 98)},
    "02a": {None: (3897, 0, {"heading_rows": 1}, 2, 3898)},
    "02e": {None: (3481, 0, {"heading_rows": 1}, 2, 3482)},
    "02f": {None: (239, 0, {"heading_rows": 1}, 2, 240)},
    "03": {None: (142, 0, {"heading_rows": 1, "repeated_headings": 70, "page_rows": 228}, 2, 423)},
    "04": {
        "ส่วนกลาง": (111, 0, {"title_rows": 1, "heading_rows": 1, "blank_rows": 1, "section_rows": 17}, 4, 131),
        "ส่วนภูมิภาค": (91, 0, {"title_rows": 1, "heading_rows": 1, "blank_rows": 2, "section_rows": 15}, 3, 110),
        "ส่วนท้องถิ่น": (105, 0, {"title_rows": 1, "heading_rows": 1, "section_rows": 4}, 4, 111),
        "สถานศึกษา": (30, 0, {"title_rows": 1, "heading_rows": 1}, 3, 32),
        "สถานพยาบาล": (20, 0, {"title_rows": 1, "heading_rows": 1}, 3, 22),
    },
    "05": {
        "Reference-Note": (8, 0, {"title_rows": 11, "blank_rows": 2, "heading_rows": 1}, 15, 22),
        "TambonDatabase": (7436, 0, {"heading_rows": 1}, 2, 7437),
        "ProvinceDatabase": (77, 0, {"heading_rows": 1}, 2, 78),
        "รหัสไปรษณีย์": (7537, 0, {"heading_rows": 1}, 2, 7538),
        "Province Map Test": (77, 0, {"heading_rows": 1}, 2, 78),
        "Summary Province": (77, 1, {"title_rows": 2, "blank_rows": 1, "heading_rows": 1}, 5, 81),
        "Summary รหัสไปรษณีย์1": (928, 78, {"title_rows": 2, "blank_rows": 1, "heading_rows": 1}, 5, 1008),
        "Summary รหัสไปรษณีย์2": (974, 1, {"title_rows": 2, "blank_rows": 1, "heading_rows": 1}, 5, 978),
    },
    "06": {
        "all": (7436, 0, {"heading_rows": 1}, 2, 7437),
        "Province": (77, 0, {"heading_rows": 1}, 2, 78),
        "District": (928, 0, {"heading_rows": 1}, 2, 929),
        "Tumbon": (7436, 0, {"heading_rows": 1}, 2, 7437),
        "Postal": (7537, 0, {"heading_rows": 1}, 2, 7538),
    },
    "08": {"records": (6967, 0, {"heading_rows": 1}, 2, 6968)},
    "11a": {None: (3122, 0, {"heading_rows": 1, "blank_rows": 4202}, 2, 3123)},
    "11d": {
        "3W Opérationnelle": (1556, 0, {"heading_rows": 1, "hxl_rows": 1}, 3, 1558),
        "3W Physique": (760, 0, {"heading_rows": 1, "blank_rows": 14}, 2, 775),
    },
    "11f": {None: (1226, 0, {"heading_rows": 1, "hxl_rows": 1}, 3, 1228)},
    "12b": {None: (286, 0, {"heading_rows": 1}, 2, 287)},
    "13": {None: (8027, 0, {"heading_rows": 1}, 2, 8028)},
    "14": {None: (7776, 0, {"heading_rows": 1}, 2, 7777)},
}


@pytest.mark.parametrize("start", REAL)
def test_real_file_rows(start: str) -> None:
    path = agency_file(start)
    found = {sheet.name: sheet for sheet in read_sheets(path, in_child=False)}
    expected = {name or path.stem: row for name, row in REAL[start].items()}
    assert list(found) == list(expected)
    for name, (rows, totals, dropped, first, last) in expected.items():
        sheet = found[name]
        assert (len(sheet.frame), len(sheet.totals), sheet.dropped) == (rows, totals, dropped), name
        assert (sheet.frame.index[0], sheet.frame.index[-1]) == (first, last), name


def raw_grid(path: Path) -> dict[str, list[list[str]]]:
    """The rows of a real file by another way than ``sheets``: csv over the decoded text, or calamine alone."""
    if path.suffix == ".csv":
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp874")
        return {path.stem: list(csv.reader(text.splitlines(keepends=True)))}
    if path.suffix == ".json":
        records = json.loads(path.read_text(encoding="utf-8"))["records"]
        return {"records": [list(records[0]), *([str(value) for value in one.values()] for one in records)]}
    book = CalamineWorkbook.from_path(path)
    return {
        name: [[as_text(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
        for name in book.sheet_names
    }


@pytest.mark.parametrize("start", REAL)
def test_no_row_is_lost_and_every_value_keeps_its_position(start: str) -> None:
    path = agency_file(start)
    grids = raw_grid(path)
    for sheet in read_sheets(path, in_child=False):
        grid = grids[sheet.name]
        assert sum(sheet.dropped.values()) + len(sheet.frame) + len(sheet.totals) == len(grid), sheet.name
        filled = {number for number, row in enumerate(grid, start=1) if any(cell.strip() for cell in row)}
        told = set(sheet.frame.index) | set(sheet.totals.index) | set(sheet.texts) | set(sheet.heading_rows)
        # the rest holds nothing but the one-character flags of an unnamed column (file 03)
        assert all(len("".join(grid[number - 1]).strip()) == 1 for number in filled - told), sheet.name
        for frame in (sheet.frame, sheet.totals):
            for number, row in zip(frame.index, frame.to_numpy().tolist(), strict=True):
                cells = {" ".join(cell.split()) for cell in grid[number - 1] if cell.strip()}
                kept = {" ".join(cell.split()) for cell in row}
                if start != "08":
                    assert cells - kept <= {"0", "1"}, (sheet.name, number)
                else:
                    assert row[0] in cells


def test_election_table_with_repeated_headings_and_thai_digits() -> None:
    sheet = read_one(agency_file("03"))
    assert list(sheet.frame.columns[:4]) == ["ลำดับ ที่", "จังหวัด", "จำนวน สมาชิกสภา ผู้แทนราษฎร", "จำนวน เขตเลือกตั้ง"]
    assert sheet.frame.loc[2, "จังหวัด"] == "ตราด"
    assert sheet.frame.loc[10, "จำนวน เขตเลือกตั้ง"] == "๒"
    assert sheet.frame.loc[22, "จังหวัด"] == "แพร่"  # carried over the page break, filled from row 17
    assert sheet.frame.loc[22, "จำนวน เขตเลือกตั้ง"] == ""  # figures are never filled
    assert sheet.texts[12] == "หนา ๗ 0"
    assert codes(sheet) == {"cells_filled_down": 1}


def test_xls_directory_takes_merged_banners_as_groups() -> None:
    sheets = {sheet.name: sheet for sheet in read_sheets(agency_file("04"), in_child=False)}
    central = sheets["ส่วนกลาง"].frame
    assert central.loc[4, "__group"] == "กระทรวงมหาดไทย"
    assert central.loc[11, "__group"] == "สำนักนายกรัฐมนตรี"
    assert central.loc[5, "ตำแหน่ง"] == ""  # a second address line is no new office holder
    assert sheets["ส่วนกลาง"].texts[1].startswith("ทำเนียบส่วนราชการส่วนกลาง")
    assert sheets["ส่วนภูมิภาค"].frame.loc[3, "ตำแหน่ง"] == "ผู้ว่าราชการจังหวัด"
    assert "__group" not in sheets["สถานศึกษา"].frame


def test_pivot_sheets_give_totals_and_fill_their_bands() -> None:
    sheets = {sheet.name: sheet for sheet in read_sheets(agency_file("05"), in_child=False)}
    pivot = sheets["Summary รหัสไปรษณีย์1"]
    assert pivot.frame.loc[12, "ProvinceThai"] == "กระบี่"
    assert pivot.totals.loc[13, "ProvinceThai"] == "กระบี่ Total"
    assert pivot.totals.index[-1] == 1010
    provinces = sheets["Summary Province"]
    counts = provinces.frame["Distinct Count of TambonID"].astype(int)
    assert counts.sum() == int(provinces.totals.loc[82, "Distinct Count of TambonID"]) == 7436
    names = sheets["TambonDatabase"].frame
    assert names.loc[5324, "TambonThai"] == "รวมไทยพัฒนา"  # a subdistrict, not a total
    assert names.loc[2, "TambonID"] == "100101"
    assert list(sheets["Reference-Note"].frame.columns) == ["แหล่งข้อมูล", "ชื่อหน้าเว็บเพจ", "URL"]
    assert codes(sheets["Reference-Note"]) == {"figures_above_headings": 1}
    assert list(sheets["Province Map Test"].frame.columns) == ["ProvinceEng", "num", "ProvinceThai", "num (2)"]


def test_merged_text_is_never_filled_to_the_right() -> None:
    sheet = read_sheets(agency_file("06"), in_child=False)[0]
    assert sheet.frame.loc[6047, "กรุงเทพปริมณฑลต่างจังหวัด"] == "กรุงเทพมหานครและปริมณฑล"
    assert sheet.frame.loc[6047, "PostalCodeRemark"] == ""


def test_hxl_tags_and_json_records() -> None:
    sheet = read_sheets(agency_file("11d"), in_child=False)[0]
    assert codes(sheet) == {"hxl_tags": 1}
    assert sheet.problems[0].row == 2
    records = read_one(agency_file("08"))
    assert records.frame.loc[2].tolist()[:2] == ["461501", "สำราญ"]
    assert records.frame.loc[2, "value"] == "7498"


def test_iati_is_refused_with_a_reason() -> None:
    with pytest.raises(Refused) as refusal:
        read_sheets(agency_file("12"))
    assert (refusal.value.problem.code, refusal.value.problem.value) == ("file_kind_unsupported", "IATI XML")


def test_child_and_own_process_agree() -> None:
    for start in ("01b", "03", "04", "11d"):
        here, there = (read_sheets(agency_file(start), in_child=flag) for flag in (False, True))
        assert [sheet.name for sheet in here] == [sheet.name for sheet in there]
        for one, other in zip(here, there, strict=True):
            assert one.frame.equals(other.frame)
            assert one.totals.equals(other.totals)
            assert (one.dropped, one.problems, one.texts) == (other.dropped, other.problems, other.texts)


# --- encodings and delimiters ---------------------------------------------------------------------------------------

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


# --- cells of workbooks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1250000.0, "1250000"),
        (12.5, "12.5"),
        (532425.81000000006, "532425.81"),
        (0.00001, "0.00001"),
        (3801200123456.0, "3801200123456"),
        (True, "TRUE"),
        (dt.datetime(2007, 3, 6), "2007-03-06"),
        (dt.datetime(2550, 3, 6, 9, 30), "2550-03-06 09:30:00"),
        (dt.date(2550, 3, 6), "2550-03-06"),
        ("0801", "0801"),
        (float("inf"), "inf"),
    ],
)
def test_exact_text(value: object, text: str) -> None:
    assert as_text(value) == text


def test_errors_formulas_and_hidden_sheets_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    for row in (
        ["อำเภอ", "ตำบล", "เงิน"],
        ["ทุ่งสง", "ชะมาย", "=1000*2"],
        ["พิปูน", "ยางค้อม", "#REF!"],
        ["ลานสกา", "กำโลน", 7],
    ):
        page.append(row)
    page["C3"].data_type = "e"
    hidden = book.create_sheet("ซ่อน")
    hidden.sheet_state = "hidden"
    hidden.append(["ตำบล", "เงิน"])
    hidden.append(["ก", 1])
    path = tmp_path / "cells.xlsx"
    book.save(path)
    first, second = read_sheets(path, in_child=False)
    found = {(problem.code, problem.row, problem.column, problem.value) for problem in first.problems}
    assert found == {("formula_without_value", 2, "เงิน", None), ("error_cell", 3, "เงิน", "#REF!")}
    assert list(first.frame["เงิน"]) == ["", "#REF!", "7"]
    assert (second.hidden, codes(second)) == (True, {"hidden_sheet": 1})


def test_a_table_that_does_not_begin_at_a1(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    for column, heading in enumerate(["อำเภอ", "ตำบล", "เงิน"], start=3):
        page[f"{get_column_letter(column)}5"] = heading
        page[f"{get_column_letter(column)}6"] = heading[0] if heading != "เงิน" else 12
    path = tmp_path / "off.xlsx"
    book.save(path)
    sheet = read_one(path)
    assert (sheet.heading_rows, sheet.frame.loc[6].tolist()) == ([5], ["อ", "ต", "12"])


def ods(rows: str) -> bytes:
    """An OpenDocument sheet with these table rows."""
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for key, name in names.items())
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="ข้อมูล">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return out.getvalue()


def ods_row(*cells: object) -> str:
    texts = [
        f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
        if isinstance(cell, int | float)
        else f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    ]
    return f"<table:table-row>{''.join(texts)}</table:table-row>"


def test_open_document_sheet(tmp_path: Path) -> None:
    path = tmp_path / "sheet.ods"
    cells = '<table:table-cell table:number-columns-repeated="16384"/>'
    blank = f'<table:table-row table:number-rows-repeated="{{}}">{cells}</table:table-row>'
    rows = ods_row("ทะเบียน") + ods_row("อำเภอ", "ตำบล", "เงิน") + ods_row("ทุ่งสง", "ชะมาย", 12.5)
    path.write_bytes(ods(rows + blank.format(2) + ods_row("พิปูน", "ยางค้อม", 7) + blank.format(1_048_000)))
    sheet = read_one(path)
    assert sheet.frame.loc[6].tolist() == ["พิปูน", "ยางค้อม", "7"]
    assert sheet.dropped == {"title_rows": 1, "heading_rows": 1, "blank_rows": 2}
    path.write_bytes(ods(f'{rows}<table:table-row table:number-rows-repeated="1000000">{ods_row(1, 2, 3)[17:]}'))
    with pytest.raises(Refused) as refusal:
        read_sheets(path)
    assert refusal.value.problem.code == "file_bomb"


def test_error_cells_of_old_workbooks() -> None:
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    name = "ข้อมูล".encode("utf-16-le")
    bound = record(0x85, struct.pack("<IHBB", 0, 0, len(name) // 2, 1) + name)
    start = 4 + len(bound) + 4
    bound = record(0x85, struct.pack("<IHBB", start, 0, len(name) // 2, 1) + name)
    error = record(0x205, struct.pack("<HHHBB", 4, 2, 0, 23, 1))
    truth = record(0x205, struct.pack("<HHHBB", 5, 2, 0, 1, 0))
    formula = record(0x06, struct.pack("<HHH", 6, 1, 0) + bytes([2, 0, 42, 0, 0, 0, 255, 255]) + bytes(8))
    stream = record(0x0809, b"")[:4] + bound + record(0x0A, b"") + error + truth + formula + record(0x0A, b"")
    found = error_cells(stream)
    assert [(mark.row, mark.column, mark.value) for mark in found["ข้อมูล"]] == [(4, 2, "#REF!"), (6, 1, "#N/A")]


def test_html_saved_as_xls(tmp_path: Path) -> None:
    html = (
        "<html><meta charset=utf-8><script>x<table></script><table><tr><td colspan=4>ทะเบียน</td></tr>"
        "<tr><th rowspan=2>อำเภอ<th rowspan=2>ตำบล<th colspan=2>เงิน</tr><tr><th>2549<th>2550</tr>"
        "<tr><td rowspan=2>ทุ่งสง<td>ชะมาย<td>1<td>2</tr><tr><td>กะปาง<td>3<td>4</tr><tr><td colspan=2>รวม<td>4<td>6</tr></table>"
    )
    sheet = read_one(written(tmp_path, html, name="report.xls"))
    assert list(sheet.frame.columns) == ["อำเภอ", "ตำบล", "เงิน - 2549", "เงิน - 2550"]
    assert sheet.frame.loc[5].tolist() == ["ทุ่งสง", "กะปาง", "3", "4"]
    assert sheet.totals.loc[6].tolist() == ["รวม", "", "4", "6"]


def test_excel_2003_xml(tmp_path: Path) -> None:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    wide = ' ss:MergeAcross="2"'
    cell = '<Cell{0}><Data ss:Type="{1}">{2}</Data></Cell>'.format
    text = (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="A"><Table>'
        f"<Row>{cell(wide, 'String', 'Title')}</Row>"
        f'<Row ss:Index="3">{cell("", "String", "District")}{cell("", "String", "On")}{cell("", "String", "Baht")}</Row>'
        f"<Row>{cell('', 'String', 'X')}{cell('', 'DateTime', '2007-03-06T00:00:00.000')}{cell('', 'Number', '12.5')}</Row>"
        "</Table></Worksheet></Workbook>"
    )
    sheet = read_one(written(tmp_path, text, name="old.xls"))
    assert sheet.frame.loc[4].tolist() == ["X", "2007-03-06", "12.5"]
    with pytest.raises(Refused):
        read_one(
            written(tmp_path, text.replace("<Workbook", '<!DOCTYPE a [<!ENTITY x "y">]><Workbook', 1), name="old.xls")
        )


def test_geojson_points_and_stray_records(tmp_path: Path) -> None:
    point = {
        "type": "Feature",
        "properties": {"name": "ก", "n": 2.0},
        "geometry": {"type": "Point", "coordinates": [99.9, 8.4]},
    }
    path = written(tmp_path, json.dumps({"type": "FeatureCollection", "features": [point]}), name="a.geojson")
    assert dict(read_one(path).frame.loc[2]) == {"name": "ก", "n": "2", "longitude": "99.9", "latitude": "8.4"}
    path = written(tmp_path, '{"rows": [{"a": 1, "b": null}, 5]}', name="b.json")
    sheet = read_one(path)
    assert (len(sheet.frame), codes(sheet)) == (2, {"record_not_an_object": 1})


# --- properties -----------------------------------------------------------------------------------------------------

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
