"""Small multiples: small static maps as SVG text, from features of the prepared GeoJSON. They contain no text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from geo.maps.board import ClassStyle
from geo.maps.classes import check_styles
from geo.maps.palette import CHOSEN, DIMMED, EDGE, OUTLINE, STRIPE


@dataclass(frozen=True)
class SmallShapes:
    """SVG path data by subdistrict code and of the district outlines, in integer units of the view box."""

    paths: Mapping[str, str]
    outlines: str
    width: int
    height: int


def _path(geometry: shapely.Geometry, west: float, north: float, scale: float, stretch: float) -> str:
    """SVG path data of a shape, without rings that collapse when rounded."""
    parts = []
    for polygon in shapely.get_parts(geometry):
        for ring in (polygon.exterior, *polygon.interiors):
            points = shapely.get_coordinates(ring)
            flat = (
                np.column_stack([(points[:, 0] - west) * stretch * scale, (north - points[:, 1]) * scale])
                .round()
                .astype(int)
            )
            moved = np.ones(len(flat), dtype=bool)
            moved[1:] = (flat[1:] != flat[:-1]).any(axis=1)
            flat = flat[moved]
            if len(flat) > 3:
                steps = np.diff(flat[:-1], axis=0)  # relative coordinates are shorter than absolute ones
                parts.append(f"M{flat[0, 0]},{flat[0, 1]}l" + " ".join(f"{x},{y}" for x, y in steps) + "Z")
    return "".join(parts)


def small_shapes(
    features: Sequence[Mapping[str, Any]], districts: Sequence[Mapping[str, Any]], height: int = 320
) -> SmallShapes:
    """Shapes for small maps from GeoJSON features (EPSG:4326) whose property ``c`` is the subdistrict code.

    Equirectangular, true to scale at the middle latitude. Simplified as one coverage to about one unit of the view, so
    that neighbours keep a common edge.
    """
    shapes = np.array([shape(feature["geometry"]) for feature in features])
    west, south, east, north = shapely.total_bounds(shapes)
    stretch, scale = float(np.cos(np.radians((north + south) / 2))), height / (north - south)
    tolerance = 1 / scale
    simple = (
        shapely.coverage_simplify(shapes, tolerance)
        if shapely.coverage_is_valid(shapes)
        else shapely.simplify(shapes, tolerance)
    )
    simple = np.where(shapely.is_empty(simple), shapes, simple)
    paths = {
        feature["properties"]["c"]: _path(outline, west, north, scale, stretch)
        for feature, outline in zip(features, simple, strict=True)
    }
    borders = [shapely.simplify(shape(district["geometry"]), tolerance) for district in districts]
    outlines = "".join(_path(outline, west, north, scale, stretch) for outline in borders)
    return SmallShapes(paths, outlines, round((east - west) * stretch * scale), height)


def _pattern(key: str, ground: str, line: str, angle: int, wide: float) -> str:
    return (
        f'<pattern id="{key}" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate({angle})">'
        f'<rect width="9" height="9" fill="{ground}"/><rect width="{wide}" height="9" fill="{line}"/></pattern>'
    )


def small_map(
    shapes: SmallShapes,
    classes: Mapping[str, str],
    styles: Mapping[str, ClassStyle],
    *,
    marks: frozenset[str] = frozenset(),
    district: str | None = None,
    chosen: str | None = None,
) -> str:
    """SVG text of one map, in the style of the large one; ``classes`` maps a subdistrict code to its class.

    Codes in ``marks`` get a stripe unless their class is hatched. ``district`` dims all others; ``chosen`` is outlined.
    Raises ``ValueError`` for a class without a style.
    """
    check_styles("small_map", classes.values(), styles)
    patterns: dict[str, str] = {}
    groups: dict[tuple[str, bool], list[str]] = {}
    for code, key in classes.items():
        style, fill = styles[key], styles[key].color
        if style.hatch:
            fill = f"h{style.color[1:]}"
            patterns[fill] = _pattern(fill, style.color, style.hatch, 45, 2)
        elif code in marks:
            fill = f"s{style.color[1:]}"
            patterns[fill] = _pattern(fill, style.color, STRIPE, -45, 3.5)
        inside = district is None or code.startswith(district)
        groups.setdefault((fill, inside), []).append(shapes.paths.get(code, ""))
    body = "".join(
        f'<path d="{"".join(paths)}" fill="{fill if fill.startswith("#") else f"url(#{fill})"}" opacity="{1 if inside else DIMMED}"/>'
        for (fill, inside), paths in groups.items()
    )
    outline = shapes.paths.get(chosen or "", "")
    ring = f'<path d="{outline}" fill="none" stroke="{CHOSEN}" stroke-width="3"/>' if outline else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 {shapes.width + 8} {shapes.height + 8}"><defs>{"".join(patterns.values())}</defs>'
        f'<g stroke="{EDGE}" stroke-width=".6" stroke-linejoin="round">{body}</g>'
        f'<path d="{shapes.outlines}" fill="none" stroke="{OUTLINE}" stroke-width="1.6"/>{ring}</svg>'
    )
