"""Backup and restore of a live store: whole states only, whoever writes meanwhile.

SQLite uses its own backup interface (a file copy of a live database is bad). PostgreSQL needs no ``pg_dump``: one
snapshot is copied table by table into a zip with a manifest.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, func, inspect, select

from loaders import settings
from loaders.problems import Refused
from loaders.store import connection as store
from loaders.store import engine as store_engine
from loaders.store import tables
from loaders.store import upgrade as store_upgrade
from loaders.store.errors import StoreUnavailable

MANIFEST = "manifest.json"


def _folder() -> Path:
    """``KRADAN_BACKUPS``, else beside the embedded store."""
    folder = Path(os.environ.get("KRADAN_BACKUPS", settings.DATA / "store" / "backups"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _kept(engine: Engine, why: str) -> Path:
    """A backup that the program makes by itself before it changes much."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    if store.is_sqlite(engine):
        path = Path(str(engine.url.database))
        return path.with_name(f"{path.name}.{why}-{stamp}.backup")
    return _folder() / f"{engine.url.database}.{why}-{stamp}.zip"


def keep(engine: Engine, why: str) -> Path:
    """Keep the store as it is before much of it changes; returns the file."""
    target = _kept(engine, why)
    backup(engine, target)
    return target


def before_upgrade(engine: Engine, version: int) -> Path:
    """Keep the store as it is before its tables change; returns the file."""
    return keep(engine, f"v{version}")


def backup(engine: Engine, target: Path) -> dict:
    """Write the store's state of this moment to ``target``; returns file and bytes.

    Raises ``Refused`` (``backup_onto_store``) when the target is the store itself.
    """
    if store.is_sqlite(engine) and target.resolve() == Path(str(engine.url.database)).resolve():
        raise Refused("backup_onto_store", value=str(target))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    with _finished(target) as draft:
        if store.is_sqlite(engine):
            _sqlite_copy(Path(str(engine.url.database)), draft)
        else:
            _postgres_dump(engine, draft)
    return {"file": str(target), "bytes": target.stat().st_size}


@contextmanager
def _finished(target: Path) -> Generator[Path]:
    """A half-written backup never has the name of a backup."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield draft
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _sqlite_copy(source: Path, target: Path) -> None:
    with _opened(source) as live, _opened(target, "rwc") as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        _check_sqlite(copy, target)


def _check_sqlite(copy: sqlite3.Connection, path: Path) -> None:
    answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if answer != "ok":
        raise StoreUnavailable("store_damaged", f"{path}: {answer}")


@contextmanager
def _opened(path: Path, mode: str = "rw") -> Generator[sqlite3.Connection]:
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=store_engine.WAIT_SECONDS, isolation_level=None
    )
    try:
        yield connection
    finally:
        connection.close()


def _copy_cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection  # psycopg's own, for COPY
    return driver.cursor()


def _quoted(connection: Connection, *names: str) -> str:
    return ", ".join(connection.dialect.identifier_preparer.quote_identifier(name) for name in names)


def _postgres_dump(engine: Engine, target: Path) -> None:
    with store.reading(engine) as connection, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        manifest = {"kind": "kradan-postgresql", "schema_version": store_upgrade.version_of(connection), "tables": {}}
        inspector = inspect(connection)
        for name in sorted(_ours(connection)):
            columns = [column["name"] for column in inspector.get_columns(name)]
            key = inspector.get_pk_constraint(name)["constrained_columns"] or columns[:1]
            # names come from the database's own catalogue and are quoted
            query = f"SELECT {_quoted(connection, *columns)} FROM {_quoted(connection, name)} ORDER BY {_quoted(connection, *key)}"  # noqa: S608
            with _copy_cursor(connection) as cursor, package.open(f"{name}.copy", "w", force_zip64=True) as file:
                with cursor.copy(f"COPY ({query}) TO STDOUT") as rows:
                    for block in rows:
                        file.write(block)
                manifest["tables"][name] = {"columns": columns, "rows": cursor.rowcount}
        package.writestr(MANIFEST, json.dumps(manifest, indent=1))


def _ours(connection: Connection) -> set[str]:
    """Our tables that are there: another program's in the same database are left alone."""
    return (set(tables.metadata.tables) | {"alembic_version"}) & set(inspect(connection).get_table_names())


def restore(source: Path, url: str | None = None) -> dict:
    """Put the state of a backup into the store; what was there is kept as a backup of its own.

    Raises ``Refused`` when the file is not there (``file_missing``) or not a backup for this kind of store
    (``backup_unreadable``), and
    ``StoreUnavailable`` (``store_newer``) when it comes from a newer version of the program.
    """
    if not source.exists():
        raise Refused("file_missing", value=str(source))
    if not source.is_file():
        raise Refused("backup_unreadable", value=source.name)
    engine = store.open_store(url, create=True)
    version = _sqlite_version(source) if store.is_sqlite(engine) else _dump_version(source)
    if version > tables.SCHEMA_VERSION:
        raise StoreUnavailable("store_newer", str(source))
    kept = keep(engine, "before-restore")
    if store.is_sqlite(engine):
        engine.dispose()
        with _opened(source, "ro") as saved, _opened(Path(str(engine.url.database))) as live:
            saved.backup(live)
    else:
        _postgres_load(engine, source, version)
        engine.dispose()
    store.open_store(url).dispose()  # brings an older state up to date
    return {"restored": str(source), "kept": str(kept), "schema_version": version}


def _sqlite_version(source: Path) -> int:
    try:
        with _opened(source, "ro") as saved:
            _check_sqlite(saved, source)
            found = saved.execute("SELECT value FROM setting WHERE name = 'schema_version'").fetchone()
    except sqlite3.DatabaseError as error:
        raise Refused("backup_unreadable", value=source.name) from error
    if found is None:
        raise Refused("backup_unreadable", value=source.name)
    return int(found[0])


def _dump_version(source: Path) -> int:
    try:
        with zipfile.ZipFile(source) as package:
            if package.testzip() is not None:
                raise Refused("backup_unreadable", value=source.name)
            return int(json.loads(package.read(MANIFEST))["schema_version"])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise Refused("backup_unreadable", value=source.name) from error


def _postgres_load(engine: Engine, source: Path, version: int) -> None:
    with zipfile.ZipFile(source) as package, store.writing(engine) as connection:
        manifest = json.loads(package.read(MANIFEST))["tables"]
        present = MetaData()
        present.reflect(connection, only=sorted(_ours(connection)))
        present.drop_all(connection)
        store_upgrade.migrate(connection, None, version)
        empty = MetaData()
        empty.reflect(connection, only=sorted(_ours(connection)))
        for table in reversed(empty.sorted_tables):
            connection.execute(table.delete())
        for table in empty.sorted_tables:
            if table.name in manifest:
                _copy_in(connection, package, table.name, manifest[table.name])
        set_sequences(connection)


def _copy_in(connection: Connection, package: zipfile.ZipFile, name: str, entry: dict) -> None:
    columns = _quoted(connection, *entry["columns"])
    with (
        _copy_cursor(connection) as cursor,
        package.open(f"{name}.copy") as file,
        cursor.copy(f"COPY {_quoted(connection, name)} ({columns}) FROM STDIN") as rows,
    ):
        while block := file.read(1 << 16):
            rows.write(block)


def set_sequences(connection: Connection) -> None:
    """After rows came with their own keys: the next key PostgreSQL gives is above them."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables.metadata.sorted_tables:
        if "id" in table.c and inspect(connection).has_table(table.name):
            highest = func.max(table.c.id)
            sequence = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))
