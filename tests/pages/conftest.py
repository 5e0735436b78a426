"""What every test of pages holds: no fault hides behind the calm message of the error boundary."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.components.v2.component_manager import BidiComponentManager

from pages.session import errors


@pytest.fixture(scope="package", autouse=True)
def no_search_for_components() -> Iterator[None]:
    """``AppTest`` reads what is written about every installed package, for components of which we use none, before each run.

    That took four fifths of a run: 0.15 of 0.19 seconds of CPU.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BidiComponentManager, "discover_and_register_components", lambda *_, **__: None)
        yield


@pytest.fixture(autouse=True)
def nothing_swallowed(request: pytest.FixtureRequest) -> Iterator[None]:
    """A fault that became a calm message fails the test, unless the test is about that (``may_fail``)."""
    before = errors.swallowed
    yield
    assert request.node.get_closest_marker("may_fail") or errors.swallowed == before, "a page hid a fault; see the log"
