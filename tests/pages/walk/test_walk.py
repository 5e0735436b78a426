"""Every choice of every page, each made once from a fresh visit: none is answered with "this page cannot be shown"."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from loaders import store
from loaders.decisions import meetings
from pages.shell.navigation import VIEWS
from tests.pages.walk import walk
from tests.support import seeds, served

HAS_NO_CHOICES = {"meeting", "sources"}  # the wall is keys alone; its desk has choices
FOREIGN_TONGUE = ("overlaps",)  # a sample in English: words change, the parts do not
# Pages on which a choice brings up others: those are made too. KRADAN_WALK_OPTIONS=2 and more makes them on every page.
DEEP = {"coverage", "gaps", "overlaps", "imports"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A board of its own, for every button on it is pressed; what it hid behind a calm message fails at its end."""
    path = seeds.copied("demo", tmp_path_factory.mktemp("walk") / seeds.NAME)
    with store.writing(engine := store.open_store(f"sqlite:///{path}")) as connection:
        meetings.save_storyboard(connection, "brief", [{"view": "coverage"}], "tester")  # test_pack makes a whole one
    engine.dispose()
    with served.board(path) as running:
        yield running


WRITING = ("review", "sharing", "imports")  # last: they decide, withdraw files and drop all that is invented
PAGES = [
    *((page, "lang=th") for page in [*VIEWS, "nation"] if page not in WRITING),
    *((page, "lang=en") for page in FOREIGN_TONGUE),
    ("meeting", "desk=1&story=brief"),
    *((page, "lang=th") for page in WRITING),
]


@pytest.mark.parametrize(("page", "query"), PAGES, ids=[f"{page}-{query}" for page, query in PAGES])
def test_every_choice_of_a_page_is_answered(address, page, query):
    is_deep = page in DEEP or walk.MOST_OPTIONS > 1
    found = asyncio.run(walk.walk(address, page, query, most_depth=int(is_deep)))
    assert found.faults == []
    assert found.made or page in HAS_NO_CHOICES
