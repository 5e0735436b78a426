"""Which batches are active, and what the store holds: invented data, real data, or nothing by choice.

The setting ``holds`` survives wipe, restore and load, so that invented data never mix with real data.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, Table, delete, insert, or_, select, update

from loaders import codes
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.connection import insert_rows, note, now, touch

HOLDS = "holds"
COMPLETE = "demo_loaded"  # written last: without it an interrupted set-up is resumed
Holds = Literal["demo", "real", "empty"]
_batch = tables.import_batch
IS_REAL = _batch.c.is_demo.is_(False) & (_batch.c.base != "reference")


def holds(connection: Connection) -> Holds | None:
    """What the store is for; ``None`` in a new store, before anything was chosen or loaded."""
    setting = tables.setting
    return connection.execute(select(setting.c.value).where(setting.c.name == HOLDS)).scalar()


def hold(connection: Connection, kind: Holds) -> None:
    """Set what the store is for."""
    setting = tables.setting
    connection.execute(delete(setting).where(setting.c.name == HOLDS))
    connection.execute(insert(setting).values(name=HOLDS, value=kind))


def has_real(connection: Connection) -> bool:
    """Whether a real file is active."""
    return connection.execute(select(_batch.c.id).where(_batch.c.is_active, IS_REAL).limit(1)).first() is not None


def refuse_demo(connection: Connection, name: str, *, by_choice: bool = False) -> None:
    """Raise ``Refused`` (``demo_beside_real``) when the store is for real data.

    ``by_choice``: a person asked for invented data, so only active real files prevent it.
    """
    if has_real(connection) or (holds(connection) == "real" and not by_choice):
        raise Refused("demo_beside_real", value=name)


def take_demo(connection: Connection, name: str, *, by_choice: bool = False) -> None:
    """Mark the store as holding invented data; raises as :func:`refuse_demo`."""
    refuse_demo(connection, name, by_choice=by_choice)
    hold(connection, "demo")


def take_real(connection: Connection, who: str) -> int:
    """Mark the store as holding real data and withdraw invented batches; returns how many."""
    demo = connection.execute(select(_batch.c.id).where(_batch.c.is_demo, _batch.c.is_active)).scalars().all()
    hold(connection, "real")
    return _switch(connection, list(demo), False, "real_data", who)


def set_active(connection: Connection, batch_ids: list[int], active: bool, because: str | None, who: str) -> int:
    """Withdraw batches or put them back; returns how many changed. Each change is in the audit trail.

    Raises ``Refused``: ``file_already_loaded`` when the file of a batch to put back is active in another batch (its
    rows would count twice), ``demo_beside_real`` when invented and real data would be active together.
    """
    if active:
        _refuse_doubles(connection, batch_ids)
        mine = _batch.c.id.in_(batch_ids)
        demo = connection.execute(select(_batch.c.file_name).where(mine, _batch.c.is_demo)).scalars().first()
        if connection.execute(select(_batch.c.id).where(mine, IS_REAL)).first() is not None:
            if demo is not None:
                raise Refused("demo_beside_real", value=demo)
            take_real(connection, who)
        elif demo is not None:
            take_demo(connection, demo, by_choice=True)
    return _switch(connection, batch_ids, active, because, who)


def _switch(connection: Connection, batch_ids: list[int], active: bool, because: str | None, who: str) -> int:
    changed = connection.execute(
        update(_batch)
        .where(_batch.c.id.in_(batch_ids), _batch.c.is_active.is_not(active))
        .values(is_active=active, withdrawn_because=None if active else because)
        .returning(_batch.c.id)
    ).scalars()
    action = "restore_batch" if active else "withdraw"
    done = [{"at": now(), "who": who, "action": action, "batch_id": number, "detail": because} for number in changed]
    insert_rows(connection, tables.audit, done)
    if done:
        touch(connection)
    return len(done)


def _refuse_doubles(connection: Connection, batch_ids: list[int]) -> None:
    mine, other = _batch, _batch.alias()
    query = (
        select(other.c.id)
        .join(mine, mine.c.file_sha256 == other.c.file_sha256)
        .where(mine.c.id.in_(batch_ids), mine.c.is_active.is_(False), other.c.is_active, other.c.id != mine.c.id)
    )
    if (double := connection.execute(query).scalar()) is not None:
        raise Refused("file_already_loaded", value=str(double))


# What set-up writes beside the invented files, children first; it signs as ``setup``, never as a person.
SET_UP, MADE_WITH_DEMO = (
    "setup",
    ("meeting_item", "meeting", "progress", "note", "base_person", "team", "project", "scenario"),
)


def delete_demo(connection: Connection, who: str) -> dict:
    """Delete the invented data for good, with the rows that depend on them.

    Returns ``deleted`` (rows by table) and ``digests`` (of files that no remaining batch uses). Decisions that people
    made stay, except clearings of invented records. Agencies and streams that only invented files named go too.
    """
    demo = dict(connection.execute(select(_batch.c.id, _batch.c.file_sha256).where(_batch.c.is_demo)).tuples().all())
    if not demo:
        return {"deleted": {}, "digests": []}
    named = {table: _named(connection, table, only_demo=True) for table in _LISTS}
    gone: dict[str, int] = {}
    clearing = tables.clearing
    digests = list(demo.values())
    pair = or_(clearing.c.file_sha256_a.in_(digests), clearing.c.file_sha256_b.in_(digests))
    gone["clearing"] = connection.execute(delete(clearing).where(pair)).rowcount
    for name in MADE_WITH_DEMO:
        table = tables.metadata.tables[name]
        gone[name] = connection.execute(delete(table).where(table.c.decided_by == SET_UP)).rowcount
    for table in reversed(tables.metadata.sorted_tables):
        if any(key.column.table is _batch for key in table.foreign_keys):
            gone[table.name] = connection.execute(delete(table).where(table.c.batch_id.in_(list(demo)))).rowcount
    gone["import_batch"] = connection.execute(delete(_batch).where(_batch.c.id.in_(list(demo)))).rowcount
    for table, codes_ in named.items():
        unused = codes_ - _named(connection, table)
        is_only_a_name = table.c.code == table.c.name_th
        gone[table.name] = connection.execute(delete(table).where(table.c.code.in_(unused), is_only_a_name)).rowcount
    if holds(connection) != "real":
        hold(connection, "empty")
    connection.execute(delete(tables.setting).where(tables.setting.c.name == COMPLETE))
    kept = set(connection.execute(select(_batch.c.file_sha256)).scalars())
    note(connection, who, "delete_demo", f"{len(demo)}")
    touch(connection)
    return {"deleted": {name: rows for name, rows in gone.items() if rows}, "digests": sorted({*digests} - kept)}


# Code lists that files add to: the shipped list, and the columns of records that use its codes.
_LISTS = {
    tables.agency: ("agency", (tables.support.c.agency_code, tables.contribution.c.source)),
    tables.stream: ("stream", (tables.support.c.stream_code,)),
}


def _named(connection: Connection, table: Table, *, only_demo: bool = False) -> set[str]:
    """Codes that records use and that the shipped list does not contain."""
    name, columns = _LISTS[table]
    named: set[str] = set()
    for column in columns:
        query = select(column).distinct()
        if only_demo:
            query = query.where(column.table.c.batch_id.in_(select(_batch.c.id).where(_batch.c.is_demo)))
        named.update(code for code in connection.execute(query).scalars() if code)
    return named - {entry["code"] for entry in codes.shipped(name)}
