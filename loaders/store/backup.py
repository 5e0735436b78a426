"""Backup of a live store: always one consistent state, even while others write (:mod:`loaders.store.restore`).

SQLite uses its own backup interface, because a file copy of a live database can be torn. PostgreSQL needs no
``pg_dump``: one snapshot is copied table by table into a zip with a manifest.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import time
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, inspect, select

from loaders import settings
from loaders.problems import Refused
from loaders.store import engine as store_engine
from loaders.store import tables
from loaders.store.connection import reading
from loaders.store.engine import StoreUnavailable, version_of

MANIFEST = "manifest.json"


def _folder() -> Path:
    """``KRADAN_BACKUPS``, by default next to the embedded store."""
    folder = Path(os.environ.get("KRADAN_BACKUPS", settings.DATA / "store" / "backups"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _kept(engine: Engine, why: str) -> Path:
    """Path of a backup that the program makes by itself before a large change."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    if store_engine.is_sqlite(engine):
        path = Path(str(engine.url.database))
        return path.with_name(f"{path.name}.{why}-{stamp}.backup")
    return _folder() / f"{engine.url.database}.{why}-{stamp}.zip"


def keep(engine: Engine, why: str) -> Path:
    """Back up the store before a large change; ``why`` becomes part of the file name. Returns the path."""
    target = _kept(engine, why)
    backup(engine, target)
    return target


def kept_days() -> int:
    """Days for which a backup is kept: ``KRADAN_BACKUP_DAYS`` (default 30)."""
    return settings.whole_number("KRADAN_BACKUP_DAYS", 30)


def own(engine: Engine) -> list[Path]:
    """Backups that the program made by itself, and partial files of interrupted ones."""
    if store_engine.is_sqlite(engine):
        path = Path(str(engine.url.database))
        return sorted({*path.parent.glob(f"{path.name}.*.backup"), *path.parent.glob(f".{path.name}*.part")})
    folder = _folder()
    return sorted({*folder.glob(f"{engine.url.database}.*.zip"), *folder.glob(f".{engine.url.database}*.part")})


def drop_old(engine: Engine) -> int:
    """Delete backups older than :func:`kept_days` and partial files older than a day; returns how many.

    Covers the program's own backups and the nightly ones.
    """
    gone, now = 0, time.time()
    nightly = [*_nightly(), *(path for path in _folder().glob(".*.part"))]
    for path in {*own(engine), *nightly}:
        days = 1 if path.suffix == ".part" else kept_days()
        if path.is_file() and now - path.stat().st_mtime > days * 86_400:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _nightly() -> list[Path]:
    """Backups that ``deploy/kradan-backup.service`` writes every night."""
    return sorted(_folder().glob("kradan-*.backup"))


def held(engine: Engine) -> dict[str, date | int | None]:
    """Existing backups, which may still contain what was erased today.

    Returns ``number`` of files, the day of the ``latest`` one, and the day ``until`` which that one is kept.
    """
    days = [
        datetime.fromtimestamp(path.stat().st_mtime).date() for path in {*own(engine), *_nightly()} if path.is_file()
    ]
    latest = max(days, default=None)
    return {"number": len(days), "latest": latest, "until": latest + timedelta(days=kept_days()) if latest else None}


def backup(engine: Engine, target: Path) -> dict:
    """Write the present state of the store to ``target``; returns ``file`` and ``bytes``.

    Raises ``Refused`` (``backup_onto_store``) when the target is the store itself, ``IsADirectoryError`` for a folder.
    """
    if store_engine.is_sqlite(engine) and target.resolve() == Path(str(engine.url.database)).resolve():
        raise Refused("backup_onto_store", value=str(target))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    with _finished(target) as draft:
        if store_engine.is_sqlite(engine):
            _sqlite_copy(Path(str(engine.url.database)), draft)
        else:
            _postgres_dump(engine, draft)
    return {"file": str(target), "bytes": target.stat().st_size}


@contextmanager
def _finished(target: Path) -> Generator[Path]:
    """Write under a draft name, so that a partial backup never has the name of a backup."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.touch(0o640)
        yield draft
        draft.chmod(0o640)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _sqlite_copy(source: Path, target: Path) -> None:
    with opened(source) as live, opened(target, "rwc") as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        check_sqlite(copy, target)


def check_sqlite(copy: sqlite3.Connection, path: Path) -> None:
    """Raise ``StoreUnavailable`` (``store_damaged``) when SQLite's integrity check fails."""
    answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if answer != "ok":
        raise StoreUnavailable("store_damaged", f"{path}: {answer}")


@contextmanager
def opened(path: Path, mode: str = "rw") -> Generator[sqlite3.Connection]:
    """A SQLite connection outside the engine, closed at the end."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=store_engine.WAIT_SECONDS, isolation_level=None
    )
    try:
        yield connection
    finally:
        connection.close()


def copy_cursor(connection: Connection) -> Any:
    """A cursor of the psycopg driver, for COPY."""
    driver: Any = connection.connection.driver_connection
    return driver.cursor()


def quoted(connection: Connection, *names: str) -> str:
    """Names quoted as SQL identifiers, comma-joined."""
    return ", ".join(connection.dialect.identifier_preparer.quote_identifier(name) for name in names)


def _postgres_dump(engine: Engine, target: Path) -> None:
    with reading(engine) as connection, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        manifest = {"kind": "kradan-postgresql", "schema_version": version_of(connection), "tables": {}}
        inspector = inspect(connection)
        for name in sorted(our_tables(connection)):
            columns = [column["name"] for column in inspector.get_columns(name)]
            key = inspector.get_pk_constraint(name)["constrained_columns"] or columns[:1]
            # names come from the database's own catalogue and are quoted
            query = f"SELECT {quoted(connection, *columns)} FROM {quoted(connection, name)} ORDER BY {quoted(connection, *key)}"  # noqa: S608
            with copy_cursor(connection) as cursor, package.open(f"{name}.copy", "w", force_zip64=True) as file:
                with cursor.copy(f"COPY ({query}) TO STDOUT") as rows:
                    for block in rows:
                        file.write(block)
                manifest["tables"][name] = {"columns": columns, "rows": cursor.rowcount}
        package.writestr(MANIFEST, json.dumps(manifest, indent=1))


def our_tables(connection: Connection) -> set[str]:
    """Our tables that exist; other programs may have tables in the same database."""
    former = {"account"} if version_of(connection) == 6 else set()  # renamed to ``user_role`` by migration 0007
    return (set(tables.metadata.tables) | former | {"alembic_version"}) & set(inspect(connection).get_table_names())


def set_sequences(connection: Connection) -> None:
    """Set PostgreSQL's key sequences above the highest key, after rows were inserted with explicit keys."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables.metadata.sorted_tables:
        if "id" in table.c and inspect(connection).has_table(table.name):
            highest = func.max(table.c.id)
            sequence = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))
