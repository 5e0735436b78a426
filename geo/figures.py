"""Named figures of the board: one definition each for every output (wall, page, pack, printed sheet, download).

A figure is a function whose parameter names say which frames it needs. The text catalogues hold its label under
``named_<code>`` and its definition under ``named_<code>_what``; ``docs/figures.md`` lists where it is shown.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from geo.coverage.gaps import only_above
from geo.frames import known_sum
from geo.statuses import COVERED, NONE, NOT_REPORTED, waits


class Figure(NamedTuple):
    """One named figure. ``source`` computes it; ``kind`` is ``count``, ``satang`` or ``share`` (0-1)."""

    source: Callable[..., Any]
    kind: str = "count"

    @property
    def needs(self) -> set[str]:
        """Names of the required frames, and for A/B/C classes of ``weakest`` (class label) and ``hold`` (stability)."""
        return set(inspect.signature(self.source).parameters)


def count(code: str, **frames: Any) -> int | float | None:
    """Value of a named figure; ``None`` = not known. Raises ``KeyError`` for an unknown code or a missing frame.

    Superfluous frames are ignored.
    """
    figure = FIGURES[code]
    value = figure.source(**{name: frames[name] for name in figure.needs})
    return None if pd.isna(value) else float(value) if figure.kind == "share" else int(value)


def counted(**frames: Any) -> dict[str, int | float | None]:
    """Value by code of every figure whose frames are all given."""
    return {code: count(code, **frames) for code, figure in FIGURES.items() if figure.needs <= set(frames)}


def weak_places(units: pd.DataFrame, coverage: pd.DataFrame, weakest: str) -> pd.DataFrame:
    """Rows of ``coverage`` for the subdistricts whose class in ``units`` is ``weakest``."""
    return coverage[coverage["subdistrict_code"].isin(set(units.loc[_weak(units, weakest), "subdistrict_code"]))]


def _is(coverage: pd.DataFrame, status: str) -> pd.Series:
    return coverage["status"].eq(status)


def _people(coverage: pd.DataFrame, status: str) -> Any:
    return known_sum(coverage.loc[_is(coverage, status), "population"])


def _above(coverage: pd.DataFrame) -> pd.Series:
    return coverage["supported_above"].fillna(False).astype(bool)


def _pairs(pairs: pd.DataFrame, outcome: str) -> pd.DataFrame:
    return pairs[pairs["outcome"].eq(outcome)]


def _stake(pairs: pd.DataFrame, by_area: pd.DataFrame) -> Any:
    """Satang at stake, summed by place: summed by pair, a record in several pairs would count several times."""
    places = _pairs(pairs, "suspected_duplication")["area_code"]
    return known_sum(by_area.loc[by_area["area_code"].isin(places), "at_stake_satang"])


def _weak(units: pd.DataFrame, weakest: str) -> pd.Series:
    return units["class"].eq(weakest).fillna(False).astype(bool)


def _weak_border(units: pd.DataFrame, weakest: str) -> int:
    """Places of a better class on the border to the weakest one; they are not counted as weak."""
    near = units["border"].astype("string").str.split("/").map(lambda ends: weakest in ends, na_action="ignore")
    return (near.eq(True).fillna(False).astype(bool) & ~_weak(units, weakest)).sum()


def _held(alignment: pd.DataFrame, name: str) -> Any:
    """Satang of a column; NA when places have support and no record in any place states an amount."""
    amount = alignment["amount_satang"]
    is_unknown = amount.isna().any() and not amount.fillna(0).gt(0).any()
    return pd.NA if is_unknown else alignment[name].sum()


def _unheld(alignment: pd.DataFrame) -> Any:
    whole, met, other = (_held(alignment, name) for name in ("amount_satang", "aligned_satang", "other_satang"))
    return whole - met - other


def _aligned_share(alignment: pd.DataFrame) -> float | None:
    met, other = (int(alignment[name].sum()) for name in ("aligned_satang", "other_satang"))
    return met / (met + other) if met + other else None


# In the order of docs/figures.md: coverage, records and money, gaps, overlaps, classes, pilots, alignment.
FIGURES: dict[str, Figure] = {
    "subdistricts": Figure(lambda coverage: len(coverage)),
    "covered": Figure(lambda coverage: _is(coverage, COVERED).sum()),
    "none": Figure(lambda coverage: _is(coverage, NONE).sum()),
    "none_above": Figure(lambda coverage: (_is(coverage, NONE) & _above(coverage)).sum()),
    "not_reported": Figure(lambda coverage: _is(coverage, NOT_REPORTED).sum()),
    "not_known_waiting": Figure(lambda coverage: waits(coverage).sum()),
    "only_from_above": Figure(lambda coverage: (_above(coverage) & ~_is(coverage, COVERED)).sum()),
    "people_covered": Figure(lambda coverage: _people(coverage, COVERED)),
    "people_none": Figure(lambda coverage: _people(coverage, NONE)),
    "people_not_reported": Figure(lambda coverage: _people(coverage, NOT_REPORTED)),
    "records": Figure(lambda support: len(support)),
    "money": Figure(lambda support: known_sum(support["amount_satang"]), "satang"),
    "without_amount": Figure(lambda support: support["amount_satang"].isna().sum()),
    "placed_records": Figure(lambda placed: len(placed)),
    "placed_money": Figure(lambda placed: known_sum(placed["amount_satang"]), "satang"),
    "unplaced_records": Figure(lambda strip: strip["supports"].sum()),
    "unplaced_money": Figure(lambda strip: known_sum(strip.loc[strip["supports"].gt(0), "amount_satang"]), "satang"),
    "agencies": Figure(lambda placed: placed["agency_code"].nunique()),
    "gap": Figure(lambda gaps: gaps["quadrant"].eq("gap").sum()),
    "gap_above": Figure(lambda gaps: only_above(gaps)),
    "gap_unknown": Figure(lambda gaps: gaps["quadrant"].isin(["unknown_support", "unknown_need"]).sum()),
    "need_known": Figure(lambda gaps: gaps["need_value"].notna().sum()),
    "people_in_gaps": Figure(lambda gaps: known_sum(gaps.loc[gaps["quadrant"].eq("gap"), "population"])),
    "suspected_pairs": Figure(lambda pairs: len(_pairs(pairs, "suspected_duplication"))),
    "suspected_places": Figure(lambda pairs: _pairs(pairs, "suspected_duplication")["area_code"].nunique()),
    "stake": Figure(_stake, "satang"),
    "overlapping_pairs": Figure(lambda pairs: len(_pairs(pairs, "overlapping"))),
    "complementary_pairs": Figure(lambda pairs: len(_pairs(pairs, "complementary"))),
    "unjudged_pairs": Figure(lambda pairs: len(_pairs(pairs, "not_known"))),
    "classed": Figure(lambda units: units["class"].notna().sum()),
    "unclassed": Figure(lambda units: units["class"].isna().sum()),
    "firm": Figure(lambda units, hold: (units["stability"] >= hold).fillna(False).sum()),
    "on_border": Figure(lambda units: units["border"].notna().sum()),
    "weak": Figure(lambda units, weakest: _weak(units, weakest).sum()),
    "weak_border": Figure(_weak_border),
    "weak_none": Figure(lambda units, coverage, weakest: _is(weak_places(units, coverage, weakest), NONE).sum()),
    "people_weak": Figure(
        lambda units, coverage, weakest: known_sum(weak_places(units, coverage, weakest)["population"])
    ),
    "strong_on_weak": Figure(lambda strong: strong["is_flagged"].fillna(False).sum()),
    "pilots": Figure(lambda choice: choice["is_chosen"].sum()),
    "pilot_districts": Figure(lambda choice: choice.loc[choice["is_chosen"], "district_code"].nunique()),
    "pilot_cost": Figure(lambda choice: known_sum(choice.loc[choice["is_chosen"], "cost_satang"]), "satang"),
    "pilot_unknown": Figure(lambda choice: (~choice["is_known"].astype(bool)).sum()),
    "aligned_share": Figure(_aligned_share, "share"),
    "aligned_money": Figure(lambda alignment: _held(alignment, "aligned_satang"), "satang"),
    "other_money": Figure(lambda alignment: _held(alignment, "other_satang"), "satang"),
    "unheld_money": Figure(_unheld, "satang"),
}
