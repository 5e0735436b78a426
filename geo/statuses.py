"""The four answers to "is anybody there?", and the three kinds of nothing that every map, list and wall tells apart."""

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


def waits(table: pd.DataFrame) -> pd.Series:
    """Where nothing is known and rows wait at the review desk that may be about the place (``status``, ``waiting``)."""
    return table["status"].eq(NOT_REPORTED) & table["waiting"].gt(0)


def decide(
    is_covered: pd.Series,
    completeness: pd.Series,
    *,
    can_be_reached: pd.Series | bool = True,
    in_doubt: pd.Series | bool = False,
) -> pd.Series:
    """The status of every place: the one function that may say "none".

    Parameters
    ----------
    is_covered
        Somebody is there.
    completeness
        Share of the bases owing a report about this place, function and period that have given it (``geo.coverage.heard``);
        NaN where nobody owes one: then nobody was asked, and nothing is known.
    can_be_reached
        False: the question does not arise here.
    in_doubt
        A record may belong here (it states no year): no "none", though all have spoken.
    """
    nobody = completeness.eq(1.0) & ~np.asarray(in_doubt, dtype=bool)
    unreachable = np.broadcast_to(~np.asarray(can_be_reached, dtype=bool), len(is_covered))
    choice = np.select([is_covered.astype(bool), unreachable, nobody], [COVERED, NOT_APPLICABLE, NONE], NOT_REPORTED)
    return pd.Series(choice, index=is_covered.index, dtype="str")
