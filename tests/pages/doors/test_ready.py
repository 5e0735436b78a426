"""Readiness asks the store; a store that can only be read says so."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from loaders import store
from loaders.store import StoreUnavailable, tables
from pages.queries import store as queries


def test_not_ready_without_a_store(monkeypatch):
    def gone():
        raise StoreUnavailable("store_missing", "x")

    monkeypatch.setattr(queries, "engine", gone)
    assert queries.why_not_ready() == "store_missing"


def test_ready_with_one_and_not_when_its_tables_are_gone(sqlite_engine, monkeypatch):
    monkeypatch.setattr(queries, "engine", lambda: sqlite_engine)
    assert queries.why_not_ready() is None
    with store.writing(sqlite_engine) as connection:
        tables.batch_scope.drop(connection)
        connection.exec_driver_sql("DROP TABLE setting")
    assert queries.why_not_ready() == "store_failed"


def test_a_store_that_can_only_be_read_says_so(engine):
    """SQLite by its own switch (files of root can always be written), PostgreSQL by its setting."""
    word = "PRAGMA query_only=ON" if store.is_sqlite(engine) else "SET TRANSACTION READ ONLY"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(word))

    with pytest.raises(StoreUnavailable) as stop, store.writing(engine) as connection:
        store.note(connection, "tester", "anything")
    assert stop.value.code == "store_read_only"
