"""The nation by province: simplified province shapes, and the status and sums of each province.

A province without a record is *none* only where every base that owes a report about it has reported on all of it.
"""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.coverage import heard as geo_heard
from geo.frames import require_columns
from geo.maps.simplify import DECIMALS, feature, label_points, union
from geo.measure import WGS84, metric_crs
from geo.statuses import NOT_REPORTED, decide

TOLERANCE_M = 1500  # a province is only about a hundred pixels wide on the national map
SPECK_KM2 = 5.0
CHOICES = ("fiscal_year", "agency", "stream", "theme")


def province_shapes(subdistricts: gpd.GeoDataFrame, tolerance_m: float = TOLERANCE_M) -> gpd.GeoDataFrame:
    """Dissolve subdistricts into provinces and simplify these together, so that neighbours keep a common border.

    Columns in: ``province_code``, ``geometry``, any CRS. Columns out, one row per province by code: ``province_code``,
    ``lon``, ``lat`` (label point), ``area_km2`` (before simplification), ``geometry``; EPSG:4326. Parts under 5 km2 are
    dropped, except the largest part of a province.
    """
    metric = subdistricts.to_crs(metric_crs(subdistricts))
    groups = {str(code): rows.geometry.to_numpy() for code, rows in metric.groupby("province_code")}
    codes = sorted(groups)
    whole = [union(groups[code]) for code in codes]
    shapes = np.array([_without_specks(shape) for shape in whole])
    simple = shapely.coverage_simplify(shapes, tolerance_m)
    usable = ~shapely.is_empty(simple) & shapely.is_valid(simple)
    frame = gpd.GeoDataFrame(
        {"province_code": codes, "area_km2": shapely.area(whole) / 1e6},
        geometry=np.where(usable, simple, shapes),
        crs=metric.crs,
    )
    points = label_points(frame).to_crs(WGS84)
    return frame.assign(lon=points.x, lat=points.y).to_crs(WGS84)


def _without_specks(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    size = shapely.area(parts)
    return shapely.multipolygons(parts[(size >= SPECK_KM2 * 1e6) | (size == size.max())])


def to_geojson(shapes: gpd.GeoDataFrame, names: dict[str, tuple[str, str]]) -> bytes:
    """GeoJSON that the map fetches; property names are short to keep it small.

    ``c`` code, ``n`` Thai name, ``e`` English name. The member ``districts`` holds the label points (``lx``, ``ly``).
    ``names`` maps a province code to its Thai and English name.
    """
    rows = list(shapes[["province_code", "lon", "lat"]].itertuples(index=False, name=None))
    words = [{"c": code, "n": names[code][0], "e": names[code][1]} for code, _lon, _lat in rows]
    features = [feature(shape, **properties) for shape, properties in zip(shapes.geometry, words, strict=True)]
    labels = [
        {
            "type": "Feature",
            "properties": properties | {"lx": round(lon, DECIMALS), "ly": round(lat, DECIMALS)},
            "geometry": None,
        }
        for properties, (_code, lon, lat) in zip(words, rows, strict=True)
    ]
    document = {"type": "FeatureCollection", "features": features}
    document["districts"] = {"type": "FeatureCollection", "features": labels}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def chosen_sums(sums: pd.DataFrame, **choices: object) -> pd.DataFrame:
    """Rows of ``sums`` that meet the choices (names in :data:`CHOICES`); ``None`` = no restriction."""
    for name, value in choices.items():
        if value is not None:
            column = name if name == "fiscal_year" else f"{name}_code"
            sums = sums[sums[column].eq(value).fillna(False).astype(bool)]
    return sums


def by_province(
    sums: pd.DataFrame,
    dues: pd.DataFrame,
    reports: pd.DataFrame,
    provinces: list[str],
    *,
    fiscal_year: int | None = None,
    waiting: pd.DataFrame | None = None,
    **choices: object,
) -> pd.DataFrame:
    """Status and sums of every province under the choices.

    Parameters
    ----------
    sums
        ``province_code``, ``fiscal_year``, ``agency_code``, ``stream_code``, ``theme_code``, ``base``, ``records``,
        ``amount_satang`` (NA = no record stated money).
    dues, reports
        As in :func:`geo.coverage.heard.bearing_on` and ``heard``; a report on part of a province fulfils no due.
    waiting
        Quarantined rows that may belong to the choices (``row_id``, ``area_code``).
    choices
        ``agency``, ``stream``, ``theme``: a code each, ``None`` = no restriction.

    Returns
    -------
    DataFrame
        One row per province: ``province_code``, ``status`` (covered, none, not_reported), ``agencies``, ``records``
        (both NA where not reported), ``bases`` (that reported on any part), ``amount_satang`` (NA = none stated).
    """
    require_columns(sums, ["province_code", "agency_code", "base", "records", "amount_satang"], "sums")
    chosen = chosen_sums(sums, fiscal_year=fiscal_year, **choices)
    groups = chosen.groupby("province_code")
    table = pd.DataFrame(
        {
            "agencies": groups["agency_code"].nunique(),
            "records": groups["records"].sum(),
            "amount_satang": groups["amount_satang"].sum(min_count=1),
        }
    ).reindex(provinces)
    owed = _owed(sums, dues, **choices)
    areas = pd.DataFrame({"subdistrict_code": provinces, "district_code": provinces})
    years = set(sums["fiscal_year"].dropna())
    if waiting is not None:
        waiting = waiting.assign(area_code=waiting["area_code"].str[:2])
    heard = geo_heard.heard(areas, owed, reports, fiscal_year, years, waiting)
    status = decide(table["records"].fillna(0).gt(0), geo_heard.told(heard))
    spoke = _spoken(reports[reports["base"].isin(owed["base"])], fiscal_year).reindex(provinces, fill_value=0)
    silent = status.eq(NOT_REPORTED)
    table = table.assign(bases=spoke, status=status).astype(dict.fromkeys(("agencies", "records"), "Int64"))
    for name in ("agencies", "records"):
        table[name] = table[name].fillna(0).mask(silent)
    return table.rename_axis("province_code").reset_index()


def _owed(sums: pd.DataFrame, dues: pd.DataFrame, **choices: object) -> pd.DataFrame:
    """Dues relevant to the choices; a due for a district or subdistrict becomes one for its province."""
    theme = choices.get("theme")
    bases = () if theme is None else set(chosen_sums(sums, theme=theme)["base"].dropna())
    agency, stream = choices.get("agency"), choices.get("stream")
    owed = geo_heard.bearing_on(
        dues,
        agencies=None if agency is None else [str(agency)],
        stream=None if stream is None else str(stream),
        theme=None if theme is None else str(theme),
        theme_bases=bases,
    )
    return owed.assign(area_code=owed["area_code"].str[:2])


def _spoken(reports: pd.DataFrame, fiscal_year: int | None) -> pd.Series:
    """Number of bases that reported on any part of each province."""
    if fiscal_year is not None:
        year = reports["fiscal_year"]
        reports = reports[(year.isna() | year.eq(fiscal_year)).fillna(True).astype(bool)]
    provinces = reports.assign(province_code=reports["area_code"].str[:2])
    return provinces.drop_duplicates(["province_code", "base"])["province_code"].value_counts()
