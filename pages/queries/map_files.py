"""Map geometry, written once per boundary file into Streamlit's static folder."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.maps.board import STATIC
from geo.maps.simplify import Prepared, prepare, write_geojson
from geo.schematic.schematic import rows_for, schematic
from geo.schematic.tile_grid import assign, tile_grid
from geo.schematic.tile_process import assign_apart
from loaders import reference, settings
from loaders.areas import facts as province_facts
from loaders.boundaries import candidates
from loaders.boundaries import find as boundaries
from loaders.problems import Problem, Refused
from pages.session.cache import cached

FOLDER = settings.ROOT / "static" / "geo"
log = logging.getLogger("kradan")
PREPARED_VERSION = 4
_one_grid = threading.Lock()  # ten provinces opened at once must not start ten solver processes
CREDITS = {"schematic": "DOPA", "true": "OCHA COD-AB · RTSD · CC BY-IGO", "ordered": "geothai"}
# Kind of the main map -> text key of its name in the switch, and of the note drawn on the map.
NAMES = {"schematic": "map_schematic", "true": "map_true", "ordered": "map_ordered"}
NOTES = {"schematic": "note_schematic", "ordered": "note_ordered"}


def _precomputed(name: str, facts: pd.DataFrame) -> pd.DataFrame | None:
    """Rows of a table that is shipped with the facts, one per subdistrict; ``None`` where it does not have all of them."""
    path = reference.DIRECTORY / name
    table = pd.read_csv(path, dtype={"subdistrict_code": str}) if path.exists() else None
    rows = rows_for(table, facts["subdistrict_code"])
    return None if rows is None else rows.reset_index()


def _named(cells: gpd.GeoDataFrame, facts: pd.DataFrame) -> gpd.GeoDataFrame:
    """Cells with our names, in the columns of the boundary reader."""
    columns = ["subdistrict_code", "name_th", "name_en", "district_code", "district_name_th", "district_name_en"]
    return cells[["subdistrict_code", "geometry"]].merge(facts[columns], on="subdistrict_code")


def _signature(province: str, stamp: tuple) -> str:
    """Fingerprint of a province's maps: its boundary files, their declared CRS and the format version."""
    systems = [candidates.read_card(Path(path)).get("crs") for path, *_ in stamp]
    asked_system = os.environ.get("KRADAN_BOUNDARIES_CRS")
    return hashlib.sha256(repr((PREPARED_VERSION, province, stamp, systems, asked_system)).encode()).hexdigest()[:12]


def current(province: str) -> dict:
    """Addresses, kind, credit, bounds and problems of the geometry in use for a province.

    A bad boundary file never breaks the page; a new or changed file is used from the next run on.
    """
    return _current(province, candidates.stamp(province))


@cached(128)
def _current(province: str, stamp: tuple) -> dict:
    kept, last = FOLDER / f"{_signature(province, stamp)}.json", FOLDER / f"last-{province}.json"
    if (prepared := _prepared(kept)) is not None:
        return prepared
    source = province_facts.boundaries_of(province, stamp)
    problems = [problem.as_dict() for problem in source.problems]
    try:
        prepared = _prepare(source, province, kept.stem) | {"problems": problems}
        # A file that cannot be read today may be readable at the next start: such a result is not kept.
        if not any(problem.severity == "refused" for problem in source.problems):
            write_json(kept, prepared)
        write_json(last, prepared)
    except OSError:  # full disk, perhaps before the boundaries were read: fall back to the last map
        prepared = prepared or _prepared(last)
        if prepared is None:
            raise
    return prepared | {"problems": problems}


def _prepared(card: Path) -> dict | None:
    """The card of maps prepared earlier, if their files still exist."""
    try:
        prepared = json.loads(card.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return prepared if all((FOLDER.parent / prepared[name]).exists() for name in ("main", "grid")) else None


def _prepare(source: boundaries.BoundarySource, province: str, signature: str) -> dict:
    facts = province_facts.subdistricts(province)
    kind = main_stem(source, facts)
    main = _main_map(source, facts)
    west, south, east, north = (float(edge) for edge in main.subdistricts.total_bounds)
    return {
        "main": f"geo/{write_geojson(main, FOLDER, kind).name}",
        "grid": f"geo/{_grid_name(facts, signature)}",
        "kind": kind,
        "credit": CREDITS[kind],
        "bounds": [[south, west], [north, east]],
        "missing": sorted(set(facts["subdistrict_code"]) - set(main.subdistricts["subdistrict_code"])),
        "file": source.path.name if source.path else None,
    }


def _main_map(source: boundaries.BoundarySource, facts: pd.DataFrame) -> Prepared:
    """The boundaries, or the schematic map when there are none."""
    if source.frame is None:
        return prepare(_named(schematic(facts, _precomputed("schematic_seeds.csv", facts)), facts), tolerance_m=0)
    return prepare(source.frame)


def _grid_name(facts: pd.DataFrame, signature: str) -> str:
    """File name of the tile grid. Without a precomputed grid the file appears seconds later; the browser asks again."""
    solved = _precomputed("tile_grid.csv", facts)
    if solved is not None:
        return _write_grid(facts, solved, None).name
    target = FOLDER / f"grid-{signature}.json"
    threading.Thread(target=_solve_grid, args=(facts, target), daemon=True, name="kradan-tiles").start()
    return target.name


def _solve_grid(facts: pd.DataFrame, target: Path) -> None:
    try:
        try:
            with _one_grid:
                placed = assign_apart(facts)
        except (Refused, OSError):  # no memory for a second process: solve it in this one
            log.exception("tile grid: not in a process of its own")
            placed = assign(facts)
        _write_grid(facts, placed, target)
    except Exception:  # the open map stays; the next start tries again
        log.exception("tile grid %s", target.name)


def _write_grid(facts: pd.DataFrame, placed: pd.DataFrame, target: Path | None) -> Path:
    """Write the grid under a name made of its content, or as ``target``."""
    grid = prepare(_named(tile_grid(facts, placed), facts), tolerance_m=0)
    written = write_geojson(grid, FOLDER, "grid")
    return written if target is None else written.replace(target)


def shared_options(options: dict) -> dict | str:
    """Address of the options as a static file, fetched once instead of sent with every change.

    Returns the options themselves when the file cannot be written.
    """
    return _shared_options(json.dumps(options, ensure_ascii=False, sort_keys=True)) or options


@cached(64)
def _shared_options(content: str) -> str | None:
    path = FOLDER / f"board-{hashlib.sha256(content.encode()).hexdigest()[:10]}.json"
    try:
        if not path.exists():
            write_json(path, json.loads(content))
    except OSError:
        return None
    return f"{STATIC}/geo/{path.name}"


def main_stem(source: boundaries.BoundarySource, facts: pd.DataFrame) -> str:
    """The kind of the main map: ``true`` (boundaries) or ``schematic`` (places known, shapes not)."""
    return "true" if source.frame is not None else "schematic"


def problems(province: str) -> list[Problem]:
    """Problems of boundary files that were skipped."""
    return [
        Problem(**{name: value for name, value in problem.items() if name != "severity"})
        for problem in current(province)["problems"]
    ]


def write_json(path: Path, content: object) -> None:
    """Write a file atomically: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(path)
