"""Store one understood file inside the caller's transaction: batch, rows, quarantine, exclusions, scope."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, delete, func, insert, select, update

from loaders import registers, store
from loaders.decisions import dues
from loaders.imports.account import LEFT_OUT, OUTCOMES, Ingested, SheetResult, written_places
from loaders.imports.speaks_for import SpeaksFor, check_districts, scope_rows
from loaders.layouts import layout as layouts
from loaders.layouts.layout import Layout
from loaders.layouts.values import Read, cells_as_json
from loaders.problems import Problem, Refused
from loaders.store import in_use, tables
from loaders.store.privacy import CONTACTS
from loaders.store.read import PROVINCE_MARK, provinces_of
from loaders.words import catalogue

DEMO_WORD = "ข้อมูลสาธิต"  # above the table in files of the demo province
UNNAMED = "unnamed_base"  # base of a sheet that does not name its owner
COLUMN_NOT_USED = "column_not_used"  # money of a column that a person marked as not used
CODE_LISTS = {"agency", "stream"}  # lists of words: no reports are expected
PLACES = [
    "area_code",
    "area_level",
    "village_code",
    "village_codes",
    "subdistrict_code",
    "district_code",
    "province_code",
    "match_evidence",
]


def refuse_twice(connection: Connection, digest: str, province: str) -> None:
    """Raise ``Refused`` (``file_already_loaded``) when an active batch of the province has the same bytes."""
    if (seen := _of_bytes(connection, digest, province)) is not None:
        raise Refused(Problem("file_already_loaded", "refused", value=str(seen)))


def loaded_as(connection: Connection, path: Path, province: str) -> int | None:
    """The active batch of a province with the bytes of this file, or None."""
    if not path.is_file():
        return None
    return _of_bytes(connection, hashlib.sha256(path.read_bytes()).hexdigest(), province)


def _of_bytes(connection: Connection, digest: str, province: str) -> int | None:
    batch = tables.import_batch
    query = select(batch.c.id, batch.c.summary).where(batch.c.file_sha256 == digest, batch.c.is_active)
    same = {row.id: row.summary for row in connection.execute(query)}
    here = (seen for seen, provinces in provinces_of(connection, same).items() if province in provinces)
    return next(here, None)


def owner_of(ingested: Ingested, base: str | None) -> str:
    """The base of a file: stated by a person, else by its layout."""
    return base or ingested.understood[0].layout.base


def demo_in_the_way(connection: Connection, ingested: Ingested, file_name: str, base: str | None) -> int:
    """Number of active invented batches that storing this file withdraws (they can be put back)."""
    if is_invented(ingested, file_name, base) or owner_of(ingested, base) == "reference":
        return 0
    batch = tables.import_batch
    return connection.execute(select(func.count()).where(batch.c.is_demo, batch.c.is_active)).scalar_one()


def store_batch(
    connection: Connection,
    ingested: Ingested,
    file_name: str,
    digest: str,
    base: str | None,
    who: str,
    claim: SpeaksFor | None = None,
) -> int:
    """Write everything and return the batch's key; the first real file withdraws invented batches.

    ``claim`` is the scope that a person stated; without it a real file speaks for its rows only.
    """
    if claim is not None:
        check_districts(claim, ingested.province)
    owner = owner_of(ingested, base)
    if owner == UNNAMED:
        owner = _unnamed_office(connection, ingested, file_name, digest)
    is_demo = is_invented(ingested, file_name, base)
    if is_demo:
        in_use.take_demo(connection, file_name)
    elif owner != "reference":
        ingested.demo_withdrawn = in_use.take_real(connection, who)
    batch = _batch_row(ingested, owner, file_name, digest, who) | {"is_demo": is_demo}
    ingested.batch_id = connection.execute(
        insert(tables.import_batch).values(**batch).returning(tables.import_batch.c.id)
    ).scalar_one()
    for result in ingested.sheets:
        _store_sheet(connection, result, ingested.batch_id)
        if result.is_understood:
            spoken = scope_rows(
                result, ingested.batch_id, owner, ingested.province, claim, who, is_ours=is_demo or owner == "reference"
            )
            store.insert_rows(connection, tables.batch_scope, spoken)
    if owner != "reference":
        registers = {result.layout.register for result in ingested.understood} - CODE_LISTS
        dues.list_unasked(connection, owner, registers, ingested.province, who)
    if unused := ingested.unused_satang:
        add_excluded(connection, ingested.batch_id, COLUMN_NOT_USED, 0, unused)
    store.finish_batch(connection, ingested.batch_id)
    kept = ingested.summary(file_name) | {
        "understood": _understood(ingested, owner),
        "aliases_used": ingested.aliases_used,
        PROVINCE_MARK: ingested.province,
        "repeat_rows": _repeat_rows(ingested),
        # Nothing erases a summary: no words of a register that names people may be in it.
        "edition_lines": [
            line | {"words": ""} if line["register"] in CONTACTS else line for line in ingested.edition_lines
        ],
    }
    table = tables.import_batch
    connection.execute(
        update(table).where(table.c.id == ingested.batch_id).values(summary=json.dumps(kept, ensure_ascii=False))
    )
    store.note(connection, who, "import", file_name, ingested.batch_id)
    return ingested.batch_id


def _batch_row(ingested: Ingested, owner: str, file_name: str, digest: str, who: str) -> dict[str, object]:
    """Values of the batch row, before its key is known and its summary complete."""
    return {
        "base": owner,
        "file_name": file_name,
        "file_sha256": digest,
        "layouts": ",".join(sorted({result.layout.code for result in ingested.understood})),
        "loaded_at": store.now(),
        "as_of": ingested.as_of,
        "loaded_by": who,
        "is_active": True,
        "rows_in": ingested.count(),
        "satang_in": ingested.satang(),
        **{f"rows_{outcome}": ingested.count(outcome) for outcome in OUTCOMES},
        **{f"satang_{outcome}": ingested.satang(outcome) for outcome in OUTCOMES},
        "summary": "{}",
    }


def _understood(ingested: Ingested, owner: str) -> list[dict]:
    """How each sheet was read, so that review desk and give-back can read single rows the same way later."""
    return [
        {
            "sheet": result.sheet.name,
            "key": layouts.headings_key(result.sheet.frame.columns),
            "layout": layouts.as_dict(_of_office(result.layout, owner)),
        }
        for result in ingested.sheets
    ]


def _repeat_rows(ingested: Ingested) -> dict[str, list[int]]:
    """Rows left out because another file has them, which reading the file again would not show."""
    return {
        result.sheet.name: [int(row) for row in result.reason.index[result.reason == LEFT_OUT]]
        for result in ingested.understood
        if result.reason.eq(LEFT_OUT).any()
    }


def _unnamed_office(connection: Connection, ingested: Ingested, file_name: str, digest: str) -> str:
    """Create an agency code for a file without a base, so that two such files are never merged automatically."""
    name = f"{Path(file_name).stem[:60]} ({digest[:6]})"
    code = f"{UNNAMED}:{digest[:12]}"
    for result in ingested.understood:
        for column in {"agency", "source"} & set(result.read.values):
            result.read.values[column] = result.read.values[column].replace(UNNAMED, code)
    same = select(tables.agency.c.code).where(tables.agency.c.code == code)
    if connection.execute(same).first() is None:
        connection.execute(
            insert(tables.agency).values(
                code=code,
                **{
                    f"name_{language}": catalogue(language)["agency_of_file"].format(name=name)
                    for language in ("th", "en")
                },
            )
        )
    return code


def _of_office(layout: Layout, owner: str) -> Layout:
    """The layout for reading single rows again, with the agency code created for a file without a base."""
    if layout.constants.get("agency") != UNNAMED:
        return layout
    return replace(layout, constants=layout.constants | {"agency": owner})


def is_invented(ingested: Ingested, file_name: str, base: str | None) -> bool:
    """Whether a file is demo data: it says so above its table, or a demo layout reads it.

    A stated base means a real file with the same headings, unless it has a demo file's name.
    """
    if any(DEMO_WORD in text for result in ingested.sheets for text in result.sheet.texts.values()):
        return True
    return ingested.understood[0].layout.is_demo and (base is None or file_name.startswith("demo_"))


def _store_sheet(connection: Connection, result: SheetResult, batch_id: int) -> None:
    if result.is_understood:
        add_agencies(connection, result)
        store.insert_rows(connection, tables.REGISTERS[result.layout.register], records(result, batch_id))
        store.insert_rows(connection, tables.quarantine, _quarantined(result, batch_id))
    excluded = result.rows("excluded")
    for reason, satang in result.satang[excluded].groupby(result.reason[excluded]):
        add_excluded(connection, batch_id, str(reason), len(satang), int(sum(satang)))


def add_excluded(connection: Connection, batch_id: int, reason: str, rows: int, satang: int) -> None:
    """Add rows and satang to what the batch excluded for a reason."""
    table = tables.excluded
    mine = (table.c.batch_id == batch_id) & (table.c.reason == reason)
    values = {"rows": table.c.rows + rows, "satang": table.c.satang + satang}
    if not connection.execute(update(table).where(mine).values(**values)).rowcount:
        connection.execute(insert(table).values(batch_id=batch_id, reason=reason, rows=rows, satang=satang))


def take_excluded(connection: Connection, batch_id: int, reason: str, rows: int, satang: int) -> None:
    """Subtract what :func:`add_excluded` added; a reason without rows is deleted."""
    add_excluded(connection, batch_id, reason, -rows, -satang)
    table = tables.excluded
    connection.execute(delete(table).where(table.c.batch_id == batch_id, table.c.rows == 0))


def shift(connection: Connection, batch_id: int, outcome: str, rows: int, satang: int) -> None:
    """Add rows and satang (may be negative) to an outcome and to the total of a batch."""
    table = tables.import_batch
    changed = {
        f"rows_{outcome}": table.c[f"rows_{outcome}"] + rows,
        "rows_in": table.c.rows_in + rows,
        f"satang_{outcome}": table.c[f"satang_{outcome}"] + satang,
        "satang_in": table.c.satang_in + satang,
    }
    connection.execute(update(table).where(table.c.id == batch_id).values(**changed))


def sum_again(connection: Connection, batch_id: int) -> None:
    """Recompute the batch's sums after a change; person records keep their retention date."""
    holder = tables.role_holder
    until: date | None = connection.execute(
        select(func.min(holder.c.retain_until)).where(holder.c.batch_id == batch_id)
    ).scalar()
    store.finish_batch(connection, batch_id)
    if until is not None:
        connection.execute(update(holder).where(holder.c.batch_id == batch_id).values(retain_until=until))


def add_names(connection: Connection, read: Read) -> None:
    """Add agencies and streams named only in a row entered by hand."""
    for table, names in ((tables.agency, read.new_agencies), (tables.stream, read.new_streams)):
        stored = set(connection.execute(select(table.c.code)).scalars())
        rows = [{"code": code, "name_th": name} for code, name in names.items() if code not in stored]
        store.insert_rows(connection, table, rows)


def add_agencies(connection: Connection, result: SheetResult) -> None:
    """Add agencies and streams that the file names first; agencies only when a loaded row uses them."""
    columns = [column for column in ("agency", "source") if column in result.read.values]
    used = {code for column in columns for code in result.read.values.loc[result.rows("loaded"), column].dropna()}
    stored = set(connection.execute(select(tables.agency.c.code)).scalars())
    constant = {result.layout.constants.get("agency")} - {None}
    names = {code: name for code, name in result.read.new_agencies.items() if code in used and code not in stored}
    names |= {code: code for code in used & constant if code not in stored}
    store.insert_rows(connection, tables.agency, [{"code": code, "name_th": name} for code, name in names.items()])
    stored = set(connection.execute(select(tables.stream.c.code)).scalars())
    streams = {code: name for code, name in result.read.new_streams.items() if code not in stored}
    store.insert_rows(connection, tables.stream, [{"code": code, "name_th": name} for code, name in streams.items()])


def records(result: SheetResult, batch_id: int) -> list[dict]:
    """Rows for the register's table; a wide indicator sheet gives one row per indicator column."""
    rows = result.rows("loaded")
    frame = result.matched.loc[rows, PLACES].assign(
        batch_id=batch_id, sheet=result.sheet.name, row=rows, written_place=written_places(result.read.place.loc[rows])
    )
    values = result.read.values.loc[rows]
    if result.layout.register == "indicator" and "value" not in values:
        parts = [_indicator(frame, values, column) for column in values if column.startswith("value:")]
        frame = pd.concat(parts) if parts else frame.iloc[:0]
    else:
        frame = pd.concat([frame, values.rename(columns=registers.stored(result.layout.register))], axis=1)
    if "title" in frame:
        frame["activity"] = (
            frame["activity"].where(frame["activity"].notna(), frame["title"])
            if "activity" in frame
            else frame["title"]
        )
    table, frame = tables.REGISTERS[result.layout.register], frame.astype(object)
    if table is tables.entry:
        frame = frame.join(_as_entries(result.layout.register, frame))
    columns = {column.name for column in table.columns}
    frame = frame[[column for column in frame.columns if column in columns]]
    return frame.where(frame.notna(), None).to_dict("records")


def _as_entries(register: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``register`` and ``content`` (JSON) of rows of a defined register."""
    names = [column.stored for column in registers.defined()[register].columns if column.stored in frame]
    content = [registers.packed(row) for row in frame[names].to_dict("records")]
    return pd.DataFrame({"register": register, "content": content}, index=frame.index)


def _indicator(frame: pd.DataFrame, values: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows of ``value:CODE`` or ``value:CODE@YEAR`` (Gregorian); missing values stay missing."""
    code, _, year = column.removeprefix("value:").partition("@")
    years = values["fiscal_year"] if "fiscal_year" in values else None
    return frame.assign(indicator_code=code, fiscal_year=int(year) if year else years, value=values[column])


def _quarantined(result: SheetResult, batch_id: int) -> list[dict]:
    return [
        {
            "batch_id": batch_id,
            "sheet": result.sheet.name,
            "row": int(row),
            "register": result.layout.register,
            "problem": result.reason[row],
            "value": doubtful(result, row),
            "candidates": _proposed(result, row),
            "satang": int(result.satang[row]),
            "cells": cells_as_json(result.sheet.frame, row),
        }
        for row in result.rows("quarantined")
    ]


def _proposed(result: SheetResult, row: int) -> str | None:
    """Candidate codes, separated by ``|``: of an unknown word, then of the place (digits)."""
    places = result.matched.at[row, "candidates"] or None
    if (bad := result.read.bad.get(row)) and bad.suggestion and bad.code in ("unknown_word", "cofinancing_unnamed"):
        return "|".join([bad.suggestion.replace(", ", "|"), *([places] if places else [])])
    return places


def doubtful(result: SheetResult, row: int) -> str | None:
    """What a person must check: the unreadable cell, or the place as written."""
    if row in result.read.bad:
        return result.read.bad[row].value
    return written_places(result.read.place.loc[[row]])[0] or None
