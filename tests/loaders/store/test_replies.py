"""Corrections by link in the store: marks that open one thing, messages that change nothing, decisions that do."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import func, insert, select

from loaders import store
from loaders.imports.review import commands, replies
from loaders.imports.review.replies import TAKEN_OUT, Change
from loaders.problems import Refused
from loaders.replies import inbox, links, pictures
from loaders.replies.inbox import Message
from loaders.replies.links import Link
from loaders.store import tables, users
from loaders.store.privacy import DATA_TEAM, PUBLIC
from tests.support.stores import add_batch, support_rows

CODI = Link("subdistrict", "800106", "80", "codi")
PHONE = "081-234-5987"


@pytest.fixture(autouse=True)
def own_key(monkeypatch):
    monkeypatch.setenv("KRADAN_LINK_KEY", "k" * 40)


def refusal(act) -> str:
    with pytest.raises(Refused) as stop:
        act()
    return stop.value.problem.code


def test_a_mark_opens_its_own_subject_and_nothing_else(sqlite_engine, monkeypatch):
    with store.reading(sqlite_engine) as connection:
        mark = links.sign(CODI, 0)
        assert links.opened(connection, mark) == CODI
        payload, _, signature = mark.rpartition(".")
        for other in (
            payload.replace("codi", "nhso") + "." + signature,
            payload.replace("800106", "800107") + "." + signature,
            payload + ".",
            mark[:-1] + ("A" if mark[-1] != "A" else "B"),
            "ก",
            "",
        ):
            assert refusal(lambda other=other: links.opened(connection, other)) == "link_unknown"
        later = links.last_day(date.today()) + timedelta(days=1)
        assert refusal(lambda: links.opened(connection, mark, later)) == "link_over"
        monkeypatch.setenv("KRADAN_LINK_KEY", "other" * 10)
        assert refusal(lambda: links.opened(connection, mark)) == "link_unknown"
        monkeypatch.setenv("KRADAN_LINK_KEY", "short")
        assert refusal(lambda: links.sign(CODI, 0)) == "link_key_short"


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("KRADAN_LINK_KEY")
    monkeypatch.setenv("KRADAN_STORE", str(tmp_path / "kradan.sqlite"))
    first = links.key()
    assert first == links.key() == links.key_file().read_text() and links.key_file().stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["link.key"]
    monkeypatch.setenv("KRADAN_STORE", str(tmp_path / "away" / "kradan.sqlite"))
    assert links.key() is None and links.sign(CODI, 0) is None


def test_links_are_taken_back_for_one_agency_and_the_others_stay(engine):
    other, none = Link("subdistrict", "800106", "80", "nhso"), Link("subdistrict", "800106", "80")
    with store.writing(engine) as connection:
        marks = {link: links.sign(link, links.generation_of(connection, link)) for link in (CODI, other, none)}
        assert refusal(lambda: links.revoke(connection, "tester", " ", agency="codi")) == "reason_missing"
        links.revoke(connection, "tester", "แผ่นหาย", agency="codi")
        assert refusal(lambda: links.opened(connection, marks[CODI])) == "link_revoked"
        assert links.opened(connection, marks[other]) == other and links.opened(connection, marks[none]) == none
        assert links.opened(connection, links.sign(CODI, links.generation_of(connection, CODI))) == CODI
        links.revoke(connection, "tester", "ทั้งหมด")
        assert refusal(lambda: links.opened(connection, marks[other])) == "link_revoked"


@pytest.fixture
def sent(engine):
    """A batch of one line of 1,000 baht, and a message about it."""
    with store.writing(engine) as connection:
        batch = add_batch(
            connection, file_sha256="f" * 64, rows_in=1, rows_loaded=1, satang_in=100_000, satang_loaded=100_000
        )
        row = support_rows(batch, 1)[0] | {"amount_satang": 100_000, "province_code": "80", "sheet": "s", "row": 5}
        connection.execute(insert(tables.support).values(**row))
        store.finish_batch(connection, batch)
        before = store.data_version(connection)
        message = Message(
            "0" * 32, "wrong", f"ได้จริง 1,200.50 บาท โทร {PHONE}", f"สมศรี {PHONE}", ("d", "eA=="), ("f" * 64, "s", 5)
        )
        assert inbox.send(connection, CODI, message) and not inbox.send(connection, CODI, message)
        assert store.data_version(connection) == before  # a flood of messages makes no page slower
    return engine


def money(engine) -> tuple:
    batch = tables.import_batch.c
    names = (
        batch.satang_in,
        batch.satang_loaded,
        batch.satang_excluded,
        batch.rows_in,
        batch.rows_loaded,
        batch.rows_excluded,
    )
    with store.reading(engine) as connection:
        total = connection.execute(select(func.sum(tables.support.c.amount_satang))).scalar()
        summed = connection.execute(select(func.sum(tables.support_summary.c.amount_satang))).scalar()
        return int(total or 0), int(summed or 0), *connection.execute(select(*names)).one()


def test_nothing_changes_until_a_person_says_so_and_the_way_back_is_exact(sent):
    start = money(sent)
    assert start == (100_000, 100_000, 100_000, 100_000, 0, 1, 1, 0)
    assert (
        refusal(lambda: replies.accept(sent, 1, " ", "tester", Change("amount_satang", "1,200.50"))) == "reason_missing"
    )
    assert (
        refusal(lambda: replies.accept(sent, 1, "x", "tester", Change("amount_satang", "มาก")))
        == "reply_value_unreadable"
    )
    assert refusal(lambda: replies.accept(sent, 1, "x", "tester", Change("base", "x"))) == "reply_value_unreadable"
    assert money(sent) == start
    replies.accept(sent, 1, "ตรวจกับสัญญาแล้ว", "tester", Change("amount_satang", "1,200.50"))
    assert money(sent) == (120_050, 120_050, 120_050, 120_050, 0, 1, 1, 0)
    assert refusal(lambda: replies.refuse(sent, 1, "x", "tester")) == "reply_decided"
    commands.undo(sent, [1], "tester")
    assert money(sent) == start
    replies.accept(sent, 1, "ไม่มีงานนี้", "tester", Change(TAKEN_OUT))
    assert money(sent) == (0, 0, 100_000, 0, 100_000, 1, 0, 1)
    commands.undo(sent, [2], "tester")
    assert money(sent) == start
    with store.reading(sent) as connection:
        assert connection.execute(select(tables.reply.c.state)).scalar() == "waiting"


def test_a_row_that_is_gone_is_not_changed(sent):
    with store.writing(sent) as connection:
        store.set_active(connection, [1], False, "tester", "x")
    assert refusal(lambda: replies.accept(sent, 1, "x", "tester", Change("amount_satang", "1"))) == "reply_row_gone"
    replies.accept(sent, 1, "", "tester")  # the message itself may be accepted


def test_words_are_told_after_review_and_contacts_never(sent):
    def told() -> str:
        with store.reading(sent) as connection:
            return repr(list(inbox.told(connection, CODI)))

    def public():
        with store.reading(sent, PUBLIC) as connection:
            return inbox.read_replies(connection, "80", viewer=PUBLIC)

    assert "1,200.50" not in told() and "waiting" in told() and public().empty
    replies.accept(sent, 1, f"โทรถาม {PHONE} แล้ว", "tester")
    assert "1,200.50" in told() and PHONE not in told() and "สมศรี" not in told()
    seen = public().to_csv()
    assert "1,200.50" in seen and not any(text in seen for text in (PHONE, "สมศรี", "tester"))
    with store.reading(sent, DATA_TEAM) as connection:
        assert PHONE in inbox.read_replies(connection, "80", viewer=DATA_TEAM)["contact"].iloc[0]
    with store.reading(sent) as connection:
        others = list(inbox.told(connection, Link("subdistrict", "800106", "80", "nhso")))
        assert others == []  # a link of another agency opens nothing of this one


def test_what_a_sender_wrote_goes_on_its_day(sent):
    with store.writing(sent) as connection:
        connection.execute(insert(tables.reply_picture).values(digest="lost", content="x"))
    done = users.forget(sent, "tester", date.today() + timedelta(days=366 * 3))
    assert done["rows"] == 1
    with store.reading(sent) as connection:
        row = connection.execute(select(tables.reply)).mappings().one()
        assert (row["note"], row["contact"], row["picture_digest"]) == (None, None, None)
        assert connection.execute(select(func.count()).select_from(tables.reply_picture)).scalar() == 0


def test_a_message_says_enough_and_too_many_are_not_taken(sqlite_engine, monkeypatch):
    with store.writing(sqlite_engine) as connection:
        for message, code in (
            (Message("1" * 32, "maybe"), "reply_answer_missing"),
            (Message("1" * 32, "wrong"), "reply_note_missing"),
            (Message("1" * 32, "right", "x" * 3000), "reply_long"),
        ):
            assert refusal(lambda message=message: inbox.send(connection, CODI, message)) == code
        monkeypatch.setattr(inbox, "MOST_OF_A_LINK", 2)
        for number in range(2):
            assert inbox.send(connection, CODI, Message(f"{number:032}", "right"))
        assert refusal(lambda: inbox.send(connection, CODI, Message("9" * 32, "right"))) == "replies_full"
        assert inbox.send(connection, Link("agency", "nhso", "80", "nhso"), Message("8" * 32, "right"))


def test_a_picture_is_written_anew_and_what_is_none_is_refused():
    source = io.BytesIO()
    place = Image.Exif()
    place[0x010F] = "a camera with a name"
    Image.new("RGB", (3000, 20), "red").save(source, "PNG", exif=place)
    import base64

    digest, content = pictures.cleaned(source.getvalue() + b"<script>alert(1)</script>")
    done = base64.b64decode(content)
    with Image.open(io.BytesIO(done)) as picture:
        assert picture.format == "JPEG" and picture.size[0] == 2000 and not picture.getexif()
    assert b"script" not in done and b"camera" not in done and len(digest) == 64
    assert refusal(lambda: pictures.cleaned(b"<svg xmlns='http://www.w3.org/2000/svg'/>")) == "picture_unreadable"
    assert refusal(lambda: pictures.cleaned(b"x" * (pictures.MOST_BYTES + 1))) == "picture_large"


def test_what_draws_nothing_or_turns_the_reading_is_no_word(sqlite_engine):
    assert inbox.plain("ก\x00ข\x1b[31m \u202egpj.exe\u2066") == "กข[31m gpj.exe"
    assert inbox.plain("หมู่ที่ 1\r\nหมู่ที่ 2 ") == "หมู่ที่ 1\nหมู่ที่ 2"
    assert inbox.plain("น้ำ ที่นี่ ก็" + "ก" + "\u0e49" * 500) == "น้ำ ที่นี่ ก็" + "ก" + "\u0e49" * 3
    with store.writing(sqlite_engine) as connection:
        for blank in ("\u200b\u200b", "\u3164\u2800", "\x00", "\u202e \n"):
            assert (
                refusal(lambda blank=blank: inbox.send(connection, CODI, Message("a" * 32, "wrong", blank)))
                == "reply_note_missing"
            )
        assert inbox.send(
            connection, CODI, Message("a" * 32, "wrong", "ก\r\n" * 999 + "กก", "\x00")
        )  # 2,000 as the form counts
        kept = connection.execute(select(tables.reply)).mappings().one()
        assert len(kept["note"]) == 2000 and kept["contact"] is None


def test_a_sender_is_told_however_many_came_after(sqlite_engine, monkeypatch):
    monkeypatch.setattr(inbox, "MOST_OF_A_LINK", 500)
    with store.writing(sqlite_engine) as connection:
        for number in range(130):
            inbox.send(connection, CODI, Message(f"{number:032x}", "right"))
        found = list(inbox.told(connection, CODI, f"{0:032x}"))
        assert found[0]["receipt"] == f"{0:032x}" and len(found) == 101
        assert f"{0:032x}" not in {row["receipt"] for row in inbox.told(connection, CODI)}
        other = Link("subdistrict", "800106", "80", "nhso")
        assert list(inbox.told(connection, other, f"{0:032x}")) == []  # a receipt opens nothing of another link


def test_pictures_that_wait_are_few_and_words_go_on(sqlite_engine, monkeypatch):
    monkeypatch.setattr(inbox, "MOST_PICTURES", 1)
    with store.writing(sqlite_engine) as connection:
        assert inbox.send(connection, CODI, Message("1" * 32, "wrong", picture=("d", "x")))
        assert (
            refusal(lambda: inbox.send(connection, CODI, Message("2" * 32, "wrong", picture=("e", "x"))))
            == "pictures_full"
        )
        assert inbox.send(connection, CODI, Message("3" * 32, "wrong", "คำ"))


def test_nothing_hidden_in_a_picture_stays():
    source, hidden = io.BytesIO(), b"HIDDENPLACE"
    exif = Image.Exif()
    exif[0x8825], exif[0x010E] = {1: "N", 2: (8.0, 26.0, 1.0)}, hidden.decode()
    Image.new("RGB", (60, 40), "red").save(source, "JPEG", exif=exif, comment=hidden, icc_profile=hidden * 9)
    digest, content = pictures.cleaned(source.getvalue() + b"<script>" + hidden)
    kept = base64.b64decode(content)
    assert hidden not in kept and hashlib.sha256(kept).hexdigest() == digest
    again = Image.open(io.BytesIO(kept))
    assert again.format == "JPEG" and not again.getexif() and not {"exif", "comment", "icc_profile"} & set(again.info)
