"""Subdistrict boundaries: load, find and install boundary files. An unusable file never stops the app."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd

from loaders.boundaries import shapes as polygon_shapes
from loaders.boundaries.candidates import Kind, boundary_folder, candidates, card_path, read_card
from loaders.boundaries.files import RawLayer, file_kind, read_polygons
from loaders.boundaries.register import match_rows, reference_points, register
from loaders.files import crs as polygon_crs
from loaders.files.layers import PARTS
from loaders.problems import Problem, Refused, count_by_code
from loaders.settings import FACTS_PROVINCE

ENOUGH = 0.9


@dataclass(frozen=True)
class Boundaries:
    """A usable boundary file: ``frame`` (see :func:`read_boundaries`), problems noted, the CRS it was read in."""

    frame: gpd.GeoDataFrame
    problems: list[Problem]
    crs: str


@dataclass(frozen=True)
class BoundarySource:
    """Boundaries in use. The kind ``schematic`` has neither path nor frame.

    ``problems``: of rejected files and of the file in use, with the file name in ``sheet``.
    """

    path: Path | None
    kind: Kind
    problems: list[Problem] = field(default_factory=list)
    frame: gpd.GeoDataFrame | None = None


def load(path: Path | str, province: str = FACTS_PROVINCE, crs: str | None = None) -> Boundaries:
    """Read a polygon file of subdistricts; raises ``Refused`` when it cannot be used.

    ``crs`` ("EPSG:32647", "EPSG:24047"), given by a person, overrides the CRS of the file; the setting
    ``KRADAN_BOUNDARIES_CRS`` and the card of the file are used only when the file states none.
    """
    path = Path(path)
    areas = register(province)
    raw = read_polygons(path, province)
    rows, problems = match_rows(raw, province)
    rows, more = polygon_shapes.polygons_only(rows)
    problems += more
    polygon_shapes.check_coordinates(rows)
    used, note = choose_crs(raw, rows, province, crs, read_card(path).get("crs"))
    frame = polygon_crs.to_wgs84(rows, used)
    check_place(frame, rows, province, used)
    for step in (polygon_shapes.repair, polygon_shapes.one_per_code):
        frame, more = step(frame)
        problems += more
    frame, more = polygon_shapes.against_register(frame, areas)
    if len(frame) < ENOUGH * len(areas):
        raise Refused("boundary_incomplete", value=f"{len(frame)}/{len(areas)}")
    return Boundaries(frame, [*problems, *more, *note], polygon_crs.describe(used))


def read_boundaries(path: Path | str, province: str = FACTS_PROVINCE, crs: str | None = None) -> gpd.GeoDataFrame:
    """Subdistricts of a province from any polygon file, EPSG:4326, one valid (multi)polygon per code, sorted by code.

    Columns: subdistrict_code, name_th, name_en, district_code, district_name_th, district_name_en, geometry; names
    come from the register, never from the file. Raises ``Refused``; :func:`load` also returns the problems noted.
    """
    return load(path, province, crs).frame


def choose_crs(
    raw: RawLayer, rows: gpd.GeoDataFrame, province: str, override: str | None, card: str | None
) -> tuple[Any, list[Problem]]:
    """The CRS of ``rows``, with a problem if a person overrode the file; ``Refused`` with suggestions if there is none.

    In this order: ``override``, the file's own, WGS84 for a GeoJSON in degrees, ``KRADAN_BOUNDARIES_CRS``, ``card``.
    """
    stated = polygon_crs.stated_crs(raw.crs) if not override else None
    if stated is not None:
        return stated, []
    if (
        raw.kind == "geojson" and not override and _in_degrees(rows)
    ):  # RFC 7946: WGS84 by default; check_place() finds swapped coordinates
        return polygon_crs.parse_crs(polygon_crs.WGS84), []
    spoken = override or os.environ.get("KRADAN_BOUNDARIES_CRS") or card
    if spoken:
        over = [Problem("boundary_crs_overridden", value=spoken)] if override and raw.crs else []
        return polygon_crs.parse_crs(spoken), over
    fits = polygon_crs.plausible(rows, reference_points(province))
    raise Refused("boundary_no_crs", suggestion=", ".join(fits) or None)


def _in_degrees(rows: gpd.GeoDataFrame) -> bool:
    west, south, east, north = rows.total_bounds
    return min(west, south) >= -180 and max(east, north) <= 180


def check_place(frame: gpd.GeoDataFrame, rows: gpd.GeoDataFrame, province: str, used: Any) -> None:
    """Refuse shapes that are not at the place of the province: swapped coordinates or a wrong CRS."""
    if used.is_geographic and polygon_crs.swapped(frame):
        raise Refused("boundary_swapped")
    points = reference_points(province)
    if not polygon_crs.in_place(frame, points):
        fits = ", ".join(polygon_crs.plausible(rows, points))
        raise Refused("boundary_misplaced", value=used.name[:80], suggestion=fits or None)


def find_boundaries(province: str = FACTS_PROVINCE) -> BoundarySource:
    """The first usable file in the order setting, folder (newest first), shared, downloaded; else ``schematic``.

    An unusable file never raises; it is noted in ``problems`` and the next one is tried.
    """
    problems: list[Problem] = []
    for kind, path in candidates(province):
        try:
            loaded = load(path, province)
        except Refused as refused:
            problems.append(_named(refused.problem, path))
        except Exception as error:  # noqa: BLE001  the file on disk can never break the app
            problems.append(Problem("boundary_unreadable", "refused", sheet=path.name, value=type(error).__name__))
        else:
            return BoundarySource(
                path, kind, [*problems, *(_named(note, path) for note in loaded.problems)], loaded.frame
            )
    return BoundarySource(None, "schematic", problems)


def _named(problem: Problem, path: Path) -> Problem:
    return replace(problem, sheet=path.name)


def write_card(path: Path, **facts: object) -> dict[str, Any]:
    """Write and return the provenance card of a file: the given facts, the day, its bytes and SHA-256."""
    card = {
        **facts,
        "stored_on": datetime.now(UTC).date().isoformat(),
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    part = card_path(path).with_suffix(".part")
    part.write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(part, card_path(path))
    return card


def install(path: Path | str, crs: str | None = None, province: str = FACTS_PROVINCE) -> dict[str, Any]:
    """Check a file and copy it into the boundary folder, with a card that stores ``crs``; returns a report for JSON.

    Raises ``Refused`` and leaves the folder unchanged when the file cannot be used.
    """
    source = Path(path)
    loaded = load(source, province, crs)
    folder = boundary_folder()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.name
    if source.resolve() != target.resolve():
        for part in _parts(source):
            whole = folder / part.name
            shutil.copyfile(part, unfinished := whole.with_name(f"{whole.name}.part"))
            os.replace(unfinished, whole)
    write_card(target, source=str(source), crs=crs)
    return {"path": str(target), "subdistricts": len(loaded.frame), "crs": loaded.crs, **_report(loaded.problems)}


def _parts(source: Path) -> list[Path]:
    """The file, or all parts of a shapefile with the .shp last, so that a partial copy is never a candidate."""
    if file_kind(source) != "shapefile":
        return [source]
    same = [other for other in source.parent.iterdir() if other.stem.casefold() == source.stem.casefold()]
    return [*(other for other in same if other.suffix.casefold() in PARTS and other != source), source]


def _report(problems: list[Problem]) -> dict[str, Any]:
    return {"problems": count_by_code(problems), "details": [problem.as_dict() for problem in problems]}


def status(province: str = FACTS_PROVINCE) -> dict[str, Any]:
    """Report for JSON: the boundaries in use, their source, and the problems of files."""
    source = find_boundaries(province)
    return {
        "province": province,
        "kind": source.kind,
        "path": str(source.path) if source.path else None,
        "subdistricts": len(source.frame) if source.frame is not None else 0,
        "expected": len(register(province)),
        "card": (read_card(source.path) or None) if source.path else None,
        "folder": str(boundary_folder()),
        **_report(source.problems),
    }
