"""Solve the tile grid in a child process: annealing is seconds of pure Python, which would block all sessions."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from geo.schematic.tile_grid import assign
from loaders.files import sandbox

NEEDED = ["subdistrict_code", "district_code", "lat", "lon", "area_km2"]


def assign_apart(subdistricts: pd.DataFrame) -> pd.DataFrame:
    """:func:`geo.schematic.tile_grid.assign` of ``subdistricts`` (columns :data:`NEEDED`) in a child process.

    Raises ``loaders.problems.Refused`` or ``OSError`` when the child process fails.
    """
    with tempfile.TemporaryDirectory(prefix="kradan-tiles-") as folder:
        facts, placed = Path(folder) / "facts.csv", Path(folder) / "placed.csv"
        subdistricts[NEEDED].to_csv(facts, index=False)
        sandbox.run("geo.schematic.tile_process", [str(facts), str(placed)])
        return _read(placed)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"subdistrict_code": str, "district_code": str}, float_precision="round_trip")


def main(arguments: list[str]) -> None:
    """Entry point of the child process: read FACTS, solve, write PLACED (paths of CSV files)."""
    facts, placed = arguments
    assign(_read(Path(facts))).to_csv(placed, index=False)
