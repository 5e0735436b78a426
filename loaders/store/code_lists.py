"""Words of agencies and streams that people registered with a file: a later file may use them, an earlier one may have.

They stand over the shipped lists of :mod:`loaders.codes` for as long as their batch is active.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Table, select

from loaders.codes import squeeze
from loaders.store import tables


def registered(connection: Connection) -> dict[str, dict[str, str]]:
    """Squeezed names, short names and codes to codes, by the column of a file that uses them."""
    agencies, streams = _words(connection, tables.agency_entry), _words(connection, tables.stream_entry)
    return {"agency": agencies, "source": agencies, "stream": streams}


def _words(connection: Connection, entry: Table, bases: Collection[str] | None = None) -> dict[str, str]:
    batch = tables.import_batch
    query = select(entry).join(batch, batch.c.id == entry.c.batch_id).where(batch.c.is_active).order_by(entry.c.id)
    if bases is not None:
        query = query.where(batch.c.base.in_(bases))
    found: dict[str, str] = {}
    for row in connection.execute(query).mappings():
        names = [row["code"], row["name_th"], row["name_en"], row.get("short_th")]
        found |= {squeeze(name): row["code"] for name in names if name}
    return found


def named_before(connection: Connection, bases: Collection[str]) -> dict[str, str]:
    """Agencies that a file only named, and the code that a file of ``bases`` registered for that name.

    The name stays in the row as it was loaded; whoever reads takes the code, and when the registering file is withdrawn
    the name stands for itself again.
    """
    words = _words(connection, tables.agency_entry, bases)
    agency = tables.agency
    names = (
        connection.execute(select(agency.c.code).where(agency.c.code == agency.c.name_th)).scalars() if words else ()
    )
    return {name: words[squeeze(name)] for name in names if words.get(squeeze(name), name) != name}
