"""Two boards on one PostgreSQL behind the nginx that we ship: all that needs PostgreSQL or the same server twice, and one that is killed."""

from __future__ import annotations

import os
import re
import secrets
import signal
import ssl
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, expect
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.browser.doors import oidc_provider, proxy
from tests.browser.test_sign_in_browser import ACCOUNTS, SIGN_IN
from tests.support import asked, postgres, served, warm
from tests.support.import_files import ROWS, csv_file


def open_pages(board: str) -> int:
    """How many people are on a board, as it tells this machine."""
    with urllib.request.urlopen(f"{board}/metrics", timeout=30) as found:
        return int(float(re.search(r"^kradan_sessions (\S+)$", found.read().decode(), re.M).group(1)))


def test_people_stay_where_they_are_and_move_when_their_server_dies(
    chromium: Browser, tmp_path: Path, postgres_socket: str, demo_on_postgres: str
) -> None:
    port, plain_port = served.free_port(), served.free_port()
    front = f"https://127.0.0.1:{port}"
    with postgres.database(postgres_socket, demo_on_postgres) as url, oidc_provider.served(ACCOUNTS) as provider:
        kept = tmp_path / "secrets.toml"
        kept.write_text(oidc_provider.secrets_file(provider, front), encoding="utf-8")
        own = {"DATABASE_URL": url, "KRADAN_BACKUPS": str(tmp_path), "STREAMLIT_SECRETS_FILES": str(kept)}
        grant = ("grant", "team@province.example", "data")
        assert warm.run("loaders", *grant, environment={**os.environ, **own}).returncode == 0
        with (
            served.board(tmp_path / "one.sqlite", **own) as one,
            served.board(tmp_path / "two.sqlite", **own) as two,
            proxy.before([one, two], port, plain_port, tmp_path),
        ):
            assert b"157 of 170 subdistricts have support" in asked.frames(one, "coverage?lang=en")
            seats = [cold_page(chromium, front)]
            seats.append(cold_page(chromium, front, seat_on(two if open_pages(one) else one, front)))
            assert open_pages(one) and open_pages(two)
            seen = sign_in(chromium, front)
            upload_and_give_back(seen, tmp_path)
            for board in (
                one,
                two,
            ):  # imported on one, seen on the other; the first real file withdraws the invented ones
                told = asked.frames(board, "coverage?lang=en&year=")
                assert b"3 subdistricts have support in the one file so far" in told
            withdraw_and_put_back(seen, (one, two))
            freeze(seen)
            survive(seats, one)
        assert not list(tmp_path.glob("*.sqlite"))


def seat_on(board: str, front: str) -> str:
    """A seat that nginx leads to this board: tried by sessions without a browser, which a board counts like people."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    address = front.replace("https://", "wss://") + "/_stcore/stream"
    for _ in range(40):
        seat = secrets.token_hex(16)
        named = {"ssl": unchecked, "origin": front, "subprotocols": [Subprotocol("streamlit")]}
        with connect(address, additional_headers={"Cookie": f"kradan_server={seat}"}, **named):
            if open_pages(board):
                return seat
    raise AssertionError("forty seats on one board of two")


def cold_page(chromium: Browser, front: str, seat: str = "") -> served.Visit:
    """A first visit, with the map; then a filter."""
    seen = served.visit(chromium, f"{front}/{'healthz' if seat else 'coverage?lang=en&theme=health'}")
    if seat:
        kept = {"name": "kradan_server", "value": seat, "url": front, "secure": True, "httpOnly": True}
        seen.page.context.add_cookies([kept])
        seen.page.goto(f"{front}/coverage?lang=en&theme=health")
    assert seen.painted() == 170
    seen.settled()
    cookies = {one["name"]: one for one in seen.page.context.cookies()}
    assert cookies["kradan_server"]["secure"] and cookies["kradan_server"]["httpOnly"]
    assert cookies["_streamlit_xsrf"]["secure"]
    choose(seen, 2)
    assert (seen.foreign, [error for error in seen.errors if "404" in error]) == ([], [])
    return seen


def choose(seen: served.Visit, number: int) -> None:
    before = seen.title()
    field = seen.page.locator(".st-key-theme").get_by_role("combobox")
    seen.choose(field, seen.page.get_by_role("option").nth(number))
    expect(seen.page.locator("h1.kradan-title")).not_to_have_text(before)
    seen.settled()


def sign_in(chromium: Browser, front: str) -> served.Visit:
    seen = served.visit(chromium, f"{front}/sources")  # a page without a map
    seen.page.get_by_text(SIGN_IN, exact=True).click()
    seen.page.locator("#team").click()
    seen.page.wait_for_url(f"{front}/**")
    seen.page.locator(".st-key-sign-out").wait_for()
    return seen


def upload_and_give_back(seen: served.Visit, folder: Path) -> None:
    page = seen.page
    seen.follow("imports?lang=en")
    seen.hand_in(csv_file(folder, ROWS))
    page.get_by_role("button", name="Store (1)").click()
    expect(page.get_by_text("Stored as batch")).to_be_visible()
    page.get_by_role("button", name="Make the file to give back").click()
    got = page.get_by_role("button", name="Download งาน.xlsx")
    with page.expect_download() as download:
        got.click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


def withdraw_and_put_back(seen: served.Visit, boards: tuple[str, str]) -> None:
    page = seen.page
    page.get_by_role("button", name="Withdraw").click()
    back = page.get_by_role("button", name="Put back")
    expect(back).to_be_visible()
    for board in boards:
        assert b"3 subdistricts have support" not in asked.frames(board, "coverage?lang=en&year=")
    back.click()
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()
    assert (seen.foreign, page.get_by_text("Traceback").count()) == ([], 0)


def freeze(seen: served.Visit) -> None:
    seen.follow("meeting?desk=1&lang=th")
    seen.page.get_by_label("ชื่อการประชุม").fill("ประชุมทดสอบ")
    seen.page.locator(".st-key-freeze-now button").click()
    seen.page.locator(".st-key-kept-1").wait_for()
    seen.page.locator(".st-key-reopen-1 button").click()
    seen.page.wait_for_url("**frozen=1**")


def survive(seats: list[served.Visit], board: str) -> None:
    """Who was on the killed server goes on on the other, with the same choices; who was not, notices nothing."""
    os.kill(served.process(board), signal.SIGKILL)
    seats[0].page.wait_for_timeout(1000)
    for seen in seats:
        seen.page.locator('[data-test-connection-state="CONNECTED"]').wait_for()
        seen.settled()
        choose(seen, 3)
        assert seen.painted() == 170
