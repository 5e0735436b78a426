"""The store on both engines: whole transactions only, nothing lost, a clear wait, provenance, withdraw and put back."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time

import pandas as pd
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from loaders import store
from loaders.exchange import package as exchange_package
from loaders.problems import Refused
from loaders.store import StoreUnavailable, read, tables
from loaders.store import engine as store_engine
from loaders.store.privacy import DATA_TEAM
from tests.conftest import ROOT
from tests.support import postgres, store_worker
from tests.support.stores import add_batch, support_rows, whole_batches

TABLES_OF_RESULTS = [table.name for table in tables.metadata.sorted_tables if table.name != "audit"]


def sums(engine) -> tuple:
    with store.reading(engine) as connection:
        return tuple(store.count(connection, tables.metadata.tables[name]) for name in TABLES_OF_RESULTS)


def test_a_missing_store_is_an_error_and_stays_missing(url, tmp_path):
    with pytest.raises(StoreUnavailable) as stop:
        store.open_store(url)
    assert stop.value.code == "store_missing"
    assert not (tmp_path / "store.sqlite").exists()


def test_an_unreachable_server_is_said(tmp_path):
    with pytest.raises(StoreUnavailable) as stop:
        store.open_store(f"postgresql://postgres:secret@/none?host={tmp_path}")
    assert stop.value.code == "store_unreachable"
    assert "secret" not in stop.value.where


def test_a_file_that_is_no_store_is_damaged(tmp_path):
    for number, content in enumerate((b"not a database, only a text that is long enough to be looked at" * 20, b"")):
        path = tmp_path / f"{number}.sqlite"
        path.write_bytes(content)
        with pytest.raises(StoreUnavailable) as stop:
            store.open_store(f"sqlite:///{path}")
        assert stop.value.code == "store_damaged"


def test_a_store_file_that_goes_away_is_not_made_anew(tmp_path):
    path = tmp_path / "gone.sqlite"
    opened = store.open_store(f"sqlite:///{path}", create=True)
    opened.dispose()
    path.unlink()
    assert not store.is_alive(opened)
    assert not path.exists()


def test_sqlite_runs_with_wal_and_foreign_keys(tmp_path):
    opened = store.open_store(f"sqlite:///{tmp_path / 'a b%c#.sqlite'}", create=True)
    with store.reading(opened) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_an_orphan_row_is_refused_and_its_values_stay_out_of_the_message(engine):
    rows = support_rows(99, 1, activity="0812345987")
    with pytest.raises(IntegrityError) as stop, store.writing(engine) as connection:
        store.insert_rows(connection, tables.support, rows)
    assert "0812345987" not in str(stop.value)


def test_an_error_in_the_middle_leaves_nothing(engine):
    before = sums(engine)

    def work() -> None:
        with store.writing(engine) as connection:
            store.insert_rows(connection, tables.support, support_rows(add_batch(connection), 5))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert sums(engine) == before


def test_a_reader_sees_one_state(engine):
    with store.reading(engine) as before:
        count = store.count(before, tables.import_batch)
        with store.writing(engine) as connection:
            add_batch(connection)
        assert store.count(before, tables.import_batch) == count == 0
    with store.reading(engine) as after:
        assert store.count(after, tables.import_batch) == 1


def test_a_reader_cannot_write_on_postgresql(postgres_engine):
    with pytest.raises(DatabaseError), store.reading(postgres_engine) as connection:
        add_batch(connection)


def test_a_second_writer_waits_and_is_told(engine, url, monkeypatch):
    monkeypatch.setattr(store_engine, "WAIT_SECONDS", 1)
    other = store.engine_at(url)
    started = time.perf_counter()
    with store.writing(engine):
        code = "import sys; from loaders import store; from loaders.store import engine as store_engine; store_engine.WAIT_SECONDS = 1\n"
        code += "try:\n  with store.writing(store.engine_at(sys.argv[1])): print('in')\nexcept store.StoreUnavailable as stop: print(stop.code)"
        done = subprocess.run(
            [sys.executable, "-c", code, url], capture_output=True, text=True, cwd=ROOT, timeout=30, check=True
        )
        assert done.stdout.strip() == "store_busy"
    assert time.perf_counter() - started > 1
    with store.writing(other) as connection:
        add_batch(connection)


def test_many_writers_lose_nothing_and_are_never_locked_out(engine, url):
    with store.writing(engine) as connection:
        connection.execute(insert(tables.setting).values(name="counter", value="0"))
    engine.dispose()
    workers = [store_worker.start(store_worker.counts, url, 10, 20) for _ in range(2)]
    assert all(pipe.poll(300) for _, pipe in workers)
    waits = [wait for _, pipe in workers for wait in pipe.recv()]
    with store.reading(engine) as connection:
        counter = connection.execute(
            select(tables.setting.c.value).where(tables.setting.c.name == "counter")
        ).scalar_one()
    assert int(counter) == len(waits) == 400  # ``bench/store.py`` says how long they waited


def test_kill_9_at_any_moment_leaves_whole_batches(engine, url):
    chance, begun = random.Random(3), time.perf_counter()
    _one_batch(engine, store_worker.ROWS)
    usual = time.perf_counter() - begun  # on this machine, as busy as it is now
    engine.dispose()
    counts = [1]
    for _ in range(8):
        process, pipe = store_worker.start(store_worker.batches, url)
        assert pipe.recv() == "ready"
        time.sleep(chance.uniform(0.1, 5) * usual)
        process.kill()
        process.join()
        counts.append(whole_batches(engine))
        engine.dispose()
    assert counts == sorted(counts)
    assert counts[-1] > 1
    if store.is_sqlite(engine):
        with sqlite3.connect(engine.url.database) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_kill_9_in_an_import_leaves_it_whole_or_absent(engine, url, tmp_path):
    """Four moments of the importer here; ``bench/store.py`` does 50."""
    from loaders.imports.ingest import ingest
    from loaders.layouts import templates

    rows = templates.example_rows("plan") * 200
    files = [tmp_path / f"{number}.xlsx" for number in range(5)]
    for number, path in enumerate(files):
        templates.write_template("plan", path, rows + templates.example_rows("plan") * number)
    begun = time.perf_counter()
    ingest(engine, files[0], "codi", "tester", trusted=True)
    usual, chance = time.perf_counter() - begun, random.Random(9)
    engine.dispose()
    for path in files[1:]:
        process, pipe = store_worker.start(store_worker.imports, url, path)
        assert pipe.recv() == "ready"
        pipe.poll(chance.uniform(0.5, 1.1) * usual)
        process.kill()
        process.join()
        with store.reading(engine) as connection:
            plans = store.count(connection, tables.plan)
            batches = store.read_batches(connection, viewer=DATA_TEAM)
        assert plans == batches["rows_loaded"].sum()
        assert not batches["summary"].eq("{}").any()
        engine.dispose()


def test_a_lost_connection_to_postgresql_leaves_whole_batches(postgres_engine):
    engine = postgres_engine

    def work() -> None:
        with store.writing(engine) as connection:
            store.insert_rows(connection, tables.support, support_rows(add_batch(connection, rows_loaded=50), 50))
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with store.reading(engine) as other:
                other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
            store.finish_batch(connection, 1)

    with pytest.raises(StoreUnavailable) as stop:
        work()
    assert stop.value.code == "store_lost"
    assert whole_batches(engine) == 0
    with store.writing(engine) as connection:  # the pool takes the next connection by itself
        add_batch(connection)


def test_a_full_disk_leaves_whole_batches(sqlite_engine):
    engine, pages = sqlite_engine, 3  # SQLite's limit of pages stands for the full disk

    def work() -> None:
        with store.writing(engine) as connection:
            present = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {present + pages}")
            store.insert_rows(connection, tables.support, support_rows(add_batch(connection), 5_000))

    with pytest.raises(StoreUnavailable) as stop:
        work()
    assert stop.value.code == "store_full"
    assert whole_batches(engine) == 0
    assert store.is_alive(engine)


ON_A_FULL_DISK = """
import resource, signal, sys
from loaders import store
from loaders.store import StoreUnavailable, tables
from tests.support.stores import add_batch
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
engine = store.open_store(sys.argv[1])
said = []
for _ in range(2):
    with store.reading(engine) as connection:
        said.append(str(store.count(connection, tables.import_batch)))
    try:
        with store.writing(engine) as connection:
            add_batch(connection)
    except StoreUnavailable as stop:
        said.append(stop.code)
print(" ".join(said))
"""


def test_a_store_on_a_full_disk_is_read_all_the_same(sqlite_engine):
    """Nothing can be written beside it, not even SQLite's log: the board stands, and who writes is told why not."""
    _one_batch(sqlite_engine, 10)
    sqlite_engine.dispose()
    command = [sys.executable, "-c", ON_A_FULL_DISK, str(sqlite_engine.url)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.split(), done.stderr) == (["1", "store_full", "1", "store_full"], "")
    _one_batch(sqlite_engine, 10)  # there is room again
    assert whole_batches(sqlite_engine) == 2


def test_a_full_disk_of_a_server_leaves_whole_batches(monkeypatch, tmp_path):
    """A server whose files may not grow beyond 24 MiB: the system refuses the write, as a full disk does."""
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path))
    with postgres.server(largest_file=24 << 20) as socket, postgres.database(socket) as address:
        engine = store.open_store(address, create=True)
        _one_batch(engine, 100)

        def work() -> None:
            with store.writing(engine) as connection:
                batch = add_batch(connection, rows_loaded=1)
                for _ in range(40):
                    store.insert_rows(connection, tables.support, support_rows(batch, 600, activity="x" * 1_500))

        with pytest.raises(StoreUnavailable) as stop:
            work()
        assert stop.value.code == "store_full"
        assert whole_batches(engine) == 1
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM support")  # a person makes room
        _one_batch(engine, 100)
        assert whole_batches(engine) == 2
        engine.dispose()


def test_a_server_that_goes_away_leaves_whole_batches(monkeypatch, tmp_path):
    """The server is ended at once in the middle of a batch, and started again on the same files."""
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path))
    with postgres.server(quick=False) as socket, postgres.database(socket) as address:
        engine = store.open_store(address, create=True)
        _one_batch(engine, 100)

        def work() -> None:
            with store.writing(engine) as connection:
                store.insert_rows(connection, tables.support, support_rows(add_batch(connection, rows_loaded=9), 9))
                postgres.stop(socket, "immediate")
                store.finish_batch(connection, 2)

        with pytest.raises(StoreUnavailable) as stop:
            work()
        assert stop.value.code == "store_lost"
        with pytest.raises(StoreUnavailable) as stop, store.writing(engine):
            raise AssertionError
        assert stop.value.code == "store_lost"
        assert not store.is_alive(engine)
        postgres.start(socket)
        assert whole_batches(engine) == 1
        _one_batch(engine, 5)
        assert whole_batches(engine) == 2
        engine.dispose()


def _one_batch(engine, rows: int) -> None:
    with store.writing(engine) as connection:
        batch = add_batch(connection, rows_loaded=rows)
        store.insert_rows(connection, tables.support, support_rows(batch, rows))
        store.finish_batch(connection, batch)


def test_a_batch_is_not_put_back_beside_the_same_file_loaded_again(engine):
    with store.writing(engine) as connection:
        first = add_batch(connection, is_active=False)
        second = add_batch(connection)
        with pytest.raises(Refused) as stop:
            store.set_active(connection, [first], True, None, "tester")
        assert (stop.value.problem.code, stop.value.problem.value) == ("file_already_loaded", str(second))
        store.set_active(connection, [second], False, "by_hand", "tester")
        assert store.set_active(connection, [first], True, None, "tester") == 1


def exported(engine, folder) -> dict[str, bytes]:
    exchange_package.export(engine, folder, viewer=exchange_package.COMPLETE)
    names = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("audit.csv", "datapackage.json")
    ]
    return {str(path.relative_to(folder)): path.read_bytes() for path in names}


def test_withdraw_and_put_back_gives_the_same_bytes(board, tmp_path):
    with store.reading(board) as connection:
        version, actions = store.data_version(connection), store.count(connection, tables.audit)
    before = exported(board, tmp_path / "before")
    with store.writing(board) as connection:
        assert store.set_active(connection, [1, 5], False, "by_hand", "tester") == 2
        assert store.set_active(connection, [1], False, "by_hand", "tester") == 0
    without = exported(board, tmp_path / "without")
    assert without["support_3w.csv"] != before["support_3w.csv"]
    with store.reading(board) as connection:
        assert store.data_version(connection) != version
        assert store.read_support(connection, "80", viewer=DATA_TEAM).empty
        assert store.read_summary(connection, viewer=DATA_TEAM).empty
    with store.writing(board) as connection:
        assert store.set_active(connection, [1, 5], True, None, "tester") == 2
    assert exported(board, tmp_path / "after") == before
    with store.reading(board) as connection:
        assert store.data_version(connection) != version  # a name is never used twice
        audit = store.read_table(connection, tables.audit, viewer=DATA_TEAM)
    assert list(audit["action"][actions:]) == ["withdraw", "withdraw", "restore_batch", "restore_batch"]
    assert set(audit["who"][actions:]) == {"tester"}


def test_every_loaded_row_leads_back_to_its_file(board):
    with store.reading(board) as connection:
        for register, table in tables.REGISTERS.items():
            frame = store.read_register(connection, register, viewer=DATA_TEAM)
            assert len(frame) >= 1, register
            assert frame[["batch_id", "sheet", "row", "base", "file_name"]].notna().all(axis=None), register
            assert frame["file_name"].str.startswith(register).all()
            assert set(frame["row"]) <= {2, 3}, table.name


def test_the_queries_that_the_bench_times_answer(board):
    from bench import store as bench_store  # it reads this file's helpers

    medians = bench_store.queries(board)
    assert medians["national_roll_up"]["rows"] and medians["province_year_rows"]["rows"] == 2


def test_sums_are_those_of_the_rows(board):
    with store.reading(board) as connection:
        rows, table = (
            store.read_support(connection, "80", viewer=DATA_TEAM),
            store.read_summary(connection, viewer=DATA_TEAM),
        )
    assert int(table["records"].sum()) == len(rows) == 2
    assert int(table["amount_satang"].sum()) == int(rows["amount_satang"].sum()) == 6_250_000


def test_sums_by_subdistrict_are_those_of_the_rows(board):
    found = {}
    with store.reading(board) as connection:
        for wanted in ({}, {"agency": "nhso"}, {"theme": "welfare_fund"}, {"agency": "nhso", "theme": "welfare_fund"}):
            table = store.read_subdistrict_sums(connection, "80", 2007, viewer=DATA_TEAM, **wanted)
            found[tuple(wanted.values())] = (
                table.groupby("subdistrict_code")[["records", "amount_satang"]].sum().to_dict("index")
            )
        assert store.read_subdistrict_sums(connection, "80", 2001, viewer=DATA_TEAM).empty
    assert found == {
        (): {"800106": {"records": 2, "amount_satang": 6_250_000}},
        ("nhso",): {"800106": {"records": 1, "amount_satang": 1_250_000}},
        ("welfare_fund",): {"800106": {"records": 1, "amount_satang": 5_000_000}},
        ("nhso", "welfare_fund"): {},
    }


def test_both_engines_give_frames_of_the_same_kinds(board):
    with store.reading(board) as connection:
        frame = store.read_support(connection, "80", viewer=DATA_TEAM)
        batches = store.read_batches(connection, viewer=DATA_TEAM)
    kinds = frame.dtypes.astype(str).to_dict()
    assert kinds["amount_satang"] == kinds["fiscal_year"] == "Int64"
    assert kinds["starts_on"].startswith("datetime64")
    assert kinds["area_code"] == "string"
    assert frame["area_code"].dtype.storage == "python"  # loaders.thai.text_storage
    assert list(batches["id"]) == sorted(batches["id"], reverse=True)


def test_nothing_is_prepared_on_a_postgresql_server(postgres_engine):
    """A pooler gives each transaction another connection: a statement prepared on one is unknown, or known twice."""
    with store.reading(postgres_engine) as connection:
        for _ in range(12):
            store.data_version(connection)
        assert connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one() == 0


def test_equal_texts_of_a_long_read_are_one_object_and_it_reads_as_a_short_one(engine, monkeypatch):
    with store.writing(engine) as connection:
        rows = support_rows(add_batch(connection), 11)
        for number, row in enumerate(rows):
            row |= {"activity": f"กิจกรรมของตำบล {number % 3}", "theme_code": None if number % 4 else "health"}
        store.insert_rows(connection, tables.support, rows)
    query = select(tables.support, tables.import_batch.c.base, tables.import_batch.c.is_demo)
    query = query.join(tables.import_batch).order_by(tables.support.c.id)

    def texts(part: int):
        monkeypatch.setattr(read, "PART", part)
        with store.reading(engine) as connection:
            frame = read.read_typed(connection, query, tables.support)
        columns = [frame[name].dropna().tolist() for name in ("activity", "theme_code", "area_code", "base")]
        return frame, [len(set(map(id, column))) for column in columns]

    short, each = texts(2_500)
    assert each[0] == 11, "else this test says nothing"
    for part in (4, 11):
        long, once = texts(part)
        assert once == [3, 1, 1, 1], part
        pd.testing.assert_frame_equal(long, short)
