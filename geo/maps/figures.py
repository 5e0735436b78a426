"""Static maps with matplotlib: shapes and a class per subdistrict, drawn on given axes.

Drawn in Web Mercator, as in the browser. Texts and fonts come from the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle
from matplotlib.path import Path as DrawnPath
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from geo.maps.classes import check_styles
from geo.maps.palette import BADGE, BADGE_TEXT, EDGE, HALO, LABEL, OUTLINE, SEA, STRIPE

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shapes:
    """Drawable shapes in EPSG:3857: path, label point and outer rings by subdistrict code, and district outlines."""

    paths: Mapping[str, DrawnPath]
    outlines: Sequence[DrawnPath]
    points: Mapping[str, tuple[float, float]]
    rings: Mapping[str, Sequence[np.ndarray]] = field(default_factory=dict)

    def bounds(self, prefix: str = "") -> Bounds:
        """West, south, east, north of the subdistricts whose code starts with ``prefix``."""
        boxes = np.array([path.get_extents().extents for code, path in self.paths.items() if code.startswith(prefix)])
        return (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))  # type: ignore[return-value]


def _path(shape: shapely.Geometry) -> DrawnPath:
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return DrawnPath.make_compound_path(*(DrawnPath(shapely.get_coordinates(ring), closed=True) for ring in rings))


def shapes(subdistricts: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> Shapes:
    """Drawable shapes of frames with any CRS; ``subdistricts`` needs ``subdistrict_code``."""
    near, far = subdistricts.to_crs(3857), districts.to_crs(3857)
    codes = near["subdistrict_code"].to_list()
    points = near.geometry.representative_point()
    return Shapes(
        paths={code: _path(shape) for code, shape in zip(codes, near.geometry, strict=True)},
        outlines=[_path(shape) for shape in far.geometry],
        points={code: (point.x, point.y) for code, point in zip(codes, points, strict=True)},
        rings={
            code: [shapely.get_coordinates(part.exterior) for part in shapely.get_parts(shape)]
            for code, shape in zip(codes, near.geometry, strict=True)
        },
    )


def draw_map(
    axes: Axes,
    drawn: Shapes,
    classes: Mapping[str, str],
    styles: Mapping[str, tuple[str, str | None]],
    *,
    stripes: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    badges: Mapping[str, int] | None = None,
    font: FontProperties | None = None,
    size: float = 11.0,
) -> None:
    """Draw one map.

    Parameters
    ----------
    classes
        Class character per subdistrict code; ``styles`` maps it to (fill colour, hatch colour or ``None``).
    stripes
        Codes to mark with a stripe (border class, estimated); ignored for a hatched class.
    labels
        Name per code, placed without overlap; a displaced label is joined to its place by a line.
    badges
        Count per code, drawn in a disc if above one.

    Raises
    ------
    ValueError
        For a class without a style.
    """
    check_styles("draw_map", classes.values(), styles)
    axes.set_facecolor(SEA)
    axes.set_xticks([])
    axes.set_yticks([])
    for letter, (color, hatch) in styles.items():
        members = [code for code, own in classes.items() if own == letter and code in drawn.paths]
        _fill(axes, drawn, [code for code in members if hatch or code not in stripes], color, hatch, "////")
        if not hatch:
            _fill(axes, drawn, [code for code in members if code in stripes], color, STRIPE, "\\\\")
    axes.add_collection(PathCollection(drawn.outlines, facecolors="none", edgecolors=OUTLINE, linewidths=1.1))
    west, south, east, north = drawn.bounds()
    _frame(axes, (west, south, east, north))
    radius = (north - south) * 0.013
    for code, number in (badges or {}).items():
        if code in drawn.points and number > 1:
            axes.add_patch(
                Circle(drawn.points[code], radius, facecolor=BADGE, edgecolor=BADGE_TEXT, linewidth=0.8, zorder=4)
            )
            axes.text(
                *drawn.points[code],
                str(number),
                color=BADGE_TEXT,
                ha="center",
                va="center_baseline",
                fontproperties=font,
                fontsize=size * 0.72,
                zorder=5,
            )
    _label(axes, drawn, labels or {}, font, size)


def _fill(axes: Axes, drawn: Shapes, codes: list[str], color: str, line: str | None, hatch: str) -> None:
    if not codes:
        return
    paths = [drawn.paths[code] for code in codes]
    axes.add_collection(
        PathCollection(
            paths,
            facecolors=color,
            edgecolors=line or EDGE,
            linewidths=0 if line else 0.45,
            hatch=hatch if line else None,
        )
    )
    if line:
        axes.add_collection(PathCollection(paths, facecolors="none", edgecolors=EDGE, linewidths=0.45))


def _frame(axes: Axes, bounds: Bounds) -> None:
    """Set axis limits that show the bounds with a margin, equal scale on both axes, filling the axes."""
    west, south, east, north = bounds
    box = axes.get_window_extent()
    wide, high = (east - west) * 1.05, (north - south) * 1.05
    ratio = box.width / box.height
    wide, high = max(wide, high * ratio), max(high, wide / ratio)
    middle = (west + east) / 2, (south + north) / 2
    axes.set_xlim(middle[0] - wide / 2, middle[0] + wide / 2)
    axes.set_ylim(middle[1] - high / 2, middle[1] + high / 2)


def _label(axes: Axes, drawn: Shapes, labels: Mapping[str, str], font: FontProperties | None, size: float) -> None:
    window, taken = axes.get_window_extent(), []
    borders = {code: _border(axes, drawn.paths[code]) for code in labels if code in drawn.points}
    for code, name in labels.items():
        if code not in drawn.points:
            continue
        words = axes.text(
            0, 0, name, ha="center", va="center", fontproperties=font, fontsize=size, color=LABEL, zorder=7
        )
        words.set_path_effects([withStroke(linewidth=size * 0.28, foreground=HALO)])
        box = words.get_window_extent()
        at = axes.transData.transform(drawn.points[code])
        wide, high = box.width * 1.06, box.height * 1.12
        own = np.ptp(borders[code], axis=0)
        roomy = own[0] > wide and own[1] > high * 1.5
        near = [points for other, points in borders.items() if other != code or not roomy]
        x, y, away = _free(at, wide, high, window, taken, near)
        place = axes.transData.inverted().transform((x, y))
        words.set_position(tuple(place))
        if away:
            axes.plot(
                [drawn.points[code][0], place[0]], [drawn.points[code][1], place[1]], color=LABEL, linewidth=1, zorder=6
            )


def _border(axes: Axes, path: DrawnPath) -> np.ndarray:
    """At most about 40 points of a border, in pixels."""
    points = np.asarray(path.vertices)
    points = points[:: -(-len(points) // 40)]
    return axes.transData.transform(points)


def _hidden(box: tuple[float, float, float, float], borders: Sequence[np.ndarray]) -> float:
    """Sum over the labelled places of the share of their border points inside ``box``."""
    low, high = np.array(box[:2]), np.array(box[2:])
    return sum(float(((points > low) & (points < high)).all(axis=1).mean()) for points in borders)


def _lap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """Area that two boxes have in common."""
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _free(
    at: np.ndarray, width: float, height: float, window: Bbox, taken: list[tuple[float, float, float, float]],
    borders: Sequence[np.ndarray],
) -> tuple[float, float, bool]:  # fmt: skip
    """Best label position (x, y, is displaced) in the window: near, free of other labels, hiding few borders.

    Where no place is free, the one that hides least of the other labels. The box is added to ``taken``.
    """
    best = float("inf"), 0.0, float(at[0]), float(at[1]), 0  # of a label larger than the window: its point
    for ring in range(12):
        for turn in range(16 if ring else 1):
            angle = turn * np.pi / 8
            x = at[0] + np.cos(angle) * (width / 2 + ring * height * 0.5 if ring else 0)
            y = at[1] + np.sin(angle) * ring * height * 0.8
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            inside = box[0] > window.x0 and box[1] > window.y0 and box[2] < window.x1 and box[3] < window.y1
            if not inside or (lap := sum(_lap(box, other) for other in taken)) > best[0]:
                continue
            price = ring + (0.0 if lap else 9 * _hidden(box, borders))
            best = min(best, (lap, price, float(x), float(y), ring), key=lambda place: place[:2])
        if best[:2] <= (0, ring):
            break
    _lapped, _price, x, y, ring = best
    taken.append((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
    return x, y, ring > 0
