"""Small counts: which cells the public may not see, so that no total gives a small one away.

Primary: counts from 1 to 4. Complementary: where the hidden cells of a group could be reckoned from its total (one
hidden cell, or so few or so many people that each must be 1 or 4), the next smallest cell is hidden too, else the total.
"""

from __future__ import annotations

import pandas as pd

SMALL = 5
LENGTHS = {"village": 8, "subdistrict": 6, "district": 4, "province": 2}
ROUNDS = 6  # levels feed each other; every round only hides more, and four levels settle in less


def small_cells(frame: pd.DataFrame, column: str, keys: list[str]) -> pd.Series:
    """Which rows' counts are hidden.

    Parameters
    ----------
    frame : rows with ``area_code``, ``area_level``, the count ``column`` and the ``keys`` that tell tables apart.

    Returns
    -------
    Boolean series with the index of ``frame``.
    """
    values = pd.to_numeric(frame[column], errors="coerce").astype(float)
    hidden = (values > 0) & (values < SMALL)
    if not hidden.any():
        return hidden
    present = [key for key in keys if key in frame]
    marks = frame.groupby(present, dropna=False).ngroup()
    for mark in sorted(set(marks[hidden])):
        rows = frame[marks == mark]
        settled = _Table(
            rows["area_code"].astype("string").fillna(""), rows["area_level"], values[rows.index], hidden[rows.index]
        )
        hidden[rows.index] = settled.protect()
    return hidden


class _Table:
    """The cells of one published table of counts over villages, subdistricts, districts and provinces."""

    def __init__(self, codes: pd.Series, levels: pd.Series, values: pd.Series, hidden: pd.Series) -> None:
        self.codes, self.values, self.hidden = codes, values, hidden.copy()
        self.lengths = levels.map(LENGTHS).fillna(0).astype(int)

    def protect(self) -> pd.Series:
        """Hide more cells until no group gives one away."""
        for _ in range(ROUNDS):
            before = int(self.hidden.sum())
            for child in (8, 6, 4):
                for parent in (6, 4, 2):
                    if parent < child:
                        self._level(child, parent)
            self._downwards()
            if int(self.hidden.sum()) == before:
                break
        return self.hidden

    def _level(self, child: int, parent: int) -> None:
        cells = self.codes[self.lengths == child]
        parents = cells.str[:parent]
        totals = self.codes[self.lengths == parent]
        touched = set(parents[self.hidden[cells.index]])
        if parent != child - 2:  # groups beyond the next level matter only where their total is published
            touched &= set(totals)
        for code in sorted(touched):
            self._group(cells.index[parents == code], totals.index[totals == code])

    def _group(self, members: pd.Index, totals: pd.Index) -> None:
        hidden = members[self.hidden[members]]
        number, people = len(hidden), self.values[hidden].sum()
        all_small = bool((self.values[hidden] < SMALL).all())
        if number > 1 and not (all_small and people in (number, number * (SMALL - 1))):
            return
        others = self.values[members.difference(hidden)]
        others = others[others > 0]
        if len(others):
            self.hidden[others.idxmin()] = True
        else:
            self.hidden[totals] = True

    def _downwards(self) -> None:
        """A hidden total whose parts are all shown would be their sum: hide its smallest part."""
        for row in self.hidden.index[self.hidden & (self.lengths > 0) & (self.lengths < 8)]:
            length = int(self.lengths[row])
            parts = self.codes[(self.lengths == length + 2) & self.codes.str.startswith(self.codes[row])].index
            shown = self.values[parts][self.values[parts] > 0]
            if len(shown) and not self.hidden[parts].any():
                self.hidden[shown.idxmin()] = True
