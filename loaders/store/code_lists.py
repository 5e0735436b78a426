"""Agencies and streams in the store: the shipped lists, what files registered, what people edited on a page.

A name registered by a file overrides the shipped lists of :mod:`loaders.codes` while its batch is active, for files
loaded before or after it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, Engine, Table, select

from loaders import codes
from loaders.codes import squeeze
from loaders.store import tables
from loaders.store.connection import insert_rows, reading, writing


def ensure(engine: Engine) -> None:
    """Insert shipped agencies and streams that are missing in the store; existing rows, perhaps edited, stay."""
    with reading(engine) as connection:
        missing = _missing(connection)
    if any(missing.values()):
        with writing(engine) as connection:
            for name, rows in _missing(connection).items():
                insert_rows(connection, tables.metadata.tables[name], rows)


def _missing(connection: Connection) -> dict[str, list[dict]]:
    """Rows of the shipped lists that are missing in the store, by table."""
    fields = ("code", "name_th", "name_en", "short_th", "level")
    shipped = {
        "agency": [{name: entry.get(name) for name in fields} for entry in codes.shipped("agency")],
        "stream": [_stream(entry) for entry in codes.shipped("stream")],
    }
    missing = {}
    for name, rows in shipped.items():
        present = set(connection.execute(select(tables.metadata.tables[name].c.code)).scalars())
        missing[name] = [row for row in rows if row["code"] not in present]
    return missing


def _stream(entry: dict) -> dict:
    def day(name: str) -> date | None:
        value = entry.get(name)
        return date.fromisoformat(value) if isinstance(value, str) and value else value or None

    total = entry.get("total_baht")
    return {
        "code": entry["code"],
        "name_th": entry["name_th"],
        "name_en": entry.get("name_en"),
        "owner": entry.get("owner"),
        "kind": entry.get("kind"),
        "is_restricted": entry.get("restricted"),
        "condition_th": entry.get("condition_th"),
        "theme_code": entry.get("theme"),
        "starts_on": day("starts_on"),
        "ends_on": day("ends_on"),
        "total_satang": None if total is None else round(total * 100),
    }


def said(connection: Connection) -> dict[str, list[dict]]:
    """Edits of the code lists that people made on a page, in the form :func:`loaders.codes.use` takes."""
    table = tables.word
    columns = [table.c[name] for name in ("list", "code", *codes.FIELDS, "merged_into", "aliases", "is_retired")]
    by_list: dict[str, list[dict]] = {}
    for row in connection.execute(select(*columns).order_by(table.c.id)).mappings():
        entry = {key: row[key] for key in row if key != "list"} | {"aliases": (row["aliases"] or "").splitlines()}
        by_list.setdefault(str(row["list"]), []).append(entry)
    return by_list


def lay_over(connection: Connection) -> None:
    """Overlay the edits of this store on the shipped lists of the process."""
    codes.use(said(connection))


def registered(connection: Connection) -> dict[str, dict[str, str]]:
    """Normalised names, short names and codes -> code, by the file column that uses them."""
    agencies, streams = _words(connection, tables.agency_entry), _words(connection, tables.stream_entry)
    return {"agency": agencies, "source": agencies, "stream": streams}


def _words(connection: Connection, entry: Table, bases: Collection[str] | None = None) -> dict[str, str]:
    batch = tables.import_batch
    query = select(entry).join(batch, batch.c.id == entry.c.batch_id).where(batch.c.is_active).order_by(entry.c.id)
    if bases is not None:
        query = query.where(batch.c.base.in_(bases))
    by_word: dict[str, str] = {}
    for row in connection.execute(query).mappings():
        names = [row["code"], row["name_th"], row["name_en"], row.get("short_th")]
        by_word |= {squeeze(name): row["code"] for name in names if name}
    return by_word


def named_before(connection: Connection, bases: Collection[str]) -> dict[str, str]:
    """Agencies that a file only named -> the code that a file of ``bases`` registered for that name.

    The loaded row keeps the name; readers replace it by the code for as long as the registering batch is active.
    """
    words = _words(connection, tables.agency_entry, bases)
    agency = tables.agency
    names = (
        connection.execute(select(agency.c.code).where(agency.c.code == agency.c.name_th)).scalars() if words else ()
    )
    return {name: words[squeeze(name)] for name in names if words.get(squeeze(name), name) != name}
