"""Users, sharing and retention as a person decides them; every decision is in the audit trail.

The role of a signed-in person is read on every run, so that a revoked user loses access at once.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, delete, func, insert, or_, select, update

from loaders.store import backup, by_hand, originals, tables
from loaders.store import connection as store
from loaders.store.privacy import CONTACTS, LEVELS, PUBLIC, ROLES, Viewer

PRIVATE = (
    tables.role_holder,
    tables.entry,
    tables.entry_change,
    tables.base_person,
    tables.quarantine,
    tables.correction,
    tables.original,
    tables.reply,
    tables.reply_picture,
    tables.import_batch,
)
SENDER = ("note", "contact", "picture_digest")  # what a reply says of its sender


def viewer_of(connection: Connection, subject: str | None) -> Viewer:
    """Viewer for a sign-in name; without a name, unknown or revoked: the public."""
    table, name = tables.user_role, (subject or "").casefold()
    row = connection.execute(select(table).where(table.c.subject == name, table.c.revoked_at.is_(None))).first()
    return Viewer(row.role, row.agency_code) if row else PUBLIC


def grant(connection: Connection, subject: str, role: str, who: str, agency_code: str | None = None) -> None:
    """Give a sign-in name a role (a partner: and its agency), replacing its former role.

    Raises ``ValueError`` for an unknown role, or an agency that is missing for a partner or given for another role.
    """
    if role not in ROLES or (role == "partner") != bool(agency_code):
        raise ValueError(
            f"expected a role of {ROLES}, with an agency for partners only; found {role!r}, {agency_code!r}"
        )
    table, name = tables.user_role, subject.casefold()
    connection.execute(delete(table).where(table.c.subject == name))
    row = {"subject": name, "role": role, "agency_code": agency_code, "granted_by": who, "granted_at": store.now()}
    connection.execute(insert(table).values(**row))
    store.note(connection, who, "grant", f"{name} {role} {agency_code or ''}".strip())


def revoke(connection: Connection, subject: str, who: str) -> bool:
    """Revoke a role; returns whether there was one."""
    table, name = tables.user_role, subject.casefold()
    query = update(table).where(table.c.subject == name, table.c.revoked_at.is_(None)).values(revoked_at=store.now())
    changed = connection.execute(query).rowcount
    if changed:
        store.note(connection, who, "revoke", name)
    return bool(changed)


def share(connection: Connection, register: str, base: str, level: str, who: str) -> None:
    """Set who may see a data set: ``public``, ``partners`` or ``private``; base ``*`` is the register's default.

    Raises ``ValueError`` for an unknown register or level.
    """
    if level not in LEVELS or register not in tables.REGISTERS:
        registers = sorted(tables.REGISTERS)
        raise ValueError(f"expected a register of {registers} and a level of {LEVELS}; found {register!r}, {level!r}")
    table = tables.sharing
    connection.execute(delete(table).where(table.c.register == register, table.c.base == base))
    row = {"register": register, "base": base, "level": level, "decided_by": who, "decided_at": store.now()}
    connection.execute(insert(table).values(**row))
    store.note(connection, who, "share", f"{register} {base} {level}")
    store.touch(connection)


def forget(engine: Engine, who: str, today: date | None = None) -> dict[str, int]:
    """Erase what is past its retention date: personal data in the store, then the kept files.

    Returns how many ``rows`` and ``files``, and how many old ``backups`` were deleted. Erased values also leave the
    free pages and the log of the database.
    """
    with store.writing(engine) as connection:
        over = files_over(connection, today)
        rows = forget_people(connection, who, today)
        files = sum(originals.drop(connection, digest) for digest in over)
    if rows or files:
        store.scrub(engine, PRIVATE)
    return {"rows": rows, "files": files, "backups": backup.drop_old(engine)}


def due_people(connection: Connection, today: date | None = None) -> dict[str, int | date | None]:
    """Rows with a person's name or number: ``kept``, ``over`` (:func:`forget_people` erases them), ``next`` date.

    Role holders, contact persons, entries of registers defined as data, senders of replies, and the copies of them in
    rows that wait, in decisions about rows and in changes by hand.
    """
    day = today or date.today()
    held = _held(connection, day)
    to_come = (until for until in held if until and until >= day)
    over = sum(number for until, number in held.items() if until and until < day)
    return {"kept": held.total(), "over": over, "next": min(to_come, default=None)}


def _held(connection: Connection, day: date) -> Counter[date | None]:
    """Number of rows with a person's name or number, by the last day they are kept."""
    held: Counter[date | None] = Counter()
    reply = tables.reply
    for table, names in (
        (tables.role_holder, ("person", "phone")),
        (tables.base_person, ("person", "phone")),
        (reply, SENDER),
    ):
        named = or_(*(table.c[name].is_not(None) for name in names))
        query = select(table.c.retain_until, func.count()).where(named).group_by(table.c.retain_until)
        held.update(dict(connection.execute(query).tuples().all()))
    entry, change, batch = tables.entry, tables.entry_change, tables.import_batch
    waiting, decided = tables.quarantine, tables.correction
    entries = select(entry.c.register, entry.c.content, entry.c.retain_until)
    for register, content, until in connection.execute(entries.where(entry.c.register.in_(_registers_of_people()))):
        held[until] += by_hand.without_people(content, register, CONTACTS) != content
    changes = select(change.c.register, change.c.content, change.c.decided_at, _of_somebody_over(change, day))
    for register, content, at, is_over in connection.execute(
        changes.where(change.c.register.in_(_registers_of_people()))
    ):
        until = date.min if is_over else _last_day(at)
        held[until] += by_hand.without_people(content, register, CONTACTS) != content
    for table, holds in ((waiting, waiting.c.cells != "{}"), (decided, decided.c.before.not_like('%"cells": "{}"%'))):
        query = select(batch.c.loaded_at).join(table, table.c.batch_id == batch.c.id)
        people = table.c.register.in_(_registers_of_people())
        held.update(_last_day(loaded_at) for loaded_at in connection.execute(query.where(people, holds)).scalars())
    return held


def _last_day(moment: str) -> date:
    """Last day for what was written at ``moment`` (ISO)."""
    return store.years_from(date.fromisoformat(moment[:10]), store.retention_years())


def files_over(connection: Connection, today: date | None = None) -> list[str]:
    """Digests of files that contain people, all of whom are past their retention date."""
    day, batch, holder = today or date.today(), tables.import_batch, tables.role_holder
    entry, are_people = tables.entry, tables.entry.c.register.in_(_registers_of_people())
    people = select(holder.c.batch_id).union(
        select(entry.c.batch_id).where(are_people), _waiting_people(select(tables.quarantine.c.batch_id))
    )
    still = (
        select(holder.c.batch_id)
        .where(holder.c.retain_until >= day)
        .union(select(entry.c.batch_id).where(are_people, entry.c.retain_until >= day))
    )
    young = _waiting_people(select(tables.quarantine.c.batch_id)).where(tables.quarantine.c.batch_id.not_in(_old(day)))
    query = select(batch.c.file_sha256).where(
        batch.c.id.in_(people), batch.c.id.not_in(still), batch.c.id.not_in(young)
    )
    return list(connection.execute(query.distinct()).scalars())


def _waiting_people(query: Select) -> Select:
    return query.where(tables.quarantine.c.register.in_(_registers_of_people()))


def _registers_of_people() -> list[str]:
    return list(CONTACTS)


def _old(day: date) -> Select:
    """Batches loaded longer ago than people are kept."""
    loaded_before = store.years_from(day, -store.retention_years()).isoformat()
    return select(tables.import_batch.c.id).where(tables.import_batch.c.loaded_at < loaded_before)


def forget_people(connection: Connection, who: str, today: date | None = None) -> int:
    """Erase names and telephone numbers past their date; returns the number of changed rows.

    Includes quarantined rows, decisions about them, changes by hand, senders of replies, and lines of editions that
    earlier versions told with names.
    """
    day = today or date.today()
    holder, waiting, decided = tables.role_holder, tables.quarantine, tables.correction
    over = holder.c.retain_until < day
    named = or_(holder.c.person.is_not(None), holder.c.phone.is_not(None))
    filled = (over, holder.c.person.is_not(None), holder.c.is_vacant.is_(None))
    connection.execute(update(holder).where(*filled).values(is_vacant=False))  # an erased name is no vacancy
    gone = connection.execute(update(holder).where(over, named).values(person=None, phone=None)).rowcount
    asked = tables.base_person
    old = (asked.c.retain_until < day, or_(asked.c.person.is_not(None), asked.c.phone.is_not(None)))
    gone += connection.execute(update(asked).where(*old).values(person=None, phone=None)).rowcount
    gone += _forget_entries(connection, day)
    people = (
        waiting.c.register.in_(_registers_of_people()),
        waiting.c.batch_id.in_(_old(day)),
        waiting.c.cells != "{}",
    )
    gone += connection.execute(update(waiting).where(*people).values(cells="{}", value=None)).rowcount
    query = select(decided.c.id, decided.c.before).where(
        decided.c.register.in_(_registers_of_people()), decided.c.batch_id.in_(_old(day))
    )
    for key, before in connection.execute(query).tuples().all():
        emptied = json.dumps(json.loads(before) | {"cells": "{}", "value": None}, ensure_ascii=False)
        changed = update(decided).where(decided.c.id == key, decided.c.before != emptied)
        gone += connection.execute(changed.values(before=emptied, value=None)).rowcount
    gone += _forget_senders(connection, day) + _forget_told_lines(connection, day)
    if gone:
        store.note(connection, who, "forget_people", str(gone))
        store.touch(connection)
    return gone


def _forget_senders(connection: Connection, day: date) -> int:
    """Erase what senders of replies wrote past its date, and pictures without a reply; returns the rows."""
    table, kept = tables.reply, tables.reply_picture
    over = (table.c.retain_until < day, or_(*(table.c[name].is_not(None) for name in SENDER)))
    gone = connection.execute(update(table).where(*over).values(**dict.fromkeys(SENDER))).rowcount
    named = select(table.c.picture_digest).where(table.c.picture_digest.is_not(None))
    connection.execute(delete(kept).where(kept.c.digest.not_in(named)))
    return gone


def _forget_told_lines(connection: Connection, day: date) -> int:
    """Erase the words of edition lines in summaries of old batches with people; returns the batches."""
    batch, gone = tables.import_batch, 0
    people = select(tables.role_holder.c.batch_id).union(
        select(tables.entry.c.batch_id).where(tables.entry.c.register.in_(_registers_of_people())),
        _waiting_people(select(tables.quarantine.c.batch_id)),
    )
    told = batch.c.summary.like('%"edition_lines": [{%')
    query = select(batch.c.id, batch.c.summary).where(batch.c.id.in_(_old(day)), batch.c.id.in_(people), told)
    for key, summary in connection.execute(query).tuples().all():
        content = json.loads(summary)
        lines = [line | {"words": ""} if line.get("register") is None else line for line in content["edition_lines"]]
        if lines != content["edition_lines"]:
            kept = json.dumps(content | {"edition_lines": lines}, ensure_ascii=False)
            gone += connection.execute(update(batch).where(batch.c.id == key).values(summary=kept)).rowcount
    return gone


def _forget_entries(connection: Connection, day: date) -> int:
    """Erase people in registers defined as data and in changes by hand; returns the rows."""
    entry, change, gone = tables.entry, tables.entry_change, 0
    over = select(entry.c.id, entry.c.register, entry.c.content).where(entry.c.retain_until < day)
    old = store.years_from(day, -store.retention_years()).isoformat()
    made = select(change.c.id, change.c.register, change.c.content).where(
        change.c.register.in_(_registers_of_people()),
        (change.c.decided_at < old) | _of_somebody_over(change, day),
    )
    for table, rows in ((entry, over), (change, made)):
        for key, register, content in connection.execute(rows).tuples().all():
            emptied = by_hand.without_people(content, register, CONTACTS)
            if emptied != content:
                gone += connection.execute(update(table).where(table.c.id == key).values(content=emptied)).rowcount
    return gone


def _of_somebody_over(change: Table, day: date) -> ColumnElement[bool]:
    """Changes of a row whose person is past the date."""
    batch, clauses = tables.import_batch, []
    holders = [name for name in _registers_of_people() if tables.REGISTERS[name] is tables.role_holder]
    for table, names in ((tables.role_holder, holders), (tables.entry, None)):
        rows = select(table.c.id).join(batch, batch.c.id == table.c.batch_id).where(
            table.c.retain_until < day,
            batch.c.file_sha256 == change.c.file_sha256, table.c.sheet == change.c.sheet, table.c.row == change.c.row,
        )  # fmt: skip
        mine = change.c.register.in_(names) if names else table.c.register == change.c.register
        clauses.append(rows.where(mine).exists())
    return or_(*clauses)
