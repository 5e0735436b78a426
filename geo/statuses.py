"""The four answers to "is anybody there?", and the three kinds of nothing that every map, list and wall tells apart."""

from __future__ import annotations

import pandas as pd

COVERED, NONE, NOT_REPORTED, NOT_APPLICABLE = "covered", "none", "not_reported", "not_applicable"
STATUSES = (COVERED, NONE, NOT_REPORTED, NOT_APPLICABLE)
NOTHING = {NONE: "n", NOT_REPORTED: "u", NOT_APPLICABLE: "x"}  # status -> class character; off every colour scale


def nothing_classes(status: pd.Series) -> pd.Series:
    """Class character of the kind of nothing per row, NA where somebody is there.

    Raises
    ------
    ValueError
        For a status that is none of ``STATUSES``: drawn as "nothing" it would say what nobody said.
    """
    unknown = sorted(set(status.dropna()) - set(STATUSES))
    if unknown:
        raise ValueError(
            f"nothing_classes: found statuses {unknown}; expected {list(STATUSES)}. "
            "Where: geo.statuses. Do this: add the status, its class character and its colour."
        )
    return status.map(NOTHING).astype("object")
