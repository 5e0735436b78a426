"""The tile grid solved in a process of its own: ``python -m geo.schematic.tile_process FACTS.csv PLACED.csv``.

Annealing is seconds of plain Python; in the server every other page would stand still meanwhile.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from geo.schematic.tile_grid import assign
from loaders.settings import ROOT

SECONDS = 120
NEEDED = ["subdistrict_code", "district_code", "lat", "lon", "area_km2"]


def assign_apart(subdistricts: pd.DataFrame) -> pd.DataFrame:
    """What :func:`geo.tile_grid.assign` gives for these subdistricts.

    Raises ``subprocess.SubprocessError`` or ``OSError`` when the process cannot do it.
    """
    with tempfile.TemporaryDirectory(prefix="kradan-tiles-") as folder:
        facts, placed = Path(folder) / "facts.csv", Path(folder) / "placed.csv"
        subdistricts[NEEDED].to_csv(facts, index=False)
        command = [sys.executable, "-m", "geo.schematic.tile_process", str(facts), str(placed)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=SECONDS)
        return _read(placed)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"subdistrict_code": str, "district_code": str}, float_precision="round_trip")


def main(arguments: list[str]) -> int:
    """Read the facts, solve, write the places."""
    facts, placed = arguments
    assign(_read(Path(facts))).to_csv(placed, index=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
