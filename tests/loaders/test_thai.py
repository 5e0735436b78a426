"""Text, numbers and dates: what agencies write, and what must be refused."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders import thai
from loaders.thai import dates as thai_dates
from loaders.thai import numbers as thai_numbers
from loaders.thai import periods
from loaders.thai import text as thai_text

SARA_AM = "\u0e33"
parse_fiscal_year = partial(periods.parse_year, era="be")  # as the sheet of due reports reads it


@pytest.mark.parametrize("module", [thai_text, thai_numbers, thai_dates])
def test_examples_in_the_docstrings(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("น\u0e4d\u0e32ตก", "น" + SARA_AM + "ตก"),
        ("ถ\u0e4d\u0e49\u0e32", "ถ\u0e49" + SARA_AM),
        ("เเม่", "แม่"),
        ("ปาก\u200bแพรก\ufeff", "ปากแพรก"),
        ("  ใน \u00a0 เมือง ", "ใน เมือง"),
        ("น้ำ", "น้ำ"),
        ("", ""),
    ],
)
def test_normalise(text, expected):
    assert thai.normalise(text) == expected
    assert thai.normalise(expected) == expected


@pytest.mark.parametrize(
    ("text", "unit", "satang"),
    [
        ("28,000", "baht", 2_800_000),
        ("๒๘,๐๐๐", "baht", 2_800_000),
        ("28,000 บาท", "baht", 2_800_000),
        ("28,000.-", "baht", 2_800_000),
        ("28,000.- บาท", "baht", 2_800_000),
        ("฿1.5", "baht", 150),
        ("37.50", "baht", 3_750),
        ("0", "baht", 0),
        ("0.00", "baht", 0),
        ("-5", "baht", -500),
        ("(1,234.50)", "baht", -123_450),
        ("5 ล้านบาท", "baht", 500_000_000),
        ("5,000 ล้านบาท", "baht", 500_000_000_000),
        ("1.5", "million_baht", 150_000_000),
        ("12", "thousand_baht", 1_200_000),
        ("12 พันบาท", "baht", 1_200_000),
        ("500 บาท", "million_baht", 50_000),
        ("2.8E7", "baht", 2_800_000_000),
        ("1e3", "baht", 100_000),
        ("", "baht", None),
        ("-", "baht", None),
        ("–", "baht", None),
        ("ไม่มี", "baht", None),
        ("ยังไม่มีข้อมูล", "baht", None),
    ],
)
def test_baht(text, unit, satang):
    assert thai.parse_baht(text, unit) == satang


def readings(*tables: tuple[Callable, dict[object, tuple]]) -> list[tuple]:
    """(function, text, answer) of tables: function, {answer: texts}."""
    return [(parse, text, answer) for parse, table in tables for answer, texts in table.items() for text in texts]


@pytest.mark.parametrize(
    ("parse", "text", "code"),
    readings(
        (thai.parse_baht, {
            "amount_not_a_number": ("inf", "nan", "ประมาณ 500", "1,23", "1.234,56", "1,000,00", "1 000", "(5", "(-5)", "=1+1", "5 5",
                                    "0x10", "1_000", "9" * 500),
            "amount_too_large": ("1e309", "999999999999999999"),
            "amount_is_a_date": ("15/03/2568", "2568-03-15", "6 มี.ค. 2550"),
        }),
        (thai.parse_count, {
            "count_negative": ("-1",), "count_not_whole": ("12.5",), "count_not_a_number": ("หลายคน",), "count_too_large": ("1e20",),
        }),
        (thai.parse_date, {
            "date_impossible": ("31/02/2550", "29/02/2566", "03/15/2568"),
            "date_year_unclear": ("15/03/2300", "6-Mar-50"),
            "date_not_read": ("มี.ค. 2550", "2550", "6 หมี 2550", "เร็ว ๆ นี้", "1,234"),
        }),
        (parse_fiscal_year, {
            "fiscal_year_not_read": ("2550-2551", "2550/2551", "25500", "1", "ปีหน้า", "inf", "nan"),
            "fiscal_year_unclear": ("2300", "2600", "2699", "1900", "99"),
        }),
    ),
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_code(parse, text, code):
    with pytest.raises(thai.Unreadable) as refused:
        parse(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    readings(
        (thai.parse_count, {1551: ("1,551",), 12: ("๑๒ คน", "12.0"), 7: ("7 หมู่บ้าน",), 0: ("0",), None: ("-", "")}),
        (thai.parse_date, {
            date(2025, 3, 15): ("15/03/2568", "15/03/68", "15/03/2568 10:30 น."),
            date(2024, 2, 29): ("29/02/2567",),
            date(2007, 3, 6): ("6 มี.ค. 2550", "๖ มีนาคม ๒๕๕๐", "6 มี.ค.50", "วันที่ 6 เดือน มีนาคม พ.ศ. 2550", "วันอังคารที่ 6 มีนาคม 2550",
                               "6 มีนา 2550", "6 March 2007"),
            date(2007, 2, 26): ("2007-02-26", "2007-02-26 00:00:00", "2007-02-26T00:00:00", "2550-02-26", "39139", "39139.0"),
            date(2006, 10, 1): ("1-10-2549", "1.10.2549"),
            date(2007, 9, 8): ("8 ก.ย. ค.ศ. 2007",),
            None: ("", "-"),
        }),
        (parse_fiscal_year, {
            2007: ("2550", "๒๕๕๐", "ปีงบประมาณ 2550", "ปีงบประมาณ พ.ศ. ๒๕๕๐", "งบฯ 50", "งบปี 50", "50"),
            2022: ("2022", "FY2022", 2565.0, 2565, "2565.0"),
            None: ("", "-"),
        }),
    ),
)  # fmt: skip
def test_counts_days_and_fiscal_years(parse, text, value):
    assert parse(text) == value


def test_rounding_is_known_and_half_even():
    assert thai.read_baht("28,833,333.333333332") == thai.Reading(2_883_333_333, is_rounded=True)
    assert thai.read_baht("0.125").value == 12
    assert thai.read_baht("1e-99") == thai.Reading(0, is_rounded=True)
    assert thai.read_baht("0.135").value == 14
    assert not thai.read_baht("28,833,333.33").is_rounded


@pytest.mark.parametrize(
    ("text", "stated"), [("", "empty"), ("-", "dash"), ("ไม่มี", "none"), ("ไม่ระบุ", "not_stated"), ("0", "value")]
)
def test_kinds_of_nothing_stay_apart(text, stated):
    assert thai.read_baht(text).stated == stated
    assert thai.read_count(text).stated == stated


@given(st.integers(-(10**15), 10**15))
@settings(max_examples=200, deadline=None)
def test_every_satang_comes_back(satang):
    sign, (baht, rest) = "-" if satang < 0 else "", divmod(abs(satang), 100)
    assert thai.parse_baht(f"{sign}{baht:,}.{rest:02d}") == satang


@given(st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_with_a_code(text):
    for parse in (thai.parse_baht, thai.parse_count, thai.parse_date, parse_fiscal_year):
        try:
            parse(text)
        except thai.Unreadable as refused:
            assert refused.code


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
@settings(max_examples=200, deadline=None)
def test_a_shown_date_reads_back(day):
    assert thai.parse_date(thai.thai_date(day)) == day
    assert thai.parse_date(thai.thai_date(day, "en")) == day
    assert thai.parse_date(f"{day.day}/{day.month}/{day.year + 543}") == day


def test_two_digit_fiscal_year_of_a_gregorian_file():
    assert periods.parse_year("22", era="ce") == 2022


def test_dictionary_order():
    words = ["ฮ", "เขา", "ขนอม", "ไทร", "ทุ่งสง", "แก้ว", "กา", "ก้าง", "เกาะ", "ทุ่งใหญ่"]
    assert sorted(words, key=thai.thai_sort_key) == [
        "กา", "ก้าง", "เกาะ", "แก้ว", "ขนอม", "เขา", "ทุ่งสง", "ทุ่งใหญ่", "ไทร", "ฮ",
    ]  # fmt: skip
