"""Class characters of a map: one character per class, used in messages to the browser and in stored meetings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

UNMEASURED = "m"  # covered, but the measure of the scale is not stated
QUADRANTS = {
    "gap": "g",
    "served": "s",
    "low_need_supported": "l",
    "low_need_none": "o",
    "unknown_support": "v",
    "unknown_need": "u",
    "not_applicable": "x",
}
CLUSTERS = {
    "weak": "w",
    "weak_among_strong": "o",
    "strong": "s",
    "strong_among_weak": "i",
    "not_significant": "n",
    "alone": "n",
    "not_known": "u",
}


def letters(codes: pd.Series, table: Mapping[str, str], *, missing: pd.Series | str | None = None) -> pd.Series:
    """Class character of each code.

    Parameters
    ----------
    codes
        Keys of ``table``, or NA.
    missing
        Class of NA: one for all or one per row.

    Raises
    ------
    ValueError
        For a code that is not in ``table``, or NA without ``missing``.
    """
    unknown = set(codes.dropna()) - set(table)
    if unknown:
        raise ValueError(
            f"letters: codes {sorted(unknown)} have no class; known are {sorted(table)}. Add each to the table of classes."
        )
    classes = codes.map(table).astype("object")
    if missing is not None:
        classes = classes.where(codes.notna(), missing)
    if classes.isna().any():
        raise ValueError(
            f"letters: {int(classes.isna().sum())} places have no code; expected one, or a class for them."
        )
    return classes


def check_styles(painter: str, classes: Iterable[str], styles: Iterable[str]) -> None:
    """Raise ``ValueError`` for a class without a style: it would be drawn white, which means "none"."""
    styled = set(styles)
    unknown = set(classes) - styled
    if unknown:
        raise ValueError(
            f"{painter}: classes {sorted(unknown)} have no style; known are {sorted(styled)}. Add a style for each."
        )
