"""What a meeting leaves in the store: frozen copies of its facts (snapshots), decisions, named storyboards.

A snapshot is written once, never changed, and checked against its digest when read. Viewers outside the data team get
empty lists, and a snapshot is refused.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pandas as pd
from sqlalchemy import Connection, delete, insert, select, update

from loaders import store
from loaders.decisions import Basis, loop
from loaders.decisions.written import whole
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import Viewer
from loaders.store.seen import for_viewer

LONGEST_KEY = 80


def canonical(facts: dict) -> str:
    """Canonical JSON: equal facts give equal text."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of the canonical JSON, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def freeze(connection: Connection, name: str, facts: dict, who: str, basis: Basis) -> int:
    """Store ``facts`` (JSON values) under a name and record the meeting as held; returns the key of the snapshot.

    Raises ``Refused``: ``snapshot_without_name``.
    """
    if not name.strip():
        raise Refused("snapshot_without_name")
    text, table = canonical(facts), tables.snapshot
    row = {"name": name.strip(), "made_at": store.now(), "made_by": who, "sha256": digest(text), "facts": text}
    query = insert(table).values(**row, **basis._asdict()).returning(table.c.id)
    number = int(connection.execute(query).scalar_one())
    store.note(connection, who, "freeze", f"{number} {row['name']} {row['sha256'][:12]}")
    planned = loop.planned_on(connection, date.today(), basis.province_code)
    loop.hold(connection, who, basis, name=row["name"], planned=planned)
    return number


@for_viewer
def read_snapshots(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """All snapshots, newest first: ``id``, ``name``, ``made_at``, ``made_by`` ..., without ``facts``."""
    table = tables.snapshot
    columns = [column for column in table.c if column.name != "facts"]
    frame = pd.read_sql_query(select(*columns).order_by(table.c.id.desc()), connection)
    return frame if viewer.is_team else frame.iloc[:0]


@for_viewer
def read_snapshot(connection: Connection, number: int, *, viewer: Viewer) -> dict:
    """The facts of a snapshot.

    Raises
    ------
    Refused
        ``not_allowed`` outside the data team; ``snapshot_missing``; ``snapshot_changed`` when the text does not match
        its digest.
    """
    if not viewer.is_team:
        raise Refused("not_allowed")
    table = tables.snapshot
    row = connection.execute(select(table.c.facts, table.c.sha256).where(table.c.id == number)).first()
    if row is None:
        raise Refused("snapshot_missing", value=str(number))
    if digest(row.facts) != row.sha256:
        raise Refused("snapshot_changed", value=str(number))
    return json.loads(row.facts)


def decide(
    connection: Connection,
    key: str,
    who: str,
    what: str,
    due_on: date | None,
    *,
    noted_by: str,
    basis: Basis,
    area_code: str | None = None,
    step: str | None = None,
    snapshot_id: int | None = None,
) -> bool:
    """Record a decision; False when one with this ``key`` exists already.

    A decision about a snapshot takes that snapshot's data version and province instead of ``basis``. Raises ``Refused``:
    ``decision_incomplete`` without ``who`` or ``what``, ``text_too_long``.
    """
    who, what = whole(who), whole(what)
    if not who or not what:
        raise Refused("decision_incomplete")
    key = key if len(key) <= LONGEST_KEY else digest(key)
    table, copy = tables.decision, tables.snapshot
    if connection.execute(select(table.c.id).where(table.c.key == key)).first():
        return False
    frozen = connection.execute(select(copy.c.data_version, copy.c.province_code).where(copy.c.id == snapshot_id))
    row = {
        "key": key,
        "noted_at": store.now(),
        "noted_by": noted_by,
        "who": who,
        "what": what,
        "due_on": due_on,
        "area_code": area_code,
        "step": step,
        "snapshot_id": snapshot_id,
        "is_struck": False,
    }
    connection.execute(insert(table).values(**row, **(dict(frozen.mappings().first() or basis._asdict()))))
    store.note(connection, noted_by, "decide", key)
    return True


def strike(connection: Connection, number: int, by: str) -> None:
    """Strike a decision off the list; it stays in the store and in the audit trail."""
    connection.execute(update(tables.decision).where(tables.decision.c.id == number).values(is_struck=True))
    store.note(connection, by, "strike_decision", str(number))


@for_viewer
def read_decisions(
    connection: Connection, province: str, *, viewer: Viewer, snapshot_id: int | None = None
) -> pd.DataFrame:
    """Decisions not struck, in the order they were recorded; ``due_on`` is ISO text or None.

    Those of one snapshot, or (``snapshot_id`` None) those about the live data of the province.
    """
    table = tables.decision
    meeting = table.c.snapshot_id == snapshot_id
    if snapshot_id is None:
        meeting = table.c.snapshot_id.is_(None) & (table.c.province_code == province)
    query = select(table).where(table.c.is_struck.is_(False), meeting).order_by(table.c.id)
    frame = pd.read_sql_query(query, connection)
    frame = frame if viewer.is_team else frame.iloc[:0]
    days = [None if pd.isna(day) else pd.Timestamp(day).date().isoformat() for day in frame["due_on"]]
    return frame.assign(due_on=days)


def save_storyboard(connection: Connection, name: str, steps: list[dict], who: str) -> None:
    """Save a storyboard under a name, replacing one of the same name. Raises ``Refused``: ``storyboard_incomplete``."""
    if not name.strip() or not steps:
        raise Refused("storyboard_incomplete")
    table = tables.storyboard
    connection.execute(delete(table).where(table.c.name == name.strip()))
    text = json.dumps(steps, ensure_ascii=False, sort_keys=True)
    connection.execute(insert(table).values(name=name.strip(), steps=text, saved_at=store.now(), saved_by=who))
    store.note(connection, who, "save_storyboard", name.strip())


@for_viewer
def storyboards(connection: Connection, *, viewer: Viewer) -> dict[str, list[dict]]:
    """Saved storyboards by name, each a list of steps of the wall; empty for viewers outside the data team."""
    if not viewer.is_team:
        return {}
    table = tables.storyboard
    rows = connection.execute(select(table.c.name, table.c.steps).order_by(table.c.name))
    return {row.name: json.loads(row.steps) for row in rows}
