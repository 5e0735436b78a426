"""The map's geometry, prepared once per boundary file into Streamlit's static folder."""

from __future__ import annotations

import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st

from geo.maps import STATIC
from geo.schematic import schematic
from geo.simplify import prepare, write_geojson
from geo.tile_grid import tile_grid
from loaders import boundaries, province_facts, reference, settings
from loaders.polygon_register import HOME
from loaders.problems import Problem

FOLDER = settings.ROOT / "static" / "geo"
PREPARED_VERSION = 2
CREDITS = {"schematic": "DOPA", "true": "OCHA COD-AB · RTSD · CC BY-IGO"}


def _optional(name: str) -> pd.DataFrame | None:
    """What was solved ahead for the home province."""
    path = reference.DIRECTORY / name
    return pd.read_csv(path, dtype={"subdistrict_code": str}) if path.exists() and settings.province() == HOME else None


def _named(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cells with our names, as the boundary reader gives them."""
    columns = ["subdistrict_code", "name_th", "name_en", "district_code", "district_name_th", "district_name_en"]
    return cells[["subdistrict_code", "geometry"]].merge(
        province_facts.subdistricts(settings.province())[columns], on="subdistrict_code"
    )


def _signature(source: boundaries.BoundarySource) -> str:
    path = source.path
    stamp = f"{path}:{path.stat().st_mtime_ns}:{path.stat().st_size}" if path else "schematic"
    return hashlib.sha256(f"{PREPARED_VERSION}:{stamp}:{settings.province()}".encode()).hexdigest()[:12]


@st.cache_resource(show_spinner=False)
def current() -> dict:
    """Addresses, kind, credit, bounds and problems of the geometry in use; a bad boundary file never breaks the page."""
    source = boundaries.find_boundaries(settings.province())
    kept = FOLDER / f"{_signature(source)}.json"
    if kept.exists():
        found = json.loads(kept.read_text(encoding="utf-8"))
        if all((FOLDER.parent / found[name]).exists() for name in ("main", "grid")):
            return found | {"problems": [problem.as_dict() for problem in source.problems]}
    facts = province_facts.subdistricts(settings.province())
    if source.frame is None:
        main = prepare(_named(schematic(facts, _optional("schematic_seeds.csv"))), tolerance_m=0)
    else:
        main = prepare(source.frame)
    grid = prepare(_named(tile_grid(facts, _optional("tile_grid.csv"))), tolerance_m=0)
    west, south, east, north = (float(edge) for edge in main.subdistricts.total_bounds)
    found = {
        "main": f"geo/{write_geojson(main, FOLDER, main_stem(source)).name}",
        "grid": f"geo/{write_geojson(grid, FOLDER, 'grid').name}",
        "kind": main_stem(source),
        "credit": CREDITS[main_stem(source)],
        "bounds": [[south, west], [north, east]],
        "missing": sorted(set(facts["subdistrict_code"]) - set(main.subdistricts["subdistrict_code"])),
        "file": source.path.name if source.path else None,
    }
    _write(kept, found)
    return found | {"problems": [problem.as_dict() for problem in source.problems]}


def shared_options(options: dict) -> dict | str:
    """The options as a static file, so that they are fetched once and not sent with every change; themselves when it cannot be written."""
    return _shared_options(json.dumps(options, ensure_ascii=False, sort_keys=True)) or options


@lru_cache(maxsize=32)
def _shared_options(content: str) -> str | None:
    path = FOLDER / f"board-{hashlib.sha256(content.encode()).hexdigest()[:10]}.json"
    try:
        if not path.exists():
            _write(path, json.loads(content))
    except OSError:
        return None
    return f"{STATIC}/geo/{path.name}"


def main_stem(source: boundaries.BoundarySource) -> str:
    """``schematic`` or ``true``: the kind of the main map."""
    return "schematic" if source.frame is None else "true"


def problems() -> list[Problem]:
    """What was wrong with boundary files that were passed over."""
    return [
        Problem(**{name: value for name, value in found.items() if name != "severity"})
        for found in current()["problems"]
    ]


def _write(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(path)
