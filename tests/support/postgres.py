"""A PostgreSQL server for the tests, on a socket of its own; without one the run fails, it does not skip.

The program comes from Debian's package ``postgresql`` (``tests/support/system.sh``). Servers refuse to run as root:
as root the packaged user ``postgres`` runs it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

USUAL = "-c listen_addresses= -c max_connections=60"
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def programs() -> Path:
    """The folder of ``initdb`` and ``pg_ctl``, the newest version that is installed."""
    named = os.environ.get("KRADAN_POSTGRES_BIN")
    found = (
        [Path(named)]
        if named
        else sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    )
    if not found and (path := shutil.which("initdb")):
        found = [Path(path).resolve().parent]
    if not found:
        raise RuntimeError(
            "expected PostgreSQL's initdb; found none: run `sh tests/support/system.sh` as root, or set KRADAN_POSTGRES_BIN"
        )
    return found[-1]


def _run(*command: str) -> None:
    dropped = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*dropped, *command], capture_output=True, text=True, timeout=600, cwd="/tmp", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout[-500:]} {done.stderr[-500:]}")


def start(socket: str, options: str = USUAL, largest_file: int | None = None) -> None:
    """Start the server of a folder; ``largest_file`` (bytes) is what the system lets it write into one file."""
    limited = ["prlimit", f"--fsize={largest_file}", "--"] if largest_file else []
    where = Path(socket)
    _run(*limited, str(programs() / "pg_ctl"), "-D", str(where / "data"), "-w", "-l", str(where / "log"),
         "-o", f"{options} -k {where}", "start")  # fmt: skip


def stop(socket: str, mode: str) -> None:
    """Stop the server of a folder: ``immediate`` is the end without a good-bye."""
    _run(str(programs() / "pg_ctl"), "-D", str(Path(socket) / "data"), "-m", mode, "stop")


def _copy_pristine(target: Path) -> None:
    """A new server's folder, copied from one that was made once: a tenth of the work of ``initdb``."""
    where = f"postgres-{programs().parent.name}-{os.geteuid()}"
    with _turn(where) as made:
        if not (made / "PG_VERSION").is_file():
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir()
            if os.geteuid() == 0:
                shutil.chown(made, "postgres")
            options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
            _run(str(programs() / "initdb"), "-D", str(made), *options)
        subprocess.run(["cp", "-a", str(made), str(target)], check=True)


@contextmanager
def _turn(name: str) -> Iterator[Path]:
    """One process at a time; the folder lies where the program's user may read it."""
    folder = Path(tempfile.gettempdir()) / f"kradan-{name}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@contextmanager
def server(
    *, quick: bool = True, largest_file: int | None = None, within: Path = Path("/tmp"), more: str = ""
) -> Iterator[str]:
    """Run a server for the length of the block; gives the folder of its socket. ``quick`` does not wait for the disk."""
    options = " ".join(part for part in (USUAL, QUICK if quick else "", more) if part)
    with _running(within, options, _copy_pristine, largest_file) as socket:
        yield socket


@contextmanager
def copy_of(socket: str, more: str = "") -> Iterator[str]:
    """A hot standby of a server for the length of the block; gives the folder of its socket."""

    def taken(target: Path) -> None:
        _run(
            str(programs() / "pg_basebackup"),
            "-h",
            socket,
            "-U",
            "postgres",
            "-D",
            str(target),
            *["-R", "-X", "stream", "-c", "fast"],
        )

    with _running(Path("/tmp"), f"{USUAL} {more}".strip(), taken) as standby:
        yield standby


@contextmanager
def _running(
    within: Path, options: str, fill: Callable[[Path], None], largest_file: int | None = None
) -> Iterator[str]:
    """A server in a folder of its own, whose data ``fill`` puts there; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kradan-pg-", dir=within))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        fill(folder / "data")
        start(str(folder), options, largest_file)
        try:
            yield str(folder)
        finally:
            stop(str(folder), "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(socket: str, template: str = "template1") -> Iterator[str]:
    """A database for the length of the block, empty or a copy of another; gives its URL."""
    name = f"kradan_{uuid4().hex[:12]}"
    _administer(socket, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield f"postgresql+psycopg://postgres@/{name}?host={socket}"
    finally:
        _administer(socket, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _administer(socket: str, command: str) -> None:
    """A connection of its own: the server may have been restarted in between."""
    with psycopg.connect(host=socket, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(command)
