"""The demo store to count in, and the figures of the statements counted there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.mission import statements
from tests.browser.mission.stored import Stored


@pytest.fixture(scope="session")
def counted() -> dict[Path, dict[int, float]]:
    """Figures by store, so that each is counted once."""
    return {}


@pytest.fixture
def stored(demo_store: Path) -> Stored:
    return Stored(demo_store)


@pytest.fixture
def figures(stored: Stored, demo_store: Path, counted: dict) -> dict[int, float]:
    """Number of a statement -> its figure in the store."""
    if demo_store not in counted:
        counted[demo_store] = {one["number"]: stored.one(one["counted"]) for one in statements.statements()}
    return counted[demo_store]
