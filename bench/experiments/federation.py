"""Federation: speed of the first copy, lag of a change, time of a page's query, effect of killed provinces.

Four PostgreSQL servers on this machine: three provinces with a third of the rows each, and the nation, which copies two
and queries one live; then a streaming standby of the nation. ``python -m bench.experiments.federation [ROWS]``,
5,000,000 by default. Rows are written directly into the masked copies, as an import of that size would leave them.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg
from sqlalchemy import Engine

from loaders import setup, store
from loaders.federation import lines, publisher, subscriber
from loaders.store.privacy import PUBLIC
from loaders.store.shared import nation
from tests.support import postgres

ROWS = 5_000_000
PROVINCES = {"80": "copy", "84": "copy", "90": "live"}
NATION = "99"
MORE = "-c wal_level=logical -c max_slot_wal_keep_size=4GB -c max_wal_size=4GB -c shared_buffers=256MB"
FILL = """
INSERT INTO shared.support (province_code, id, placed_in, base, agency_code, fiscal_year, amount_satang, subdistrict_code, district_code)
SELECT %(code)s::text, n, %(code)s::text, 'codi', 'codi', 2000 + n %% 8, 100 * (n %% 50000), %(code)s::text || '0101', %(code)s::text || '01'
FROM generate_series(1000, 999 + %(rows)s::bigint) AS n
"""
REPEATS = 5
PATIENCE_S = 1500


def main(rows: int = ROWS) -> None:
    """Start and join the servers, measure, and print one JSON line."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sockets = {code: stack.enter_context(postgres.server(quick=False, more=MORE)) for code in (*PROVINCES, NATION)}
        engines = {code: _store(sockets[code], code) for code in sockets}
        for engine in engines.values():
            stack.callback(engine.dispose)
        each = rows // len(PROVINCES)
        for code in PROVINCES:
            os.environ["KRADAN_PROVINCE"] = code
            publisher.publish(engines[code], folder / code, "bench")
            with psycopg.connect(host=sockets[code], user="postgres", dbname="kradan") as connection:
                connection.execute(FILL, {"code": code, "rows": each})
                connection.execute(
                    "ANALYZE shared.support"
                )  # autovacuum would do it soon after; the nation's query planner needs the statistics
        os.environ["KRADAN_PROVINCE"] = NATION
        figures: dict[str, object] = {"bench": "federation", "rows": each * len(PROVINCES), "servers": len(sockets)}
        begin = time.perf_counter()
        for code, way in PROVINCES.items():
            address = f"host={sockets[code]} dbname=kradan user=kradan_nation_{code}"
            subscriber.subscribe(
                engines[NATION], code, address, lines.password_in(folder / code), "bench", live=way == "live"
            )
        copied = each * sum(way == "copy" for way in PROVINCES.values())
        _until(lambda: _count(sockets[NATION], "WHERE province_code IN ('80', '84')"), copied)
        took = time.perf_counter() - begin
        figures |= {"first_copy_s": round(took, 1), "copied_rows_per_s": round(copied / took)}
        with psycopg.connect(host=sockets[NATION], user="postgres", dbname="kradan", autocommit=True) as connection:
            connection.execute("ANALYZE shared.support_80, shared.support_84")
        figures |= {"lag_s": _lag(sockets), "page_query_s": _query(engines[NATION])} | _kill(sockets, engines)
        figures |= _standby(stack, sockets[NATION], engines[NATION])
    print(json.dumps(figures))


def _store(socket: str, code: str) -> Engine:
    os.environ["KRADAN_PROVINCE"] = code
    with psycopg.connect(host=socket, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE kradan")
    engine = store.open_store(f"postgresql+psycopg://postgres@/kradan?host={socket}", create=True)
    setup.ensure_code_lists(engine)
    return engine


def _count(socket: str, where: str) -> int:
    with psycopg.connect(host=socket, user="postgres", dbname="kradan") as connection:
        row = connection.execute(f"SELECT count(*) FROM shared.support {where}").fetchone()  # noqa: S608 - our own words
    return int(row[0]) if row else 0


def _until(read: Callable[[], object], expected: object) -> None:
    end = time.monotonic() + PATIENCE_S
    while (value := read()) != expected:
        if time.monotonic() > end:
            raise TimeoutError(f"expected {expected} within {PATIENCE_S} s, found {value}")
        time.sleep(0.05)


def _seen_after(sockets: dict[str, str], code: str, number: int) -> float:
    """Seconds from the commit of a row at a province until it is visible at the nation."""
    with psycopg.connect(host=sockets[code], user="postgres", dbname="kradan") as connection:
        single_number = f"generate_series({number}, {number})"
        connection.execute(FILL.replace("generate_series(1000, 999 + %(rows)s::bigint)", single_number), {"code": code})
    begin = time.perf_counter()
    _until(lambda: _count(sockets[NATION], f"WHERE province_code = '{code}' AND id = {number}"), 1)
    return time.perf_counter() - begin


def _lag(sockets: dict[str, str]) -> float:
    return round(statistics.median(_seen_after(sockets, "80", 10**9 + repeat) for repeat in range(REPEATS)), 3)


def _query(engine: Engine) -> float:
    """Median seconds of the sums that the nation page reads, over all provinces."""
    took = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        _satang(engine)
        took.append(time.perf_counter() - begin)
    return round(statistics.median(took), 2)


def _satang(engine: Engine) -> dict[str, int]:
    with store.reading(engine) as connection:
        sums = nation.read_shared_sums(connection, viewer=PUBLIC)
    return {str(code): int(total) for code, total in sums.groupby("province_code")["amount_satang"].sum().items()}


def _kill(sockets: dict[str, str], engines: dict[str, Engine]) -> dict[str, object]:
    """Kill a copied and a live province: what the nation shows meanwhile, and seconds until it is complete again."""
    before = _satang(engines[NATION])
    for code in ("84", "90"):
        postgres.stop(sockets[code], "immediate")
    begin = time.perf_counter()
    away = _satang(engines[NATION])
    answered = time.perf_counter() - begin
    for code in ("84", "90"):
        postgres.start(sockets[code], f"{postgres.USUAL} {MORE}")
    begin = time.perf_counter()
    seen = _seen_after(sockets, "84", 10**9)
    _until(lambda: subscriber.status(engines[NATION])["not_answering"], [])
    with psycopg.connect(host=sockets["84"], user="postgres", dbname="kradan") as connection:
        connection.execute("DELETE FROM shared.support WHERE id = %s", (10**9,))
    _until(lambda: _satang(engines[NATION]), before)
    return {"killed_query_s": round(answered, 2), "killed_copy_stays": away["84"] == before["84"], "killed_live_left_out": "90" not in away,
            "first_change_after_restart_s": round(seen, 1), "whole_after_restart_s": round(time.perf_counter() - begin, 1), "difference_satang": sum(_satang(engines[NATION]).values()) - sum(before.values())}  # fmt: skip


def _standby(stack: ExitStack, socket: str, primary: Engine) -> dict[str, object]:
    """Hot standby of the nation: whether its sums are equal, and the lag of a change."""
    with postgres.copy_of(socket, MORE) as other:
        engine = store.open_store(f"postgresql+psycopg://postgres@/kradan?host={other}", upgrade=False)
        stack.callback(engine.dispose)
        same = _satang(engine) == _satang(primary)
        with store.writing(primary) as connection:
            store.touch(connection)
            primary_version = store.data_version(connection)
        begin = time.perf_counter()

        def version() -> str:
            with store.reading(engine) as connection:
                return store.data_version(connection)

        _until(version, primary_version)
        lag = time.perf_counter() - begin
        engine.dispose()
    return {"standby_same": same, "standby_version_after_s": round(lag, 3)}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
