"""A visitor who did not sign in gets no masked value through any page: not on screen, not in a frame, not in the log."""

from __future__ import annotations

import json

import pytest

from loaders.layouts import templates
from loaders.store import tables
from tests.support import served

CANARY = "0812345987"
NAME = "นางสาวทดสอบ นกขมิ้น"
HOSTILE = "<img src=x onerror='window.top.hacked=1'><script>window.top.hacked=1</script>"
# Every column of every register that holds what a person wrote freely; an unknown word puts the row into quarantine.
FREE_TEXT = {
    "support": ("activity", "implementer", "reference"),
    "plan": ("priority_theme",),
    "welfare_fund": ("fund_name",),
    "contribution": ("source",),
    "organisation": ("organisation_name", "village_list"),
    "indicator": ("indicator_code",),
    "role_holder": ("organisation_name", "phone"),
    "agency": ("name_th", "short_th", "name_en"),
    "stream": ("name_th", "condition_th", "owner"),
}
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:1/oauth2callback"
cookie_secret = "a-secret-for-the-test-only-0123456789"
client_id = "kradan"
client_secret = "none"
server_metadata_url = "http://127.0.0.1:1/.well-known/openid-configuration"
"""


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
    hostile = folder / "hostile.csv"
    hostile.write_text(
        f'หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\n"{HOSTILE}",ท่าดี,ลานสกา,นครศรีธรรมราช,"{HOSTILE}",1000,2550\n',
        encoding="utf-8",
    )
    done = served.run_import(path, hostile)
    assert json.loads(done.stdout)["loaded"] == 1, done.stderr
    people = folder / "people.csv"
    people.write_text(f"บทบาทหน้าที่,ตำบล,อำเภอ,ชื่อผู้รับบทบาท,โทรศัพท์\nคุณเอื้อ,ท่าดี,ลานสกา,{NAME},{CANARY}\n", encoding="utf-8")
    done = served.run_import(path, people)
    assert json.loads(done.stdout)["loaded"] == 1, done.stderr
    sheets = [folder / f"{register} {CANARY}.xlsx" for register in FREE_TEXT]
    for register, sheet in zip(FREE_TEXT, sheets, strict=True):
        row = templates.example_rows(register)[0]
        place = {"subdistrict": "ท่าดี", "district": "ลานสกา"} if "subdistrict" in row else {}
        templates.write_template(register, sheet, [row | place | dict.fromkeys(FREE_TEXT[register], f"โทร {CANARY}")])
    done = served.run_import(path, *sheets, base="codi")
    assert [json.loads(line)["rows_in"] for line in done.stdout.splitlines()] == [1] * len(sheets), done.stderr
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


VIEWS = (
    "", "coverage?lang=th", "gaps?lang=th", "overlaps?lang=th", "subdistrict?subdistrict=800303", "agency?agency=psdhs", "agency?agency=codi",
    "matrix?lang=th", "currents?lang=th", "ranking?lang=th", "welfare?lang=th", "selection?lang=th", "sources?lang=th", "areas?lang=th",
)  # fmt: skip


def test_every_register_has_its_canary():
    assert set(FREE_TEXT) == set(tables.REGISTERS)


@pytest.fixture(scope="module")
def without_sign_in(store):
    with served.board(store) as address:
        yield address


def test_without_sign_in_the_one_person_at_the_machine_sees_the_rows_as_text(chromium, without_sign_in):
    seen, frames = frames_of(chromium, without_sign_in, "subdistrict?subdistrict=800303")
    # the watch can see what is sent
    assert seen.until(lambda: any(CANARY.encode() in frame for frame in frames), bool)

    # markup in data stays text
    for link in (
        "overview?lang=th",
        "coverage?lang=th",
        "overlaps?lang=th",
        "subdistrict?subdistrict=800303",
        "sources?lang=th",
    ):
        seen.follow(link)
        assert seen.page.evaluate("window.top.hacked") is None, link
    assert any(b"onerror" in frame for frame in frames)
    # a role that cannot be given or taken is said
    seen.follow("sharing?lang=en")
    seen.page.get_by_role("tab", name="Roles of those who sign in").click()
    seen.page.get_by_role("button", name="Give role").click()
    seen.says("Give the sign-in name")
    name = seen.page.get_by_role("textbox", name="Sign-in name (e-mail)")
    name.fill(" wand@office.example ")
    seen.page.get_by_role("button", name="Take role back").click()
    seen.says("No account “wand@office.example” holds a role")


def test_a_visitor_gets_no_masked_value_and_no_view_of_the_team(chromium, store, tmp_path):
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(SECRETS, encoding="utf-8")
    with served.board(store, STREAMLIT_SECRETS_FILES=str(secrets)) as address:
        seen, frames = frames_of(chromium, address, "")
        overview = seen.title()
        for view in VIEWS:
            if view:
                seen.follow(view)
            assert frames
            assert not any(CANARY.encode() in frame or NAME.encode() in frame for frame in frames), view
            seen.page.get_by_text("ลงชื่อเข้าใช้", exact=True).wait_for()
            frames.clear()
        for view in ("imports", "review", "sharing", "meeting"):
            if view == "imports":  # as an address that somebody was given
                seen.page.goto(f"{address}/{view}")
                seen.title()
                seen.settled()
            else:
                seen.follow(f"{view}?lang=th")
            seen.titled(overview)  # an unknown address shows the overview
            assert seen.page.locator(f'.kradan-menu a[href^="{view}"]').count() == 0
            assert seen.page.locator('.kradan-menu a[href^="sources"]').count() == 1
            assert not any(CANARY.encode() in frame for frame in frames)
    log = "".join(path.read_text(encoding="utf-8", errors="replace") for path in store.parent.glob("*.log"))
    assert CANARY not in log
