"""Processes that write into a store, for tests and ``bench/store.py``. Forked: they start at once and can be ended at once."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event

from sqlalchemy import select, update

from loaders import store
from loaders.store import tables
from tests.support.stores import add_batch, support_rows

ROWS = 300


def start(work: Callable, *arguments: object) -> tuple[multiprocessing.Process, Connection]:
    """Run ``work(url, ..., pipe)`` in a process of its own; gives the process and our end of the pipe."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(work, *arguments, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _child(work: Callable, *arguments: object) -> None:
    try:
        work(*arguments)
        os._exit(0)  # no clean-up of what belongs to the parent
    finally:
        os._exit(1)


def batches(url: str, pipe: Connection) -> None:
    """Write whole batches until somebody ends this process."""
    engine = store.engine_at(url)
    pipe.send("ready")
    while True:
        with store.writing(engine) as connection:
            batch = add_batch(connection, rows_loaded=ROWS)
            store.insert_rows(connection, tables.support, support_rows(batch, ROWS))
            store.finish_batch(connection, batch)


def imports(url: str, path: Path, pipe: Connection) -> None:
    """Import one file; the caller kills this process at some moment of it."""
    from loaders.imports.ingest import ingest

    engine = store.engine_at(url)
    pipe.send("ready")
    ingest(engine, path, "codi", "worker", trusted=True)
    pipe.send("done")


def counts(url: str, threads: int, writes: int, pipe: Connection) -> None:
    """Read a number and write the next one, in many threads, with readers beside; sends the waits in seconds."""
    engine = store.engine_at(url)
    over = Event()

    def read() -> None:
        while not over.is_set():
            with store.reading(engine) as connection:
                connection.execute(select(tables.setting)).all()
            time.sleep(0.002)

    def add(_number: int) -> float:
        begun = time.perf_counter()
        with store.writing(engine) as connection:
            counter = tables.setting.c.name == "counter"
            value = int(connection.execute(select(tables.setting.c.value).where(counter)).scalar_one())
            connection.execute(update(tables.setting).where(counter).values(value=str(value + 1)))
        return time.perf_counter() - begun

    with ThreadPoolExecutor(2) as readers, ThreadPoolExecutor(threads) as writers:
        beside = [readers.submit(read) for _ in range(2)]
        waits = list(writers.map(add, range(threads * writes)))
        over.set()
        for one in beside:
            one.result()
    pipe.send(waits)
