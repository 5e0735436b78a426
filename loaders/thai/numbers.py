"""Amounts and counts as agencies write them. Parsing is strict: a misread figure is worse than a refused one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Literal

from loaders.thai.text import Unreadable, arabic_digits, normalise

Stated = Literal["value", "none", "dash", "not_stated", "empty"]

UNIT_BAHT = {
    "baht": 1,
    "thousand_baht": 1_000,
    "ten_thousand_baht": 10_000,
    "hundred_thousand_baht": 100_000,
    "million_baht": 1_000_000,
    "billion_baht": 1_000_000_000,
}
# The word before baht in a heading or title -> the unit; a longer word comes before its parts.
UNIT_WORDS = {
    "พันล้าน": "billion_baht", "พัน": "thousand_baht", "หมื่น": "ten_thousand_baht", "แสน": "hundred_thousand_baht", "ล้าน": "million_baht",
    "billion": "billion_baht", "thousand": "thousand_baht", "million": "million_baht",
}  # fmt: skip
UNIT_WORD = f"(?P<factor>{'|'.join(UNIT_WORDS)})?"
WORD_BAHT = {"": 1, "พัน": 1_000, "หมื่น": 10_000, "แสน": 100_000, "ล้าน": 1_000_000, "พันล้าน": 1_000_000_000}
LARGEST_BAHT = 10**14  # about five times the country's yearly GDP: anything above is a typing error
LARGEST_COUNT = 10**9
EXACT = Context(prec=60)

DASHES = re.compile(r"[-–—−‒_.]+")
NONE_WORDS = {"ไม่มี", "none", "nil"}
NOT_STATED_WORDS = {"ไม่ระบุ", "ไม่มีข้อมูล", "ยังไม่มีข้อมูล", "ไม่ทราบ", "n/a", "na", "n.a."}
NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|\.\d+")
MONEY = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-−–])?\s*(?P<mark>฿|THB)?\s*(?P<number>[\d,.]+(?:[eE][+-]?\d+)?)\s*"
    r"(?P<word>พันล้าน|พัน|หมื่น|แสน|ล้าน)?\s*(?P<baht>บาท(?:ถ้วน)?|baht|THB)?\s*(?P<close>\))?",
    re.IGNORECASE,
)
COUNT_WORD = re.compile(
    r"\s*(?:คน|ราย|ครัวเรือน|หลังคาเรือน|หลัง|หมู่บ้าน|หมู่|ตำบล|แห่ง|กลุ่ม|กองทุน|ครั้ง|people|persons|households|villages)$"
)
LOOKS_LIKE_DATE = re.compile(r"\d+[/-]\d+([/-]\d+)?|\d+\s*[ก-๎]+\.[ก-ฮ]\.")


@dataclass(frozen=True)
class Reading:
    """A parsed figure. ``value`` is ``None`` unless ``stated`` is ``"value"``.

    ``stated`` distinguishes cells without a figure: ``"none"`` is a written "there is none" (which the caller may
    count as a reported zero), ``"dash"`` a dash, ``"not_stated"`` a written "not known", ``"empty"`` an empty cell.
    ``is_rounded``: the text was finer than a satang.
    """

    value: int | None
    stated: Stated = "value"
    is_rounded: bool = False


def _nothing(text: str) -> Stated | None:
    if not text:
        return "empty"
    if DASHES.fullmatch(text):
        return "dash"
    if text.casefold() in NONE_WORDS:
        return "none"
    return "not_stated" if text.casefold() in NOT_STATED_WORDS else None


def _number(text: str, cell: str, code: str) -> Decimal:
    """Parse a decimal number with commas only every three digits; raises ``Unreadable`` with ``code``."""
    if len(text) > 60 or not NUMBER.fullmatch(text):
        raise Unreadable(code, cell)
    return Decimal(text.replace(",", ""))


def read_baht(text: str, unit: str = "baht") -> Reading:
    """Parse an amount into satang, rounded half-even when the text is finer than a satang.

    Parameters
    ----------
    text : the cell. Accepts Thai digits, commas every three digits, a baht sign or word, ``1,000.-``, brackets for
        negatives, and ``ล้านบาท``, ``พันบาท`` and the like.
    unit : unit of a bare number, a key of ``UNIT_BAHT``. A unit written in the cell
        takes precedence.

    Raises
    ------
    Unreadable
        ``amount_is_a_date``, ``amount_too_large`` or ``amount_not_a_number`` (also for inf and nan).
    """
    cell = arabic_digits(normalise(text))
    if nothing := _nothing(cell):
        return Reading(None, nothing)
    match = MONEY.fullmatch(re.sub(r"\.-+(?=\s*(?:บาท)?\)?$)", "", cell))
    if match is None or bool(match["open"]) != bool(match["close"]) or (match["open"] and match["sign"]):
        raise Unreadable("amount_is_a_date" if LOOKS_LIKE_DATE.match(cell) else "amount_not_a_number", text)
    number = _number(match["number"], text, "amount_not_a_number")
    written = match["word"] or match["baht"] or match["mark"]
    factor = WORD_BAHT[match["word"] or ""] if written else UNIT_BAHT[unit]
    if (number and number.adjusted() > 20) or number * factor >= LARGEST_BAHT:
        raise Unreadable("amount_too_large", text)
    exact = EXACT.multiply(number, Decimal(factor * 100))
    satang = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN, context=EXACT))
    return Reading(-satang if match["sign"] or match["open"] else satang, is_rounded=satang != exact)


def parse_baht(text: str, unit: str = "baht") -> int | None:
    """Satang of an amount, ``None`` when none is stated; see :func:`read_baht` for rounding and errors.

    Examples
    --------
    >>> parse_baht("๑,๒๕๐.๕๐ บาท"), parse_baht("5 ล้านบาท"), parse_baht("(100)"), parse_baht("-")
    (125050, 500000000, -10000, None)
    """
    return read_baht(text, unit).value


def read_count(text: str) -> Reading:
    """Parse a non-negative integer count of people, villages and so on; ``12.0`` (a spreadsheet float) is 12.

    Raises
    ------
    Unreadable
        ``count_not_a_number``, ``count_not_whole``, ``count_negative`` or ``count_too_large``.
    """
    cell = arabic_digits(normalise(text))
    if nothing := _nothing(cell):
        return Reading(None, nothing)
    bare = COUNT_WORD.sub("", cell)
    if re.match(r"[-−–(]\s*\d", bare):
        raise Unreadable("count_negative", text)
    number = _number(bare, text, "count_not_a_number")
    if number and (number.adjusted() > 20 or number > LARGEST_COUNT):
        raise Unreadable("count_too_large", text)
    if number != int(number):
        raise Unreadable("count_not_whole", text)
    return Reading(int(number))


def parse_count(text: str) -> int | None:
    """A non-negative integer, ``None`` when none is stated; see :func:`read_count` for errors."""
    return read_count(text).value
