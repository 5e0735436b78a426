"""Which reports are due and which have come: decides whether absence of records means "none" or "not known".

What is due is data (``dues``), never inferred from the files received. A report counts for the area and year that a
person stated for it (``reports``), never for those of its rows.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from geo.frames import require_columns
from geo.periods import in_fiscal_year, periods

NEEDED = ("base", "area_code", "fiscal_year")


def _keys(areas: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Codes of subdistrict, district and province per row; with tuples, set operations beat pandas here."""
    subdistricts = [str(code) for code in areas["subdistrict_code"].tolist()]
    districts = [str(code) for code in areas["district_code"].tolist()]
    return [
        (subdistrict, district, subdistrict[:2]) for subdistrict, district in zip(subdistricts, districts, strict=True)
    ]


def _inside(keys: list[tuple[str, str, str]], codes: Collection[str]) -> np.ndarray:
    """Mask of the subdistricts that are, or lie in, one of the codes (2, 4 or 6 digits)."""
    chosen_codes = set(codes)
    return np.fromiter((not chosen_codes.isdisjoint(key) for key in keys), dtype=bool, count=len(keys))


def _by_base(frame: pd.DataFrame) -> dict[str, list[tuple[int | None, str]]]:
    """(year, area code) of every row of dues or reports, by base, bases sorted; year ``None`` = every year."""
    areas_by_base: dict[str, list[tuple[int | None, str]]] = {}
    for base, year, code in zip(*(frame[name].tolist() for name in ("base", "fiscal_year", "area_code")), strict=True):
        if isinstance(base, str):
            areas_by_base.setdefault(base, []).append((None if pd.isna(year) else int(year), code))
    return dict(sorted(areas_by_base.items()))


def bearing_on(
    dues: pd.DataFrame,
    *,
    agencies: Collection[str] | None = None,
    stream: str | None = None,
    theme: str | None = None,
    theme_bases: Collection[str] = (),
) -> pd.DataFrame:
    """Dues whose report could contain records of the chosen agency, stream or function.

    Only the first given choice in this order restricts the dues.

    Parameters
    ----------
    dues
        ``base``, ``functions``, ``agencies``, ``streams``: comma-joined codes. NA in ``functions`` = every function;
        in the other two = no particular one.
    agencies
        Chosen agencies (one, or all of a level). A due whose base is one of them counts too.
    theme_bases
        Bases that have records of the theme anywhere: their dues count even if ``functions`` does not list it.

    Returns
    -------
    DataFrame
        The relevant rows of ``dues``. All rows when none lists the agency or stream: any report could then contain it.
    """
    for column, codes in (("agencies", agencies), ("streams", None if stream is None else [stream])):
        if codes is not None:
            named = [_names(cell, codes) for cell in dues[column]]
            own = dues["base"].isin(list(codes)) if column == "agencies" else False
            bearing = dues[np.array(named, dtype=bool) | own]
            return dues if bearing.empty else bearing
    if theme is None:
        return dues
    named = [_names(cell, [theme], empty=True) for cell in dues["functions"]]
    return dues[np.array(named, dtype=bool) | dues["base"].isin(list(theme_bases))]


def _names(cell: object, codes: Collection[str], *, empty: bool = False) -> bool:
    return empty if pd.isna(cell) or not cell else bool(set(str(cell).split(",")) & set(codes))


def heard(
    areas: pd.DataFrame,
    dues: pd.DataFrame,
    reports: pd.DataFrame,
    fiscal_year: int | None = None,
    years: Collection[int] = (),
    waiting: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """For every subdistrict: which bases owe a report, which have not given it, how many waiting rows may concern it.

    Parameters
    ----------
    areas
        ``subdistrict_code``, ``district_code``.
    dues
        ``base``, ``area_code`` (2, 4 or 6 digits), ``fiscal_year`` (NA = every year); relevant ones only.
    reports
        ``base``, ``area_code``, ``fiscal_year`` (NA = the report covers every year).
    fiscal_year
        ``None`` = all years: a report for each year that ``dues`` or ``years`` names.
    waiting
        Quarantined rows (:func:`may_concern`), one row per possible place: ``row_id``, ``area_code``.

    Returns
    -------
    DataFrame
        One row per row of ``areas``, index ``subdistrict_code``; ``owed`` (number of bases that owe a report),
        ``missing_bases`` (comma-joined, sorted; empty = none missing), ``completeness`` (share 0-1 of the owing bases
        that have reported in full; NaN where nobody owes), ``waiting`` (number of rows).

    Raises
    ------
    ValueError
        When ``dues`` or ``reports`` lacks a column of :data:`NEEDED`.
    """
    for frame, name in ((dues, "dues"), (reports, "reports")):
        require_columns(frame, NEEDED, name)
    owes: dict[str, np.ndarray] = {}
    lacks: dict[str, np.ndarray] = {}
    keys, spoken = _keys(areas), _by_base(reports)
    for base, year, codes in _obligations(dues, fiscal_year, years):
        owed = _inside(keys, codes)
        open_ = owed & ~_inside(keys, [code for of, code in spoken.get(base, ()) if of is None or of == year])
        owes[base] = owes.get(base, False) | owed
        lacks[base] = lacks.get(base, False) | open_
    bases = sorted(owes)
    shape = (len(areas), len(bases))
    owed_by = np.column_stack([owes[base] for base in bases]) if bases else np.zeros(shape, dtype=bool)
    lacking = np.column_stack([lacks[base] for base in bases]) if bases else np.zeros(shape, dtype=bool)
    names = [",".join(np.array(bases, dtype=object)[row]) for row in lacking]
    number = owed_by.sum(axis=1)
    share = np.where(number > 0, 1 - lacking.sum(axis=1) / np.maximum(number, 1), np.nan)
    index = pd.Index(areas["subdistrict_code"], name="subdistrict_code")
    frame = {"owed": number.astype("int64"), "missing_bases": pd.array(names, dtype="str"), "completeness": share}
    return pd.DataFrame(frame | {"waiting": _waiting_in(keys, waiting)}, index=index)


def _waiting_in(keys: list[tuple[str, str, str]], waiting: pd.DataFrame | None) -> np.ndarray:
    """Number of waiting rows that may concern each subdistrict; a row with several places counts once in each."""
    number = np.zeros(len(keys), dtype="int64")
    places: dict[object, set[str]] = {}
    if waiting is not None:
        for row, code in zip(waiting["row_id"].tolist(), waiting["area_code"].tolist(), strict=True):
            places.setdefault(row, set()).add(code)
    for codes in places.values():
        number += _inside(keys, codes)
    return number


def may_concern(
    waiting: pd.DataFrame,
    fiscal_year: int | None = None,
    *,
    agencies: Collection[str] | None = None,
    stream: str | None = None,
    theme: str | None = None,
) -> pd.DataFrame:
    """Waiting rows that may belong to a choice; a cell that is NA may turn out to be anything, so it matches.

    Parameters
    ----------
    waiting
        ``agency_code``, ``stream_code``, ``theme_code``, ``fiscal_year``, ``starts_on``, ``ends_on``.
    fiscal_year, agencies, stream, theme
        The choice; ``None`` = no restriction.
    """
    keep = pd.Series(True, index=waiting.index)
    chosen = {"agency_code": agencies, "stream_code": stream and [stream], "theme_code": theme and [theme]}
    for column, codes in chosen.items():
        if codes is not None:
            keep &= waiting[column].isna() | waiting[column].isin(list(codes))
    if fiscal_year is not None:
        when = periods(waiting)
        keep &= when["basis"].eq("not_known") | in_fiscal_year(waiting, fiscal_year, when)
    return waiting[keep.astype(bool)]


def told(spoken: pd.DataFrame) -> pd.Series:
    """``completeness`` for :func:`geo.statuses.decide`: NaN, which prevents "none", where a row waits.

    ``spoken`` is the result of :func:`heard` or a table with its columns.
    """
    return spoken["completeness"].mask(spoken["waiting"].gt(0))


def missing_of(table: pd.DataFrame) -> list[str]:
    """Sorted bases that miss a report for at least one row of a table with ``missing_bases``."""
    return sorted({base for cell in table["missing_bases"].unique() for base in str(cell).split(",") if base})


def _obligations(dues: pd.DataFrame, fiscal_year: int | None, years: Collection[int]):  # noqa: ANN202
    """Yield (base, year, area codes) of the reports due; year is ``None`` when neither dues nor years name one."""
    stated = {int(year) for year in dues["fiscal_year"].dropna()}
    due_years = [fiscal_year] if fiscal_year is not None else sorted(stated | {int(year) for year in years}) or [None]
    for base, rows in _by_base(dues).items():
        for year in due_years:
            if codes := {code for of, code in rows if of is None or of == year}:
                yield base, year, codes
