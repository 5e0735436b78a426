"""Shared test ground: where the real data lie, how tests are marked, and which share a process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.seeds import ROOT
from tests.support.stores import (  # noqa: F401 - fixtures for every test file
    board,
    engine,
    postgres_engine,
    postgres_socket,
    postgres_template,
    sqlite_engine,
    url,
)

SHARED = Path(os.environ.get("KRADAN_SHARED", ROOT.parent / "shared")) / "data"

settings.register_profile("kradan", deadline=None, derandomize=True)
settings.load_profile("kradan")

# Files of the second group of browser tests; the two groups take about the same time.
SECOND_BROWSER = {
    "test_access_browser", "test_coverage_pages_browser", "test_import_browser", "test_meeting_browser", "test_servers_browser",
    "test_ranking_browser", "test_sign_in_browser",
}  # fmt: skip
# Groups in the order in which workers take them: long ones first, so that nothing long is left at the end.
ORDER = ("browser", "pages", "postgres", "loaders", "geo")


def pytest_configure() -> None:
    """Servers and pages under test compute what is asked and nothing ahead: many servers share two cores."""
    os.environ["KRADAN_AHEAD"] = "0"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by folder, and tell ``--dist loadgroup`` which of them share a process: fixtures of a file are made once."""
    for item in items:
        folder, group = item.path.relative_to(ROOT / "tests").parts[0], str(item.path)
        fixtures, parameters = set(item.fixturenames), getattr(item, "callspec", None)
        if folder == "browser":
            mark, group = "browser", "browser-b" if item.path.stem in SECOND_BROWSER else "browser-a"
        elif fixtures & {"postgres_socket", "postgres_engine"} or "postgresql" in (
            parameters.params.values() if parameters else ()
        ):
            mark = group = "postgres"
        else:
            mark = "pages" if folder == "pages" else "unit"
        item.add_marker(mark)
        item.add_marker(pytest.mark.xdist_group(group))
        item.stash[RANK] = ORDER.index(next(name for name in (mark, folder, "geo") if name in ORDER))
    items.sort(key=lambda item: item.stash[RANK])


RANK = pytest.StashKey[int]()
