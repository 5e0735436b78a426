"""Collections of the API as frames: subdistricts with the board's figures, and the rows of every register."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from geo.ranking.spec import SpecError
from loaders import codes
from loaders.store import tables
from pages.queries import coverage, gaps, map_files, overlaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.ranking import data as ranking_data
from pages.session.cache import cached
from pages.session.scope import Scope

SUBDISTRICTS = "subdistricts"
INSIDE = ("digest",)
FIGURES = ["status", "agencies", "streams", "supports", "villages", "covered_villages", "coverage", "per_head_baht", "amount_satang",
           "supports_without_amount", "is_estimated"]  # fmt: skip


# What a table is filtered by -> the column that it must have for it.
COLUMNS = {"year": "fiscal_year", "agency": "agency_code", "theme": "theme_code", "stream": "stream_code",
           "district": "district_code", "tier": "agency_level"}  # fmt: skip

LISTS = {"agency": codes.agencies, "theme": codes.themes, "stream": codes.streams}


class Filters(BaseModel):
    """Filters of a request, named like the choices in the address of a page.

    One that the table cannot be filtered by is refused, as is a code that neither the code lists nor the data have.
    """

    model_config = ConfigDict(extra="forbid")

    province: str | None = Field(None, pattern=r"^\d{2}$", description="two-digit code; else the home province")
    year: str | None = Field(
        None,
        pattern=r"^(all|2[45]\d\d)$",
        description="fiscal year B.E., or all; else the year with most records. A table without fiscal years has all rows",
    )
    agency: str | None = Field(None, max_length=80, description="code of an agency")
    theme: str | None = Field(None, max_length=80, description="code of a function")
    stream: str | None = Field(None, max_length=80, description="code of a funding stream")
    district: str | None = Field(None, pattern=r"^\d{4}$", description="code of a district")
    tier: Literal["local", "provincial", "central"] | None = Field(
        None, description="level of the agencies; subdistricts and support"
    )
    split: Literal["equal", "population", "villages"] | None = Field(
        None, description="how money above the subdistrict is spread; subdistricts only"
    )
    need: str | None = Field(None, max_length=80, description="indicator that the gap is about; subdistricts only")

    @property
    def asked(self) -> dict[str, str]:
        """The filters that narrow the rows, with their values."""
        filled = self.model_dump(include={*COLUMNS, "split", "need"}, exclude_none=True)
        return {name: value for name, value in filled.items() if (name, value) != ("year", "all")}

    def query(self, scope: Scope) -> Query:
        """The filters as the query that pages use."""
        year = None if self.year == "all" else int(self.year) - 543 if self.year else queries.usual_year(scope)
        return Query(year, self.agency, self.theme, self.stream, self.district, self.tier, self.split)


@dataclass(frozen=True)
class Collection:
    """A table of the API: name, key column, and whether its rows have a geometry."""

    name: str
    key: str
    has_shape: bool = False


def by_name() -> dict[str, Collection]:
    """Every collection by name."""
    registers = {name: Collection(name, "id") for name in tables.REGISTERS}
    return {SUBDISTRICTS: Collection(SUBDISTRICTS, "subdistrict_code", has_shape=True)} | registers


def find(name: str) -> Collection:
    """A collection by name; HTTP 404 for an unknown one."""
    if (collection := by_name().get(name)) is None:
        raise HTTPException(404, f"no collection {name!r}; there are {', '.join(by_name())}")
    return collection


def rows(scope: Scope, collection: Collection, filters: Filters) -> pd.DataFrame:
    """Rows of a collection under the filters (:func:`plain`); a merged code stands for the one it was merged into."""
    code_of = {name: getattr(filters, name) or None for name in (*LISTS, "need")}  # an empty value filters nothing
    filters = filters.model_copy(
        update={name: codes.merged(name).get(str(code), code) for name, code in code_of.items()}
    )
    if collection.has_shape:
        _known(scope, filters, queries.support(scope))
        return _subdistricts(scope, filters.query(scope), filters.need)
    return _register(scope, collection.name, filters)


def _register(scope: Scope, name: str, filters: Filters) -> pd.DataFrame:
    frame = queries.support(scope) if name == "support" else queries.register(scope, name)
    possible = [asked for asked, column in COLUMNS.items() if column in frame]
    if unfit := [asked for asked in filters.asked if asked not in possible]:
        raise HTTPException(
            400, f"{name} is not filtered by {', '.join(unfit)}, but by {', '.join(['province', *possible])}"
        )
    _known(scope, filters, frame)
    if name == "support":
        return plain(coverage.records(scope, filters.query(scope)).rename(columns={"support_id": "id"}))
    value_of: dict[str, Any] = {COLUMNS[asked]: value for asked, value in filters.asked.items()}
    if "fiscal_year" in frame and filters.year != "all":
        value_of["fiscal_year"] = int(filters.year) - 543 if filters.year else _usual_year(scope, frame)
    for column, value in value_of.items():
        if value is not None:
            frame = frame[frame[column].eq(value).fillna(False).astype(bool)]
    return plain(frame)


def _usual_year(scope: Scope, frame: pd.DataFrame) -> int | None:
    """The year that pages begin with; for a register without rows of that year, the one with most of its own."""
    usual, years = queries.usual_year(scope), frame["fiscal_year"].dropna()
    return usual if years.empty or usual in set(years) else int(years.mode().iloc[-1])


def _known(scope: Scope, filters: Filters, frame: pd.DataFrame) -> None:
    """Raise HTTP 400 for a code that is in no code list and in no row: "none" would be said of a slip of the pen."""
    if filters.district and filters.district not in set(queries.areas(scope, None)["district_code"]):
        raise HTTPException(400, f"no district {filters.district!r} in province {scope.province}")
    for name, entries in LISTS.items():
        value = getattr(filters, name)
        if value and not (frame[COLUMNS[name]].eq(value).any() or value in {entry["code"] for entry in entries()}):
            raise HTTPException(400, f"no {name} {value!r} in the code list nor in the data")


@cached(32)
def _subdistricts(scope: Scope, query: Query, need: str | None) -> pd.DataFrame:
    areas = queries.areas(scope, query.fiscal_year).set_index("subdistrict_code")
    names = ["name_th", "name_en", "district_code", "district_name_th", "district_name_en", "population", "households"]
    table = coverage.coverage(scope, query).set_index("subdistrict_code")
    whole = areas[[name for name in names if name in areas]].join(table[[name for name in FIGURES if name in table]])
    pairs = overlaps.overlaps(scope, query).by_area
    pairs = pairs[pairs["area_level"].eq("subdistrict")].set_index("area_code")
    whole = whole.assign(fiscal_year=query.fiscal_year, overlap=pairs["outcome"].reindex(whole.index))
    whole = whole.join(_gap(scope, query, need)).join(_classes(scope, query.fiscal_year))
    if query.district:
        whole = whole[whole["district_code"].eq(query.district)]
    return plain(whole.reset_index())


def _gap(scope: Scope, query: Query, need: str | None) -> pd.DataFrame:
    present = set(gaps.needs(scope)["indicator_code"])
    if need is not None and need not in present:
        raise HTTPException(400, f"no figures of need {need!r}; there are {', '.join(sorted(present))}")
    chosen = need or next((code for code in sorted(present) if gaps.theme_of(code)), None)
    if chosen is None:
        return pd.DataFrame(columns=["need", "need_value", "gap"])
    table = gaps.gaps(scope, query.without("district"), chosen).set_index("subdistrict_code")
    value = table["need_value"] if "need_value" in table else table["need_measure"]
    return pd.DataFrame({"need": chosen, "need_value": value, "gap": table["quadrant"]})


def _classes(scope: Scope, fiscal_year: int | None) -> pd.DataFrame:
    """A/B/C class in force, closeness to a border and stability; empty columns when nothing can be ranked."""
    columns = ["class", "border", "stability"]
    try:
        ranking = ranking_data.ranked(scope, fiscal_year, ranking_data.Method())
        units = ranking_data.in_force(scope, ranking, fiscal_year).set_index(ranking_data.KEY)
    except SpecError:
        units = pd.DataFrame()
    return units.reindex(columns=columns).add_prefix("strength_")


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns for other tools: satang as ``..._baht``, dates as ISO text, no internal columns."""
    frame = frame.drop(columns=[name for name in INSIDE if name in frame])
    changed: dict[str, Any] = {}
    for name in frame.columns:
        if str(name).endswith("_satang"):
            changed[name] = pd.to_numeric(frame[name]).astype("Float64") / 100
        elif pd.api.types.is_datetime64_any_dtype(frame[name]):
            changed[name] = frame[name].dt.strftime("%Y-%m-%d")
    frame = frame.assign(**changed)
    return frame.rename(
        columns={name: f"{str(name).removesuffix('_satang')}_baht" for name in changed if str(name).endswith("_satang")}
    )


def values(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON values; NA is ``None``."""
    as_objects = frame.astype(object).where(frame.notna(), None)
    return [{name: _scalar(value) for name, value in row.items()} for row in as_objects.to_dict("records")]


def _scalar(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def geometry_mark(scope: Scope) -> str:
    """File name of the geometry in use, which changes with its content."""
    return str(map_files.current(scope.province)["main"])


def shapes(scope: Scope) -> dict[str, dict]:
    """GeoJSON geometry by subdistrict code (EPSG:4326, simplified as on the map)."""
    return _shapes(geometry_mark(scope))


@cached(4)
def _shapes(name: str) -> dict[str, dict]:
    content = json.loads((map_files.FOLDER.parent / name).read_text(encoding="utf-8"))
    return {
        feature["properties"]["c"]: feature["geometry"]
        for feature in content["features"]
        if "c" in feature["properties"]
    }
