"""Engines of the store: how SQLite and PostgreSQL are opened, how a transaction begins, how long a writer waits.

Failures are reported as codes (:class:`StoreUnavailable`).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from loaders import settings
from loaders.store import seen
from loaders.store.tables import setting

WAIT_SECONDS = 30
NO_WRITING = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
WRITER_LOCK = 0x6B726164  # "krad": the advisory lock that every PostgreSQL writer takes
# PostgreSQL error codes: disk full; a write that the system refused (e.g. a size limit or quota).
NO_ROOM = {"53100", "58030"}
SQLITE_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}
READ_ONLY = "25006"
NO_ROOM_WORDS = ("could not extend file", "no space left on device")
# PostgreSQL error classes and codes of a server that went away during a query.
GONE = ("08", "57P01", "57P02", "57P03")


class StoreUnavailable(Exception):
    """The store cannot be used; ``code`` says why.

    ``store_missing``, ``store_damaged``, ``store_older``, ``store_newer``, ``store_busy``, ``store_unreachable``,
    ``store_upgrade_failed``, ``store_full``, ``store_read_only``, ``store_lost``, ``store_address``.
    """

    def __init__(self, code: str, where: str) -> None:
        self.code, self.where = code, where
        super().__init__(f"{code}: {where}")


def reason(error: DBAPIError) -> str | None:
    """``store_full``, ``store_read_only`` or ``store_lost``; ``None`` when the fault is the program's."""
    cause = error.orig
    state = str(getattr(cause, "sqlstate", None) or "")
    words = str(cause).casefold()
    if state == READ_ONLY:
        return "store_read_only"
    is_full = getattr(cause, "sqlite_errorcode", 0) & 0xFF in SQLITE_NO_ROOM or state in NO_ROOM
    if is_full or any(part in words for part in NO_ROOM_WORDS):
        return "store_full"
    no_answer = isinstance(error, OperationalError) and not state and not isinstance(cause, sqlite3.Error)
    return "store_lost" if error.connection_invalidated or no_answer or state.startswith(GONE) else None


def is_sqlite(engine: Engine | Connection) -> bool:
    """Whether the store is the embedded SQLite file."""
    return engine.dialect.name == "sqlite"


def _begin(engine: Engine) -> None:
    """Make a writer take its lock as the first statement of its transaction."""

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        if is_sqlite(connection):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        elif writes:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")


class _Alone(sqlite3.Connection):
    """A read-only connection with ``immutable=1``: SQLite writes nothing beside the file, not even the shared log."""


def _sqlite_engine(address: URL) -> Engine:
    """``mode=rw``: a file that disappeared is an error for the next connection, not a new empty store.

    On a full or read-only disk SQLite cannot create its log. If no log with content exists, the file itself is complete
    and is opened as :class:`_Alone` for one use of a connection; a write then fails with a store error.
    """
    path = Path(str(address.database)).resolve()

    def connect() -> sqlite3.Connection:
        try:
            return with_log()
        except sqlite3.OperationalError as error:
            log = path.with_name(f"{path.name}-wal")
            if (
                error.sqlite_errorcode & 0xFF not in NO_WRITING
                or not path.is_file()
                or (log.exists() and log.stat().st_size)
            ):
                raise
        alone = sqlite3.connect(
            f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False, factory=_Alone
        )
        alone.isolation_level = None
        return alone

    def with_log() -> sqlite3.Connection:
        opened = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, check_same_thread=False, timeout=WAIT_SECONDS)
        opened.isolation_level = None  # transactions begin in ``_begin``
        for pragma in (
            f"busy_timeout={WAIT_SECONDS * 1000}",
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=FULL",
            "secure_delete=ON",
        ):
            opened.execute(f"PRAGMA {pragma}")
        return opened

    options = {"pool_size": 10, "max_overflow": 40, "pool_timeout": WAIT_SECONDS, "hide_parameters": True}
    engine = create_engine(address, creator=connect, **options)

    @event.listens_for(engine, "checkin")
    def _once(connection: sqlite3.Connection | None, record: ConnectionPoolEntry) -> None:
        if isinstance(connection, _Alone):  # the next connection must notice free space and writes of others
            record.invalidate()

    return engine


def engine_at(url: str | None = None) -> Engine:
    """An engine with our settings; does not check the store (:func:`loaders.store.open_store` does)."""
    return engine_for(address_of(url))


def engine_for(address: URL) -> Engine:
    """An engine for an address; ``hide_parameters`` keeps personal data of rows out of messages and logs."""
    if address.get_backend_name() == "sqlite":
        engine = _sqlite_engine(address)
    else:
        address = address.set(drivername="postgresql+psycopg")
        options = {"pool_size": 10, "max_overflow": 20, "pool_timeout": WAIT_SECONDS, "hide_parameters": True}
        try:
            # A pooler (pgbouncer) gives each transaction another connection, on which nothing was prepared.
            engine = create_engine(address, pool_pre_ping=True, connect_args={"prepare_threshold": None}, **options)
        except ArgumentError as error:
            raise StoreUnavailable("store_address", "DATABASE_URL") from error
    _begin(engine)
    seen.guard(engine)
    return engine


def address_of(url: str | None) -> URL:
    """The address as SQLAlchemy reads it: ``postgres://`` of many hosts becomes ``postgresql://``.

    Raises ``StoreUnavailable`` (``store_address``) for other databases and for invalid text, which the message does not
    repeat: it may contain a password.
    """
    written = url or settings.database_url()
    try:
        address = make_url(
            f"postgresql{written.removeprefix('postgres')}" if written.startswith("postgres:") else written
        )
    except ArgumentError as error:
        raise StoreUnavailable("store_address", "DATABASE_URL") from error
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreUnavailable("store_address", address.get_backend_name())
    return address


def version_of(connection: Connection) -> int | None:
    """Schema version of a store; ``None`` when it has no tables of ours."""
    if not inspect(connection).has_table(setting.name):
        return None
    value = connection.execute(select(setting.c.value).where(setting.c.name == "schema_version")).scalar()
    return int(value) if value is not None else None
