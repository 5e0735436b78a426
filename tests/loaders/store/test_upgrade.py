"""Schema versions: from the first released one upward on both engines, rows kept, all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text

from loaders import store
from loaders.store import StoreUnavailable, opening, tables, users
from loaders.store.privacy import DATA_TEAM
from loaders.store.restore import restore
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


HERE, ELSEWHERE = "84af01c2", "84af01c2~86@partner:codi"  # how version 6 wrote data version, province and viewer
DECIDED = ("scenario", "override", "team", "project", "snapshot", "decision")
DECISIONS = (
    "INSERT INTO scenario (kind, name, content, data_version, decided_by, decided_at)"
    " VALUES ('ranking', 'ก', '[]', '{mark}', 'ก', 't')",
    "INSERT INTO override (index_code, subdistrict_code, agreed_class, reason, data_version, decided_by, decided_at)"
    " VALUES ('nst', '800303', 'A', 'รู้จักพื้นที่', '{mark}', 'ก', 't')",
    "INSERT INTO team (subdistrict_code, team, task, data_version, decided_by, decided_at)"
    " VALUES ('800303', 'ก', 'ข', '{mark}', 'ก', 't')",
    "INSERT INTO project (project_code, title, stream_code, amount_satang, data_version, decided_by, decided_at)"
    " VALUES ('P1', 'ก', 'special', 1, '{mark}', 'ก', 't')",
    "INSERT INTO snapshot (name, made_at, made_by, data_version, sha256, facts)"
    " VALUES ('ก', 't', 'ก', '{mark}', 'x', '[]')",
    "INSERT INTO decision (key, noted_at, noted_by, who, what, data_version, snapshot_id, is_struck)"
    " VALUES ('k{key}', 't', 'ก', 'ก', 'ข', '{mark}', {key}, {false})",
)


@pytest.fixture
def released(url):
    """A store of version 6, with rows and with decisions about two provinces."""
    if url.startswith("sqlite"):
        open(url.removeprefix("sqlite:///"), "wb").close()
    engine = store.engine_at(url)
    words = {"false": "0", "true": "1"} if store.is_sqlite(engine) else {"false": "false", "true": "true"}
    with store.writing(engine) as connection:
        opening.migrate(connection, None, opening.OLDEST)
        connection.execute(text(BATCH.format(**words)))
        for row, satang in ((2, 100), (3, 200)):
            connection.execute(text(SUPPORT.format(row=row, satang=satang)))
        connection.execute(text(HOLDER))
        connection.execute(text("INSERT INTO account VALUES ('a@b', 'data', NULL, 'ก', 't', NULL)"))
        for key, mark in enumerate((HERE, ELSEWHERE), 1):
            for query in DECISIONS:
                connection.exec_driver_sql(query.format(mark=mark, key=key, **words))
    yield engine
    engine.dispose()


def version(engine) -> int | None:
    with store.reading(engine) as connection:
        return store.version_of(connection)


def test_the_tables_and_the_migrations_say_the_same(url):
    engine = store.open_store(url, create=True)
    with store.reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    assert version(engine) == tables.SCHEMA_VERSION


def test_a_released_store_keeps_its_rows_on_the_way_up(released, url):
    assert version(released) == opening.OLDEST
    opened = store.open_store(url)
    assert version(opened) == tables.SCHEMA_VERSION
    with store.reading(opened) as connection:
        rows = store.read_support(connection, "80", viewer=DATA_TEAM)
        assert users.viewer_of(connection, "A@b") == DATA_TEAM
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert [key["column_names"] for key in inspect(connection).get_unique_constraints("decision")] == [["key"]]
    assert list(rows["amount_satang"]) == [100, 200]
    assert list(rows["activity"]) == ["กิจกรรม"] * 2


def test_decisions_get_the_province_that_stood_in_their_data_version(released, url, monkeypatch):
    monkeypatch.setenv("KRADAN_PROVINCE", "92")
    opened = store.open_store(url)
    with store.reading(opened) as connection:
        for name in DECIDED:
            table = tables.metadata.tables[name]
            pairs = connection.execute(select(table.c.data_version, table.c.province_code).order_by(table.c.id)).all()
            assert [tuple(pair) for pair in pairs] == [("84af01c2", "92"), ("84af01c2", "86")], name


def test_a_backup_is_made_before_and_takes_the_old_state_back(released, url):
    done = store.upgrade_store(released)
    assert (done["from"], done["to"]) == (opening.OLDEST, tables.SCHEMA_VERSION)
    with store.writing(released) as connection:
        connection.execute(tables.support.delete())
        connection.execute(tables.user_role.delete())
    restored = restore(Path(done["backup"]), url)
    assert restored["schema_version"] == opening.OLDEST
    opened = store.open_store(url)
    assert version(opened) == tables.SCHEMA_VERSION  # brought up again at once
    with store.reading(opened) as connection:
        assert store.count(connection, tables.support) == 2
        assert store.count(connection, tables.user_role) == 1


def test_an_upgrade_of_a_present_store_does_nothing(url, tmp_path):
    engine = store.open_store(url, create=True)
    assert store.upgrade_store(engine) == {"from": tables.SCHEMA_VERSION, "to": tables.SCHEMA_VERSION, "backup": None}
    assert not list(tmp_path.rglob("*.backup")) + list(tmp_path.rglob("*.zip"))


def test_a_migration_that_fails_leaves_nothing_behind(released, url, monkeypatch):
    from alembic import op

    def failing(*_arguments: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(op, "rename_table", failing)  # the last step
    with store.reading(released) as connection:
        before = set(inspect(connection).get_table_names())
    with pytest.raises(StoreUnavailable) as stop:
        store.upgrade_store(released)
    assert stop.value.code == "store_upgrade_failed"
    with store.reading(released) as connection:
        assert set(inspect(connection).get_table_names()) == before
        assert "province_code" not in {column["name"] for column in inspect(connection).get_columns("scenario")}
        assert connection.execute(text("SELECT count(*) FROM support")).scalar() == 2
    monkeypatch.undo()
    assert version(store.open_store(url)) == tables.SCHEMA_VERSION


def test_a_store_without_alembic_marks_is_taken_for_its_written_version(released, url):
    with store.writing(released) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert version(store.open_store(url)) == tables.SCHEMA_VERSION


@pytest.mark.parametrize(
    ("written", "code"), [(tables.SCHEMA_VERSION + 1, "store_newer"), (opening.OLDEST - 1, "store_older")]
)
def test_a_store_of_another_program_is_refused_and_untouched(url, written, code):
    engine = store.open_store(url, create=True)
    with store.writing(engine) as connection:
        mark = tables.setting.update().where(tables.setting.c.name == "schema_version")
        connection.execute(mark.values(value=str(written)))
    for create in (False, True):
        with pytest.raises(StoreUnavailable) as stop:
            store.open_store(url, create=create)
        assert stop.value.code == code
    assert version(engine) == written


def _open(url, pipe):
    opened = store.open_store(url)
    pipe.send(version(opened))


def test_two_processes_may_open_an_old_store_at_once(released, url):
    released.dispose()
    both = [store_worker.start(_open, url) for _ in range(2)]
    assert all(pipe.poll(30) for _, pipe in both)
    assert [pipe.recv() for _, pipe in both] == [tables.SCHEMA_VERSION] * 2
    assert version(released) == tables.SCHEMA_VERSION
