"""Inject faults and check what a user sees. One JSON line.

Each fault gets its own server: a store that is missing, cut, overwritten or locked; bad boundary files; impossible
settings; a disk without room; hostile URLs. Then the server is killed with -9 under an open browser and started again.
A fault is *met* when the page run ends, shows no exception element, no word of a library or stack trace, and still has
its map where only the map's file or the URL was bad.

``python -m bench.experiments.faults [LIMIT]``: only the first LIMIT faults of each group.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bench.support import stage
from bench.support.client import Answer, Client
from tests.support import served

LIBRARY_WORDS = re.compile(
    r"Traceback|Exception|[A-Z]\w+Error\b|(?i:sqlite|sqlalchemy|psycopg|pyogrio|pandas|shapely|GDAL|errno)|No such file|\bnan\b|NaN\b|<NA>|, line \d+"
)
MARKUP = re.compile(r"<[^<>]*>")
LONGEST_SECONDS = 45.0


@dataclass
class Fault:
    """A fault: change to a copy of a good store, settings, query string of the URL."""

    name: str
    kind: str
    store: Callable[[Path], object] | None = None
    settings: dict[str, str] = field(default_factory=dict)
    query: str = ""
    full_disk: bool = False
    needs_map: bool = False


def store_faults() -> list[Fault]:
    """Faults of the SQLite store."""

    def cut(share: float) -> Callable[[Path], object]:
        return lambda path: os.truncate(path, int(path.stat().st_size * share))

    def scratch(seed: int) -> Callable[[Path], object]:
        def write(path: Path) -> None:
            dice, size = random.Random(seed), path.stat().st_size
            with path.open("r+b") as file:
                for _ in range(40):
                    file.seek(dice.randrange(size - 600))
                    file.write(dice.randbytes(512))

        return write

    def head(content: bytes) -> Callable[[Path], object]:
        def write(path: Path) -> None:
            with path.open("r+b") as file:
                file.write(content)

        return write

    def without_table(table: str) -> Callable[[Path], object]:
        def drop(path: Path) -> None:
            with sqlite3.connect(path) as connection:
                connection.execute("PRAGMA foreign_keys=off")
                connection.execute(f"DROP TABLE {table}")

        return drop

    faults = [
        Fault("store missing", "store", Path.unlink),
        Fault("store empty", "store", lambda path: path.write_bytes(b"")),
        Fault("store is a folder", "store", lambda path: (path.unlink(), path.mkdir())),
        Fault("store is text", "store", lambda path: path.write_text("hello")),
        Fault("store is a picture", "store", lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 9000)),
        Fault("header gone", "store", head(b"\0" * 100)),
        Fault("header of another program", "store", head(b"SQLite format 2\0")),
    ]
    faults += [Fault(f"store cut to {share}", "store", cut(share)) for share in (0.001, 0.01, 0.1, 0.3, 0.6, 0.9, 0.99)]
    faults += [Fault(f"store scratched {seed}", "store", scratch(seed)) for seed in range(6)]
    faults += [
        Fault(f"table {table} gone", "store", without_table(table))
        for table in ("support", "import_batch", "agency", "setting")
    ]
    return faults


def boundary_faults(folder: Path) -> list[Fault]:
    """Boundary files that are invalid or of another place; written into ``folder``."""
    square = {"type": "Polygon", "coordinates": [[[100, 8], [100.1, 8], [100.1, 8.1], [100, 8.1], [100, 8]]]}

    def collection(code: str, geometry: object) -> bytes:
        feature = {"type": "Feature", "properties": {"adm3_pcode": code}, "geometry": geometry}
        return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()

    contents = {
        "empty.geojson": b"",
        "text.geojson": b"hello",
        "cut.geojson": collection("TH800101", square)[:-20],
        "one.geojson": collection("TH800101", square),
        "other_province.geojson": collection("TH100101", square),
        "no_geometry.geojson": collection("TH800101", None),
        "bow_tie.geojson": collection(
            "TH800101", {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
        ),
        "page.geojson": b"<!doctype html><html><body>Not found</body></html>",
        "vrt.geojson": b"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        "bytes.zip": random.Random(1).randbytes(4000),
        "bytes.gpkg": random.Random(2).randbytes(4000),
        "bytes.shp": random.Random(3).randbytes(4000),
        "deep.geojson": b"[" * 60_000,
    }
    faults = []
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        faults.append(
            Fault(
                f"boundary file {name}",
                "boundaries",
                settings={"KRADAN_BOUNDARIES": str(folder / name)},
                needs_map=True,
            )
        )
    return [
        *faults,
        Fault(
            "boundary file missing",
            "boundaries",
            settings={"KRADAN_BOUNDARIES": str(folder / "gone.zip")},
            needs_map=True,
        ),
    ]


def other_faults() -> list[Fault]:
    """Impossible settings, hostile URLs, a full disk."""
    settings = [
        {"DATABASE_URL": "postgresql+psycopg://kradan:secret@127.0.0.1:9/kradan"},
        {"DATABASE_URL": "nonsense://"},
        {"DATABASE_URL": "sqlite:////nonexistent/folder/kradan.sqlite"},
        {"KRADAN_PROVINCE": "99"},
        {"KRADAN_PROVINCE": "เมือง"},
        {"KRADAN_BOUNDARIES_CRS": "EPSG:0"},
    ]
    queries = [
        "year=abc", "year=99999999999999999999", "theme=<script>alert(1)</script>", "agency=' OR 1=1 --", "district=0000", "lang=xx",
        "map=../../etc/passwd", "measure=__class__", "stream=%00", "district=" + "9" * 5000, "year=-1&theme=&agency=&stream=", "need=𝕏&mode=&tier=0",
    ]  # fmt: skip
    faults = [Fault(f"setting {next(iter(entry.items()))}", "settings", settings=entry) for entry in settings]
    faults += [
        Fault(f"address {query[:30]}", "address", query=quote(query, safe="=&"), needs_map=True) for query in queries
    ]
    return [*faults, Fault("disk full", "disk", full_disk=True, needs_map=True)]


@contextmanager
def server(store: Path, settings: dict[str, str], port: int, *, full_disk: bool = False) -> Iterator[subprocess.Popen]:
    """Run our server with a fault; ``full_disk`` is simulated by a file size limit of 0."""
    environment = (
        {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        | {"KRADAN_STORE": str(store)}
        | settings
    )
    command = [sys.executable, "-W", "ignore", "-m", "pages.shell.serve", "--server.port", str(port)]

    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=stage.ROOT, env=environment, stdout=quiet, stderr=quiet, preexec_fn=no_room if full_disk else None
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def wait_for(port: int, seconds: float = 30) -> float:
    """Seconds until the server answers."""
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        with suppress(OSError):
            stage.get(f"http://127.0.0.1:{port}/_stcore/health")
            return time.perf_counter() - begin
        time.sleep(0.05)
    raise TimeoutError(f"no answer on {port} within {seconds} s")


async def _look(port: int, query: str) -> list[Answer]:
    async with Client(f"http://127.0.0.1:{port}", "coverage", query) as session:
        return [
            await asyncio.wait_for(session.rerun(), LONGEST_SECONDS),
            await asyncio.wait_for(session.rerun(), LONGEST_SECONDS),
        ]


def bad_words(answer: Answer) -> list[str]:
    """Words on a page that a user should never see."""
    plain_texts = [MARKUP.sub(" ", text) for text in answer.texts if not text.startswith("<style")]
    matches = [match.group(0) for text in plain_texts for match in [LIBRARY_WORDS.search(text)] if match]
    return matches + [error for error in answer.errors if error not in answer.texts]


def inject(good: Path, fault: Fault) -> dict:
    """Inject one fault; returns what two page runs showed."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "kradan.sqlite"
        shutil.copyfile(good, store)
        if fault.store:
            fault.store(store)
        port = served.free_port()
        try:
            with server(store, fault.settings, port, full_disk=fault.full_disk):
                wait_for(port)
                first, second = asyncio.run(_look(port, fault.query))
        except Exception as broken:  # noqa: BLE001 - a server that does not answer is a result, too
            return {"fault": fault.name, "met": False, "why": f"{type(broken).__name__}: {broken}"[:120]}
    words = bad_words(first) + bad_words(second)
    says_nothing = not first.texts and not first.has_map
    lost_map = fault.needs_map and not second.has_map
    why = ", ".join(words) or ("nothing on the page" if says_nothing else "no map" if lost_map else "")
    return {
        "fault": fault.name,
        "kind": fault.kind,
        "met": not why,
        "why": why,
        "first_s": round(first.seconds, 2),
        "again_s": round(second.seconds, 2),
    }


def locked(good: Path) -> dict:
    """Another program holds the store for writing while a page is opened."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "kradan.sqlite"
        shutil.copyfile(good, store)
        holder = sqlite3.connect(store, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        port = served.free_port()
        try:
            with server(store, {}, port):
                wait_for(port)
                first, second = asyncio.run(_look(port, ""))
        finally:
            holder.close()
    words = bad_words(first) + bad_words(second)
    return {
        "fault": "store locked by a writer",
        "kind": "store",
        "met": not words and second.has_map,
        "why": ", ".join(words),
        "again_s": round(second.seconds, 2),
    }


def gone_while_running(good: Path) -> dict:
    """The store is replaced by zero bytes under a running server; then a filter is changed."""

    async def look(port: int, store: Path) -> list[Answer]:
        async with Client(f"http://127.0.0.1:{port}", "coverage") as session:
            await session.rerun()
            for path in store.parent.glob("kradan.sqlite*"):
                path.unlink()
            store.write_bytes(b"\0" * 5000)
            return [await session.choose_in(session.list_with("theme"), option) for option in (1, 2)]

    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "kradan.sqlite"
        shutil.copyfile(good, store)
        port = served.free_port()
        with server(store, {}, port):
            wait_for(port)
            answers = asyncio.run(asyncio.wait_for(look(port, store), 90))
    words = [word for answer in answers for word in bad_words(answer)]
    return {
        "fault": "store replaced under a running server",
        "kind": "store",
        "met": not words,
        "why": ", ".join(words),
    }


def killed(good: Path) -> dict:
    """Kill -9 under an open browser, start again; seconds until the view answers, and whether it was kept."""
    port = served.free_port()
    with stage.chromium() as browser, stage.context(browser) as profile:
        with server(good, {}, port) as first:
            wait_for(port)
            page = profile.new_page()
            page.goto(f"http://127.0.0.1:{port}/coverage?theme=health")
            body = page.frame_locator('iframe[src*="st_folium"]').locator("body[data-painted]")
            body.wait_for(timeout=60_000)
            stage.settled(page)
            frame = next(frame for frame in page.frames if "st_folium" in frame.url)
            frame.evaluate("window.map.setZoom(11, {animate: false}); window.kept = 1")
            before = (page.locator("h1.kradan-title").inner_text(), body.get_attribute("data-classes"), page.url)
            first.send_signal(signal.SIGKILL)
            first.wait(10)
            page.wait_for_timeout(1500)
            alone = (page.locator("h1.kradan-title").inner_text(), body.get_attribute("data-classes"), page.url)
        begin = time.perf_counter()
        with server(good, {}, port):
            up = wait_for(port)
            _until_it_answers(page, before[0])
            back = time.perf_counter() - begin
            kept = frame.evaluate("window.kept") == 1 and frame.evaluate("window.map.getZoom()") == 11
            seen = page.locator('[data-testid="stMain"]').inner_text()
    words = LIBRARY_WORDS.findall(seen)
    return {
        "fault": "kill -9 and start again",
        "kind": "server",
        "met": before == alone and kept and not words,
        "why": ", ".join(words)
        or ("" if before == alone and kept else f"view kept {before == alone}, map kept {kept}"),
        "server_back_s": round(up, 2),
        "answers_again_s": round(back, 2),
    }


def _until_it_answers(page: Page, title: str) -> None:
    """Choose another theme every two seconds until the title changes."""
    for attempt in range(30):
        page.locator(".st-key-theme").get_by_role("combobox").click(timeout=60_000)
        page.locator('[role="option"]').nth(1 + attempt % 4).click()
        with suppress(PlaywrightTimeout):
            page.wait_for_function(
                "(old) => document.querySelector('h1.kradan-title').textContent !== old", arg=title, timeout=2_000
            )
            return
    raise TimeoutError("no answer within a minute after the server came back")


def main(limit: int = 1000) -> dict:
    """Inject all faults one after another, and print the counts."""
    results: list[dict] = []
    with stage.demo_store() as good, tempfile.TemporaryDirectory() as folder:
        with sqlite3.connect(good) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for faults in (store_faults(), boundary_faults(Path(folder)), other_faults()):
            for fault in faults[:limit]:
                results.append(inject(good, fault))
                print(json.dumps(results[-1], ensure_ascii=False), file=sys.stderr, flush=True)
        for special in (locked, gone_while_running, killed):
            try:
                results.append(special(good))
            except Exception as broken:  # noqa: BLE001
                results.append(
                    {"fault": special.__name__, "met": False, "why": f"{type(broken).__name__}: {broken}"[:200]}
                )
            print(json.dumps(results[-1], ensure_ascii=False), file=sys.stderr, flush=True)
    line = {
        "bench": "faults",
        "injected": len(results),
        "met": sum(entry["met"] for entry in results),
        "not_met": [{name: entry[name] for name in ("fault", "why")} for entry in results if not entry["met"]],
        "slowest_page_s": max((entry.get("again_s", 0) for entry in results), default=0),
        "restart": {name: value for name, value in results[-1].items() if name.endswith("_s")},
    }
    print(json.dumps(line, ensure_ascii=False))
    return line


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:2]))
