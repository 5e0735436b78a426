"""A visitor who did not sign in gets no masked value through any page: not on screen, not in a frame, not in the log.

Nor by a link on a sheet, through ``/api``, nor in the published folder.
"""

from __future__ import annotations

import json
import re
import urllib.request
from datetime import date

import pytest
from sqlalchemy import select

from geo import registers as rooms
from loaders import registers
from loaders import store as data_store
from loaders.decisions import Basis, meetings, notes
from loaders.imports.by_hand import entries as by_hand
from loaders.imports.review import replies as desk
from loaders.layouts import templates
from loaders.replies import inbox, links
from loaders.replies.links import Link
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM, PUBLIC
from pages.api import collections
from pages.meeting.publish import make
from tests.support import asked, served
from tests.support.meeting_store import opened

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
# Of registers that are defined as data the definitions say it: a new one has its canary with its file.
FREE_TEXT |= {
    name: tuple(column.name for column in one.columns if column.form == "text")
    for name, one in registers.defined().items()
}
KEY, PLACE, LINK = "k" * 40, "800303", Link("subdistrict", "800303", "80")
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
    engine = data_store.open_store(f"sqlite:///{path.as_posix()}")
    with data_store.writing(engine) as connection:  # held before anything came: all of it has changed since
        meetings.freeze(connection, f"ประชุม {CANARY}", {}, NAME, Basis("", "80"))
    engine.dispose()
    heads = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\n"
    files = {
        "support": f"{heads}พมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,ติดต่อ {CANARY},1000,2550\n",
        "hostile": f'{heads}"{HOSTILE}",ท่าดี,ลานสกา,นครศรีธรรมราช,"{HOSTILE}",1000,2550\n',
        "people": f"บทบาทหน้าที่,ตำบล,อำเภอ,ชื่อผู้รับบทบาท,โทรศัพท์\nคุณเอื้อ,ท่าดี,ลานสกา,{NAME},{CANARY}\n",
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    done = served.run_import(path, *(folder / f"{name}.csv" for name in files))
    assert [json.loads(line)["loaded"] for line in done.stdout.splitlines()] == [1, 1, 1], done.stderr
    sheets = [folder / f"{register} {CANARY}.xlsx" for register in FREE_TEXT]
    rows = {register: canary_rows(register) for register in FREE_TEXT}
    for register, sheet in zip(FREE_TEXT, sheets, strict=True):
        templates.write_template(register, sheet, rows[register])
    done = served.run_import(path, *sheets, base="codi")
    assert [json.loads(line)["rows_in"] for line in done.stdout.splitlines()] == [*map(len, rows.values())], done.stderr
    said_by_people(path)
    return path


def canary_rows(register: str) -> list[dict[str, str]]:
    """A row with the canary in every free text, and for each kind of entry one in which a person stands by name."""
    example = templates.example_rows(register)[0]
    place = {"subdistrict": "ท่าดี", "district": "ลานสกา"} if "subdistrict" in example else {}
    first = example | place | dict.fromkeys(FREE_TEXT[register], f"โทร {CANARY}")
    columns = {column.name: column for column in registers.defined()[register].columns} if register in registers.defined() else {}  # fmt: skip
    people = {}
    for column in columns.values():
        if column.private_when:
            kind, code = column.private_when
            people |= {column.name: NAME, kind: columns[kind].codes[code][0]}
    kinds = [
        {name: words[0]} for name, one in columns.items() if one.is_kind and one.codes for words in one.codes.values()
    ]
    return [first, *(first | kind | people for kind in kinds if people)]


def said_by_people(path) -> None:
    """What people wrote on the board: changes of entries by hand, a note for everyone, whom to ask, replies by link."""
    engine, basis = data_store.open_store(f"sqlite:///{path.as_posix()}"), Basis("", "80")
    with data_store.writing(engine) as connection:
        entry, words = tables.entry, f"โทร {CANARY}"
        for register, cells in (("looking_after", {"carer": NAME, "phone": CANARY}), ("membership", {"member": NAME})):
            query = select(entry.c.id).where(entry.c.register == register, entry.c.content.contains(NAME))
            number = connection.execute(query.order_by(entry.c.id)).scalars().first()
            changed = {name: f"{value} ({value})" for name, value in cells.items()}
            by_hand.correct(connection, register, number, changed, NAME, words)
        person = {"carer": NAME, "carer_kind": "คน", "looked_after": "พื้นที่", "phone": CANARY}
        by_hand.add(connection, "looking_after", person, PLACE, NAME, words)
        notes.write_note(connection, "place", PLACE, words, "everyone", NAME, basis)
        notes.set_person(connection, "codi", words, NAME, basis, name=NAME, phone=CANARY, retain_until=date(2999, 1, 1))
        for receipt in ("a" * 32, "b" * 32):
            inbox.send(connection, LINK, inbox.Message(receipt, "wrong", words, NAME))
        accepted = connection.execute(select(tables.reply.c.id)).scalars().first()
    desk.accept(engine, accepted, words, NAME)
    engine.dispose()


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


def is_told(content: bytes) -> bool:
    """Whether the canary or the name is in it, written as it is or as JSON and addresses write it."""
    forms = (CANARY, NAME, json.dumps(NAME)[1:-1], CANARY[1:], "".join(NAME.split()))
    return any(form.encode() in content for form in forms)


def entries(frames: bytes, view: str) -> int:
    """How often the menu leads to a view."""
    menu = re.search(rb'class="kradan-menu".*?</nav>', frames, re.DOTALL)
    assert menu
    return len(re.findall(rf'<a[^>]* href="{view}["?]'.encode(), menu[0]))


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read()


VIEWS = (
    "", "coverage?lang=th", "gaps?lang=th", "overlaps?lang=th", "subdistrict?subdistrict=800303", "agency?agency=psdhs", "agency?agency=codi",
    "matrix?lang=th", "currents?lang=th", "ranking?lang=th", "welfare?lang=th", "selection?lang=th", "sources?lang=th", "areas?lang=th",
    "loop?list=changed", "loop?list=before", "loop?list=work", "loop?list=notes", "loop?list=ask", "rudder?lang=th", "help_needed?lang=th",
    "registers?register=membership&shown=entries", "registers?register=looking_after&shown=entries",
    "registers?register=looking_after&shown=nobody", "registers?register=membership&shown=unlinked&list=unlinked",
    "registers?register=people&open=open&list=without", f"overview?lens=questions&card={PLACE}", "currents?shown=speed", "currents?shown=pull",
)  # fmt: skip
# A room without a link above is opened as it is: a new register has its place here with its definition.
VIEWS += tuple(
    f"registers?register={name}" for name in rooms.REGISTERS if not any(f"register={name}&" in view for view in VIEWS)
)


def test_every_register_has_its_canary():
    assert set(FREE_TEXT) == set(tables.REGISTERS)


def test_every_canary_is_in_the_store_for_the_team_and_for_nobody_else(store):
    engine = data_store.open_store(f"sqlite:///{store.as_posix()}")
    with data_store.reading(engine) as connection:
        waiting = data_store.read_table(connection, tables.quarantine, viewer=DATA_TEAM).to_csv()
        for register in FREE_TEXT:
            seen = {
                viewer: data_store.read_register(connection, register, viewer=viewer) for viewer in (DATA_TEAM, PUBLIC)
            }
            assert CANARY in seen[DATA_TEAM].to_csv() + waiting, register
            assert not is_told(seen[PUBLIC].to_csv().encode()), register
            if one := registers.defined().get(register):
                without = [c.name for c in one.columns if c.form == "text" and not seen[DATA_TEAM][c.stored].str.contains(CANARY).any()]  # fmt: skip
                assert not without, register
                assert NAME in seen[DATA_TEAM].to_csv() or not any(c.private_when for c in one.columns), register
    engine.dispose()


def test_what_is_published_holds_no_canary(store):
    with opened(store):
        facts = make.facts_of("80")
        made = make.files(facts, make.Chosen((PLACE,), ("coverage",), ()), date(2026, 11, 30))
    assert "ท่าดี" in made[f"subdistrict-{PLACE}.html"].decode()
    assert not [name for name, content in made.items() if is_told(content)]


@pytest.fixture(scope="module")
def without_sign_in(store):
    with served.board(store) as address:
        yield address


def test_without_sign_in_the_one_person_at_the_machine_sees_the_rows_as_text(chromium, without_sign_in):
    seen, frames = frames_of(chromium, without_sign_in, "subdistrict?subdistrict=800303")
    # the watch can see what is sent
    assert seen.until(lambda: any(CANARY.encode() in frame for frame in frames), bool)

    # markup in data stays text
    for link in ("", "overview?lang=th", "coverage?lang=th", "overlaps?lang=th", "sources?lang=th"):
        if link:
            seen.follow(link)
        assert seen.page.evaluate("window.top.hacked") is None, link
    assert any(b"onerror" in frame for frame in frames)
    # where the visitor's sweep finds nothing there is something to find; names of people are for who signed in
    links = ("registers?register=target", "loop?list=notes", "registers?register=membership")
    target, written, membership = (asked.frames(without_sign_in, link) for link in links)
    assert CANARY.encode() in target and CANARY.encode() in written
    assert NAME.encode() not in membership
    # a role that cannot be given or taken is said
    seen.follow("sharing?lang=en")
    seen.page.get_by_role("tab", name="Roles of those who sign in").click()
    seen.page.get_by_role("button", name="Give role").click()
    seen.says("Give the sign-in name")
    name = seen.page.get_by_role("textbox", name="Sign-in name (e-mail)")
    name.fill(" wand@office.example ")
    seen.page.get_by_role("button", name="Take role back").click()
    seen.says("No account “wand@office.example” holds a role")


def test_a_visitor_gets_no_masked_value_and_no_view_of_the_team(chromium, store, tmp_path, monkeypatch):
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(SECRETS, encoding="utf-8")
    monkeypatch.setenv("KRADAN_LINK_KEY", KEY)
    mark = links.sign(LINK, 0)
    with served.board(store, STREAMLIT_SECRETS_FILES=str(secrets), KRADAN_LINK_KEY=KEY) as address:
        phone = fetched(f"{address}/c/{mark}")
        assert "•••".encode() in phone and not is_told(phone)
        for name in collections.by_name():
            for path in (
                f"collections/{name}/items?year=all&limit=1000",
                f"tables/{name}.json?year=all",
                f"tables/{name}.csv?year=all",
            ):
                assert not is_told(fetched(f"{address}/api/{path}")), path
        for view in VIEWS:
            sent = asked.frames(address, view)
            assert not is_told(sent), view
            assert "ลงชื่อเข้าใช้".encode() in sent, view
        overview = asked.title(asked.frames(address, VIEWS[0]))
        for view in ("imports", "review", "sharing", "meeting"):
            sent = asked.frames(address, view)
            assert asked.title(sent) == overview, view  # an unknown address shows the overview
            assert not is_told(sent), view
            assert (entries(sent, view), entries(sent, "sources")) == (0, 1), view
        # as an address that somebody was given
        seen, frames = frames_of(chromium, address, "imports")
        seen.titled(overview)
        seen.page.get_by_text("ลงชื่อเข้าใช้", exact=True).wait_for()
        assert seen.page.locator('.kradan-menu a[href^="imports"]').count() == 0
        assert seen.page.locator('.kradan-menu a[href^="sources"]').count() == 1
        assert frames and not any(map(is_told, frames))
    log = "".join(path.read_text(encoding="utf-8", errors="replace") for path in store.parent.glob("*.log"))
    assert CANARY not in log
