"""One Chromium and one server per kind of store for all tests in a browser; each test has a profile of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support import seeds, served


@pytest.fixture(scope="package")
def running_chromium() -> Iterator[Browser]:
    with served.browser(served.SHELL) as browser:
        yield browser


@pytest.fixture
def chromium(running_chromium: Browser) -> Iterator[Browser]:
    """The browser; what a test leaves open is closed, so that no page of it goes on asking a server."""
    yield running_chromium
    for context in running_chromium.contexts:
        context.close()


@pytest.fixture(scope="package")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store behind ``demo``: to read only."""
    return seeds.copied("demo", tmp_path_factory.mktemp("demo") / seeds.NAME)


@pytest.fixture(scope="package")
def demo(demo_store: Path) -> Iterator[str]:
    """A board with the demo province for tests that write nothing."""
    with served.board(demo_store) as address:
        yield address


@pytest.fixture(scope="package")
def written_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A board with the demo province for tests that decide something; each decides about other things."""
    with served.board(seeds.copied("demo", tmp_path_factory.mktemp("written") / seeds.NAME)) as address:
        yield address


@pytest.fixture(scope="package")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A board with code lists and no data, for tests that write nothing."""
    with served.board(seeds.copied("empty", tmp_path_factory.mktemp("empty") / seeds.NAME)) as address:
        yield address
