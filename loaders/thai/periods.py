"""Dates, months, quarters and fiscal years parsed into a :class:`Period`: the first and the last day of a cell.

A two-digit year has no era of its own ("07" is 2007 or 2507), so it gets the one that fits the four-digit years of
the same file (``centre``).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from statistics import median

from loaders.thai.dates import (
    BUDDHIST_OFFSET,
    DAY_WORDS,
    EXCEL_DAY_ZERO,
    EXCEL_SERIALS,
    MONTHS,
    NOT_STATED,
    take_era,
)
from loaders.thai.text import Unreadable, arabic_digits, normalise

BANGKOK = timezone(timedelta(hours=7))
EARLIEST, LATEST = 1950, 2050  # accepted Gregorian years
DECADES = 20  # maximum distance in years of a cell from the median of its file
LONGEST_PLAN = 6  # maximum by which a future year may exceed the median of its file
LATEST_GUESS = 8  # maximum years from today of a two-digit year in a file without four-digit years

_YEAR = r"(?P<year>\d{4}|\d{2})"
_MONTH = r"(?P<month>[ก-๎.]{3,}?|[a-z.]{3,}?)"
_STAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)", re.I
)
_CLOCK = re.compile(r"[ T]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:น\.?)?$", re.I)
_ISO = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})")
_NUMERIC = re.compile(rf"(?P<day>\d{{1,2}})\s*[/.-]\s*(?P<month>\d{{1,2}})\s*[/.-]\s*{_YEAR}")
_COMPACT = re.compile(r"(?P<year>1[89]\d\d|20\d\d|2[45]\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_WORDED = re.compile(rf"(?P<day>\d{{1,2}})[\s-]*{_MONTH}[\s-]*{_YEAR}")
_ENGLISH = re.compile(rf"(?P<month>[a-z.]{{3,}})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_YEAR}")
_DAYS = re.compile(rf"(?P<first>\d{{1,2}})\s*(?:-|–|ถึง)\s*(?P<last>\d{{1,2}})\s*{_MONTH}\s*{_YEAR}")
_MONTH_ALONE = re.compile(rf"{_MONTH}[\s/-]*{_YEAR}")
_MONTH_NUMERIC = re.compile(r"(?P<month>0?[1-9]|1[0-2])\s*/\s*(?P<year>\d{4})")
_QUARTER = re.compile(
    rf"(?:ไตรมาส|ไตรมาสที่|quarter|q)\s*(?:ที่\s*)?(?P<quarter>[1-4])\s*(?:[/\s-]*(?:ปี(?:งบประมาณ)?\s*)?{_YEAR})"
)
_FISCAL = re.compile(rf"(?:ปีงบประมาณ|ปีงบ|งบปี|fiscal year|fy)\s*{_YEAR}")
_BETWEEN = re.compile(r"\s(?:-|–|ถึง|to)\s|(?<=\d)\s*(?:–|ถึง)\s*(?=\d)")


@dataclass(frozen=True)
class Period:
    """First and last day of a cell, both inclusive."""

    first: date
    last: date

    @property
    def is_day(self) -> bool:
        """Whether the cell states a single day."""
        return self.first == self.last


def fiscal_year_of(day: date) -> int:
    """Gregorian year in which the Thai fiscal year of a day ends (it starts on 1 October)."""
    return day.year + (day.month >= 10)


def years_of(written: str, centre: float | None, today: date | None = None) -> int | None:
    """Gregorian year of written digits.

    Parameters
    ----------
    written : two or four Arabic digits.
    centre : median Gregorian year of the same file (:func:`centre_of`), ``None`` if it has no four-digit years.
    today : replaces the current day in tests.

    Returns
    -------
    ``None`` when a two-digit year is ambiguous, or when no era gives a year of 1950-2050.
    """
    number = int(written)
    if len(written) == 4:
        year = number - BUDDHIST_OFFSET if number >= 2400 else number
        return year if EARLIEST <= year <= LATEST else None
    candidates = [2500 + number - BUDDHIST_OFFSET, 2000 + number, 1900 + number]
    if centre is not None:
        near = sorted(
            {year for year in candidates if abs(year - centre) <= DECADES}, key=lambda year: abs(year - centre)
        )
        return near[0] if near and (len(near) == 1 or abs(near[1] - centre) - abs(near[0] - centre) > 5) else None
    latest = (today or datetime.now(UTC).date()).year + LATEST_GUESS
    buddhist = candidates[0]
    return buddhist if latest - 2 * DECADES <= buddhist <= latest else None


def centre_of(texts: Iterable[str], *, day_numbers: bool = True) -> float | None:
    """Median Gregorian year of the cells with four-digit years, and with ``day_numbers`` of spreadsheet day numbers.

    ``None`` without any.
    """
    years = []
    for text in texts:
        cell = arabic_digits(normalise(text))
        if day_numbers and (match := _SERIAL.fullmatch(cell)) and int(match[1]) in EXCEL_SERIALS:
            years.append((EXCEL_DAY_ZERO + timedelta(days=int(match[1]))).year)
            continue
        if match := _COMPACT.fullmatch(cell):
            cell = match["year"]
        for written in re.findall(r"(?<!\d)\d{4}(?!\d)", cell):
            if (year := years_of(written, None)) is not None:
                years.append(year)
    return median(years) if years else None


def is_far(year: int, centre: float | None, today: date | None = None) -> bool:
    """Whether a year is outside 1950-2050, or too far from the median ``centre`` of its file.

    Too far is :data:`DECADES`, but only :data:`LONGEST_PLAN` in the future, where swapped digits lead (2576 for 2567).
    """
    if not EARLIEST <= year <= LATEST:
        return True
    if centre is None:
        return False
    ahead = year > (today or datetime.now(UTC).date()).year + 1
    return abs(year - centre) > (LONGEST_PLAN if ahead else DECADES)


def parse_period(text: str, era: str = "auto", centre: float | None = None) -> Period | None:
    """Parse a cell with a date or period; ``None`` when none is stated.

    Accepts days, months ("มี.ค. 2550"), quarters of a fiscal year ("ไตรมาส 2/2550"), fiscal years, ranges of days,
    spreadsheet day numbers, compact dates (25661001) and time stamps, which give the day in Bangkok.

    Parameters
    ----------
    era : era of a two-digit year: ``"be"``, ``"ce"`` or ``"auto"`` (by ``centre``).
    centre : see :func:`centre_of`.

    Raises
    ------
    Unreadable
        ``date_not_read``, ``date_impossible`` or ``date_year_unclear`` (also for a year too far from ``centre``).

    Examples
    --------
    >>> parse_period("มี.ค. 2550").first, parse_period("ไตรมาส 2/2550").last
    (datetime.date(2007, 3, 1), datetime.date(2007, 3, 31))
    >>> parse_period("15/3/07", centre=2007).first
    datetime.date(2007, 3, 15)
    """
    cell = arabic_digits(normalise(text)).casefold().strip()
    if cell in NOT_STATED:
        return None
    if stamp := _STAMP.fullmatch(cell):
        return _stamp(stamp, text)
    cell, era = take_era(DAY_WORDS.sub("", cell), era)
    cell = " ".join(_CLOCK.sub("", cell.replace("เดือน", "").replace(",", " ")).split())
    reading = _Reading(text, era, centre)
    period = reading.single(cell) or reading.span(cell)
    if period is None:
        raise Unreadable("date_not_read", text)
    if is_far(period.first.year, centre) or is_far(period.last.year, centre):
        raise Unreadable("date_year_unclear", text)
    return period


def _stamp(stamp: re.Match[str], text: str) -> Period:
    zone = stamp[7].upper().replace(":", "")
    offset = timedelta() if zone == "Z" else timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:5]))
    year = int(stamp[1])
    with suppress(ValueError):
        moment = datetime(
            year - BUDDHIST_OFFSET if year >= 2400 else year, int(stamp[2]), int(stamp[3]), int(stamp[4]), int(stamp[5]),
            tzinfo=timezone(offset),
        )  # fmt: skip
        day = moment.astimezone(BANGKOK).date()
        return Period(day, day)
    raise Unreadable("date_impossible", text)


@dataclass(frozen=True)
class _Reading:
    """A cell being parsed: its text for errors, the era of two-digit years, the median year of its file."""

    text: str
    era: str
    centre: float | None

    def year(self, written: str) -> int:
        number = int(written)
        if len(written) == 2 and self.era in ("be", "ce"):
            return 2500 + number - BUDDHIST_OFFSET if self.era == "be" else 2000 + number
        year = years_of(written, self.centre)
        if year is None:
            raise Unreadable("date_year_unclear", self.text)
        return year

    def month(self, written: str) -> int | None:
        return int(written) if written.isdigit() else MONTHS.get(written.replace(".", ""))

    def day(self, year: int, month: int, day: int) -> date:
        try:
            return date(year, month, day)
        except ValueError:
            raise Unreadable("date_impossible", self.text) from None

    def single(self, cell: str) -> Period | None:
        """A day, days of one month, a month, a quarter or a fiscal year; ``None`` when the cell is none of them."""
        if (match := _SERIAL.fullmatch(cell)) and int(match[1]) in EXCEL_SERIALS:
            day = EXCEL_DAY_ZERO + timedelta(days=int(match[1]))
            return Period(day, day)
        for pattern in (_ISO, _NUMERIC, _COMPACT, _WORDED, _ENGLISH):
            if (match := pattern.fullmatch(cell)) and (month := self.month(match["month"])):
                day = self.day(self.year(match["year"]), month, int(match["day"]))
                return Period(day, day)
        if (match := _DAYS.fullmatch(cell)) and (month := self.month(match["month"])):
            year = self.year(match["year"])
            return Period(self.day(year, month, int(match["first"])), self.day(year, month, int(match["last"])))
        if match := _QUARTER.fullmatch(cell):
            return self._quarter(self.year(match["year"]), int(match["quarter"]))
        if match := _FISCAL.fullmatch(cell):
            year = self.year(match["year"])
            return Period(date(year - 1, 10, 1), date(year, 9, 30))
        for pattern in (_MONTH_ALONE, _MONTH_NUMERIC):
            if (match := pattern.fullmatch(cell)) and (month := self.month(match["month"])):
                year = self.year(match["year"])
                return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        return None

    def _quarter(self, fiscal_year: int, quarter: int) -> Period:
        """Quarter 1 of a fiscal year is October to December of the calendar year before."""
        first_month = (10, 1, 4, 7)[quarter - 1]
        year = fiscal_year - 1 if quarter == 1 else fiscal_year
        return Period(
            date(year, first_month, 1), date(year, first_month + 2, calendar.monthrange(year, first_month + 2)[1])
        )

    def span(self, cell: str) -> Period | None:
        """A range of two dates; the first may omit its year."""
        parts = [part.strip() for part in _BETWEEN.split(cell) if part.strip()]
        if len(parts) != 2:
            return None
        last = self.single(parts[1])
        if last is None:
            return None
        first = self.single(parts[0]) or self.single(f"{parts[0]} {last.last.year}")
        if first is None or first.first > last.last:
            return None
        return Period(first.first, last.last)


def parse_year(text: str | float, era: str = "auto", centre: float | None = None) -> int | None:
    """Gregorian year in which a written fiscal year ends, ``None`` when none is stated.

    Accepts "67", "๖๖", "ปี 65", "FY67", "ปีงบประมาณ ๒๕๖๗", "2567.0"; "2567/68" is refused (two years).

    Raises
    ------
    Unreadable
        ``fiscal_year_not_read``, or ``fiscal_year_unclear`` for a year outside 1950-2050, too far from ``centre``
        (:func:`is_far`), or of two digits that could be either era.
    """
    cell = re.sub(r"\.0+$", "", arabic_digits(normalise(str(text))).casefold())
    if cell in NOT_STATED:
        return None
    cell, era = take_era(cell, era)
    year = re.sub(r"ปีงบประมาณ|งบประมาณ|ประจำปี|งบฯ|งบ|ปี|fiscal year|year|fy|[\s.:'’]", "", cell).strip("-/")
    if not re.fullmatch(r"\d{4}|\d{2}", year):
        raise Unreadable("fiscal_year_not_read", text)
    if len(year) == 2 and era in ("be", "ce"):
        answer: int | None = 2500 + int(year) - BUDDHIST_OFFSET if era == "be" else 2000 + int(year)
    else:
        answer = years_of(year, centre)
    if answer is None or is_far(answer, centre):
        raise Unreadable("fiscal_year_unclear", text)
    return answer
