"""Files that come by themselves, from servers of our own on this machine: loaded, replaced, asked about, refused."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import func, select

from loaders import store
from loaders.__main__ import main
from loaders.fetch import run, sources, web
from loaders.fetch.sources import Source
from loaders.problems import Refused
from loaders.store import tables
from tests.conftest import ROOT
from tests.support import seeds

HEAD = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\n"
TOKEN = "a-secret-of-the-source"


def sheet(*baht: int) -> bytes:
    lines = [f"พมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,งานที่ {number},{value},2550\n" for number, value in enumerate(baht)]
    return (HEAD + "".join(lines)).encode()


class Office(ThreadingHTTPServer):
    """Plays every kind of source; ``answers`` by path: status, headers, body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Office

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        status, headers, body = self.server.answers.get(self.path, (404, {}, b""))
        if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
            status, body = 304, b""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with Office() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def engine(tmp_path, monkeypatch):
    path = seeds.copied("empty", tmp_path / "kradan.sqlite")
    monkeypatch.setenv("KRADAN_STORE", str(path))
    monkeypatch.setenv("KRADAN_FETCH_X_TOKEN", TOKEN)
    opened = store.open_store()
    yield opened
    opened.dispose()


def source(office: Office, **more) -> Source:
    return Source(
        **{
            "name": "s",
            "kind": "https",
            "base": "codi",
            "url": f"{office.url}/s.csv",
            "province": "80",
            "private": True,
            "plain": True,
        }
        | more
    )


def fetched(engine, *listed: Source) -> list[tuple[str, str | None]]:
    return [(told["state"], told.get("code")) for told in run.fetch_all(engine, listed)]


def baht(engine) -> int:
    batch, support = tables.import_batch, tables.support
    query = select(func.sum(support.c.amount_satang)).join(batch, batch.c.id == support.c.batch_id)
    with store.reading(engine) as connection:
        return int(connection.execute(query.where(batch.c.is_active)).scalar() or 0) // 100


def test_a_source_is_loaded_replaced_and_left_alone(engine, office):
    one = source(office)
    office.answers["/s.csv"] = (200, {"ETag": '"1"'}, sheet(100, 200))
    assert fetched(engine, one) == [("loaded", None)] and baht(engine) == 300
    assert fetched(engine, one) == [("unchanged", None)] and office.asked[-1][1]["If-None-Match"] == '"1"'
    office.answers["/s.csv"] = (200, {"ETag": '"2"'}, sheet(100, 250, 7))
    assert fetched(engine, one) == [("loaded", None)] and baht(engine) == 357  # the edition before is out of use
    office.answers["/s.csv"] = (500, {}, b"")
    assert fetched(engine, one) == [("refused", "fetch_answered")] and baht(engine) == 357
    office.answers["/s.csv"] = (200, {}, sheet(100, 250, 7))
    with store.writing(engine) as connection:
        last = run.known(engine, "s")["batch_id"]
        store.set_active(connection, [last], False, "x", "tester")
    office.answers["/s.csv"] = (200, {}, sheet(1))
    assert fetched(engine, one) == [("loaded", None)]
    with store.writing(engine) as connection:
        store.set_active(connection, [run.known(engine, "s")["batch_id"]], False, "x", "tester")
    assert fetched(engine, one) == [("unchanged", None)] and baht(engine) in (0, 357)  # what was withdrawn stays so
    with store.reading(engine) as connection:
        assert "fetch" in set(connection.execute(select(tables.import_batch.c.loaded_by)).scalars())


def test_a_total_that_is_not_met_is_told_and_stored(engine, office, monkeypatch, tmp_path, capsys):
    listed = tmp_path / "sources.toml"
    text = f"""[[source]]\nname = "s"\nkind = "https"\nurl = "{office.url}/s.csv"\nbase = "codi"\nprivate = true\nplain = true\n"""
    listed.write_text(text, encoding="utf-8")
    monkeypatch.setenv("KRADAN_FETCH", str(listed))
    office.answers["/s.csv"] = (200, {}, sheet(100, 200) + "รวมทั้งสิ้น,,,,,350,\n".encode())
    assert main(["fetch"]) == 3
    out, err = capsys.readouterr()
    told, complaint = json.loads(out), json.loads(err)
    assert (told["state"], told["code"], told["summary"]["loaded"]) == ("loaded", "fetch_total_unmet", 2)
    figures = {"row": 4, "value": "350.00", "suggestion": "300.00", "difference": "50.00"}
    assert figures.items() <= told["unmet"][0].items()
    assert figures.items() <= complaint.items() and complaint["message"]
    assert baht(engine) == 300
    assert run.known(engine, "s")["problem"] == "fetch_total_unmet"
    with store.reading(engine) as connection:
        noted = select(tables.audit.c.who, tables.audit.c.detail).where(tables.audit.c.action == "totals_unmet")
        assert connection.execute(noted).all() == [("fetch", "1")]
    office.answers["/s.csv"] = (200, {}, sheet(100, 200, 50) + "รวมทั้งสิ้น,,,,,350,\n".encode())
    assert main(["fetch"]) == 0 and run.known(engine, "s")["problem"] is None


def test_it_stops_at_a_question_and_keeps_the_file_for_a_person(engine, office, tmp_path):
    unclear = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ,งบเพิ่มเติมพิเศษ (บาท)\n"
    unclear += "พมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,งาน,100,2550,55\n"
    office.answers["/s.csv"] = (200, {}, unclear.encode())
    assert fetched(engine, source(office)) == [("asked", "understanding_unconfirmed")] and baht(engine) == 0
    assert (tmp_path / "fetched" / "s.csv").read_bytes() == unclear.encode()
    office.answers["/s.csv"] = (200, {}, sheet(5))
    assert fetched(engine, source(office)) == [("loaded", None)] and baht(engine) == 5
    assert list((tmp_path / "fetched").iterdir()) == []


def test_a_folder_is_watched_file_by_file(engine, tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.csv").write_bytes(sheet(10))
    (inbox / ".hidden.csv").write_bytes(sheet(99))
    (inbox / "link.csv").symlink_to("/etc/passwd")
    one = Source("in", "folder", "codi", path=str(inbox), province="80")
    assert [code for _, code in fetched(engine, one)] == ["fetch_not_settled"]
    os.utime(inbox / "a.csv", (1, 1))
    assert fetched(engine, one) == [("loaded", None)] and fetched(engine, one) == [("unchanged", None)]
    (inbox / "a.csv").write_bytes(sheet(10, 5))
    os.utime(inbox / "a.csv", (1, 1))
    assert fetched(engine, one) == [("loaded", None)] and baht(engine) == 15 and (inbox / "a.csv").exists()


def test_ckan_odk_and_kobo_and_whom_the_token_is_shown(engine, office):
    with Office() as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        elsewhere.answers["/file.csv"] = (200, {}, sheet(1))
        card = f'{{"result": {{"url": "{elsewhere.url}/file.csv"}}}}'.encode()
        office.answers["/api/3/action/resource_show?id=r-1"] = (200, {}, card)
        office.answers["/v1/projects/3/forms/plan/submissions.csv"] = (200, {}, sheet(2))
        office.answers["/api/v2/assets/a1/export-settings/e1/data.csv"] = (
            302,
            {"Location": f"{elsewhere.url}/file2.csv"},
            b"",
        )
        elsewhere.answers["/file2.csv"] = (200, {}, sheet(3))
        named = {"url": office.url, "token_env": "KRADAN_FETCH_X_TOKEN"}
        listed = [
            source(office, **named, name="c", kind="ckan", resource="r-1"),
            source(office, **named, name="o", kind="odk", project="3", form="plan", base="nhso"),
            source(office, **named, name="k", kind="kobo", asset="a1", setting="e1", base="thai_health"),
        ]
        assert [state for state, _ in fetched(engine, *listed)] == ["loaded"] * 3
        assert (
            office.asked[-2][1]["Authorization"] == f"Bearer {TOKEN}"
            and office.asked[-1][1]["Authorization"] == f"Token {TOKEN}"
        )
        assert len(elsewhere.asked) == 2 and all("Authorization" not in headers for _, headers in elsewhere.asked)
        elsewhere.shutdown()


def test_inner_networks_plain_http_endless_and_strange_answers_are_refused(engine, office, tmp_path, monkeypatch):
    def code(**more) -> str:
        with pytest.raises(Refused) as stop:
            web.fetch(source(office, **more), tmp_path / "x")
        return stop.value.problem.code

    asked = len(office.asked)
    assert code(plain=False) == "fetch_unsafe" and code(private=False) == "fetch_unsafe"
    for url in (
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://user:pw@127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://169.254.169.254/",
        "http://localhost/",
    ):
        assert code(url=url, private=False) == "fetch_unsafe", url
    assert len(office.asked) == asked
    for target, wanted in (
        (f"{office.url}/loop", "fetch_unsafe"),
        ("file:///etc/passwd", "fetch_unsafe"),
        ("http://127.0.0.1:9/", "fetch_away"),
    ):
        office.answers["/loop"] = (302, {"Location": target}, b"")
        assert code(url=f"{office.url}/loop") == wanted, target
    office.answers["/html"] = (200, {}, b"\n<!DOCTYPE html><title>Sign in</title>")
    office.answers["/gzip"] = (200, {"Content-Encoding": "gzip"}, b"x")
    assert code(url=f"{office.url}/html") == code(url=f"{office.url}/gzip") == "fetch_not_a_file"
    monkeypatch.setattr(web, "max_upload_bytes", lambda: 100)
    office.answers["/s.csv"] = (200, {}, b"x" * 101)
    assert code() == "fetch_large"
    monkeypatch.setenv("KRADAN_FETCH_X_TOKEN", "")
    assert code(token_env="KRADAN_FETCH_X_TOKEN") == "fetch_token_missing"


def test_a_name_that_turns_to_an_inner_address_is_asked_by_the_checked_number(office, tmp_path, monkeypatch):
    """DNS rebinding: what was looked up is what is asked; one inner address among several refuses the name."""
    looked = []

    def look_up(name, *_args, **_more):
        if name == "127.0.0.1":  # a number is no name
            return [(2, 1, 6, "", (name, _args[0]))]
        looked.append(name)
        return [(2, 1, 6, "", ("127.0.0.1", 0))] if len(looked) == 1 else pytest.fail("looked up again")

    monkeypatch.setattr(web.socket, "getaddrinfo", look_up)
    office.answers["/s.csv"] = (200, {}, sheet(1))
    found = web.fetch(
        source(office, url=office.url.replace("127.0.0.1", "data.example.go.th") + "/s.csv"), tmp_path / "x"
    )
    assert (
        found.is_new
        and office.asked[-1][1]["Host"].startswith("data.example.go.th")
        and looked == ["data.example.go.th"]
    )


def test_without_a_list_nothing_is_asked_and_a_faulty_list_is_refused_whole(
    engine, office, tmp_path, monkeypatch, capsys
):
    asked = len(office.asked)
    monkeypatch.delenv("KRADAN_FETCH", raising=False)
    assert main(["fetch"]) == 0 and '"sources": 0' in capsys.readouterr().out
    path = tmp_path / "list.toml"
    monkeypatch.setenv("KRADAN_FETCH", str(path))
    good = f'[[source]]\nname = "a"\nkind = "https"\nbase = "codi"\nurl = "{office.url}/s.csv"\n'
    for text in (
        good + 'secret = "x"\n',
        good.replace("https", "gopher"),
        good.replace('base = "codi"\n', ""),
        good + good,
        good + 'private = "yes"\n',
        "[",
    ):
        path.write_text(text, encoding="utf-8")
        assert main(["fetch"]) == 2, text
        assert "fetch_list_unreadable" in capsys.readouterr().err
    assert len(office.asked) == asked
    path.write_text(good + 'plain = true\nprivate = true\ntoken_env = "KRADAN_FETCH_X_TOKEN"\n', encoding="utf-8")
    assert [one.name for one in sources.listed()] == ["a"] and main(["fetch", "b"]) == 2
    office.answers["/s.csv"] = (200, {}, sheet(4))
    assert main(["fetch", "a"]) == 0 and baht(engine) == 4
    told = capsys.readouterr()
    assert TOKEN not in told.out + told.err
    with store.reading(engine) as connection:
        assert TOKEN not in repr(
            connection.execute(select(tables.audit)).all() + connection.execute(select(tables.fetched)).all()
        )


def test_the_timer_is_one_that_systemd_takes():
    import shutil

    if not (program := shutil.which("systemd-analyze")):
        pytest.skip("no systemd here")
    units = [str(ROOT / "deploy" / f"kradan-fetch.{kind}") for kind in ("service", "timer")]
    done = subprocess.run(
        [program, "verify", "--man=no", *units], capture_output=True, text=True, check=False, timeout=60
    )
    told = [line for line in done.stderr.splitlines() if "kradan-fetch" in line and "is not executable" not in line]
    assert told == [], done.stderr
