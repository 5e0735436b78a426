"""The map's geometry, prepared once per boundary file into Streamlit's static folder."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.maps import STATIC
from geo.ordered_tiles import ordered_tiles
from geo.schematic import schematic
from geo.simplify import Prepared, prepare, write_geojson
from geo.tile_grid import tile_grid
from loaders import boundaries, province_facts, reference, settings
from loaders.polygon_register import HOME
from loaders.problems import Problem
from pages.parts.kept import kept

FOLDER = settings.ROOT / "static" / "geo"
PREPARED_VERSION = 3
CREDITS = {"schematic": "DOPA", "true": "OCHA COD-AB · RTSD · CC BY-IGO", "ordered": "geothai"}
# Kind of the main map -> its name in the switch, and what has to be said on the map itself.
NAMES = {"schematic": "map_schematic", "true": "map_true", "ordered": "map_ordered"}
NOTES = {"schematic": "note_schematic", "ordered": "note_ordered"}


def _optional(province: str, name: str) -> pd.DataFrame | None:
    """What was solved ahead for the home province."""
    path = reference.DIRECTORY / name
    return pd.read_csv(path, dtype={"subdistrict_code": str}) if path.exists() and province == HOME else None


def _named(cells: gpd.GeoDataFrame, facts: pd.DataFrame) -> gpd.GeoDataFrame:
    """Cells with our names, as the boundary reader gives them."""
    columns = ["subdistrict_code", "name_th", "name_en", "district_code", "district_name_th", "district_name_en"]
    return cells[["subdistrict_code", "geometry"]].merge(facts[columns], on="subdistrict_code")


def _signature(source: boundaries.BoundarySource, province: str) -> str:
    path = source.path
    stamp = f"{path}:{path.stat().st_mtime_ns}:{path.stat().st_size}" if path else "schematic"
    return hashlib.sha256(f"{PREPARED_VERSION}:{stamp}:{province}".encode()).hexdigest()[:12]


def current() -> dict:
    """Addresses, kind, credit, bounds and problems of the geometry in use for the province in sight.

    A bad boundary file never breaks the page, and a file that came or changed is taken up with the next run.
    """
    province = settings.province()
    return _current(province, boundaries.stamp(province))


@kept(16)
def _current(province: str, stamp: tuple) -> dict:
    source = province_facts.boundaries_of(province, stamp)
    problems = [problem.as_dict() for problem in source.problems]
    kept, last = FOLDER / f"{_signature(source, province)}.json", FOLDER / f"last-{province}.json"
    found = _prepared(kept)
    try:
        if found is None:
            found = _prepare(source, province)
            write_json(kept, found)
        if found != _prepared(last):
            write_json(last, found)
    except OSError:  # a full disk: the boundaries may not even have been readable, but the last map is there
        found = found or _prepared(last)
        if found is None:
            raise
    return found | {"problems": problems}


def _prepared(card: Path) -> dict | None:
    """What a card says of maps prepared earlier, if they are still there."""
    try:
        found = json.loads(card.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if all((FOLDER.parent / found[name]).exists() for name in ("main", "grid")) else None


def _prepare(source: boundaries.BoundarySource, province: str) -> dict:
    facts = province_facts.subdistricts(province)
    kind = main_stem(source, facts)
    main, grid = _maps(source, facts, province, kind)
    west, south, east, north = (float(edge) for edge in main.subdistricts.total_bounds)
    return {
        "main": f"geo/{write_geojson(main, FOLDER, kind).name}",
        "grid": f"geo/{write_geojson(grid, FOLDER, 'grid').name}",
        "kind": kind,
        "credit": CREDITS[kind],
        "bounds": [[south, west], [north, east]],
        "missing": sorted(set(facts["subdistrict_code"]) - set(main.subdistricts["subdistrict_code"])),
        "file": source.path.name if source.path else None,
    }


def _maps(
    source: boundaries.BoundarySource, facts: pd.DataFrame, province: str, kind: str
) -> tuple[Prepared, Prepared]:
    """Main map and tile grid; where no place is known, tiles in the order of their codes stand for both."""
    if kind == "ordered":
        tiles = ordered_tiles(facts["subdistrict_code"], facts["district_code"])
        both = prepare(_named(tiles, facts), tolerance_m=0)
        return both, both
    if source.frame is None:
        main = prepare(_named(schematic(facts, _optional(province, "schematic_seeds.csv")), facts), tolerance_m=0)
    else:
        main = prepare(source.frame)
    grid = tile_grid(facts, _optional(province, "tile_grid.csv"))
    return main, prepare(_named(grid, facts), tolerance_m=0)


def shared_options(options: dict) -> dict | str:
    """The options as a static file, so that they are fetched once and not sent with every change; themselves when it cannot be written."""
    return _shared_options(json.dumps(options, ensure_ascii=False, sort_keys=True)) or options


@kept(64)
def _shared_options(content: str) -> str | None:
    path = FOLDER / f"board-{hashlib.sha256(content.encode()).hexdigest()[:10]}.json"
    try:
        if not path.exists():
            write_json(path, json.loads(content))
    except OSError:
        return None
    return f"{STATIC}/geo/{path.name}"


def main_stem(source: boundaries.BoundarySource, facts: pd.DataFrame) -> str:
    """The kind of the main map: ``true``, ``schematic`` (places known, shapes not) or ``ordered`` (neither known)."""
    if source.frame is not None:
        return "true"
    return "schematic" if bool(facts["lat"].notna().any()) else "ordered"


def problems() -> list[Problem]:
    """What was wrong with boundary files that were passed over."""
    return [
        Problem(**{name: value for name, value in found.items() if name != "severity"})
        for found in current()["problems"]
    ]


def write_json(path: Path, content: object) -> None:
    """Write a file in one step: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(path)
