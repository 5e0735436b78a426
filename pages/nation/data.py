"""Data of the nation page: its boundary file, the prepared map, and sums by province."""

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
TILE_STEPS = 60_000  # about 1 s; more steps make no visible difference
log = logging.getLogger("kradan")
KEY = "province_code"


def is_open(scope: Scope) -> bool:
    """Whether provinces can be chosen: boundaries or records of several, joined ones, or another one is chosen."""
    if scope.province != settings.home_province() or national_file() is not None:
        return True
    return len({code for codes in queries.all_batches(scope)["provinces"] for code in codes.split(",")}) > 1 or bool(
        len(states(scope))
    )


def national_file() -> Path | None:
    """First boundary file that holds more than one province; None if there is none."""
    return _national_file(candidates.stamp(nation.NATION))


@cached(8)
def _national_file(stamp: tuple) -> Path | None:
    return next((Path(entry[0]) for entry in stamp if len(_provinces_in(entry)) > 1), None)


def _provinces_in(entry: tuple[str, int, int]) -> list[str]:
    """Province codes of a file; cached on disk per path, size and modification time."""
    kept = geometry.FOLDER / f"provinces-{_name(entry)}.json"
    if kept.exists():
        return json.loads(kept.read_text(encoding="utf-8"))
    codes = nation.provinces_in(Path(entry[0]))
    with suppress(OSError):  # in a read-only folder the file is only read again after the next start
        geometry.write_json(kept, codes)
    return codes


def _name(entry: tuple[str, int, int]) -> str:
    return hashlib.sha256(repr((PREPARED_VERSION, entry)).encode()).hexdigest()[:12]


def prepared_map() -> dict:
    """Prepared map of the nation, as by :func:`pages.queries.map_files.current`; ``kind``: ``true`` or ``ordered``."""
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
    """Shapes of the provinces; None, with a log entry, for a file that cannot be drawn (no CRS, swapped axes)."""
    try:
        return geo_nation.province_shapes(nation.load(path)) if path else None
    except Refused as refused:
        log.warning("national boundary file %s: %s", path, refused.problem.code)
        return None


def _written(shapes: gpd.GeoDataFrame, stem: str) -> str:
    return f"geo/{write_content(geo_nation.to_geojson(shapes, nation.provinces()), geometry.FOLDER, stem).name}"


def _ordered() -> gpd.GeoDataFrame:
    """Tiles in order of code: without a boundary file the positions of the provinces are unknown."""
    codes = pd.Series(list(nation.provinces()))
    return _with_points(ordered_tiles(codes, codes.str[0], KEY))


def _tiles(main: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Equal tiles near the true positions; provinces of one region (first digit of the code) stay together."""
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
    """One row per joined province (:func:`loaders.store.shared.nation.read_states`)."""
    with queries.reading(scope.viewer) as connection:
        return shared_nation.read_states(connection, viewer=scope.viewer)


def _joined(own: pd.DataFrame, shared: pd.DataFrame, province_of: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """Rows of the store and of joined provinces; shared rows replace the store's own rows of that province."""
    if shared.empty:
        return own
    elsewhere = ~province_of(own).isin(province_of(shared).dropna()).fillna(False).astype(bool)
    return pd.concat([own[elsewhere], shared], ignore_index=True)


@cached(4)
def sums(scope: Scope) -> pd.DataFrame:
    """Sums of support records of this store and of joined provinces, with ``province_code`` NA where none is named."""
    with queries.reading(scope.viewer) as connection:
        own = store.read_nation(connection, viewer=scope.viewer)
        shared = shared_nation.read_shared_sums(connection, viewer=scope.viewer)
    return _joined(own, shared, lambda frame: frame[KEY])


@cached(4)
def reports(scope: Scope) -> pd.DataFrame:
    """Which base reported for which area and fiscal year, of all provinces."""
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
    """Quarantined rows that may concern the query, of every province with a batch and of joined ones."""
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
    """One row per province under the filters (:func:`geo.nation.by_province`)."""
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
    """:func:`sums` under the filters, including those without a province."""
    return geo_nation.chosen_sums(sums(scope), **query.without("district").filters)


def years(scope: Scope) -> list[int]:
    """Fiscal years (Gregorian) with any record, latest first."""
    return sorted({int(year) for year in sums(scope)["fiscal_year"].dropna()}, reverse=True)


def usual_year(scope: Scope) -> int | None:
    """Fiscal year with most records; None without any."""
    by_year = sums(scope).dropna(subset=["fiscal_year"]).groupby("fiscal_year")["records"].sum()
    return int(by_year.idxmax()) if len(by_year) else None


def present(scope: Scope, name: str) -> set[str]:
    """Codes of agencies, streams or themes (``name``) with records in any province."""
    return set(sums(scope)[f"{name}_code"].dropna())


@cached(8)
def code_list(scope: Scope, name: str) -> pd.DataFrame:
    """Code list of agencies or streams: this store's own, then codes that only joined provinces have."""
    own = queries.code_list(scope, name)
    with queries.reading(scope.viewer) as connection:
        words = shared_nation.read_shared_words(connection, name, viewer=scope.viewer)
    return (
        pd.concat([own, words[~words["code"].isin(own["code"])].reindex(columns=own.columns)], ignore_index=True)
        if len(words)
        else own
    )
