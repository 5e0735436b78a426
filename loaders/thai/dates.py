"""Dates as agencies write them: Buddhist or Gregorian, Thai digits, Thai months, day first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta

from loaders.thai.text import Unreadable, arabic_digits, normalise

BUDDHIST_OFFSET = 543
EXCEL_DAY_ZERO = date(1899, 12, 30)
EXCEL_SERIALS = range(15_000, 80_000)  # 1941 to 2119

SHORT_TH = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
LONG_TH = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
SHORT_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_EN = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


def _month_words() -> dict[str, int]:
    words = {"sept": 9}
    for names in (SHORT_TH, LONG_TH, SHORT_EN, LONG_EN):
        for number, name in enumerate(names, start=1):
            words[name.casefold().replace(".", "")] = number
    for number, name in enumerate(LONG_TH, start=1):
        words[re.sub("(คม|ยน|พันธ์)$", "", name)] = number
    return words


MONTHS = _month_words()
CLOCK = r"(?:[ T]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?:Z|\+\d\d:?\d\d)?\s*(?:น\.?)?)?"
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})" + CLOCK)
SLASHED = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})" + CLOCK)
SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
WORDED = re.compile(r"(\d{1,2})[\s-]*([ก-๎.]+?|[a-z.]+?)[\s-]*(\d{4}|\d{2})" + CLOCK)
DAY_WORDS = re.compile(r"^(?:วัน(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัส|ศุกร์|เสาร์|อาทิตย์))?\s*(?:วันที่|ที่)?\s*")
ERA = re.compile(r"(พ\s*\.?\s*ศ\.?|ค\s*\.?\s*ศ\.?|\bb\.?e\.?(?=\W|$)|\bc\.?e\.?(?=\W|$)|\ba\.?d\.?(?=\W|$))\s*")
NOT_STATED = {"", "-", "–", "—", "ไม่มี", "ไม่ระบุ", "n/a"}


def _gregorian(year: str, era: str, cell: object, code: str) -> int:
    """Gregorian year of a written one: four digits imply the era by their value, two digits are of ``era``."""
    number = int(year)
    if len(year) == 2:
        return 2500 + number - BUDDHIST_OFFSET if era == "be" else 2000 + number
    if 2400 <= number < 2700:
        return number - BUDDHIST_OFFSET
    if 1800 <= number < 2200:
        return number
    raise Unreadable(code, cell)


def take_era(text: str, era: str) -> tuple[str, str]:
    """The text without its era word, and the era that it names, else ``era``."""
    era_word = ERA.search(text)
    if not era_word:
        return text, era
    return ERA.sub("", text), "be" if era_word[1][0] in "พb" else "ce"


def _day(year: int, month: int, day: int, cell: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("date_impossible", cell) from None


def parse_date(text: str, era: str = "be") -> date | None:
    """Parse a date cell; ``None`` when no date is stated (:data:`NOT_STATED`).

    Day before month. A four-digit year implies its era by its value; a two-digit year is of ``era`` (``"be"``: 68 is
    2568 = 2025), but is refused with an English month. ISO dates and spreadsheet day numbers are accepted; a time of
    day is dropped.

    Raises
    ------
    Unreadable
        ``date_not_read``, ``date_impossible`` (31 February) or ``date_year_unclear``.

    Examples
    --------
    >>> parse_date("29/02/2567"), parse_date("๖ มี.ค. ๒๕๕๐")
    (datetime.date(2024, 2, 29), datetime.date(2007, 3, 6))
    """
    cell = arabic_digits(normalise(text)).casefold()
    if cell in NOT_STATED:
        return None
    cell, era = take_era(DAY_WORDS.sub("", cell), era)
    cell = cell.replace("เดือน", "").replace(",", " ").strip()
    if match := ISO.fullmatch(cell.upper()):
        year = _gregorian(match[1], era, text, "date_year_unclear")
        return _day(year, int(match[2]), int(match[3]), text)
    if match := SLASHED.fullmatch(cell.upper()):
        year = _gregorian(match[3], era, text, "date_year_unclear")
        return _day(year, int(match[2]), int(match[1]), text)
    if (match := SERIAL.fullmatch(cell)) and int(match[1]) in EXCEL_SERIALS:
        return EXCEL_DAY_ZERO + timedelta(days=int(match[1]))
    return _worded_date(cell, era, text)


def _worded_date(cell: str, era: str, text: str) -> date:
    match = WORDED.fullmatch(" ".join(cell.split()))
    month = MONTHS.get(match[2].replace(".", "")) if match else None
    if match is None or month is None:
        raise Unreadable("date_not_read", text)
    if len(match[3]) == 2 and match[2].isascii():
        raise Unreadable("date_year_unclear", text)
    return _day(_gregorian(match[3], era, text, "date_year_unclear"), month, int(match[1]), text)


# An "as of" date; group 1 is parsed by :func:`parse_date`.
AS_OF = re.compile(
    r"(?:ข้อมูล\s*ณ|ณ\s*วันที่|ณ\s*วัน|\bas\s+of|\bas\s+at)\s*:?\s*(?:วันที่)?\s*"
    r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*(?:\d{4}|\d{2})"
    r"|\d{1,2}[\s-]*(?:เดือน)?\s*(?:[ก-๎.]+?|[a-z.]+?)[\s-]*(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?)?\s*(?:\d{4}|\d{2}))(?!\d)"
)
LONGEST_TITLE = 1_000


def stated_day(texts: Iterable[str], era: str = "be") -> date | None:
    """The latest "as of" date in the texts (``ข้อมูล ณ วันที่ 30 ก.ย. 2550``); ``None`` without any.

    Unreadable dates are ignored, because the texts are titles and notes, not data cells.
    """
    days = []
    for text in texts:
        for written in AS_OF.findall(arabic_digits(normalise(text[:LONGEST_TITLE])).casefold()):
            with suppress(Unreadable):
                days.append(parse_date(written, era))
    return max((day for day in days if day is not None), default=None)


def thai_date(day: date, lang: str = "th") -> str:
    """A date for display: ``6 มี.ค. 2550`` in Thai, ``6 Mar 2007`` in any other language."""
    if lang == "th":
        return f"{day.day} {SHORT_TH[day.month - 1]} {day.year + BUDDHIST_OFFSET}"
    return f"{day.day} {SHORT_EN[day.month - 1]} {day.year}"
