"""Store at national size on SQLite and PostgreSQL: load, heaviest page queries, writers, kill -9, live backups.

``KRADAN_BENCH_ROWS`` support rows (default 500,000; national size is 5,000,000, which needs about 5 GB of disk and less
than 1 GB of memory, because only one province and year is held at a time). One JSON line with both engines, each
measured in its own process; progress goes to stderr. ``KRADAN_BENCH_KILLS=0`` and ``KRADAN_BENCH_WRITES=0`` leave those
parts out.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import geothai
import numpy as np
from sqlalchemy import insert, select

from loaders import store
from loaders.layouts import templates
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM
from tests.loaders.store.test_backup import live_backups
from tests.support import postgres, store_worker
from tests.support.stores import add_batch, whole_batches

ROWS = int(os.environ.get("KRADAN_BENCH_ROWS", "500000"))
MOMENTS = int(os.environ.get("KRADAN_BENCH_KILLS", "50"))
WRITES = int(os.environ.get("KRADAN_BENCH_WRITES", "10000"))
YEARS = range(2003, 2008)
BYTES_PER_ROW = 1_000  # disk space for both engines, with indexes, logs and sorting
AGENCIES = ["codi", "nhso", "cdd", "baac", "msdhs", "thaihealth", "trf", "lao", "psdhs", "province_office"]
THEMES = [
    "sufficiency",
    "community",
    "ecology",
    "hardship",
    "basic_services",
    "health",
    "welfare_fund",
    "learning",
    None,
]


def nation() -> dict[str, list[str]]:
    """Province code -> its subdistrict codes, 7,436 in all."""
    codes_of: dict[str, list[str]] = {}
    for province in geothai.provinces():
        districts = geothai.districts(province.code)
        codes_of[province.code] = [
            place.code for district in districts for place in geothai.subdistricts(district.code)
        ]
    return codes_of


def batch_rows(rng: np.random.Generator, codes: list[str], year: int, number: int) -> list[dict]:
    """``number`` random support records of one province and year."""
    places, money = rng.integers(len(codes), size=number), rng.integers(1_000_00, 5_000_000_00, size=number)
    agencies, themes = rng.integers(len(AGENCIES), size=number), rng.integers(len(THEMES), size=number)
    people = rng.integers(1, 500, size=number)
    rows = []
    for row in range(number):
        code = codes[places[row]]
        rows.append(
            {"sheet": "1", "row": row + 2, "area_code": code, "area_level": "subdistrict", "subdistrict_code": code,
             "district_code": code[:4], "province_code": code[:2], "agency_code": AGENCIES[agencies[row]],
             "theme_code": THEMES[themes[row]], "activity": f"กิจกรรมที่ {row} ของตำบล", "fiscal_year": year,
             "amount_satang": int(money[row]), "people_reached": int(people[row])}
        )  # fmt: skip
    return rows


def load(engine, rows: int) -> dict:
    """Load a batch per province and year, each in one transaction with its sums; returns the figures."""
    rng, places = np.random.default_rng(80), nation()
    share = rows / sum(map(len, places.values())) / len(YEARS)
    begun, done, slowest = time.perf_counter(), 0, 0.0
    for number, codes in enumerate(places.values(), start=1):
        for year in YEARS:
            records = batch_rows(rng, codes, year, max(1, round(share * len(codes))))
            start = time.perf_counter()
            with store.writing(engine) as connection:
                batch = add_batch(connection, rows_loaded=len(records))
                for record in records:
                    record["batch_id"] = batch
                store.insert_rows(connection, tables.support, records)
                store.finish_batch(connection, batch)
            slowest, done = max(slowest, time.perf_counter() - start), done + len(records)
        if number % 11 == 0:
            passed = time.perf_counter() - begun
            _say(f"{engine.dialect.name}: {number} of {len(places)} provinces, {done:,} rows, {passed:.0f} s")
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    seconds = time.perf_counter() - begun
    with store.reading(engine) as connection:
        stored, summed = (
            store.count(connection, tables.support),
            int(store.read_summary(connection, viewer=DATA_TEAM)["records"].sum()),
        )
    if not done == stored == summed:
        raise RuntimeError(f"expected {done} rows, found {stored} and {summed} in the sums")
    return {"subdistricts": sum(map(len, places.values())), "rows": done, "seconds": round(seconds, 1),
            "rows_per_second": round(done / seconds), "slowest_batch_s": round(slowest, 2), "memory_mb": memory(),
            "disk_mb": disk(engine)}  # fmt: skip


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def memory() -> int:
    """Peak memory of this process so far, MiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def disk(engine) -> int:
    """Size of the store on disk, MiB."""
    with store.reading(engine) as connection:
        if store.is_sqlite(engine):
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            size = pages * connection.exec_driver_sql("PRAGMA page_size").scalar()
        else:
            size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar()
    return round(size / 2**20)


def median(engine, read, times: int = 15) -> dict:
    """Median milliseconds of several runs, each with its own connection; number of rows; peak memory."""
    taken, rows = [], 0
    for _ in range(times):
        begun = time.perf_counter()
        with store.reading(engine) as connection:
            rows = len(read(connection))
        taken.append((time.perf_counter() - begun) * 1000)
    return {"ms": round(statistics.median(taken), 1), "rows": rows, "memory_mb": memory()}


def queries(engine) -> dict:
    """Three heaviest page queries, all rows of a province and year, the GROUP BY that the summary table replaces."""
    support = tables.support
    raw = "SELECT province_code, fiscal_year, theme_code, count(*), sum(amount_satang) FROM support GROUP BY 1, 2, 3"
    here = select(support).where(
        support.c.province_code == "80", support.c.fiscal_year == 2007, support.c.subdistrict_code == "800106"
    )
    asked = {
        "province_page": (lambda c: store.read_subdistrict_sums(c, "80", 2007, viewer=DATA_TEAM), 15),
        "subdistrict_page": (lambda c: c.execute(here).all(), 15),
        "national_roll_up": (lambda c: store.read_summary(c, viewer=DATA_TEAM), 15),
        "province_year_rows": (lambda c: store.read_support(c, "80", fiscal_year=2007, viewer=DATA_TEAM), 3),
        "raw_national_group_by": (lambda c: c.exec_driver_sql(raw).all(), 1),
    }
    medians = {}
    for name, (read, times) in asked.items():
        medians[name] = median(engine, read, times)
        _say(f"{engine.dialect.name}: {name} {medians[name]}")
    return medians


def texts(engine) -> dict:
    """Read all rows of a province: MiB of its text cells, shared objects counted once (``held_mb``) or per cell."""
    with store.reading(engine) as connection:
        frame = store.read_register(connection, "support", "80", viewer=DATA_TEAM)
    cells = [cell for name in frame for cell in frame[name].tolist() if isinstance(cell, str)]
    held = sum({id(cell): sys.getsizeof(cell) for cell in cells}.values())
    return {"rows": len(frame), "cells": len(cells), "held_mb": round(held / 2**20, 1),
            "one_each_mb": round(sum(map(sys.getsizeof, cells)) / 2**20, 1)}  # fmt: skip


def writers(engine, url: str, writes: int) -> dict:
    """Two processes with ten threads each increment one number; counts lost writes and waiting times."""
    with store.writing(engine) as connection:
        connection.execute(insert(tables.setting).values(name="counter", value="0"))
    engine.dispose()
    begun = time.perf_counter()
    workers = [store_worker.start(store_worker.counts, url, 10, writes // 20) for _ in range(2)]
    waits = sorted(wait for _, pipe in workers for wait in pipe.recv())
    with store.reading(engine) as connection:
        counter = int(
            connection.execute(select(tables.setting.c.value).where(tables.setting.c.name == "counter")).scalar_one()
        )
    return {"writes": len(waits), "lost": len(waits) - counter, "seconds": round(time.perf_counter() - begun, 1),
            "p50_ms": round(waits[len(waits) // 2] * 1000, 1), "p99_ms": round(waits[int(len(waits) * 0.99)] * 1000, 1),
            "max_ms": round(waits[-1] * 1000, 1)}  # fmt: skip


def kills(engine, url: str, folder: Path, moments: int) -> dict:
    """Kill an import at random moments; the store must be as before or as after."""
    rows, chance, after, between = templates.example_rows("plan") * 250, random.Random(50), 0, 0
    loaded, usual = 0, 0.0
    for number in range(-2, moments):  # the first warms shared caches, the second gives the usual duration
        path = folder / f"{number}.xlsx"
        templates.write_template("plan", path, rows + rows[: number + 3])
        engine.dispose()
        process, pipe = store_worker.start(store_worker.imports, url, path)
        pipe.recv()
        begun = time.perf_counter()
        pipe.poll(chance.uniform(0.3, 1.3) * usual if number >= 0 else None)
        usual = time.perf_counter() - begun if number < 0 else usual
        process.kill()
        process.join()
        with store.reading(engine) as connection:
            stored = store.count(connection, tables.plan)
        whole = loaded + len(rows) + number + 3
        if number >= 0:
            after += stored == whole
            between += stored not in (loaded, whole)
        loaded = stored
    return {"moments": moments, "as_before": moments - after - between, "as_after": after, "between": between,
            "usual_s": round(usual, 2)}  # fmt: skip


def backups(engine, url: str, folder: Path, socket: str) -> dict:
    """Make twenty backups during writes, restore each and check that it is whole."""
    from loaders.store.restore import restore

    whole = 0
    for file in live_backups(url, engine, folder, 20):
        if store.is_sqlite(engine):
            whole += whole_batches(store.open_store(f"sqlite:///{file}")) >= 0  # raises when a batch is not whole
            continue
        with postgres.database(socket) as other:
            restore(file, other)
            opened = store.open_store(other)
            whole += whole_batches(opened) >= 0
            opened.dispose()
    return {"live_backups": 20, "whole": whole}


def measure(url: str, empty: list[str], folder: Path, socket: str) -> dict:
    """All figures of one engine; ``url``: store of the load, ``empty``: one store for each other part."""
    os.environ["KRADAN_BACKUPS"] = str(folder)
    engine = store.open_store(url, create=True)
    figures = {"load": load(engine, ROWS), "queries": queries(engine), "texts": texts(engine)}
    engine.dispose()
    parts = [("writers", lambda opened, where: writers(opened, where, WRITES), WRITES),
             ("kill_9", lambda opened, where: kills(opened, where, folder, MOMENTS), MOMENTS),
             ("backup", lambda opened, where: backups(opened, where, folder, socket), 20)]  # fmt: skip
    for (name, work, times), where in zip(parts, empty, strict=True):
        if times:
            engine = store.open_store(where, create=True)
            figures[name] = work(engine, where)
            engine.dispose()
            _say(f"{engine.dialect.name}: {name} {figures[name]}")
    return figures


def apart(work: Callable[..., dict], *arguments: object) -> dict:
    """Run ``work`` in a child process, so that the memory of one engine is not counted for the other."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=lambda: theirs.send(work(*arguments)))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        raise RuntimeError("a bench of the store ended without figures") from None
    finally:
        process.join()


def main() -> None:
    """Print the figures of both engines."""
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < ROWS * BYTES_PER_ROW:
        raise SystemExit(
            f"expected {ROWS * BYTES_PER_ROW / 1e9:.1f} GB free in {tempfile.gettempdir()}, found {free / 1e9:.1f}"
        )
    with tempfile.TemporaryDirectory() as name, postgres.server(quick=False) as socket, ExitStack() as databases:
        folder, figures = Path(name), {"bench": "store"}
        for part in "sp":
            (folder / part).mkdir()
        first, *others = [f"sqlite:///{folder / 's' / letter}.sqlite" for letter in "abcd"]
        figures["sqlite"] = apart(measure, first, others, folder / "s", socket)
        first, *others = [databases.enter_context(postgres.database(socket)) for _ in range(4)]
        figures["postgresql"] = apart(measure, first, others, folder / "p", socket)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
