"""The ten questions, the currents, the matrix and the agency's page in a real browser."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect

from geo.questions.questions import QUESTIONS
from tests.browser.test_browser import CENTRE
from tests.support import served


def test_each_of_ten_questions_is_one_click_with_a_sentence_a_map_and_a_link(at):
    seen = at("overview?lang=en&lens=questions")
    assert seen.painted() == 170
    seen.settled()
    titles = [seen.title()]
    heading = seen.page.locator("h1.kradan-title")
    options = seen.page.locator('.st-key-questions [data-testid="stRadioOption"]')
    for number, code in enumerate(QUESTIONS, start=1):
        options.nth(number).click()
        seen.page.wait_for_url(lambda url, code=code: parse_qs(urlparse(url).query).get("question") == [code])
        expect(heading).not_to_have_text(titles[-1])
        seen.settled()
        titles.append(seen.title())
        assert len(seen.until(seen.classes, lambda classes: len(classes) == 170)) == 170
        if code == "booklets":
            assert titles[-1].startswith("24 of 170 ")
            assert seen.until(lambda: seen.classes().count("f"), lambda filled: filled == 24) == 24
    assert len(set(titles)) == 11


IN_SIGHT = """() => ['iframe[src*="st_folium"]', ".st-key-filters", ".st-key-board ul.kradan-legend", ".kradan-lens"]
  .filter((part) => { const box = document.querySelector(part).getBoundingClientRect();
    return box.top < 0 || box.bottom > innerHeight + 8 || box.width < 150; })"""


def test_the_board_is_in_sight_and_map_and_rows_point_at_each_other(at):
    """On a small projector filters, map, legend and lens are seen at once; a row marks its place, opens its card; a cell goes in."""
    seen = at("overview?lang=th", 1280, 720)
    assert seen.painted() == 170
    seen.settled()
    page, frame = seen.page, next(frame for frame in seen.page.frames if "st_folium" in frame.url)
    assert page.evaluate(IN_SIGHT) == []
    picture = page.locator('iframe[src*="st_folium"]').bounding_box()
    assert picture["height"] > picture["width"], "a portrait frame"
    page.locator('tr[data-place="8008"] td a').nth(5).click()
    page.wait_for_url("**theme=health**")
    row = page.locator('tr[data-place="800801"]')
    row.wait_for()
    seen.settled()
    row.locator("th a").hover()
    marked = frame.locator('.leaflet-areas-pane path[stroke="#b3005e"]')
    expect(marked).to_have_count(1)
    frame.locator("#map_div").hover(position=frame.evaluate(CENTRE, "800801"))
    expect(row).to_have_class("kradan-lit")
    row.locator("th a").click()
    expect(page.locator(".kradan-card")).to_have_attribute("data-code", "800801")
    page.keyboard.press("Escape")
    expect(page.locator(".kradan-card")).to_have_count(0)
    page.locator(".st-key-lens button").nth(2).click()
    page.wait_for_url("**lens=classes**")
    page.locator(".kradan-rows tr[data-place]").first.wait_for()
    seen.settled()


def test_a_cell_of_the_matrix_leads_to_the_map_and_an_empty_one_to_who_could_act(at):
    seen = at("matrix?lang=en&district=8006")
    empty = seen.page.locator(".kradan-matrix td a", has_text=re.compile("^none$")).first
    empty.click()
    seen.page.get_by_text(re.compile("^Who could take up")).wait_for()
    seen = at("matrix?lang=en")
    seen.page.locator(".kradan-matrix tr", has_text="Chian Yai").locator("td a").nth(5).click()
    seen.page.wait_for_url("**/coverage?**")
    query = parse_qs(urlparse(seen.page.url).query)
    assert (query["theme"], query["district"]) == (["health"], ["8006"])
    assert seen.painted() == 170


def test_the_currents_are_drawn_and_fit_a_phone(at):
    seen = at("currents?lang=en&shown=ribbons", 390, 844)
    picture = seen.page.locator(".kradan-flow img")
    assert seen.until(lambda: picture.evaluate("image => image.complete && image.naturalWidth > 0"), bool)
    assert seen.until(seen.page.locator(".kradan-flow-node").count, lambda nodes: nodes > 40) > 40
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_agencies_are_small_maps_that_lead_to_their_pages(at):
    seen = at("agency?lang=en&theme=health")
    seen.titled(re.compile("agencies are at work"))
    expect(seen.page.locator(".kradan-small + .kradan-credit")).to_have_text("OCHA COD-AB · RTSD · CC BY-IGO")
    page, maps = seen.page, seen.page.locator(".kradan-small a")
    drawn = maps.locator("img")
    expect(drawn).to_have_count(maps.count())
    assert all(drawn.evaluate_all("images => images.map((image) => image.complete && image.naturalWidth > 0)"))
    words, name = maps.nth(1).inner_text(), maps.nth(1).locator("b").inner_text()
    maps.nth(1).click()
    seen.titled(re.compile(f"^{re.escape(name)} is at work in {words.splitlines()[1].split()[0]} of 170"))
    assert parse_qs(urlparse(page.url).query)["theme"] == ["health"]
    assert seen.painted() == 170
    page.go_back()
    seen.titled(re.compile("agencies are at work"))
    seen.settled()


def test_an_agency_finds_its_territory_and_a_link(at, demo):
    seen = at("agency?lang=en&agency=codi")
    assert seen.painted() == 170
    seen.settled()
    seen.titled(re.compile("^Community Organizations Development Institute is at work in 83 of 170 subdistricts"))
    seen.says(f"{demo}/agency?")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1920


@pytest.mark.parametrize("view", ["coverage", "gaps"])
def test_on_a_phone_the_choices_fold_away_and_the_map_is_seen_first(at, view):
    seen = at(f"{view}?lang=th&agency=codi", 400, 860)
    assert seen.painted() == 170
    seen.settled()
    address, choices = seen.page.url, seen.page.locator(".st-key-filters, .st-key-ways")
    assert [choices.nth(number).is_visible() for number in range(choices.count())] == [False, False]
    assert "พัฒนาองค์กรชุมชน" in seen.page.locator("p.kradan-chosen").inner_text()
    picture = seen.page.locator('iframe[src*="st_folium"]').bounding_box()
    assert picture["y"] < 560
    seen.page.locator("details.kradan-fold summary").click()
    assert [choices.nth(number).is_visible() for number in range(choices.count())] == [True, True]
    seen.choose(seen.page.locator(".st-key-theme").get_by_role("combobox"), seen.page.get_by_role("option").nth(1))
    seen.page.wait_for_url("**theme=**", timeout=served.PATIENCE)
    seen.settled()
    assert choices.first.is_visible(), "a change of filter must not fold the choices away"
    assert parse_qs(urlparse(address).query)["agency"] == parse_qs(urlparse(seen.page.url).query)["agency"]
    assert "theme" in parse_qs(urlparse(seen.page.url).query)


def test_a_wide_screen_shows_its_choices_at_once(at):
    seen = at("gaps?lang=th")
    assert not seen.page.locator("details.kradan-fold").is_visible()
    assert seen.page.locator(".st-key-filters").is_visible()
