"""Keep every district of the schematic in one piece.

Cells computed from points alone can cut a long district in two. Then a narrow strip of land is given
to the stray part, along the shortest way to its district: a row of small sites whose weight just
beats the sites around. A part that really lies apart (an island) is left where it is.
"""

from __future__ import annotations

import numpy as np
import scipy  # scipy.sparse is read when it is first used
import shapely

from geo.schematic.power_diagram import Diagram, touching_pairs

HALF_WIDTH = 0.2
LONGEST_OVER_WATER = 2.0


def components(cells: np.ndarray, district: np.ndarray) -> np.ndarray:
    """Label per cell: cells of one district that hang together share a label."""
    first, second = touching_pairs(cells).T
    same = district[first] == district[second]
    links = scipy.sparse.coo_array((np.ones(same.sum()), (first[same], second[same])), shape=(len(cells), len(cells)))
    return scipy.sparse.csgraph.connected_components(links, directed=False)[1]


def split_count(cells: np.ndarray, district: np.ndarray) -> int:
    """How many parts too many the districts have; 0 when each is in one piece."""
    return len(np.unique(components(cells, district))) - len(np.unique(district))


def _ways(cells: np.ndarray, district: np.ndarray) -> list[tuple[int, shapely.Geometry]]:
    """For each stray part of a district the cell it starts from and the shortest line to the rest."""
    label = components(cells, district)
    ways = []
    for name in np.unique(district):
        members = np.flatnonzero(district == name)
        parts = [members[label[members] == part] for part in np.unique(label[members])]
        parts.sort(key=lambda part: -shapely.area(cells[part]).sum())
        for part in parts[1:]:
            rest = np.setdiff1d(members, part)
            lines = shapely.shortest_line(cells[part][:, None], cells[rest][None, :])
            start, end = np.unravel_index(np.argmin(shapely.length(lines)), lines.shape)
            ways.append((int(part[start]), lines[start, end]))
    return ways


def _with_strip(diagram: Diagram, cell: int, line: shapely.Geometry, half_width: float) -> Diagram:
    count = max(1, int(np.ceil(line.length / (half_width / 2))) + 1)
    places = np.array([line.interpolate(share, normalized=True).coords[0] for share in np.linspace(0, 1, count)])
    squared = ((places[:, None, :] - diagram.sites[None, :, :]) ** 2).sum(axis=2)
    power = diagram.weights - squared
    strongest = np.argmax(power, axis=1)
    row = np.arange(count)
    # A site at distance D that is beaten by h² leaves h² / 2D on its side of the strip.
    reach = np.maximum(np.sqrt(squared[row, strongest]), half_width)
    return Diagram(
        np.vstack([diagram.sites, places]),
        np.append(diagram.weights, power[row, strongest] + 2 * reach * half_width),
        np.append(diagram.owner, np.full(count, cell)),
        diagram.land.union(shapely.buffer(line, half_width)),
    )


def bridged(diagram: Diagram, cells: np.ndarray, district: np.ndarray, typical: float, rounds: int = 6) -> np.ndarray:
    """Mend the diagram's ``cells`` with strips where a district falls apart; the best of a few rounds.

    ``typical`` is the usual radius of a cell: it sets the width of a strip and how much water it may cross.
    """
    best = cells
    fewest = split_count(cells, district)
    for _ in range(rounds):
        if not fewest:
            break
        changed = False
        for cell, line in _ways(cells, district):
            on_land = diagram.land.buffer(typical / 100).contains(line)
            if on_land or line.length <= LONGEST_OVER_WATER * typical:
                diagram, changed = _with_strip(diagram, cell, line, HALF_WIDTH * typical), True
        if not changed:
            break
        cells = diagram.cells()
        if shapely.is_empty(cells).any():
            break
        if (count := split_count(cells, district)) < fewest:
            best, fewest = cells, count
    return best
