"""The 31 statements of the meeting: every page says the figure that plain SQL counts in the store, and no trouble.

Those of a page that a question opens are looked for there (``test_questions_browser``), the wall's (31) where its views are
walked (``test_meeting_browser``).
"""

from __future__ import annotations

import pytest

from tests.browser.mission import statements
from tests.browser.test_browser import TROUBLE

LISTED = statements.statements()


def test_there_are_31_statements_each_with_a_figure(figures):
    assert list(figures) == list(range(1, 32))
    assert all(figures.values())


def test_the_document_says_the_table(figures):
    assert statements.DOCUMENT.read_text(encoding="utf-8") == statements.document(figures), (
        "python -m tests.browser.mission.statements"
    )


# Statements by the page that shows them, where no question and no walk of the wall opens it already; page after page as they lie.
PAGES = sorted({one["link"] for one in LISTED if "question" not in one and one["link"] != "meeting"})


@pytest.mark.parametrize("link", PAGES)
def test_the_page_of_a_statement_says_its_figure(at, figures, link):
    seen = at(f"{link}{'&' if '?' in link else '?'}lang=th")
    for one in LISTED:
        if one["link"] == link:
            seen.says(statements.sentence(one, figures[one["number"]]))
    text = seen.text()
    assert [trouble for trouble in TROUBLE if trouble in text] == []
