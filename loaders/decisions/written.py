"""How every decision is written: who signs, how it is recorded and taken back; nothing is deleted."""

from __future__ import annotations

from sqlalchemy import Connection, Table, insert, update

from loaders import store
from loaders.decisions import Basis
from loaders.problems import Refused
from loaders.store.seen import signed, signer

LONGEST = 600


def whole(text: str) -> str:
    """The text without the space around it; raises ``Refused`` (``text_too_long``) over :data:`LONGEST` characters."""
    text = text.strip()
    if len(text) > LONGEST:
        raise Refused("text_too_long", value=str(LONGEST))
    return text


def plain(text: str | None) -> str:
    """The text as one line; raises ``Refused`` (``text_too_long``) over :data:`LONGEST` characters."""
    return whole(" ".join((text or "").split()))


def needed(text: str | None, code: str) -> str:
    """:func:`plain` text; raises ``Refused`` with ``code`` when it is empty."""
    words = plain(text)
    if not words:
        raise Refused(code)
    return words


def person(connection: Connection, who: str | None) -> str:
    """The typed name; required (``decision_person_missing``) unless the connection has a signer."""
    return plain(who) if signer(connection) else needed(who, "decision_person_missing")


def add(connection: Connection, table: Table, who: str, basis: Basis, detail: str, **values: object) -> int:
    """Insert a row with who, when and basis, and an audit entry with ``detail``; returns its key."""
    by, behalf = signed(connection, who)
    row = values | basis._asdict() | {"decided_by": by, "on_behalf_of": behalf, "decided_at": store.now()}
    key = connection.execute(insert(table).values(**row).returning(table.c.id)).scalar_one()
    store.note(connection, who, f"add_{table.name}", f"{key}: {detail}")
    return int(key)


def retire(connection: Connection, table: Table, who: str, **where: object) -> int:
    """Mark rows in force that match ``where`` as removed; returns how many."""
    clauses = [table.c[name].is_(None) if value is None else table.c[name] == value for name, value in where.items()]
    keys = connection.execute(
        update(table)
        .where(*clauses, table.c.removed_at.is_(None))
        .values(removed_by=signed(connection, who)[0], removed_at=store.now())
        .returning(table.c.id)
    ).scalars()
    done = list(keys)
    for key in done:
        store.note(connection, who, f"remove_{table.name}", str(key))
    return len(done)
