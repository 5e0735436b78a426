"""Servers as a person meets them: one on PostgreSQL, and one that is killed and started again under the pages that stand."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, expect

from loaders.words import catalogue
from tests.support import postgres, served
from tests.support.import_files import ROWS, csv_file


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, postgres_socket: str, demo_on_postgres: str) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("postgres")
    with postgres.database(postgres_socket, demo_on_postgres) as url:
        with served.board(folder / "unused.sqlite", DATABASE_URL=url, KRADAN_BACKUPS=str(folder)) as found:
            yield found
        assert not (folder / "unused.sqlite").exists()


def test_the_demo_an_import_and_a_withdrawal(address: str, chromium: Browser, tmp_path: Path) -> None:
    seen = served.visit(chromium, f"{address}/coverage?lang=en")
    seen.titled("157 of 170 subdistricts have support")
    page = seen.page
    page.goto(f"{address}/imports?lang=en")
    seen.hand_in(csv_file(tmp_path, ROWS))
    page.get_by_role("button", name="Store (1)").click()
    expect(page.get_by_text("Stored as batch")).to_be_visible()
    page.goto(f"{address}/coverage?lang=en&year=")
    seen.titled(
        "3 subdistricts have support in the one file so far"
    )  # the first real file has withdrawn the invented ones
    page.goto(f"{address}/imports?lang=en")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("button", name="Put back")).to_be_visible()
    assert (seen.foreign, page.get_by_text("Traceback").count()) == ([], 0)


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
        again = served.visit(chromium, link)
        assert again.painted() == 170
        again.settled()
        assert again.until(lambda: (again.title(), again.classes()), lambda pair: pair == (title, classes)) == (
            title,
            classes,
        )
