"""A page that stands while its server is killed and started again: nobody reloads it, and it answers."""

from __future__ import annotations

import os
import signal

from playwright.sync_api import expect

from tests.support import served


def test_pages_answer_again_when_their_server_was_killed_and_started_again(chromium, tmp_path):
    """Also one on which nothing was chosen before: all that the new server knows of it is its address."""
    store, port = served.make_store(tmp_path / "kradan.sqlite", demo=True), served.free_port()
    pages: list[tuple[served.Visit, tuple[str, str, str]]] = []

    def choose(seen: served.Visit, number: int) -> None:
        field = seen.page.locator(".st-key-theme").get_by_role("combobox")
        seen.choose(field, seen.page.get_by_role("option").nth(number))

    with served.board(store, port) as address:
        for has_chosen in (False, True):
            seen = served.visit(chromium, f"{address}/coverage?lang=en&theme=health")
            assert seen.painted() == 170
            seen.settled()
            first = seen.title()
            if has_chosen:
                choose(seen, 2)
                expect(seen.page.locator("h1.kradan-title")).not_to_have_text(first)
                seen.settled()
            pages.append((seen, (seen.title(), seen.classes(), seen.page.url)))
        os.kill(served.process(address), signal.SIGKILL)
        for seen, before in pages:
            lost = '[data-test-connection-state]:not([data-test-connection-state="CONNECTED"])'
            seen.page.locator(lost).wait_for()
            assert (seen.title(), seen.classes(), seen.page.url) == before
    with served.board(store, port):
        for seen, before in pages:
            seen.page.locator('[data-test-connection-state="CONNECTED"]').wait_for()
            seen.settled()
            assert (seen.title(), seen.classes(), seen.page.url) == before
            choose(seen, 3)
            expect(seen.page.locator("h1.kradan-title")).not_to_have_text(before[0])
            seen.settled()
            seen.page.locator('.kradan-menu a[href$="gaps"]').click()
            seen.page.wait_for_url("**/gaps?**")
            seen.settled()
            assert seen.page.locator("h1.kradan-title").count() == 1
