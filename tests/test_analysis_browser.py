"""The ten questions, the currents, the matrix and the agency's page in a real browser."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest

from geo.questions import QUESTIONS
from tests import served

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def chromium():
    with served.browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with served.board(served.make_store(tmp_path_factory.mktemp("demo") / "kradan.sqlite", demo=True)) as address:
        yield address


def test_each_of_ten_questions_is_one_click_with_a_sentence_a_map_and_a_link(chromium, demo):
    seen = served.visit(chromium, f"{demo}/overview?lang=en")
    assert seen.painted() == 170
    seen.settled()
    before, answers = seen.title(), {}
    options = seen.page.locator('.st-key-questions [data-testid="stRadioOption"]')
    for number, code in enumerate(QUESTIONS, start=1):
        options.nth(number).click()
        seen.settled()
        assert parse_qs(urlparse(seen.page.url).query)["question"] == [code]
        answers[code] = (seen.title(), seen.classes())
        assert len(seen.classes()) == 170
    assert len({*(sentence for sentence, _classes in answers.values()), before}) == 11
    assert answers["booklets"][0].startswith("24 of 170 ")
    assert answers["booklets"][1].count("f") == 24
    assert seen.foreign == []


def test_a_cell_of_the_matrix_leads_to_the_map_and_an_empty_one_to_who_could_act(chromium, demo):
    seen = served.visit(chromium, f"{demo}/matrix?lang=en&district=8006")
    seen.title()
    seen.settled()
    empty = seen.page.locator(".kradan-matrix td a", has_text=re.compile("^none$")).first
    empty.click()
    seen.page.get_by_text(re.compile("^Who could take up")).wait_for(timeout=45_000)
    seen = served.visit(chromium, f"{demo}/matrix?lang=en")
    seen.title()
    seen.page.locator(".kradan-matrix tr", has_text="Chian Yai").locator("td a").nth(5).click()
    seen.page.wait_for_url("**/coverage?**", timeout=45_000)
    query = parse_qs(urlparse(seen.page.url).query)
    assert (query["theme"], query["district"]) == (["health"], ["8006"])
    assert seen.painted() == 170


def test_the_currents_are_drawn_and_fit_a_phone(chromium, demo):
    seen = served.visit(chromium, f"{demo}/currents?lang=en", 390, 844)
    seen.title()
    seen.settled()
    picture = seen.page.locator(".kradan-flow img")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    assert seen.page.locator(".kradan-flow-node").count() > 40
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert seen.foreign == []


def test_an_agency_finds_its_territory_and_a_link(chromium, demo):
    seen = served.visit(chromium, f"{demo}/agency?lang=en&agency=codi")
    assert seen.painted() == 170
    seen.settled()
    assert seen.title().startswith("Community Organizations Development Institute is at work in 83 of 170 subdistricts")
    assert f"{demo}/agency?" in seen.text()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1920
