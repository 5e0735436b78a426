"""A server as a person meets it that is killed and started again under the pages that stand."""

from __future__ import annotations

import os
import signal
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import expect

from loaders.words import catalogue
from tests.support import asked, served

CHOICES = (
    ("agency", "codi", "Community Organizations Development Institute"), ("district", "8003", "Lan Saka"), ("year", "2549", "2549"),
)  # fmt: skip


def choose(seen: served.Visit, name: str, option: str | int) -> None:
    field, options = seen.page.locator(f".st-key-{name}").get_by_role("combobox"), seen.page.get_by_role("option")
    seen.choose(field, options.nth(option) if isinstance(option, int) else options.filter(has_text=option).first)


def choose_all(seen: served.Visit) -> None:
    """Every choice is in the link at once."""
    seen.page.get_by_text("Baht per head", exact=True).first.click()
    wanted = {"lang": ["en"], "measure": ["per_head_baht"]}
    seen.page.wait_for_url(lambda url: parse_qs(urlparse(url).query) == wanted)
    for name, code, option in CHOICES:
        seen.settled()
        choose(seen, name, option)
        wanted[name] = [code]
        seen.page.wait_for_url(lambda url: parse_qs(urlparse(url).query) == wanted)
    seen.settled()


def test_pages_and_links_answer_again_when_their_server_was_killed_and_started_again(chromium, tmp_path):
    """Also one on which nothing was chosen before: all that the new server knows of it is its address."""
    store, port = served.make_store(tmp_path / "kradan.sqlite", demo=True), served.free_port()
    pages: list[tuple[served.Visit, tuple[str, str, str]]] = []
    with served.board(store, port) as address:
        for has_chosen in (False, True):
            seen = served.visit(chromium, f"{address}/coverage?lang=en{'' if has_chosen else '&theme=health'}")
            assert seen.painted() == 170
            seen.settled()
            if has_chosen:
                choose_all(seen)
            pages.append((seen, (seen.title(), seen.classes(), seen.page.url)))
        os.kill(served.process(address), signal.SIGKILL)
        for seen, before in pages:
            lost = '[data-test-connection-state]:not([data-test-connection-state="CONNECTED"])'
            seen.page.locator(lost).wait_for()
            assert (seen.title(), seen.classes(), seen.page.url) == before
            expect(seen.page.locator("p.kradan-away")).to_contain_text(catalogue("en")["server_away"][:30])
            assert seen.page.get_by_role("dialog").count() == 0  # Streamlit's own box lies over everything
    with served.board(store, port, is_cold=True):
        for seen, before in pages:
            seen.page.locator('[data-test-connection-state="CONNECTED"]').wait_for()
            seen.settled()
            assert (seen.title(), seen.classes(), seen.page.url) == before
            choose(seen, "district", 1)  # of another number of subdistricts, whatever is known of them
            expect(seen.page.locator("h1.kradan-title")).not_to_have_text(before[0])
            seen.settled()
            seen.enter("Gaps")
            seen.page.wait_for_url("**/gaps?**")
            seen.settled()
            assert seen.page.locator("h1.kradan-title").count() == 1
        # the link gives the same view to somebody else
        title, classes, link = pages[-1][1]
        told = asked.frames(address, link.rpartition("/")[2])
        for shown in (title, classes):
            assert shown.encode() in told, shown
