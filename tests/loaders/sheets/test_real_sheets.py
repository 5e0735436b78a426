"""The real agency files: counts and positions verified by eye, nothing lost between the file and the frame."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from loaders.problems import Refused
from loaders.sheets.raw import as_text
from loaders.sheets.read import Sheet, read_sheets
from tests.loaders.sheets.crafted import agency_file, codes

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


@pytest.fixture(scope="module")
def sheets_of() -> Callable[[str], list[Sheet]]:
    """The sheets of the file that begins so; each file is read once, whatever number of tests look at it."""
    return cache(lambda start: read_sheets(agency_file(start), in_child=False))


@pytest.mark.parametrize("start", REAL)
def test_real_file_rows(start: str, sheets_of) -> None:
    path = agency_file(start)
    found = {sheet.name: sheet for sheet in sheets_of(start)}
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
def test_no_row_is_lost_and_every_value_keeps_its_position(start: str, sheets_of) -> None:
    path = agency_file(start)
    grids = raw_grid(path)
    for sheet in sheets_of(start):
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


def test_election_table_with_repeated_headings_and_thai_digits(sheets_of) -> None:
    (sheet,) = sheets_of("03")
    assert list(sheet.frame.columns[:4]) == ["ลำดับ ที่", "จังหวัด", "จำนวน สมาชิกสภา ผู้แทนราษฎร", "จำนวน เขตเลือกตั้ง"]
    assert sheet.frame.loc[2, "จังหวัด"] == "ตราด"
    assert sheet.frame.loc[10, "จำนวน เขตเลือกตั้ง"] == "๒"
    assert sheet.frame.loc[22, "จังหวัด"] == "แพร่"  # carried over the page break, filled from row 17
    assert sheet.frame.loc[22, "จำนวน เขตเลือกตั้ง"] == ""  # figures are never filled
    assert sheet.texts[12] == "หนา ๗ 0"
    assert codes(sheet) == {"cells_filled_down": 1}


def test_xls_directory_takes_merged_banners_as_groups(sheets_of) -> None:
    sheets = {sheet.name: sheet for sheet in sheets_of("04")}
    central = sheets["ส่วนกลาง"].frame
    assert central.loc[4, "__group"] == "กระทรวงมหาดไทย"
    assert central.loc[11, "__group"] == "สำนักนายกรัฐมนตรี"
    assert central.loc[5, "ตำแหน่ง"] == ""  # a second address line is no new office holder
    assert sheets["ส่วนกลาง"].texts[1].startswith("ทำเนียบส่วนราชการส่วนกลาง")
    assert sheets["ส่วนภูมิภาค"].frame.loc[3, "ตำแหน่ง"] == "ผู้ว่าราชการจังหวัด"
    assert "__group" not in sheets["สถานศึกษา"].frame


def test_pivot_sheets_give_totals_and_fill_their_bands(sheets_of) -> None:
    sheets = {sheet.name: sheet for sheet in sheets_of("05")}
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


def test_merged_text_is_never_filled_to_the_right(sheets_of) -> None:
    sheet = sheets_of("06")[0]
    assert sheet.frame.loc[6047, "กรุงเทพปริมณฑลต่างจังหวัด"] == "กรุงเทพมหานครและปริมณฑล"
    assert sheet.frame.loc[6047, "PostalCodeRemark"] == ""


def test_hxl_tags_and_json_records(sheets_of) -> None:
    sheet = sheets_of("11d")[0]
    assert codes(sheet) == {"hxl_tags": 1}
    assert sheet.problems[0].row == 2
    (records,) = sheets_of("08")
    assert records.frame.loc[2].tolist()[:2] == ["461501", "สำราญ"]
    assert records.frame.loc[2, "value"] == "7498"


def test_iati_is_refused_with_a_reason() -> None:
    with pytest.raises(Refused) as refusal:
        read_sheets(agency_file("12"))
    assert (refusal.value.problem.code, refusal.value.problem.value) == ("file_kind_unsupported", "IATI XML")


def test_child_and_own_process_agree(sheets_of) -> None:
    for start in ("01b", "03", "04", "11d"):
        here, there = sheets_of(start), read_sheets(agency_file(start))
        assert [sheet.name for sheet in here] == [sheet.name for sheet in there]
        for one, other in zip(here, there, strict=True):
            assert one.frame.equals(other.frame)
            assert one.totals.equals(other.totals)
            assert (one.dropped, one.problems, one.texts) == (other.dropped, other.problems, other.texts)
