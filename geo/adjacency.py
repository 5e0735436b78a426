"""Who borders on whom; an adjacency frame holds each pair once: ``subdistrict_code_a``, ``subdistrict_code_b``."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

SIDES = ["subdistrict_code_a", "subdistrict_code_b"]


def both_ways(adjacency: pd.DataFrame) -> pd.DataFrame:
    """Every border from both sides, without doubles: ``subdistrict_code``, ``neighbour_code``."""
    names = ["subdistrict_code", "neighbour_code"]
    table = pd.concat([adjacency[sides].set_axis(names, axis="columns") for sides in (SIDES, SIDES[::-1])])
    return table[table["subdistrict_code"].ne(table["neighbour_code"])].drop_duplicates()


def beside(adjacency: pd.DataFrame, codes: Collection[str]) -> set[str]:
    """Codes that share a border with any of ``codes`` and are none of them."""
    one, other = (adjacency[side] for side in SIDES)
    own = set(codes)
    return ({*other[one.isin(own)], *one[other.isin(own)]}) - own
