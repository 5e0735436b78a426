"""The 31 statements of the meeting: every page says the figure that plain SQL counts in the store, and no trouble.

Those of a page that a question opens are looked for there (``test_questions_browser``), the wall's (31) where its views are
walked (``test_meeting_browser``), those of a view as it opens where every view is (``test_browser``).
"""

from __future__ import annotations

import pytest

from tests.browser.mission import statements
from tests.browser.test_browser import ASIDE, SWEPT, TROUBLE, open_to_everybody

LISTED = statements.statements()


def test_there_are_31_statements_each_with_a_figure(figures):
    assert list(figures) == list(range(1, 32))
    assert all(figures.values())


def test_the_document_says_the_table(figures):
    assert statements.DOCUMENT.read_text(encoding="utf-8") == statements.document(figures), (
        "python -m tests.browser.mission.statements"
    )


# Page after page as they lie; the first of each view is looked at for people with aids too.
PAGES = [link for link in statements.links() if link not in SWEPT]
FIRST = {link.partition("?")[0]: link for link in reversed(PAGES)}


@pytest.mark.parametrize("link", PAGES)
def test_the_page_of_a_statement_says_its_figure(at, figures, link):
    seen = at(f"{link}{'&' if '?' in link else '?'}lang=th")
    for one in LISTED:
        if one["link"] == link:
            seen.says(statements.sentence(one, figures[one["number"]]))
    text = seen.text()
    assert [trouble for trouble in TROUBLE if trouble in text] == []
    view = link.partition("?")[0]
    if view in ASIDE and FIRST[view] == link:
        open_to_everybody(seen, view, "th")
