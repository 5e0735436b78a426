"""A full disk: batches are written until the system refuses, on a small file system. One JSON line.

``python -m bench.experiments.full_disk``; mounting needs root. SQLite and PostgreSQL write batches of 300 rows until
there is no room; stored batches must be whole, and once room is made (and a stopped server restarted) the next one goes
in.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from loaders import store
from loaders.store import StoreUnavailable, tables
from tests.support import postgres
from tests.support.stores import add_batch, support_rows, whole_batches

MEGABYTE = 1 << 20
ROWS = 300
SECONDS_TO_RECOVER = 60
MOST = 5_000  # batches; the small disk must be full before


@contextmanager
def small_disk(size_mb: int) -> Iterator[Path]:
    """File system of ``size_mb`` MiB in memory (tmpfs)."""
    with tempfile.TemporaryDirectory(prefix="kradan-full-", dir="/tmp") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=1777", "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _batch(engine) -> None:
    with store.writing(engine) as connection:
        batch = add_batch(connection, rows_loaded=ROWS)
        store.insert_rows(connection, tables.support, support_rows(batch, ROWS))
        store.finish_batch(connection, batch)


def fill(engine, ballast: Path, ballast_mb: int, again) -> dict:
    """Write until refused, check the batches, make room (delete ``ballast``, ``again()``), write again."""
    ballast.write_bytes(b"0" * ballast_mb * MEGABYTE)
    written, code = 0, ""
    while not code and written < MOST:
        try:
            _batch(engine)
            written += 1
        except StoreUnavailable as stop:
            code = stop.code
    kept = None
    with suppress(StoreUnavailable, SQLAlchemyError):  # PostgreSQL without room for its log shuts down
        kept = whole_batches(engine)
    ballast.unlink()
    again()
    engine.dispose()
    after = whole_batches(engine)
    _batch(engine)
    return {
        "batches_before": written,
        "answer": code,
        "whole_while_full": kept,
        "whole_after": after,
        "whole_and_one_more": whole_batches(engine),
        "met": code in ("store_full", "store_lost") and after == written and whole_batches(engine) == written + 1,
    }


def in_sqlite() -> dict:
    """SQLite: the store's file and its log on the small disk."""
    with small_disk(16) as folder:
        engine = store.open_store(f"sqlite:///{folder / 'kradan.sqlite'}", create=True)
        try:
            return fill(engine, folder / "ballast", 4, lambda: None)
        finally:
            engine.dispose()


def in_postgresql() -> dict:
    """PostgreSQL: the whole server on the small disk."""
    with small_disk(150) as folder:
        os.environ["KRADAN_BACKUPS"] = str(folder.parent)
        with postgres.server(quick=False, within=folder) as socket, postgres.database(socket) as address:
            engine = store.open_store(address, create=True)

            def again() -> None:
                for _ in range(SECONDS_TO_RECOVER):
                    if store.is_alive(engine):
                        return
                    with suppress(RuntimeError):  # raised when it already runs and is recovering
                        postgres.start(socket)
                    time.sleep(1)

            try:
                return fill(engine, folder / "ballast", 40, again)
            finally:
                engine.dispose()


def main() -> dict:
    """Run both and print the figures."""
    line: dict = {"bench": "full_disk", "rows_per_batch": ROWS}
    try:
        line |= {"sqlite": in_sqlite(), "postgresql": in_postgresql()}
    except (subprocess.CalledProcessError, FileNotFoundError) as error:  # no mount command, or no right to use it
        line["not_possible_here"] = str(error)
    print(json.dumps(line))
    return line


if __name__ == "__main__":
    main()
