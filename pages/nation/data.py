"""The nation behind the page: which boundary file holds it, its map prepared once, its sums by data version."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo import nation as geo_nation
from geo.coverage import heard as geo_heard
from geo.maps.simplify import write_content
from geo.schematic.ordered_tiles import ordered_tiles
from geo.schematic.tile_grid import assign, tile_grid
from loaders import settings, store
from loaders.boundaries import candidates, nation
from loaders.decisions import dues
from loaders.problems import Refused
from loaders.store.shared import nation as shared_nation
from pages.queries import coverage
from pages.queries import map_files as geometry
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.cache import cached
from pages.session.scope import Scope

PREPARED_VERSION = 1
TILE_STEPS = 60_000  # 1 s; more changes nothing one sees
log = logging.getLogger("kradan")
KEY = "province_code"


def is_open(scope: Scope) -> bool:
    """Whether there is anything to choose: a file of several provinces, records of several, or another one chosen."""
    if scope.province != settings.home_province() or national_file() is not None:
        return True
    return len({code for codes in queries.all_batches(scope)["provinces"] for code in codes.split(",")}) > 1 or bool(
        len(states(scope))
    )


def national_file() -> Path | None:
    """The first boundary file that holds more than one province."""
    return _national_file(candidates.stamp(nation.NATION))


@cached(8)
def _national_file(stamp: tuple) -> Path | None:
    return next((Path(entry[0]) for entry in stamp if len(_provinces_in(entry)) > 1), None)


def _provinces_in(entry: tuple[str, int, int]) -> list[str]:
    """Provinces of a file, looked up once for each state of it and kept beside the prepared maps."""
    kept = geometry.FOLDER / f"provinces-{_name(entry)}.json"
    if kept.exists():
        return json.loads(kept.read_text(encoding="utf-8"))
    codes = nation.provinces_in(Path(entry[0]))
    with suppress(OSError):  # a folder that cannot be written costs a second look after the next start
        geometry.write_json(kept, codes)
    return codes


def _name(entry: tuple[str, int, int]) -> str:
    return hashlib.sha256(repr((PREPARED_VERSION, entry)).encode()).hexdigest()[:12]


def prepared_map() -> dict:
    """The nation's map as :func:`pages.queries.map_files.current` gives a province's: ``true`` or ``ordered``."""
    return _current(candidates.stamp(nation.NATION))


@cached(4)
def _current(stamp: tuple) -> dict:
    path = _national_file(stamp)
    entry = next((entry for entry in stamp if path and Path(entry[0]) == path), ("", 0, 0))
    kept = geometry.FOLDER / f"nation-{_name(entry)}.json"
    if kept.exists():
        prepared = json.loads(kept.read_text(encoding="utf-8"))
        if all((geometry.FOLDER.parent / prepared[name]).exists() for name in ("main", "grid")):
            return prepared
    shapes = _shapes(path)
    kind = "ordered" if shapes is None else "true"
    main = _ordered() if shapes is None else shapes
    grid = main if shapes is None else _tiles(shapes)
    west, south, east, north = (float(edge) for edge in main.total_bounds)
    prepared = {
        "main": _written(main, "nation"),
        "grid": _written(grid, "nation-grid"),
        "kind": kind,
        "credit": geometry.CREDITS[kind],
        "bounds": [[south, west], [north, east]],
        "missing": sorted(set(nation.provinces()) - set(main[KEY])),
        "file": path.name if path and shapes is not None else None,
    }
    geometry.write_json(kept, prepared)
    return prepared


def _shapes(path: Path | None) -> gpd.GeoDataFrame | None:
    """Shapes of the provinces; a file that cannot be drawn (no coordinate system, swapped degrees) never breaks the page."""
    try:
        return geo_nation.province_shapes(nation.load(path)) if path else None
    except Refused as refused:
        log.warning("national boundary file %s: %s", path, refused.problem.code)
        return None


def _written(shapes: gpd.GeoDataFrame, stem: str) -> str:
    return f"geo/{write_content(geo_nation.to_geojson(shapes, nation.provinces()), geometry.FOLDER, stem).name}"


def _ordered() -> gpd.GeoDataFrame:
    """Tiles by code: without a file nobody tells us where a province lies."""
    codes = pd.Series(list(nation.provinces()))
    return _with_points(ordered_tiles(codes, codes.str[0], KEY))


def _tiles(main: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Equal tiles about where the provinces lie, those of a register region (first digit) together."""
    facts = pd.DataFrame(main.drop(columns="geometry")).rename(columns={KEY: "subdistrict_code"})
    facts = facts.assign(district_code=facts["subdistrict_code"].str[0])
    first, second = main.sindex.query(main.geometry, predicate="intersects")
    once, codes = first < second, main[KEY].to_numpy()
    pairs = {"subdistrict_code_a": codes[first[once]], "subdistrict_code_b": codes[second[once]]}
    tiles = tile_grid(facts, assign(facts, pd.DataFrame(pairs), steps=TILE_STEPS))
    return _with_points(gpd.GeoDataFrame(tiles.rename(columns={"subdistrict_code": KEY})))


def _with_points(tiles: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    middle = tiles.geometry.representative_point()
    return gpd.GeoDataFrame(tiles.assign(lon=middle.x, lat=middle.y))


@cached(4)
def states(scope: Scope) -> pd.DataFrame:
    """How every province that is joined stands (:func:`loaders.store.shared.nation.read_states`); no rows where none is."""
    with queries.reading(scope.viewer) as connection:
        return shared_nation.read_states(connection, viewer=scope.viewer)


def _joined(own: pd.DataFrame, shared: pd.DataFrame, province_of: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """Rows of the store and of the provinces joined to it; what a province shares stands for that province."""
    if shared.empty:
        return own
    elsewhere = ~province_of(own).isin(province_of(shared).dropna()).fillna(False).astype(bool)
    return pd.concat([own[elsewhere], shared], ignore_index=True)


@cached(4)
def sums(scope: Scope) -> pd.DataFrame:
    """Support of every province, summed: of this store and of the provinces joined to it."""
    with queries.reading(scope.viewer) as connection:
        own = store.read_nation(connection, viewer=scope.viewer)
        shared = shared_nation.read_shared_sums(connection, viewer=scope.viewer)
    return _joined(own, shared, lambda frame: frame[KEY])


@cached(4)
def reports(scope: Scope) -> pd.DataFrame:
    """Which base spoke for which area and year, of all provinces."""
    with queries.reading(scope.viewer) as connection:
        own = store.read_reports(connection, viewer=scope.viewer)
        shared = shared_nation.read_shared_reports(connection, viewer=scope.viewer)
    return _joined(own, shared, lambda frame: frame["area_code"].str[:2])


@cached(4)
def _dues(scope: Scope) -> pd.DataFrame:
    with queries.reading(scope.viewer) as connection:
        own = dues.read_dues(connection, "support", viewer=scope.viewer)
        shared = shared_nation.read_shared_dues(connection, viewer=scope.viewer)
    rows = _joined(own, shared, lambda frame: frame["area_code"].str[:2])
    return rows[rows["is_asked"].astype(bool)]


def _waiting(scope: Scope, query: Query) -> pd.DataFrame:
    """Rows that wait and may belong to the query: of every province that files were loaded for, and of joined ones."""
    province_codes = {code for codes in queries.all_batches(scope)["provinces"] for code in codes.split(",") if code}
    mine = [
        coverage.waiting(replace(scope, province=code), query) for code in sorted(province_codes | {scope.province})
    ]
    agencies = None if query.agency is None else [query.agency]
    joined = geo_heard.may_concern(
        _shared_waiting(scope), query.fiscal_year, agencies=agencies, stream=query.stream, theme=query.theme
    )
    mine.append(joined)
    return pd.concat([rows.assign(row_id=rows["row_id"] * len(mine) + place) for place, rows in enumerate(mine)])


@cached(4)
def _shared_waiting(scope: Scope) -> pd.DataFrame:
    with queries.reading(scope.viewer) as connection:
        return shared_nation.read_shared_waiting(connection, viewer=scope.viewer)


@cached(64)
def province_table(scope: Scope, query: Query) -> pd.DataFrame:
    """Every province under the filters (:func:`geo.nation.by_province`)."""
    return geo_nation.by_province(
        sums(scope),
        _dues(scope),
        reports(scope),
        list(nation.provinces()),
        fiscal_year=query.fiscal_year,
        waiting=_waiting(scope, query),
        agency=query.agency,
        theme=query.theme,
        stream=query.stream,
    )


def chosen(scope: Scope, query: Query) -> pd.DataFrame:
    """The sums under the filters, those without a province included."""
    return geo_nation.chosen_sums(sums(scope), **query.without("district").filters)


def years(scope: Scope) -> list[int]:
    """Fiscal years that any record of the nation names, latest first."""
    return sorted({int(year) for year in sums(scope)["fiscal_year"].dropna()}, reverse=True)


def usual_year(scope: Scope) -> int | None:
    """The fiscal year with most records."""
    by_year = sums(scope).dropna(subset=["fiscal_year"]).groupby("fiscal_year")["records"].sum()
    return int(by_year.idxmax()) if len(by_year) else None


def present(scope: Scope, name: str) -> set[str]:
    """Codes of agencies or streams with records anywhere."""
    return set(sums(scope)[f"{name}_code"].dropna())


@cached(8)
def code_list(scope: Scope, name: str) -> pd.DataFrame:
    """Agencies or streams as this store knows them, and those that only joined provinces know."""
    own = queries.code_list(scope, name)
    with queries.reading(scope.viewer) as connection:
        words = shared_nation.read_shared_words(connection, name, viewer=scope.viewer)
    return (
        pd.concat([own, words[~words["code"].isin(own["code"])].reindex(columns=own.columns)], ignore_index=True)
        if len(words)
        else own
    )
