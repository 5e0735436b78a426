"""Write true rows as agencies write them: their headings, words, dates, digits, units and places.

Headings and words come from ``data/layouts`` in reverse, so that a demo file and its layout cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from loaders import codes
from loaders.demo import world
from loaders.layouts.layout import Layout

UNIT_SATANG = {"baht": 100, "thousand_baht": 100_000, "million_baht": 100_000_000}
MONEY = ("amount", "paid", "promised", "received", "savings", "worth")
DATES = ("starts_on", "ends_on", "founded_on", "received_on")
YEARS = ("fiscal_year", "plan_year")
FLAGS = {"plan_exists": ("มี", "ยังไม่มี"), "booklet_held": ("ได้รับแล้ว", "ยังไม่ได้รับ")}
MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
KING_AMPHOE_UNTIL = date(2007, 9, 8)
PROVINCE_NAME = "นครศรีธรรมราช"
# place words by style: (subdistrict, district, minor district, province)
STYLES = {
    "full": ("{}", "อำเภอ{}", "กิ่งอำเภอ{}", "จังหวัด{}"),
    "short": ("ต.{}", "อ.{}", "กิ่ง อ.{}", "จ.{}"),
    "bare": ("{}", "{}", "กิ่งอำเภอ{}", "{}"),
    "prefixed": ("ตำบล{}", "อำเภอ{}", "กิ่งอำเภอ{}", "จังหวัด{}"),
}


@dataclass(frozen=True)
class Paper:
    """How one agency hands out its table. ``bands``: "merged" or "section" districts; ``totals``: รวม rows."""

    file: str
    layout: str
    titles: tuple[str, ...] = ()
    as_of: date = date(2007, 2, 23)
    place: str = "bare"
    dates: str = "short"  # short "1 ต.ค. 2549" | thai | two_digits | slash | cell (a real date cell)
    thai_years: bool = False
    bands: str = ""
    totals: bool = False
    encoding: str = ""
    delimiter: str = ","
    money_as_text: bool = False
    wrong_total: tuple[str, str] | None = None  # (sheet, district): a control total that is 10,000 baht short


def thai_date(day: date | None, style: str) -> str | date:
    """A date in the agency's style, in the Buddhist era unless it is a real date cell."""
    if day is None or pd.isna(day):
        return ""
    year = day.year + 543
    if style == "cell":
        return day
    if style == "slash":
        return f"{day.day:02}/{day.month:02}/{year}"
    text = f"{day.day} {MONTHS[day.month - 1]} {str(year)[2:] if style == 'two_digits' else year}"
    return text.translate(THAI_DIGITS) if style == "thai" else text


def district_words(code: str, paper: Paper) -> str:
    """Name of a district in the agency's style; a minor district (กิ่งอำเภอ) until its promotion."""
    name = world.names()[code]
    is_minor = code in world.KING_AMPHOE and paper.as_of < KING_AMPHOE_UNTIL
    if paper.place == "short" and code == "8001":
        name = "เมือง"
    return STYLES[paper.place][2 if is_minor else 1].format(name)


def place_words(area: str, paper: Paper) -> dict[str, str]:
    """The place of a row, one cell per level, down to the level it is written at."""
    subdistrict_style, _, _, province_style = STYLES[paper.place]
    names = world.names()
    words = {"province": province_style.format(PROVINCE_NAME)} if area else {}
    if len(area) >= 4:
        words["district"] = district_words(area[:4], paper)
    if len(area) >= 6:
        words["subdistrict"] = subdistrict_style.format(names[area[:6]])
        words["place_code"] = area[:6]
    if len(area) == 8:
        moo = str(int(area[6:]))
        words |= {"moo": moo.translate(THAI_DIGITS) if int(moo) % 4 == 3 else moo, "village": names[area]}
    parts = [words.get(level) for level in ("subdistrict", "district", "province")]
    return words | {"place_text": " ".join(part for part in parts if part)}


def agency_word(code: str, number: int) -> str:
    """Spelling of an agency; varies by row number."""
    entry = next(agency for agency in codes.agencies() if agency["code"] == code)
    words = [entry["short_th"], *entry.get("aliases", ())]
    return words[number % min(len(words), 3)]


def written_row(row: dict, number: int, paper: Paper, layout: Layout) -> dict[str, object]:
    """One true row as cells by our column; values of ``instead`` replace the truth."""
    cells: dict[str, object] = dict(place_words(row["area_code"], paper))
    for column in layout.columns:
        if column not in cells and column not in ("district", "subdistrict", "province", "moo", "village"):
            cells[column] = _cell(column, row, number, paper, layout)
    instead = {column: _stray(column, value, paper) for column, value in row["instead"].items()}
    return cells | instead


def _stray(column: str, value: str, paper: Paper) -> str:
    return district_words(value, paper) if column == "district" and value.isdigit() else value


def _cell(column: str, row: dict, number: int, paper: Paper, layout: Layout) -> object:
    if column in MONEY:
        return _money(row[f"{column}_satang"], layout.units.get(column, "baht"), paper)
    value = row.get(column)
    if value is None or pd.isna(value):
        return ""
    if column in DATES:
        return thai_date(value, paper.dates)
    if column in YEARS:
        year = str(int(value) + 543)
        return year.translate(THAI_DIGITS) if paper.thai_years else int(year)
    if column in FLAGS:
        return FLAGS[column][0 if value else 1]
    if column in ("agency", "source"):
        return agency_word(str(value), number) if value else ""
    if column in layout.codes:
        words = {code: word for word, code in reversed(layout.codes[column].items())}
        return ", ".join(words[code] for code in str(value).split(","))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _money(satang: int | None, unit: str, paper: Paper) -> object:
    """An amount in the agency's unit; "-" when missing; with commas where the table is text."""
    if satang is None or pd.isna(satang):
        return "-"
    whole, rest = divmod(int(satang), UNIT_SATANG[unit])
    amount = int(satang) / UNIT_SATANG[unit] if rest else whole
    return f"{amount:,.2f}" if paper.money_as_text else amount


def by_heading(cells: dict[str, object], layout: Layout, number: int, row: dict) -> dict[str, object]:
    """Cells by the agency's heading; a heading shared by two of our columns gets the first value that is not empty."""
    placed: dict[str, object] = {}
    for column, headings in layout.columns.items():
        if placed.get(headings[0], "") in ("", None):
            placed[headings[0]] = cells.get(column, "")
    extra = {"ที่": number, "ลำดับ": number, "ลำดับที่": number, "หมายเหตุ": "ข้อมูลสาธิต", "ขนาด (S/M/L)": row.get("size", "")}
    return extra | placed
