"""A page that stands while its server is killed and started again: nobody reloads it, and it answers."""

from __future__ import annotations

import os
import signal

import pytest
from playwright.sync_api import expect

from tests.support import served

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize("has_chosen", [False, True])
def test_a_page_answers_again_when_its_server_was_killed_and_started_again(chromium, tmp_path, has_chosen):
    """Also one on which nothing was chosen before: all that the new server knows of it is its address."""
    store, port = served.make_store(tmp_path / "kradan.sqlite", demo=True), served.free_port()
    with served.board(store, port) as address:
        seen = served.visit(chromium, f"{address}/coverage?lang=en&theme=health")
        assert seen.painted() == 170
        seen.settled()
        page, heading = seen.page, seen.page.locator("h1.kradan-title")
        first = seen.title()

        def choose(number: int) -> None:
            seen.choose(page.locator(".st-key-theme").get_by_role("combobox"), page.get_by_role("option").nth(number))

        if has_chosen:
            choose(2)
            expect(heading).not_to_have_text(first)
            seen.settled()
        before = (seen.title(), seen.classes(), page.url)
        os.kill(served.process(address), signal.SIGKILL)
        page.locator('[data-test-connection-state]:not([data-test-connection-state="CONNECTED"])').wait_for()
        assert (seen.title(), seen.classes(), page.url) == before
    with served.board(store, port):
        page.locator('[data-test-connection-state="CONNECTED"]').wait_for()
        seen.settled()
        assert (seen.title(), seen.classes(), page.url) == before
        choose(3)
        expect(heading).not_to_have_text(before[0])
        seen.settled()
        page.locator('.kradan-menu a[href$="gaps"]').click()
        page.wait_for_url("**/gaps?**")
        seen.settled()
        assert seen.page.locator("h1.kradan-title").count() == 1
