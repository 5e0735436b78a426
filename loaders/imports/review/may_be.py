"""Which areas, years and functions quarantined rows may concern; there, absence of records is not "none"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from loaders import codes, registers
from loaders.imports.review.queries import layout_of
from loaders.layouts.values import read_rows
from loaders.problems import Refused
from loaders.store import code_lists, tables
from loaders.store.privacy import Viewer, visible_rows
from loaders.store.read import State, as_merged, provinces_of, read_sharing
from loaders.store.seen import for_viewer
from loaders.store.shared.tables import WAITS
from loaders.thai.periods import fiscal_year_of

MOST_OFFERED = 8  # the matcher lists at most this many candidates, so there may be more
STATED = ("agency_code", "stream_code", "theme_code", "fiscal_year", "starts_on", "ends_on")
MOST_YEARS = 10  # dates further apart are probably typing errors: the row may be of any year
AREA = re.compile(r"\d{2}(?:\d{2}){0,3}")


@for_viewer
def read_may_be(
    connection: Connection, register: str, province: str, *, viewer: Viewer, at: State | None = None
) -> pd.DataFrame:
    """Quarantined rows of a register, one row per area of the province that each may concern.

    Returns
    -------
    DataFrame
        ``row_id``, ``base``, ``area_code`` (2, 4 or 6 digits: a stored candidate; without one the province) and the
        row's own values, NA = any: ``agency_code``, ``stream_code``, ``theme_code``, ``fiscal_year``, ``starts_on``,
        ``ends_on``.
    """
    rows = _of_province(connection, _waiting(connection, register, at), province)
    rows = visible_rows(rows, register, read_sharing(connection), viewer).reset_index(drop=True)
    if rows.empty:
        return _typed(pd.DataFrame(columns=["row_id", "base", "area_code", *STATED]))
    places = [places_of(offered, province) for offered in rows["candidates"]]
    stated = pd.concat([_stated(connection, *key, own) for key, own in rows.groupby(["batch_id", "sheet"])])  # ty: ignore[not-iterable]
    table = rows[["base"]].assign(row_id=range(len(rows)), area_code=places).join(stated).explode("area_code")
    return as_merged(connection, _typed(table[table["area_code"].notna()].reset_index(drop=True)))


@for_viewer
def waiting_dues(connection: Connection, province: str, *, viewer: Viewer) -> list[dict[str, Any]]:
    """Quarantined support rows in the form of expected reports, which therefore block "none"; equal ones once.

    ``base`` is :data:`WAITS`; ``area_code``; ``functions``, ``agencies``, ``streams`` (one code each) and
    ``fiscal_year``, ``None`` = any. Contains no cell text: an agency or stream that is in no code list becomes
    ``None``.
    """
    table = read_may_be(connection, "support", province, viewer=viewer)
    listed = {
        "functions": ("theme_code", {entry["code"] for entry in codes.themes()}),
        "agencies": ("agency_code", {entry["code"] for entry in codes.agencies()}),
        "streams": ("stream_code", {entry["code"] for entry in codes.streams()}),
    }
    dues: dict[tuple, dict[str, Any]] = {}
    for row in table.to_dict("records"):
        own = {name: row[column] if row[column] in known else None for name, (column, known) in listed.items()}
        for year in _years(row):
            due = {"base": WAITS, "register": "support", "area_code": row["area_code"], **own}
            due |= {"fiscal_year": year, "is_asked": True}
            dues[tuple(due.values())] = due
    return list(dues.values())


def _years(row: dict[str, Any]) -> list[int | None]:
    """Every fiscal year that a row may be of; a superset of those of :func:`geo.periods.in_fiscal_year`."""
    days = [row[name] for name in ("starts_on", "ends_on") if not pd.isna(row[name])]
    if days[1:] and days[0] > days[1]:
        days = []
    years = [fiscal_year_of(day) for day in days]
    if not pd.isna(row["fiscal_year"]):
        years.append(int(row["fiscal_year"]))
    if not years or max(years) - min(years) >= MOST_YEARS:
        return [None]
    return list(range(min(years), max(years) + 1))


def places_of(candidates: str | None, province: str) -> list[str]:
    """Candidates of a row inside the province; the province itself when there are none or too many."""
    codes = [code for code in str(candidates or "").split("|") if AREA.fullmatch(code)]
    if len(codes) >= MOST_OFFERED:
        return [province]
    here = dict.fromkeys(code[:6] for code in codes if code.startswith(province))
    return list(here) if codes else [province]


def _waiting(connection: Connection, register: str, at: State | None) -> pd.DataFrame:
    """Quarantined rows of active batches; for an earlier moment also those settled since."""
    table, batch, done = tables.quarantine, tables.import_batch, tables.correction
    columns = [table.c[name] for name in ("batch_id", "sheet", "candidates", "cells")]
    in_use = batch.c.is_active if at is None else batch.c.id.in_(at.batches)
    query = select(*columns, batch.c.base).join(batch, batch.c.id == table.c.batch_id)
    waiting = connection.execute(query.where(in_use, table.c.register == register).order_by(table.c.id))
    rows = [dict(row) for row in waiting.mappings()]
    if at is not None:
        since = select(done.c.before, batch.c.base).join(batch, batch.c.id == done.c.batch_id)
        since = since.where(
            in_use, done.c.register == register, done.c.decided_at > at.moment, done.c.is_undone.is_(False)
        )
        rows += [json.loads(row.before) | {"base": row.base} for row in connection.execute(since)]
    return pd.DataFrame(rows, columns=[*(column.name for column in columns), "base"])


def _of_province(connection: Connection, rows: pd.DataFrame, province: str) -> pd.DataFrame:
    """Rows of files that were loaded for the province."""
    batch = tables.import_batch
    query = select(batch.c.id, batch.c.summary).where(batch.c.id.in_(sorted({int(key) for key in rows["batch_id"]})))
    ours = provinces_of(connection, {row.id: row.summary for row in connection.execute(query)}) if len(rows) else {}
    return rows[[province in ours[int(key)] for key in rows["batch_id"]]] if len(rows) else rows


def _stated(connection: Connection, batch_id: int, sheet: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Readable values of the rows of one sheet; unreadable ones are missing."""
    cells = pd.DataFrame([json.loads(text) for text in rows["cells"]], index=rows.index).fillna("").astype("str")
    try:
        layout = layout_of(connection, batch_id, sheet)
    except Refused:
        return pd.DataFrame(index=rows.index)
    missing = {name for names in layout.columns.values() for name in names} - set(cells)
    cells = cells.assign(**dict.fromkeys(sorted(missing), "")) if missing else cells
    values = read_rows(cells, layout, sheet, code_lists.registered(connection)).values
    values = values.rename(columns=registers.STORED)
    return values[[name for name in STATED if name in values]].astype(object)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    table = table.reindex(columns=["row_id", "base", "area_code", *STATED])
    words: Iterable[str] = ("base", "area_code", *STATED[:3])
    for name in ("starts_on", "ends_on"):
        table[name] = pd.to_datetime(table[name], errors="coerce")
    return table.astype(dict.fromkeys(words, "string") | dict.fromkeys(("row_id", "fiscal_year"), "Int64"))
