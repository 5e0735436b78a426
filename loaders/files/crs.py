"""Coordinate system of a boundary file: what the file states or a person says, never a guess.

Indian 1975 uses the three shift parameters to WGS84 of the Royal Thai Survey Department; PROJ's default for EPSG:24047
is about 185 m off.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from loaders.problems import Refused

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

WGS84 = "EPSG:4326"
SURVEY = {"a": 6377276.345, "rf": 300.8017, "towgs84": "206,837,295,0,0,0,0"}
CANDIDATES = ("EPSG:32647", "EPSG:24047", "EPSG:4326", "EPSG:32648", "EPSG:24048")
THAILAND = (97.0, 5.0, 106.0, 21.0)
SHARE_INSIDE = 0.9
UNDEFINED = re.compile(r"undefined|unknown engineering|^\s*$", re.IGNORECASE)


def parse_crs(text: str) -> CRS:
    """A CRS as pyproj object, with the survey's shift; raises ``Refused`` (``boundary_crs_unknown``).

    A person writes ``EPSG:32647`` or ``32647``; a file states WKT. PROJ strings are not accepted: they can name files.
    """
    text = text.strip()
    text = f"EPSG:{text}" if text.isdecimal() else text
    try:
        crs = CRS.from_user_input(text.upper()) if re.fullmatch(r"(?i)epsg:\d{4,6}", text) else CRS.from_wkt(text)
    except (CRSError, ValueError) as error:
        raise Refused("boundary_crs_unknown", value=text[:80]) from error
    return with_survey_shift(crs)


def stated_crs(text: str | None) -> CRS | None:
    """The CRS that a file states; ``None`` when it states nothing usable (no .prj, undefined GeoPackage system)."""
    if text is None or UNDEFINED.search(text[:60]):
        return None
    return parse_crs(text)


def with_survey_shift(crs: CRS) -> CRS:
    """Indian 1975 with the survey's three parameters; a shift stated by the file itself is kept."""
    datum = crs.datum.name if crs.datum else ""
    if crs.is_bound or "indian" not in datum.casefold() or "1975" not in datum:
        return crs
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it warns of lost names; the numbers suffice
        terms = crs.to_dict()
    kept = {name: value for name, value in terms.items() if name not in {"ellps", "datum", "type", "towgs84"}}
    return CRS.from_dict({**kept, **SURVEY})


def describe(crs: CRS) -> str:
    """A CRS as a text that a person can repeat: its authority code, and the shift when one was applied."""
    if crs.is_bound and crs.source_crs is not None:
        zone = (crs.source_crs.utm_zone or "")[:-1]
        return f"EPSG:240{zone} towgs84={SURVEY['towgs84']}" if zone else f"{crs.source_crs.name} (bound)"
    authority = crs.to_authority(min_confidence=100)
    return ":".join(authority) if authority else crs.name


def to_wgs84(frame: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """The frame in EPSG:4326; coordinates that cannot be transformed become infinite, which the caller must check.

    Raises ``Refused`` (``boundary_crs_unknown``).
    """
    import geopandas as gpd

    try:
        stated = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=frame.geometry.to_numpy(), crs=crs)
        return stated.to_crs(WGS84)
    except (ProjError, ValueError) as error:
        raise Refused("boundary_crs_unknown", value=crs.name[:80]) from error


def in_place(frame: gpd.GeoDataFrame, points: pd.DataFrame | None) -> bool:
    """Whether shapes in EPSG:4326 are where the province is.

    ``points`` (``subdistrict_code``, ``lat``, ``lon``) are reference points: nine in ten must be inside the shape of
    their own code. Without points (other provinces) the shapes must be in Thailand.
    """
    import numpy as np
    import pandas as pd
    import shapely

    west, south, east, north = frame.total_bounds
    if not np.isfinite([west, south, east, north]).all():
        return False
    if west < THAILAND[0] or south < THAILAND[1] or east > THAILAND[2] or north > THAILAND[3]:
        return False
    if points is None:
        return True
    pairs = frame.merge(points, on="subdistrict_code")
    if pairs.empty:
        return False
    hits = pd.Series(shapely.contains_xy(pairs.geometry.to_numpy(), pairs["lon"], pairs["lat"]))
    return bool(hits.groupby(pairs["subdistrict_code"].to_numpy()).any().mean() >= SHARE_INSIDE)


def plausible(frame: gpd.GeoDataFrame, points: pd.DataFrame | None) -> list[str]:
    """The usual systems of Thai files that place these shapes in the province, for a person to choose from."""
    fits = []
    for name in CANDIDATES:
        try:
            if in_place(to_wgs84(frame, parse_crs(name)), points):
                fits.append(name)
        except Refused:
            continue
    return fits


def swapped(frame: gpd.GeoDataFrame) -> bool:
    """Whether degrees of Thailand are in the order latitude, longitude."""
    west, south, east, north = frame.total_bounds
    return bool(west >= THAILAND[1] and east <= THAILAND[3] and south >= THAILAND[0] and north <= THAILAND[2])
