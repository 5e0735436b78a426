"""Stores to test on: every test that takes ``url``, ``engine`` or ``board`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, make_url, select

from loaders import setup
from loaders.layouts import templates
from loaders.store import connection as store
from loaders.store import tables
from tests.support import postgres

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    with postgres.server() as socket:
        yield socket


@pytest.fixture(params=ENGINES)
def url(request, tmp_path, monkeypatch) -> Iterator[str]:
    """The address of a store that is not there yet."""
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path / "backups"))
    if request.param == "sqlite":
        yield f"sqlite:///{(tmp_path / 'store.sqlite').as_posix()}"
        return
    with postgres.database(request.getfixturevalue("postgres_socket")) as address:
        yield address


@pytest.fixture
def sqlite_engine(tmp_path, monkeypatch) -> Iterator[Engine]:
    """For what only SQLite has."""
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path / "backups"))
    opened = store.open_store(f"sqlite:///{(tmp_path / 'store.sqlite').as_posix()}", create=True)
    yield opened
    opened.dispose()


@pytest.fixture
def postgres_engine(postgres_socket, tmp_path, monkeypatch) -> Iterator[Engine]:
    """For what only PostgreSQL has."""
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path / "backups"))
    with postgres.database(postgres_socket) as address:
        opened = store.open_store(address, create=True)
        yield opened
        opened.dispose()


@pytest.fixture
def engine(url) -> Iterator[Engine]:
    """An empty store."""
    opened = store.open_store(url, create=True)
    yield opened
    opened.dispose()


def _fill(address: str, folder: Path) -> None:
    """The code lists, the areas and the filled example of every template, one batch each."""
    opened = store.open_store(address, create=True)
    setup.ensure_code_lists(opened)
    for register in templates.registers():
        load_rows(opened, folder, register, templates.example_rows(register))
    opened.dispose()


@pytest.fixture(scope="session")
def sqlite_board(tmp_path_factory) -> Path:
    """A filled store, made once, to copy from."""
    folder = tmp_path_factory.mktemp("board")
    _fill(f"sqlite:///{folder / 'seed.sqlite'}", folder)
    return folder / "seed.sqlite"


@pytest.fixture(scope="session")
def postgres_board(postgres_socket, tmp_path_factory) -> Iterator[str]:
    """The same as a database to copy from."""
    with postgres.database(postgres_socket) as address:
        _fill(address, tmp_path_factory.mktemp("board"))
        yield make_url(address).database


@pytest.fixture(params=ENGINES)
def board(request, tmp_path, monkeypatch) -> Iterator[Engine]:
    """A store with the code lists, the areas and the filled example of every template, one batch each."""
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path / "backups"))
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_board"), tmp_path / "board.sqlite")
        opened = store.open_store(f"sqlite:///{tmp_path / 'board.sqlite'}")
        yield opened
        opened.dispose()
        return
    seed = request.getfixturevalue("postgres_board")
    with postgres.database(request.getfixturevalue("postgres_socket"), seed) as address:
        opened = store.open_store(address)
        yield opened
        opened.dispose()


def load_rows(engine: Engine, folder: Path, register: str, rows: list[dict[str, str]], base: str = "codi"):
    """Load rows (by our column) through a template and the importer."""
    from loaders.imports.ingest import (
        ingest,  # the matcher's gazetteer is heavy: workers of a store test do not need it
    )

    path = folder / f"{register}-{base}-{len(list(folder.iterdir()))}.xlsx"
    templates.write_template(register, path, rows)
    return ingest(engine, path, base, "tester", trusted=True)


def add_batch(connection, **more) -> int:
    """A batch without a file, for rows written straight into the tables."""
    zero = {f"{what}_{how}": 0 for what in ("rows", "satang") for how in ("in", "loaded", "quarantined", "excluded")}
    row = {"base": "codi", "file_name": "x.csv", "file_sha256": "0" * 64, "layouts": "", "loaded_at": store.now(), "loaded_by": "tester",
           "is_demo": False, "is_active": True, "summary": "{}", **zero} | more  # fmt: skip
    return connection.execute(insert(tables.import_batch).values(**row)).inserted_primary_key[0]


def support_rows(batch: int, number: int, **more) -> list[dict]:
    """Support records of the first subdistrict, 1 baht each."""
    place = {
        "area_code": "800106",
        "area_level": "subdistrict",
        "subdistrict_code": "800106",
        "district_code": "8001",
        "province_code": "80",
    }
    return [
        {
            "batch_id": batch,
            "sheet": "s",
            "row": row,
            "agency_code": "codi",
            "fiscal_year": 2007,
            "amount_satang": 100,
            **place,
        }
        | more
        for row in range(1, number + 1)
    ]


def whole_batches(engine) -> int:
    """Number of batches; fails unless each has all its rows and its sums."""
    support, batch, summary = tables.support, tables.import_batch, tables.support_summary
    with store.reading(engine) as connection:
        promised = dict(connection.execute(select(batch.c.id, batch.c.rows_loaded)).tuples().all())
        found = dict(
            connection.execute(select(support.c.batch_id, func.count()).group_by(support.c.batch_id)).tuples().all()
        )
        summed = dict(connection.execute(select(summary.c.batch_id, summary.c.records)).tuples().all())
    assert promised == found == summed
    return len(promised)
