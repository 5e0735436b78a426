"""What the browser benches share: servers, one Chromium, a meter of bytes, medians."""

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
from pathlib import Path

import psutil
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench import cdn
from tests import served
from tests.conftest import ROOT, SHARED

PEERS = Path(__file__).resolve().parent / "peers"
# As Chromium does on a machine without a graphics card: pages are drawn in software, and WebGL maps (pydeck) by SwiftShader.
# Drawing whole pages by SwiftShader too (``--use-angle=swiftshader``) costs every page 110 ms of CPU per frame here.
FLAGS = [*served.FLAGS, "--enable-unsafe-swiftshader"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of a bench; every other host is answered from packages on this machine."""
    with cdn.served() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=served.CHROMIUM, args=[*FLAGS, cdn.names(port)])
        yield browser
        browser.close()


@contextmanager
def cut_off(browser: Browser) -> Iterator[Browser]:
    """A second browser of the same kind that finds no other host."""
    found = browser.browser_type.launch(executable_path=served.CHROMIUM, args=[*FLAGS, cdn.names(None)])
    yield found
    found.close()


@contextmanager
def peer(name: str, **environment: str) -> Iterator[str]:
    """Serve ``bench/peers/NAME.py`` as a tutorial would: Streamlit's own defaults, no configuration file of ours."""
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
    """A store of its own with the demo province."""
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
    """The answer of our own server."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read()


class Meter:
    """Bytes that a page receives: websocket frames and bodies of answers, by Chromium's own account."""

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
        """Everything received until now."""
        return self.frames + self.bodies


def local_bytes() -> int:
    """Bytes that went over the machine's own network until now: on a quiet machine, what browser and server say."""
    return psutil.net_io_counters(pernic=True)["lo"].bytes_recv


def context(browser: Browser) -> BrowserContext:
    """An empty browser profile, with a cache of its own."""
    return browser.new_context(viewport={"width": 1920, "height": 1080}, ignore_https_errors=True)


def settled(page: Page) -> None:
    """Wait until the server has nothing more to send."""
    page.wait_for_timeout(150)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
    page.wait_for_timeout(150)


def middle(numbers: list[float]) -> float:
    """Median, rounded for a table."""
    return round(statistics.median(numbers), 1)


def ninety_fifth(numbers: list[float]) -> float:
    """The value that 95 in 100 stay under."""
    ranked = sorted(numbers)
    return round(ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))], 1)


__all__ = [
    "PEERS",
    "ROOT",
    "SHARED",
    "Meter",
    "chromium",
    "context",
    "cut_off",
    "demo_store",
    "get",
    "middle",
    "ninety_fifth",
    "peer",
    "settled",
]
