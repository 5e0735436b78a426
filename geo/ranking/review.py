"""Review of a ranking by people: overrides with reason and name, comparison of two years, strength against need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.frames import require_columns
from geo.ranking.ranking import Ranking

REFUSED = (
    "rank_override_without_reason",
    "rank_override_without_name",
    "rank_override_unknown_class",
    "rank_override_unknown_unit",
    "rank_override_twice",
)


@dataclass(frozen=True)
class Agreed:
    """``units``: the ranked units plus ``agreed_class``, ``is_overridden``, ``reason``, ``by``, ``on``.

    ``refused``: overrides not applied, with ``code`` (of :data:`REFUSED`). ``idle``: those equal to the computed class.
    """

    units: pd.DataFrame
    refused: pd.DataFrame
    idle: pd.DataFrame


def _blank(column: pd.Series) -> pd.Series:
    return column.isna() | column.astype(str).str.strip().eq("")


def agreed(ranking: Ranking, overrides: pd.DataFrame) -> Agreed:
    """Apply overrides of classes that people agreed on.

    Parameters
    ----------
    overrides
        The unit column, ``class``, ``reason``, ``by``, ``on``. An override without reason or name is refused; of two
        for the same unit both are, because it is unclear which one was agreed.
    """
    unit, labels = ranking.spec.unit, ranking.spec.labels
    require_columns(overrides, [unit, "class", "reason", "by", "on"], "overrides")
    wrong = [
        _blank(overrides["reason"]),
        _blank(overrides["by"]),
        ~overrides["class"].isin(labels),
        ~overrides[unit].isin(ranking.units[unit]),
        overrides[unit].duplicated(keep=False),
    ]
    code = pd.Series(pd.NA, index=overrides.index, dtype="string")
    for is_wrong, name in reversed(list(zip(wrong, REFUSED, strict=True))):
        code = code.mask(is_wrong, name)
    good = overrides[code.isna()].rename(columns={"class": "agreed_class"})
    table = ranking.units.merge(good[[unit, "agreed_class", "reason", "by", "on"]], on=unit, how="left")
    differs = table["agreed_class"].notna() & table["agreed_class"].ne(table["class"]).fillna(True)
    table["is_overridden"] = differs.astype(bool)
    idle = good[good[unit].isin(table.loc[table["agreed_class"].notna() & ~table["is_overridden"], unit])]
    table["agreed_class"] = table["agreed_class"].fillna(table["class"])
    table.loc[~table["is_overridden"], ["reason", "by", "on"]] = pd.NA
    refused = overrides.assign(code=code)[code.notna()]
    return Agreed(table, refused, idle)


def compare(now: Ranking, before: Ranking) -> pd.DataFrame:
    """Compare two rankings, e.g. of this year and last year.

    Returns
    -------
    DataFrame
        One row per unit of either: the unit column, ``class_before``, ``class_now``, ``rank_before``, ``rank_now``,
        ``places_won`` (positive = better), ``is_firm`` (the rank bands do not overlap, so the change exceeds the
        uncertainty). NA where one has no score.
    """
    unit = now.spec.unit
    columns = [unit, "class", "rank", "rank_low", "rank_high"]
    table = before.units[columns].merge(now.units[columns], on=unit, how="outer", suffixes=("_before", "_now"))
    table["places_won"] = table["rank_before"] - table["rank_now"]
    apart = (table["rank_low_now"] > table["rank_high_before"]) | (table["rank_high_now"] < table["rank_low_before"])
    table["is_firm"] = apart.fillna(False).astype(bool)
    return table[[unit, "class_before", "class_now", "rank_before", "rank_now", "places_won", "is_firm"]]


def strength_by_need(strength: Ranking, need: Ranking) -> pd.DataFrame:
    """Each unit in one of four fields of strength and need; the two axes are never added up.

    Returns
    -------
    DataFrame
        The unit column, ``strength`` and ``need`` (scores), ``class`` (of strength), ``field``: ``weak_needy``,
        ``weak_less_needy``, ``strong_needy`` or ``strong_less_needy``, divided at the medians of units with both
        scores; NA where one is missing.
    """
    unit = strength.spec.unit
    table = strength.units[[unit, "score", "class"]].rename(columns={"score": "strength"})
    table = table.merge(need.units[[unit, "score"]].rename(columns={"score": "need"}), on=unit, how="left")
    both = table["strength"].notna() & table["need"].notna()
    strong = table["strength"] >= table.loc[both, "strength"].median()
    needy = table["need"] >= table.loc[both, "need"].median()
    names = np.where(strong, "strong", "weak").astype(object) + np.where(needy, "_needy", "_less_needy").astype(object)
    return table.assign(field=pd.Series(names, index=table.index, dtype="string").where(both))
