"""What a numeric column counts, by heading and cells: money, people, households, a year, a code, a telephone.

Nothing is mapped here; the ledger (:mod:`loaders.layouts.ledger`) uses it to decide whether an unmapped column needs a
question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from loaders.codes import squeeze
from loaders.thai import arabic_digits, normalise

MONEY_WORD = re.compile(
    r"บาท|งบ|เงิน|ทุน(?!น)|จัดสรร|เบิก|จ่าย|สมทบ|มูลค่า|ราคา|วงเงิน|ค่าใช้จ่าย|ค่าจ้าง|ค่าวัสดุ|อุดหนุน|รายได้|รายรับ|รายจ่าย|หนี้|สินเชื่อ|ออม"
    r"|กำไร|ยอดเงิน|ผูกพัน|คงเหลือ|\bbaht\b|\bthb\b|amount|budget|expenditure|disburse|fund(?!\w)|grant|cost|price|value\+thb|฿|cash",
    re.IGNORECASE,
)
NOT_MONEY_WORD = re.compile(
    r"ร้อยละ|%|สัดส่วน|percent|share|อัตรา|คะแนน|ลำดับ|จำนวนโครงการ|จำนวนกองทุน|ชื่อกองทุน", re.IGNORECASE
)
COUNT_WORD = re.compile(
    r"(?:จำนวน)?(?:คน|ราย|สมาชิก|ครัวเรือน|หลังคาเรือน|เตียง|ประชากร|ผู้(?:รับ|ได้รับ|สูงอายุ|พิการ|ยากลำบาก|ป่วย|เข้าร่วม)|ชาย|หญิง|เด็ก|นักเรียน)"
    r"|persons?|people|members?|households?|beds?|population|beneficiar|house.?members?|elderly|disabled|patients?",
    re.IGNORECASE,
)
FISCAL_YEAR = re.compile(r"(?:ประจำ)?ปีงบประมาณ\s*(?:พ\.?\s*ศ\.?)?")
YEAR_WORD = re.compile(r"^(?:ปี|พศ|year|fy|ปีงบ)|ปีงบประมาณ|ปีที่|พ\.ศ|year", re.IGNORECASE)
IDENTIFIER_WORD = re.compile(
    r"รหัส|เลขที่|เลขประจำ|ลำดับ|^ที่$|^no\.?$|^#|^_?id$|_id$|_index|^index$|code|identifier|uuid|เลขบัญชี|เลขบัตร|เลขทะเบียน|ข้อที่|หมู่ที่|^หมู่$|^moo$|moo$|postal|zip|ไปรษณีย์",
    re.IGNORECASE,
)
PHONE_WORD = re.compile(r"โทร|มือถือ|เบอร์|แฟกซ์|โทรสาร|phone|mobile|tel\b|fax", re.IGNORECASE)
PLACE_WORD = re.compile(
    r"lat|lon|lng|ละติจูด|ลองจิจูด|พิกัด|utm|easting|northing|^x$|^y$|ระยะทาง|พื้นที่\s*\(|ไร่|ตร\.?กม|area", re.IGNORECASE
)
_FIGURE = re.compile(
    r"\(?\s*-?\s*฿?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(?:\.-)?\s*(?:บาท|คน|ราย|ครัวเรือน|เตียง|แห่ง|กลุ่ม|baht|thb)?\s*\)?",
    re.IGNORECASE,
)
DIGIT = re.compile(r"\d")
_PHONE = re.compile(r"0\d{1,2}[- ]?\d{3}[- ]?\d{3,4}")
LEAST_MONEY = 500
YEARS = range(1900, 2700)


@dataclass(frozen=True)
class Figures:
    """The figures of one column: number of filled cells and of numeric ones, their sum as written, values by row."""

    heading: str
    filled: int
    numeric: int
    sum: Decimal
    values: tuple[Decimal | None, ...]

    @property
    def is_numeric(self) -> bool:
        """Whether at least half of the filled cells are numbers."""
        return self.numeric > 0 and self.numeric * 2 >= self.filled


def figure(text: str) -> Decimal | None:
    """The number in a cell as written, without its unit; ``None`` for text, dashes and empty cells."""
    cell = arabic_digits(normalise(text)) if DIGIT.search(text) else ""
    match = _FIGURE.fullmatch(cell) if cell else None
    if match is None:
        return None
    try:
        number = Decimal(match[1].replace(",", "") + (match[2] or ""))
    except InvalidOperation:
        return None
    return -number if cell.lstrip().startswith(("-", "(")) else number


def figures(heading: str, cells: Sequence[str]) -> Figures:
    """Read a column's cells as figures."""
    times = Counter(cells)
    read = {text: figure(text) for text in times}
    values = tuple(read[text] for text in cells)
    stated = [value for value in values if value is not None]
    filled = sum(number for text, number in times.items() if text.strip(" -–—."))
    return Figures(heading, filled, len(stated), sum(stated, Decimal(0)), values)


def names_money(heading: str) -> bool:
    """Whether a heading is about money; a share or a number of projects is not."""
    words = FISCAL_YEAR.sub("", heading)  # "ปีงบประมาณ" (fiscal year) contains the word for budget
    return bool(MONEY_WORD.search(words)) and not NOT_MONEY_WORD.search(words)


def names_count(heading: str) -> bool:
    """Whether a heading is about people, households, members or beds."""
    return bool(COUNT_WORD.search(heading)) and not NOT_MONEY_WORD.search(heading)


def not_a_quantity(column: Figures, cells: Sequence[str], is_area_code: bool) -> str | None:
    """Why a numeric column is no quantity: ``code``, ``year``, ``phone``, ``identifier``, ``coordinate``; else None.

    By form and heading: a heading alone does not make amounts an identifier.
    """
    last = column.heading.split(" - ")[-1]
    filled = [text.strip() for text in cells if text.strip()]
    is_short = all(len(text) < 4 for text in filled)  # two digits are a province code only when the heading says so
    if is_area_code and is_short and not re.search("จังหวัด|province|รหัส|code", last, re.IGNORECASE):
        is_area_code = False
    if is_area_code and not names_money(column.heading) and not names_count(column.heading):
        return "code"
    if PHONE_WORD.search(last) or (filled and all(_PHONE.fullmatch(arabic_digits(text)) for text in filled)):
        return "phone"
    stated = [value for value in column.values if value is not None]
    whole = all(value == value.to_integral_value() for value in stated)
    key = squeeze(last)
    if (
        whole
        and stated
        and all(int(value) in YEARS for value in stated)
        and (YEAR_WORD.search(key) or not names_money(last))
    ):
        return "year" if YEAR_WORD.search(key) or len(set(stated)) <= 6 else None
    if (
        YEAR_WORD.search(key)
        and whole
        and stated
        and all(0 <= value < 2700 for value in stated)
        and not names_money(last)
    ):
        return "year"
    if IDENTIFIER_WORD.search(last) and whole:
        return "identifier"
    if (
        whole
        and len(stated) > 2
        and [int(value) for value in stated] == list(range(int(stated[0]), int(stated[0]) + len(stated)))
    ):
        return "identifier"
    if (
        whole
        and filled
        and all(len(arabic_digits(text)) >= 9 and text.isdigit() for text in filled)
        and not names_money(last)
    ):
        return "identifier"
    return "coordinate" if PLACE_WORD.search(last) and not names_money(last) else None


def looks_like_money(column: Figures) -> bool:
    """Whether figures under an unspecific heading are probably amounts: a large median, nearly all cells numeric."""
    stated = sorted(abs(value) for value in column.values if value)
    return len(stated) >= 3 and stated[len(stated) // 2] >= LEAST_MONEY and column.numeric * 5 >= column.filled * 4
