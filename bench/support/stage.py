"""Shared by the browser benches: servers, Chromium, a byte meter, medians."""

from __future__ import annotations

import base64
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, BrowserType, Page, sync_playwright

from bench.peers import cdn
from tests.conftest import ROOT, SHARED
from tests.support import served

PEERS = Path(__file__).resolve().parent.parent / "peers"
# As on a machine without a graphics card: pages are drawn in software, only WebGL maps (pydeck) by SwiftShader. With
# ``--use-angle=swiftshader`` SwiftShader would draw whole pages, which costs much CPU per frame.
FLAGS = [*served.FLAGS, "--enable-unsafe-swiftshader"]


@dataclass(frozen=True)
class Chromium:
    """How to start the browser; each :func:`context` starts one."""

    kind: BrowserType
    names: str


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Browser of a bench; requests to other hosts are answered from packages on this machine."""
    with cdn.served() as port, sync_playwright() as playwright:
        yield Chromium(playwright.chromium, cdn.names(port))


def cut_off(browser: Chromium) -> Chromium:
    """The same browser without access to other hosts."""
    return replace(browser, names=cdn.names(None))


@contextmanager
def peer(name: str, **environment: str) -> Iterator[str]:
    """Serve ``bench/peers/NAME.py`` with Streamlit's defaults, without our configuration file; yields the URL."""
    port = served.free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
        command = [
            sys.executable, "-m", "streamlit", "run", str(PEERS / f"{name}.py"), "--server.port", str(port), "--server.headless", "true",
            "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false",
        ]  # fmt: skip
        log = Path(folder) / "log"
        with log.open("w") as out:
            server = subprocess.Popen(command, cwd=folder, env=settings, stdout=out, stderr=out)
        address = f"http://127.0.0.1:{port}"
        try:
            served._wait(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(10)


@contextmanager
def demo_store() -> Iterator[Path]:
    """New SQLite store with the demo province."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "kradan.sqlite"
        settings = {**os.environ, "KRADAN_STORE": str(store)}
        settings.pop("DATABASE_URL", None)
        subprocess.run(
            [sys.executable, "-m", "loaders", "setup"],
            cwd=ROOT,
            env=settings,
            check=True,
            timeout=180,
            stdout=subprocess.DEVNULL,
        )
        yield store


def get(address: str) -> bytes:
    """Body of an answer of our server."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read()


class Meter:
    """Bytes that a page receives, as counted by Chromium: websocket frames and HTTP bodies."""

    def __init__(self, page: Page) -> None:
        self.frames, self.bodies, self.largest = 0, 0, 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.webSocketFrameReceived", self._frame)
        session.on("Network.loadingFinished", self._body)

    def _frame(self, event: dict) -> None:
        answer = event["response"]
        size = len(base64.b64decode(answer["payloadData"])) if answer["opcode"] == 2 else len(answer["payloadData"])
        self.frames, self.largest = self.frames + size, max(self.largest, size)

    def _body(self, event: dict) -> None:
        self.bodies += int(event.get("encodedDataLength", 0))

    def total(self) -> int:
        """Bytes received so far."""
        return self.frames + self.bodies


def local_bytes() -> int:
    """Bytes on the loopback interface so far; on an idle machine, the traffic of browser and server."""
    return psutil.net_io_counters(pernic=True)["lo"].bytes_recv


@contextmanager
def context(browser: Chromium) -> Iterator[BrowserContext]:
    """Start a browser with an empty profile on disk.

    Playwright's default contexts are private windows, in which Chromium keeps no compiled scripts: a second visit would
    be slower than a user's.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = browser.kind.launch_persistent_context(
            folder,
            executable_path=served.CHROMIUM,
            args=[*FLAGS, browser.names],
            viewport={"width": 1920, "height": 1080},
            ignore_https_errors=True,
        )
        yield profile
        profile.close()


def settled(page: Page) -> None:
    """Wait until the script run of the page has ended."""
    page.wait_for_timeout(150)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
    page.wait_for_timeout(150)


def rested() -> None:
    """Wait until the machine is idle, at most a minute: a server precomputes pages after its first visitor."""
    for _ in range(60):
        if psutil.cpu_percent(interval=1) < 10:
            return


def middle(numbers: list[float]) -> float:
    """Median, rounded for a table."""
    return round(statistics.median(numbers), 1)


def ninety_fifth(numbers: list[float]) -> float:
    """95th percentile, rounded for a table."""
    ranked = sorted(numbers)
    return round(ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))], 1)


__all__ = [
    "PEERS",
    "ROOT",
    "SHARED",
    "Chromium",
    "Meter",
    "chromium",
    "context",
    "cut_off",
    "demo_store",
    "get",
    "middle",
    "ninety_fifth",
    "peer",
    "rested",
    "settled",
]
