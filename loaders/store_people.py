"""Roles, sharing and retention as a person decides them; every decision is in the audit trail.

The role of whoever is signed in is read here on every run: a revoked account is the public again at once.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, delete, insert, or_, select, update

from loaders import store, tables
from loaders.privacy import LEVELS, PUBLIC, ROLES, Viewer


def viewer_of(connection: Connection, subject: str | None) -> Viewer:
    """The viewer behind a sign-in name; nobody, an unknown or a revoked one is the public."""
    table, name = tables.account, (subject or "").casefold()
    row = connection.execute(select(table).where(table.c.subject == name, table.c.revoked_at.is_(None))).first()
    return Viewer(row.role, row.agency_code) if row else PUBLIC


def grant(connection: Connection, subject: str, role: str, who: str, agency_code: str | None = None) -> None:
    """Give a sign-in name a role (and, for a partner, its agency); replaces what it had."""
    if role not in ROLES or (role == "partner") != bool(agency_code):
        raise ValueError(
            f"expected a role of {ROLES}, with an agency for partners only; found {role!r}, {agency_code!r}"
        )
    table, name = tables.account, subject.casefold()
    connection.execute(delete(table).where(table.c.subject == name))
    row = {"subject": name, "role": role, "agency_code": agency_code, "granted_by": who, "granted_at": store.now()}
    connection.execute(insert(table).values(**row))
    store.note(connection, who, "grant", f"{name} {role} {agency_code or ''}".strip())


def revoke(connection: Connection, subject: str, who: str) -> bool:
    """Take a role back; returns whether there was one."""
    table, name = tables.account, subject.casefold()
    query = update(table).where(table.c.subject == name, table.c.revoked_at.is_(None)).values(revoked_at=store.now())
    changed = connection.execute(query).rowcount
    if changed:
        store.note(connection, who, "revoke", name)
    return bool(changed)


def share(connection: Connection, register: str, base: str, level: str, who: str) -> None:
    """Decide who may see a data set: ``public``, ``partners`` or ``private``; base ``*`` is the register's default."""
    if level not in LEVELS or register not in tables.REGISTERS:
        known = sorted(tables.REGISTERS)
        raise ValueError(f"expected a register of {known} and a level of {LEVELS}; found {register!r}, {level!r}")
    table = tables.sharing
    connection.execute(delete(table).where(table.c.register == register, table.c.base == base))
    row = {"register": register, "base": base, "level": level, "decided_by": who, "decided_at": store.now()}
    connection.execute(insert(table).values(**row))
    store.note(connection, who, "share", f"{register} {base} {level}")
    store.touch(connection)


def forget_people(connection: Connection, who: str, today: date | None = None) -> int:
    """Erase names and telephone numbers whose retention date has passed, also in quarantined rows; returns the rows."""
    day = today or date.today()
    holder, waiting, batch = tables.role_holder, tables.quarantine, tables.import_batch
    over = holder.c.retain_until < day
    kept = or_(holder.c.person.is_not(None), holder.c.phone.is_not(None))
    gone = connection.execute(update(holder).where(over, kept).values(person=None, phone=None)).rowcount
    loaded_before = store.years_from(day, -store.retention_years()).isoformat()
    old = select(batch.c.id).where(batch.c.loaded_at < loaded_before)
    people = (waiting.c.register == "role_holder", waiting.c.batch_id.in_(old), waiting.c.cells != "{}")
    gone += connection.execute(update(waiting).where(*people).values(cells="{}", value=None)).rowcount
    if gone:
        store.note(connection, who, "forget_people", str(gone))
        store.touch(connection)
    return gone
