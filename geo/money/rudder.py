"""The rudder: money that can still be re-allocated, the effect of moving it, and the optimal re-allocation.

Money is integer satang; a move never creates or loses any. Money counts as steerable only if that is known: a record
without a stated payment or end, or of a stream not known to be unrestricted, is not steerable.
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
# The parts that the amount of every record is divided into.
PARTS = ("bound_satang", "restricted_satang", "ended_satang", "unknown_satang", "steerable_satang")
NEEDED = ("support_id", "stream_code", "agency_code", "theme_code", "amount_satang", "committed_satang", "paid_satang", "ends_on", "fiscal_year")  # fmt: skip


class RudderError(ValueError):
    """An impossible move; pages turn ``code`` and ``value`` into a sentence."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(f"{code}: {value}")
        self.code, self.value = code, value


class Move(NamedTuple):
    """Move ``satang`` of a stream to a function (``theme``) in a subdistrict (``place``).

    ``origin``: sorted codes of the districts and subdistricts to take it from, joined by :data:`AND`; empty = the whole
    stream.
    """

    stream: str
    place: str
    theme: str
    satang: int
    origin: str = ""


def steerable(support: pd.DataFrame, is_restricted: Mapping[str, bool | None], day: date) -> pd.DataFrame:
    """Divide every amount above zero into steerable money and money that is not.

    Parameters
    ----------
    support
        :data:`NEEDED`; amounts in satang, NA = not stated.
    is_restricted
        By stream: its money is tied to a purpose. A missing stream or ``None`` = not known, treated as restricted.
    day
        A record that ended before this day is ``ended``. Without an end date the end of its fiscal year counts; without
        a year as well, it is ``unknown``.

    Returns
    -------
    DataFrame
        The records with :data:`PARTS`, which add up to ``amount_satang``: ``bound`` (paid or committed, the larger);
        the rest is the first that applies of ``restricted``, ``ended``, ``unknown`` (no payment or
        no end stated), ``steerable``.
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
    over = (ends < pd.Timestamp(day)).to_numpy()
    kinds = np.select([tied, over, (paid.isna() | ends.isna()).to_numpy()], PARTS[1:4], PARTS[4])
    parts = {name: np.where(kinds == name, rest, 0) for name in PARTS[1:]}
    return table.assign(bound_satang=bound, **parts)


@dataclass(frozen=True)
class Board:
    """Data on which moves are evaluated, with indexes built once per state of the data.

    ``records``: from :func:`steerable`, with ``subdistrict_code`` (NA = above it). ``people``: population by
    subdistrict. ``asked``: one row per need that support of a theme answers: ``subdistrict_code``, ``theme_code``,
    ``what`` (``gap`` or ``demand``), ``count``, ``is_met`` (boolean). ``matching``: money that a payer adds baht for
    baht: ``subdistrict_code``, ``theme_code``, ``payer``, ``open_satang``. ``owners``: stream -> agency.
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
        """Steerable satang by stream, without streams that have none."""
        sums = self.records.groupby("stream_code")["steerable_satang"].sum()
        return sums[sums > 0]


@dataclass(frozen=True)
class Outcome:
    """Effect of moves.

    ``amounts``: satang left in every record, in the order of the board's records. ``placed``: satang by subdistrict
    after the moves. ``figures``: name -> (before, after), NaN = not known. ``answered`` and ``lost``: rows of ``asked``
    that become met or unmet. ``pulled_satang``: matching money that the moves attract; ``unmatched_satang``: money
    taken from co-financed records, whose counterpart may be withdrawn.
    """

    amounts: np.ndarray
    placed: pd.Series
    figures: dict[str, tuple[float, float]]
    answered: pd.DataFrame
    lost: pd.DataFrame
    pulled_satang: int
    unmatched_satang: int


def check(board: Board, moves: Sequence[Move]) -> None:
    """Raise :class:`RudderError` for an amount <= 0 (``rudder_amount``) or an unknown place (``rudder_place``)."""
    for move in moves:
        if move.satang <= 0:
            raise RudderError("rudder_amount", str(move.satang))
        for place in (move.place, *(code for code in move.origin.split(AND) if len(code) == len(move.place))):
            if place not in board.people.index:
                raise RudderError("rudder_place", place)


def _taken(board: Board, moves: Sequence[Move]) -> np.ndarray:
    """Satang taken from every record, in proportion to what is free in the stream, or in the places of origin.

    Sources with the fewest records go first, so that a whole stream does not use up the money of a single place.
    """
    streams = board.records["stream_code"].fillna("").astype(str).to_numpy()
    free = board.records["steerable_satang"].to_numpy(dtype="int64")
    places = board.records[KEY].fillna("").astype(str)
    if "district_code" in board.records:  # a record above the subdistrict belongs to its district
        places = places.where(places.ne(""), board.records["district_code"].fillna("").astype(str))
    left, sums = free.copy(), dict[tuple[str, str], int]()
    for move in moves:
        sums[move.stream, move.origin] = sums.get((move.stream, move.origin), 0) + move.satang
    givers = {}
    for stream, origin in sums:
        inside = places.str.startswith(tuple(origin.split(AND))).to_numpy(bool)  # "" matches every place
        givers[stream, origin] = np.flatnonzero((streams == stream) & (free > 0) & inside)
    for key in sorted(sums, key=lambda source: len(givers[source])):
        mine = givers[key]
        if sums[key] > int(left[mine].sum()):
            raise RudderError("rudder_too_much_there" if key[1] else "rudder_too_much", key[0])
        left[mine] -= np.array(largest_remainder(sums[key], [int(value) for value in left[mine]]), dtype="int64")
    return free - left


def apply(board: Board, moves: Sequence[Move]) -> Outcome:
    """Effect of moves on the board; money is taken from the steerable records of a stream in proportion.

    Raises :class:`RudderError`: see :func:`check`, and ``rudder_too_much`` or ``rudder_too_much_there`` (with an
    ``origin``) when more is moved than is steerable.
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
        figures[f"{what}s_open"] = open_ if ours.any() else (np.nan, np.nan)  # no needs known, which is not zero
    figures["layered"] = _layered(board, amounts, moves)
    figures["gini"] = (gini_by_people(before / 100, board.people), gini_by_people(after / 100, board.people))
    return Outcome(
        amounts, after, figures, board.asked[is_met & ~was_met], board.asked[was_met & ~is_met],
        _pulled(board, moves), _unmatched(board, amounts),
    )  # fmt: skip


def total(board: Board, outcome: Outcome, moves: Sequence[Move]) -> int:
    """Satang of all records after the moves plus the satang moved; must equal the sum before."""
    return int(outcome.amounts.sum()) + sum(move.satang for move in moves)


def _placed(board: Board, amounts: np.ndarray) -> pd.Series:
    inside = board._place >= 0
    sums = np.zeros(len(board.people), dtype="int64")
    np.add.at(sums, board._place[inside], amounts[inside])
    return pd.Series(sums, index=board.people.index)


def _emptied(board: Board, amounts: np.ndarray) -> set[tuple[str, str]]:
    """(subdistrict, theme) of records that lost all their money."""
    rows = board.records.iloc[np.flatnonzero((amounts == 0) & (board._money > 0))][[KEY, "theme_code"]].dropna()
    return set(zip(rows[KEY].astype(str), rows["theme_code"].astype(str), strict=True))


def _met(board: Board, amounts: np.ndarray, moves: Sequence[Move], was: np.ndarray) -> np.ndarray:
    """``is_met`` after the moves: True where a move goes, False where every record has lost all its money."""
    met, new = was.copy(), {(move.place, move.theme) for move in moves}
    for key in _emptied(board, amounts) - new:
        if not (amounts[board._at[key]] > 0).any():
            met[board._asked_at.get(key, [])] = False
    for key in new:
        met[board._asked_at.get(key, [])] = True
    return met


def _layered(board: Board, amounts: np.ndarray, moves: Sequence[Move]) -> tuple[int, int]:
    """Number of (subdistrict, theme) with two or more agencies, before and after; only changed ones are recounted."""
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
    """Satang that other payers add, baht for baht, to money moved into places and themes that they match."""
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
    """Satang taken from co-financed records: the counterpart may be withdrawn, baht for baht."""
    if "cofinancing" not in board.records:
        return 0
    declared = board.records["cofinancing"].notna().to_numpy()
    return int((board._money - amounts)[declared].sum())


@dataclass(frozen=True)
class Wish:
    """Parameters of the best re-allocation.

    An opening costs ``package_satang``, or ``per_head_satang`` times the population if that is more. ``reserve``: share
    0-1 of every stream that is not moved. ``per_district``: minimum of openings in every district with an unmet need.
    ``per_place``: maximum per subdistrict. ``weights``: of a gap and of a demand. ``most_satang``: upper limit of the
    budget. ``seconds``: time limit of the solver.
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
    """Best re-allocation found.

    ``status``: ``optimal`` (proven), ``infeasible``, ``nothing`` (no unmet need or no money), ``out_of_time`` (with the
    best moves found by then, if any). ``worth``: weighted needs met. ``openings``: their number. ``seconds``: run time.
    """

    status: str
    moves: list[Move]
    worth: int
    openings: int
    seconds: float


def best(board: Board, wish: Wish, districts: pd.Series) -> Best:
    """Openings of the highest total worth that the steerable money can pay, the cheapest among equals.

    An opening is a theme in a subdistrict with an unmet gap or demand; its worth is the weighted count of these. Solved
    as an integer program by HiGHS (``scipy.optimize.milp``). ``districts``: district code by subdistrict.
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
    """Mask of the chosen openings, and the status; the budget is checked again in integer satang.

    A solution that exceeds the budget by rounding is excluded by a cut, and the program is solved again.
    """
    width, unit = len(worth), float(cost.max())
    by_place = _members(places.to_numpy())
    by_district = _members(districts.reindex(places).to_numpy())
    rows = [
        LinearConstraint((cost / unit).reshape(1, -1), -np.inf, budget / unit),
        LinearConstraint(by_place, -np.inf, wish.per_place),
    ]
    if wish.per_district:
        rows.append(LinearConstraint(by_district, wish.per_district, np.inf))
    cheap = cost / (cost.sum() + 1)  # tie-breaker: in total below 1, the smallest difference of worth
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
    """Assign the openings to streams, largest stream first; an opening may be paid by several streams."""
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
