"""Period of a support record: its stated dates, the fiscal year where dates are missing, else not known.

A fiscal year is named by the Gregorian year of its end: 2007 runs from 2006-10-01 to 2007-09-30.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from geo.frames import require_columns
from loaders import year_shares

MONEY = ("amount_satang", "committed_satang", "paid_satang")
FIRST_MONTH = 10  # the Thai fiscal year starts in October
NEVER, ONE_DAY = np.datetime64("NaT", "s"), np.timedelta64(1, "D")


def _fiscal_start(years: np.ndarray, has_year: np.ndarray) -> np.ndarray:
    """1 October on which each fiscal year starts, NaT where the year is not known."""
    start = ((years - 1 - 1970) * 12 + FIRST_MONTH - 1).astype("datetime64[M]").astype("datetime64[s]")
    return np.where(has_year, start, NEVER)


def fiscal_year_bounds(fiscal_year: int) -> tuple[dt.date, dt.date]:
    """First and last day of a fiscal year."""
    return dt.date(fiscal_year - 1, FIRST_MONTH, 1), dt.date(fiscal_year, FIRST_MONTH, 1) - dt.timedelta(days=1)


def _fiscal_year_of(days: np.ndarray) -> np.ndarray:
    """Fiscal year of each day; meaningless where the day is NaT."""
    return 1970 + (days.astype("datetime64[M]").astype("int64") + 13 - FIRST_MONTH) // 12


def _days(frame: pd.DataFrame, column: str) -> np.ndarray:
    return pd.to_datetime(frame[column]).astype("datetime64[s]").to_numpy()


def _stated(support: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Stated fiscal years (0 = none) and the mask of rows that state one."""
    years = pd.to_numeric(support["fiscal_year"]).astype("Int64")
    return years.to_numpy(dtype="int64", na_value=0), years.notna().to_numpy()


def periods(support: pd.DataFrame) -> pd.DataFrame:
    """First and last day of each record, and the basis for them.

    Parameters
    ----------
    support
        Columns ``starts_on``, ``ends_on`` (dates or NaT), ``fiscal_year`` (Int64 or NA).

    Returns
    -------
    DataFrame
        Same index; ``starts``, ``ends`` (inclusive, NaT = not known) and ``basis``: ``dates`` (both stated),
        ``part_dates`` (one stated, the other is the bound of the fiscal year; never open-ended), ``fiscal_year``,
        ``not_known`` (nothing stated, or an end before its start and no fiscal year).

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(support, ["starts_on", "ends_on", "fiscal_year"], "support")
    starts, ends = _days(support, "starts_on"), _days(support, "ends_on")
    reversed_dates = starts > ends  # a typing error: ignore both dates, fall back to the fiscal year
    starts, ends = np.where(reversed_dates, NEVER, starts), np.where(reversed_dates, NEVER, ends)
    no_start, no_end = np.isnat(starts), np.isnat(ends)
    stated, has_year = _stated(support)
    basis = np.select(
        [~no_start & ~no_end, ~no_start | ~no_end, has_year], ["dates", "part_dates", "fiscal_year"], "not_known"
    )
    # one date only: the other is the bound of the stated year, or of the date's own year if that would be reversed
    single_date = np.where(no_start, ends, starts)
    own, has_own = _fiscal_year_of(single_date), ~np.isnat(single_date)
    year_start, year_end = _fiscal_start(stated, has_year), _fiscal_start(stated + 1, has_year) - ONE_DAY
    edge_start = np.where(~has_year | (year_start > ends), _fiscal_start(own, has_own), year_start)
    edge_end = np.where(~has_year | (year_end < starts), _fiscal_start(own + 1, has_own) - ONE_DAY, year_end)
    filled = {"starts": np.where(no_start, edge_start, starts), "ends": np.where(no_end, edge_end, ends)}
    return pd.DataFrame(filled | {"basis": basis}, index=support.index)


def _money_year(support: pd.DataFrame, when: pd.DataFrame) -> pd.Series:
    """Fiscal year of a record's money without stated shares: the stated year, else that of its start; NA = undated."""
    (stated, has_year), starts = _stated(support), when["starts"].to_numpy()
    years = np.where(has_year, stated, _fiscal_year_of(starts))
    return pd.Series(pd.arrays.IntegerArray(years, ~has_year & np.isnat(starts)), index=support.index)


def by_money_year(support: pd.DataFrame) -> pd.DataFrame:
    """One row per record and fiscal year of its money: adds ``money_year`` (NA = undated), amounts are of that year.

    A record has several years only through shares that a person stated (``year_shares``, :mod:`loaders.year_shares`);
    its parts add up exactly to its satang.
    """
    shared = _is_shared(support)
    whole = support[~shared]
    whole = whole.assign(money_year=_money_year(whole, periods(whole)))
    if not shared.any():
        return whole
    rows = support[shared]
    years = sorted({year for text in rows["year_shares"].unique() for year, _ in year_shares.parse(text)})
    return pd.concat([whole, *(_part_of(rows, year) for year in years)])


def _part_of(shared: pd.DataFrame, fiscal_year: int) -> pd.DataFrame:
    """Records that have a stated share of ``fiscal_year``, with the amounts of that year."""
    mine = shared[[fiscal_year in dict(year_shares.parse(text)) for text in shared["year_shares"]]]
    every = pd.Series(True, index=mine.index)
    return _with_part(mine, every, fiscal_year).assign(money_year=pd.array([fiscal_year] * len(mine), dtype="Int64"))


def _with_part(support: pd.DataFrame, taken: pd.Series, fiscal_year: int) -> pd.DataFrame:
    """Reduce the amounts of the rows in mask ``taken`` to the part of ``fiscal_year``.

    ``year_shares`` then becomes ``YEAR:1``, so that a second call changes nothing.
    """
    at = taken.to_numpy()
    texts = support.loc[at, "year_shares"].tolist()
    shared_years = (
        support["shared_years"] if "shared_years" in support else pd.Series(pd.NA, support.index, dtype="string")
    )
    changed = {"shared_years": shared_years.mask(at & shared_years.isna().to_numpy(), support["year_shares"])}
    changed["year_shares"] = support["year_shares"].mask(at, f"{fiscal_year}:1")
    for name in (name for name in MONEY if name in support):
        column = support[name].astype("Int64").copy()
        column[at] = pd.array(
            [_part(*share, fiscal_year) for share in zip(texts, column[at], strict=True)], dtype="Int64"
        )
        changed[name] = column
    return support.assign(**changed)


def _part(text: str, satang: Any, fiscal_year: int) -> Any:
    return pd.NA if pd.isna(satang) else year_shares.parts(text, int(satang)).get(fiscal_year, 0)


def years_of(support: pd.DataFrame) -> set[int]:
    """Every fiscal year that a record states, runs in, or has a share of its money in."""
    stated = {int(year) for year in support["fiscal_year"].dropna()}
    shared = support.loc[_is_shared(support), "year_shares"].unique() if "year_shares" in support else ()
    when = periods(support)[["starts", "ends"]].dropna().drop_duplicates()
    edges = zip(*(_fiscal_year_of(when[edge].to_numpy()) for edge in ("starts", "ends")), strict=True)
    run = {year for first, last in set(edges) for year in range(int(first), int(last) + 1)}
    return stated | run | {year for text in shared for year, _ in year_shares.parse(text)}


def _is_shared(support: pd.DataFrame) -> pd.Series:
    if "year_shares" not in support:
        return pd.Series(False, index=support.index)
    return support["year_shares"].notna().astype(bool)


def of_fiscal_year(support: pd.DataFrame, fiscal_year: int | None, when: pd.DataFrame | None = None) -> pd.DataFrame:
    """Records of a fiscal year, with an added column ``counted_in``; ``None`` = all records, amounts unchanged.

    A record over several years is in each that it touches, but its money is counted once: in its money year, or where
    a person stated shares, each year's part in that year (``shared_years`` keeps the shares). In a year without its
    money the amounts are NA and ``counted_in`` names the year that has it (NA = this one). ``when``: result of
    :func:`periods` for the same records, if the caller already has it.
    """
    if fiscal_year is None:
        return support.assign(counted_in=pd.Series(pd.NA, index=support.index, dtype="Int64"))
    when = periods(support) if when is None else when
    is_shown = in_fiscal_year(support, fiscal_year, when)
    shown = support[is_shown]
    year = _money_year(shown, when[is_shown])
    shared = _is_shared(shown)
    if shared.any():
        has = {text: dict(year_shares.parse(text)) for text in shown.loc[shared, "year_shares"].unique()}
        main = [
            max(has[text].items(), key=lambda year_share: year_share[1])[0] for text in shown.loc[shared, "year_shares"]
        ]
        here = [bool(has[text].get(fiscal_year)) for text in shown.loc[shared, "year_shares"]]
        year[shared] = [fiscal_year if is_here else other for is_here, other in zip(here, main, strict=True)]
        shown = _with_part(shown, shared & year.eq(fiscal_year).fillna(False).astype(bool), fiscal_year)
    elsewhere = year.ne(fiscal_year).fillna(False).astype(bool)
    money = {name: shown[name].mask(elsewhere) for name in MONEY if name in shown}
    return shown.assign(counted_in=year.where(elsewhere), **money)


def in_fiscal_year(support: pd.DataFrame, fiscal_year: int, when: pd.DataFrame | None = None) -> pd.Series:
    """True where a record states the fiscal year, its period touches it, or its money has a share in it.

    False for undated records. ``when`` as in :func:`of_fiscal_year`.
    """
    first, last = (np.datetime64(day, "s") for day in fiscal_year_bounds(fiscal_year))
    when = periods(support) if when is None else when
    stated, has_year = _stated(support)
    runs = (when["starts"].to_numpy() <= last) & (when["ends"].to_numpy() >= first)
    touched = pd.Series((has_year & (stated == fiscal_year)) | runs, index=support.index)
    if (shared := _is_shared(support)).any():
        years = [{year for year, _ in year_shares.parse(text)} for text in support["year_shares"].where(shared, "")]
        touched |= np.array([fiscal_year in share_years for share_years in years], dtype=bool)
    return touched


def runs_on(support: pd.DataFrame, on: dt.date) -> pd.Series:
    """True where the record's period includes the day ``on``."""
    day, when = pd.Timestamp(on), periods(support)
    return (when["starts"] <= day) & (when["ends"] >= day)


def _one_of(values: pd.Series, codes: str | Collection[str]) -> pd.Series:
    return values.isin([codes] if isinstance(codes, str) else list(codes))


def filter_support(
    support: pd.DataFrame,
    fiscal_year: int | None = None,
    agency: str | Collection[str] | None = None,
    theme: str | Collection[str] | None = None,
    stream: str | Collection[str] | None = None,
    district: str | Collection[str] | None = None,
    on: dt.date | None = None,
) -> pd.DataFrame:
    """Records that meet every choice: a code, or any of a collection of codes; ``None`` = no restriction.

    ``fiscal_year`` works as in :func:`of_fiscal_year`. ``on`` keeps records whose period includes that day. Records of
    unknown period are in no year and on no day. A district keeps records inside it and for the district as a whole, not
    those of the province. Returns ``support`` with ``counted_in`` added.
    """
    keep = pd.Series(True, index=support.index)
    for column, codes in {
        "agency_code": agency,
        "theme_code": theme,
        "stream_code": stream,
        "district_code": district,
    }.items():
        if codes is not None:
            keep &= _one_of(support[column], codes)
    if on is not None:
        keep &= runs_on(support, on)
    return of_fiscal_year(support[keep], fiscal_year)
