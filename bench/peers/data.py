"""Polygons and values of the peers, written by the bench and read once per server."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path


@cache
def polygons() -> dict:
    """GeoJSON of the subdistricts, with properties ``c`` (code), ``n`` (name) and ``d`` (district)."""
    return json.loads((Path(os.environ["KRADAN_BENCH"]) / "polygons.json").read_text(encoding="utf-8"))


@cache
def values() -> dict[str, dict[str, int]]:
    """Option -> subdistrict code -> number of agencies."""
    return json.loads((Path(os.environ["KRADAN_BENCH"]) / "values.json").read_text(encoding="utf-8"))


def view() -> tuple[float, ...]:
    """Latitude, longitude and zoom at which the map opens; by default the province."""
    return tuple(float(part) for part in os.environ.get("KRADAN_BENCH_VIEW", "8.55,99.85,9").split(","))
