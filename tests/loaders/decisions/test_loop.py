"""The loop of meetings on both databases: states, outcomes, what must be in, notes, people to ask, the state of an earlier day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from loaders import store
from loaders.decisions import Basis, loop, meetings, notes, scenarios
from loaders.decisions.loop import Outcome
from loaders.problems import Refused
from loaders.store import tables, users
from loaders.store.contacts import HIDDEN
from loaders.store.privacy import DATA_TEAM, PUBLIC, Viewer

BASIS = Basis("v", "80")
PARTNER, OTHER = Viewer("partner", "codi"), Viewer("partner", "nhso")
PHONE = "081-234-5987"


def work(connection, viewer=DATA_TEAM):
    return loop.read_work(connection, "80", viewer=viewer).set_index("subject")


def test_words_that_are_too_long_are_refused_and_never_cut(engine):
    with store.writing(engine) as connection:
        for words, kept in (("ก" * 600, True), (" " + "ก" * 600 + " ", True), ("ก" * 601, False)):
            for write in (
                lambda text: meetings.decide(connection, text, text, text, None, noted_by="ก", basis=BASIS),
                lambda text: notes.write_note(connection, "place", "800106", text, "everyone", "ก", BASIS),
            ):
                if kept:
                    write(words)
                else:
                    with pytest.raises(Refused, match="text_too_long"):
                        write(words)
        noted = meetings.read_decisions(connection, "80", viewer=DATA_TEAM)
    assert {len(words) for words in noted["what"]} == {600} and len(noted) == 2


def test_a_decision_a_team_and_a_project_have_a_state_and_an_outcome(engine):
    with store.writing(engine) as connection:
        meetings.decide(
            connection, "k", "เกษตรจังหวัด", "ลงพื้นที่", date(2007, 3, 1), noted_by="ก", basis=BASIS, area_code="800303"
        )
        team = scenarios.send_team(connection, "800106", "ทีม ก", "ทำแผน", date(2007, 4, 1), "ก", BASIS)
        scenarios.book_project(
            connection,
            {"project_code": "P", "title": "โครงการ", "stream_code": "s", "amount_satang": 5},
            "ก",
            BASIS,
            lambda _: None,
        )
        before = work(connection)
        assert before["state"].tolist() == ["planned"] * 3 and before["after_value"].isna().all()
        assert before.at["decision", "lead"] == "เกษตรจังหวัด" and before.at["team", "ends_on"].date() == date(2007, 4, 1)
        loop.say(connection, "team", team, "doing", "ก", BASIS, lead="ข", partners="ค, ง", ends_on=date(2007, 5, 1))
        loop.say(connection, "team", team, "done", "ก", BASIS, outcome=Outcome("ทำแผนเสร็จ", "แผนที่มีคนร่วม", 0, 7))
    with store.reading(engine) as connection:
        row = work(connection).loc["team"]
        assert (row["state"], row["after_value"], row["before_value"], row["said_by"]) == ("done", 7.0, 0.0, "ก")
        assert row["lead"] == "ทีม ก", "what the newest row leaves out is the subject's own"
        assert len(loop.read_history(connection, "80", viewer=DATA_TEAM)) == 2
        assert work(connection, PARTNER).empty and work(connection, PUBLIC).empty
        assert loop.read_work(connection, "86", viewer=DATA_TEAM).empty


@pytest.mark.parametrize(
    ("key", "state", "outcome", "code"),
    [(99, "doing", None, "progress_subject_unknown"), (1, "done", None, "progress_without_outcome"), (1, "doing", Outcome(before=3), "progress_without_measure")],
)  # fmt: skip
def test_what_cannot_be_said_of_work_is_refused(sqlite_engine, key, state, outcome, code):
    with store.writing(sqlite_engine) as connection:
        scenarios.send_team(connection, "800106", "ทีม ก", "ทำแผน", None, "ก", BASIS)
        with pytest.raises(Refused) as stop:
            loop.say(connection, "team", key, state, "ก", BASIS, outcome=outcome)
    assert stop.value.problem.code == code


def test_the_state_of_a_meeting_is_read_again_after_files_came_and_went(board):
    with store.writing(board) as connection:
        number = loop.hold(connection, "ก", BASIS, name="ประชุม", on=date(2007, 2, 26))
        held = next(loop.read_meetings(connection, "80", viewer=DATA_TEAM).itertuples())
        then = loop.state_of(held)
        assert then is not None and held.id == number
        was = store.read_support(connection, None, viewer=DATA_TEAM)
        support = tables.support
        gone = connection.execute(select(support.c.batch_id)).scalars().first()
        store.set_active(connection, [gone], False, "by_hand", "ก")
        assert len(store.read_support(connection, None, viewer=DATA_TEAM)) < len(was)
        assert store.read_support(connection, None, viewer=DATA_TEAM, at=then).equals(was)
        # a row that a person settled since then still waited
        sheet, row = connection.execute(
            select(support.c.sheet, support.c.row).where(support.c.batch_id == gone)
        ).first()
        values = {"batch_id": gone, "sheet": sheet, "row": row, "register": "support", "kind": "place", "outcome": "loaded", "before": "{}", "satang_before": 0,
                  "satang_after": 0, "reason": "x", "decided_by": "ก", "decided_at": store.now(), "is_undone": False}  # fmt: skip
        connection.execute(tables.correction.insert().values(**values))
        connection.execute(update(tables.correction).values(decided_at="9999-01-01T00:00:00"))
        assert len(store.read_support(connection, None, viewer=DATA_TEAM, at=then)) == len(was) - 1
        public = loop.read_meetings(connection, "80", viewer=PUBLIC)
        assert public["name"].tolist() == [f"#{number}"] and public["decided_by"].tolist() == [""]


def test_what_must_be_in_before_a_meeting(engine):
    with store.writing(engine) as connection:
        meeting = loop.plan_meeting(connection, "ประชุมหน้า", date(2007, 3, 26), "ก", BASIS)
        item = loop.ask_for(connection, meeting, "แผนตำบล", "ก", BASIS, base="codi", due_on=date(2007, 3, 20))
        loop.ask_for(connection, meeting, "รายชื่อ", "ก", BASIS, from_whom=f"ผู้ใหญ่บ้าน {PHONE}")
        for what, base, code in (("", "codi", "item_incomplete"), ("x", None, "item_incomplete")):
            with pytest.raises(Refused) as stop:
                loop.ask_for(connection, meeting, what, "ก", BASIS, base=base)
            assert stop.value.problem.code == code
        assert loop.came_in(connection, item, "ก") and not loop.came_in(connection, item, "ก")
        assert loop.planned_on(connection, date(2007, 3, 26), "80") == meeting
        assert loop.hold(connection, "ก", BASIS, planned=meeting) == meeting
        with pytest.raises(Refused):
            loop.hold(connection, "ก", BASIS, planned=meeting)
    with store.reading(engine) as connection:
        assert loop.read_items(connection, "80", viewer=DATA_TEAM)["done_at"].notna().tolist() == [True, False]
        assert loop.read_items(connection, "80", viewer=PARTNER)["what"].tolist() == ["แผนตำบล"]
        assert loop.read_items(connection, "80", viewer=PUBLIC).empty
        assert PHONE not in "".join(filter(None, connection.execute(select(tables.audit.c.detail)).scalars()))


def test_what_is_frozen_is_a_meeting(sqlite_engine):
    with store.writing(sqlite_engine) as connection:
        planned = loop.plan_meeting(connection, "วันนี้", date.today(), "ก", BASIS)
        meetings.freeze(connection, "ตรึง", {"a": 1}, "ก", BASIS)
        meetings.freeze(connection, "ซ้อม", {"a": 1}, "ก", BASIS)
        held = loop.read_meetings(connection, "80", viewer=DATA_TEAM)
    assert held["name"].tolist() == ["ซ้อม", "วันนี้"] and held["held_at"].notna().all()
    assert held["id"].tolist()[1] == planned


def test_a_note_has_an_author_and_finds_its_row_again(board):
    with store.writing(board) as connection:
        digest, sheet, row, base = connection.execute(
            select(tables.import_batch.c.file_sha256, tables.support.c.sheet, tables.support.c.row, tables.import_batch.c.base)
            .join(tables.support, tables.support.c.batch_id == tables.import_batch.c.id)
        ).first()  # fmt: skip
        key = notes.row_key(digest, sheet, row)
        notes.write_note(connection, "record", key, f"ถามแล้ว โทร {PHONE}", "everyone", "สมชาย", BASIS)
        notes.write_note(connection, "place", "800303", "สำหรับทีม", "team", "สมชาย", BASIS)
        for subject, unknown, text, code in (("record", "x/1/y", "ก", "note_subject_unknown"), ("place", "ท่าศาลา", "ก", "note_subject_unknown"),
                                             ("place", "800303", " ", "note_empty")):  # fmt: skip
            with pytest.raises(Refused) as stop:
                notes.write_note(connection, subject, unknown, text, "team", "ก", BASIS)
            assert stop.value.problem.code == code
    with store.reading(board) as connection:
        team = notes.read_notes(connection, "80", viewer=DATA_TEAM)
        assert team["decided_by"].tolist() == ["สมชาย"] * 2 and PHONE in team["text"].iloc[1]
        public = notes.read_notes(connection, "80", viewer=PUBLIC)
        assert public["subject_key"].tolist() == [key] and HIDDEN in public["text"].iloc[0]
        assert PHONE not in public.to_csv() and "สมชาย" not in public.to_csv()
    with store.writing(board) as connection:
        users.share(connection, "support", base, "private", "ก")
    with store.reading(board) as connection:
        assert notes.read_notes(connection, "80", viewer=PUBLIC).empty
        assert notes.read_notes(connection, "80", viewer=OTHER).empty


def test_whom_to_ask_is_masked_and_forgotten(engine):
    later = date.today() + timedelta(days=30)
    with store.writing(engine) as connection:
        for name, phone, until, code in (
            ("ก", "", None, "contact_without_date"),
            ("", PHONE, None, "contact_without_date"),
        ):
            with pytest.raises(Refused) as stop:
                notes.set_person(connection, "codi", "งานแผน", "ก", BASIS, name=name, phone=phone, retain_until=until)
            assert stop.value.problem.code == code
        notes.set_person(connection, "codi", "งานแผน", "ก", BASIS, name="สมหญิง", phone=PHONE, retain_until=later)
        notes.set_person(connection, "codi", "งานแผน 2", "ก", BASIS, name="สมศรี", phone=PHONE, retain_until=later)
        rows = connection.execute(select(tables.base_person)).all()
        assert [row.person for row in rows] == [None, "สมศรี"], "who was asked before is forgotten"
        assert users.due_people(connection)["kept"] == 1
        assert users.forget_people(connection, "ก", later + timedelta(days=1)) == 1
        notes.set_person(connection, "codi", "งานแผน 2", "ก", BASIS, name="สมศรี", phone=PHONE, retain_until=later)
    with store.reading(engine) as connection:
        seen = {
            viewer: notes.read_people(connection, "80", viewer=viewer).to_csv()
            for viewer in (DATA_TEAM, PARTNER, PUBLIC)
        }
        assert PHONE in seen[DATA_TEAM] and PHONE in seen[PARTNER]
        assert PHONE not in seen[PUBLIC] and "สมศรี" not in seen[PUBLIC] and "งานแผน 2" in seen[PUBLIC]
