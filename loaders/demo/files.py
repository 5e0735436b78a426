"""The demo files: which agency hands out what, and how its workbook or text file is built."""

from __future__ import annotations

import csv
import io
import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from loaders import settings
from loaders.demo.paper import Paper, by_heading, district_words, written_row
from loaders.imports.batches import DEMO_WORD
from loaders.layouts import layout as layouts
from loaders.layouts.layout import Layout

CREATED = datetime(2007, 2, 26, 9, 0, 0)  # fixed, so that every run writes the same bytes
DEMO = f"{DEMO_WORD} — แต่งขึ้นเพื่อทดลองโปรแกรม ไม่ใช่ตัวเลขจริงของหน่วยงานใด"
SHORT_BY = 10_000  # baht missing in the one control total that is deliberately wrong
WIDE = {"border": 1, "bold": True, "align": "center", "text_wrap": True}

PAPERS = (
    Paper("demo_01_dla_budget.xlsx", "demo_dla_budget", (
        "บัญชีโครงการด้านการพัฒนาชุมชนและสวัสดิการขององค์กรปกครองส่วนท้องถิ่น จังหวัดนครศรีธรรมราช",
        "ประจำปีงบประมาณ พ.ศ. ๒๕๔๙ - ๒๕๕๐  (ข้อมูล ณ วันที่ ๒๓ กุมภาพันธ์ ๒๕๕๐)", DEMO),
        place="full", dates="thai", thai_years=True, bands="merged", totals=True, wrong_total=("งบ 2549", "8012")),
    Paper("demo_02_nhso_fund.csv", "demo_nhso_fund", as_of=date(2007, 10, 15), encoding="cp874", money_as_text=True),
    Paper("demo_03_codi_welfare_funds.xlsx", "demo_codi_welfare_funds", (
        "ทะเบียนกองทุนสวัสดิการชุมชน ตำบลนำร่อง 55 ตำบล", DEMO), dates="short"),
    Paper("demo_04_codi_contributions.xlsx", "demo_codi_contributions", (
        "สรุปเงินสมทบกองทุนสวัสดิการชุมชน แยกตามแหล่งเงิน ปี 2550", DEMO), place="short", dates="two_digits", totals=True),
    Paper("demo_05_codi_support.xlsx", "demo_codi_support", (
        "งบสนับสนุนองค์กรชุมชน สถาบันพัฒนาองค์กรชุมชน (องค์การมหาชน)", "จังหวัดนครศรีธรรมราช", DEMO),
        place="prefixed", dates="slash"),
    Paper("demo_06_thaihealth.xlsx", "demo_thaihealth", (
        "รายการโครงการที่ได้รับทุนในพื้นที่จังหวัดนครศรีธรรมราช", DEMO), place="short", dates="cell"),
    Paper("demo_07_baac.xlsx", "demo_baac", (
        "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร จังหวัดนครศรีธรรมราช",
        "ทะเบียนกลุ่มลูกค้าและโครงการพัฒนา ปีบัญชี 2550 (หน่วยเงิน: พันบาท)", DEMO),
        place="full", dates="two_digits", bands="section", totals=True),
    Paper("demo_08_psdhs_hardship.csv", "demo_psdhs_hardship", (
        f"บัญชีการช่วยเหลือผู้ประสบปัญหาทางสังคม ปีงบประมาณ 2550 ({DEMO})",), encoding="utf-8-sig", dates="slash"),
    Paper("demo_09_yoo_dee_mee_suk.xlsx", "demo_yoo_dee_mee_suk", (
        "แผนปฏิบัติการงบยุทธศาสตร์อยู่ดีมีสุขระดับจังหวัด จังหวัดนครศรีธรรมราช", DEMO), place="short", totals=True),
    Paper("demo_10_sml.csv", "demo_sml", encoding="utf-8", delimiter=";", money_as_text=True),
    Paper("demo_11_cdd_village_plans.xlsx", "demo_cdd_village_plans", (
        "ทะเบียนแผนแม่บทชุมชน 1,551 หมู่บ้าน", DEMO), place="full"),
    Paper("demo_12_cdd_subdistrict_plans.xlsx", "demo_cdd_subdistrict_plans", (
        "ทะเบียนแผนชุมชนระดับตำบลและเล่มแผนที่ได้รับ", DEMO), place="short", thai_years=True),
    Paper("demo_13_cdd_organisations.xlsx", "demo_cdd_organisations", (
        "ทะเบียนกลุ่ม องค์กร และเครือข่ายชุมชน", DEMO), place="prefixed"),
    Paper("demo_14_needs.xlsx", "demo_needs", (
        "สรุปจำนวนผู้ยากลำบากรายตำบล (แสดงเฉพาะจำนวน ไม่มีรายชื่อ)", DEMO)),
    Paper("demo_15_strength.xlsx", "demo_strength", ("ผลการประเมินความเข้มแข็งของชุมชน ปี 2550", DEMO), place="short"),
    Paper("demo_16_trf.txt", "demo_trf", place="prefixed", encoding="utf-16", delimiter="\t"),
    Paper("demo_17_role_holders.xlsx", "demo_role_holders", (
        "ผู้รับบทบาทคุณเอื้อ คุณอำนวย คุณประสาน (ชื่อสมมติทั้งหมด)", DEMO), place="full"),
    Paper("demo_18_memberships.xlsx", "demo_memberships", (
        "ทะเบียนสมาชิกเครือข่าย วงเรียนรู้ และขบวนชุมชน", DEMO), place="short", dates="slash"),
    Paper("demo_19_looking_after.xlsx", "demo_looking_after", (
        "คำสั่งมอบหมายผู้รับผิดชอบดูแลพื้นที่ กลุ่ม และภารกิจ", DEMO), place="prefixed", dates="short"),
    Paper("demo_20_targets.xlsx", "demo_targets", (
        "เป้าหมายตัวชี้วัดของส่วนราชการรายตำบล ปี 2550", DEMO), place="full"),
    Paper("demo_21_stages.xlsx", "demo_stages", (
        "ผลประเมินหมู่บ้านตามแนวทางชุมชนอินทรีย์ ปี 2549 - 2550", DEMO), place="short"),
    Paper("demo_22_capital.xlsx", "demo_capital", (
        "บัญชีทุนชุมชนรายตำบล", DEMO), place="prefixed"),
)  # fmt: skip


@cache
def layout_of(paper: Paper) -> Layout:
    """The shipped layout that reads this paper."""
    return next(layout for layout in layouts.shipped() if layout.code == paper.layout)


@cache
def headings_of(paper: Paper) -> list[str]:
    """The paper's headings in their order."""
    with (settings.LAYOUTS / f"{paper.layout}.toml").open("rb") as file:
        return tomllib.load(file)["headings"]


def write(paper: Paper, rows: pd.DataFrame, folder: Path) -> Path:
    """Write the true rows of one layout as the agency's file; equal rows give equal bytes."""
    path = folder / paper.file
    records = rows.sort_values("area_code", kind="stable").astype(object).to_dict("records")
    if path.suffix == ".xlsx":
        _workbook(paper, records, path)
    else:
        _text_file(paper, records, path)
    return path


def _table(paper: Paper, records: list[dict]) -> list[list[object]]:
    layout, headings = layout_of(paper), headings_of(paper)
    table = []
    for number, row in enumerate(records, 1):
        cells = by_heading(written_row(row, number, paper, layout), layout, number, row)
        table.append([cells.get(heading, "") for heading in headings])
    return table


def _text_file(paper: Paper, records: list[dict], path: Path) -> None:
    """A text file as a spreadsheet saves it, with the title line padded to the full width."""
    headings, text = headings_of(paper), io.StringIO()
    writer = csv.writer(text, delimiter=paper.delimiter, lineterminator="\r\n")
    writer.writerows([title] + [""] * (len(headings) - 1) for title in paper.titles)
    writer.writerow(headings)
    writer.writerows(_table(paper, records))
    path.write_bytes(text.getvalue().encode(paper.encoding))


def _workbook(paper: Paper, records: list[dict], path: Path) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_numbers": False})
    book.set_properties({"title": DEMO, "author": "Kradan demo", "created": CREATED})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format(WIDE),
        "band": book.add_format({"bold": True, "valign": "top", "border": 1}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "total": book.add_format({"bold": True, "top": 1}),
    }
    for name in dict.fromkeys(row["sheet"] for row in records):
        sheet = book.add_worksheet(name or "Sheet1")
        _sheet(sheet, paper, [row for row in records if row["sheet"] == name], formats, name)
    book.close()


def _sheet(sheet: Worksheet, paper: Paper, records: list[dict], formats: dict, name: str) -> None:
    for line, title in enumerate(paper.titles):
        sheet.write_string(line, 0, title, formats["title"])
    line = _head(sheet, headings_of(paper), len(paper.titles), formats["head"])
    table = _table(paper, records)
    if not (paper.bands or paper.totals):
        _lines(sheet, line, table, formats)
        return
    for district in dict.fromkeys(row["area_code"][:4] for row in records):
        block = [cells for cells, row in zip(table, records, strict=True) if row["area_code"][:4] == district]
        line = _block(sheet, paper, line, district, block, formats, name)
    if paper.totals:
        _total(sheet, paper, line, "รวมทั้งสิ้น", table, formats["total"])


def _head(sheet: Worksheet, headings: list[str], line: int, style: Format) -> int:
    """One heading line, or two when headings share a band ("band - heading"); returns the next line."""
    if not any(" - " in heading for heading in headings):
        sheet.write_row(line, 0, headings, style)
        return line + 1
    for column, heading in enumerate(headings):
        band, _, below = heading.partition(" - ")
        if not below:
            sheet.merge_range(line, column, line + 1, column, heading, style)
            continue
        sheet.write_string(line + 1, column, below, style)
        siblings = [number for number, other in enumerate(headings) if other.startswith(f"{band} - ")]
        if column == siblings[0]:
            sheet.merge_range(line, column, line, siblings[-1], band, style)
    return line + 2


def _block(sheet: Worksheet, paper: Paper, line: int, district: str, block: list, formats: dict, name: str) -> int:
    """The rows of one district with its band and total; returns the next free line."""
    label = district_words(district, paper) if len(district) == 4 else ""
    if paper.bands == "section":
        sheet.merge_range(line, 0, line, len(block[0]) - 1, label, formats["band"])
        line += 1
    _lines(sheet, line, block, formats)
    if paper.bands == "merged":
        column = headings_of(paper).index("อำเภอ")
        if len(block) > 1:
            sheet.merge_range(line, column, line + len(block) - 1, column, label, formats["band"])
    line += len(block)
    if paper.totals and paper.bands:
        short = SHORT_BY if paper.wrong_total == (name, district) else 0
        _total(sheet, paper, line, f"รวม{label}", block, formats["total"], short)
        line += 1
    return line


def _lines(sheet: Worksheet, line: int, table: list[list[object]], formats: dict) -> None:
    for number, cells in enumerate(table):
        for column, value in enumerate(cells):
            if isinstance(value, date):
                sheet.write_datetime(
                    line + number, column, datetime(value.year, value.month, value.day), formats["date"]
                )
            elif value != "":
                sheet.write(line + number, column, value)


def _total(
    sheet: Worksheet,
    paper: Paper,
    line: int,
    label: str,
    table: list,
    style: Format,
    short: int = 0,
) -> None:
    """A total row with sums of the money columns as the agency adds them, skipping what is not a number."""
    headings = headings_of(paper)
    sheet.write_string(line, 1 if headings[0].startswith(("ที่", "ลำดับ")) else 0, label, style)
    layout = layout_of(paper)
    money = [theirs[0] for ours, theirs in layout.columns.items() if ours in ("amount", "paid", "promised", "received")]
    for heading in money:
        column = headings.index(heading)
        total = sum(cells[column] for cells in table if isinstance(cells[column], int | float))
        sheet.write_number(line, column, total - (short if heading == money[0] else 0), style)
