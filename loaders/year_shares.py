"""A record's money over several fiscal years: the share of every year as a person stated it, exact to the satang.

In the store the shares are one text, ``2006:31,2007:365``: fiscal years (Gregorian) with whole weights. Without one
a record's money stays in the year of its start.
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
    """Years with their weights, the earliest first.

    Examples
    --------
    >>> parse("2006:31,2007:365")
    ((2006, 31), (2007, 365))
    """
    return tuple(
        sorted((int(year), int(weight)) for year, _, weight in (bit.partition(":") for bit in text.split(",") if bit))
    )


def written(weights: Mapping[int, int]) -> str:
    """The text of the store, in the smallest whole weights; years without a share are left out."""
    some = {year: weight for year, weight in weights.items() if weight}
    divisor = gcd(*some.values())
    return ",".join(f"{year}:{weight // divisor}" for year, weight in sorted(some.items()))


def parts(text: str, satang: int) -> dict[int, int]:
    """Satang by fiscal year; they add up to ``satang``.

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
    """Fiscal years that a record with both days runs in; empty without them or when they are the wrong way round."""
    if starts_on is None or ends_on is None or starts_on > ends_on:
        return ()
    return tuple(range(fiscal_year_of(starts_on), fiscal_year_of(ends_on) + 1))


def days_in_years(starts_on: date, ends_on: date) -> dict[int, int]:
    """How many days of a record, both ends counted, lie in each fiscal year.

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
