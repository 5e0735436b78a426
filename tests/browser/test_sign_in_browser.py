"""Sign-in against an OpenID Connect provider, in a real browser: role, sharing, sign-out, a revoked role, a forged token."""

from __future__ import annotations

import json
import os

import pytest
from playwright.sync_api import TimeoutError

from loaders.words import catalogue
from tests.browser import assistive
from tests.browser.doors import oidc_provider
from tests.browser.test_access_browser import CANARY, NAME
from tests.support import served, warm

ACCOUNTS = {
    "team": {"sub": "1", "email": "Team@province.example", "email_verified": True},
    "partner": {"sub": "2", "email": "head@nhso.example", "email_verified": True},
    "stranger": {"sub": "3", "email": "who@elsewhere.example", "email_verified": True},
    "unverified": {"sub": "4", "email": "team@province.example", "email_verified": False},
}
PLACE = "subdistrict?subdistrict=800303"
SIGN_IN = catalogue("th")["sign_in"]
TEAM_PAGE, TEAM_TITLE = "sharing", catalogue("th")["sharing_title"]


def loaders(store, *arguments: str) -> dict:
    settings = {**os.environ, "KRADAN_STORE": str(store)}
    settings.pop("DATABASE_URL", None)
    done = warm.run("loaders", *arguments, environment=settings, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


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


class Seat:
    """A page without a cookie of anybody's, and every frame that came to it since it was last asked."""

    def __init__(self, chromium, address: str) -> None:
        self.address, self.frames = address, []
        self.visit = served.visit(chromium, "about:blank")
        self.page = self.visit.page
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._take))

    def _take(self, data: str | bytes) -> None:
        self.frames.append(data if isinstance(data, bytes) else data.encode())

    def leave(self) -> None:
        """Be nobody: no cookie, neither of the board nor of the provider."""
        self.page.goto("about:blank")
        self.page.context.clear_cookies()

    def open(self, view: str) -> bytes:
        """Go to a view; gives all that the server sent for it."""
        self.frames.clear()
        self.page.goto(f"{self.address}/{view}")
        self.visit.title()
        self.visit.settled()
        return b"\n".join(self.frames)

    def follow(self, view: str) -> bytes:
        """The same by a link in the page that stands: the same session, asked again."""
        self.frames.clear()
        self.visit.follow(view)
        return b"\n".join(self.frames)

    def to_provider(self) -> None:
        """Press the button; a press that meets the very first run of a cold server may be lost, and a person presses again."""
        for patience in (60_000, 120_000):
            self.page.get_by_text(SIGN_IN, exact=True).click()
            try:
                self.page.locator("#team").wait_for(timeout=patience)
            except TimeoutError:
                continue
            return

    def sign_in(self, account: str) -> None:
        self.open("sources")  # a page without a map
        self.to_provider()
        self.page.locator(f"#{account}").click()
        self.page.wait_for_url(f"{self.address}/**", timeout=90_000)
        self.visit.title()
        self.visit.settled()

    def is_signed_in(self, name: str) -> bool:
        self.page.locator(".st-key-sign-out, .st-key-sign-in").first.wait_for(timeout=served.PATIENCE)
        button = self.page.locator(".st-key-sign-out")
        return button.count() == 1 and name in button.inner_text()


@pytest.fixture(scope="module")
def _seat(running_chromium, board):
    seat = Seat(running_chromium, board)
    yield seat
    seat.page.context.close()


@pytest.fixture
def seat(_seat):
    """One page for all of them, whose scripts the browser keeps; each begins as one who was never here."""
    _seat.leave()
    return _seat


def told(frames: bytes) -> set[str]:
    marks = {"number": CANARY, "person": NAME, "partners": "งานสำหรับภาคี", "private": "งานลับภายใน"}
    return {mark for mark, text in marks.items() if text.encode() in frames}


def test_a_role_opens_what_it_may_see_and_sign_out_closes_it(seat, provider):
    assert told(seat.open(PLACE)) == set()
    seat.sign_in("team")
    assert seat.is_signed_in("Team@province.example")
    assert {"/.well-known/openid-configuration", "/authorize", "/token", "/keys"} <= set(provider.seen)
    assert told(seat.open(PLACE)) == {"number", "person", "partners", "private"}
    seat.follow(f"{TEAM_PAGE}?lang=th")
    assert seat.visit.title() == TEAM_TITLE
    seat.page.locator(".st-key-sign-out button").click()
    seat.page.get_by_text(SIGN_IN, exact=True).wait_for(timeout=90_000)
    assert "/end" in provider.seen  # the provider's own session ends, too
    assert told(seat.open(PLACE)) == set()


def test_a_partner_sees_what_is_for_partners_and_the_stranger_what_is_public(seat):
    seat.sign_in("partner")
    overview = seat.visit.title()
    assert told(seat.follow(PLACE)) == {"number", "person", "partners"}
    seat.open(TEAM_PAGE)
    assert seat.visit.title() == overview != TEAM_TITLE  # not a page of a partner: the overview
    seat.leave()
    seat.sign_in("stranger")
    assert seat.is_signed_in("who@elsewhere.example")
    assert told(seat.follow(PLACE)) == set()


def test_an_address_that_the_provider_did_not_verify_is_nobodys_name(seat):
    seat.sign_in("unverified")
    assert not seat.is_signed_in("team@province.example")
    assert told(seat.follow(PLACE)) == set()


def test_who_says_no_at_the_provider_stays_a_visitor(seat):
    seat.sign_in("nobody")
    seat.page.get_by_text(SIGN_IN, exact=True).wait_for()
    assert told(seat.follow(PLACE)) == set()


def test_a_token_signed_by_somebody_else_signs_nobody_in(seat, board, provider):
    seat.open("")
    provider.signs_badly = True
    try:
        seat.to_provider()
        seat.page.locator("#team").click()
        seat.page.wait_for_url(f"{board}/**", timeout=90_000)
    finally:
        provider.signs_badly = False
    assert told(seat.open(PLACE)) == set()
    seat.page.get_by_text(SIGN_IN, exact=True).wait_for()


def test_a_revoked_role_ends_at_once_though_the_cookie_lives_on(seat, store):
    loaders(store, "grant", "who@elsewhere.example", "data")
    seat.sign_in("stranger")
    assert "number" in told(seat.follow(PLACE))
    loaders(store, "grant", "who@elsewhere.example", "none")
    assert told(seat.follow(PLACE)) == set()
    assert told(seat.open(PLACE)) == set()
    assert seat.is_signed_in("who@elsewhere.example")
    seat.follow(f"{TEAM_PAGE}?lang=th")
    assert seat.visit.title() != TEAM_TITLE


def test_nothing_of_it_is_in_the_log(board, store):
    log = "".join(path.read_text(encoding="utf-8", errors="replace") for path in store.parent.glob("*.log"))
    assert [mark for mark in (CANARY, NAME, "งานลับภายใน", oidc_provider.SECRET) if mark in log] == []


def test_a_secrets_file_with_a_slip_in_it_opens_the_board_to_nobody(chromium, store, tmp_path):
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[auth]\nredirect_uri = "http', encoding="utf-8")
    with served.board(store, STREAMLIT_SECRETS_FILES=str(secrets)) as address:
        seat = Seat(chromium, address)
        assert told(seat.open(PLACE)) == set()
        seat.visit.says(catalogue("th")["sign_in_closed"])
        assert seat.page.get_by_text(SIGN_IN, exact=True).count() == 0
        seat.open(TEAM_PAGE)
        assert TEAM_TITLE not in seat.visit.text()
        seat.visit.says(catalogue("th")["closed_secrets_unreadable"])
        assert assistive.grave(seat.page) == []
