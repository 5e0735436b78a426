"""Read functions of the review desk: quarantined rows with their problem, decisions, unused aliases.

``commands`` changes them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain

import pandas as pd
from sqlalchemy import Connection, select

from loaders import settings
from loaders.imports import learnt_layouts, row_outcomes
from loaders.imports.account import SheetResult
from loaders.imports.other_columns import BY_ROW
from loaders.imports.row_outcomes import DECIDED
from loaders.layouts import layout as layouts
from loaders.layouts.layout import Layout
from loaders.places.matcher import Places, Written, alias_key
from loaders.problems import Problem, Refused
from loaders.sheets.read import Sheet
from loaders.store import code_lists, tables

PLACE_PROBLEMS = ("place_", "point_", "no_place_named")
READER_DOUBTS = {
    "possible_total_row",
    "extra_fields",
    "missing_fields",
    "broken_quotes",
    "broken_characters",
    "record_not_an_object",
    "formula_without_value",
    "error_cell",
}
NO_KEY = alias_key(Written())


def kind_of(problem: str) -> str:
    """What a person must decide: ``place``, ``value`` or ``row`` (whether it is data at all)."""
    if problem.startswith(PLACE_PROBLEMS):
        return "place"
    return "row" if problem in READER_DOUBTS else "value"


def waiting(connection: Connection, province: str | None = None) -> pd.DataFrame:
    """Quarantined rows of active batches, read again for a province (None: the home province).

    Besides the columns of the quarantine: ``base``, ``file_name``, ``kind``, ``heading`` (of the doubtful cell) and
    ``alike``, equal for rows that one decision settles together.
    """
    batch = tables.import_batch
    query = (
        select(tables.quarantine, batch.c.base, batch.c.file_name)
        .join(batch, batch.c.id == tables.quarantine.c.batch_id)
        .where(batch.c.is_active)
        .order_by(tables.quarantine.c.id)
    )
    frame = pd.read_sql_query(query, connection)
    frame["kind"] = [kind_of(problem) for problem in frame["problem"]]
    frame["heading"], frame["alike"] = "", ""
    places = places_now(connection, province)
    for (batch_id, sheet), rows in frame.groupby(["batch_id", "sheet"]):  # ty: ignore[not-iterable]
        result = read_again(connection, int(batch_id), str(sheet), rows.to_dict("records"), places)
        keys = keys_of(result)
        for position, row in zip(rows.index, rows["row"], strict=True):
            doubt = result.read.bad.get(int(row))
            frame.at[position, "heading"] = (
                (doubt.column or "") if doubt and frame.at[position, "kind"] == "value" else ""
            )
            is_place = frame.at[position, "kind"] == "place"
            written = f"{frame.at[position, 'heading']}|{frame.at[position, 'value'] or ''}"
            by_row = frame.at[position, "problem"] in BY_ROW or keys[int(row)] == NO_KEY
            frame.at[position, "alike"] = keys[int(row)] + written * by_row if is_place else written
    return frame


def places_now(connection: Connection, province: str | None = None) -> Places:
    """The matcher with every decided alias."""
    home = province or settings.home_province()
    return Places.national(aliases=learnt_layouts.aliases(connection), home=home)


def keys_of(result: SheetResult) -> dict[int, str]:
    """Alias key of every row's written place, by row number."""
    columns = ("subdistrict", "district", "province", "place_code", "place_text")
    cells = [
        result.read.place[name] if name in result.read.place else pd.Series("", index=result.outcome.index)
        for name in columns
    ]
    keys = {}
    for row, (subdistrict, district, province, code, text) in zip(
        result.outcome.index, zip(*cells, strict=True), strict=True
    ):
        keys[int(row)] = alias_key(Written(subdistrict, district, province, code, "", text))
    return keys


def layout_of(connection: Connection, batch_id: int, sheet: str) -> Layout:
    """The layout with which a sheet of a batch was read. Raises ``Refused`` (``layout_not_kept``)."""
    row = connection.execute(
        select(tables.import_batch.c.summary, tables.import_batch.c.layouts).where(tables.import_batch.c.id == batch_id)
    ).one()
    for entry in json.loads(row.summary).get("understood", ()):
        if entry["sheet"] == sheet:
            return layouts.from_dict(entry["layout"])
    shipped = [layout for layout in layouts.shipped() if layout.code in row.layouts.split(",")]  # not in the summary
    if not shipped:
        raise Refused(Problem("layout_not_kept", "refused", sheet))
    return shipped[0]


def read_again(
    connection: Connection,
    batch_id: int,
    sheet: str,
    rows: list[dict],
    places: Places,
    changes: dict[str, str] | None = None,
) -> SheetResult:
    """Read rows of a sheet again as the importer does, with cells changed or a place decided."""
    layout = layout_of(connection, batch_id, sheet)
    records = [json.loads(row["cells"]) | (changes or {}) for row in rows]
    headings = list(dict.fromkeys(chain(*layout.columns.values(), *records)))
    cells = [[str(record.get(heading, "")) for heading in headings] for record in records]
    frame = pd.DataFrame(
        cells, columns=headings, index=pd.Index([int(row["row"]) for row in rows], name="row"), dtype="str"
    )
    if changes and DECIDED in changes:
        kept = {column: names for column, names in layout.columns.items() if column not in layouts.PLACE}
        layout = replace(
            layout,
            columns=kept | {"place_code": [DECIDED]},
            constants={k: v for k, v in layout.constants.items() if k != "province"},
        )
        frame = frame.drop(columns="__section", errors="ignore")
    return row_outcomes.account(
        Sheet(sheet, frame, frame.iloc[:0]), layout, places, [], code_lists.registered(connection)
    )


def decisions(connection: Connection) -> pd.DataFrame:
    """Every decision about a row, newest first, with base and file."""
    batch = tables.import_batch
    query = select(tables.correction, batch.c.base, batch.c.file_name).join(
        batch, batch.c.id == tables.correction.c.batch_id
    )
    return pd.read_sql_query(query.order_by(tables.correction.c.id.desc()), connection)


def unused_aliases(connection: Connection) -> pd.DataFrame:
    """Decided places that neither the import of an active batch nor a decision in force uses."""
    batch, table = tables.import_batch, tables.correction
    used: set[str] = set()
    for summary in connection.execute(select(batch.c.summary).where(batch.c.is_active)).scalars():
        used |= set(json.loads(summary).get("aliases_used", ()))
    standing = (
        select(table.c.alias_key)
        .join(batch, batch.c.id == table.c.batch_id)
        .where(batch.c.is_active, table.c.is_undone.is_(False))
    )
    used |= set(connection.execute(standing).scalars()) - {None}
    frame = pd.read_sql_query(select(tables.alias).order_by(tables.alias.c.id), connection)
    return frame[~frame["written"].isin(used)].reset_index(drop=True)
