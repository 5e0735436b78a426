"""The money of a record by fiscal year, in shares that a person stated, exact to the satang.

Stored as text, ``2006:31,2007:365``: Gregorian fiscal years with integer weights. Without shares all money belongs to
the fiscal year of the record's start.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from math import gcd

from loaders.shares import largest_remainder
from loaders.thai.periods import fiscal_year_of

EQUAL, DAYS, STATED = METHODS = ("equal", "days", "stated")


@cache
def parse(text: str) -> tuple[tuple[int, int], ...]:
    """(Year, weight) pairs, earliest first.

    Examples
    --------
    >>> parse("2006:31,2007:365")
    ((2006, 31), (2007, 365))
    """
    return tuple(
        sorted((int(year), int(weight)) for year, _, weight in (bit.partition(":") for bit in text.split(",") if bit))
    )


def written(weights: Mapping[int, int]) -> str:
    """The stored text, with weights reduced to the smallest integers; years without a share are left out."""
    some = {year: weight for year, weight in weights.items() if weight}
    divisor = gcd(*some.values())
    return ",".join(f"{year}:{weight // divisor}" for year, weight in sorted(some.items()))


def parts(text: str, satang: int) -> dict[int, int]:
    """Satang by fiscal year; the values add up to ``satang``.

    Examples
    --------
    >>> parts("2006:1,2007:1", 101)
    {2006: 51, 2007: 50}
    """
    shares = parse(text)
    return dict(
        zip((year for year, _ in shares), largest_remainder(satang, [weight for _, weight in shares]), strict=True)
    )


def years_touched(starts_on: date | None, ends_on: date | None) -> tuple[int, ...]:
    """Fiscal years that a record spans; empty when a date is missing or the end is before the start."""
    if starts_on is None or ends_on is None or starts_on > ends_on:
        return ()
    return tuple(range(fiscal_year_of(starts_on), fiscal_year_of(ends_on) + 1))


def days_in_years(starts_on: date, ends_on: date) -> dict[int, int]:
    """Days of a record in each fiscal year, both ends counted.

    Examples
    --------
    >>> days_in_years(date(2006, 9, 30), date(2006, 10, 2))
    {2006: 1, 2007: 2}
    """
    days = {}
    for year in years_touched(starts_on, ends_on):
        first, last = date(year - 1, 10, 1), date(year, 10, 1) - timedelta(days=1)
        days[year] = (min(last, ends_on) - max(first, starts_on)).days + 1
    return days
