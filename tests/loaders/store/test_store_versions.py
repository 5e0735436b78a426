"""Schema versions: from the first one upward on both engines, rows kept, all or nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from loaders.store import backup, tables
from loaders.store import connection as store
from loaders.store import upgrade as store_upgrade
from loaders.store.errors import StoreUnavailable
from tests.support import store_worker

BATCH = (
    "INSERT INTO import_batch VALUES (7, 'codi', 'ก.xlsx', 'abc', 'x', '2024-02-29T10:00:00', 'someone', NULL, {false}, {true}, NULL,"
    " 2, 2, 0, 0, 300, 300, 0, 0, '{{}}')"
)
SUPPORT = (
    "INSERT INTO support (batch_id, sheet, row, agency_code, province_code, fiscal_year, amount_satang, activity)"
    " VALUES (7, 's', {row}, 'codi', '80', 2007, {satang}, 'กิจกรรม')"
)
HOLDER = "INSERT INTO role_holder (batch_id, sheet, row, role, person, phone) VALUES (7, 's', 4, 'leader', 'ก', '0812345678')"


@pytest.fixture
def first_version(url):
    """A store as the first release made it, with rows."""
    if url.startswith("sqlite"):
        open(url.removeprefix("sqlite:///"), "wb").close()
    engine = store.engine_at(url)
    store_upgrade.upgrade(engine, target=1)
    words = {"false": "0", "true": "1"} if store.is_sqlite(engine) else {"false": "false", "true": "true"}
    with store.writing(engine) as connection:
        connection.execute(text(BATCH.format(**words)))
        for row, satang in ((2, 100), (3, 200)):
            connection.execute(text(SUPPORT.format(row=row, satang=satang)))
        connection.execute(text(HOLDER))
    yield engine
    engine.dispose()


def version(engine) -> int | None:
    with store.reading(engine) as connection:
        return store_upgrade.version_of(connection)


def test_the_tables_and_the_migrations_say_the_same(url):
    engine = store.open_store(url, create=True)
    with store.reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    assert version(engine) == tables.SCHEMA_VERSION


def test_the_first_version_keeps_its_rows_on_the_way_up(first_version, url):
    assert version(first_version) == 1
    opened = store.open_store(url)
    assert version(opened) == tables.SCHEMA_VERSION
    with store.reading(opened) as connection:
        rows = store.read_support(connection, "80")
        holders = store.read_register(connection, "role_holder")
        sums = store.read_summary(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    assert list(rows["amount_satang"]) == [100, 200]
    assert list(rows["activity"]) == ["กิจกรรม"] * 2
    assert holders["retain_until"].dt.date.to_list() == [date(2026, 2, 28)]
    assert (int(sums["records"].iloc[0]), int(sums["amount_satang"].iloc[0])) == (2, 300)


def test_a_backup_is_made_before_and_takes_the_old_state_back(first_version, url):
    done = store_upgrade.upgrade(first_version)
    assert (done["from"], done["to"]) == (1, tables.SCHEMA_VERSION)
    with store.writing(first_version) as connection:
        connection.execute(tables.support.delete())
    restored = backup.restore(Path(done["backup"]), url)
    assert restored["schema_version"] == 1
    opened = store.open_store(url)
    assert version(opened) == tables.SCHEMA_VERSION  # brought up again at once
    with store.reading(opened) as connection:
        assert store.count(connection, tables.support) == 2


def test_an_upgrade_of_a_present_store_does_nothing(url, tmp_path):
    engine = store.open_store(url, create=True)
    assert store_upgrade.upgrade(engine) == {"from": tables.SCHEMA_VERSION, "to": tables.SCHEMA_VERSION, "backup": None}
    assert not list(tmp_path.rglob("*.backup")) + list(tmp_path.rglob("*.zip"))


@pytest.mark.parametrize("at", [2, tables.SCHEMA_VERSION])
def test_a_migration_that_fails_leaves_nothing_behind(first_version, url, monkeypatch, at):
    from alembic import op

    made = op.create_index
    done = []

    def failing(name, *arguments, **more):
        done.append(name)
        if len(done) == 3:
            raise RuntimeError("the disk is full")
        return made(name, *arguments, **more)

    monkeypatch.setattr(op, "create_index", failing)
    with store.reading(first_version) as connection:
        before = set(inspect(connection).get_table_names())
    with pytest.raises(StoreUnavailable) as stop:
        store_upgrade.upgrade(first_version, target=at)
    assert stop.value.code == "store_upgrade_failed"
    with store.reading(first_version) as connection:
        assert set(inspect(connection).get_table_names()) == before
        assert "retain_until" not in {column["name"] for column in inspect(connection).get_columns("role_holder")}
        assert connection.execute(text("SELECT count(*) FROM support")).scalar() == 2
    monkeypatch.undo()
    assert version(store.open_store(url)) == tables.SCHEMA_VERSION


def test_a_store_without_alembic_marks_is_taken_for_its_written_version(first_version, url):
    with store.writing(first_version) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert version(store.open_store(url)) == tables.SCHEMA_VERSION


def test_a_newer_store_is_refused_and_untouched(url):
    engine = store.open_store(url, create=True)
    with store.writing(engine) as connection:
        newer = str(tables.SCHEMA_VERSION + 1)
        connection.execute(tables.setting.update().where(tables.setting.c.name == "schema_version").values(value=newer))
    for create in (False, True):
        with pytest.raises(StoreUnavailable) as stop:
            store.open_store(url, create=create)
        assert stop.value.code == "store_newer"
    assert version(engine) == tables.SCHEMA_VERSION + 1


def _open(url, pipe):
    opened = store.open_store(url)
    pipe.send(version(opened))


def test_two_processes_may_open_an_old_store_at_once(first_version, url):
    first_version.dispose()
    both = [store_worker.start(_open, url) for _ in range(2)]
    assert all(pipe.poll(30) for _, pipe in both)
    assert [pipe.recv() for _, pipe in both] == [tables.SCHEMA_VERSION] * 2
    assert version(first_version) == tables.SCHEMA_VERSION
