"""One agency's own view: who else is where it works, and which gaps lie near it."""

from __future__ import annotations

import pandas as pd

from geo.adjacency import beside, neighbours
from geo.overlaps.outcomes import of_pairs


def partners(pairs: pd.DataFrame, placed: pd.DataFrame, agency: str) -> pd.DataFrame:
    """Who else is in the agency's subdistricts, by outcome of the overlap.

    Parameters
    ----------
    pairs
        From :func:`geo.overlaps.overlaps`.
    placed
        Records of the year with a subdistrict, of all agencies.

    Returns
    -------
    DataFrame
        ``agency_code``, ``places`` (subdistricts shared, at once or not), one count of pairs per outcome, ``cleared``;
        suspected duplication first, then most places.
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
    """Subdistricts next to the agency's own where nobody is known to work on a theme of the agency's.

    Returns
    -------
    DataFrame
        ``theme_code``, ``subdistrict_code``, ``district_code``, ``status`` (``none`` or ``not_reported``, apart),
        ``neighbours`` (of the agency's subdistricts with the theme that share a border), ``population``; reported
        *none* first, most people first.
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
