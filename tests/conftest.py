"""Shared test ground: where the real data lie, how tests are marked, and which share a process."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from loaders.settings import COLLECT_AFTER
from tests.support import warm, workers
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

# Groups of browser tests that take about the same time: those with servers of their own, those who look at every view, and the rest.
BROWSER = {
    "servers": {
        "test_access_browser",
        "test_nation_browser",
        "test_servers_browser",
        "test_sign_in_browser",
        "test_two_servers_browser",
    },
    "views": {"test_browser", "test_links_browser", "test_menu_browser", "test_sheet_print"},
}
# Files that run pages on unchanged copies of one store: what the first has the pages reckon, the next find (``meeting_store.opened``).
SWEEP = {
    "test_analysis_pages",
    "test_answers_agree",
    "test_downloads",
    "test_help_needed",
    "test_meeting",
    "test_named_figures",
    "test_not_asked",
    "test_pack",
    "test_registers",
}
WALK = "tests/pages/walk/test_walk.py"  # waits for its board most of the time
# Groups in the order in which workers take them: long ones first, so that nothing long is left at the end.
ORDER = ("browser", WALK, "sweep", "pages", "postgres", "loaders", "geo")
# Files of unit tests that take over five seconds of CPU: real files by the dozen, large drawn samples, several stores. Not in `make check`.
LONG = {
    "test_agency_files", "test_bad_boundaries", "test_boundaries", "test_boundary_download", "test_by_hand", "test_changes", "test_cli", "test_corrupted",
    "test_currents", "test_defined_registers", "test_demo", "test_duplicates", "test_editions", "test_exchange", "test_federation", "test_fetch",
    "test_give_back", "test_guards", "test_heard", "test_look_given_back", "test_loop", "test_maps", "test_overlaps", "test_privacy", "test_province_facts",
    "test_real_sheets", "test_registers", "test_review", "test_roll_up", "test_set_aside", "test_sheets", "test_small_counts", "test_start_up", "test_store",
    "test_tile_grid", "test_tpmap", "test_true_tables",
}  # fmt: skip
RANK = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def places():
    """The matcher of a board of Nakhon Si Thammarat, loaded where a test asks for it: its gazetteer is heavy."""
    from loaders.places.matcher import Places

    return Places.national(home="80")


def group(nodeid: str) -> str:
    """Which tests share a process, so that fixtures of a file, and servers, are made once."""
    path, _, name = nodeid.partition("::")
    if path.startswith("tests/browser/"):
        return "browser-" + next((name for name, files in BROWSER.items() if Path(path).stem in files), "tasks")
    if path.startswith("tests/pages/") and Path(path).stem in SWEEP:
        return "sweep"
    return "postgres" if "postgresql" in name else path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--workers", type=int, default=1, help="processes in which groups of tests run beside each other")


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """In workers, where more than one is asked for; else pytest's own way."""
    number, is_to_run = session.config.option.workers, not (session.config.option.collectonly or session.testsfailed)
    return workers.run(session, number, group) if number > 1 and is_to_run else None


def pytest_configure() -> None:
    """Servers and pages under test compute what is asked and nothing ahead: many servers share two cores."""
    os.environ["KRADAN_AHEAD"] = "0"
    gc.set_threshold(*COLLECT_AFTER)
    warm.announce()
    warm.fork_children()


@pytest.fixture
def real_children() -> Iterator[None]:
    """Children of the sandbox are started as on a server, not forked."""
    warm.fork_children(False)
    yield
    warm.fork_children()


def pytest_collection_finish() -> None:
    """Three thousand tests and the libraries stay until the end: the collector need not walk them."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by folder, longest groups first."""
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        needs_postgres = bool({"postgres_socket", "postgres_engine"} & set(item.fixturenames))
        is_grouped = group(item.nodeid) == "postgres"
        assert is_grouped or not needs_postgres or folder == "browser", (
            f"{item.nodeid}: a name with 'postgresql' shares its server"
        )
        mark = "postgres" if is_grouped else folder if folder in ("browser", "pages") else "unit"
        item.add_marker(mark)
        if mark == "unit" and item.path.stem in LONG:
            item.add_marker("long")
        item.stash[RANK] = ORDER.index(
            next(name for name in (group(item.nodeid), mark, folder, "geo") if name in ORDER)
        )
    items.sort(key=lambda item: item.stash[RANK])
