"""Restore a backup; the state before is kept as a backup of its own."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData

from loaders.problems import Refused
from loaders.store.backup import (
    MANIFEST,
    check_sqlite,
    copy_cursor,
    keep,
    opened,
    our_tables,
    quoted,
    set_sequences,
)
from loaders.store.connection import touch, writing
from loaders.store.engine import is_sqlite
from loaders.store.opening import migrate, open_store, refuse_other_program


def restore(source: Path, url: str | None = None) -> dict:
    """Replace the state of the store by that of a backup; the state before is kept as a backup.

    Raises ``Refused`` when the file does not exist (``file_missing``) or is no backup for this kind of store
    (``backup_unreadable``), and ``StoreUnavailable`` (``store_newer``, ``store_older``) for a version that this program
    cannot upgrade. Returns ``restored``, ``kept`` (backup of the state before) and ``schema_version``.
    """
    if not source.exists():
        raise Refused("file_missing", value=str(source))
    if not source.is_file():
        raise Refused("backup_unreadable", value=source.name)
    engine = open_store(url, create=True)
    version = _sqlite_version(source) if is_sqlite(engine) else _dump_version(source)
    refuse_other_program(version, str(source))
    kept = keep(engine, "before-restore")
    if is_sqlite(engine):
        engine.dispose()
        with opened(source, "ro") as saved, opened(Path(str(engine.url.database))) as live:
            saved.backup(live)
    else:
        _postgres_load(engine, source, version)
        engine.dispose()
    put_back = open_store(url)  # upgrades an older state
    with writing(put_back) as connection:
        touch(connection)  # a running server must not show results cached for the state before
    put_back.dispose()
    return {"restored": str(source), "kept": str(kept), "schema_version": version}


def _sqlite_version(source: Path) -> int:
    try:
        with opened(source, "ro") as saved:
            check_sqlite(saved, source)
            row = saved.execute("SELECT value FROM setting WHERE name = 'schema_version'").fetchone()
    except sqlite3.DatabaseError as error:
        raise Refused("backup_unreadable", value=source.name) from error
    if row is None:
        raise Refused("backup_unreadable", value=source.name)
    return int(row[0])


def _dump_version(source: Path) -> int:
    try:
        with zipfile.ZipFile(source) as package:
            if package.testzip() is not None:
                raise Refused("backup_unreadable", value=source.name)
            return int(json.loads(package.read(MANIFEST))["schema_version"])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise Refused("backup_unreadable", value=source.name) from error


def _postgres_load(engine: Engine, source: Path, version: int) -> None:
    with zipfile.ZipFile(source) as package, writing(engine) as connection:
        manifest = json.loads(package.read(MANIFEST))["tables"]
        present = MetaData()
        present.reflect(connection, only=sorted(our_tables(connection)))
        present.drop_all(connection)
        migrate(connection, None, version)
        empty = MetaData()
        empty.reflect(connection, only=sorted(our_tables(connection)))
        for table in reversed(empty.sorted_tables):
            connection.execute(table.delete())
        for table in empty.sorted_tables:
            if table.name in manifest:
                _copy_in(connection, package, table.name, manifest[table.name])
        set_sequences(connection)


def _copy_in(connection: Connection, package: zipfile.ZipFile, name: str, entry: dict) -> None:
    columns = quoted(connection, *entry["columns"])
    with (
        copy_cursor(connection) as cursor,
        package.open(f"{name}.copy") as file,
        cursor.copy(f"COPY {quoted(connection, name)} ({columns}) FROM STDIN") as rows,
    ):
        while block := file.read(1 << 16):
            rows.write(block)
