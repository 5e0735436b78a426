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


def neighbours(adjacency: pd.DataFrame) -> dict[str, set[str]]:
    """Per code those that share a border with it; codes without a border are not in it."""
    borders: dict[str, set[str]] = {}
    for code, other in zip(*(adjacency[side].tolist() for side in SIDES), strict=True):
        if code != other:
            borders.setdefault(code, set()).add(other)
            borders.setdefault(other, set()).add(code)
    return borders


def beside(adjacency: pd.DataFrame, codes: Collection[str]) -> set[str]:
    """Codes that share a border with any of ``codes`` and are none of them."""
    own, borders = set(codes), neighbours(adjacency)
    return {other for code in own for other in borders.get(code, ())} - own
