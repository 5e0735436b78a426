"""A PostgreSQL server for the tests, on a socket of its own; without one the run fails, it does not skip.

The program comes from Debian's package ``postgresql`` (``tests/support/system.sh``). Servers refuse to run as root:
as root the packaged user ``postgres`` runs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
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
    done = subprocess.run([*dropped, *command], capture_output=True, text=True, timeout=60, cwd="/tmp", check=False)
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


@contextmanager
def server(*, quick: bool = True, largest_file: int | None = None, within: Path = Path("/tmp")) -> Iterator[str]:
    """Run a server for the length of the block; gives the folder of its socket. ``quick`` does not wait for the disk."""
    options = f"{USUAL} {QUICK}" if quick else USUAL
    folder = Path(tempfile.mkdtemp(prefix="kradan-pg-", dir=within))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        _run(
            str(programs() / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
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
    """A connection of its own: the server may have been started anew meanwhile."""
    with psycopg.connect(host=socket, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(command)
