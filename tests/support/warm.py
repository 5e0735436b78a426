"""Programs of ours begun by a fork of a process that has their modules: servers and commands of tests in a tenth of the time.

A start of the board costs two seconds of CPU and its first page as much again, nearly all of it imports. Who tests the
start itself takes ``subprocess``: ``tests/loaders/test_start_up.py``, ``tests/browser/test_servers_browser.py``.

Children of ``loaders.files.sandbox`` are forked too, in tests and in the programs begun here (:func:`fork_children`). They
set the same limits on themselves and get the same environment. A limit of memory counts what was there before the fork, so
each kind of child comes from a process of its own that has no more than the child would load (``CHILDREN``).
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import json
import os
import random
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from loaders.files import sandbox
from tests.support.seeds import ROOT

SOCKET = "KRADAN_TEST_WARM"  # set by the first process of a run of tests, for its workers
# Nothing that has streamlit_folium, so not the pages themselves: a component declared outside a session is never served.
LIBRARIES = (
    "alembic.command", "altair", "bs4", "esda", "folium.plugins", "geopandas", "libpysal.graph", "networkx", "openpyxl", "psycopg", "pydantic.v1", "pyogrio",
    "scipy.optimize", "scipy.stats", "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "streamlit.emojis", "streamlit.web.bootstrap",
    "streamlit.web.cli", "streamlit.web.server.starlette", "uvicorn.lifespan.on", "uvicorn.main", "uvicorn.protocols.http.h11_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl", "xlsxwriter", "pages.shell.doors", "pages.shell.first_page", "pages.shell.precompute",
)  # fmt: skip
# Programs, and what changes the process that imports it.
SET_APART = {
    "__init__.py",
    "__main__.py",
    "migrations",
    "gdal_guard.py",
    "child.py",
    "give_back_child.py",
    "tile_process.py",
    "points.py",
}
PACKAGES = ("loaders", "geo", "pages/session", "pages/queries")
READERS = (
    "loaders.sheets.json_html", "loaders.sheets.read", "loaders.sheets.text", "loaders.sheets.workbook", "loaders.sheets.xml_2003", "stringprep",
)  # fmt: skip
# Child of the sandbox -> what its process has before it forks; ours that have the frame libraries come from the programs' process.
CHILDREN: dict[str, tuple[str, ...]] = {
    "geo.schematic.tile_process": (),
    "loaders.boundaries.child": ("loaders.boundaries.child", "pyarrow", "pyogrio.errors", "pyogrio.raw", "shapely.geometry"),
    "loaders.imports.give_back_child": (*READERS, "loaders.imports.give_back_child", "openpyxl", "xlsxwriter"),
    "loaders.imports.job": (),
    "loaders.replies.pictures": ("loaders.replies.pictures", "PIL.Image", "PIL.ImageOps"),
    "loaders.sheets.read": READERS,
    "tests.support.children": ("tests.support.children",),
}  # fmt: skip
# Names a file: while it is there, children of a program begun here are real ones.
REAL_CHILDREN = "KRADAN_REAL_CHILDREN"
REAL_START = sandbox.begin


@dataclass
class Program:
    """A program that was forked: of :class:`subprocess.Popen` what tests use."""

    pid: int
    _ended: socket.socket
    returncode: int | None = field(default=None)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; raises ``subprocess.TimeoutExpired``."""
        if self.returncode is None:
            self._ended.settimeout(timeout)
            try:
                told = self._ended.recv(64)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0) from None
            self.returncode = int(told) if told else -signal.SIGKILL
            self._ended.close()
        return self.returncode

    def poll(self) -> int | None:
        """Its exit code, ``None`` while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()


def fork_children(is_forked: bool = True) -> None:
    """Let the sandbox of this process fork its children, or start them as on a server."""
    sandbox.begin = _child if is_forked else REAL_START  # ty: ignore[invalid-assignment]


def _child(arguments: list[str], environment: Mapping[str, str], log: BinaryIO, *, start_new_session: bool) -> Any:
    """A child of the sandbox: its limits, its answer, its module, its arguments."""
    module = arguments[2]
    are_real = Path(os.environ.get(REAL_CHILDREN, "/nonexistent")).exists()
    if module not in CHILDREN or SOCKET not in os.environ or are_real:
        return REAL_START(arguments, environment, log, start_new_session=start_new_session)
    asked = {"own_session": start_new_session, "out": os.devnull, "errors": log.name}
    return _ask(module if CHILDREN[module] else "", "loaders.files.sandbox", arguments, environment, **asked)


def start(module: str, arguments: list[str], environment: Mapping[str, str], out: Path, errors: Path) -> Program:
    """``python -m MODULE ARGUMENT...`` in the project's folder."""
    return _ask("", module, arguments, environment, out=str(out), errors=str(errors))


def _ask(kind: str, module: str, arguments: list[str], environment: Mapping[str, str], **rest: object) -> Program:
    asked = {"module": module, "arguments": arguments, "environment": dict(environment), **rest}
    connection = _connected(kind)
    connection.sendall(json.dumps(asked).encode() + b"\n")
    with connection.makefile("rb", buffering=0) as answers:
        return Program(int(answers.readline()), connection)


def run(
    module: str, *arguments: object, environment: Mapping[str, str], timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """Start and wait, as ``subprocess.run`` with captured text does."""
    words = [str(one) for one in arguments]
    with tempfile.TemporaryDirectory(prefix="kradan-warm-") as folder:
        out, errors = Path(folder) / "out", Path(folder) / "errors"
        program = start(module, words, environment, out, errors)
        try:
            code = program.wait(timeout)
        except BaseException:
            program.kill()
            raise
        said = (path.read_text(encoding="utf-8", errors="replace") for path in (out, errors))
        return subprocess.CompletedProcess([module, *words], code, *said)


def announce() -> str:
    """Where the process that forks listens, once somebody needs it: the same for all workers of this run of tests."""
    return os.environ.setdefault(SOCKET, f"{tempfile.gettempdir()}/kradan-warm-{uuid4().hex[:12]}/{os.getpid()}")


def _connected(kind: str = "") -> socket.socket:
    """To the process that forks programs, or this kind of child; the first caller starts it."""
    address = announce() + kind
    Path(address).parent.mkdir(exist_ok=True)
    with Path(f"{address}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not Path(address).exists():
            server = subprocess.Popen(
                [sys.executable, "-X", "utf8", "-W", "ignore", "-m", "tests.support.warm", address, kind],
                cwd=ROOT,
                env=({name: os.environ[name] for name in sandbox.PASSED_ON & set(os.environ)} | sandbox.FORCED)
                if kind
                else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
            while not Path(address).exists():
                assert server.poll() is None, "the process that forks has ended"
                time.sleep(0.05)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    return connection


def _prepare(kind: str) -> None:
    """Import what a kind of child has, or what programs have."""
    if kind == "loaders.boundaries.child":
        from loaders.files import gdal_guard  # changes the environment

        with gdal_guard.without("geopandas", "pandas", "pyproj"):
            _import(CHILDREN[kind])
    elif kind:
        _import(CHILDREN[kind])
    else:
        files = (path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
        ours = (".".join(file.with_suffix("").parts) for file in sorted(files) if not SET_APART & set(file.parts))
        _import((*LIBRARIES, *ours))
        assert "streamlit_folium" not in sys.modules
        # Every board looks five times a second whether its secrets are others; no test changes those of one that runs.
        vars(importlib.import_module("streamlit.watcher.polling_path_watcher"))["_POLLING_PERIOD_SECS"] = 2
    gc.collect()
    gc.freeze()


def _import(modules: Iterable[str]) -> None:
    for module in modules:
        importlib.import_module(module)


def main(address: str, kind: str) -> None:
    """Fork for every one that asks, until the run of tests that it serves has ended."""
    before = set(os.environ)
    _prepare(kind)
    served, running = int(address.removesuffix(kind).rsplit("/", 1)[1]), {}
    wakes, woken = socket.socketpair()
    for end in (wakes, woken):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{address}.draft")
    listener.listen(64)
    os.rename(f"{address}.draft", address)
    while Path(f"/proc/{served}").exists():
        ready = select.select([listener, wakes], [], [], 1)[0]
        if wakes in ready:
            wakes.recv(4096)
        if listener in ready:
            connection = listener.accept()[0]
            with connection.makefile("rb") as lines:
                asked = json.loads(lines.readline())
            pid = os.fork()
            if not pid:
                for other in (listener, wakes, woken, connection, *running.values()):
                    other.close()
                os._exit(_become(before, **asked))
            connection.sendall(b"%d\n" % pid)
            running[pid] = connection
        _tell_ends(running)
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(Path(address).parent, ignore_errors=True)


def _tell_ends(running: dict[int, socket.socket]) -> None:
    while running and (ended := os.waitpid(-1, os.WNOHANG))[0]:
        with running.pop(ended[0]) as connection:
            try:
                connection.sendall(b"%d" % os.waitstatus_to_exitcode(ended[1]))
            except OSError:  # who asked is gone
                continue


def _become(
    before: set[str],
    module: str,
    arguments: list[str],
    environment: dict[str, str],
    out: str,
    errors: str,
    own_session: bool = False,
) -> int:
    """Be that program; what modules set in the environment when they were imported stays."""
    if own_session:
        os.setsid()
    fork_children()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for name in before - set(environment):
        os.environ.pop(name, None)
    os.environ.update(environment)
    for number, name in ((1, out), (2, errors)):
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(file, number)
        os.close(file)
    sys.argv = [module, *arguments]
    random.seed()
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - as an interpreter ends
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    main(*sys.argv[1:])
