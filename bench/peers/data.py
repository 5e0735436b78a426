"""The same polygons and values for every peer: written by the bench, read once per server."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path


@cache
def polygons() -> dict:
    """GeoJSON of the subdistricts, the very file that our own map fetches."""
    return json.loads((Path(os.environ["KRADAN_BENCH"]) / "polygons.json").read_text(encoding="utf-8"))


@cache
def values() -> dict[str, dict[str, int]]:
    """Agencies per subdistrict code, by the option chosen."""
    return json.loads((Path(os.environ["KRADAN_BENCH"]) / "values.json").read_text(encoding="utf-8"))


def view() -> tuple[float, ...]:
    """Latitude, longitude and zoom at which a tutorial would open the map: the province unless told otherwise."""
    return tuple(float(part) for part in os.environ.get("KRADAN_BENCH_VIEW", "8.55,99.85,9").split(","))
