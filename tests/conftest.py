"""Shared test ground: where the real data lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import settings

from tests.support.pages import chromium, demo  # noqa: F401 - fixtures for every test file
from tests.support.stores import (  # noqa: F401 - fixtures for every test file
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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A test in a browser that fails is asked once more, and the warnings at the end name it.

    Two dozen servers and browsers share two cores for twenty minutes; what hangs on the moment passes the second time, what
    is broken fails twice and fails the run.
    """
    if "chromium" not in getattr(item, "fixturenames", ()) and not item.path.stem.endswith("browser"):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    failed = [report for report in reports if report.failed]
    if failed:
        said = str(failed[0].longrepr).strip().splitlines()[-1:]
        item.warn(pytest.PytestWarning(f"asked a second time: {item.nodeid}: {said}"))
        item._initrequest()  # fresh fixtures of the test itself, as pytest makes them when it collects
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
