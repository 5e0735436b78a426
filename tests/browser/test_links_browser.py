"""Links between views and the browser's back button: the page stands, and the address is what is shown."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


def test_a_link_opens_in_the_page_that_stands_and_shows_what_a_new_page_shows(at):
    seen = at("matrix?lang=en")
    page = seen.page
    link = page.locator(".kradan-matrix tr", has_text="Chian Yai").locator("td a").nth(5)
    link.wait_for()
    seen.settled()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    link.click()
    page.wait_for_url("**/coverage?**")
    assert seen.painted() == 170
    seen.settled()
    assert [url for url in asked if "/component/" not in url] == []
    address, shown = page.url, (seen.title(), seen.classes())
    page.go_back()
    page.wait_for_url("**/matrix?**")
    link.wait_for()
    seen.settled()
    page.goto(address)
    assert seen.painted() == 170
    seen.settled()
    assert (seen.title(), seen.classes()) == shown


def test_a_link_that_a_person_opens_elsewhere_is_the_browsers_affair(at):
    seen = at("matrix?lang=en")
    link = seen.page.locator(".kradan-matrix tr", has_text="Chian Yai").locator("td a").nth(5)
    link.wait_for()
    seen.settled()
    with seen.page.context.expect_page() as opened:
        link.click(modifiers=["ControlOrMeta"])
    opened.value.wait_for_url("**/coverage?**")
    opened.value.close()
    assert "/matrix" in seen.page.url


def test_a_link_to_anywhere_else_is_left_alone(at):
    seen = at("sources?lang=en")
    for href in ("https://foreign.example/?a=1", "app/static/icon.svg?a=1", "sources"):
        stopped = seen.page.evaluate(
            """(href) => {
              const link = document.createElement("a");
              let stopped = null;
              link.href = href;
              document.querySelector(".stHtml").append(link);
              addEventListener("click", (event) => { stopped = event.defaultPrevented; event.preventDefault(); }, { once: true });
              link.click();
              link.remove();
              return stopped;
            }""",
            href,
        )
        assert stopped is False, href


def test_back_takes_the_first_choice_back_and_forward_makes_it_again(at):
    seen = at("coverage?lang=en")
    assert seen.painted() == 170
    seen.settled()
    first, page, heading = seen.title(), seen.page, seen.page.locator("h1.kradan-title")
    seen.enter("Gaps")  # the menu keeps the choices: the language
    page.wait_for_url(re.compile(r"/gaps\?lang=en$"))
    seen.enter("Coverage")
    page.wait_for_url(re.compile(r"/coverage\?lang=en$"))
    expect(heading).to_have_text(first)
    seen.settled()
    seen.choose(page.locator(".st-key-theme").get_by_role("combobox"), page.get_by_role("option").nth(2))
    expect(heading).not_to_have_text(first)
    chosen, address = seen.title(), page.url
    seen.settled()
    page.go_back()
    expect(heading).to_have_text(first)
    seen.settled()
    page.go_forward()
    expect(heading).to_have_text(chosen)
    assert page.url == address


@pytest.mark.parametrize("view", ["", "overlaps"])
def test_back_to_an_address_without_choices_is_the_board_as_it_opens(at, demo, view):
    """One press, one step; the bare address of the board too, and the page of pairs."""
    seen = at("sources?lang=th")
    seen.page.goto(f"{demo}/{view}")
    assert seen.painted() == 170
    seen.settled()
    first, page, heading = seen.title(), seen.page, seen.page.locator("h1.kradan-title")
    seen.choose(page.locator(".st-key-theme").get_by_role("combobox"), page.get_by_role("option").nth(2))
    expect(heading).not_to_have_text(first)
    page.wait_for_url(f"**/{view}?theme=**")
    seen.settled()
    page.go_back()
    expect(heading).to_have_text(first)
    seen.settled()
    assert page.url == f"{demo}/{view}"


@pytest.mark.parametrize("query", ["?lang=en", "?lang=en&year=2549&theme=health"])
def test_the_menu_takes_the_choices_along_and_invents_none(demo, at, query):
    """A view shown for the first time has the session's choices from its first run, wherever one comes from."""
    seen = at(f"overview{query}")
    wanted = seen.title()
    seen.page.goto(f"{demo}/sources{query}")  # a session that knows nothing yet
    seen.title()
    seen.settled()
    for begins, views in ((None, ("Gaps", "Coverage", "Board")), (f"matrix{query}", ("Coverage", "Board"))):
        if begins:
            at(begins)
        for view in views:
            seen.enter(view)
            seen.page.wait_for_url(f"**/{'overview' if view == 'Board' else view.lower()}{query}")
            seen.settled()
        seen.titled(wanted)
