"""View of one agency: which other agencies work in its subdistricts, and which gaps border on them."""

from __future__ import annotations

import pandas as pd

from geo.adjacency import beside, neighbours
from geo.overlaps.outcomes import of_pairs


def partners(pairs: pd.DataFrame, placed: pd.DataFrame, agency: str) -> pd.DataFrame:
    """Other agencies in the subdistricts of ``agency``, with their overlap pairs counted by outcome.

    Parameters
    ----------
    pairs
        From :func:`geo.overlaps.overlaps.overlaps`.
    placed
        Records of the year with a subdistrict, of all agencies.

    Returns
    -------
    DataFrame
        One row per other agency: ``agency_code``, ``places`` (subdistricts shared, at the same time or not), one count
        of pairs per outcome of a pair. Most suspected duplication first, then most places.
    """
    home = set(placed.loc[placed["agency_code"].eq(agency), "subdistrict_code"].dropna())
    others = placed[placed["subdistrict_code"].isin(home) & placed["agency_code"].ne(agency)]
    table = others.groupby("agency_code").agg(places=("subdistrict_code", "nunique"))
    mine = pairs[pairs["agency_a"].eq(agency) | pairs["agency_b"].eq(agency)]
    other = mine["agency_a"].where(mine["agency_a"].ne(agency), mine["agency_b"])
    outcomes = of_pairs()
    counts = (
        pd.crosstab(other.rename("agency_code"), mine["outcome"])
        if len(mine)
        else pd.DataFrame(index=pd.Index([], name="agency_code"))
    )
    table = table.join(counts.reindex(columns=outcomes, fill_value=0), how="outer")
    whole = ["places", *outcomes]
    table[whole] = table[whole].fillna(0).astype("int64")
    table = table.rename_axis(columns=None).rename_axis("agency_code").reset_index()
    order = ["suspected_duplication", "places", "agency_code"]
    return table.sort_values(order, ascending=[False, False, True], ignore_index=True)[
        ["agency_code", "places", *outcomes]
    ]


def gaps_beside(by_theme: pd.DataFrame, placed: pd.DataFrame, adjacency: pd.DataFrame, agency: str) -> pd.DataFrame:
    """Subdistricts bordering on the agency's own in which nobody is known to work on a theme of the agency.

    ``by_theme`` from :func:`geo.coverage.coverage.coverage_by`; ``placed`` as in :func:`partners`.

    Returns
    -------
    DataFrame
        One row per theme and subdistrict: ``theme_code``, ``subdistrict_code``, ``district_code``, ``status`` (``none``
        or ``not_reported``), ``neighbours`` (bordering subdistricts in which the agency works on the theme),
        ``population``. Status *none* first, then most people.
    """
    own = placed[placed["agency_code"].eq(agency) & placed["theme_code"].notna()]
    gaps, bordering = [], neighbours(adjacency)
    for theme, rows in own.groupby("theme_code"):
        home = set(rows["subdistrict_code"])
        open_ = by_theme[by_theme["theme_code"].eq(theme) & by_theme["status"].isin(["none", "not_reported"])]
        near = open_[open_["subdistrict_code"].isin(beside(adjacency, home))]
        shared_borders = [len(bordering[code] & home) for code in near["subdistrict_code"]]
        gaps.append(near.assign(neighbours=shared_borders))
    columns = ["theme_code", "subdistrict_code", "district_code", "status", "neighbours", "population"]
    if not gaps:
        return pd.DataFrame(columns=columns)
    table = pd.concat(gaps, ignore_index=True)[columns]
    return table.sort_values(
        ["status", "population", "subdistrict_code"], ascending=[True, False, True], ignore_index=True
    )
