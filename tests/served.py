"""A running board for tests: one server per kind of store, one browser, every other host blocked."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT

CHROMIUM = (
    os.environ.get("KRADAN_CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or "/usr/bin/chromium"
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def board(store: Path, **environment: str) -> Iterator[str]:
    """Serve ``app.py`` on a free port with the store at ``store``; yields the address."""
    port = free_port()
    settings = {**os.environ, "KRADAN_STORE": str(store), **environment}
    settings.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "pages.parts.serve", "--server.port", str(port)]
    log = store.with_suffix(f".{port}.log")
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=out, stderr=out)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, log)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(900):
        if server.poll() is not None:
            raise RuntimeError(f"server ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"server did not answer: {log.read_text()[-2000:]}")


def make_store(path: Path, *, demo: bool) -> Path:
    """A store through the ordinary commands: with the demo province, or with its code lists only."""
    code = "from loaders import setup, store; " + (
        "print(setup.load_demo_once())" if demo else "setup.ensure_code_lists(store.open_store(create=True))"
    )
    settings = {**os.environ, "KRADAN_STORE": str(path)}
    settings.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=settings, check=True, timeout=180)
    return path


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """A page under watch: requests to other hosts are blocked and kept, and so are errors in the console."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def map(self):
        return self.page.frame_locator('iframe[title*="st_folium"]')

    def painted(self) -> int:
        """Subdistricts drawn, once the map has painted."""
        body = self.map.locator("body[data-painted]")
        body.wait_for(timeout=60_000)
        return int(body.get_attribute("data-painted") or 0)

    def classes(self) -> str:
        """One class per subdistrict as painted last."""
        return self.map.locator("body[data-painted]").get_attribute("data-classes") or ""

    def title(self) -> str:
        heading = self.page.locator("h1.kradan-title")
        heading.wait_for(timeout=60_000)
        return heading.inner_text()

    def text(self) -> str:
        return self.page.locator('[data-testid="stMain"]').inner_text()

    def settled(self) -> None:
        """Wait until the server has nothing more to send."""
        self.page.wait_for_timeout(250)
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
        self.page.wait_for_timeout(250)


def visit(chromium: Browser, address: str, width: int = 1920, height: int = 1080) -> Visit:
    """Open an address in a fresh browser profile with every other host blocked."""
    page = chromium.new_context(viewport={"width": width, "height": height}).new_page()
    seen = Visit(page)

    def route(handler) -> None:
        if handler.request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            handler.continue_()
        else:
            seen.foreign.append(handler.request.url)
            handler.abort()

    page.route("**/*", route)
    page.on(
        "console",
        lambda message: (
            seen.errors.append(f"{message.text} {message.location.get('url', '')}") if message.type == "error" else None
        ),
    )
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.goto(address)
    return seen


def run_import(store: Path, *files: Path, base: str | None = None) -> subprocess.CompletedProcess:
    """``python -m loaders import`` as a person runs it."""
    settings = {**os.environ, "KRADAN_STORE": str(store)}
    settings.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "loaders", "import", *map(str, files), *(["--base", base] if base else [])]
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=180)
