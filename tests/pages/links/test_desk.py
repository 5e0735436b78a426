"""Messages by link at the review desk, and the address that a code on paper leads to."""

from __future__ import annotations

import io
import socket

import pytest
import segno
from PIL import Image
from sqlalchemy import insert, select
from streamlit.testing.v1 import AppTest

from loaders import doors, store
from loaders.replies import inbox, links
from loaders.replies.inbox import Message
from loaders.replies.links import Link
from loaders.store import tables
from pages.components import reply_link
from pages.components.reply_link import Address
from pages.queries import store as queries
from pages.shell import doors as shell_doors
from tests.support import seeds
from tests.support.meeting_store import opened
from tests.support.stores import add_batch, support_rows


def desk() -> None:
    from pages.queries import store as queries
    from pages.review import replies

    replies.desk(queries.current_scope("80"))


@pytest.fixture
def waiting(tmp_path, monkeypatch):
    """Two messages, one of which names a row."""
    monkeypatch.setenv("KRADAN_LINK_KEY", "k" * 40)
    with opened(seeds.copied("empty", tmp_path / "kradan.sqlite")):
        with store.writing(queries.engine()) as connection:
            batch = add_batch(connection, base="codi", file_name="x.csv", file_sha256="f" * 64)
            placed = {
                "area_code": "800106",
                "area_level": "subdistrict",
                "subdistrict_code": "800106",
                "district_code": "8001",
                "province_code": "80",
            }
            row = (
                support_rows(batch, 1)[0]
                | placed
                | {"agency_code": "codi", "amount_satang": 100, "sheet": "s", "row": 5}
            )
            connection.execute(insert(tables.support).values(**row))
            store.finish_batch(connection, batch)
            inbox.send(
                connection,
                Link("agency", "codi", "80", "codi"),
                Message("0" * 32, "missing", "ขาด [หนึ่ง](http://evil.example)"),
            )
            inbox.send(
                connection,
                Link("subdistrict", "800106", "80"),
                Message("1" * 32, "wrong", "ได้ 3 บาท", "สมศรี 0812345987", row=("f" * 64, "s", 5), line="ปลูกผัก"),
            )
        yield queries.engine()


def test_a_person_accepts_with_a_change_or_refuses_with_a_reason(waiting):
    page = AppTest.from_function(desk, default_timeout=120).run()
    assert not page.exception and len(page.selectbox[0].options) == 2
    said = [one.value for one in page.text]
    assert "ได้ 3 บาท" in said and any("0812345987" in one for one in said)
    page.selectbox[1].set_value("amount_satang")
    page.text_input[0].set_value("3")
    page.button[0].click().run()  # without a reason
    assert page.warning and not page.exception
    page.text_input[0].set_value("3")
    page.text_input[1].set_value("ตรวจแล้ว")
    page.selectbox[1].set_value("amount_satang")
    page.button[0].click().run()
    assert not page.exception and len(page.selectbox[0].options) == 1
    page.text_input[0].set_value("มีอยู่แล้ว")
    page.button[1].click().run()
    assert not page.exception
    with store.reading(waiting) as connection:
        assert connection.execute(select(tables.support.c.amount_satang)).scalar() == 300
        states = connection.execute(
            select(tables.reply.c.state, tables.reply.c.reason).order_by(tables.reply.c.id)
        ).all()
    assert [tuple(row) for row in states] == [("refused", "มีอยู่แล้ว"), ("accepted", "ตรวจแล้ว")]


def test_the_room_opens_the_board_by_the_address_on_paper(monkeypatch):
    for name in ("KRADAN_ADDRESS", "KRADAN_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    assert links.room_address(8501) == ("http://127.0.0.1:8501", True) and not doors.serves_the_room()
    monkeypatch.setattr(doors, "lan_address", lambda: "192.168.7.9")
    ask = lambda host: shell_doors.refusal("/c/x", "192.168.7.20", [("host", host)])  # noqa: E731
    assert ask("192.168.7.9:8501") == (421, "door_host")  # closed until it is wanted
    monkeypatch.setenv("KRADAN_ADDRESS", "lan")
    assert links.room_address(8501, "/kradan") == ("http://192.168.7.9:8501/kradan", False)
    assert (
        ask("192.168.7.9:8501") is None and ask("192.168.7.10:8501") == (421, "door_host") and doors.serves_the_room()
    )
    assert not doors.is_here("192.168.7.20", [("host", "192.168.7.9:8501")])  # and whoever comes so is the public
    monkeypatch.setattr(doors, "lan_address", lambda: None)
    assert links.room_address(8501) == ("http://127.0.0.1:8501", True)  # no network: it is said on the sheet
    monkeypatch.setenv("KRADAN_ADDRESS", "https://board.example.go.th/")
    assert links.room_address(8501) == ("https://board.example.go.th", False) and not doors.serves_the_room()
    assert ask("board.example.go.th") is None
    monkeypatch.delenv("KRADAN_ADDRESS")
    monkeypatch.setenv("KRADAN_HOSTS", "one.go.th, two.go.th")
    assert links.room_address(8501) == ("https://one.go.th", False)


def test_a_room_without_a_way_out_has_an_address_too(monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    own = {b"docker0": "172.17.0.1", b"wlan0": "10.77.0.1", b"lo": "127.0.0.1"}

    def told(_number: int, _what: int, asked: bytes) -> bytes:
        name = asked.rstrip(b"\0")
        if name not in own:
            raise OSError
        return bytes(20) + socket.inet_aton(own[name]) + bytes(16)

    monkeypatch.setattr(doors, "ELSEWHERE", ())
    monkeypatch.setattr(fcntl, "ioctl", told)
    monkeypatch.setattr(doors.socket, "if_nameindex", lambda: [(1, "lo"), (2, "docker0"), (3, "eth0"), (4, "wlan0")])
    assert doors.lan_address() == "10.77.0.1"
    monkeypatch.setattr(doors.socket, "if_nameindex", lambda: [(1, "lo"), (2, "docker0"), (3, "eth0")])
    assert doors.lan_address() is None


def test_a_code_is_small_enough_to_scan_from_paper_and_says_the_link(monkeypatch):
    monkeypatch.setenv("KRADAN_LINK_KEY", "k" * 40)
    found = Address(
        f"https://board.example.go.th/c/{links.sign(Link('subdistrict', '800106', '80', 'codi'), 0)}", False
    )
    code = segno.make(found.url, error="m", micro=False)
    assert code.symbol_size()[0] <= 57  # points a side: 21 mm of paper are 0.37 mm a point
    with Image.open(io.BytesIO(found.png(1))) as picture:
        points = [
            [int(picture.convert("L").getpixel((x + 2, y + 2)) < 128) for x in range(picture.width - 4)]
            for y in range(picture.height - 4)
        ]
    assert points == [list(row) for row in code.matrix]
    assert len(found.picture()) < 1500
    monkeypatch.setattr(reply_link.replies, "mark", lambda *_: None)
    assert reply_link.sticker(queries.Scope("v", "80", queries.PUBLIC), "subdistrict", "800106") is None
