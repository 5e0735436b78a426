"""Stores to test on: every test that takes ``url``, ``engine`` or ``board`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, make_url, select

from loaders import setup, store
from loaders.layouts import templates
from loaders.store import tables
from tests.support import postgres, seeds

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    with postgres.server() as socket:
        yield socket


@pytest.fixture(params=ENGINES)
def url(request, tmp_path, monkeypatch) -> Iterator[str]:
    """The address of a store that is not there yet; that of ``engine`` if the test takes it, too."""
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path / "backups"))
    path, has_tables = tmp_path / "store.sqlite", "engine" in request.fixturenames
    if request.param == "sqlite":
        yield f"sqlite:///{(seeds.copied('bare', path) if has_tables else path).as_posix()}"
        return
    template = request.getfixturevalue("postgres_template")("bare") if has_tables else "template1"
    with postgres.database(request.getfixturevalue("postgres_socket"), template) as address:
        yield address


@contextmanager
def _opened(address: str) -> Iterator[Engine]:
    opened = store.open_store(address)
    try:
        yield opened
    finally:
        opened.dispose()


def _sqlite_copy(kind: str, folder: Path) -> str:
    return f"sqlite:///{seeds.copied(kind, folder / f'{kind}.sqlite').as_posix()}"


@pytest.fixture(scope="session")
def postgres_template(postgres_socket, tmp_path_factory) -> Iterator[Callable[[str], str]]:
    """The name of a database to copy from, ``bare`` or ``filled``, made when the first test asks for it."""
    made: dict[str, str] = {}
    with ExitStack() as open_until_the_end:

        def template(kind: str) -> str:
            if kind not in made:
                address = open_until_the_end.enter_context(postgres.database(postgres_socket))
                engine = store.open_store(address, create=True)
                with pytest.MonkeyPatch.context() as patch:
                    patch.setenv("KRADAN_STORE", str(tmp_path_factory.mktemp(kind) / "unused.sqlite"))
                    if kind == "filled":
                        fill(engine)
                engine.dispose()
                made[kind] = make_url(address).database
            return made[kind]

        yield template


@pytest.fixture
def sqlite_engine(tmp_path, monkeypatch) -> Iterator[Engine]:
    """For what only SQLite has."""
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path / "backups"))
    with _opened(_sqlite_copy("bare", tmp_path)) as engine:
        yield engine


@pytest.fixture
def postgres_engine(postgres_socket, postgres_template, tmp_path, monkeypatch) -> Iterator[Engine]:
    """For what only PostgreSQL has."""
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path / "backups"))
    with postgres.database(postgres_socket, postgres_template("bare")) as address, _opened(address) as engine:
        yield engine


@pytest.fixture
def engine(url) -> Iterator[Engine]:
    """An empty store."""
    with _opened(url) as engine:
        yield engine


@pytest.fixture(params=ENGINES)
def board(request, tmp_path, monkeypatch) -> Iterator[Engine]:
    """A store with the code lists, the areas and the filled example of every template, one batch each."""
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path / "backups"))
    if request.param == "sqlite":
        with _opened(_sqlite_copy("filled", tmp_path)) as engine:
            yield engine
        return
    socket, template = map(request.getfixturevalue, ("postgres_socket", "postgres_template"))
    with postgres.database(socket, template("filled")) as address, _opened(address) as engine:
        yield engine


def fill(engine: Engine) -> None:
    """The code lists, the areas and the filled example of every template, one batch each."""
    setup.ensure_code_lists(engine)
    with tempfile.TemporaryDirectory() as folder:
        for register in templates.registers():
            load_rows(engine, Path(folder), register, templates.example_rows(register))


def load_rows(engine: Engine, folder: Path, register: str, rows: list[dict[str, str]], base: str = "codi"):
    """Load rows (by our column) through a template and the importer."""
    from loaders.imports.ingest import (
        ingest,  # the matcher's gazetteer is heavy: workers of a store test do not need it
    )

    path = folder / f"{register}-{base}-{len(list(folder.iterdir()))}.xlsx"
    templates.write_template(register, path, rows)
    return ingest(engine, path, base, "tester", trusted=True, adds=True)


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
