"""The 31 statements of the meeting: every page says the figure that plain SQL counts in the store, and no trouble.

The wall (31) says its own where all its views are walked: ``test_every_view_is_legible_from_the_last_row...``.
"""

from __future__ import annotations

import pytest

from tests.browser.mission import statements
from tests.browser.mission.stored import Stored
from tests.browser.test_browser import TROUBLE

LISTED = statements.statements()


@pytest.fixture(scope="module")
def figures(demo_store) -> dict[int, float]:
    stored = Stored(demo_store)
    return {one["number"]: stored.one(one["counted"]) for one in LISTED}


def test_there_are_31_statements_each_with_a_figure(figures):
    assert list(figures) == list(range(1, 32))
    assert all(figures.values())


def test_the_document_says_the_table(figures):
    assert statements.DOCUMENT.read_text(encoding="utf-8") == statements.document(figures), (
        "python -m tests.browser.mission.statements"
    )


# A page after the other as they lie side by side, so that the next often is the same with another choice.
@pytest.mark.parametrize(
    "one",
    sorted((one for one in LISTED if one["link"] != "meeting"), key=lambda one: one["link"]),
    ids=lambda one: f"{one['number']:02}-{one['link']}",
)
def test_the_page_of_a_statement_says_its_figure(at, figures, one):
    separator = "&" if "?" in one["link"] else "?"
    seen = at(f"{one['link']}{separator}lang=th")
    seen.says(statements.sentence(one, figures[one["number"]]))
    text = seen.text()
    assert [trouble for trouble in TROUBLE if trouble in text] == []
