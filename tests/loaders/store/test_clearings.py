"""Explanations of flagged pairs: kept by file, sheet and row, so they outlive a withdrawal and a new import."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from loaders import store
from loaders.decisions.clearings import clear_pair, read_clearings, undo
from loaders.imports.ingest import ingest
from loaders.problems import Refused
from loaders.setup import ensure_code_lists
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM, HIDDEN, PUBLIC

HEAD = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\n"


def sheet(agency: str, baht: int) -> str:
    return HEAD + "".join(f"{agency},{name},ลานสกา,นครศรีธรรมราช,อบรม,{baht},2550\n" for name in ("ท่าดี", "กำโลน"))


@pytest.fixture
def engine(tmp_path):
    opened = store.open_store(f"sqlite:///{tmp_path / 'kradan.sqlite'}", create=True)
    ensure_code_lists(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def files(tmp_path, engine):
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for path, agency in zip(paths, ("หน่วยทดลองหนึ่ง", "หน่วยทดลองสอง"), strict=True):
        path.write_text(sheet(agency, 1000), encoding="utf-8")
        ingest(engine, path, who="test", trusted=True, adds=True)  # alike in all but the agency, and yet no edition
    return paths


def supports(engine) -> list[int]:
    with store.reading(engine) as connection:
        frame = store.read_support(connection, "80", viewer=DATA_TEAM)
    return frame[frame["subdistrict_code"].eq("800303")]["support_id"].astype(int).tolist()


def known(engine, viewer=DATA_TEAM):
    with store.reading(engine) as connection:
        return read_clearings(connection, viewer=viewer)


def clear(engine, *arguments) -> int:
    with store.writing(engine) as connection:
        return clear_pair(connection, *arguments)


def test_a_clearing_keeps_reason_name_and_date_and_changes_the_data_version(engine, files):
    one, other = supports(engine)
    with store.reading(engine) as connection:
        before = store.data_version(connection)
    clear(engine, other, one, "  คนละรุ่น   คนละหมู่บ้าน ", "สมชาย อบต.ท่าดี")
    row = known(engine).iloc[0]
    assert (row["reason"], row["who"]) == ("คนละรุ่น คนละหมู่บ้าน", "สมชาย อบต.ท่าดี")
    assert {row["support_a"], row["support_b"]} == {one, other}
    with store.reading(engine) as connection:
        assert store.data_version(connection) != before
        actions = connection.execute(select(tables.audit.c.action)).scalars().all()
    assert "clear_pair" in actions


def test_it_finds_its_pair_again_after_the_file_was_withdrawn_and_loaded_anew(engine, files):
    one, other = supports(engine)
    clear(engine, one, other, "แบ่งหมู่บ้านกันแล้ว", "ก")
    with store.writing(engine) as connection:
        store.set_active(connection, [2], False, "test", "test")
    gone = known(engine).iloc[0]
    assert int(gone[["support_a", "support_b"]].isna().sum()) == 1
    assert {gone["file_a"], gone["file_b"]} == {"one.csv", "two.csv"}
    ingest(engine, files[1], who="test", trusted=True, adds=True)
    assert supports(engine) != [one, other]
    again = known(engine).iloc[0]
    assert sorted([int(again["support_a"]), int(again["support_b"])]) == supports(engine)


def test_a_corrected_file_does_not_inherit_the_explanation(engine, files, tmp_path):
    clear(engine, *supports(engine), "แบ่งหมู่บ้านกันแล้ว", "ก")
    with store.writing(engine) as connection:
        store.set_active(connection, [2], False, "test", "test")
    corrected = tmp_path / "two.csv"
    corrected.write_text(sheet("หน่วยทดลองสอง", 5000), encoding="utf-8")
    ingest(engine, corrected, who="test", trusted=True, adds=True)
    assert int(known(engine).iloc[0][["support_a", "support_b"]].isna().sum()) == 1


def test_undo_keeps_the_record_and_works_once(engine, files):
    key = clear(engine, *supports(engine), "แบ่งหมู่บ้านกันแล้ว", "ก")
    with store.writing(engine) as connection:
        assert undo(connection, key, "ข") is True
        assert undo(connection, key, "ค") is False
    assert known(engine).empty
    with store.reading(engine) as connection:
        kept = connection.execute(select(tables.clearing)).one()
    assert (kept.undone_by, kept.reason) == ("ข", "แบ่งหมู่บ้านกันแล้ว")


@pytest.mark.parametrize(
    ("reason", "who", "shift", "code"),
    [("ok", "ก", 0, "clearing_reason_missing"), ("   ", "ก", 0, "clearing_reason_missing"), ("แบ่งหมู่บ้านแล้ว", " ", 0, "clearing_person_missing"),
     ("แบ่งหมู่บ้านแล้ว", "ก", 999_999, "clearing_row_missing")],
)  # fmt: skip
def test_without_reason_name_or_row_nothing_is_written(engine, files, reason, who, shift, code):
    one, other = supports(engine)
    with pytest.raises(Refused) as refused:
        clear(engine, one, other + shift, reason, who)
    assert refused.value.problem.code == code
    assert known(engine).empty


def test_a_row_is_no_pair_with_itself(engine, files):
    one = supports(engine)[0]
    with pytest.raises(Refused) as refused:
        clear(engine, one, one, "แบ่งหมู่บ้านแล้ว", "ก")
    assert refused.value.problem.code == "clearing_row_missing"


def test_the_public_sees_neither_name_nor_number_in_the_reason(engine, files):
    clear(engine, *supports(engine), "โทรถาม 081-234-5678 แล้ว", "สมชาย")
    row = known(engine, viewer=PUBLIC).iloc[0]
    assert row["who"] == HIDDEN
    assert "5678" not in row["reason"]
