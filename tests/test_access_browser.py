"""A visitor who did not sign in gets no masked value through any page: not on screen, not in a frame, not in the log."""

from __future__ import annotations

import json

import pytest

from tests import served

pytestmark = pytest.mark.xdist_group("browser")
CANARY = "0812345987"
NAME = "นางสาวทดสอบ นกขมิ้น"
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:1/oauth2callback"
cookie_secret = "a-secret-for-the-test-only-0123456789"
client_id = "kradan"
client_secret = "none"
server_metadata_url = "http://127.0.0.1:1/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def chromium():
    with served.browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = served.make_store(tmp_path_factory.mktemp("access") / "kradan.sqlite", demo=False)
    folder = path.parent
    money = folder / "support.csv"
    money.write_text(
        f"หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\nพมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,ติดต่อ {CANARY},1000,2550\n",
        encoding="utf-8",
    )
    done = served.run_import(path, money)
    assert json.loads(done.stdout)["loaded"] == 1, done.stderr
    people = folder / "people.csv"
    people.write_text(f"บทบาทหน้าที่,ตำบล,อำเภอ,ชื่อผู้รับบทบาท,โทรศัพท์\nคุณเอื้อ,ท่าดี,ลานสกา,{NAME},{CANARY}\n", encoding="utf-8")
    done = served.run_import(path, people)
    assert json.loads(done.stdout)["loaded"] == 1, done.stderr
    return path


def frames_of(chromium, address: str, view: str) -> tuple[served.Visit, list[bytes]]:
    seen = served.visit(chromium, "about:blank")
    frames: list[bytes] = []

    def watch(socket) -> None:
        socket.on("framereceived", lambda data: frames.append(data if isinstance(data, bytes) else data.encode()))

    seen.page.on("websocket", watch)
    seen.page.goto(f"{address}/{view}")
    seen.title()
    seen.settled()
    return seen, frames


VIEWS = ("", "coverage", "subdistrict?subdistrict=800303", "agency?agency=psdhs", "sources")


def test_without_sign_in_the_one_person_at_the_machine_sees_the_rows(chromium, store):
    with served.board(store) as address:
        seen, frames = frames_of(chromium, address, "subdistrict?subdistrict=800303")
        # the watch can see what is sent
        assert seen.until(lambda: any(CANARY.encode() in frame for frame in frames), bool)


def test_a_visitor_gets_no_masked_value_and_no_view_of_the_team(chromium, store, tmp_path):
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(SECRETS, encoding="utf-8")
    with served.board(store, STREAMLIT_SECRETS_FILES=str(secrets)) as address:
        for view in VIEWS:
            seen, frames = frames_of(chromium, address, view)
            assert frames
            assert not any(CANARY.encode() in frame or NAME.encode() in frame for frame in frames), view
            seen.page.get_by_text("ลงชื่อเข้าใช้", exact=True).wait_for()
        for view in ("imports", "review", "sharing", "meeting"):
            seen, frames = frames_of(chromium, address, view)
            seen.titled("จาก 170 ตำบล")  # an unknown address shows the overview
            assert not any(CANARY.encode() in frame for frame in frames)
    log = "".join(path.read_text(encoding="utf-8", errors="replace") for path in store.parent.glob("*.log"))
    assert CANARY not in log
