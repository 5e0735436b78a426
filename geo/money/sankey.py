"""Layout of the Sankey diagram of the currents: four columns of nodes and the ribbons between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.money.currents import ENDS, OTHER, STEPS

WIDTH, HEIGHT = 1000.0, 480.0  # of the drawing; all money together is HEIGHT thick
NODE_WIDTH, GAP, SLOT = 10.0, 4.0, 24.0  # SLOT: minimum height of a node, for its label
RIGHT = 200.0  # width reserved for the labels of the last column
NODE_COLUMNS = ["step", "code", "amount_satang", "x", "y", "thickness"]
LINK_COLUMNS = ["source", "target", "kind", "amount_satang", "step", "thickness", "x0", "x1", "y0", "y1"]


@dataclass(frozen=True)
class Sankey:
    """A drawing in units of ``width`` x ``height``.

    ``nodes``: ``step`` (0-3), ``code``, ``amount_satang``, ``x``, ``y``, ``thickness``. ``links``: ``step`` (0-2, the
    step it leaves), ``source``, ``target``, ``kind``, ``amount_satang``, ``x0``, ``x1``, ``y0``, ``y1`` (upper edges),
    ``thickness``. ``scale``: units per satang.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame
    width: float
    height: float
    node_width: float
    scale: float


def _nodes(paths: pd.DataFrame, step: int) -> pd.DataFrame:
    """Nodes of a step, largest first; :data:`OTHER` and then :data:`ENDS` last."""
    sizes = (
        paths.groupby(STEPS[step], as_index=False)["amount_satang"]
        .sum()
        .set_axis(["code", "amount_satang"], axis="columns")
    )
    last = sizes["code"].eq(OTHER).astype(int) + 2 * sizes["code"].isin(ENDS).astype(int)
    ordered = sizes.assign(last=last, step=step).sort_values(
        ["last", "amount_satang", "code"], ascending=[True, False, True]
    )
    return ordered[["step", "code", "amount_satang"]].reset_index(drop=True)


def sankey(paths: pd.DataFrame) -> Sankey:
    """Lay out ``paths`` of :class:`geo.money.currents.Currents`, possibly merged by :func:`geo.money.currents.fold`.

    The drawing is higher than ``HEIGHT`` when many small nodes need their ``SLOT``.
    """
    total = int(paths["amount_satang"].sum())
    if not total:
        nothing = pd.DataFrame(columns=NODE_COLUMNS), pd.DataFrame(columns=LINK_COLUMNS)
        return Sankey(*nothing, WIDTH, 0.0, NODE_WIDTH, 0.0)
    columns = [_nodes(paths, step) for step in range(len(STEPS))]
    scale = HEIGHT / total
    placed, tallest = [], 0.0
    for step, column in enumerate(columns):
        thickness = column["amount_satang"] * scale
        rooms = np.maximum(thickness, SLOT) + GAP
        x = step * (WIDTH - RIGHT - NODE_WIDTH) / (len(STEPS) - 1)
        placed.append(column.assign(x=x, y=np.concatenate([[0.0], rooms.cumsum()[:-1]]), thickness=thickness))
        tallest = max(tallest, float(rooms.sum()))
    nodes = pd.concat(placed, ignore_index=True)
    return Sankey(nodes, _links(paths, nodes, scale), WIDTH, tallest, NODE_WIDTH, scale)


def _links(paths: pd.DataFrame, nodes: pd.DataFrame, scale: float) -> pd.DataFrame:
    """Ribbons between adjacent steps; at each node sorted by the position of the other end, so that few cross."""
    ribbons = []
    for step in range(len(STEPS) - 1):
        keys = [STEPS[step], STEPS[step + 1], "kind"]
        table = (
            paths.groupby(keys, as_index=False)["amount_satang"]
            .sum()
            .set_axis(["source", "target", "kind", "amount_satang"], axis="columns")
        )
        here, there = (nodes[nodes["step"].eq(number)].set_index("code") for number in (step, step + 1))
        table = table.assign(
            step=step, thickness=table["amount_satang"] * scale, x0=here["x"].max() + NODE_WIDTH, x1=there["x"].max()
        )
        table["top"], table["bottom"] = table["source"].map(here["y"]), table["target"].map(there["y"])
        table = table.sort_values(["top", "bottom", "kind"], ignore_index=True)
        table["y0"] = table["top"] + table.groupby("source")["thickness"].cumsum() - table["thickness"]
        table = table.sort_values(["bottom", "top", "kind"], ignore_index=True)
        table["y1"] = table["bottom"] + table.groupby("target")["thickness"].cumsum() - table["thickness"]
        ribbons.append(table.drop(columns=["top", "bottom"]))
    return pd.concat(ribbons, ignore_index=True)
