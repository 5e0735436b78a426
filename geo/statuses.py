"""Status of a place: covered, or one of three kinds of "nothing" that every map, list and wall must distinguish."""

from __future__ import annotations

import numpy as np
import pandas as pd

COVERED, NONE, NOT_REPORTED, NOT_APPLICABLE = "covered", "none", "not_reported", "not_applicable"
STATUSES = (COVERED, NONE, NOT_REPORTED, NOT_APPLICABLE)
TEXT_KEYS = {
    "covered": "status_covered",
    "none": "status_none",
    "not_reported": "status_not_reported",
    "not_applicable": "status_not_applicable",
}
NOTHING = {NONE: "n", NOT_REPORTED: "u", NOT_APPLICABLE: "x"}  # status -> map class, outside every colour scale


def nothing_classes(status: pd.Series) -> pd.Series:
    """Map class character of every row that is a kind of nothing, NA where covered.

    Raises
    ------
    ValueError
        For a status outside ``STATUSES``: a map must not draw an unknown status as "nothing".
    """
    unknown = sorted(set(status.dropna()) - set(STATUSES))
    if unknown:
        raise ValueError(
            f"nothing_classes: found statuses {unknown}; expected {list(STATUSES)}. "
            "Where: geo.statuses. Do this: add the status, its class character and its colour."
        )
    return status.map(NOTHING).astype("object")


def waits(table: pd.DataFrame) -> pd.Series:
    """True where the status is not known and quarantined rows may concern the place (``status``, ``waiting``)."""
    return table["status"].eq(NOT_REPORTED) & table["waiting"].gt(0)


def decide(
    is_covered: pd.Series,
    completeness: pd.Series,
    *,
    can_be_reached: pd.Series | bool = True,
    in_doubt: pd.Series | bool = False,
) -> pd.Series:
    """The status of every place. No other code may conclude "none".

    Parameters
    ----------
    is_covered
        At least one record is there.
    completeness
        Share 0-1 of the bases owing a report about this place, function and period that have reported
        (:mod:`geo.coverage.heard`). NaN where nobody owes one, so nothing is known.
    can_be_reached
        False = not applicable here, unless covered.
    in_doubt
        A record may belong here (it states no year): prevents "none" even when every report has come.

    Returns
    -------
    Series
        One of ``STATUSES`` per row, with the index of ``is_covered``.
    """
    nobody = completeness.eq(1.0) & ~np.asarray(in_doubt, dtype=bool)
    unreachable = np.broadcast_to(~np.asarray(can_be_reached, dtype=bool), len(is_covered))
    choice = np.select([is_covered.astype(bool), unreachable, nobody], [COVERED, NOT_APPLICABLE, NONE], NOT_REPORTED)
    return pd.Series(choice, index=is_covered.index, dtype="str")
