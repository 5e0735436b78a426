"""What a meeting leaves in the store: frozen copies of its facts, decisions (who, what, by when), named storyboards.

A frozen copy is written once, never changed, and checked when it is read. All of it is the data team's: another viewer
gets an empty list, and a copy is refused.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pandas as pd
from sqlalchemy import Connection, delete, insert, select, update

from loaders import store
from loaders.decisions import Basis, loop
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import Viewer
from loaders.store.seen import for_viewer

LONGEST = 600


def canonical(facts: dict) -> str:
    """The one way to write facts: the same facts give the same text."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of the written facts."""
    return hashlib.sha256(text.encode()).hexdigest()


def freeze(connection: Connection, name: str, facts: dict, who: str, basis: Basis) -> int:
    """Keep ``facts`` (JSON values) under a name; returns the number of the copy. What is frozen is a meeting that is held.

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
    """All copies without their facts, newest first: ``id``, ``name``, ``made_at``, ``made_by``, ``data_version``, ..."""
    table = tables.snapshot
    columns = [column for column in table.c if column.name != "facts"]
    frame = pd.read_sql_query(select(*columns).order_by(table.c.id.desc()), connection)
    return frame if viewer.is_team else frame.iloc[:0]


@for_viewer
def read_snapshot(connection: Connection, number: int, *, viewer: Viewer) -> dict:
    """The facts of a copy.

    Raises
    ------
    Refused
        ``not_allowed`` for whoever is not of the data team; ``snapshot_missing``; ``snapshot_changed`` when the text is
        no longer what was frozen.
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
    """Note a decision; False when this very note (``key``) is already there.

    A decision about a frozen copy stands on that copy's data, whatever ``basis`` says. Raises ``Refused``
    (``decision_incomplete``) without ``who`` or ``what``.
    """
    if not who.strip() or not what.strip():
        raise Refused("decision_incomplete")
    table, copy = tables.decision, tables.snapshot
    if connection.execute(select(table.c.id).where(table.c.key == key)).first():
        return False
    frozen = connection.execute(select(copy.c.data_version, copy.c.province_code).where(copy.c.id == snapshot_id))
    row = {
        "key": key[:80],
        "noted_at": store.now(),
        "noted_by": noted_by,
        "who": who.strip()[:LONGEST],
        "what": what.strip()[:LONGEST],
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
    """Take a decision off the list; it stays in the store and in the audit trail."""
    connection.execute(update(tables.decision).where(tables.decision.c.id == number).values(is_struck=True))
    store.note(connection, by, "strike_decision", str(number))


@for_viewer
def read_decisions(
    connection: Connection, province: str, *, viewer: Viewer, snapshot_id: int | None = None
) -> pd.DataFrame:
    """Decisions that stand, in the order they were noted; ``due_on`` is ISO text or None.

    Those of one frozen meeting, or (``snapshot_id`` None) those about the province's present board.
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
    """Keep a storyboard under a name; the same name again replaces it."""
    if not name.strip() or not steps:
        raise Refused("storyboard_incomplete")
    table = tables.storyboard
    connection.execute(delete(table).where(table.c.name == name.strip()))
    text = json.dumps(steps, ensure_ascii=False, sort_keys=True)
    connection.execute(insert(table).values(name=name.strip(), steps=text, saved_at=store.now(), saved_by=who))
    store.note(connection, who, "save_storyboard", name.strip())


@for_viewer
def storyboards(connection: Connection, *, viewer: Viewer) -> dict[str, list[dict]]:
    """Saved storyboards by name: the order and titles of the wall's views, which the data team wrote; others have none."""
    if not viewer.is_team:
        return {}
    table = tables.storyboard
    rows = connection.execute(select(table.c.name, table.c.steps).order_by(table.c.name))
    return {row.name: json.loads(row.steps) for row in rows}
