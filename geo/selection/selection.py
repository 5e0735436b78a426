"""Choose N subdistricts under constraints with an exact solver, compared with the simple rule "top N".

The optimum is proven (HiGHS through ``scipy.optimize.milp`` with zero gap). Costs are integer satang; a set that
exceeds the budget by the solver's rounding is excluded by a cut and the problem solved again. Equal input gives an
equal answer: rows are sorted by code, and the solver is deterministic.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.frames import require_columns
from geo.selection.solver import KEY, Problem, Wish, problem_of, solve

__all__ = ["CONSTRAINTS", "Choice", "Wish", "select", "worth"]
PRICES = ["constraint", "worth_without", "price", "price_share", "instead", "cost_satang_without"]
CONSTRAINTS = ("budget", "per_district", "forced_in", "forced_out", "neighbours")


@dataclass(frozen=True)
class Choice:
    """Result of a selection.

    ``status``: ``optimal``, ``infeasible`` or ``out_of_time`` (a set not proven best, or none).
    ``areas``: one row per place in code order: ``subdistrict_code``, ``district_code``, ``worth``, ``cost_satang``,
    ``is_chosen``, ``is_simple`` (chosen by the simple rule), ``forced`` (``in`` / ``out`` / NA), ``is_known``
    (has worth and cost; the others are never chosen).
    ``summary``: one row per ``way`` (``optimum`` if there is one, ``simple``): ``places``, ``worth``, ``cost_satang``,
    ``districts_missed``, ``keeps_wishes``. ``prices``: one row per active ``constraint``: ``worth_without`` it,
    ``price`` (difference of worth), ``price_share``, ``instead`` (codes chosen only without it),
    ``cost_satang_without``. ``reasons``: for ``infeasible``: ``code``, ``value``, ``needed``.
    """

    status: str
    areas: pd.DataFrame
    summary: pd.DataFrame
    prices: pd.DataFrame
    reasons: pd.DataFrame
    seconds: float = 0.0


def _active(wish: Wish) -> list[str]:
    on = {
        "budget": wish.budget_satang is not None,
        "per_district": wish.per_district > 0,
        "forced_in": bool(wish.forced_in),
        "forced_out": bool(wish.forced_out),
        "neighbours": wish.neighbours != "any",
    }
    return [name for name in CONSTRAINTS if on[name]]


def _contradictions(problem: Problem, wish: Wish, all_codes: Collection[str]) -> list[dict[str, object]]:
    """Reasons for infeasibility that are evident without solving."""
    reasons: list[dict[str, object]] = []

    def add(code: str, value: object, needed: object = pd.NA) -> None:
        reasons.append({"code": code, "value": str(value), "needed": needed})

    for code in sorted({*wish.forced_in, *wish.forced_out} - set(all_codes)):
        add("select_code_unknown", code)
    for code in sorted(set(wish.forced_in) & set(wish.forced_out)):
        add("select_forced_both", code)
    for code in sorted((set(wish.forced_in) & set(all_codes)) - set(problem.codes)):
        add("select_forced_without_figures", code)
    if len(set(wish.forced_in)) > wish.choose:
        add("select_more_forced_than_chosen", len(set(wish.forced_in)), wish.choose)
    open_places = len(problem.codes) - int(np.isin(problem.codes, list(wish.forced_out)).sum())
    if wish.choose > open_places:
        add("select_too_few_places", wish.choose, open_places)
    names, counts = np.unique(problem.districts[~np.isin(problem.codes, list(wish.forced_out))], return_counts=True)
    if wish.per_district:
        for district in sorted(set(problem.all_districts) - set(names[counts >= wish.per_district])):
            add("select_district_too_small", district, wish.per_district)
        if wish.per_district * len(problem.all_districts) > wish.choose:
            add("select_districts_need_more", wish.choose, wish.per_district * len(problem.all_districts))
    return reasons


def _causes(problem: Problem, wish: Wish) -> list[dict[str, object]]:
    """An irreducible infeasible set of constraints, by a deletion filter, with the least budget needed."""
    kept = _active(wish)
    for name in list(kept):
        dropped = set(CONSTRAINTS) - set(kept) | {name}
        if solve(problem, wish, dropped)[0] == "infeasible":
            kept.remove(name)
    reasons: list[dict[str, object]] = []
    for name in kept:
        needed: object = pd.NA
        if name == "budget":
            status, cheapest = solve(problem, wish, {"budget"}, least_cost=True)
            needed = int(problem.cost[cheapest].sum()) if status == "optimal" and cheapest is not None else pd.NA
        value = wish.budget_satang if name == "budget" else wish.choose
        reasons.append({"code": f"select_infeasible_{name}", "value": str(value), "needed": needed})
    return reasons


def _simple(problem: Problem, wish: Wish) -> np.ndarray:
    """Top N: forced places first, then by worth and code, skipping places that exceed the rest of the budget."""
    forced = np.isin(problem.codes, list(wish.forced_in))
    barred = np.isin(problem.codes, list(wish.forced_out)) & ~forced
    order = np.lexsort((np.arange(len(problem.codes)), -problem.worth, ~forced))
    chosen: list[int] = []
    spent = 0
    for position in order[~barred[order]]:
        fits = wish.budget_satang is None or spent + int(problem.cost[position]) <= wish.budget_satang
        if len(chosen) < wish.choose and fits:
            chosen.append(int(position))
            spent += int(problem.cost[position])
    return np.array(sorted(chosen), dtype=int)


def _keeps(problem: Problem, wish: Wish, chosen: np.ndarray) -> bool:
    """Whether a set meets every constraint, in exact integers."""
    picked = set(chosen.tolist())
    counts = pd.Series(problem.districts[chosen]).value_counts()
    touching = [(first, other) for first, other in problem.pairs.tolist() if first in picked and other in picked]
    codes = set(problem.codes[chosen])
    return (
        len(chosen) == wish.choose
        and (wish.budget_satang is None or int(problem.cost[chosen].sum()) <= wish.budget_satang)
        and set(wish.forced_in) <= codes
        and not set(wish.forced_out) & codes
        and all(counts.get(district, 0) >= wish.per_district for district in problem.all_districts)
        and (wish.neighbours != "apart" or not touching)
        and (wish.neighbours != "together" or picked == {position for pair in touching for position in pair})
    )


def _summary(problem: Problem, wish: Wish, sets: dict[str, np.ndarray], worth: np.ndarray) -> pd.DataFrame:
    rows = []
    for name, chosen in sets.items():
        missed = set(problem.all_districts) - set(problem.districts[chosen])
        rows.append(
            {
                "way": name,
                "places": len(chosen),
                "worth": float(worth[chosen].sum()),
                "cost_satang": int(problem.cost[chosen].sum()),
                "districts_missed": len(missed),
                "keeps_wishes": _keeps(problem, wish, chosen),
            }
        )
    return pd.DataFrame(rows)


def _prices(problem: Problem, wish: Wish, worth: np.ndarray, now: np.ndarray) -> pd.DataFrame:
    rows, best = [], float(worth[now].sum())
    for name in _active(wish):
        status, chosen = solve(problem, wish, {name})
        proven = chosen is not None and status == "optimal"
        without = float(worth[chosen].sum()) if proven else float("nan")
        rows.append(
            {
                "constraint": name,
                "worth_without": without,
                "price": without - best,
                "price_share": (without - best) / abs(without) if without else float("nan"),
                "instead": tuple(problem.codes[np.setdiff1d(chosen, now)]) if proven else (),
                "cost_satang_without": int(problem.cost[chosen].sum()) if proven else pd.NA,
            }
        )
    return pd.DataFrame(rows, columns=PRICES)


def _check(areas: pd.DataFrame, wish: Wish, adjacency: pd.DataFrame | None) -> None:
    require_columns(areas, [KEY, "district_code", "worth", "cost_satang"], "areas")
    if wish.neighbours not in ("any", "apart", "together") or (wish.neighbours != "any" and adjacency is None):
        raise ValueError(
            f"neighbours={wish.neighbours!r} with adjacency={adjacency is not None}; expected any, or apart / together "
            f"with an adjacency frame; pass loaders.reference.adjacency()"
        )
    if areas[KEY].duplicated().any() or areas["cost_satang"].lt(0).fillna(False).any():
        raise ValueError(f"areas: {KEY} must be unique and cost_satang not negative; check the frame before selecting")


def select(areas: pd.DataFrame, wish: Wish, adjacency: pd.DataFrame | None = None, prices: bool = True) -> Choice:
    """The set of places with the greatest total worth that meets every constraint of ``wish``.

    Parameters
    ----------
    areas
        ``subdistrict_code``, ``district_code``, ``worth`` (any number, more = preferred; from :func:`worth`),
        ``cost_satang``. A place with NA in either is never chosen.
    adjacency
        ``subdistrict_code_a``, ``subdistrict_code_b``; required for ``neighbours`` other than ``any``.
    prices
        Also solve without each constraint in turn, for ``prices`` of the result.

    Raises
    ------
    ValueError
        For missing columns, repeated codes, negative costs, or ``neighbours`` without ``adjacency``.
    """
    _check(areas, wish, adjacency)
    begin = time.perf_counter()
    table = areas[[KEY, "district_code", "worth", "cost_satang"]].sort_values(KEY, ignore_index=True)
    table["is_known"] = table["worth"].notna() & table["cost_satang"].notna()
    with_figures = table[table["is_known"]]
    problem = problem_of(with_figures, sorted(set(table["district_code"])), adjacency)
    worth = with_figures["worth"].to_numpy(dtype=float)
    reasons = _contradictions(problem, wish, set(table[KEY]))
    status, chosen = ("infeasible", None) if reasons else solve(problem, wish)
    if status == "infeasible" and not reasons:
        reasons = _causes(problem, wish)
    sets = {} if chosen is None else {"optimum": chosen}
    sets["simple"] = _simple(problem, wish)
    for column, name in (("is_chosen", "optimum"), ("is_simple", "simple")):
        table[column] = table[KEY].isin(problem.codes[sets[name]] if name in sets else [])
    table["forced"] = pd.array(
        ["in" if code in wish.forced_in else "out" if code in wish.forced_out else pd.NA for code in table[KEY]],
        dtype="string",
    )
    is_priced = prices and status == "optimal" and chosen is not None
    priced = _prices(problem, wish, worth, chosen) if is_priced else pd.DataFrame(columns=PRICES)
    return Choice(
        status=status,
        areas=table,
        summary=_summary(problem, wish, sets, worth),
        prices=priced,
        reasons=pd.DataFrame(reasons, columns=["code", "value", "needed"]),
        seconds=time.perf_counter() - begin,
    )


def worth(parts: pd.DataFrame, weights: dict[str, float]) -> pd.Series:
    """Worth of choosing each place (0-1): weighted mean of columns, each scaled to 0-1 (lowest to highest known value).

    Parameters
    ----------
    parts
        One column per key of ``weights`` (``need``, ``readiness``, ``people`` ...), more = preferred.
    weights
        Not negative, at least one above zero, else ``ValueError``. NA in a column with a weight gives NA.
    """
    require_columns(parts, list(weights), "parts")
    if min(weights.values()) < 0 or sum(weights.values()) == 0:
        raise ValueError(
            f"weights {weights}: found none above zero or one below; expected 0 or more; change the sliders"
        )
    total = pd.Series(0.0, index=parts.index)
    for column, weight in weights.items():
        if weight:
            values = parts[column].astype("Float64")
            width = values.max() - values.min()
            total = total + weight * (
                (values - values.min()) / width if pd.notna(width) and width > 0 else values * 0 + 0.5
            )
    return total.astype("Float64") / sum(weights.values())
