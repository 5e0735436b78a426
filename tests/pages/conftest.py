"""What every test of pages holds: no fault hides behind the calm message of the error boundary."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pages.session import errors


@pytest.fixture(autouse=True)
def nothing_swallowed(request: pytest.FixtureRequest) -> Iterator[None]:
    """A fault that became a calm message fails the test, unless the test is about that (``may_fail``)."""
    before = errors.swallowed
    yield
    assert request.node.get_closest_marker("may_fail") or errors.swallowed == before, "a page hid a fault; see the log"
