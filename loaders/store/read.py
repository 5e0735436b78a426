"""Read functions: every frame leaves the store through here, without what the viewer may not see."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import Column, ColumnElement, Connection, Select, String, Table, func, select

import loaders.thai.text_storage  # noqa: F401 - text as Python keeps it
from loaders import codes, registers, settings
from loaders.store import by_hand, code_lists, tables
from loaders.store.privacy import Viewer, level_of, mask, redact, visible_rows
from loaders.store.seen import for_viewer

# Tables that anyone may read unmasked. Partners also read the quarantine of their own files; the rest is for the team.
OPEN_TABLES = {"agency", "stream", "area", "area_event", "local_government", "local_government_area"}
ADMIN_ONLY = {"user_role"}
ENTRIES = {"agency": tables.agency_entry, "stream": tables.stream_entry}
# Columns of records -> the code list they use: codes that people merged are replaced on reading.
CODED = {
    "agency_code": "agency",
    "source": "agency",
    "owner": "agency",
    "stream_code": "stream",
    "theme_code": "theme",
    "role": "role",
}
LISTED = {
    "priority_theme": "theme",
    "functions": "theme",
    "agencies": "agency",
    "streams": "stream",
}  # comma-joined codes
AGENCY_COLUMNS = {"support": "agency_code", "contribution": "source"}
NATION_KEYS = ("province_code", "fiscal_year", "agency_code", "stream_code", "theme_code")
EXTENSIONS = {int: "Int64", bool: "boolean", str: "string"}
PART = 2_500  # rows fetched at a time; only longer results are worth sharing equal texts
PROVINCE_MARK = "province"  # key in the summary of a batch


class State(NamedTuple):
    """What was active at an earlier moment (ISO UTC): the batch numbers then, whatever happened to them since."""

    batches: tuple[int, ...]
    moment: str


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows of a frame with columns as attributes."""
    yield from frame.itertuples()


def read_sharing(connection: Connection) -> dict[tuple[str, str], str]:
    """Sharing level by (register, base); ``*`` stands for every base without a level of its own."""
    table = tables.sharing
    return {(row.register, row.base): row.level for row in connection.execute(select(table))}


def _active(table: Table, at: State | None = None) -> Select:
    batch = tables.import_batch
    in_use = batch.c.is_active if at is None else batch.c.id.in_(at.batches)
    query = (
        select(table, batch.c.base, batch.c.file_name, batch.c.is_demo)
        .join(batch, batch.c.id == table.c.batch_id)
        .where(in_use)
        .order_by(table.c.id)
    )
    return query if at is None else query.where(~_settled_since(table, at))


def _settled_since(table: Table, at: State) -> ColumnElement[bool]:
    """Rows that were still quarantined at that moment."""
    settled = tables.correction
    same = [settled.c[name] == table.c[name] for name in ("batch_id", "sheet", "row")]
    later = settled.c.decided_at > at.moment, settled.c.is_undone.is_(False)
    return select(settled.c.id).where(*same, *later).exists()


@for_viewer
def read_register(
    connection: Connection,
    register: str,
    province: str | None = None,
    *,
    viewer: Viewer,
    fiscal_year: int | None = None,
    at: State | None = None,
) -> pd.DataFrame:
    """All rows of a register from active batches, as the viewer may see them.

    Columns: those of the register's table, ``base``, ``file_name`` and ``is_demo`` of the batch, and ``is_masked``
    (something in the row is hidden). ``province`` also keeps rows without a province. ``at``: as of an earlier moment.
    """
    table = tables.REGISTERS[register]
    query = _active(table, at).where(tables.of_register(register))
    if province and "province_code" in table.c:
        query = query.where((table.c.province_code == province) | table.c.province_code.is_(None))
    if fiscal_year is not None and "fiscal_year" in table.c:
        query = query.where(table.c.fiscal_year == fiscal_year)
    frame = read_typed(connection, query, table)
    if table is tables.entry:
        frame = registers.unpacked(frame, register)
    frame = by_hand.laid_over(connection, frame, register, at.moment if at else None)
    frame = visible_rows(frame, register, read_sharing(connection), viewer)
    if register in AGENCY_COLUMNS:
        column = AGENCY_COLUMNS[register]
        frame[column] = frame[column].replace(_named_before(connection, viewer))
    return as_merged(connection, mask(frame, register, viewer))


def as_merged(connection: Connection, frame: pd.DataFrame) -> pd.DataFrame:
    """Replace codes that people merged into another entry; the stored rows keep what was loaded."""
    code_lists.lay_over(connection)
    changed = {
        column: frame[column].replace(into)
        for column, name in (CODED | {"base": "agency"}).items()
        if column in frame and (into := codes.merged(name))
    }
    for column, name in LISTED.items():
        if column in frame and (into := codes.merged(name)):
            changed[column] = _listed_as(frame[column], into)
    return frame.assign(**changed)


def _named_before(connection: Connection, viewer: Viewer) -> dict[str, str]:
    return code_lists.named_before(connection, shown_bases(connection, "agency", viewer))


def read_typed(connection: Connection, query: Select, table: Table) -> pd.DataFrame:
    """Result of a query with the dtypes of the table: nullable integers, booleans, timestamps.

    Columns are built with their dtype at once; letting pandas infer and then convert costs a second pass. Rows of a long
    read are fetched in parts, so that memory never holds all of them twice, and equal texts share one object.
    """
    result = connection.execute(query)
    names = list(result.keys())
    columns: list[list[Any]] = [[] for _ in names]
    once: list[Callable[..., Any] | None] = [None] * len(names)
    for rows in result.partitions(PART):
        if len(rows) == PART and not columns[0]:
            once = [{}.setdefault if isinstance(column.type, String) else None for column in query.selected_columns]
        for cells, same, values in zip(columns, once, zip(*rows, strict=True), strict=True):
            cells.extend(map(same, values, values) if same else values)
    typed = {name: _column(cells, table.c.get(name)) for name, cells in zip(names, columns, strict=True)}
    return pd.DataFrame(typed, columns=names)


def _column(cells: list[Any], column: Column | None) -> Any:
    kind = None if column is None else column.type.python_type
    if kind is float:
        return np.array(cells, dtype=float)
    if kind in EXTENSIONS:
        return pd.array(cells, dtype=EXTENSIONS[kind])
    values = pd.Series(cells, dtype=object)
    return pd.to_datetime(values, errors="coerce") if kind is date else values.infer_objects()


@for_viewer
def read_support(
    connection: Connection,
    province: str | None,
    *,
    viewer: Viewer,
    fiscal_year: int | None = None,
    at: State | None = None,
) -> pd.DataFrame:
    """The support register as ``geo`` takes it: one row per record, key ``support_id``, agency and stream names joined.

    ``province`` ``None`` means every province; ``at``: as of an earlier moment. Money in satang.
    """
    frame = read_register(connection, "support", province, viewer=viewer, fiscal_year=fiscal_year, at=at)
    frame = frame.rename(columns={"id": "support_id"})
    agencies = read_table(connection, tables.agency, viewer=viewer).add_prefix("agency_")
    streams = read_table(connection, tables.stream, viewer=viewer)[["code", "name_th", "name_en", "kind"]].add_prefix(
        "stream_"
    )
    frame = frame.merge(agencies, on="agency_code", how="left").merge(streams, on="stream_code", how="left")
    return frame.rename(columns={"agency_name_th": "agency_name", "stream_name_th": "stream_name"})


@for_viewer
def read_summary(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """Support of all provinces from the summary table: records and satang by province, fiscal year and theme.

    Contains no counts of people: a sum over masked rows would reveal them.
    """
    table, batch = tables.support_summary, tables.import_batch
    keys = [table.c.province_code, table.c.fiscal_year, table.c.theme_code]
    money = [table.c[name] for name in ("amount_satang", "committed_satang", "paid_satang")]
    sums = [func.sum(table.c.records).label("records"), *(func.sum(column).label(column.name) for column in money)]
    query = (
        select(*keys, *sums)
        .join(batch, batch.c.id == table.c.batch_id)
        .where(batch.c.is_active, batch.c.base.in_(shown_bases(connection, "support", viewer)))
        .group_by(*keys)
        .order_by(*keys)
    )
    frame = pd.read_sql_query(query, connection)
    whole = ["fiscal_year", "records", *(column.name for column in money)]
    for name in whole:  # PostgreSQL returns sums as decimals
        frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    return frame


@for_viewer
def read_nation(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """Support of every province from the summary table, as :func:`geo.nation.by_province` takes it.

    One row per batch, province, fiscal year, agency, stream and theme, with ``base``, ``records`` and
    ``amount_satang``; ``province_code`` is NA for records that name no place. No counts of people (see
    :func:`read_summary`).
    """
    table, batch = tables.support_summary, tables.import_batch
    keys = [table.c.batch_id, batch.c.base, *(table.c[name] for name in NATION_KEYS)]
    sums = [func.sum(table.c.records).label("records"), func.sum(table.c.amount_satang).label("amount_satang")]
    query = (
        select(*keys, *sums)
        .join(batch, batch.c.id == table.c.batch_id)
        .where(batch.c.is_active, batch.c.base.in_(shown_bases(connection, "support", viewer)))
        .group_by(*keys)
        .order_by(*keys)
    )
    frame = pd.read_sql_query(query, connection)
    for name in ("fiscal_year", "records", "amount_satang"):  # PostgreSQL returns sums as decimals
        frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    frame = frame.astype(dict.fromkeys(("base", *NATION_KEYS[2:], NATION_KEYS[0]), "string"))
    merged = as_merged(connection, frame)
    return merged if merged is frame or merged.equals(frame) else _summed(merged)


def _summed(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per key again, after merged codes made keys equal."""
    keys = ["batch_id", "base", *NATION_KEYS]
    grouped = frame.groupby(keys, dropna=False, sort=False)
    return grouped[["records", "amount_satang"]].sum(min_count=1).reset_index()[list(frame.columns)]


@for_viewer
def read_subdistrict_sums(
    connection: Connection,
    province: str,
    fiscal_year: int,
    *,
    viewer: Viewer,
    agency: str | None = None,
    theme: str | None = None,
) -> pd.DataFrame:
    """Support of a province and year summed in the database: ``records`` and ``amount_satang`` per area.

    One row per ``area_level``, ``subdistrict_code`` and ``district_code``. For provinces with more records than a page
    should fetch; no counts of people (see :func:`read_summary`).
    """
    table, batch = tables.support, tables.import_batch
    keys = [table.c[name] for name in ("area_level", "subdistrict_code", "district_code")]
    sums = [func.count().label("records"), func.sum(table.c.amount_satang).label("amount_satang")]
    shown = select(batch.c.id).where(batch.c.is_active, batch.c.base.in_(shown_bases(connection, "support", viewer)))
    query = (
        select(*keys, *sums)
        .where(table.c.province_code == province, table.c.fiscal_year == fiscal_year, table.c.batch_id.in_(shown))
        .group_by(*keys)
        .order_by(*keys)
    )
    if agency is not None:
        names = [name for name, code in _named_before(connection, viewer).items() if code == agency]
        query = query.where(table.c.agency_code.in_([agency, *names, *_merged_into(connection, "agency", agency)]))
    if theme is not None:
        query = query.where(table.c.theme_code.in_([theme, *_merged_into(connection, "theme", theme)]))
    frame = pd.read_sql_query(query, connection)
    for name in ("records", "amount_satang"):
        frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    return frame


def _listed_as(values: pd.Series, into: Mapping[str, str]) -> pd.Series:
    def joined(codes_: str) -> str:
        return ",".join(dict.fromkeys(into.get(code, code) for code in codes_.split(",")))

    return values.map(joined, na_action="ignore").astype("string")


def _merged_into(connection: Connection, name: str, code: str) -> list[str]:
    code_lists.lay_over(connection)
    return [key for key, into in codes.merged(name).items() if into == code]


def shown_bases(connection: Connection, register: str, viewer: Viewer) -> list[str]:
    """Bases whose rows of a register the viewer may see."""
    sharing = read_sharing(connection)
    bases = connection.execute(select(tables.import_batch.c.base).distinct()).scalars()
    return [base for base in bases if viewer.may_see(level_of(sharing, register, base), base)]


@for_viewer
def read_reports(
    connection: Connection, register: str = "support", *, viewer: Viewer, at: State | None = None
) -> pd.DataFrame:
    """Which ``base`` spoke for which ``area_code`` and ``fiscal_year`` (NA = every year), from active batches.

    Only what a person stated: a file that speaks for its rows alone is no report about an area.
    """
    scope, batch = tables.batch_scope, tables.import_batch
    query = (
        select(scope.c.base, scope.c.area_code, scope.c.fiscal_year)
        .join(batch, batch.c.id == scope.c.batch_id)
        .where(
            batch.c.is_active if at is None else batch.c.id.in_(at.batches),
            scope.c.register == register,
            scope.c.kind != "rows",
        )
        .distinct()
        .order_by(scope.c.base, scope.c.area_code, scope.c.fiscal_year)
    )
    frame = pd.read_sql_query(query, connection)
    frame = frame.astype({"base": "string", "area_code": "string", "fiscal_year": "Int64"})
    frame = visible_rows(frame, register, read_sharing(connection), viewer)
    return as_merged(connection, frame).drop_duplicates(ignore_index=True)


@for_viewer
def read_table(connection: Connection, table: Table, *, viewer: Viewer) -> pd.DataFrame:
    """A whole small table as the viewer may see it; agencies and streams include what files and people changed."""
    if table.name in _register_of():
        return read_register(connection, _register_of()[table.name], None, viewer=viewer)[[c.name for c in table.c]]
    if table.name == "import_batch":
        return read_batches(connection, viewer=viewer)
    frame = pd.read_sql_query(select(table), connection)
    if table.name in ENTRIES:
        return _with_entries(connection, frame, table, viewer)
    if viewer.role == "admin" or table.name in OPEN_TABLES or (viewer.is_team and table.name not in ADMIN_ONLY):
        return frame
    if viewer.role == "partner" and table.name == "quarantine":
        batches = read_batches(connection, viewer=viewer)
        return frame[frame["batch_id"].isin(batches["id"][batches["base"] == viewer.agency])].reset_index(drop=True)
    return frame.iloc[:0]


def _register_of() -> dict[str, str]:
    return {table.name: register for register, table in tables.REGISTERS.items() if table is not tables.entry}


def _with_entries(connection: Connection, listed: pd.DataFrame, table: Table, viewer: Viewer) -> pd.DataFrame:
    """The code list overlaid with the newest active entry of each code; entries of hidden data sets are left out."""
    entry = ENTRIES[table.name]
    columns = [column.name for column in table.c]
    written = pd.read_sql_query(_active(entry), connection)
    written = visible_rows(written, table.name, read_sharing(connection), viewer)
    written = written.drop_duplicates("code", keep="last")[columns]
    if table.name == "agency" and not viewer.is_team:
        listed = listed[listed["code"].isin(_agencies_seen(connection, viewer))]
    if not written.empty:
        named = _named_before(connection, viewer) if table.name == "agency" else {}
        kept = listed[~listed["code"].isin({*written["code"], *named})].astype(object)
        listed = pd.concat([kept, written.astype(object)], ignore_index=True)
    listed = _said_over(connection, listed, table.name)
    return redact(listed) if viewer.role == "public" else listed


def _said_over(connection: Connection, listed: pd.DataFrame, name: str) -> pd.DataFrame:
    """The list with edits made on a page: renamed and new entries, without those merged into another."""
    stated = pd.DataFrame(code_lists.said(connection).get(name, []))
    code_lists.lay_over(connection)
    if stated.empty:
        return listed
    by_code = listed.set_index("code", drop=False)
    rows = []
    for entry in stated[stated["merged_into"].isna()].to_dict("records"):
        row = by_code.loc[entry["code"]].to_dict() if entry["code"] in by_code.index else dict.fromkeys(listed.columns)
        rows.append(row | {field: entry[field] for field in ("code", *codes.FIELDS) if field in row and entry[field]})
    kept = listed[~listed["code"].isin(stated["code"])].astype(object)
    return pd.concat([kept, pd.DataFrame(rows, columns=listed.columns).astype(object)], ignore_index=True)


def _agencies_seen(connection: Connection, viewer: Viewer) -> set[str]:
    """Shipped agencies, and those named in data that the viewer may see."""
    seen = {entry["code"] for entry in codes.agencies()}
    batch = tables.import_batch
    for register, column in (
        ("support", tables.support_summary.c.agency_code),
        ("contribution", tables.contribution.c.source),
    ):
        query = select(column).join(batch, batch.c.id == column.table.c.batch_id).distinct()
        seen.update(
            connection.execute(query.where(batch.c.base.in_(shown_bases(connection, register, viewer)))).scalars()
        )
    return seen


@for_viewer
def read_batches(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """All batches, newest first, including withdrawn ones; ``loaded_by`` and ``summary`` only for the data team.

    ``provinces``: the provinces each was loaded for, comma-joined.
    """
    frame = pd.read_sql_query(select(tables.import_batch).order_by(tables.import_batch.c.id.desc()), connection)
    provinces = provinces_of(connection, dict(zip(frame["id"].tolist(), frame["summary"], strict=True)))
    frame["provinces"] = pd.Series([",".join(sorted(provinces[key])) for key in frame["id"]], dtype="string")
    if viewer.is_team:
        return as_merged(connection, frame)
    registers = _registers_of_batches(connection)
    sharing = read_sharing(connection)
    seen = [
        any(viewer.may_see(level_of(sharing, register, row.base), row.base) for register in registers.get(row.id, ()))
        for row in records(frame)
    ]
    return as_merged(
        connection,
        redact(
            frame[pd.Series(seen, index=frame.index, dtype=bool)]
            .assign(loaded_by="", summary="{}")
            .reset_index(drop=True)
        ),
    )


def provinces_of(connection: Connection, summaries: Mapping[int, str]) -> dict[int, set[str]]:
    """Two-digit province codes by batch, from the summaries (JSON) of the batches.

    A batch whose summary names no province belongs to the areas it speaks for, else to the home province.
    """
    scope = tables.batch_scope
    query = select(scope.c.batch_id, func.substr(scope.c.area_code, 1, 2)).distinct()
    spoken: dict[int, set[str]] = {}
    for batch, code in connection.execute(query.where(scope.c.batch_id.in_(list(summaries)))):
        spoken.setdefault(batch, set()).add(code)
    provinces = {}
    for batch, summary in summaries.items():
        mark = json.loads(summary).get(PROVINCE_MARK)
        provinces[batch] = ({mark} if mark else set()) | spoken.get(batch, set()) or {settings.home_province()}
    return provinces


def _registers_of_batches(connection: Connection) -> dict[int, set[str]]:
    """Registers that a batch filled; code lists and rows without an area have no scope, so their tables are queried."""
    scope, batch = tables.batch_scope, tables.import_batch
    registers_of: dict[int, set[str]] = {}
    for batch_id, register in connection.execute(select(scope.c.batch_id, scope.c.register).distinct()):
        registers_of.setdefault(batch_id, set()).add(register)
    silent = [key for key in connection.execute(select(batch.c.id)).scalars() if key not in registers_of]
    for register, table in tables.REGISTERS.items():
        query = select(table.c.batch_id).where(table.c.batch_id.in_(silent), tables.of_register(register)).distinct()
        for batch_id in connection.execute(query).scalars() if silent else ():
            registers_of.setdefault(batch_id, set()).add(register)
    return registers_of
