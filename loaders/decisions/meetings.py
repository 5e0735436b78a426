"""What a meeting leaves in the store beside its frozen copy: decisions (who, what, by when) and named storyboards."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
from sqlalchemy import Connection, delete, insert, select, update

from loaders.problems import Refused
from loaders.store import connection as store
from loaders.store import tables

LONGEST = 600


def decide(
    connection: Connection,
    key: str,
    who: str,
    what: str,
    due_on: date | None,
    *,
    noted_by: str,
    data_version: str,
    area_code: str | None = None,
    step: str | None = None,
    snapshot_id: int | None = None,
) -> bool:
    """Note a decision; False when this very note (``key``) is already there. Without ``who`` or ``what`` it is refused."""
    if not who.strip() or not what.strip():
        raise Refused("decision_incomplete")
    table = tables.decision
    if connection.execute(select(table.c.id).where(table.c.key == key)).first():
        return False
    row = {"key": key[:80], "noted_at": store.now(), "noted_by": noted_by, "who": who.strip()[:LONGEST], "what": what.strip()[:LONGEST],
           "due_on": due_on, "area_code": area_code, "step": step, "data_version": data_version, "snapshot_id": snapshot_id, "is_struck": False}  # fmt: skip
    connection.execute(insert(table).values(**row))
    store.note(connection, noted_by, "decide", key)
    return True


def strike(connection: Connection, number: int, by: str) -> None:
    """Take a decision off the list; it stays in the store and in the audit trail."""
    connection.execute(update(tables.decision).where(tables.decision.c.id == number).values(is_struck=True))
    store.note(connection, by, "strike_decision", str(number))


def decisions(connection: Connection, snapshot_id: int | None = None) -> pd.DataFrame:
    """Decisions that stand, in the order they were noted; of one frozen meeting, or of the present board (``None``)."""
    table = tables.decision
    here = table.c.snapshot_id.is_(None) if snapshot_id is None else table.c.snapshot_id == snapshot_id
    frame = pd.read_sql_query(select(table).where(table.c.is_struck.is_(False), here).order_by(table.c.id), connection)
    return frame.assign(
        due_on=[None if pd.isna(day) else pd.Timestamp(day).date().isoformat() for day in frame["due_on"]]
    )


def save_storyboard(connection: Connection, name: str, steps: list[dict], who: str) -> None:
    """Keep a storyboard under a name; the same name again replaces it."""
    if not name.strip() or not steps:
        raise Refused("storyboard_incomplete")
    table = tables.storyboard
    connection.execute(delete(table).where(table.c.name == name.strip()))
    text = json.dumps(steps, ensure_ascii=False, sort_keys=True)
    connection.execute(insert(table).values(name=name.strip(), steps=text, saved_at=store.now(), saved_by=who))
    store.note(connection, who, "save_storyboard", name.strip())


def storyboards(connection: Connection) -> dict[str, list[dict]]:
    """Saved storyboards by name."""
    rows = connection.execute(
        select(tables.storyboard.c.name, tables.storyboard.c.steps).order_by(tables.storyboard.c.name)
    )
    return {row.name: json.loads(row.steps) for row in rows}
