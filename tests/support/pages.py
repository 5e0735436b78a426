"""What a test in a browser needs: Chromium, and a board with the demo province; one of each for a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    from tests.support import served  # it asks conftest for the root, and conftest asks here

    with served.browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from tests.support import served

    with served.board(served.make_store(tmp_path_factory.mktemp("demo") / "kradan.sqlite", demo=True)) as address:
        yield address
