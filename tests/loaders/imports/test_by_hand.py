"""Entries by hand and papers: read back as they stand, undone, exported, masked, forgotten."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import select, update

from loaders import store
from loaders.exchange import package
from loaders.imports.by_hand import entries, papers
from loaders.imports.ingest import ingest
from loaders.layouts import templates
from loaders.problems import Refused
from loaders.store import by_hand, tables, users
from loaders.store.privacy import DATA_TEAM, PUBLIC, Viewer
from tests.support.import_files import WHY, read, write
from tests.support.stores import load_rows


@pytest.fixture
def groups(sqlite_engine, tmp_path):
    load_rows(sqlite_engine, tmp_path, "organisation", templates.example_rows("organisation"))
    return sqlite_engine


def test_an_entry_is_corrected_ended_and_each_is_undone(groups):
    before = read(groups, "organisation")
    number = int(before["id"].iloc[0])
    change = write(
        groups, entries.correct, "organisation", number, {"members": "๑๒๐", "theme": ""}, "ก", WHY, "80010601"
    )
    row = read(groups, "organisation").iloc[0]
    assert (row["members"], row["village_code"], row["area_level"]) == (120, "80010601", "village")
    assert pd.isna(row["theme_code"])
    end = write(groups, entries.retire, "organisation", number, "ก", WHY)
    later = write(groups, entries.retire, "organisation", int(before["id"].iloc[1]), "ก", WHY, date(2999, 1, 1))
    assert read(groups, "organisation")["id"].tolist() == [before["id"].iloc[1]]  # the other ends only then
    assert write(groups, entries.undo, end, "ข")
    assert not write(groups, entries.undo, end, "ข")
    assert write(groups, entries.undo, change, "ข")
    assert write(groups, entries.undo, later, "ข")
    pd.testing.assert_frame_equal(read(groups, "organisation"), before)
    with store.reading(groups) as connection:
        made = entries.read_changes(connection, viewer=DATA_TEAM)
        audit = store.read_table(connection, tables.audit, viewer=Viewer("admin"))
    assert made["undone_by"].eq("ข").all()
    assert made["is_in_use"].all()
    assert {"entry_correct", "entry_retire", "undo_entry"} <= set(audit["action"])


def test_an_earlier_moment_is_without_what_was_changed_since(groups):
    number = int(read(groups, "organisation")["id"].iloc[0])
    first = write(groups, entries.correct, "organisation", number, {"members": "7"}, "ก", WHY)
    write(groups, entries.add, "organisation", {"organisation_name": "กลุ่มใหม่"}, None, "ก", WHY)
    with store.writing(groups) as connection:
        change = tables.entry_change
        connection.execute(update(change).where(change.c.id == first).values(decided_at="2026-01-01T00:00:00"))
        frame = store.read_register(connection, "organisation", "80", viewer=DATA_TEAM)
        then = by_hand.laid_over(connection, frame, "organisation", "2026-02-01T00:00:00")
        before = by_hand.laid_over(connection, frame, "organisation", "2025-12-01T00:00:00")
    assert then["members"].iloc[0] == 7
    assert len(then) == len(before) == len(frame) - 1  # what was added since was not there


def test_a_correction_finds_its_row_again_after_the_file_was_away(groups):
    number = int(read(groups, "organisation")["id"].iloc[0])
    write(groups, entries.correct, "organisation", number, {"members": "7"}, "ก", WHY)
    for active in (False, True):
        write(groups, store.set_active, [1], active, "by_hand", "ก")
        with store.reading(groups) as connection:
            assert entries.read_changes(connection, viewer=DATA_TEAM)["is_in_use"].tolist() == [active]
    assert read(groups, "organisation")["members"].iloc[0] == 7


def test_what_is_added_is_a_row_and_goes_when_undone(groups):
    number = write(
        groups,
        entries.add,
        "organisation",
        {"organisation_name": "กลุ่มใหม่", "savings": "1,000.50"},
        None,
        "ก",
        WHY,
        "codi",
    )
    added = read(groups, "organisation").set_index("id").loc[number]
    assert (added["savings_satang"], added["base"], added["file_name"]) == (100_050, "codi", "เพิ่มด้วยมือ")
    second = write(groups, entries.add, "organisation", {"organisation_name": "อีกกลุ่ม"}, None, "ก", WHY, "codi")
    rows = read(groups, "organisation").set_index("id")["row"]
    assert (rows[number], rows[second]) == (1, 2)
    with store.reading(groups) as connection:
        batch = store.read_batches(connection, viewer=DATA_TEAM).iloc[0]
        assert (batch["rows_in"], batch["rows_loaded"]) == (2, 2)
        made = entries.read_changes(connection, viewer=DATA_TEAM)["id"].min()
    write(groups, entries.undo, int(made), "ก")
    assert number not in set(read(groups, "organisation")["id"])


@pytest.mark.parametrize(
    ("cells", "place", "who", "why", "code"),
    [
        ({"fund_name": "ก", "members": "5"}, "800106", "ก", "ok", "entry_reason_missing"),
        ({"fund_name": "ก", "members": "5"}, "800106", " ", WHY, "decision_person_missing"),
        ({"fund_name": "ก", "members": "ห้า"}, "800106", "ก", WHY, "count_not_a_number"),
        ({"fund_name": "ก", "colour": "5"}, "800106", "ก", WHY, "columns_not_understood"),
        ({"fund_name": "ก"}, None, "ก", WHY, "entry_place_missing"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(sqlite_engine, cells, place, who, why, code):
    with pytest.raises(Refused) as stop:
        write(sqlite_engine, entries.add, "welfare_fund", cells, place, who, why)
    assert stop.value.problem.code == code
    with store.reading(sqlite_engine) as connection:
        assert store.count(connection, tables.welfare_fund) == store.count(connection, tables.entry_change) == 0


def test_money_and_code_lists_are_not_kept_by_hand(sqlite_engine):
    for register in ("support", "agency"):
        with pytest.raises(Refused) as stop:
            write(sqlite_engine, entries.retire, register, 1, "ก", WHY)
        assert stop.value.problem.code == "entry_not_by_hand"


def test_a_corrected_name_is_seen_by_who_may_see_names(sqlite_engine):
    number = write(sqlite_engine, entries.add, "role_holder", {"role": "คุณกิจ", "person": "-"}, "800106", "ก", WHY)
    assert read(sqlite_engine, "role_holder")["is_vacant"].tolist() == [True]
    cells = {"person": "นางสมมติ", "phone": "0812345678"}
    write(sqlite_engine, entries.correct, "role_holder", number, cells, "ก", WHY)
    row = read(sqlite_engine, "role_holder").iloc[0]
    assert (row["person"], row["phone"], row["is_vacant"]) == ("นางสมมติ", "0812345678", False)
    assert pd.notna(row["retain_until"])
    public = read(sqlite_engine, "role_holder", PUBLIC)
    assert public[["person", "phone"]].isna().all(axis=None)
    with store.reading(sqlite_engine) as connection:
        told = entries.read_changes(connection, viewer=PUBLIC).to_csv()
        assert "นางสมมติ" not in told
        assert "0812345678" not in told
        audit = " ".join(connection.execute(select(tables.audit.c.detail)).scalars())
    assert "นางสมมติ" not in audit
    with store.writing(sqlite_engine) as connection:
        users.forget_people(connection, "tester", date(2999, 1, 1))
    assert read(sqlite_engine, "role_holder")["person"].isna().all()
    with store.reading(sqlite_engine) as connection:
        assert not any("สมมติ" in one for one in connection.execute(select(tables.entry_change.c.content)).scalars())


def test_a_person_in_a_circle_is_named_to_who_may_see_names_alone(sqlite_engine, tmp_path):
    rows = [
        {"member": "นางสมมติ", "member_kind": "คน", "body": "วงเรียนรู้ ก", "body_kind": "วง"},
        {
            "member": "บ้านนา",
            "member_kind": "หมู่บ้าน",
            "body": "เครือข่าย ข",
            "body_kind": "เครือข่าย",
            "starts_on": "1/10/2549",
        },
    ]
    load_rows(sqlite_engine, tmp_path, "membership", rows)
    assert read(sqlite_engine, "membership")["member"].tolist() == ["นางสมมติ", "บ้านนา"]
    seen = read(sqlite_engine, "membership", PUBLIC)
    assert seen["member"].isna().tolist() == [True, False]
    assert seen["starts_on"].iloc[1] == pd.Timestamp(2006, 10, 1)


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def test_a_booklet_is_kept_found_and_only_a_whole_pdf(sqlite_engine, tmp_path):
    path = tmp_path / "plan.pdf"
    for content, code in (
        (b"", "file_empty"), (b"PK\x03\x04", "paper_not_pdf"), (PDF[:-7], "file_half"), (PDF.replace(b"<<>>", b"<</S/JavaScript>>"), "paper_active")
    ):  # fmt: skip
        path.write_bytes(content)
        with pytest.raises(Refused) as stop:
            write(sqlite_engine, papers.keep, "plan", "800106", path, "แผน.pdf", "ก", WHY, "80")
        assert stop.value.problem.code == code
    path.write_bytes(PDF)
    key = write(sqlite_engine, papers.keep, "plan", "800106", path, "../แผน.pdf", "ก", WHY, "80")
    assert write(sqlite_engine, papers.keep, "plan", "800106", path, "อีกชื่อ.pdf", "ก", WHY, "80") == key
    with store.reading(sqlite_engine) as connection:
        listed = papers.read_papers(connection, "80", viewer=DATA_TEAM)
        assert listed[["area_code", "file_name", "bytes"]].to_numpy().tolist() == [["800106", "แผน.pdf", len(PDF)]]
        assert papers.read_paper(connection, key, viewer=DATA_TEAM) == PDF
        assert not papers.read_papers(connection, "80", viewer=PUBLIC)["may_open"].any()
        with pytest.raises(Refused, match="not_allowed"):
            papers.read_paper(connection, key, viewer=PUBLIC)
    assert write(sqlite_engine, papers.remove, key, "ก")
    with store.reading(sqlite_engine) as connection, pytest.raises(Refused, match="paper_gone"):
        papers.read_paper(connection, key, viewer=DATA_TEAM)


def test_hand_made_changes_travel_with_the_whole_store(groups, tmp_path):
    number = int(read(groups, "organisation")["id"].iloc[0])
    write(groups, entries.correct, "organisation", number, {"members": "7"}, "ก", WHY)
    package.export(groups, tmp_path / "out", viewer=package.COMPLETE)
    other = store.open_store(f"sqlite:///{tmp_path / 'other.sqlite'}", create=True)
    package.load(other, tmp_path / "out")
    assert read(other, "organisation")["members"].iloc[0] == 7
    with store.reading(other) as connection:
        (content,) = connection.execute(select(tables.entry_change.c.content)).scalars()
    assert json.loads(content) == {"members": 7}
    other.dispose()


def test_who_saves_second_has_to_look_first(groups):
    number = int(read(groups, "organisation")["id"].iloc[0])
    with store.reading(groups) as connection:
        seen = entries.last_change(connection, "organisation", number)
    first = write(groups, entries.correct, "organisation", number, {"members": "7"}, "ก", WHY, seen=seen)
    for command, cells in ((entries.correct, [{"members": "8"}]), (entries.retire, [])):
        with pytest.raises(Refused) as stop:
            write(groups, command, "organisation", number, *cells, "ข", WHY, seen=seen)
        assert (stop.value.problem.code, stop.value.problem.value) == ("entry_changed_meanwhile", "ก")
    with store.reading(groups) as connection:
        now = entries.last_change(connection, "organisation", number)
    write(groups, entries.undo, first, "ก")
    with pytest.raises(Refused):  # taken back meanwhile: that is another thing than what was seen, too
        write(groups, entries.correct, "organisation", number, {"members": "8"}, "ข", WHY, seen=now)


@pytest.mark.parametrize("register", ["organisation", "membership"])
def test_a_new_edition_keeps_overrules_and_takes_up_what_was_changed_by_hand(sqlite_engine, tmp_path, register):
    """Where the file says what it said before the person is right; where it says another thing it is the newer word."""
    names = [f"กลุ่มที่ {letter}" for letter in "กขคงจ"]
    title, one, other = {
        "organisation": ("organisation_name", "members", "hardship_members"), "membership": ("member", "said_by", "starts_on"),
    }[register]  # fmt: skip
    said = {"members": "30", "hardship_members": "6", "said_by": "บันทึกประชุม", "starts_on": "1/10/2549"}
    corrected = {"members": "31", "hardship_members": "7", "said_by": "ทะเบียนใหม่", "starts_on": "2/10/2549"}
    newer = {"members": "50", "hardship_members": "9", "said_by": "หนังสืออำเภอ", "starts_on": "3/10/2549"}
    more = {"member_kind": "กลุ่ม", "body": "เครือข่าย ก", "body_kind": "เครือข่าย"} if register == "membership" else {}
    place = {"subdistrict": "ท่าไร่", "district": "เมืองนครศรีธรรมราช"}
    rows = [{title: name, one: said[one], other: said[other], **more, **place} for name in names]
    load_rows(sqlite_engine, tmp_path, register, rows)
    first, second, third, fourth, fifth = read(sqlite_engine, register)["id"].tolist()
    for number in (first, second, fifth):
        cells = {one: corrected[one], other: corrected[other]}
        write(sqlite_engine, entries.correct, register, number, cells, "ก", WHY)
    write(sqlite_engine, entries.retire, register, third, "ก", WHY)
    undone = write(sqlite_engine, entries.correct, register, fourth, {one: corrected[one]}, "ก", WHY)
    write(sqlite_engine, entries.undo, undone, "ก")
    rows[1] |= {one: newer[one], other: corrected[other]}  # overruled, taken up; the last row is gone
    path = tmp_path / "next.xlsx"
    templates.write_template(register, path, rows[3::-1])
    done = ingest(sqlite_engine, path, "codi", "tester", trusted=True, replaces=[1])
    assert {name: done.carried[name] for name in ("kept", "taken", "overruled", "gone")} == {
        "kept": 2, "taken": 0, "overruled": 1, "gone": 1
    }  # fmt: skip
    assert [cell["column"] for cell in done.carried["cells"]] == [one]
    now = read(sqlite_engine, register).set_index(title).sort_index()
    assert now.index.tolist() == [names[0], names[1], names[3]]  # what was ended stays ended
    shown = [[str(cell).removesuffix(" 00:00:00") for cell in now[name]] for name in (one, other)]
    day = dict.fromkeys([said["starts_on"]], "2006-10-01") | {corrected["starts_on"]: "2006-10-02"}
    assert shown[0] == [corrected[one], newer[one], said[one]]
    assert shown[1] == [day.get(text, text) for text in (corrected[other], corrected[other], said[other])]
    with store.reading(sqlite_engine) as connection:
        made = entries.read_changes(connection, viewer=DATA_TEAM)
    assert made[made["is_in_use"]]["who"].eq("ก").all()
