"""Status and money of every subdistrict by year, for exports; the same figures as the pages show."""

from __future__ import annotations

import pandas as pd

from geo.coverage.coverage import coverage
from geo.coverage.heard import heard, may_concern
from geo.coverage.roll_up import roll_up
from geo.periods import by_money_year, years_of

UNDATED = "undated"


def by_subdistrict(
    support: pd.DataFrame,
    areas: pd.DataFrame,
    local_governments: pd.DataFrame | None,
    dues: pd.DataFrame,
    reports: pd.DataFrame,
    waiting: pd.DataFrame,
) -> dict[str, dict]:
    """Status and money of every subdistrict of ``areas``.

    Parameters
    ----------
    support, areas, local_governments
        As in :func:`geo.coverage.coverage.coverage`; ``support`` of all years.
    dues, reports, waiting
        As in :mod:`geo.coverage.heard`; of ``dues`` only rows with ``is_asked`` count.

    Returns
    -------
    dict
        Subdistrict code -> ``coverage_year`` (most frequent stated fiscal year, None if none is stated),
        ``coverage_status`` (in that year), ``rows_waiting`` (quarantined rows that may concern it in that year),
        ``coverage_status_by_year`` and ``satang_by_year`` (year as text, ``undated`` last; only years with a stated
        amount, adding up to all money placed in the subdistrict).
    """
    years = sorted(years_of(support))
    named = support["fiscal_year"].dropna()
    usual = int(named.mode().iloc[0]) if len(named) else None
    asked = dues[dues["is_asked"].astype(bool)]
    statuses = {
        year: coverage(
            support, areas, None, heard(areas, asked, reports, year, years, may_concern(waiting, year)), fiscal_year=year,
            local_governments=local_governments,
        ).set_index("subdistrict_code")
        for year in dict.fromkeys([*years, usual])
    }  # fmt: skip
    money = _by_year(support, areas, local_governments)
    return {
        code: {
            "coverage_year": usual,
            "coverage_status": statuses[usual]["status"][code],
            "coverage_status_by_year": {str(year): statuses[year]["status"][code] for year in years},
            "rows_waiting": int(statuses[usual]["waiting"][code]),
            "satang_by_year": money.get(code, {}),
        }
        for code in areas["subdistrict_code"]
    }


def _by_year(
    support: pd.DataFrame, areas: pd.DataFrame, local_governments: pd.DataFrame | None
) -> dict[str, dict[str, int]]:
    placed = roll_up(support, areas, local_governments).by_subdistrict
    placed = by_money_year(placed[placed["amount_satang"].notna()])
    year = placed["money_year"].astype("string").fillna(UNDATED)
    sums = placed["amount_satang"].astype("Int64").groupby([placed["subdistrict_code"], year]).sum().sort_index()
    satang_by_year: dict[str, dict[str, int]] = {}
    for (code, when), satang in sums.items():
        satang_by_year.setdefault(str(code), {})[str(when)] = int(satang)
    return satang_by_year
