"""Who works on a function in the neighbouring subdistricts: all places and functions at once."""

from __future__ import annotations

import pandas as pd

from geo.coverage.gaps import NEAR_LEVELS
from geo.frames import require_columns


def next_door(support: pd.DataFrame, adjacency: pd.DataFrame) -> pd.DataFrame:
    """Agencies at work next door, for every subdistrict and theme; the same answer as :func:`geo.gaps.who_could_act`.

    Returns
    -------
    DataFrame
        ``subdistrict_code``, ``theme_code``, ``agency_code``, ``neighbours`` (count), ``supports``; per subdistrict
        and theme the agency in most neighbours first. Records above the subdistrict level are no evidence.
    """
    require_columns(support, ["support_id", "subdistrict_code", "theme_code", "agency_code", "area_level"], "support")
    sides = ["subdistrict_code_a", "subdistrict_code_b"]
    both = pd.concat([adjacency[sides].set_axis(["subdistrict_code", "near"], axis="columns"),
                      adjacency[sides[::-1]].set_axis(["subdistrict_code", "near"], axis="columns")])  # fmt: skip
    both = both[both["subdistrict_code"].ne(both["near"])].drop_duplicates().astype("object")
    own = support.loc[
        support["area_level"].isin(NEAR_LEVELS), ["support_id", "subdistrict_code", "theme_code", "agency_code"]
    ]
    own = own.dropna(subset=["subdistrict_code", "theme_code", "agency_code"]).rename(
        columns={"subdistrict_code": "near"}
    )
    met = both.merge(own.astype({"near": "object"}), on="near")
    keys = ["subdistrict_code", "theme_code", "agency_code"]
    table = met.groupby(keys).agg(neighbours=("near", "nunique"), supports=("support_id", "nunique")).reset_index()
    order = ["subdistrict_code", "theme_code", "neighbours", "supports", "agency_code"]
    return table.sort_values(order, ascending=[True, True, False, False, True], ignore_index=True)
