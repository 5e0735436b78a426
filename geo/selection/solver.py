"""The integer program behind the selection, with a budget that is exact to the satang."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

KEY = "subdistrict_code"
WORTH_STEPS = 1_000_000  # worth is rounded to millionths of the largest; smaller differences are ties
SOLVER = {"mip_rel_gap": 0.0, "disp": False, "presolve": True}


@dataclass(frozen=True)
class Wish:
    """Constraints of a selection.

    ``choose``: exact number of places. ``budget_satang``: maximum total cost (``None`` = no limit). ``per_district``:
    minimum in every district. ``forced_in``, ``forced_out``: codes that must or must not be chosen. ``neighbours``:
    ``any``, ``apart`` (no two chosen places share a border) or ``together`` (every chosen place borders on another).
    ``seconds``: time limit per solution.
    """

    choose: int
    budget_satang: int | None = None
    per_district: int = 0
    forced_in: tuple[str, ...] = ()
    forced_out: tuple[str, ...] = ()
    neighbours: str = "any"
    seconds: float = 10.0


@dataclass
class Problem:
    """Arrays of the places with worth and cost, in code order."""

    codes: np.ndarray
    districts: np.ndarray
    worth: np.ndarray  # integers, see WORTH_STEPS
    cost: np.ndarray  # integer satang
    pairs: np.ndarray  # positions of neighbours, two columns
    all_districts: list[str]  # including those without any place with worth and cost
    cuts: list[np.ndarray] = field(default_factory=list)


def _steps(worth: pd.Series) -> np.ndarray:
    values = worth.to_numpy(dtype=float)
    largest = np.abs(values).max(initial=0.0)
    return np.zeros(len(values)) if largest == 0 else np.rint(values / largest * WORTH_STEPS)


def problem_of(with_figures: pd.DataFrame, all_districts: list[str], adjacency: pd.DataFrame | None) -> Problem:
    """The :class:`Problem` of a frame with known worth and cost in code order."""
    place = {code: position for position, code in enumerate(with_figures[KEY])}
    pairs = []
    if adjacency is not None:
        borders = zip(adjacency["subdistrict_code_a"], adjacency["subdistrict_code_b"], strict=True)
        pairs = [(place[code_a], place[other]) for code_a, other in borders if code_a in place and other in place]
    return Problem(
        codes=with_figures[KEY].to_numpy(),
        districts=with_figures["district_code"].to_numpy(),
        worth=_steps(with_figures["worth"]),
        cost=with_figures["cost_satang"].to_numpy(dtype="int64"),
        pairs=np.array(pairs, dtype=int).reshape(-1, 2),
        all_districts=all_districts,
    )


def _rows(entries: list[tuple[np.ndarray, np.ndarray]], width: int) -> csr_array:
    """Sparse matrix from (columns, values) per row."""
    counts = np.cumsum([0, *(len(columns) for columns, _ in entries)])
    columns = np.concatenate([columns for columns, _ in entries]) if entries else np.array([], dtype=int)
    values = np.concatenate([values for _, values in entries]) if entries else np.array([])
    return csr_array((values, columns, counts), shape=(len(entries), width))


def _neighbour_rows(problem: Problem, kind: str) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[float]]:
    """Rows ``row @ x <= limit``."""
    if kind == "apart":
        return [(pair, np.ones(2)) for pair in problem.pairs], [1.0] * len(problem.pairs)
    rows = []
    for position in range(len(problem.codes)):
        touching = problem.pairs[(problem.pairs == position).any(axis=1)]
        others = np.unique(touching[touching != position])
        rows.append((np.append(position, others), np.append(1.0, -np.ones(len(others)))))
    return rows, [0.0] * len(rows)


def _constraints(problem: Problem, wish: Wish, dropped: Collection[str]) -> list[LinearConstraint]:
    width = len(problem.codes)
    every = np.arange(width)
    constraints = [LinearConstraint(_rows([(every, np.ones(width))], width), wish.choose, wish.choose)]
    if wish.budget_satang is not None and "budget" not in dropped:
        unit = max(
            float(problem.cost.max(initial=1)), 1.0
        )  # scale the coefficients to at most 1, so that the solver's tolerance is negligible
        constraints.append(
            LinearConstraint(_rows([(every, problem.cost / unit)], width), -np.inf, wish.budget_satang / unit)
        )
    if wish.per_district and "per_district" not in dropped:
        names, position = np.unique(problem.districts, return_inverse=True)
        members = [np.flatnonzero(position == number) for number in range(len(names))]
        constraints.append(
            LinearConstraint(_rows([(part, np.ones(len(part))) for part in members], width), wish.per_district, np.inf)
        )
    if wish.neighbours != "any" and "neighbours" not in dropped:
        rows, limits = _neighbour_rows(problem, wish.neighbours)
        if rows:
            constraints.append(LinearConstraint(_rows(rows, width), -np.inf, np.array(limits)))
    for cut in problem.cuts:
        constraints.append(LinearConstraint(_rows([(cut, np.ones(len(cut)))], width), -np.inf, len(cut) - 1))
    return constraints


def _bounds(problem: Problem, wish: Wish, dropped: Collection[str]) -> Bounds:
    low, high = np.zeros(len(problem.codes)), np.ones(len(problem.codes))
    if "forced_in" not in dropped:
        low[np.isin(problem.codes, list(wish.forced_in))] = 1
    if "forced_out" not in dropped:
        high[np.isin(problem.codes, list(wish.forced_out))] = 0
    return Bounds(low, high)


def solve(
    problem: Problem, wish: Wish, dropped: Collection[str] = (), least_cost: bool = False
) -> tuple[str, np.ndarray | None]:
    """Solve without the ``dropped`` constraints; returns the status and the chosen positions (``None`` = no set).

    Repeats with a cut while the exact cost of the set exceeds the budget. ``least_cost`` minimises cost instead.
    """
    bounds = _bounds(problem, wish, dropped)
    if (bounds.lb > bounds.ub).any():
        return "infeasible", None
    goal = problem.cost / max(problem.cost.max(initial=1), 1) if least_cost else -problem.worth
    trial = _without_cuts(problem)
    limit = None if "budget" in dropped else wish.budget_satang
    until = time.perf_counter() + wish.seconds
    while True:
        left = max(until - time.perf_counter(), 0.01)
        answer = milp(
            goal,
            integrality=np.ones(len(goal)),
            bounds=bounds,
            constraints=_constraints(trial, wish, dropped),
            options={**SOLVER, "time_limit": left},
        )
        if answer.status == 2:
            return "infeasible", None
        if answer.x is None:
            return "out_of_time", None
        chosen = np.flatnonzero(answer.x > 0.5)
        if limit is None or int(trial.cost[chosen].sum()) <= limit:
            return ("optimal" if answer.status == 0 else "out_of_time"), chosen
        trial.cuts.append(chosen)  # costs are not negative, so supersets are over the budget as well


def _without_cuts(problem: Problem) -> Problem:
    """A copy of the problem without cuts."""
    return replace(problem, cuts=[])
