"""Sign-in against an OpenID Connect provider, in a real browser: role, sharing, sign-out, a revoked role, a forged token."""

from __future__ import annotations

import html
import json
import re

import pytest
from playwright.sync_api import expect

from loaders.words import catalogue
from tests.browser import assistive
from tests.browser.doors import oidc_provider
from tests.browser.test_access_browser import CANARY, NAME
from tests.support import asked, served

ACCOUNTS = {
    "team": {"sub": "1", "email": "Team@province.example", "email_verified": True},
    "partner": {"sub": "2", "email": "head@nhso.example", "email_verified": True},
    "stranger": {"sub": "3", "email": "who@elsewhere.example", "email_verified": True},
    "unverified": {"sub": "4", "email": "team@province.example", "email_verified": False},
}
PLACE = "subdistrict?subdistrict=800303"
SIGN_IN = catalogue("th")["sign_in"]
TEAM_PAGE, TEAM_TITLE = "sharing", catalogue("th")["sharing_title"]


def loaders(store, *arguments: str) -> None:
    done = served.run_loaders(store, *arguments)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """People with a canary; money of one base for partners, of another for nobody else."""
    path = served.make_store(tmp_path_factory.mktemp("sign-in") / "kradan.sqlite", demo=False)
    files = {
        "people": f"บทบาทหน้าที่,ตำบล,อำเภอ,ชื่อผู้รับบทบาท,โทรศัพท์\nคุณเอื้อ,ท่าดี,ลานสกา,{NAME},{CANARY}\n",
        "psdhs": "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\nพมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,งานสำหรับภาคี,1000,2550\n",
        "codi": "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\nพอช.,ท่าดี,ลานสกา,นครศรีธรรมราช,งานลับภายใน,2000,2550\n",
    }
    for base, text in files.items():
        (path.parent / f"{base}.csv").write_text(text, encoding="utf-8")
        done = served.run_import(path, path.parent / f"{base}.csv", base=None if base == "people" else base)
        assert json.loads(done.stdout)["loaded"] == 1, done.stderr
    loaders(path, "share", "support", "psdhs", "partners")
    loaders(path, "share", "support", "codi", "private")
    loaders(path, "grant", "team@province.example", "data")
    loaders(path, "grant", "head@nhso.example", "partner", "--agency", "nhso")
    return path


@pytest.fixture(scope="module")
def provider():
    with oidc_provider.served(ACCOUNTS) as running:
        yield running


@pytest.fixture(scope="module")
def board(store, provider, tmp_path_factory):
    port = served.free_port()
    secrets = tmp_path_factory.mktemp("secrets") / "secrets.toml"
    secrets.write_text(oidc_provider.secrets_file(provider, f"http://127.0.0.1:{port}"), encoding="utf-8")
    with served.board(store, port, STREAMLIT_SECRETS_FILES=str(secrets)) as address:
        yield address


class Seat(asked.Seat):
    """Somebody without a browser who signs in as one with a browser does."""

    def sign_in(self, account: str) -> bytes:
        """Press the button, choose an account at the provider, be led back; gives what the board sent then."""
        self.open("sources")
        assert SIGN_IN in self.buttons
        page = self.press(SIGN_IN)
        self.get(html.unescape(re.search(rf'id="{account}" href="([^"]*)"', page)[1]))
        return self.open("")


@pytest.fixture(scope="module")
def _seat(board):
    seat = Seat(board)
    yield seat
    seat.leave()


@pytest.fixture
def seat(_seat):
    """One for all of them; each begins as one who was never here."""
    _seat.leave()
    return _seat


def is_signed_in(frames: bytes, name: str) -> bool:
    return catalogue("th")["sign_out"].format(name=name).encode() in frames


def told(frames: bytes) -> set[str]:
    marks = {"number": CANARY, "person": NAME, "partners": "งานสำหรับภาคี", "private": "งานลับภายใน"}
    return {mark for mark, text in marks.items() if text.encode() in frames}


def test_a_role_opens_what_it_may_see_and_sign_out_closes_it(chromium, board, provider):
    """In a browser, which alone keeps cookies and is sent from page to page as a person's is; the others are without one."""
    assert told(asked.frames(board, PLACE)) == set()
    seen, frames = served.visit(chromium, "about:blank"), []
    page = seen.page

    def take(data: str | bytes) -> None:
        frames.append(data if isinstance(data, bytes) else data.encode())

    def follow(view: str) -> bytes:
        frames.clear()
        seen.follow(view)
        return b"\n".join(frames)

    page.on("websocket", lambda socket: socket.on("framereceived", take))
    page.goto(f"{board}/sources")  # a page without a map
    page.get_by_text(SIGN_IN, exact=True).click()
    page.locator("#team").click()
    page.wait_for_url(f"{board}/**")
    expect(page.locator(".st-key-sign-out")).to_contain_text("Team@province.example")
    assert {"/.well-known/openid-configuration", "/authorize", "/token", "/keys"} <= set(provider.seen)
    seen.title()
    assert told(follow(PLACE)) == {"number", "person", "partners", "private"}
    follow(f"{TEAM_PAGE}?lang=th")
    assert seen.title() == TEAM_TITLE
    page.locator(".st-key-sign-out button").click()
    page.get_by_text(SIGN_IN, exact=True).wait_for()
    assert "/end" in provider.seen  # the provider's own session ends, too
    seen.title()
    assert told(follow(PLACE)) == set()


def test_a_partner_sees_what_is_for_partners_and_the_stranger_what_is_public(seat):
    overview = asked.title(seat.sign_in("partner"))
    assert told(seat.follow(PLACE)) == {"number", "person", "partners"}
    assert asked.title(seat.open(TEAM_PAGE)) == overview != TEAM_TITLE  # not a page of a partner: the overview
    seat.leave()
    assert is_signed_in(seat.sign_in("stranger"), "who@elsewhere.example")
    assert told(seat.follow(PLACE)) == set()


def test_an_address_that_the_provider_did_not_verify_is_nobodys_name(seat):
    assert not is_signed_in(seat.sign_in("unverified"), "team@province.example")
    assert told(seat.follow(PLACE)) == set()


def test_who_says_no_at_the_provider_stays_a_visitor(seat):
    assert SIGN_IN.encode() in seat.sign_in("nobody")
    assert told(seat.follow(PLACE)) == set()


def test_a_token_signed_by_somebody_else_signs_nobody_in(seat, provider):
    provider.signs_badly = True
    try:
        assert SIGN_IN.encode() in seat.sign_in("team")
    finally:
        provider.signs_badly = False
    assert told(seat.follow(PLACE)) == set()


def test_a_revoked_role_ends_at_once_though_the_cookie_lives_on(seat, store):
    loaders(store, "grant", "who@elsewhere.example", "data")
    seat.sign_in("stranger")
    assert "number" in told(seat.follow(PLACE))
    loaders(store, "grant", "who@elsewhere.example", "none")
    assert told(seat.follow(PLACE)) == set()
    again = seat.open(PLACE)
    assert told(again) == set()
    assert is_signed_in(again, "who@elsewhere.example")
    assert asked.title(seat.follow(f"{TEAM_PAGE}?lang=th")) != TEAM_TITLE


def test_nothing_of_it_is_in_the_log(board, store):
    log = "".join(path.read_text(encoding="utf-8", errors="replace") for path in store.parent.glob("*.log"))
    assert [mark for mark in (CANARY, NAME, "งานลับภายใน", oidc_provider.SECRET) if mark in log] == []


def test_a_secrets_file_with_a_slip_in_it_opens_the_board_to_nobody(chromium, store, tmp_path):
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[auth]\nredirect_uri = "http', encoding="utf-8")
    with served.board(store, STREAMLIT_SECRETS_FILES=str(secrets)) as address:
        seat = Seat(address)
        place = seat.open(PLACE)
        assert told(place) == set() and SIGN_IN not in seat.buttons
        assert catalogue("th")["sign_in_closed"].encode() in place
        seat.leave()
        seen = served.visit(chromium, f"{address}/{TEAM_PAGE}")
        seen.says(catalogue("th")["closed_secrets_unreadable"])
        seen.settled()
        assert TEAM_TITLE not in seen.text()
        assert seen.page.get_by_text(SIGN_IN, exact=True).count() == 0
        assert assistive.grave(seen.page) == []
