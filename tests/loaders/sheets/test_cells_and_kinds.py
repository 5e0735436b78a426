"""Cells of workbooks, and tables in OpenDocument, old Excel, HTML, XML and GeoJSON."""

from __future__ import annotations

import datetime as dt
import io
import json
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from loaders.layouts.recognise import general_unit, titles
from loaders.problems import Refused
from loaders.sheets.raw import as_text
from loaders.sheets.read import read_sheets
from loaders.sheets.xls import error_cells
from tests.loaders.sheets.crafted import codes, read_one, written

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


ROWS = "<tr><th>อำเภอ<th>ตำบล<th>งบประมาณ</tr><tr><td>สิชล<td>ทุ่งใส<td>5</tr><tr><td>สิชล<td>เปลี่ยน<td>7</tr></table>"
TABLE = f"<table>{ROWS}"
UNIT_BEFORE_A_TABLE = {
    "paragraph": f"<h2>กรม ก</h2><p>หน่วย: พันบาท</p>{TABLE}",
    "bare text": f"กรม ก<br>หน่วย: พันบาท{TABLE}",
    "caption": f"<h2>กรม ก</h2><table><caption>หน่วย: พันบาท</caption>{ROWS}",
    "text in no cell": f"<b>กรม ก</b><table>หน่วย: พันบาท{ROWS}",
    "table of one row": f"<table><tr><td>กรม ก<td>หน่วย: พันบาท</table>{TABLE}",
    "table of titles": f"<table><tr><td colspan=3>กรม ก</tr><tr><td><td>หน่วย: พันบาท</tr></table>{TABLE}",
    "table of labels": f"<table><tr><td>หน่วยงาน:<td>กรม ก</tr><tr><td>หน่วย:<td>พันบาท</tr></table>{TABLE}",
    "layout of one cell": f"<table><tr><td><h2>กรม ก</h2><p>หน่วย: พันบาท</p>{TABLE}</td></tr></table>",
    "layout of rows": f"<table><tr><td>กรม ก หน่วย: พันบาท</tr><tr><td>{TABLE}</td></tr><tr><td>ลงชื่อ</tr></table>",
    "long page": f"<p>กรม ก หน่วย: พันบาท</p>{'<p>ข่าว</p>' * 50}{TABLE}",
    "an unclosed menu": f"<p>กรม ก<p>หน่วย: พันบาท<nav>ปี 2560{TABLE}",
}


@pytest.mark.parametrize("way", UNIT_BEFORE_A_TABLE)
def test_what_a_page_says_before_its_table_is_read(tmp_path: Path, way: str) -> None:
    sheet = read_one(written(tmp_path, f"<meta charset=utf-8>{UNIT_BEFORE_A_TABLE[way]}", name="report.xls"))
    assert general_unit(sheet) == "thousand_baht"
    assert any("กรม ก" in text for text in titles(sheet)) or way == "long page"
    assert sheet.frame["ตำบล"].to_dict() == {2: "ทุ่งใส", 3: "เปลี่ยน"}
    assert sheet.heading_rows == [1]
    assert sum(sheet.dropped.values()) + len(sheet.frame) == 3


def test_menus_and_hidden_text_are_no_titles(tmp_path: Path) -> None:
    unseen = (
        "<title>a</title><nav>b<p>b</nav><select><option>c</select><script>d</script><style>e</style><!-- f -->"
        "<div style='display: none'>g<div>g</div>g</div><p hidden>h</p>"
    )
    assert titles(read_one(written(tmp_path, f"{unseen}<p>x</p>{TABLE}", name="a.xls"))) == ["x"]


def test_titles_stay_for_the_next_tables_until_others_take_their_place(tmp_path: Path) -> None:
    headed = (
        f"<h1>กรม ก</h1><p>หน่วย: พันบาท</p><h3>อำเภอสิชล</h3>{TABLE}<h3>อำเภอขนอม</h3>{TABLE}"
        f"<h3>อำเภอลานสกา</h3><p>หน่วย: บาท</p>{TABLE}<h1>กรม ข</h1>{TABLE}"
    )
    plain = f"<p>กรม ก<p>หน่วย: พันบาท<p>อำเภอสิชล{TABLE}<p>อำเภอขนอม{TABLE}<p>กรม ข<p>เงิน<p>อำเภอสิชล{TABLE}{TABLE}"
    listed = f"<table><caption>หน่วย: พันบาท</caption>{ROWS}{TABLE}<table><tr><td>ลงชื่อ</tr><tr><td>ก</tr></table>"
    read = {}
    for name, text in {"headed": headed, "plain": plain, "listed": listed}.items():
        sheets = read_sheets(written(tmp_path, f"<meta charset=utf-8>{text}", name=f"{name}.xls"), in_child=False)
        read[name] = [
            (*sorted(word for word in titles(one) if "หน่วย" not in word), general_unit(one)) for one in sheets
        ]
    assert read["headed"] == [
        ("กรม ก", "อำเภอสิชล", "thousand_baht"),
        ("กรม ก", "อำเภอขนอม", "thousand_baht"),
        ("กรม ก", "อำเภอลานสกา", "baht"),
        ("กรม ข", "baht"),
    ]
    assert read["plain"] == [
        ("กรม ก", "อำเภอสิชล", "thousand_baht"),
        ("กรม ก", "อำเภอขนอม", "thousand_baht"),
        *[("กรม ข", "อำเภอสิชล", "เงิน", "thousand_baht")] * 2,  # no other unit was stated
    ]
    assert read["listed"] == [("thousand_baht",), ("baht",), ("baht",)]  # a caption is of its own table


@pytest.mark.parametrize("stated", [{"หน่วย": "พันบาท"}, {"meta": {"unit": "thousand baht"}}, {"about": "(พันบาท)"}])
def test_what_json_states_beside_its_records_is_read(tmp_path: Path, stated: dict) -> None:
    text = json.dumps({**stated, "total": 3, "rows": [{"ตำบล": "ทุ่งใส", "งบ": 5}]})
    sheet = read_one(written(tmp_path, text, name="a.json"))
    assert general_unit(sheet) == "thousand_baht"
    assert sheet.frame.loc[2].tolist() == ["ทุ่งใส", "5"]


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
