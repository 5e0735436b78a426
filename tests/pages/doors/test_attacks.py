"""Our own server attacked: another machine, a proxy, a rebound name, a foreign page, files from nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from loaders.words import catalogue
from pages.shell import navigation
from tests.pages.doors import attacker
from tests.support import served

CANARY = "0812345987"
OFFICE = "board.example.go.th"
TEAM = 'href=\\"imports\\"'
CLOSED = catalogue("th")["sign_in_closed"]
PLACE = "subdistrict=800303"


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[str, list[bytes]]]:
    with attacker.overheard() as found:
        yield found


@pytest.fixture(scope="module")
def board(tmp_path_factory, asked) -> Iterator[str]:
    """A board without sign-in, as ``make run`` starts it, with one private contact in it and its way out overheard."""
    store = served.make_store(tmp_path_factory.mktemp("attacked") / "kradan.sqlite", demo=False)
    people = store.parent / "people.csv"
    people.write_text(f"บทบาทหน้าที่,ตำบล,อำเภอ,ชื่อผู้รับบทบาท,โทรศัพท์\nคุณเอื้อ,ท่าดี,ลานสกา,สมศรี,{CANARY}\n", encoding="utf-8")
    money = store.parent / "money.csv"
    money.write_text(
        f"หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\nพมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,ติดต่อ {CANARY},1000,2550\n",
        encoding="utf-8",
    )
    done = served.run_import(store, people, money)
    assert [json.loads(line)["loaded"] for line in done.stdout.splitlines()] == [1, 1], done.stderr
    ways = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), asked[0])
    with served.board(store, KRADAN_HOSTS=OFFICE, HOME=str(store.parent), **ways) as address:
        yield address


def is_team(heard: attacker.Heard | None) -> bool:
    assert heard is not None
    return b'href="imports"' in heard.frames


def test_the_person_at_this_machine_works_without_signing_in(board):
    heard = attacker.listen(board, "subdistrict", query=PLACE)
    assert is_team(heard) and heard.says(CANARY)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": OFFICE, "X-Forwarded-For": "10.1.2.3"},  # the proxy of deploy/nginx.conf
        {"Host": OFFICE},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 office"},
    ],
)
def test_whoever_comes_another_way_is_the_public(board, headers):
    heard = attacker.listen(board, "subdistrict", headers, query=PLACE)
    assert not is_team(heard) and not heard.says(CANARY) and heard.says(CLOSED)
    assert heard.says("/static/")  # the public's board is there all the same
    for view in ("sharing", "imports"):
        heard = attacker.listen(board, view, headers)
        assert not is_team(heard)
        assert heard.says(catalogue("th")["closed_sign_in_from_elsewhere"]), view


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "", "a@localhost"])
def test_a_name_that_is_not_ours_is_not_answered(board, asked, host):
    """DNS rebinding: the name is the attacker's, the address this machine's."""
    assert attacker.ask(board, "/", {"Host": host})[0] in (400, 421)
    assert attacker.ask(board, "/_stcore/host-config", {"Host": host})[0] in (400, 421)
    if host and "@" not in host:
        assert attacker.listen(board, headers={"Host": host}) is None
    assert asked[1] == []


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:3000", "http://127.0.0.1:3000", "null"])
def test_a_page_of_another_origin_gets_no_session_and_no_answer(board, asked, origin):
    assert attacker.listen(board, origin=origin) is None
    for path, method in (
        ("/_stcore/health", "GET"),
        ("/_stcore/host-config", "GET"),
        ("/_stcore/upload_file/session/file", "OPTIONS"),
        ("/_stcore/upload_file/session/file", "PUT"),
        ("/healthz", "GET"),
    ):
        status, headers, _ = attacker.ask(board, path, {"Origin": origin}, method)
        assert status == 403, path
        assert "access-control-allow-origin" not in {name.lower() for name, _ in headers}
    assert asked[1] == []  # Streamlit would ask a foreign host for this machine's address


def test_what_is_streamlits_own_is_for_this_machine(board):
    assert attacker.ask(board, "/_stcore/metrics")[0] == 200
    for headers in ({"Host": OFFICE}, {"X-Forwarded-For": "10.1.2.3"}):
        assert attacker.ask(board, "/_stcore/metrics", headers)[0] == 404
        assert attacker.ask(board, "/_stcore/health", headers)[0] == 200


def test_cookies_are_secure_where_the_page_came_by_tls(board):
    def cookies(headers: dict[str, str]) -> list[str]:
        return [
            value for name, value in attacker.ask(board, "/_stcore/host-config", headers)[1] if name == "set-cookie"
        ] + [value for name, value in attacker.ask(board, "/_stcore/health", headers)[1] if name == "set-cookie"]

    by_tls = cookies({"Host": OFFICE, "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.2.3"})
    assert by_tls and all("; secure" in one.lower() for one in by_tls)
    assert all("; secure" not in one.lower() for one in cookies({}))


def upload(
    board: str, session: str, size: int = 64, headers: dict[str, str] | None = None, body: bytes | None = None
) -> int:
    edge = "x"
    form = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'.encode()
    whole = form + b"0" * size + f"\r\n--{edge}--\r\n".encode() if body is None else body
    found = [value for name, value in attacker.ask(board, "/_stcore/health")[1] if name == "set-cookie"]
    token = found[0].split(";")[0].partition("=")[2]  # anybody is given one
    token = {
        "X-Xsrftoken": token,
        "Cookie": f"_streamlit_xsrf={token}",
        "Content-Type": f"multipart/form-data; boundary={edge}",
    }
    return attacker.ask(board, f"/_stcore/upload_file/{session}/f", token | (headers or {}), "PUT", whole)[0]


def test_a_session_that_may_not_import_brings_no_file(board):
    """The refusal is ours and comes before Streamlit's own check, and before the body."""
    visitor = attacker.listen(board, headers={"Host": OFFICE})
    assert upload(board, visitor.session) == 403
    assert upload(board, "no-session") == 403
    assert upload(board, visitor.session, headers={"Content-Length": str(50 << 20)}, body=b"0" * 4096) == 403


def test_every_page_stands_for_the_public(board):
    """A read that passes the viewer by is an error of the program: it would be seen here, as a page that failed."""
    failed = [catalogue("th")[key] for key in ("problem_view_failed", "problem_store_failed", "problem_not_allowed")]
    for view in (name for name in navigation.VIEWS if name not in navigation.TEAM_VIEWS):
        heard = attacker.listen(board, view, {"Host": OFFICE}, query=PLACE)
        assert not is_team(heard) and not heard.says(CANARY), view
        assert [words for words in failed if heard.says(words)] == [], view


def test_a_balancer_and_a_monitor_are_answered(board):
    for headers in ({}, {"Host": "10.0.0.7:8501"}, {"Host": OFFICE, "X-Forwarded-For": "10.1.2.3"}):
        assert attacker.ask(board, "/healthz", headers)[0::2] == (200, b"ok")
    text = attacker.ask(board, "/metrics")[2].decode()
    assert "kradan_store_ready 1.0" in text and 'kradan_refused_total{reason="door_' in text
    assert attacker.ask(board, "/metrics", {"Host": OFFICE})[0] == 404
