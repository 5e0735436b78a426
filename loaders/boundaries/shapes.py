"""Checks and repairs of the shapes of a boundary file, down to one valid shape per subdistrict."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from loaders.problems import Problem, Refused

POLYGONS = ("Polygon", "MultiPolygon")


def polygons_only(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Rows with a polygon, and a problem for every other row; raises ``Refused`` if no row has a polygon."""
    empty = frame.geometry.isna() | frame.geometry.is_empty
    kinds = frame.geometry.geom_type
    polygons = kinds.isin([*POLYGONS, "GeometryCollection"]) & ~empty
    if not polygons.any():
        others = sorted(set(kinds[~empty].dropna()))
        raise Refused("boundary_not_polygons" if others else "boundary_no_shapes", value=", ".join(others) or None)
    problems = [
        Problem(
            "boundary_row_no_shape" if empty[at] else "boundary_row_not_polygon", "excluded", row=int(row), value=code
        )
        for at, row, code in zip(frame.index, frame["row"], frame["subdistrict_code"], strict=True)
        if not polygons[at]
    ]
    return frame[polygons].reset_index(drop=True), problems


def check_coordinates(frame: gpd.GeoDataFrame) -> None:
    """Refuse NaN and infinite coordinates, which no later check would notice."""
    points, owner = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    broken = owner[~np.isfinite(points).all(axis=1)]
    if len(broken):
        raise Refused("boundary_bad_coordinates", row=int(frame["row"].iloc[broken[0]]))


def repair(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Make invalid shapes valid and keep their polygon parts; a problem for every repaired or then empty row."""
    shapes = frame.geometry.to_numpy()
    bent = ~shapely.is_valid(shapes)
    collections = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    problems = [
        Problem("boundary_repaired", row=int(row), value=code)
        for row, code in frame.loc[bent, ["row", "subdistrict_code"]].itertuples(index=False)
    ]
    fixed = shapes.copy()
    todo = bent | collections
    fixed[todo] = [_polygon_parts(shape) for shape in shapely.make_valid(shapes[todo])]
    flat = shapely.is_empty(fixed)
    problems += [
        Problem("boundary_row_no_shape", "excluded", row=int(row), value=code)
        for row, code in frame.loc[flat, ["row", "subdistrict_code"]].itertuples(index=False)
    ]
    kept = frame[~flat].reset_index(drop=True)
    return gpd.GeoDataFrame(kept, geometry=fixed[~flat], crs=frame.crs), problems


def _polygon_parts(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def one_per_code(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Union the rows of each code (islands are often separate rows); overlapping rows are noted as duplicates."""
    many = frame[frame["subdistrict_code"].duplicated(keep=False)]
    if many.empty:
        return frame, []
    joined, problems = {}, []
    for code, group in many.groupby("subdistrict_code"):
        shapes = group.geometry.to_numpy()
        joined[code] = shapely.union_all(shapes)
        doubled = shapely.area(shapes).sum() - joined[code].area > 0.01 * joined[code].area
        kind = "boundary_duplicate" if doubled else "boundary_parts_joined"
        problems.append(Problem(kind, row=int(group["row"].iloc[-1]), value=str(code)))
    single = frame.drop_duplicates("subdistrict_code").reset_index(drop=True)
    shapes = [joined.get(code, shape) for code, shape in zip(single["subdistrict_code"], single.geometry, strict=True)]
    return single.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs)), problems


def against_register(frame: gpd.GeoDataFrame, areas: pd.DataFrame) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Join register names by code, sorted by code; a problem for each code missing in the file or the register."""
    problems = [
        Problem("boundary_code_unknown", "excluded", row=int(row), value=code)
        for code, row in frame[["subdistrict_code", "row"]].itertuples(index=False)
        if code not in set(areas["subdistrict_code"])
    ]
    missing = areas[~areas["subdistrict_code"].isin(frame["subdistrict_code"])]
    problems += [
        Problem("boundary_missing", value=code, suggestion=name)
        for code, name in missing[["subdistrict_code", "name_th"]].itertuples(index=False)
    ]
    joined = areas.merge(frame[["subdistrict_code", "geometry"]], on="subdistrict_code")
    joined = joined.sort_values("subdistrict_code", ignore_index=True)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=frame.crs), problems
