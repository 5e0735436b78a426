"""What every test of pages holds: no fault hides behind the calm message of the error boundary."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import local_script_runner

from pages.session import errors
from tests.support import meeting_store, seeds


@pytest.fixture(scope="package", autouse=True)
def no_search_for_components() -> Iterator[None]:
    """``AppTest`` reads what is written about every installed package, for components of which we use none, before each run.

    That took four fifths of a run: 0.15 of 0.19 seconds of CPU.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BidiComponentManager, "discover_and_register_components", lambda *_, **__: None)
        yield


@pytest.fixture(scope="package", autouse=True)
def no_work_beside_the_page() -> Iterator[None]:
    """No warning for every word that a test asks for outside a session; a run is waited for, not asked for 1,000 times a second."""
    asks = local_script_runner.require_widgets_deltas
    warns = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")

    def wait(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
        runner._script_thread.join(timeout)
        if not runner.script_stopped():
            asks(runner, 0.1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        patch.setattr(warns, "disabled", True)
        yield


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo board in a store of the file's own, which the pages' door looks at."""
    with meeting_store.opened(seeds.copied("demo", tmp_path_factory.mktemp("demo") / seeds.NAME)) as path:
        yield path


@pytest.fixture(autouse=True)
def nothing_swallowed(request: pytest.FixtureRequest) -> Iterator[None]:
    """A fault that became a calm message fails the test, unless the test is about that (``may_fail``)."""
    before = errors.swallowed
    yield
    assert request.node.get_closest_marker("may_fail") or errors.swallowed == before, "a page hid a fault; see the log"
