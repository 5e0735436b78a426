"""A register that is one definition of at most 30 lines: template, load, list, map, masks, changes by hand, export."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import select, update

from geo import registers as rooms
from loaders import registers, settings, store, words
from loaders.exchange import package
from loaders.imports.by_hand import entries
from loaders.imports.ingest import ingest
from loaders.imports.review.commands import decide_value
from loaders.layouts import layout as layouts
from loaders.layouts import templates
from loaders.store import tables, users
from loaders.store.privacy import PUBLIC
from tests.conftest import ROOT
from tests.support.import_files import WHY, read, write
from tests.support.stores import load_rows

# One of persons, one of no place at all, one of villages with money and days.
DEFINITIONS = ROOT / "tests" / "support" / "registers"


@pytest.fixture(autouse=True)
def defined(monkeypatch):
    """Other definitions than those of the board; everything that is remembered of definitions is read anew."""
    monkeypatch.setattr(settings, "REGISTERS", DEFINITIONS)
    remembered = (registers.defined, layouts.shipped, words._texts)
    for one in remembered:
        one.cache_clear()
    yield
    monkeypatch.undo()
    for one in remembered:
        one.cache_clear()


def test_a_definition_is_short():
    assert {path.stem for path in DEFINITIONS.iterdir()} == {"health_volunteer", "lender", "rice_bank"}
    assert max(len(path.read_text(encoding="utf-8").splitlines()) for path in DEFINITIONS.iterdir()) <= 30


def test_a_new_register_is_one_definition(sqlite_engine, tmp_path):
    """At most 30 lines give template, load, list, search, kinds, map classes, words, masks, hand and export."""
    assert templates.file_name("health_volunteer") == "แม่แบบ-อสม..xlsx"
    path = tmp_path / "filled.xlsx"
    templates.write_template("health_volunteer", path, templates.example_rows("health_volunteer"))
    done = ingest(sqlite_engine, path, "codi", "tester", trusted=True, adds=True)
    assert (done.count("loaded"), done.count("quarantined")) == (1, 0)
    number = write(
        sqlite_engine,
        entries.add,
        "health_volunteer",
        {"person": "ข.", "duty": "คัดกรอง", "households": "๘"},
        "800102",
        "ก",
        WHY,
    )
    listed = read(sqlite_engine, "health_volunteer")
    assert listed["person"].tolist() == ["ชื่อสมมติ", "ข."]
    assert listed["households"].tolist() == [12, 8]
    assert listed["id"].iloc[1] == number
    room = rooms.REGISTERS["health_volunteer"]
    assert rooms.matching(listed, "สมมติ", room.searched)["duty"].tolist() == ["visit"]
    assert room.kind is not None
    counts = rooms.per_place(listed, pd.Series(["800106", "800102", "800101"]))
    assert counts["entries"].tolist() == [1, 1, 0]
    assert {words.catalogue(one)["room_health_volunteer"] for one in ("th", "en")} == {"อสม.", "Health volunteers"}
    hidden = read(sqlite_engine, "health_volunteer", PUBLIC)
    assert hidden["person"].isna().all()
    assert hidden["is_masked"].all()
    assert hidden["households"].tolist() == [12, 8]
    package.export(sqlite_engine, tmp_path / "out", viewer=PUBLIC)
    exported = (tmp_path / "out" / "tables" / "health_volunteer.csv").read_text(encoding="utf-8")
    assert "visit" in exported
    assert "สมมติ" not in exported


def test_registers_of_other_shapes_are_one_definition_too(sqlite_engine, tmp_path):
    """One of no place, one of villages with money: the account, the room, the masks, changes by hand and the way out hold for both."""
    rows = [
        {"bank": "ธนาคารข้าว ก", "turnover": "1,250.75", "theme": "เศรษฐกิจพอเพียง", "moo": "1", "subdistrict": "ท่าไร่", "district": "เมืองนครศรีธรรมราช", "is_open": "ใช่"},
        {"bank": "ธนาคารข้าว ข", "turnover": "-", "moo": "๓", "subdistrict": "ท่าไร่", "district": "เมืองนครศรีธรรมราช", "starts_on": "1/10/2549", "ends_on": "30/9/2550"},
        {"bank": "ธนาคารข้าว ค", "turnover": "300", "subdistrict": "ไม่มีตำบลนี้"},
    ]  # fmt: skip
    done = load_rows(sqlite_engine, tmp_path, "rice_bank", rows)
    assert [done.satang(one) for one in (None, "loaded", "quarantined")] == [155_075, 125_075, 30_000]
    lenders = [{"lender": "สหกรณ์จังหวัด", "phone": "0812345678"}, {"lender": "วิทยาลัยเทคนิค"}]
    done = load_rows(sqlite_engine, tmp_path, "lender", lenders)
    assert (done.count("loaded"), done.count("quarantined")) == (2, 0)
    banks, found = read(sqlite_engine, "rice_bank"), read(sqlite_engine, "lender")
    assert banks["turnover_satang"].tolist() == [125_075, pd.NA]
    assert banks["village_code"].tolist() == ["80010601", "80010603"]
    assert banks["is_open"].tolist() == [True, pd.NA]
    assert found["area_code"].isna().all()
    room = rooms.REGISTERS["rice_bank"]
    assert rooms.is_dated(room)
    assert not rooms.is_dated(rooms.REGISTERS["lender"])
    held = rooms.in_force(banks, pd.Timestamp(2020, 1, 1))
    assert held["bank"].tolist() == ["ธนาคารข้าว ก"]
    assert rooms.unplaced(found) == 2
    measured = rooms.measures(room, banks.assign(entry=banks["id"].astype(str)), pd.Timestamp(2020, 1, 1))
    assert measured["turnover_satang"].iloc[0] == 125_075
    hidden = read(sqlite_engine, "lender", PUBLIC)
    assert hidden["phone"].isna().all()
    assert hidden["lender"].tolist() == ["สหกรณ์จังหวัด", "วิทยาลัยเทคนิค"]
    number = int(banks["id"].iloc[0])
    write(sqlite_engine, entries.correct, "rice_bank", number, {"turnover": "2,000", "is_open": "ไม่ใช่"}, "ก", WHY)
    row = read(sqlite_engine, "rice_bank").iloc[0]
    assert (row["turnover_satang"], row["is_open"]) == (200_000, False)
    package.export(sqlite_engine, tmp_path / "out", viewer=package.COMPLETE)
    other = store.open_store(f"sqlite:///{tmp_path / 'other.sqlite'}", create=True)
    package.load(other, tmp_path / "out")
    assert read(other, "rice_bank")["turnover_satang"].tolist() == [200_000, pd.NA]
    other.dispose()


def test_what_is_never_erased_names_nobody_of_a_defined_register(sqlite_engine, tmp_path):
    row = templates.example_rows("health_volunteer")[0] | {"person": "สมหญิง ใจดี"}
    first = load_rows(sqlite_engine, tmp_path, "health_volunteer", [row, row | {"households": "มาก"}])
    assert first.count("quarantined") == 1
    with store.reading(sqlite_engine) as connection:
        waiting = list(connection.execute(select(tables.quarantine.c.id)).scalars())
        assert users.due_people(connection)["kept"] == 2
        assert users.due_people(connection, date(2999, 1, 1)) == {"kept": 2, "over": 2, "next": None}
    decide_value(sqlite_engine, waiting, registered_heading("person"), "มาลี รักดี", "ถามแล้ว", "ก")
    path = tmp_path / "next.xlsx"
    templates.write_template("health_volunteer", path, [row | {"households": "13"}])
    told = ingest(sqlite_engine, path, "codi", "tester", trusted=True, replaces=[first.batch_id])
    assert "สมหญิง" in str(told.edition_lines)  # who decides is told
    with store.reading(sqlite_engine) as connection:
        summaries = connection.execute(select(tables.import_batch.c.summary)).scalars()
        audit = connection.execute(select(tables.audit.c.action, tables.audit.c.detail)).all()
        kept = " ".join([*map(str, summaries), *map(str, audit)])
    assert "decide_value" in kept and "edition_lines" in kept
    assert not [name for name in ("สมหญิง", "มาลี") if name in kept]
    with store.writing(sqlite_engine) as connection:  # as earlier versions told it
        batch, old = tables.import_batch, {"edition_lines": [{"what": "new", "words": "สมหญิง ใจดี"}]}
        values = {"summary": json.dumps(old, ensure_ascii=False), "loaded_at": "2020-01-01T00:00:00"}
        connection.execute(update(batch).where(batch.c.id == told.batch_id).values(**values))
        assert users.forget_people(connection, "tester")
        summary = connection.execute(select(batch.c.summary).where(batch.c.id == told.batch_id)).scalar_one()
    assert "สมหญิง" not in summary


def registered_heading(column: str) -> str:
    return next(one.th for one in registers.defined()["health_volunteer"].columns if one.name == column)


def test_people_of_a_defined_register_are_forgotten_in_time(sqlite_engine, tmp_path):
    load_rows(sqlite_engine, tmp_path, "health_volunteer", templates.example_rows("health_volunteer"))
    number = int(read(sqlite_engine, "health_volunteer")["id"].iloc[0])
    write(sqlite_engine, entries.correct, "health_volunteer", number, {"person": "ชื่อใหม่"}, "ก", WHY)
    assert read(sqlite_engine, "health_volunteer")["person"].tolist() == ["ชื่อใหม่"]
    with store.reading(sqlite_engine) as connection:
        day = store.years_from(date.today(), 2)
        assert users.due_people(connection) == {"kept": 2, "over": 0, "next": day}  # the row, and the change of it
    with store.writing(sqlite_engine) as connection:
        connection.execute(update(tables.entry).values(retain_until=date(2020, 1, 1)))
        assert users.due_people(connection) == {"kept": 2, "over": 2, "next": None}
        assert users.forget_people(connection, "tester") == 2
        assert users.due_people(connection)["kept"] == 0
        kept = [*connection.execute(select(tables.entry.c.content)).scalars()]
        kept += connection.execute(select(tables.entry_change.c.content)).scalars()
    assert "ชื่อ" not in " ".join(kept)
    assert read(sqlite_engine, "health_volunteer")["households"].tolist() == [12]
