"""Points to areas: find the subdistrict of a province that contains a pair of coordinates in degrees."""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

from loaders import reference

PLAIN = re.compile(r"-?\d{1,3}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?|-?\d{4,8}(?:\.\d{1,20})?")
THAILAND = (97.0, 5.0, 106.0, 21.0)  # west, south, east, north
AROUND = 0.5  # degrees around the reference points; farther points are outside without reading the boundary file
NEAR = 0.02  # degrees, about 2 km: a point outside but this close to the border is left to a person
LEVEL_DIGITS = {"subdistrict": 6, "district": 4, "province": 2}
OUTSIDE_COUNTRY = "outside_country"


class Located(NamedTuple):
    """Result of a point: ``code`` of the area, or a ``problem`` code with ``candidates`` (codes joined by ``|``)."""

    code: str | None = None
    problem: str | None = None
    candidates: str = ""


def locate(place: pd.DataFrame, precision: dict[str, str] | None, province: str) -> pd.Series:
    """A :class:`Located` for every row of ``place`` (text columns ``latitude``, ``longitude``, optional ``precision``).

    Points are looked up in the boundaries of ``province``. ``precision`` maps a written precision to the level of the
    point (key of :data:`LEVEL_DIGITS`, or ``none`` = no area), at which it is placed; ``None`` = all ``subdistrict``.
    """
    shapes = _Shapes(province)
    levels = place["precision"] if "precision" in place else pd.Series("", index=place.index)
    by_cells: dict[tuple[str, str, str], Located] = {}
    located = []
    for cells in zip(place["latitude"], place["longitude"], levels, strict=True):
        if cells not in by_cells:
            level = (precision or {}).get(cells[2].strip(), "subdistrict" if not precision else "none")
            by_cells[cells] = _locate_point(cells[0], cells[1], level, shapes)
        located.append(by_cells[cells])
    return pd.Series(located, index=place.index, dtype=object)


def _locate_point(latitude: str, longitude: str, level: str, shapes: _Shapes) -> Located:
    if not latitude.strip() and not longitude.strip():
        return Located(problem="place_empty")
    if not PLAIN.fullmatch(latitude.strip()) or not PLAIN.fullmatch(longitude.strip()):
        return Located(problem="point_unreadable")
    lat, lon = float(latitude), float(longitude)
    if abs(lat) > 360 or abs(lon) > 360:
        return Located(problem="point_not_degrees")
    if not _inside(lon, lat, THAILAND):
        swapped = _inside(lat, lon, THAILAND)
        return Located(
            problem="point_swapped" if swapped else "point_unreadable" if lat == lon == 0 else OUTSIDE_COUNTRY
        )
    if level == "none":
        return Located(problem="no_place_named")
    return shapes.find(lon, lat, LEVEL_DIGITS[level])


def _inside(x: float, y: float, box: tuple[float, float, float, float]) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


class _Shapes:
    """Boundaries of a province, read only when a point is near it."""

    def __init__(self, home: str) -> None:
        own = reference.subdistricts(home)
        own = own[own["lat"].notna()]
        self.home = home
        self.box = None
        if len(own):
            west, east = own["lon"].min() - AROUND, own["lon"].max() + AROUND
            self.box = (west, own["lat"].min() - AROUND, east, own["lat"].max() + AROUND)
        self._frame = None
        self._is_read = False

    def find(self, lon: float, lat: float, digits: int) -> Located:
        if self.box is not None and not _inside(lon, lat, self.box):
            return Located(problem="outside_province")
        frame = self._shapes()
        if frame is None:
            return Located(problem="point_without_boundaries")
        from shapely import Point

        point = Point(lon, lat)
        hits = frame.iloc[frame.sindex.query(point, predicate="intersects")]["subdistrict_code"].tolist()
        areas = sorted({code[:digits] for code in hits})
        if len(areas) == 1:
            return Located(areas[0])
        if areas:
            return Located(problem="point_on_border", candidates="|".join(areas))
        near = frame.iloc[frame.sindex.query(point.buffer(NEAR), predicate="intersects")]["subdistrict_code"]
        codes = sorted({code[:digits] for code in near})
        return (
            Located(problem="point_near_border", candidates="|".join(codes))
            if codes
            else Located(problem="outside_province")
        )

    def _shapes(self):  # noqa: ANN202 - a GeoDataFrame; geopandas is imported only when a point needs it
        if not self._is_read:
            from loaders.areas.facts import boundaries_of
            from loaders.boundaries.candidates import stamp

            self._frame, self._is_read = boundaries_of(self.home, stamp(self.home)).frame, True
        return self._frame
