"""Settings from the environment; one place, listed in README."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
RULES = DATA / "rules"
LAYOUTS = DATA / "layouts"


# The province that the work of this thread is about, when somebody chose another one than the installation's own.
_in_sight: ContextVar[str | None] = ContextVar("province_in_sight", default=None)


def home_province() -> str:
    """Two-digit code of the province this installation is for (``KRADAN_PROVINCE``, default 80)."""
    return os.environ.get("KRADAN_PROVINCE", "80")


def province() -> str:
    """Two-digit code of the province in sight: the one chosen on the page, else the installation's own."""
    return _in_sight.get() or home_province()


def look_at(code: str | None) -> None:
    """Have this thread work for another province from now on; ``None`` goes back to the installation's own."""
    _in_sight.set(code)


@contextmanager
def seeing(code: str) -> Generator[None]:
    """Work for a province inside the block."""
    before = _in_sight.set(code)
    try:
        yield
    finally:
        _in_sight.reset(before)


def database_url() -> str:
    """``DATABASE_URL``, or the embedded SQLite file (``KRADAN_STORE`` names another place for it)."""
    default = Path(os.environ.get("KRADAN_STORE", DATA / "store" / "kradan.sqlite")).resolve()
    return os.environ.get("DATABASE_URL", f"sqlite:///{default.as_posix()}")


def person() -> str:
    """Who works at this shell, for the audit trail (``KRADAN_PERSON``, else the login name)."""
    return os.environ.get("KRADAN_PERSON") or os.environ.get("USER") or os.environ.get("USERNAME") or "-"


def computes_ahead() -> bool:
    """Whether the server computes what people are about to ask before they do (``KRADAN_AHEAD``, default yes)."""
    return os.environ.get("KRADAN_AHEAD", "1") != "0"
