"""The store at national size on SQLite and PostgreSQL: load, heaviest page queries, writers, kill -9, live backups.

``KRADAN_BENCH_ROWS`` support rows (default 500,000; the national figure is 5,000,000). Prints one JSON line per engine.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import tempfile
import time
from pathlib import Path

import geothai
import numpy as np
from sqlalchemy import insert, select

from loaders import store, tables, templates
from loaders.ingest import ingest
from tests import postgres, store_worker
from tests.stores import add_batch
from tests.test_backup import live_backups
from tests.test_store import whole_batches

ROWS = int(os.environ.get("KRADAN_BENCH_ROWS", "500000"))
MOMENTS = int(os.environ.get("KRADAN_BENCH_KILLS", "50"))
WRITES = int(os.environ.get("KRADAN_BENCH_WRITES", "10000"))
YEARS = range(2003, 2008)
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
    """Subdistrict codes by province: 7,436 in all."""
    found: dict[str, list[str]] = {}
    for province in geothai.provinces():
        districts = geothai.districts(province.code)
        found[province.code] = [place.code for one in districts for place in geothai.subdistricts(one.code)]
    return found


def batch_rows(rng: np.random.Generator, codes: list[str], year: int, number: int) -> list[dict]:
    """Support records of one province and year by many agencies."""
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
    """A batch per province and year, each in one transaction with its sums."""
    rng, places = np.random.default_rng(80), nation()
    share = rows / sum(map(len, places.values())) / len(YEARS)
    begun, done, slowest = time.perf_counter(), 0, 0.0
    for codes in places.values():
        for year in YEARS:
            records = batch_rows(rng, codes, year, max(1, round(share * len(codes))))
            start = time.perf_counter()
            with store.writing(engine) as connection:
                batch = add_batch(connection, rows_loaded=len(records))
                store.insert_rows(connection, tables.support, [{"batch_id": batch} | record for record in records])
                store.finish_batch(connection, batch)
            slowest, done = max(slowest, time.perf_counter() - start), done + len(records)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    seconds = time.perf_counter() - begun
    return {"subdistricts": sum(map(len, places.values())), "rows": done, "seconds": round(seconds, 1),
            "rows_per_second": round(done / seconds), "slowest_batch_s": round(slowest, 2)}  # fmt: skip


def median_ms(engine, read, times: int = 15) -> float:
    """Median of several runs, each with its own connection."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        with store.reading(engine) as connection:
            read(connection)
        taken.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(taken), 1)


def queries(engine) -> dict:
    """Milliseconds of the heaviest page queries; and of the raw national GROUP BY that the summary table replaces."""
    support = tables.support
    raw = "SELECT province_code, fiscal_year, theme_code, count(*), sum(amount_satang) FROM support GROUP BY 1, 2, 3"
    here = select(support).where(
        support.c.province_code == "80", support.c.fiscal_year == 2007, support.c.subdistrict_code == "800106"
    )
    return {
        "province_page_ms": median_ms(engine, lambda c: store.read_subdistrict_sums(c, "80", 2007)),
        "subdistrict_page_ms": median_ms(engine, lambda c: c.execute(here).all()),
        "national_roll_up_ms": median_ms(engine, store.read_summary),
        "raw_national_group_by_ms": median_ms(engine, lambda c: c.exec_driver_sql(raw).all(), 1),
        "province_year_rows_ms": median_ms(engine, lambda c: store.read_support(c, "80", fiscal_year=2007), 3),
    }


def writers(engine, url: str, writes: int) -> dict:
    """Two processes x ten threads add to one number, readers beside."""
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
    """End an import at random moments; the store must be as before or as after."""
    rows, chance, after, between = templates.example_rows("plan") * 250, random.Random(50), 0, 0
    first = folder / "first.xlsx"
    templates.write_template("plan", first, rows)
    begun = time.perf_counter()
    ingest(engine, first, "codi", "bench", trusted=True)
    usual, loaded = time.perf_counter() - begun, len(rows)
    for number in range(moments):
        path = folder / f"{number}.xlsx"
        templates.write_template("plan", path, rows + rows[: number + 1])
        engine.dispose()
        process, pipe = store_worker.start(store_worker.imports, url, path)
        pipe.recv()
        pipe.poll(chance.uniform(0.2, 1.3) * usual)
        process.kill()
        process.join()
        with store.reading(engine) as connection:
            found = store.count(connection, tables.plan)
        after += found == loaded + len(rows) + number + 1
        between += found not in (loaded, loaded + len(rows) + number + 1)
        loaded = found
    return {"moments": moments, "as_before": moments - after - between, "as_after": after, "between": between}


def backups(engine, url: str, folder: Path, socket: str) -> dict:
    """Twenty backups under writes; every one restored and found whole."""
    from loaders import backup

    whole = 0
    for file in live_backups(url, engine, folder, 20):
        if store.is_sqlite(engine):
            whole += whole_batches(store.open_store(f"sqlite:///{file}")) >= 0  # fails itself when it is not
            continue
        with postgres.database(socket) as other:
            backup.restore(file, other)
            opened = store.open_store(other)
            whole += whole_batches(opened) >= 0
            opened.dispose()
    return {"live_backups": 20, "whole": whole}


def measure(url: str, empty: list[str], folder: Path, socket: str) -> dict:
    """All figures of one engine; the load and the rest run in stores of their own."""
    os.environ["KRADAN_BACKUPS"] = str(folder)
    engine = store.open_store(url, create=True)
    figures = {"bench": "store", "engine": engine.dialect.name, "load": load(engine, ROWS), "queries": queries(engine)}
    engine.dispose()
    figures["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    for name, work, where in (("writers", writers, empty[0]), ("kill_9", kills, empty[1])):
        engine = store.open_store(where, create=True)
        figures[name] = work(engine, where, WRITES) if work is writers else work(engine, where, folder, MOMENTS)
        engine.dispose()
    engine = store.open_store(empty[2], create=True)
    figures["backup"] = backups(engine, empty[2], folder, socket)
    engine.dispose()
    return figures


def main() -> list[dict]:
    """Figures of both engines."""
    with tempfile.TemporaryDirectory() as name, postgres.server(quick=False) as socket:
        folder, results = Path(name), []
        for part in "sp":
            (folder / part).mkdir()
        paths = [f"sqlite:///{folder / 's' / one}.sqlite" for one in "abcd"]
        results.append(measure(paths[0], paths[1:], folder / "s", socket))
        with (
            postgres.database(socket) as one,
            postgres.database(socket) as two,
            postgres.database(socket) as three,
            postgres.database(socket) as four,
        ):
            results.append(measure(one, [two, three, four], folder / "p", socket))
    return results


if __name__ == "__main__":
    for figures in main():
        print(json.dumps(figures))
