"""Open the store: create it on request, upgrade an older one after a backup.

A new store is created from the table definitions; ``migrations`` only upgrade older stores and backups.
``tests/loaders/store/test_upgrade.py`` checks that both ways give the same tables.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, event, insert
from sqlalchemy.exc import DatabaseError

from loaders.store import backup, tables
from loaders.store import engine as store_engine
from loaders.store.connection import keep_up, reading, writing
from loaders.store.engine import StoreUnavailable, is_sqlite, version_of

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
OLDEST = 6  # schema of the first migration; older stores were never released


def _keep_shared_copies(connection: Connection) -> None:
    """Refresh the published copies after every change; a SQLite store publishes nothing this way."""
    if not is_sqlite(connection):
        from loaders.store.shared import copies  # imported late: loads pandas, which small commands do not need

        copies.refresh(connection)


keep_up(_keep_shared_copies)


def open_store(url: str | None = None, *, create: bool = False, upgrade: bool = True) -> Engine:
    """Open the store at ``url`` (default: the settings); ``create`` makes it when it does not exist.

    An older store is upgraded after a backup unless ``upgrade`` is false. Raises ``StoreUnavailable`` when the store is
    missing, damaged, unreachable, too old, or of a newer version of the program.
    """
    address = store_engine.address_of(url)
    if address.get_backend_name() == "sqlite":
        path = Path(str(address.database))
        if not path.exists() and not create:
            raise StoreUnavailable("store_missing", str(path))
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(0o640)
    engine = store_engine.engine_for(address)
    try:
        _check_version(engine, create, upgrade)
    except StoreUnavailable:
        engine.dispose()
        raise
    except DatabaseError as error:
        engine.dispose()
        code = "store_damaged" if is_sqlite(engine) else "store_unreachable"
        raise StoreUnavailable(code, address.render_as_string(hide_password=True)) from error
    return engine


def _check_version(engine: Engine, create: bool, upgrade: bool) -> None:
    with reading(engine) as connection:
        version = version_of(connection)
    where = engine.url.render_as_string(hide_password=True)
    if version is None and not create:
        raise StoreUnavailable("store_damaged" if is_sqlite(engine) else "store_missing", where)
    refuse_other_program(version, where)
    if version is None or (version != tables.SCHEMA_VERSION and upgrade):
        upgrade_store(engine)


def refuse_other_program(version: int | None, where: str) -> None:
    """Raise ``StoreUnavailable`` (``store_newer``, ``store_older``) for a version that this program cannot upgrade."""
    if version is not None and version > tables.SCHEMA_VERSION:
        raise StoreUnavailable("store_newer", where)
    if version is not None and version < OLDEST:
        raise StoreUnavailable("store_older", where)


def upgrade_store(engine: Engine) -> dict:
    """Upgrade a store to the newest schema; returns ``from``, ``to`` and the ``backup`` file.

    A migration that fails leaves the store unchanged and raises ``StoreUnavailable`` (``store_upgrade_failed``).
    """
    kept = None
    with _without_foreign_keys(engine), writing(engine) as connection:
        before = version_of(connection)
        if before is not None and before != tables.SCHEMA_VERSION:  # the writer's lock is held: nobody else upgrades
            kept = backup.keep(engine, f"v{before}")
        if before != tables.SCHEMA_VERSION:
            try:
                migrate(connection, before, tables.SCHEMA_VERSION)
            except Exception as error:
                raise StoreUnavailable("store_upgrade_failed", f"{type(error).__name__}: {error}") from error
    return {"from": before, "to": tables.SCHEMA_VERSION, "backup": str(kept) if kept else None}


def migrate(connection: Connection, before: int | None, target: int) -> None:
    """Bring the schema from ``before`` (``None``: no tables) to ``target`` inside the caller's transaction."""
    if before is None and target == tables.SCHEMA_VERSION:
        tables.metadata.create_all(connection)
    else:
        _run_migrations(connection, before, target)
    connection.execute(delete(tables.setting).where(tables.setting.c.name == "schema_version"))
    connection.execute(insert(tables.setting).values(name="schema_version", value=str(target)))


def _run_migrations(connection: Connection, before: int | None, target: int) -> None:
    """Stamp alembic's own mark from ``setting``, which is authoritative, then upgrade."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if before is not None:
        command.stamp(config, f"{before:04d}", purge=True)
    command.upgrade(config, f"{target:04d}")
    if is_sqlite(connection) and (orphan := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise ValueError(f"expected: no orphan rows after the migration; found: {tuple(orphan)}")


@contextmanager
def _without_foreign_keys(engine: Engine) -> Generator[None]:
    """SQLite can rebuild a referenced table only with foreign keys off; ``_run_migrations`` checks them at the end."""
    if not is_sqlite(engine):
        yield
        return

    def off(connection, _record, _proxy) -> None:  # noqa: ANN001 - DBAPI objects
        connection.execute("PRAGMA foreign_keys=OFF")

    event.listen(engine, "checkout", off)
    try:
        yield
    finally:
        event.remove(engine, "checkout", off)
        engine.dispose()  # connections with foreign keys off must not be used again
