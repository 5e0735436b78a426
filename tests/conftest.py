"""Shared test ground: where the real data lie."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import settings

from tests.stores import (  # noqa: F401 - fixtures for every test file
    board,
    engine,
    postgres_board,
    postgres_engine,
    postgres_socket,
    sqlite_board,
    sqlite_engine,
    url,
)

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("KRADAN_SHARED", ROOT.parent / "shared")) / "data"

settings.register_profile("kradan", deadline=None, derandomize=True)
settings.load_profile("kradan")


def pytest_configure() -> None:
    """Servers and pages under test compute what is asked and nothing ahead: two dozen servers share two cores."""
    os.environ["KRADAN_AHEAD"] = "0"
