"""Assign subdistricts to hexagons of a lattice, near their true position and with connected districts.

Three steps, deterministic for a given seed: points are spread until they are one hexagon apart (Dorling's
relaxation), each is assigned to a free position at the least total distance (linear assignment), and
simulated annealing swaps positions to bring true neighbours together.
Rows run from north to south, odd rows are shifted half a hexagon to the east.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy  # loads scipy.optimize lazily, on first use

ROW_STEP = math.sqrt(3) / 2
MARGIN = 3
RELAX_ROUNDS = 300
DISPLACEMENT, EDGE, PIECE = 0.04, 0.3, 3.0
HOT, COLD = 0.6, 0.03
MENDING_PIECE = 60.0


def lattice_xy(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Centres of lattice positions; hexagons are one unit wide, x points east and y north."""
    return np.column_stack([column + 0.5 * (np.asarray(row) % 2), -ROW_STEP * np.asarray(row)])


def relaxed(points: np.ndarray, pairs: np.ndarray, spacing: float) -> np.ndarray:
    """Points in lattice units, spread so that hardly any two are closer than one and neighbours stay near."""
    place = start = (points - points.mean(axis=0)) / spacing
    itself = np.arange(len(points))
    first, second = pairs.T if len(pairs) else (np.empty(0, int), np.empty(0, int))
    for turn in range(RELAX_ROUNDS):
        x, y = (place[:, axis] - place[:, axis, None] for axis in (0, 1))  # from point (row) to point (column)
        distance = np.hypot(x, y)
        distance[itself, itself] = np.inf
        push = np.maximum(1.0 - distance, 0.0) / np.maximum(distance, 1e-9)
        move = 0.25 * np.column_stack([(push * x).sum(axis=0), (push * y).sum(axis=0)])
        span = place[second] - place[first]
        length = np.maximum(np.hypot(*span.T), 1e-9)
        pull = 0.08 * (np.clip(length - 1.0, 0.0, None) / length)[:, None] * span
        np.add.at(move, first, pull)
        np.add.at(move, second, -pull)
        place = place + move + 0.01 * (1 - turn / RELAX_ROUNDS) * (start - place)
    return place


class Board:
    """A bounded hexagon lattice with units on it, and the cost of swapping two positions."""

    def __init__(self, target: np.ndarray, district: list[int], friends: list[set[int]]) -> None:
        low, high = target.min(axis=0), target.max(axis=0)
        self.width = int(high[0] - low[0]) + 2 * MARGIN + 1
        self.height = int((high[1] - low[1]) / ROW_STEP) + 2 * MARGIN + 1
        while self.width * self.height < 2 * len(target):
            self.width, self.height = self.width + 1, self.height + 1
        column, row = (a.ravel() for a in np.meshgrid(np.arange(self.width), np.arange(self.height)))
        centres = lattice_xy(column, row)
        goal = target - (low + high) / 2 + (centres.min(axis=0) + centres.max(axis=0)) / 2
        away = ((goal[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
        self.place: list[int] = scipy.optimize.linear_sum_assignment(away)[1].tolist()
        self.away = (DISPLACEMENT * away).tolist()
        self.around = [self._around(c, r) for c, r in zip(column.tolist(), row.tolist(), strict=True)]
        self.unit = [-1] * len(centres)
        for unit, place in enumerate(self.place):
            self.unit[place] = unit
        self.district, self.friends = district, friends
        self.members: dict[int, list[int]] = {}
        for unit, name in enumerate(district):
            self.members.setdefault(name, []).append(unit)
        self.pieces = {name: self.count_pieces(name) for name in self.members}

    def _around(self, column: int, row: int) -> list[int]:
        shift = row % 2
        steps = [(-1, 0), (1, 0), (shift - 1, -1), (shift, -1), (shift - 1, 1), (shift, 1)]
        near = [(column + c, row + r) for c, r in steps]
        return [r * self.width + c for c, r in near if 0 <= c < self.width and 0 <= r < self.height]

    def count_pieces(self, name: int) -> int:
        """Number of connected pieces of a district."""
        left = {self.place[unit] for unit in self.members[name]}
        pieces = 0
        while left:
            pieces += 1
            reach = [left.pop()]
            while reach:
                for near in self.around[reach.pop()]:
                    if near in left:
                        left.remove(near)
                        reach.append(near)
        return pieces

    def cost(self, unit: int, place: int) -> float:
        """Cost of a unit at a position: distance moved, plus empty sides, minus adjacent true neighbours."""
        friends, here, value = self.friends[unit], self.unit, self.away[unit][place]
        for near in self.around[place]:
            other = here[near]
            if other < 0:
                value += EDGE
            elif other in friends:
                value -= 1.0
        return value

    def swap(self, here: int, there: int) -> None:
        """Exchange the contents of two positions (a unit or nothing)."""
        a, b = self.unit[here], self.unit[there]
        self.unit[here], self.unit[there] = b, a
        if a >= 0:
            self.place[a] = there
        if b >= 0:
            self.place[b] = here

    def settle(self, here: int, there: int, allowed: float, piece: float) -> bool:
        """Swap two positions if the cost grows by at most ``allowed``; returns whether they were swapped.

        ``piece``: cost of each surplus piece of a district.
        """
        unit, cost = self.unit, self.cost
        a, b = unit[here], unit[there]
        before = (cost(a, here) if a >= 0 else 0.0) + (cost(b, there) if b >= 0 else 0.0)
        self.swap(here, there)
        grown = (cost(a, there) if a >= 0 else 0.0) + (cost(b, here) if b >= 0 else 0.0) - before
        names = {self.district[moved] for moved in (a, b) if moved >= 0}
        # Upper bound of the gain from joining pieces: counting pieces is slow and can often be skipped.
        if grown - piece * sum(self.pieces[name] - 1 for name in names) <= allowed:
            pieces = {name: self.count_pieces(name) for name in names}
            grown += piece * sum(pieces[name] - self.pieces[name] for name in names)
            if grown <= allowed:
                self.pieces.update(pieces)
                return True
        self.swap(here, there)
        return False


def _proposal(board: Board, chance: random.Random, friends: list[list[int]], units: Sequence[int]) -> tuple[int, int]:
    """Two positions to swap: that of a random unit, and one next to one of its friends or next to itself."""
    unit = chance.choice(units)
    place = board.place[unit]
    if friends[unit] and chance.random() < 0.6:
        return place, chance.choice(board.around[board.place[chance.choice(friends[unit])]])
    return place, chance.choice(board.around[place])


def anneal(board: Board, steps: int, seed: int) -> None:
    """Anneal the whole board, then move only units of split districts until none is split or the steps run out."""
    chance = random.Random(seed)
    friends = [sorted(group) for group in board.friends]
    everyone = range(len(friends))
    for step in range(steps):
        heat = HOT * (COLD / HOT) ** (step / steps)
        here, there = _proposal(board, chance, friends, everyone)
        if here != there:
            board.settle(here, there, -heat * math.log(1.0 - chance.random()), PIECE)
    for _ in range(max(steps // 4, 2000)):
        broken = [unit for name, count in board.pieces.items() if count > 1 for unit in board.members[name]]
        if not broken:
            return
        mates = [board.members[board.district[unit]] for unit in everyone]
        here, there = _proposal(board, chance, mates, broken)
        if here != there:
            board.settle(here, there, -HOT * math.log(1.0 - chance.random()), MENDING_PIECE)


def solve(points: np.ndarray, district: np.ndarray, pairs: np.ndarray, steps: int, seed: int = 80) -> pd.DataFrame:
    """Lattice ``column`` and ``row`` of each point, from 0 (``row`` may start at 1).

    ``points`` in any plane of equal scale, ``district`` a label per point, ``pairs`` index pairs of true
    neighbours, ``steps`` the number of annealing steps.
    """
    spread = np.ptp(points, axis=0)
    spacing = max(math.sqrt(float(spread[0] * spread[1]) * 0.6 / len(points)), float(spread.max()) / len(points), 1e-6)
    friends: list[set[int]] = [set() for _ in points]
    for a, b in pairs.tolist():
        friends[a].add(b)
        friends[b].add(a)
    board = Board(relaxed(points, pairs, spacing), pd.factorize(district)[0].tolist(), friends)
    anneal(board, steps, seed)
    row, column = np.divmod(np.array(board.place), board.width)
    # Shift by an even number of rows only: odd rows must stay the shifted ones.
    top = row.min() - row.min() % 2
    return pd.DataFrame({"column": column - column.min(), "row": row - top})
