"""Programs of ours begun by a fork of a process that has their modules: servers and commands of tests in a tenth of the time.

A start of the board costs two seconds of CPU and its first page as much again, nearly all of it imports. Who tests the
start itself takes ``subprocess``: ``tests/loaders/test_start_up.py``, ``tests/browser/test_servers_browser.py``.
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
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from tests.support.seeds import ROOT

SOCKET = "KRADAN_TEST_WARM"  # set by the first process of a run of tests, for its workers
# Nothing that has streamlit_folium, so not the pages themselves: a component declared outside a session is never served.
LIBRARIES = (
    "alembic.command", "altair", "folium", "geopandas", "openpyxl", "psycopg", "pyogrio", "scipy.optimize", "scipy.stats", "streamlit.web.bootstrap",
    "streamlit.web.cli", "xlsxwriter", "pages.shell.doors", "pages.shell.first_page", "pages.shell.precompute",
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


def start(module: str, arguments: list[str], environment: Mapping[str, str], out: Path, errors: Path) -> Program:
    """``python -m MODULE ARGUMENT...`` in the project's folder."""
    asked = {"module": module, "arguments": arguments, "environment": dict(environment), "out": str(out), "errors": str(errors)}  # fmt: skip
    connection = _connected()
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


def _connected() -> socket.socket:
    """To the process that forks, which whoever comes first starts."""
    address = announce()
    Path(address).parent.mkdir(exist_ok=True)
    with Path(f"{address}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not Path(address).exists():
            server = subprocess.Popen(
                [sys.executable, "-X", "utf8", "-W", "ignore", "-m", "tests.support.warm", address],
                cwd=ROOT,
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


def main(address: str) -> None:
    """Fork a program for every one that asks, until the run of tests that it serves has ended."""
    before = set(os.environ)
    files = (path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    ours = (".".join(file.with_suffix("").parts) for file in sorted(files) if not SET_APART & set(file.parts))
    for module in (*LIBRARIES, *ours):
        importlib.import_module(module)
    assert "streamlit_folium" not in sys.modules
    gc.collect()
    gc.freeze()
    served, running = int(address.rsplit("/", 1)[1]), {}
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
    before: set[str], module: str, arguments: list[str], environment: dict[str, str], out: str, errors: str
) -> int:
    """Be that program; what modules set in the environment when they were imported stays."""
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
    main(sys.argv[1])
