"""OGC API Features, part 1 (core and GeoJSON), for QGIS, GDAL and others."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import pandas as pd
import shapely
from fastapi import FastAPI, Query, Request, Response
from pydantic import ConfigDict, Field
from starlette.exceptions import HTTPException

from loaders import settings
from loaders.exchange.cells import written
from loaders.exchange.package import fields
from loaders.store.privacy import Viewer
from loaders.words import catalogue
from pages.api import collections
from pages.api.asking import Asked, Seen, root, scope_of, unchanged
from pages.api.collections import Collection, Filters
from pages.queries import map_files
from pages.session.scope import Scope

GEOJSON, CSV, JSON = "application/geo+json", "text/csv; charset=utf-8", "application/json"
CONFORMS = [f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson")]
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MOST, USUAL = 10_000, 1_000


class Page(Filters):
    """The filters, and the requested part of the rows."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(
        USUAL, ge=1, description=f"at most {MOST}; more is taken for it. CSV has all rows unless asked for a part"
    )
    offset: int = Field(0, ge=0)
    bbox: str | None = Field(
        None,
        description="west,south,east,north in degrees, or west,south,low,east,north,high; no row of a table without geometry",
    )
    datetime: str | None = Field(None, description="taken and not used: rows have years, not moments")
    f: str | None = Field(None, pattern="^(json|geojson|csv)$")


def add(api: FastAPI) -> None:
    """Add the routes to the application."""

    @api.get("/", response_class=Response)
    @api.get("", response_class=Response, include_in_schema=False)
    def landing(request: Request, viewer: Seen) -> Response:
        """Landing page: links to everything else."""
        base = root(request)
        links = [
            link(f"{base}/", "self", JSON), link(f"{base}/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.0"),
            link(f"{base}/conformance", "conformance", JSON), link(f"{base}/collections", "data", JSON),
        ]  # fmt: skip
        return as_answer({"title": "Kradan", "description": catalogue("th")["board_name"], "links": links})

    @api.get("/conformance", response_class=Response)
    def conformance(viewer: Seen) -> Response:
        """Conformance classes of the standard."""
        return as_answer({"conformsTo": CONFORMS})

    @api.get("/collections", response_class=Response)
    def listed(request: Request, viewer: Seen) -> Response:
        """All collections."""
        every = [described(request, collection) for collection in collections.by_name().values()]
        return as_answer({"collections": every, "links": [link(f"{root(request)}/collections", "self", JSON)]})

    @api.get("/collections/{name}", response_class=Response)
    def one(request: Request, name: str, viewer: Seen) -> Response:
        """One collection."""
        return as_answer(described(request, collections.find(name)))

    @api.get("/collections/{name}/items", response_class=Response)
    def items(request: Request, name: str, page: Annotated[Page, Query()], viewer: Seen) -> Response:
        """Rows as features: GeoJSON, or CSV with ``f=csv``."""
        if page.f == "csv":
            return answered(request, viewer, page, name, CSV, as_csv_part)
        return answered(request, viewer, page, name, GEOJSON, as_features)

    @api.get("/collections/{name}/items/{key}", response_class=Response)
    def item(request: Request, name: str, key: str, filters: Asked, viewer: Seen) -> Response:
        """One feature by its key."""

        def single(
            request: Request, scope: Scope, collection: Collection, frame: pd.DataFrame, filters: Filters
        ) -> str:
            feature = frame[frame[collection.key].astype(str).eq(key)]
            if feature.empty:
                raise HTTPException(404, f"no {key!r} in {name}")
            made = _features(scope, collection, feature)[0]
            self_ = f"{root(request)}/collections/{name}"
            made["links"] = [link(f"{self_}/items/{key}", "self", GEOJSON), link(self_, "collection", JSON)]
            return dumped(made)

        if filters.year is None and not collections.find(name).has_shape:  # a key is a key in every year
            filters = filters.model_copy(update={"year": "all"})
        return answered(request, viewer, filters, name, GEOJSON, single)


Writer = Callable[[Request, Scope, Collection, pd.DataFrame, Any], str]


def answered(request: Request, viewer: Viewer, filters: Filters, name: str, media: str, write: Writer) -> Response:
    """Rows of a collection formatted by ``write``; 304 when the client's copy is current."""
    collection, scope = collections.find(name), scope_of(viewer, filters.province)
    headers, is_known = unchanged(request, scope)
    if is_known:
        return Response(status_code=304, headers=headers)
    text = write(request, scope, collection, collections.rows(scope, collection, filters), filters)
    if media == CSV:
        headers["Content-Disposition"] = f'inline; filename="{name}.csv"'
    return Response(text, media_type=media, headers=headers)


def as_csv(request: Request, scope: Scope, collection: Collection, frame: pd.DataFrame, filters: Filters) -> str:
    """All rows as CSV, with the BOM that Excel needs for Thai; text that would run as a formula is quoted."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(frame.columns)
    for row in collections.values(frame):
        writer.writerow([written(value) if value != "" else "" for value in row.values()])
    return "\ufeff" + target.getvalue()


def as_csv_part(request: Request, scope: Scope, collection: Collection, frame: pd.DataFrame, page: Page) -> str:
    """The rows inside the box as CSV: all, or the part that ``limit`` or ``offset`` asks for."""
    frame = _inside(scope, collection, frame, page.bbox)
    if page.model_fields_set & {"limit", "offset"}:
        frame = _part(frame, page)
    return as_csv(request, scope, collection, frame, page)


def _part(frame: pd.DataFrame, page: Page) -> pd.DataFrame:
    return frame.iloc[page.offset : page.offset + min(page.limit, MOST)]


def as_json(request: Request, scope: Scope, collection: Collection, frame: pd.DataFrame, filters: Filters) -> str:
    """All rows as JSON objects."""
    return dumped(
        {
            "data_version": scope.version,
            "province": scope.province,
            "number": len(frame),
            "rows": collections.values(frame),
        }
    )


def as_features(request: Request, scope: Scope, collection: Collection, frame: pd.DataFrame, page: Page) -> str:
    """One page of features, with a link to the next."""
    frame = _inside(scope, collection, frame, page.bbox)
    limit = min(page.limit, MOST)
    part = _part(frame, page)
    here = f"{root(request)}/collections/{collection.name}/items"
    links = [
        link(f"{here}?{request.url.query}", "self", GEOJSON),
        link(f"{root(request)}/collections/{collection.name}", "collection", JSON),
    ]
    if page.offset + limit < len(frame):
        links.append(
            link(
                f"{here}?{request.url.include_query_params(offset=page.offset + limit, limit=limit).query}",
                "next",
                GEOJSON,
            )
        )
    return dumped(
        {
            "type": "FeatureCollection",
            "features": _features(scope, collection, part),
            "links": links,
            "numberMatched": len(frame),
            "numberReturned": len(part),
            "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )


def _features(scope: Scope, collection: Collection, frame: pd.DataFrame) -> list[dict[str, Any]]:
    shapes = collections.shapes(scope) if collection.has_shape else {}
    return [
        {
            "type": "Feature",
            "id": row[collection.key],
            "geometry": shapes.get(str(row[collection.key])),
            "properties": row,
        }
        for row in collections.values(frame)
    ]


def _inside(scope: Scope, collection: Collection, frame: pd.DataFrame, bbox: str | None) -> pd.DataFrame:
    """Rows whose geometry intersects the box; none for a collection without geometry."""
    if bbox is None:
        return frame
    box = _box(bbox)
    if not collection.has_shape:
        return frame.iloc[:0]
    shapes = collections.shapes(scope)
    touched = [
        (code := str(key)) in shapes and shapely.from_geojson(json.dumps(shapes[code])).intersects(box)
        for key in frame[collection.key]
    ]
    return frame[pd.Series(touched, index=frame.index, dtype=bool)]


def _box(bbox: str) -> shapely.Geometry:
    """The box of four numbers, or of six with heights between; west of the 180th meridian to east of it is two boxes."""
    try:
        edges = [float(part) for part in bbox.split(",")]
    except ValueError:
        edges = []
    if len(edges) not in (4, 6) or not all(map(math.isfinite, edges)):
        raise HTTPException(400, "bbox: four numbers, west,south,east,north, or six, west,south,low,east,north,high")
    half = len(edges) // 2
    (west, south), (east, north) = edges[:2], edges[half : half + 2]
    if south > north or edges[half - 1] > edges[-1]:
        raise HTTPException(400, "bbox: the first corner is the lower one, south is not above north")
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.union(shapely.box(west, south, 180, north), shapely.box(-180, south, east, north))


def described(request: Request, collection: Collection) -> dict[str, Any]:
    """A collection as the standard describes it."""
    here = f"{root(request)}/collections/{collection.name}"
    titles = fields()["tables"].get(collection.name, [collection.name, collection.name])
    if collection.has_shape:
        titles = [catalogue(language)["api_subdistricts"] for language in ("th", "en")]
    document: dict[str, Any] = {
        "id": collection.name, "title": f"{titles[0]} · {titles[1]}", "itemType": "feature", "crs": [CRS84],
        "links": [link(here, "self", JSON), link(f"{here}/items", "items", GEOJSON),
                  link(f"{root(request)}/tables/{collection.name}.csv", "alternate", "text/csv")],
    }  # fmt: skip
    if collection.has_shape:
        (south, west), (north, east) = map_files.current(settings.home_province())["bounds"]
        document["extent"] = {"spatial": {"bbox": [[west, south, east, north]], "crs": CRS84}}
    return document


def link(href: str, rel: str, media: str) -> dict[str, str]:
    """A link object of the standard."""
    return {"href": href, "rel": rel, "type": media}


def dumped(content: object) -> str:
    """JSON with unescaped Thai; NaN is an error."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def as_answer(content: object) -> Response:
    """A response that changes only with a release."""
    return Response(dumped(content), media_type=JSON, headers={"Cache-Control": "no-cache"})
