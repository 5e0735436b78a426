"""The fiscal year of each row against its dates: derived when no column states it, quarantined when they contradict."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pandas as pd

from loaders.codes import squeeze
from loaders.layouts.layout import MONEY, Layout
from loaders.problems import Problem
from loaders.thai import periods
from loaders.thai.text import Unreadable

CONTRADICTED, REVERSED = "year_contradicts_dates", "dates_reversed"
TIME = re.compile(r"ระยะเวลา|ช่วงเวลา|ไตรมาส|งวดเวลา|period|quarter|duration", re.IGNORECASE)
Hold = Callable[[int, str, str | None, str], None]  # row, problem, heading, value


def check(frame: pd.DataFrame, layout: Layout, sheet: str, values: pd.DataFrame, centre: float | None) -> list[Problem]:
    """Complete ``starts_on``, ``ends_on``, ``fiscal_year`` in ``values``; returns a problem per contradictory row.

    Dates come from our columns, else from the only unmapped column of time, else from the quarter or month in the
    headings of money. Unreadable cells of an unmapped column are ignored.
    """
    if layout.register != "support":
        return []
    empty = pd.Series([None] * len(frame), frame.index, dtype=object)
    starts, ends, stated = (values.get(name, empty).copy() for name in ("starts_on", "ends_on", "fiscal_year"))
    era = layout.units.get("fiscal_year", "auto")
    heading, written = _time(frame, layout)
    of_money = _years_of_headings(layout, era, centre)
    problems = []
    for row in frame.index:
        first, last, year = (None if pd.isna(cell) else cell for cell in (starts[row], ends[row], stated[row]))
        if written is not None and (period := _period(written[row], era, centre)) is not None:
            first = first or period.first
            last = last or (None if period.is_day else period.last)
        starts[row], ends[row] = first, last
        if first is not None and last is not None and last < first:
            problems.append(Problem(REVERSED, "quarantined", sheet, int(row), heading, f"{first} - {last}"))
            continue
        years = _years(first, last) or of_money
        if not years:
            continue
        if year is None:
            stated[row] = min(years) if first or len(of_money) == 1 else max(years)
        elif int(year) not in years and not (first is None and last is not None and int(year) < max(years)):
            period_text = (
                str(written[row])
                if written is not None and str(written[row]).strip()
                else f"{first or ''} - {last or ''}"
            )
            problems.append(Problem(CONTRADICTED, "quarantined", sheet, int(row), heading, period_text))
    for name, column in (("starts_on", starts), ("ends_on", ends), ("fiscal_year", stated)):
        if column.notna().any():
            values[name] = column
    return problems


def _years(first: date | None, last: date | None) -> set[int]:
    """Gregorian fiscal years from the first to the last day; with only one day, that day's year."""
    years = [periods.fiscal_year_of(day) for day in (first, last) if day is not None]
    return set(range(min(years), max(years) + 1)) if years else set()


def _time(frame: pd.DataFrame, layout: Layout) -> tuple[str | None, pd.Series | None]:
    """Heading and cells of ``starts_on``, else of the only unmapped column of time."""
    as_written = {squeeze(heading): heading for heading in frame.columns}
    for name in layout.columns.get("starts_on", ()):
        if squeeze(name) in as_written:
            return as_written[squeeze(name)], frame[as_written[squeeze(name)]].astype(str)
    taken = {squeeze(name) for names in layout.columns.values() for name in names}
    free = [h for h in frame.columns if TIME.search(h) and squeeze(h) not in taken]
    return (free[0], frame[free[0]].astype(str)) if len(free) == 1 else (None, None)


def _period(text: str, era: str, centre: float | None) -> periods.Period | None:
    try:
        return periods.parse_period(text, era, centre) if text.strip(" -") else None
    except Unreadable:
        return None


def _years_of_headings(layout: Layout, era: str, centre: float | None) -> set[int]:
    """The fiscal year in money headings with a quarter or month ("ไตรมาส 1/2567", "ต.ค. 66"); empty if several."""
    pieces = [
        piece for ours in MONEY["support"] for name in layout.columns.get(ours, ()) for piece in name.split(" - ")
    ]
    years = {year for piece in pieces if (year := year_of_part(piece, era, centre)) is not None}
    return years if len(years) == 1 else set()


def year_of_part(text: str, era: str = "auto", centre: float | None = None) -> int | None:
    """The Gregorian fiscal year of a heading with a quarter or month and its year; ``None`` for other text."""
    if not re.search(r"[\d๐-๙]{2}\D*$", text):
        return None
    period = _period(text, era, centre)
    return None if period is None or period.is_day else periods.fiscal_year_of(period.first)
