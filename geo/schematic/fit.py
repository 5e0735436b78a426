"""Fit three numbers per subdistrict that make the schematic map resemble a real map; run offline.

A cell has three sites on a short line: its point and two ends at plus and minus (``reach_x_km``,
``reach_y_km``), all of weight ``weight_km2``. The mean intersection over union with the real polygons is
maximised by gradient descent (Adam) on a soft power diagram whose softness (km2) decreases from step to
step. Deterministic for one version of the libraries.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.schematic.schematic import SEED_COLUMNS, plane_of, points_km, sites_of

SAMPLE_KM = 0.2
SAMPLES_PER_CELL = 600
MARGIN_KM = 6.0
BATCHES = 6
SOFTNESS_KM2 = (6.0, 0.5)
LEARNING_RATE = 0.05


def samples(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sample points, the cell that contains each (``len(cells)`` = none) and the km2 it represents.

    The spacing is ``SAMPLE_KM`` in small cells and larger in large ones.
    """
    count, step = len(cells), SAMPLE_KM
    x0, y0, x1, y1 = shapely.total_bounds(cells) + MARGIN_KM * np.array([-1, -1, 1, 1])
    columns, rows = np.arange(x0, x1, step), np.arange(y0, y1, step)
    x, y = (grid.ravel() for grid in np.meshgrid(columns, rows))
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(len(columns)), np.arange(len(rows))))
    tree = shapely.STRtree(shapely.points(x, y))
    label = np.full(len(x), count)
    cell, point = tree.query(cells, predicate="contains")
    label[point] = cell
    areas = np.append(shapely.area(cells), SAMPLES_PER_CELL * (4 * step) ** 2)
    every = np.clip(np.round(np.sqrt(areas / SAMPLES_PER_CELL) / step), 1, 5).astype(int)[label]
    near = np.zeros(len(x), bool)
    near[tree.query(shapely.union_all(cells).buffer(MARGIN_KM), predicate="contains")] = True
    kept = near & (column % every == every // 2) & (row % every == every // 2)
    return np.column_stack([x, y])[kept], label[kept], (every[kept] * step) ** 2


def _gradient(
    sites: np.ndarray, weights: np.ndarray, batch: tuple[np.ndarray, np.ndarray, np.ndarray], softness: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Gradient of minus the mean soft IoU by position and weight of the sites, and the mean IoU."""
    points, label, mass = batch
    count = len(sites) // 3
    inside = np.flatnonzero(label < count)
    own = label[inside]
    power = weights - ((points[:, None, :] - sites[None, :, :]) ** 2).sum(axis=2)
    top = np.maximum(power.max(axis=1, keepdims=True), 0.0)
    share = np.exp((power - top) / softness)
    share /= share.sum(axis=1, keepdims=True) + np.exp(-top / softness)
    cell_share = share.reshape(len(points), 3, count).sum(axis=1)
    common = np.bincount(own, mass[inside] * cell_share[inside, own], count)
    union = np.maximum(cell_share.T @ mass + np.bincount(own, mass[inside], count) - common, 1e-6)
    outside_rate, inside_rate = common / union**2 / count, -(union + common) / union**2 / count
    mean_rate = cell_share @ outside_rate
    mean_rate[inside] += cell_share[inside, own] * inside_rate[own]
    by_power = share * (np.tile(outside_rate, 3)[None, :] - mean_rate[:, None])
    for part in range(3):
        by_power[inside, part * count + own] += share[inside, part * count + own] * inside_rate[own]
    by_power *= mass[:, None] / softness
    by_weight = by_power.sum(axis=0)
    by_place = 2 * (by_power.T @ points - by_weight[:, None] * sites)
    return by_place, by_weight, float((common / union).mean())


def fit(subdistricts: pd.DataFrame, boundaries: pd.DataFrame, rounds: int = 400, seed: int = 80) -> pd.DataFrame:
    """Fitted seeds: ``subdistrict_code``, ``reach_x_km``, ``reach_y_km``, ``weight_km2``.

    ``boundaries`` has ``subdistrict_code`` and ``geometry`` (EPSG:4326) for every subdistrict.

    Examples
    --------
    ``data/reference/schematic_seeds.csv`` was made (3 to 5 minutes) with::

        real = geopandas.read_file("shared/data/boundaries/nst_adm3.geojson")
        real["subdistrict_code"] = real["ADM3_PCODE"].str[2:]
        fit(reference.subdistricts(), real).to_csv(path, index=False)
    """
    plane, codes = plane_of(subdistricts), subdistricts["subdistrict_code"].to_numpy()
    geometry = boundaries.set_index("subdistrict_code").loc[codes, "geometry"].to_numpy()
    cells = shapely.transform(geometry, plane.to_km)
    centre, areas, chance = points_km(subdistricts, plane), shapely.area(cells), np.random.default_rng(seed)
    points, label, mass = (a.astype(np.float32) if a.dtype == float else a for a in samples(cells))
    radius = np.sqrt(areas / np.pi)
    unit = np.column_stack([radius, radius, radius**2])
    value = np.column_stack([chance.normal(0, 0.3, (len(codes), 2)), np.full(len(codes), 0.8)])
    first, second = np.zeros_like(value), np.zeros_like(value)
    for turn in range(rounds):
        done = turn / rounds
        softness = SOFTNESS_KM2[0] * (SOFTNESS_KM2[1] / SOFTNESS_KM2[0]) ** done
        pick = chance.random(len(points)) < 1 / BATCHES
        batch = points[pick], label[pick], mass[pick] * BATCHES
        sites, weights, _ = sites_of(centre, value * unit)
        by_place, by_weight, _ = _gradient(sites.astype(np.float32), weights.astype(np.float32), batch, softness)
        _, plus, minus = by_place.reshape(3, -1, 2)
        slope = np.column_stack([plus - minus, by_weight.reshape(3, -1).sum(axis=0)]) * unit
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        step = first / (1 - 0.9 ** (turn + 1)) / (np.sqrt(second / (1 - 0.99 ** (turn + 1))) + 1e-9)
        value -= LEARNING_RATE * (1 - 0.95 * done) * step
    seeds = pd.DataFrame((value * unit).round(3), columns=SEED_COLUMNS[1:])
    seeds.insert(0, SEED_COLUMNS[0], codes)
    return seeds
