"""The rudder: which baht can still be steered, what moving them would do, and the best way to move them.

Money is whole satang throughout, and a move never makes or loses one. What is not known to be free is not free: a
record whose payment nobody states, or whose stream is not known to be unrestricted, is told apart with its baht.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from geo.coverage.splits import largest_remainder
from geo.frames import each_row, require_columns
from geo.money.equity import gini_by_people

KEY = "subdistrict_code"
AND = "."
# The parts that the amount of every record falls into, in the order in which they are asked for.
PARTS = ("bound_satang", "restricted_satang", "ended_satang", "unknown_satang", "steerable_satang")
NEEDED = ("support_id", "stream_code", "agency_code", "theme_code", "amount_satang", "committed_satang", "paid_satang", "ends_on", "fiscal_year")  # fmt: skip


class RudderError(ValueError):
    """A move that cannot be made: ``code`` for the words, ``value`` what it is about."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(f"{code}: {value}")
        self.code, self.value = code, value


class Move(NamedTuple):
    """Satang of a stream to a function in a subdistrict; ``origin``: districts and subdistricts whose money alone is moved.

    The codes of ``origin`` stand in order with :data:`AND` between them; without any the whole stream gives.
    """

    stream: str
    place: str
    theme: str
    satang: int
    origin: str = ""


def steerable(support: pd.DataFrame, is_restricted: Mapping[str, bool | None], day: date) -> pd.DataFrame:
    """What of every record with an amount above zero can still be steered on a day.

    Parameters
    ----------
    support
        :data:`NEEDED`; amounts in satang, NA = not stated.
    is_restricted
        By stream whether its money is tied to a condition; a stream that is not there, or ``None``, is not known to be free.
    day
        What has ended before it is out of reach; without an end the fiscal year's counts.

    Returns
    -------
    DataFrame
        The records with :data:`PARTS` that add up to ``amount_satang``: ``bound`` (paid or committed, as stated),
        ``restricted`` (the stream is tied, or not known to be free), ``ended``, ``unknown`` (nobody says what is paid),
        ``steerable``.
    """
    require_columns(support, list(NEEDED), "support")
    table = support[(support["amount_satang"].astype("Int64") > 0).fillna(False).astype(bool)]
    amount = table["amount_satang"].astype("int64").to_numpy()
    paid, committed = (table[name].astype("Int64") for name in ("paid_satang", "committed_satang"))
    stated = pd.concat([paid, committed], axis="columns").max(axis="columns").fillna(0).astype("int64").to_numpy()
    bound = np.clip(stated, 0, amount)
    rest = amount - bound
    ends = pd.to_datetime(table["ends_on"])
    ends = ends.fillna(pd.to_datetime(table["fiscal_year"].astype("string") + "-09-30"))
    tied = ~table["stream_code"].map(
        lambda code: is_restricted.get(code) is False if isinstance(code, str) else False
    ).to_numpy(bool)
    over = ~(ends >= pd.Timestamp(day)).to_numpy()
    kinds = np.select([tied, over, paid.isna().to_numpy()], PARTS[1:4], PARTS[4])
    parts = {name: np.where(kinds == name, rest, 0) for name in PARTS[1:]}
    return table.assign(bound_satang=bound, **parts)


@dataclass(frozen=True)
class Board:
    """What moves are judged on; made once per state of the data.

    ``records``: of :func:`steerable`, with ``subdistrict_code`` (NA = no subdistrict). ``people`` by subdistrict. ``asked``:
    one row per wish that support of ``theme_code`` in ``subdistrict_code`` answers: ``what`` (``gap`` or ``demand``),
    ``count`` of them, ``is_met`` (boolean). ``matching``: what others would add, baht for baht, where somebody pays in:
    ``subdistrict_code``, ``theme_code``, ``payer``, ``open_satang``. ``owners``: stream -> agency.
    """

    records: pd.DataFrame
    people: pd.Series
    asked: pd.DataFrame
    matching: pd.DataFrame
    owners: Mapping[str, str]
    _at: dict[tuple[str, str], np.ndarray] = field(init=False, repr=False, default_factory=dict)
    _asked_at: dict[tuple[str, str], list[int]] = field(init=False, repr=False, default_factory=dict)
    _shared: set[tuple[str, str]] = field(init=False, repr=False, default_factory=set)
    _money: np.ndarray = field(init=False, repr=False, default_factory=lambda: np.array([], dtype="int64"))
    _place: np.ndarray = field(init=False, repr=False, default_factory=lambda: np.array([], dtype="int64"))

    def __post_init__(self) -> None:
        position = pd.Series(np.arange(len(self.people)), index=self.people.index)
        place = self.records[KEY].map(position).fillna(-1).astype(int).to_numpy()
        object.__setattr__(self, "_place", place)
        object.__setattr__(self, "_money", self.records["amount_satang"].astype("int64").to_numpy())
        numbers = pd.Series(np.arange(len(self.records)))
        keys = self.records[[KEY, "theme_code"]].reset_index(drop=True).dropna()
        agencies = self.records["agency_code"].to_numpy()
        for (code, theme), rows in numbers[keys.index].groupby([keys[KEY], keys["theme_code"]]):
            key = (str(code), str(theme))
            self._at[key] = rows.to_numpy()
            if len(set(agencies[self._at[key]])) > 1:
                self._shared.add(key)
        for number, key in enumerate(zip(self.asked[KEY], self.asked["theme_code"], strict=True)):
            self._asked_at.setdefault((str(key[0]), str(key[1])), []).append(number)

    @property
    def pools(self) -> pd.Series:
        """Steerable satang by stream, those that have any."""
        sums = self.records.groupby("stream_code")["steerable_satang"].sum()
        return sums[sums > 0]


@dataclass(frozen=True)
class Outcome:
    """What moves do.

    ``amounts``: satang of every record after them, in the order of the board's records; ``placed``: satang
    by subdistrict after them; ``figures``: name -> (before, after), NaN where it is not known; ``answered`` and ``lost``: rows of ``asked``;
    ``pulled_satang`` and ``unmatched_satang``: matching money that comes with the moves, and that loses its other half.
    """

    amounts: np.ndarray
    placed: pd.Series
    figures: dict[str, tuple[float, float]]
    answered: pd.DataFrame
    lost: pd.DataFrame
    pulled_satang: int
    unmatched_satang: int


def check(board: Board, moves: Sequence[Move]) -> None:
    """Raise :class:`RudderError` for a move that says nothing: ``rudder_amount``, ``rudder_place``."""
    for move in moves:
        if move.satang <= 0:
            raise RudderError("rudder_amount", str(move.satang))
        for place in (move.place, *(code for code in move.origin.split(AND) if len(code) == len(move.place))):
            if place not in board.people.index:
                raise RudderError("rudder_place", place)


def _taken(board: Board, moves: Sequence[Move]) -> np.ndarray:
    """Satang that every record gives: each stream in proportion from all that is free, or from places alone; these first."""
    streams = board.records["stream_code"].fillna("").astype(str).to_numpy()
    free = board.records["steerable_satang"].to_numpy(dtype="int64")
    places = board.records[KEY].fillna("").astype(str)
    if "district_code" in board.records:  # money of a whole district is of its district
        places = places.where(places.ne(""), board.records["district_code"].fillna("").astype(str))
    left, sums = free.copy(), dict[tuple[str, str], int]()
    for move in moves:
        sums[move.stream, move.origin] = sums.get((move.stream, move.origin), 0) + move.satang
    givers = {}
    for stream, origin in sums:
        inside = places.str.startswith(tuple(origin.split(AND))).to_numpy(bool)  # everything starts with nothing
        givers[stream, origin] = np.flatnonzero((streams == stream) & (free > 0) & inside)
    for key in sorted(sums, key=lambda source: len(givers[source])):
        mine = givers[key]
        if sums[key] > int(left[mine].sum()):
            raise RudderError("rudder_too_much_there" if key[1] else "rudder_too_much", key[0])
        left[mine] -= np.array(largest_remainder(sums[key], [int(value) for value in left[mine]]), dtype="int64")
    return free - left


def apply(board: Board, moves: Sequence[Move]) -> Outcome:
    """What the board would be after moves. Every stream gives from all its steerable records in proportion, to the satang.

    A move with an ``origin`` takes from records of those places alone. Raises :class:`RudderError`: :func:`check`,
    ``rudder_too_much``, ``rudder_too_much_there``.
    """
    check(board, moves)
    amounts = board._money - _taken(board, moves)
    before, after = _placed(board, board._money), _placed(board, amounts)
    for move in moves:
        after[move.place] += move.satang
    was_met = board.asked["is_met"].astype(bool).to_numpy()
    is_met = _met(board, amounts, moves, was_met)
    count = board.asked["count"].to_numpy(dtype="int64")
    figures: dict[str, tuple[float, float]] = {}
    for what in ("gap", "demand"):
        ours = board.asked["what"].eq(what).to_numpy()
        open_ = (float(count[ours & ~was_met].sum()), float(count[ours & ~is_met].sum()))
        figures[f"{what}s_open"] = open_ if ours.any() else (np.nan, np.nan)  # nobody said what is asked for
    figures["layered"] = _layered(board, amounts, moves)
    figures["gini"] = (gini_by_people(before / 100, board.people), gini_by_people(after / 100, board.people))
    return Outcome(
        amounts, after, figures, board.asked[is_met & ~was_met], board.asked[was_met & ~is_met],
        _pulled(board, moves), _unmatched(board, amounts),
    )  # fmt: skip


def total(board: Board, outcome: Outcome, moves: Sequence[Move]) -> int:
    """Satang of all records after moves, and of the moves: the same as before."""
    return int(outcome.amounts.sum()) + sum(move.satang for move in moves)


def _placed(board: Board, amounts: np.ndarray) -> pd.Series:
    inside = board._place >= 0
    sums = np.zeros(len(board.people), dtype="int64")
    np.add.at(sums, board._place[inside], amounts[inside])
    return pd.Series(sums, index=board.people.index)


def _emptied(board: Board, amounts: np.ndarray) -> set[tuple[str, str]]:
    """Functions in subdistricts of which some record has nothing left."""
    rows = board.records.iloc[np.flatnonzero((amounts == 0) & (board._money > 0))][[KEY, "theme_code"]].dropna()
    return set(zip(rows[KEY].astype(str), rows["theme_code"].astype(str), strict=True))


def _met(board: Board, amounts: np.ndarray, moves: Sequence[Move], was: np.ndarray) -> np.ndarray:
    """A wish is met by a move there; one that was met is lost when every record there is emptied."""
    met, new = was.copy(), {(move.place, move.theme) for move in moves}
    for key in _emptied(board, amounts) - new:
        if not (amounts[board._at[key]] > 0).any():
            met[board._asked_at.get(key, [])] = False
    for key in new:
        met[board._asked_at.get(key, [])] = True
    return met


def _layered(board: Board, amounts: np.ndarray, moves: Sequence[Move]) -> tuple[int, int]:
    """Functions in subdistricts with two agencies or more at work, before and after; only where something changed is looked at."""
    added: dict[tuple[str, str], set[str]] = {}
    for move in moves:
        added.setdefault((move.place, move.theme), set()).add(board.owners.get(move.stream, move.stream))
    after = before = len(board._shared)
    agencies, none = board.records["agency_code"].to_numpy(), np.array([], dtype=int)
    for key in _emptied(board, amounts) | set(added):
        here = board._at.get(key, none)
        at_work = {*agencies[here[amounts[here] > 0]], *added.get(key, ())}
        after += (len(at_work) > 1) - (key in board._shared)
    return before, after


def _pulled(board: Board, moves: Sequence[Move]) -> int:
    """What the other payers add, baht for baht, to what is moved into a fund that they match."""
    sums: dict[tuple[str, str], int] = {}
    owner: dict[tuple[str, str], set[str]] = {}
    for move in moves:
        key = (move.place, move.theme)
        sums[key] = sums.get(key, 0) + move.satang
        owner.setdefault(key, set()).add(board.owners.get(move.stream, ""))
    return sum(
        min(sums[key], int(row.open_satang))
        for row in each_row(board.matching)
        if (key := (row.subdistrict_code, row.theme_code)) in sums and row.payer not in owner[key]
    )


def _unmatched(board: Board, amounts: np.ndarray) -> int:
    """What is taken from records that others match: their half may go with it, baht for baht."""
    if "cofinancing" not in board.records:
        return 0
    declared = board.records["cofinancing"].notna().to_numpy()
    return int((board._money - amounts)[declared].sum())


@dataclass(frozen=True)
class Wish:
    """What the best re-allocation is to keep.

    ``package_satang``: what an opening costs at least; ``per_head_satang``: and for every inhabitant. ``reserve``: share of
    every stream that stays. ``per_district``: openings at least in every district that has a wish nobody answers.
    ``per_place``: at most. ``weights``: of a gap and of a demand. ``seconds``: most for the solver.
    """

    package_satang: int = 10_000_000
    per_head_satang: int = 0
    reserve: float = 0.05
    per_district: int = 0
    per_place: int = 2
    weights: tuple[int, int] = (3, 1)
    most_satang: int | None = None
    seconds: float = 10.0


class Best(NamedTuple):
    """``status``: ``optimal`` (proven), ``infeasible``, ``nothing`` (nothing to open or to steer), ``out_of_time``; the moves; worth; seconds."""

    status: str
    moves: list[Move]
    worth: int
    openings: int
    seconds: float


def best(board: Board, wish: Wish, districts: pd.Series) -> Best:
    """The openings worth most for the money that can be steered, proven by the solver (HiGHS); among equals the cheapest.

    ``districts``: district by subdistrict. An opening is a function in a subdistrict that a gap or a plan asks for and nobody
    answers; its worth is what it answers, weighted.
    """
    begin = time.perf_counter()
    pools = (board.pools * (1 - wish.reserve)).astype("int64")
    budget = int(pools.sum()) if wish.most_satang is None else min(int(pools.sum()), wish.most_satang)
    unmet = board.asked[~board.asked["is_met"].astype(bool)]
    weights = unmet["what"].map({"gap": wish.weights[0], "demand": wish.weights[1]}) * unmet["count"]
    worth = weights.groupby([unmet[KEY], unmet["theme_code"]]).sum()
    worth = worth[worth > 0]
    if worth.empty or budget <= 0:
        return Best("nothing", [], 0, 0, time.perf_counter() - begin)
    places = worth.index.get_level_values(0)
    heads = board.people.reindex(places).fillna(0).astype("int64").to_numpy()
    cost = np.maximum(wish.package_satang, wish.per_head_satang * heads)
    chosen, status = _solve(worth.to_numpy(dtype="int64"), cost, budget, places, districts, wish)
    moves = _paid(pools, [(code, theme, int(cost[n])) for n, (code, theme) in enumerate(worth.index) if chosen[n]])
    return Best(status, moves, int(worth.to_numpy()[chosen].sum()), int(chosen.sum()), time.perf_counter() - begin)


def _solve(
    worth: np.ndarray, cost: np.ndarray, budget: int, places: pd.Index, districts: pd.Series, wish: Wish
) -> tuple[np.ndarray, str]:
    """Which openings, as a mask, and how sure; sums are checked in whole satang."""
    width, unit = len(worth), float(cost.max())
    by_place = _members(places.to_numpy())
    by_district = _members(districts.reindex(places).to_numpy())
    rows = [
        LinearConstraint((cost / unit).reshape(1, -1), -np.inf, budget / unit),
        LinearConstraint(by_place, -np.inf, wish.per_place),
    ]
    if wish.per_district:
        rows.append(LinearConstraint(by_district, wish.per_district, np.inf))
    cheap = cost / (cost.sum() + 1)  # less than one step of worth for all of them together
    cuts: list[LinearConstraint] = []
    until = time.perf_counter() + wish.seconds
    while True:
        left = max(until - time.perf_counter(), 0.01)
        answer = milp(cheap - worth, integrality=np.ones(width), bounds=Bounds(0, 1), constraints=[*rows, *cuts],
                      options={"mip_rel_gap": 0.0, "time_limit": left})  # fmt: skip
        if answer.x is None:
            return np.zeros(width, dtype=bool), "infeasible" if answer.status == 2 else "out_of_time"
        chosen = answer.x > 0.5
        if int(cost[chosen].sum()) <= budget:
            return chosen, "optimal" if answer.status == 0 else "out_of_time"
        cuts.append(LinearConstraint(chosen.astype(float).reshape(1, -1), -np.inf, int(chosen.sum()) - 1))


def _members(labels: np.ndarray) -> csr_array:
    names, position = np.unique(labels.astype(str), return_inverse=True)
    return csr_array((np.ones(len(labels)), (position, np.arange(len(labels)))), shape=(len(names), len(labels)))


def _paid(pools: pd.Series, openings: list[tuple[str, str, int]]) -> list[Move]:
    """Pay the openings out of the streams, the largest first; one may be paid by two streams."""
    left = pools.sort_values(ascending=False).to_dict()
    moves = []
    for place, theme, due in openings:
        for stream in left:
            part = min(due, left[stream])
            if part > 0:
                moves.append(Move(str(stream), place, theme, int(part)))
                left[stream] -= part
                due -= part
    return moves
