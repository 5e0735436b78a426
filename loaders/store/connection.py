"""Transactions of the store: reading, writing, the audit trail, the data version.

SQLite runs in WAL mode with foreign keys. A writer takes its lock at the start (``BEGIN IMMEDIATE``), so that two
writers wait for each other instead of losing updates; PostgreSQL writers queue on one advisory lock. Readers see one
snapshot on both.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy import (
    Connection,
    Engine,
    RootTransaction,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    true,
    update,
)
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from loaders import registers, year_shares
from loaders.store import engine as store_engine
from loaders.store import seen, tables
from loaders.store.contacts import redact_numbers, redact_text
from loaders.store.engine import StoreUnavailable, is_sqlite, reason
from loaders.store.viewers import Viewer

LITTLE_ROOM_BYTES = 1 << 20
NO_ROOM_LEFT = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_turns: dict[str, threading.Lock] = defaultdict(threading.Lock)
TOUCHED = "touched"  # key in ``Connection.info``: this transaction changed data
_kept_up: list[Callable[[Connection], object]] = []


def now() -> str:
    """Current UTC time, ISO, to the second, without offset."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


@contextmanager
def _turn(engine: Engine) -> Generator[None]:
    """Writers of one process queue on a lock: polling SQLite's own lock can starve one of them."""
    lock = _turns[str(engine.url)]
    if not is_sqlite(engine):
        yield
        return
    if not lock.acquire(timeout=store_engine.WAIT_SECONDS):
        raise StoreUnavailable("store_busy", engine.url.render_as_string(hide_password=True))
    try:
        yield
    finally:
        lock.release()


def keep_up(function: Callable[[Connection], object]) -> None:
    """Register a function to be called inside every transaction that changed data, at its end."""
    _kept_up.append(function)


@contextmanager
def writing(engine: Engine, signer: str | None = None) -> Generator[Connection]:
    """One write transaction, all or nothing; with ``signer`` every entry in it is signed with that name.

    Raises ``StoreUnavailable``: ``store_busy`` after a long wait; ``store_full``, ``store_read_only`` or ``store_lost``
    when disk or server failed, which leaves the store unchanged.
    """
    where = engine.url.render_as_string(hide_password=True)
    try:
        with (
            _turn(engine),
            engine.connect().execution_options(writes=True, signer=signer) as connection,
            _begun(connection, engine, where),
        ):
            connection.info.pop(TOUCHED, None)
            yield connection
            if connection.info.pop(TOUCHED, False):
                for function in _kept_up:
                    function(connection)
    except DBAPIError as error:
        if (code := _reason(engine, error)) is None:
            raise
        raise StoreUnavailable(code, where) from error


def _reason(engine: Engine, error: DBAPIError) -> str | None:
    """Why a write failed; a trial file tells "full" from "read-only", because SQLite says "readonly" for both."""
    code = reason(error)
    if code == "store_full" and "readonly" in str(error.orig) and is_sqlite(engine):
        try:
            with TemporaryFile(dir=Path(str(engine.url.database)).resolve().parent, buffering=0) as beside:
                return "store_read_only" if beside.write(bytes(LITTLE_ROOM_BYTES)) == LITTLE_ROOM_BYTES else code
        except OSError as stop:
            return code if stop.errno in NO_ROOM_LEFT else "store_read_only"
    return code


def _begun(connection: Connection, engine: Engine, where: str) -> RootTransaction:
    try:
        return connection.begin()
    except (OperationalError, PoolTimeout) as error:
        if isinstance(error, OperationalError) and (code := _reason(engine, error)):
            raise StoreUnavailable(code, where) from error
        raise StoreUnavailable("store_busy", where) from error


@contextmanager
def reading(engine: Engine, viewer: Viewer | None = None) -> Generator[Connection]:
    """One consistent snapshot; with ``viewer`` only what that viewer may see can be read through it."""
    with engine.connect().execution_options(viewer=viewer) as connection:
        if not is_sqlite(connection):
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def insert_rows(connection: Connection, table: Table, rows: list[dict]) -> None:
    """Insert rows (dicts by column name); an empty list is allowed."""
    if rows:
        connection.execute(insert(table), rows)


def note(connection: Connection, who: str, action: str, detail: str | None = None, batch_id: int | None = None) -> None:
    """Write an entry of the audit trail, which is never erased: contacts are therefore redacted from ``detail``."""
    by, behalf = seen.signed(connection, who)
    words = " · ".join(part for part in (detail, f"({behalf})" if behalf else None) if part)
    entry = {"at": now(), "who": by, "action": action, "batch_id": batch_id}
    keeps_names = action in ("grant", "revoke")  # the sign-in name, often an e-mail address, is what was decided about
    entry["detail"] = (redact_numbers if keeps_names else redact_text)(words) if words else None
    connection.execute(insert(tables.audit).values(**entry))


def touch(connection: Connection) -> None:
    """Give the state a new name, because data changed or another state was restored.

    Random, not counted: a counter repeats after a restore, and a result cached for one state would be shown for
    another.
    """
    table = tables.setting
    connection.info[TOUCHED] = True
    connection.execute(delete(table).where(table.c.name == "revision"))
    connection.execute(insert(table).values(name="revision", value=secrets.token_hex(16)))


# Built once: every run of every page executes these queries.
_ACTIVE_BATCHES = (
    select(tables.import_batch.c.id, tables.import_batch.c.file_sha256)
    .where(tables.import_batch.c.is_active)
    .order_by(tables.import_batch.c.id)
)
_REVISION = select(tables.setting.c.value).where(tables.setting.c.name == "revision")


def data_version(connection: Connection) -> str:
    """Eight hexadecimal digits that change when a batch is added, withdrawn or put back, and with :func:`touch`."""
    with seen.by_the_program():
        batches = connection.execute(_ACTIVE_BATCHES).all()
        revision = connection.execute(_REVISION).scalar()
    return hashlib.sha256(repr(([tuple(batch) for batch in batches], revision)).encode()).hexdigest()[:8]


def finish_batch(connection: Connection, batch_id: int) -> None:
    """Last step of an import, in its transaction: sums of the batch, and the retention date of its person records.

    A file may state an earlier date for a person; a later one is cut to what the retention rule allows.
    """
    touch(connection)
    sum_support(connection, batch_id)
    latest = years_from(date.today(), retention_years())
    people = [name for name, definition in registers.defined().items() if definition.private]
    for holder, is_person in ((tables.role_holder, true()), (tables.entry, tables.entry.c.register.in_(people))):
        too_long = is_person & (holder.c.retain_until.is_(None) | (holder.c.retain_until > latest))
        connection.execute(update(holder).where(holder.c.batch_id == batch_id, too_long).values(retain_until=latest))


SUMMED_BY = ("batch_id", "province_code", "fiscal_year", "agency_code", "stream_code", "theme_code")
SUMMED = ("amount_satang", "committed_satang", "paid_satang")


def sum_support(connection: Connection, batch_id: int) -> None:
    """Recompute the sums of a batch's support records.

    A record with stated year shares has its money in each of those years and is counted once, in the first.
    """
    support, summary = tables.support, tables.support_summary
    connection.execute(delete(summary).where(summary.c.batch_id == batch_id))
    keys, money = [support.c[name] for name in SUMMED_BY], [support.c[name] for name in SUMMED]
    sums = [func.count().label("records"), *(func.sum(column).cast(column.type).label(column.name) for column in money)]
    mine = support.c.batch_id == batch_id
    query = select(*keys, *sums).where(mine, support.c.year_shares.is_(None)).group_by(*keys).order_by(*keys)
    connection.execute(
        insert(summary).from_select([*(key.name for key in keys), *(total.name for total in sums)], query)
    )
    shared = select(*keys, *money, support.c.year_shares).where(mine, support.c.year_shares.is_not(None))
    insert_rows(connection, summary, [part for row in connection.execute(shared).mappings() for part in _by_year(row)])


def _by_year(row: Mapping) -> list[dict]:
    """Summary rows of one record with stated shares, one per year; the record is counted in the first."""
    money = {name: year_shares.parts(row["year_shares"], row[name]) for name in SUMMED if row[name] is not None}
    key = {name: row[name] for name in SUMMED_BY}
    return [
        key
        | {"fiscal_year": year, "records": int(not place)}
        | {name: (money.get(name) or {}).get(year) for name in SUMMED}
        for place, (year, _) in enumerate(year_shares.parse(row["year_shares"]))
    ]


MOST_RETENTION_YEARS = 100


def retention_years() -> int:
    """Years for which person records are kept: ``KRADAN_RETENTION_YEARS``, 2 when it is unset or no number."""
    text = os.environ.get("KRADAN_RETENTION_YEARS", "")
    return min(int(text), MOST_RETENTION_YEARS) if text.isdecimal() else 2


def years_from(day: date, years: int) -> date:
    """The same day ``years`` later; 29 February becomes 28 February."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def count(connection: Connection, table: Table) -> int:
    """Number of rows of a table."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def is_alive(engine: Engine) -> bool:
    """Whether the database answers."""
    try:
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
    except DatabaseError:
        return False
    return True


def scrub(engine: Engine, emptied: Iterable[Table]) -> None:
    """After an erasure: remove the erased values from free pages, dead rows and the write-ahead log.

    SQLite can empty its log only when nobody reads; PostgreSQL rewrites the tables ``emptied`` (its own log and
    archives are the server's task).
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not is_sqlite(engine):
            for table in emptied:
                connection.exec_driver_sql(
                    f"VACUUM (FULL) {connection.dialect.identifier_preparer.format_table(table)}"
                )
            return
    end = time.monotonic() + store_engine.WAIT_SECONDS
    with _turn(engine), closing(engine.raw_connection()) as line:
        cursor = line.cursor()
        cursor.execute("VACUUM")
        while cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] and time.monotonic() < end:
            time.sleep(0.1)


def whole(engine: Engine) -> str:
    """Read the whole store; returns the first damage found, or an empty string.

    SQLite checks every page, PostgreSQL reads every row of our tables.
    """
    try:
        with engine.connect() as connection:
            if is_sqlite(engine):
                answer = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
                return "" if answer == "ok" else answer
            for table in tables.metadata.sorted_tables:
                connection.execute(
                    select(func.sum(func.length(cast(literal_column(f'"{table.name}"'), Text)))).select_from(table)
                ).all()
    except DatabaseError as error:
        return type(error.orig).__name__
    return ""
