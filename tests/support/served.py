"""A running board for tests: one server per kind of store, one browser, every other host blocked."""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from re import Pattern
from typing import TypeVar
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as NotInTime

from loaders import __main__ as shell
from tests.support import seeds, warm
from tests.support.seeds import ROOT

CHROMIUM = (
    os.environ.get("KRADAN_CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or "/usr/bin/chromium"
)
# The same browser without its window: tests take it where it is installed, for half the work.
SHELL = os.environ.get("KRADAN_CHROMIUM") or shutil.which("chromium-headless-shell") or CHROMIUM
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NO_OPT = "--js-flags=--no-opt"  # code of a page that stands for seconds is not worth optimizing: a tenth of its work
OURS = ("http://127.0.0.1:", "https://127.0.0.1:", "data:", "blob:")
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # no other host is found
# How long anything awaited may take. A page of a loaded machine comes late; what is never true fails all the same.
PATIENCE = int(os.environ.get("KRADAN_TEST_PATIENCE_MS", "60000"))
expect.set_options(timeout=PATIENCE)
Read = TypeVar("Read")
SERVERS: dict[int, int] = {}  # port -> process, of the boards that this process started


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def board(
    store: Path, port: int | None = None, *, may_fail: bool = False, is_cold: bool = False, **environment: str
) -> Iterator[str]:
    """Serve ``app.py`` on a free port (or this one) with the store at ``store``; yields the address.

    ``is_cold``: by an interpreter of its own, where the start itself is looked at. Afterwards a fault that the error
    boundary turned into a message counts as one, unless it ``may_fail``.
    """
    server, address, log = _started(store, port or free_port(), is_cold=is_cold, **environment)
    try:
        _wait(address, server, log)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(PATIENCE / 1000)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    assert may_fail or not (told := _swallowed(log)), f"{len(told)} faults became a calm message; the first: {told[0]}"


@contextmanager
def shared_board(kind: str) -> Iterator[str]:
    """The board of a kind of store that all workers of a run of tests ask, to read only; yields the address.

    What one of them has had computed the others find. It ends with the process that forks, when the run has ended.
    """
    room = Path(warm.announce()).parent / kind
    room.mkdir(parents=True, exist_ok=True)
    known = room / "board.json"
    with (room / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not known.exists():
            server, address, log = _started(seeds.copied(kind, room / seeds.NAME), free_port())
            _wait(address, server, log)
            known.write_text(json.dumps([address, server.pid, str(log)]))
    address, pid, log = json.loads(known.read_text())
    SERVERS[int(address.rsplit(":", 1)[1])] = pid
    yield address
    assert not (told := _swallowed(Path(log))), f"{len(told)} faults became a calm message; the first: {told[0]}"


def _started(
    store: Path, port: int, *, is_cold: bool = False, **environment: str
) -> tuple[subprocess.Popen | warm.Program, str, Path]:
    """The process of a board, its address and its log."""
    settings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    settings |= {"KRADAN_STORE": str(store), **environment}
    module, options = "pages.shell.serve", ["--server.port", str(port)]
    log = store.with_suffix(f".{port}.log")
    with log.open("w") as out:
        server = (
            subprocess.Popen([sys.executable, "-m", module, *options], cwd=ROOT, env=settings, stdout=out, stderr=out)
            if is_cold
            else warm.start(module, options, settings, log, log)
        )
    SERVERS[port] = server.pid
    return server, f"http://127.0.0.1:{port}/{environment.get('STREAMLIT_SERVER_BASE_URL_PATH', '')}".rstrip("/"), log


def _swallowed(log: Path) -> list[str]:
    """Faults that the error boundary turned into a calm message."""
    told = log.read_text(errors="replace")
    return [told[found.start() :][:3000] for found in re.finditer(r"^(?:view|store) failed: ", told, re.MULTILINE)]


def process(address: str, child: str | None = None) -> int:
    """The process that serves this address, or a child of it that runs the module ``child``, once it is there."""
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        listed = dict(processes())
        server = SERVERS[int(address.rsplit(":", 1)[1])]
        if child is None:
            return server
        for pid, (parent, words) in listed.items():
            if child in words and parent == server:
                return pid
        time.sleep(0.05)
    raise AssertionError(f"no process {child or 'of the server'} on {address}")


def processes() -> Iterator[tuple[int, tuple[int, list[str]]]]:
    """Number, parent and command line of every process."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):  # gone meanwhile
            continue
        yield int(folder.name), (parent, words)


def _wait(address: str, server: subprocess.Popen | warm.Program, log: Path) -> None:
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
    """A copy of the store with the demo province, or of one with its code lists only."""
    return seeds.copied("demo" if demo else "empty", path)


@contextmanager
def browser(program: str = CHROMIUM, host: str = "127.0.0.1") -> Iterator[Browser]:
    """Headless Chromium that finds this machine, or this host, and no other."""
    with sync_playwright() as playwright:
        alone = ALONE.replace("127.0.0.1", host)
        chromium = playwright.chromium.launch(executable_path=program, args=[*FLAGS, NO_OPT, alone])
        yield chromium
        _blank.pop(chromium, None)
        chromium.close()


@dataclass
class Visit:
    """A page under watch: requests to other hosts, which are not found, are kept, and so are errors in the console.

    After an action nothing is on the page at once: wait for what is expected (``says``, ``titled``, ``until``, ``expect``).
    ``text``, ``title`` and ``classes`` tell what is there at this moment, for what must *not* be there.
    """

    page: Page
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    listeners: list[tuple[str, Callable[..., None]]] = field(default_factory=list)

    @property
    def map(self):
        return self.page.frame_locator('iframe[src*="st_folium"]')

    def painted(self) -> int:
        """Subdistricts drawn, once the map has painted."""
        body = self.map.locator("body[data-painted]")
        body.wait_for()
        return int(body.get_attribute("data-painted") or 0)

    def classes(self) -> str:
        """One class per subdistrict as painted last."""
        return self.map.locator("body[data-painted]").get_attribute("data-classes") or ""

    def title(self) -> str:
        heading = self.page.locator("h1.kradan-title")
        heading.wait_for()
        return heading.inner_text()

    def titled(self, words: str | Pattern[str]) -> None:
        """Wait for a title with these words."""
        expect(self.page.locator("h1.kradan-title")).to_contain_text(words, use_inner_text=True)

    def says(self, words: str | Pattern[str]) -> None:
        """Wait for these words anywhere on the page."""
        expect(self.page.locator('[data-testid="stMain"]')).to_contain_text(words, use_inner_text=True)

    def until(self, read: Callable[[], Read], good: Callable[[Read], bool]) -> Read:
        """Read again until it is good; the last reading either way, for the caller to assert on."""
        end = time.monotonic() + PATIENCE / 1000
        while not good(found := read()) and time.monotonic() < end:
            self.page.wait_for_timeout(100)
        return found

    def follow(self, link: str) -> None:
        """Go to another view by a link in the page that stands, and wait until it is drawn.

        That the server has begun, or that another title stands, is waited for: two views may have the same title. A press
        at the moment the page is redrawn is lost, and is made again, as a person would.
        """
        end = time.monotonic() + PATIENCE / 1000
        while True:
            self._idle()
            self._press(link)
            try:
                self.page.wait_for_function(
                    "window.hasBegun || document.querySelector('h1.kradan-title:not([data-left])')",
                    polling=100,
                    timeout=PATIENCE / 6,
                )
                break
            except NotInTime:
                if time.monotonic() > end:
                    raise
        self.settled()
        self.title()

    def _press(self, link: str) -> None:
        self.page.locator("h1.kradan-title").evaluate(
            """(heading, href) => {
                const app = document.querySelector('[data-testid="stApp"]'), link = document.createElement("a");
                const isRunning = () => app.dataset.testScriptState !== "notRunning";
                window.hasBegun = false;
                new MutationObserver((_, watch) => {
                    if (!isRunning()) return;
                    window.hasBegun = true;
                    watch.disconnect();
                }).observe(app, { attributeFilter: ["data-test-script-state"] });
                heading.dataset.left = "yes";
                link.href = href;
                heading.after(link);
                link.click();
                link.remove();
                window.hasBegun ||= isRunning();
            }""",
            link,
        )

    def enter(self, name: str, **how) -> None:
        """Press an entry of the menu, unfolding what it lies under."""
        link = self.page.locator(".kradan-menu").get_by_role("link", name=name, exact=True, include_hidden=True)
        fold = link.locator("xpath=ancestor::details[not(@open)]")
        if fold.count():
            fold.locator("summary").click()
        link.click(**how)

    def unfold(self, words: str | Pattern[str]) -> None:
        """Open what is folded under ``words`` and wait until it has stopped growing: a press on what still moves misses."""
        heading = self.page.get_by_text(words).first
        heading.click()
        box, heights = heading.locator("xpath=ancestor::details"), []

        def grown() -> bool:
            heights.append((box.bounding_box() or {}).get("height"))
            return len(heights) > 3 and len(set(heights[-4:])) == 1

        assert self.until(grown, bool)

    def choose(self, field: Locator, option: Locator, words: str | None = None) -> None:
        """Open the list of ``field``, by typing ``words`` where it shows only what fits, and take ``option``.

        A list may stay open after an earlier choice, and a page that is drawn again may close it under the hand: what is
        not there soon is opened again, as a person would.
        """
        end = time.monotonic() + PATIENCE / 1000
        while True:
            if words is not None:
                field.fill(words)
            elif not self.page.get_by_role("option").count():
                field.click()
            try:
                option.click(timeout=PATIENCE / 12)
                return
            except NotInTime:
                if time.monotonic() > end:
                    raise

    def hand_in(self, *files: Path) -> None:
        """Choose files and have them read, in English.

        Streamlit forgets a file chosen in the moment in which a whole run begins: its answer where to send the file is
        dropped. Who sees no file on the list loads the page and chooses again.
        """
        button = self.page.get_by_role("button", name="Read the files")
        end = time.monotonic() + PATIENCE / 1000
        while True:
            self.page.set_input_files("input[type=file]", [str(file) for file in files])
            try:
                expect(button).to_be_enabled(timeout=PATIENCE / 6)
                break
            except AssertionError:
                if time.monotonic() > end:
                    raise
                self.page.reload()
        button.click()

    def text(self) -> str:
        return self.page.locator('[data-testid="stMain"]').inner_text()

    def settled(self) -> None:
        """Wait until the server has nothing more to send."""
        self.page.wait_for_timeout(250)
        self._idle()
        self.page.wait_for_timeout(250)

    def _idle(self) -> None:
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


VISITS: WeakKeyDictionary[BrowserContext, Visit] = WeakKeyDictionary()  # of each profile the last
_blank: dict[Browser, list[Page]] = {}  # pages that were left


def visit(chromium: Browser, address: str, width: int = 1920, height: int = 1080) -> Visit:
    """Open an address in an empty browser profile in which no other host is found, without animations.

    A page that was left is taken where there is one: its process has Streamlit's scripts compiled, which is half the work
    of opening a page. Requests are watched and not intercepted: that would switch the browser's cache off and cost each of
    them a round trip.
    """
    has_own_certificate, size = address.startswith("https://127.0.0.1:"), ViewportSize(width=width, height=height)
    if not has_own_certificate and (left := _blank.get(chromium)):
        page = left.pop()
        page.set_viewport_size(size)
    else:
        page = chromium.new_context(
            viewport=size,
            ignore_https_errors=has_own_certificate,
            reduced_motion="reduce",  # of a page that is waited for, frames of animations are a tenth of the work
        ).new_page()
    VISITS[page.context] = seen = watched(page)
    seen.page.goto(address)
    return seen


def leave(seen: Visit) -> None:
    """Have the next visit take this page, blank and with nothing stored; nothing that stays in a page was put into it."""
    page, chromium = seen.page, seen.page.context.browser
    if chromium is None or page.url.startswith("https:"):
        page.context.close()
        return
    for other in page.context.pages:
        if other != page:
            other.close()
    page.unroute_all()
    for event, heard in seen.listeners:
        page.remove_listener(event, heard)
    origin = page.evaluate("() => (sessionStorage.clear(), origin)") if page.url.startswith("http") else ""
    page.emulate_media(media="screen", reduced_motion="reduce")
    page.goto("about:blank")
    page.context.clear_cookies()
    if origin:
        session = page.context.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        session.detach()
    _blank.setdefault(chromium, []).append(page)


def is_blank(context: BrowserContext) -> bool:
    """Whether a page of this profile waits for the next visit."""
    return any(page.context == context for pages in _blank.values() for page in pages)


def watched(page: Page) -> Visit:
    """A new page under watch."""
    page.set_default_timeout(PATIENCE)
    seen = Visit(page)

    def note_request(request: Request) -> None:
        if not request.url.startswith(OURS):
            seen.foreign.append(request.url)

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error":
            seen.errors.append(f"{message.text} {message.location.get('url', '')}")

    def note_error(error: Error) -> None:
        seen.errors.append(str(error))

    seen.listeners = [("request", note_request), ("console", note_message), ("pageerror", note_error)]
    for event, heard in seen.listeners:
        page.on(event, heard)  # ty: ignore[no-matching-overload]
    return seen


def run_import(store: Path, *files: Path, base: str | None = None) -> subprocess.CompletedProcess:
    """``python -m loaders import`` as a person runs it."""
    return run_loaders(store, "import", *files, *(["--base", base] if base else []))


def run_loaders(store: Path | None, *arguments: object, **environment: str) -> subprocess.CompletedProcess:
    """``python -m loaders ARGUMENT...`` with the store at ``store``, in this process: it knows the places already.

    What a command of its own process has beside that, its start and its end, is in ``tests/loaders/test_cli.py``.
    """
    words, out, errors = [str(one) for one in arguments], io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(errors):
        patch.delenv("DATABASE_URL", raising=False)
        for name, value in {**({"KRADAN_STORE": str(store)} if store else {}), **environment}.items():
            patch.setenv(name, value)
        code = shell.main(words)
    return subprocess.CompletedProcess(words, code, out.getvalue(), errors.getvalue())
