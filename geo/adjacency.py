"""Lookups in an adjacency frame: one row per pair of bordering subdistricts (columns :data:`SIDES`), each pair once."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

SIDES = ["subdistrict_code_a", "subdistrict_code_b"]


def both_ways(adjacency: pd.DataFrame) -> pd.DataFrame:
    """Two rows per border, one in each direction: ``subdistrict_code``, ``neighbour_code``; no duplicates."""
    names = ["subdistrict_code", "neighbour_code"]
    table = pd.concat([adjacency[sides].set_axis(names, axis="columns") for sides in (SIDES, SIDES[::-1])])
    return table[table["subdistrict_code"].ne(table["neighbour_code"])].drop_duplicates()


def neighbours(adjacency: pd.DataFrame) -> dict[str, set[str]]:
    """Map each code to the codes that share a border with it; codes without a neighbour are no keys."""
    borders: dict[str, set[str]] = {}
    for code, other in zip(*(adjacency[side].tolist() for side in SIDES), strict=True):
        if code != other:
            borders.setdefault(code, set()).add(other)
            borders.setdefault(other, set()).add(code)
    return borders


def beside(adjacency: pd.DataFrame, codes: Collection[str]) -> set[str]:
    """Codes outside ``codes`` that share a border with at least one of them."""
    own, borders = set(codes), neighbours(adjacency)
    return {other for code in own for other in borders.get(code, ())} - own
