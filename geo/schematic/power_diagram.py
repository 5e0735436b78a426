"""Power diagram clipped to land: weighted Voronoi cells whose common edges are identical.

A point belongs to the site with the smallest ``distance² - weight``. Borders are computed once (as the dual of the
lifted convex hull) and noded with the coast; each resulting face is assigned to its owner. Neighbours therefore
have the same vertices, without gap or overlap. Method: Aurenhammer (1987). Planar coordinates; callers use km.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # loads scipy.spatial lazily, on first use
import shapely

GRID = 1e-6
FAR = 40.0
SLIVER = 1e-5
AT_ONCE = 1024  # points x sites that stay in the cache of the processor


def owners_at(points: np.ndarray, sites: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Index of the site that owns each point (n x 2)."""
    origin = sites.mean(axis=0)
    points, sites = points - origin, sites - origin
    # |p|² is the same for all sites of a point, so it can be omitted.
    constant, twice = (sites**2).sum(axis=1) - weights, 2 * sites.T
    owners = np.empty(len(points), dtype=int)
    for begin in range(0, len(points), AT_ONCE):
        products = points[begin : begin + AT_ONCE] @ twice
        owners[begin : begin + AT_ONCE] = np.subtract(constant, products, out=products).argmin(axis=1)
    return owners


def _with_guards(sites: np.ndarray, weights: np.ndarray, land: shapely.Geometry) -> tuple[np.ndarray, np.ndarray]:
    """Add four guard sites so far away that every border on the land has two ends."""
    x0, y0, x1, y1 = shapely.total_bounds([land, shapely.multipoints(sites)])
    centre, reach = np.array([(x0 + x1) / 2, (y0 + y1) / 2]), FAR * max(x1 - x0, y1 - y0, 1.0)
    reach += np.sqrt(max(0.0, np.ptp(weights)))
    guards = centre + reach * np.array([[1, 0.1], [-0.1, 1], [-1, -0.1], [0.1, -1]])
    return np.vstack([sites, guards]), np.append(weights, np.repeat(weights.min(), 4))


def borders(sites: np.ndarray, weights: np.ndarray, land: shapely.Geometry) -> list[shapely.Geometry]:
    """Line segments between the cells of different sites, long enough to cross the land."""
    sites, weights = _with_guards(sites, weights, land)
    origin = sites.mean(axis=0)
    lifted = np.column_stack([sites - origin, ((sites - origin) ** 2).sum(axis=1) - weights])
    hull = scipy.spatial.ConvexHull(lifted, qhull_options="Qt")
    normal = hull.equations[:, :3]
    lower = normal[:, 2] < -1e-12
    corner = np.full((len(normal), 2), np.nan)
    corner[lower] = -normal[lower, :2] / normal[lower, 2:] / 2 + origin
    first = np.repeat(np.arange(len(normal)), 3)
    second = hull.neighbors.ravel()
    pairs = (first < second) & lower[first] & lower[second]
    ends = np.stack([corner[first[pairs]], corner[second[pairs]]], axis=1)
    ends = ends[np.hypot(*(ends[:, 0] - ends[:, 1]).T) > GRID]
    return list(shapely.linestrings(ends)) if len(ends) else []


@dataclass(frozen=True)
class Diagram:
    """Sites (n x 2), their weights, the cell that each belongs to (0..k-1), and the land to divide."""

    sites: np.ndarray
    weights: np.ndarray
    owner: np.ndarray
    land: shapely.Geometry

    def cells(self) -> np.ndarray:
        """One polygon per owner, with identical common edges; together they cover the land.

        A cell in several pieces keeps the largest; each other piece goes to the neighbour with the longest
        common border, or is dropped without a neighbour (a rock off the coast). A cell whose sites are all
        hidden by heavier ones is empty.
        """
        coast = shapely.boundary(self.land)
        lines = shapely.union_all([coast, *borders(self.sites, self.weights, self.land)], grid_size=GRID)
        faces = np.array(shapely.get_parts(shapely.polygonize([lines])))
        inside = shapely.point_on_surface(faces)
        kept = shapely.contains(self.land, inside)
        faces, inside = faces[kept], inside[kept]
        label = self.owner[owners_at(shapely.get_coordinates(inside), self.sites, self.weights)]
        return _one_piece_each(faces, label, int(self.owner.max()) + 1)


def touching_pairs(cells: np.ndarray) -> np.ndarray:
    """Index pairs (first < second) of cells that share an edge, not only a corner."""
    first, second = shapely.STRtree(cells).query(cells, predicate="intersects")
    first, second = first[first < second], second[first < second]
    shared = shapely.length(shapely.intersection(cells[first], cells[second]))
    return np.column_stack([first, second])[shared > GRID]


def _one_piece_each(faces: np.ndarray, label: np.ndarray, count: int) -> np.ndarray:
    """Cells by owner, each reduced to one piece; the other pieces are given to neighbours."""
    pieces, label = _pieces(faces, label)
    for _ in range(len(pieces)):
        area = shapely.area(pieces)
        largest = {cell: max(np.flatnonzero(label == cell), key=area.__getitem__) for cell in np.unique(label)}
        stray = [k for k in range(len(pieces)) if largest[label[k]] != k]
        if not stray:
            break
        heir = _heir(pieces, label, stray)
        keep = np.ones(len(pieces), bool)
        for k, new in heir.items():
            label[k] = new
        if not heir:
            keep[stray] = False
        pieces, label = _pieces(pieces[keep], label[keep])
    cells = dict(zip(label, pieces, strict=True))
    return np.array([cells.get(k, shapely.Polygon()) for k in range(count)])


def _pieces(faces: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Connected pieces of every cell (parts that touch only in a point are separate), with their labels."""
    parts, labels = [], []
    for cell in np.unique(label):
        pieces = shapely.get_parts(shapely.union_all(faces[label == cell]))
        parts.extend(pieces)
        labels.extend([cell] * len(pieces))
    return np.array(parts), np.array(labels, int)


def _heir(pieces: np.ndarray, label: np.ndarray, stray: list[int]) -> dict[int, int]:
    """New label of each stray piece: that of the settled piece with the longest common border, if any."""
    settled = np.setdiff1d(np.arange(len(pieces)), stray)
    tree = shapely.STRtree(pieces[settled])
    heir = {}
    for k in stray:
        near = settled[tree.query(pieces[k].buffer(SLIVER))]
        shared = shapely.length(shapely.intersection(pieces[k], pieces[near]))
        if len(near) and shared.max() > SLIVER:
            heir[k] = int(label[near[np.argmax(shared)]])
    return heir
