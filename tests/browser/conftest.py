"""One Chromium and one server per kind of store for all tests in a browser; each test begins with an empty profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import make_url

from loaders import store
from loaders.exchange import package
from tests.browser.mission import statements
from tests.browser.mission.stored import Stored
from tests.support import postgres, seeds, served

STANDING = pytest.StashKey[dict[str, served.Visit]]()


@pytest.fixture(scope="package")
def running_chromium() -> Iterator[Browser]:
    with served.browser(served.SHELL) as browser:
        yield browser


@pytest.fixture
def chromium(running_chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The browser; what a test leaves open is left to the next, blank, or closed: no page of it goes on asking a server."""
    before = [context for context in running_chromium.contexts if not served.is_blank(context)]
    failed = request.session.testsfailed
    yield running_chromium
    standing = [seen.page.context for seen in request.session.stash.get(STANDING, {}).values()]
    for context in running_chromium.contexts:
        if context in [*before, *standing] or served.is_blank(context):
            continue
        if context in served.VISITS and request.session.testsfailed == failed:
            served.leave(served.VISITS[context])
        else:
            context.close()


def _standing(chromium: Browser, board: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., served.Visit]]:
    """Go to a view of a board in the one page of it that stands.

    The link says at least one choice (``lang=th``): one that says none takes along what the test before had chosen. After
    a test that failed the next one begins with a new page. ``as_it_stands``: what is at this link already is not drawn anew.
    """
    standing, failed = request.session.stash.setdefault(STANDING, {}), request.session.testsfailed

    def go(link: str, width: int = 1920, height: int = 1080, *, as_it_stands: bool = False) -> served.Visit:
        seen = standing.get(board)
        if seen is None:
            standing[board] = seen = served.visit(chromium, f"{board}/{link}", width, height)
            seen.title()
            seen.settled()
            return seen
        if seen.page.viewport_size != {"width": width, "height": height}:
            seen.page.set_viewport_size({"width": width, "height": height})
        if not as_it_stands or seen.page.url != f"{board}/{link}":
            seen.follow(link)
        return seen

    if seen := standing.get(board):
        seen.errors.clear()
        seen.foreign.clear()
    yield go
    seen = standing.get(board)
    if seen is not None and request.session.testsfailed > failed:
        del standing[board]
        seen.page.context.close()
    elif seen is not None:
        assert seen.foreign == seen.errors == []


@pytest.fixture
def at(running_chromium: Browser, demo: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., served.Visit]]:
    """A view of ``demo`` in the page that stands for tests that write nothing: a third of the work of a new page."""
    yield from _standing(running_chromium, demo, request)


@pytest.fixture
def at_written(
    running_chromium: Browser, written_demo: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., served.Visit]]:
    """The same for ``written_demo``."""
    yield from _standing(running_chromium, written_demo, request)


@pytest.fixture(scope="package")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as the one behind ``demo``: to read only."""
    return seeds.copied("demo", tmp_path_factory.mktemp("demo") / seeds.NAME)


@pytest.fixture(scope="package")
def demo() -> Iterator[str]:
    """A board with the demo province for tests that write nothing, one for all workers."""
    with served.shared_board("demo") as address:
        yield address


@pytest.fixture(scope="package")
def written_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A board with the demo province for tests that decide something; each decides about other things."""
    with served.board(seeds.copied("demo", tmp_path_factory.mktemp("written") / seeds.NAME)) as address:
        yield address


@pytest.fixture(scope="package")
def demo_on_postgres(postgres_socket: str, demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a PostgreSQL database to copy from: the demo province, carried over as people carry a store over.

    A set-up on PostgreSQL is in ``tests/loaders/store/test_holds.py``.
    """
    folder = tmp_path_factory.mktemp("package")
    with postgres.database(postgres_socket) as url:
        first, second = store.open_store(f"sqlite:///{demo_store.as_posix()}"), store.open_store(url, create=True)
        package.export(first, folder, viewer=package.COMPLETE)
        package.load(second, folder)
        first.dispose()
        second.dispose()
        yield str(make_url(url).database)


@pytest.fixture(scope="package")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A board with code lists and no data, for tests that write nothing."""
    with served.board(seeds.copied("empty", tmp_path_factory.mktemp("empty") / seeds.NAME)) as address:
        yield address


@pytest.fixture(scope="package")
def stored(demo_store: Path) -> Stored:
    """The store of ``demo`` to count in."""
    return Stored(demo_store)


@pytest.fixture(scope="package")
def figures(stored: Stored) -> dict[int, float]:
    """Number of a statement -> its figure in the store."""
    return {one["number"]: stored.one(one["counted"]) for one in statements.statements()}
