"""Schema versions: the store is brought to the newest one by alembic, in one transaction, after a backup."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, inspect, select

from loaders.store import tables
from loaders.store.errors import StoreUnavailable

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def version_of(connection: Connection) -> int | None:
    """The schema version of a store; ``None`` when it has no tables of ours."""
    if not inspect(connection).has_table("setting"):
        return None
    name = tables.setting.c.name == "schema_version"
    value = connection.execute(select(tables.setting.c.value).where(name)).scalar()
    return int(value) if value is not None else None


def upgrade(engine: Engine, target: int | None = None) -> dict:
    """Bring a store to ``target`` (default: the newest version); returns ``from``, ``to`` and the ``backup`` file.

    A migration that fails leaves the store as it was and raises ``StoreUnavailable`` (``store_upgrade_failed``).
    """
    from loaders.store import backup
    from loaders.store import connection as store

    wanted = target or tables.SCHEMA_VERSION
    with store.reading(engine) as connection:
        before = version_of(connection)
    kept = backup.before_upgrade(engine, before) if before is not None and before < wanted else None
    with _without_foreign_keys(engine), store.writing(engine) as connection:
        before = version_of(connection)
        if before is None or before < wanted:
            try:
                migrate(connection, before, wanted)
            except Exception as error:
                raise StoreUnavailable("store_upgrade_failed", f"{type(error).__name__}: {error}") from error
    return {"from": before, "to": wanted, "backup": str(kept) if kept else None}


def migrate(connection: Connection, before: int | None, wanted: int) -> None:
    """Run the migrations from ``before`` (``None`` = an empty database) to ``wanted`` inside the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if before is not None and not inspect(connection).has_table("alembic_version"):
        command.stamp(config, f"{before:04d}")  # made before versions were kept by alembic
    command.upgrade(config, f"{wanted:04d}")
    connection.execute(delete(tables.setting).where(tables.setting.c.name == "schema_version"))
    connection.execute(insert(tables.setting).values(name="schema_version", value=str(wanted)))
    _check_foreign_keys(connection)


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and (
        broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    ):
        raise ValueError(f"expected: no orphan rows after the migration; found: {tuple(broken)}")


@contextmanager
def _without_foreign_keys(engine: Engine) -> Generator[None]:
    """SQLite can only rebuild a table that others point at while its foreign keys are off; they are checked at the end."""
    if engine.dialect.name != "sqlite":
        yield
        return
    from sqlalchemy import event

    def off(connection, _record, _proxy) -> None:  # noqa: ANN001 - DBAPI objects
        connection.execute("PRAGMA foreign_keys=OFF")

    event.listen(engine, "checkout", off)
    try:
        yield
    finally:
        event.remove(engine, "checkout", off)
        engine.dispose()  # connections with foreign keys off must not be used again
