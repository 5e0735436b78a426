"""Frozen copies of the facts behind a meeting: written once, never changed, checked when they are read."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
from sqlalchemy import Connection, insert, select

from loaders.problems import Refused
from loaders.store import connection as store
from loaders.store import tables


def canonical(facts: dict) -> str:
    """The one way to write facts: the same facts give the same text."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of the written facts."""
    return hashlib.sha256(text.encode()).hexdigest()


def freeze(connection: Connection, name: str, facts: dict, who: str) -> int:
    """Keep ``facts`` (JSON values; ``version`` names the data version) under a name; returns the number of the copy."""
    if not name.strip():
        raise Refused("snapshot_without_name")
    text = canonical(facts)
    row = {
        "name": name.strip(),
        "made_at": store.now(),
        "made_by": who,
        "data_version": facts["version"],
        "sha256": digest(text),
        "facts": text,
    }
    number = int(connection.execute(insert(tables.snapshot).values(**row).returning(tables.snapshot.c.id)).scalar_one())
    store.note(connection, who, "freeze", f"{number} {row['name']} {row['sha256'][:12]}")
    return number


def listed(connection: Connection) -> pd.DataFrame:
    """All copies, newest first: ``id``, ``name``, ``made_at``, ``made_by``, ``data_version``, ``sha256``."""
    table = tables.snapshot
    columns = [column for column in table.c if column.name != "facts"]
    return pd.read_sql_query(select(*columns).order_by(table.c.id.desc()), connection)


def read(connection: Connection, number: int) -> dict:
    """The facts of a copy.

    Raises
    ------
    Refused
        ``snapshot_missing``; ``snapshot_changed`` when the text is no longer what was frozen.
    """
    table = tables.snapshot
    row = connection.execute(select(table.c.facts, table.c.sha256).where(table.c.id == number)).first()
    if row is None:
        raise Refused("snapshot_missing", value=str(number))
    if digest(row.facts) != row.sha256:
        raise Refused("snapshot_changed", value=str(number))
    return json.loads(row.facts)
