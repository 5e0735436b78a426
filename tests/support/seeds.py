"""Stores made once and copied: a cache by content, so that neither a second file of tests nor a second run makes them again.

The key is a hash of the code and data that make a store. ``python -m tests.support.seeds KIND`` makes one ahead.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("KRADAN_TEST_CACHE", ROOT / ".cache" / "stores"))
NAME = "kradan.sqlite"
DRAFT = "KRADAN_TEST_DRAFT"  # set for the process that makes the store which KRADAN_STORE names
SOURCES = (
    "loaders/**/*.py", "data/layouts/**/*", "data/registers/**/*", "data/reference/**/*", "data/rules/**/*", "data/schema/**/*", "data/templates/**/*",
    "tests/support/seeds.py", "tests/support/stores.py", "requirements.txt",
)  # fmt: skip


def budget() -> Path:
    """The real lines of the budget of FY2565, one of the agency files handed to us."""
    return Path(os.environ.get("KRADAN_SHARED", ROOT.parent / "shared")) / (
        "data/agency_files/02f_derived_budget2565_nst_lines_with_code.csv"
    )


def make(kind: str) -> None:
    """Make the store that ``KRADAN_STORE`` names.

    ``bare``: tables only; ``empty``: and the code lists; ``demo``: and the demo province; ``budget``: code lists and a real
    file; ``filled``: code lists and the filled example of every template.
    """
    from loaders import setup, store
    from loaders.imports.ingest import ingest
    from tests.support import stores

    engine = store.open_store(create=True)
    if kind == "demo":
        setup.load_demo_once(True)
    elif kind == "filled":
        stores.fill(engine)
    elif kind != "bare":
        setup.ensure_code_lists(engine)
    if kind != "bare":
        with store.writing(engine) as connection:
            setup.mark_chosen(connection)  # tests of the first start take it back
    if kind == "budget":
        ingest(engine, budget(), who="tester", trusted=True)
    engine.dispose()


@cache
def _key(kind: str) -> str:
    digest = hashlib.sha256(f"{kind} {sys.version}".encode())
    paths = {path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()}
    for path in [*sorted(paths), *([budget()] if kind == "budget" else [])]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone(kind: str) -> Iterator[None]:
    """One process at a time makes, copies or drops stores of this kind."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _seed(kind: str) -> Path:
    """The folder of the store of this kind, made first if need be; the caller holds its lock."""
    seed = CACHE / f"{kind}-{_key(kind)}"
    if not seed.is_dir():
        for old in CACHE.glob(f"{kind}-*"):
            shutil.rmtree(old)
        draft = CACHE / f"{kind}-draft"
        settings = {
            **os.environ,
            DRAFT: "1",
            "KRADAN_STORE": str(draft / NAME),
            "KRADAN_BACKUPS": str(draft / "backups"),
        }
        for name in ("DATABASE_URL", "KRADAN_PROVINCE", "KRADAN_NO_SHARED"):
            settings.pop(name, None)
        command = [sys.executable, "-m", "tests.support.seeds", kind]
        subprocess.run(command, cwd=ROOT, env=settings, check=True, timeout=600)
        draft.rename(seed)
    return seed


def ready(kind: str) -> None:
    """Make the store of this kind, if need be, before somebody waits for it."""
    with _alone(kind):
        _seed(kind)


def copied(kind: str, target: Path) -> Path:
    """Copy the store of this kind, made first if need be, to ``target``, and the files it keeps beside it."""
    with _alone(kind):
        seed = _seed(kind)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(seed / NAME, target)
        if (seed / "files").is_dir():
            shutil.copytree(seed / "files", target.parent / "files", dirs_exist_ok=True)
    return target


if __name__ == "__main__":
    make(sys.argv[1]) if DRAFT in os.environ else ready(sys.argv[1])
