"""The small page behind the link on a sheet: what it shows, takes and tells; a link of one agency opens nothing of another."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import insert, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from loaders import store
from loaders.imports.review import replies as desk
from loaders.problems import Refused
from loaders.replies import links
from loaders.replies.links import Link
from loaders.store import tables, users
from pages.components import reply_link
from pages.phone import routes
from pages.queries import replies
from pages.queries import store as queries
from pages.session import cache
from pages.session.rates import Rate, asker
from pages.shell.first_page import middleware
from tests.support.stores import add_batch, support_rows

PHONE, BAD = "0812345987", "<script>alert(1)</script>"
SECRET = "งานลับของหน่วยงาน"


@pytest.fixture
def phone(sqlite_engine, monkeypatch):
    """A client of the board's own routes behind its own doors; two agencies with rows in one subdistrict, one private."""
    monkeypatch.setenv("KRADAN_LINK_KEY", "k" * 40)
    monkeypatch.setattr(queries, "engine", lambda: sqlite_engine)
    for name in ("LOOKS", "SENDS", "SENDS_OF_A_LINK", "SENDS_OF_AN_HOUR"):
        monkeypatch.setattr(routes, name, Rate(50, 60))
    cache.clear()
    with store.writing(sqlite_engine) as connection:
        for base, words in (("codi", f"ปลูกผัก {BAD} {PHONE}"), ("nhso", "ตรวจสุขภาพ"), ("dla", SECRET)):
            batch = add_batch(connection, base=base, file_sha256=base * 10, file_name=f"{base}.csv")
            more = {"agency_code": base, "activity": words, "area_code": "800106", "area_level": "subdistrict"}
            placed = {
                "subdistrict_code": "800106",
                "district_code": "8001",
                "province_code": "80",
                "amount_satang": 100,
            }
            connection.execute(insert(tables.support).values(**support_rows(batch, 1)[0] | more | placed))
        users.share(connection, "support", "dla", "private", "tester")
    app = Starlette(routes=list(routes.routes("")), middleware=middleware())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client
    cache.clear()


def mark(kind: str, code: str, agency: str = "") -> str:
    return f"/c/{links.sign(Link(kind, code, '80', agency), 0)}"


def fields(page: str, **more: str) -> dict[str, str]:
    return {"receipt": re.search(r'name="receipt" value="(\w+)"', page)[1], "answer": "wrong", "note": "ไม่ใช่", **more}


def test_the_page_shows_what_the_public_sees_and_runs_nothing(phone):
    page = phone.get(mark("subdistrict", "800106"))
    assert page.status_code == 200 and "ตรวจสุขภาพ" in page.text and "ปลูกผัก" in page.text
    assert (
        SECRET not in page.text
        and PHONE not in page.text
        and "<script" not in page.text
        and "&lt;script&gt;" in page.text
    )
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "script" not in policy
    assert page.headers["cache-control"] == "no-store" and page.headers["x-frame-options"] == "DENY"
    assert len(page.content) < 20_000
    assert "The whole page" in phone.get(mark("subdistrict", "800106") + "?lang=en").text


def test_a_link_of_one_agency_opens_nothing_of_another(phone):
    for kind, code in (("subdistrict", "800106"), ("agency", "codi"), ("province", "80"), ("district", "8001")):
        page = phone.get(mark(kind, code, "codi"))
        assert "ปลูกผัก" in page.text and "ตรวจสุขภาพ" not in page.text, kind
    assert "ปลูกผัก" not in phone.get(mark("agency", "nhso", "codi")).text
    forged = mark("agency", "codi", "codi").replace("~codi~codi~", "~nhso~nhso~")
    for address in (forged, "/c/x", "/c/" + "a" * 3000):
        answer = phone.get(address)
        assert answer.status_code == 404 and "ตรวจสุขภาพ" not in answer.text
        assert phone.post(address, data={"answer": "right"}, headers={"Origin": "http://127.0.0.1"}).status_code == 404


def test_sent_seen_by_the_desk_and_told_on_the_same_link(phone, sqlite_engine):
    address = mark("subdistrict", "800106", "codi")
    page = phone.get(address).text
    line = re.search(r'name="line" value="(\w{16})"', page)[1]
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "JPEG")
    sent = fields(page, line=line, note=f"จริง ๆ ได้ 2 บาท {BAD}", contact=PHONE)
    for _ in range(2):  # a finger that presses twice
        done = phone.post(address, data=sent, files={"picture": ("a.jpg", picture.getvalue(), "image/jpeg")})
        assert done.status_code == 200 and sent["receipt"] in str(done.url), done.text
    assert "รอทีมข้อมูลตรวจ" in done.text and "2 บาท" not in done.text and PHONE not in done.text
    with store.reading(sqlite_engine) as connection:
        rows = connection.execute(select(tables.reply)).mappings().all()
        assert len(rows) == 1 and rows[0]["contact"] == PHONE and rows[0]["file_sha256"] == "codi" * 10
        assert desk.row_of(connection, rows[0])["amount_satang"] == 100
    assert "2 บาท" not in phone.get(address).text
    desk.accept(sqlite_engine, 1, "ตรงกับเอกสาร", "tester", desk.Change("amount_satang", "2"))
    told = phone.get(f"{address}/{sent['receipt']}").text
    assert "รับแล้ว" in told and "2 บาท" in told and "ตรงกับเอกสาร" in told and "<script" not in told and PHONE not in told
    assert "2 บาท" in phone.get(address).text.split("</form>")[0]  # the corrected row
    assert sent["receipt"] not in phone.get(mark("subdistrict", "800106", "nhso")).text
    assert "2 บาท" not in phone.get(mark("subdistrict", "800106", "nhso")).text


def test_what_is_too_large_too_often_or_from_a_foreign_page_is_refused(phone, monkeypatch):
    address = mark("subdistrict", "800106")
    page = phone.get(address).text
    large = {"picture": ("a.jpg", b"x" * (routes.MOST_BYTES + 1), "image/jpeg")}
    assert phone.post(address, data=fields(page), files=large).status_code == 400
    svg = {"picture": ("a.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")}
    assert "JPEG" in phone.post(address, data=fields(page), files=svg).text
    assert phone.post(address, data=fields(page), headers={"Origin": "http://evil.example"}).status_code == 403
    assert phone.post(address, data=fields(page), headers={"Host": "evil.example"}).status_code == 421
    assert phone.post(address, data={f"f{number}": "x" for number in range(40)}).status_code == 400
    assert phone.post(address, data=fields(page, line="0" * 16)).status_code == 400  # a row that is not on this page
    monkeypatch.setattr(routes, "SENDS", Rate(1, 60))
    assert [phone.post(address, data=fields(page)).status_code for _ in range(2)] == [200, 429]


def test_the_short_link_of_the_wall_leads_to_the_page_of_what_is_in_sight(phone, monkeypatch, sqlite_engine):
    monkeypatch.setenv("KRADAN_HOSTS", "wall.example.go.th")
    begin, shorts = reply_link.on_wall(queries.current_scope("80"), ("gaps",))
    assert begin == "https://wall.example.go.th/k/" and len(set(shorts.values())) == len(shorts) > 190
    typed = f"{shorts['800106'][:5]}-{shorts['800106'][5:]}".lower()
    page = phone.get(f"/k/{typed}")
    assert page.status_code == 200 and "ตรวจสุขภาพ" in page.text and SECRET not in page.text
    assert "ช่องว่าง" in phone.get(f"/k/{shorts['view:gaps']}").text  # the view by name
    sent = phone.post(str(phone.get(f"/k/{shorts['view:gaps']}").url.copy_with(query=None)), data=fields(page.text))
    assert sent.status_code == 200 and "รอทีมข้อมูลตรวจ" in sent.text
    picture = phone.get(f"/k/{shorts['80']}.png")
    assert picture.headers["content-type"] == "image/png" and len(picture.content) < 500
    monkeypatch.setattr(routes, "MISSES", Rate(3, 600))
    for wrong in (shorts["80"][:-1] + "!", "80" + "0" * 8, "99" + shorts["80"][2:], "80"):
        assert phone.get(f"/k/{wrong}").status_code in (404, 429)
    assert phone.get(f"/k/{shorts['80']}").status_code == 429  # whoever guesses waits


def test_a_short_link_holds_for_its_month_and_the_next_and_is_taken_back(phone, sqlite_engine, monkeypatch):
    monkeypatch.setenv("KRADAN_HOSTS", "wall.example.go.th")
    scope = queries.current_scope("80")
    short = replies.shorts(scope, (), date(2026, 10, 31))["800106"]
    assert replies.behind(short, (), date(2026, 11, 30)) == Link("subdistrict", "800106", "80")
    with pytest.raises(Refused) as stop:
        replies.behind(short, (), date(2026, 12, 1))
    assert stop.value.problem.code == "link_unknown"
    with store.writing(sqlite_engine) as connection:
        links.revoke(connection, "tester", "แผ่นหาย")
    with pytest.raises(Refused):
        replies.behind(short, (), date(2026, 10, 31))
    monkeypatch.delenv("KRADAN_HOSTS")
    assert reply_link.on_wall(scope, ()) == ("", {})  # no telephone can open this board: no code


def test_a_form_that_is_none_is_said_to_be_broken_and_closes_the_link_to_nobody(phone, monkeypatch):
    address, two = mark("subdistrict", "800106"), [("picture", ("a", b"x")), ("picture", ("b", b"y"))]
    monkeypatch.setattr(routes, "SENDS_OF_A_LINK", Rate(1, 60))
    page = phone.get(address).text
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    broken = [
        phone.post(address, content=content, headers=form)
        for content in (b"zz--x--", b"--x\r\nContent-Disposition: a\r\n\r\nb")
    ]
    broken.append(phone.post(address, data=fields(page), files=two))
    for answer in broken:
        assert answer.status_code == 400 and "แบบฟอร์มมาไม่ครบ" in answer.text
    assert phone.post(address, content=b"{}", headers={"Content-Type": "application/json"}).status_code == 400
    assert phone.post(address, data=fields(page, answer="delete")).status_code == 400
    assert "2000" in phone.post(address, data=fields(page, note="ก" * 2001)).text
    assert [phone.post(address, data=fields(phone.get(address).text)).status_code for _ in range(2)] == [200, 429]


def test_one_asker_has_one_count_whatever_addresses_it_has():
    def who(peer: str) -> str:
        return asker(Request({"type": "http", "headers": [], "client": (peer, 1)}))

    assert who("2001:db8:1:2::7") == who("2001:db8:1:2:9::1") != who("2001:db8:1:3::7")
    assert who("192.168.1.7") == "192.168.1.7" and who("::ffff:192.168.1.7") != who("::ffff:192.168.1.8")
