"""The menu: links that fold by section, on a phone under one button; a view opens with the choices one has made."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from pages.shell.navigation import VIEWS
from tests.browser import assistive

CHOSEN = "lang=en&theme=health"
# Where the entries of the menu stand, beside the choice of language and the name of the board.
PLACES = """() => {
  const box = (sought) => document.querySelector(sought).getBoundingClientRect();
  const entries = [...document.querySelectorAll("#kradan-views > li, .kradan-menu > button")];
  const boxes = entries.map((entry) => entry.getBoundingClientRect()).filter((found) => found.height);
  return { tops: new Set(boxes.map((found) => Math.round(found.top + found.height / 2))).size, right: Math.max(...boxes.map((found) => found.right)),
           below: Math.max(...boxes.map((found) => found.bottom)), board: box(".kradan-board span").top,
           language: box(".st-key-lang").left, edge: box(".st-key-lang").right };
}"""


@pytest.fixture
def coverage(at):
    seen = at(f"coverage?{CHOSEN}", as_it_stands=True)
    assert seen.painted() == 170
    return seen


def test_one_section_is_unfolded_at_a_time_and_escape_folds_it(coverage):
    menu = coverage.page.get_by_role("navigation", name="Menu")
    sections, unfolded = menu.locator("summary"), menu.locator("details[open]")
    expect(menu.locator("#kradan-views > li")).to_have_count(6)
    expect(sections).to_have_text(["Questions", "Data"])
    sections.nth(0).click()
    expect(menu.get_by_role("link", name="Functions × areas")).to_be_visible()
    sections.nth(1).click()
    expect(unfolded).to_have_count(1)
    expect(unfolded).to_contain_text("Import")
    coverage.page.keyboard.press("Escape")
    expect(unfolded).to_have_count(0)
    expect(sections.nth(1)).to_be_focused()
    sections.nth(1).press("Enter")
    expect(unfolded).to_have_count(1)
    coverage.page.locator("h1.kradan-title").click()
    expect(unfolded).to_have_count(0)


def test_the_view_that_is_shown_is_marked_and_so_is_its_section(coverage):
    page = coverage.page
    marked, section = page.locator('.kradan-menu [aria-current="page"]'), page.locator(".kradan-menu .kradan-now")
    expect(marked).to_have_text(re.compile("Coverage$"))
    expect(section).to_have_text("Questions")
    page.locator(".kradan-menu summary", has_text="Data").click()
    page.get_by_role("link", name="Sources", exact=True).click()
    page.wait_for_url("**/sources?lang=en")
    expect(section).to_have_text("Data")
    expect(page.locator(".kradan-menu details[open]")).to_have_count(0)
    coverage.settled()


def test_the_view_that_is_shown_keeps_its_choices_when_its_entry_is_pressed(coverage):
    page, title = coverage.page, coverage.title()
    coverage.enter("Coverage")
    coverage.enter("Gaps")  # what the press before had changed would go along
    page.wait_for_url(f"**/gaps?{CHOSEN}")
    coverage.settled()
    coverage.enter("Coverage")
    page.wait_for_url(f"**/coverage?{CHOSEN}")
    coverage.titled(title)


def test_a_view_opened_elsewhere_has_the_choices_that_are_on_the_screen(coverage):
    page = coverage.page
    coverage.choose(page.locator(".st-key-theme").get_by_role("combobox"), page.get_by_role("option").nth(2))
    expect(page).not_to_have_url(re.compile("theme=health"))
    shown = page.url.partition("?")[2]
    assert "theme=" in shown
    with page.context.expect_page() as opened:
        coverage.enter("Gaps", modifiers=["ControlOrMeta"])
    opened.value.wait_for_url(f"**/gaps?{shown}")
    opened.value.close()
    assert "/coverage?" in page.url


def test_without_a_server_the_browser_follows_the_link_itself(coverage):
    """Nothing would answer a page that lost its connection; what the browser asks for has the choices all the same."""
    stopped, address = coverage.page.evaluate(
        """() => {
          const link = document.querySelector('.kradan-menu a[href*="gaps"]');
          const app = document.querySelector("[data-test-connection-state]");
          app.dataset.testConnectionState = "PINGING_SERVER";
          let stopped = null;
          addEventListener("click", (event) => { stopped = event.defaultPrevented; event.preventDefault(); }, { once: true });
          link.click();
          app.dataset.testConnectionState = "CONNECTED";
          return [stopped, link.href];
        }"""
    )
    assert stopped is False
    assert address.endswith(f"/gaps?{CHOSEN}")


def test_on_a_phone_one_button_unfolds_the_whole_menu_and_a_choice_folds_it(at):
    seen = at(f"coverage?{CHOSEN}", 390, 844)
    assert seen.painted() == 170
    seen.settled()
    page, views = seen.page, seen.page.locator("#kradan-views")
    button = page.get_by_role("button", name="Menu", exact=True)
    expect(views).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(views.get_by_role("link")).to_have_count(len(VIEWS))
    page.keyboard.press("Escape")
    expect(views).to_be_hidden()
    button.click()
    views.locator("summary", has_text="Data").click()  # the person folds a section; the rest stays
    expect(views.get_by_role("link", name="Gaps", exact=True)).to_be_visible()
    views.get_by_role("link", name="Gaps", exact=True).click()
    page.wait_for_url(f"**/gaps?{CHOSEN}")
    expect(views).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_menu_stands_in_one_line_and_covers_nothing(at, language):
    seen = at(f"sources?lang={language}", 1920, 768)
    for width in (1920, 1366, 1024, 800, 390):
        seen.page.set_viewport_size({"width": width, "height": 768})
        seen.page.wait_for_function("width => innerWidth === width", arg=width)
        found = seen.until(lambda: seen.page.evaluate(PLACES), lambda found: found["tops"] == 1)
        assert found["tops"] == 1, width
        assert found["right"] + 8 <= found["language"], width
        assert found["edge"] <= width
        assert found["below"] <= found["board"], width


def test_the_skip_link_comes_first_and_ends_at_the_finding(coverage):
    page = coverage.page
    skip = page.get_by_role("link", name="Skip the menu")
    skip.focus()
    assert page.evaluate("document.querySelector('.stApp :is(a[href], button, input)') === document.activeElement")
    page.keyboard.press("Enter")
    expect(page.locator("h1.kradan-title")).to_be_focused()
    assert "#" not in page.url


def test_a_browser_remembers_its_own_agency_and_the_door_leads_there(at):
    seen = at("agency?lang=en&agency=codi")
    mine = seen.page.locator(".kradan-mine")
    expect(mine).to_have_attribute("aria-pressed", "false")
    mine.click()
    expect(mine).to_have_attribute("aria-pressed", "true")
    seen.follow("matrix?lang=en&theme=health")
    seen.enter("My agency")
    seen.page.wait_for_url("**/agency?**agency=codi**")
    assert "theme=health" in seen.page.url
    expect(mine).to_have_attribute("aria-pressed", "true")
    mine.click()
    assert seen.page.evaluate("localStorage.getItem('kradan-agency')") is None
    seen.settled()


def test_a_tour_of_four_steps_comes_when_it_is_called_and_goes_by_a_key(coverage):
    page, card = coverage.page, coverage.page.get_by_role("dialog")
    expect(card).to_have_count(0)  # a program gets none by itself
    page.get_by_role("button", name="How to use").click()
    expect(card).to_be_focused()
    for audience in (
        "Lead or prepare a meeting",
        "See my agency's work",
        "Find where help is needed, look after the data",
    ):
        card.get_by_role("button", name=audience).press("Enter")
        for number in range(1, 5):
            expect(card).to_contain_text(f"Step {number} of 4")
            if number < 4:
                card.get_by_role("button", name="Next").press("Enter")
        for _ in range(4):
            card.get_by_role("button", name="Back").press("Enter")
    assert assistive.grave(page) == []
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(page.get_by_role("button", name="How to use")).to_be_focused()
    assert page.evaluate("localStorage.getItem('kradan-tour')")
