"""One door to private values: a connection is somebody's, every read function obeys its viewer, every decision its signer."""

from __future__ import annotations

import ast
import base64
import json
import zlib
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy import func, insert, literal, select, text, union_all

from loaders import store
from loaders.decisions import Basis, clearings, meetings, scenarios
from loaders.problems import Refused
from loaders.store import seen, tables, users
from loaders.store.privacy import DATA_TEAM, HIDDEN, PUBLIC, Viewer
from tests.conftest import ROOT
from tests.support.stores import add_batch

ADMIN, PARTNER, OTHER = Viewer("admin"), Viewer("partner", "codi"), Viewer("partner", "nhso")
SECRET, NUMBER = "ความลับเฉพาะ", "081-234-5987"
BASIS = Basis("0", "80")


@pytest.fixture
def planted(sqlite_engine):
    """Something secret in every text of every table; the batch's data sets are private to their agency."""
    with store.writing(sqlite_engine) as connection:
        batch = add_batch(
            connection, file_name=f"{SECRET} {NUMBER}.xlsx", file_sha256="a" * 64, summary=json.dumps({"x": SECRET})
        )
        for table in tables.metadata.sorted_tables:
            if (
                table.name in {"import_batch", "setting", "sharing", "agency", "stream", *seen.OPEN}
                or "snapshot_id" in table.c
            ):
                continue
            row = {
                column.name: _value(column, batch)
                for column in table.c
                if not column.primary_key or column.name != "id"
            }
            connection.execute(insert(table).values(**row))
        for register in tables.REGISTERS:
            users.share(connection, register, "codi", "private", "tester")
    return sqlite_engine


def _value(column, batch: int):
    fixed = {"batch_id": batch, "meeting_id": 1, "province_code": "80", "subdistrict_code": "800106", "area_code": "800106", "agency_code": "nowhere", "source": "nowhere",
             "district_code": "8001", "area_level": "subdistrict", "fiscal_year": 2007, "support_id": 1, "base": "codi", "register": "support", "content": "{}", "steps": "[]",
             "facts": "{}", "cells": "{}", "before": "{}", "file_sha256_a": "a" * 64, "file_sha256_b": "a" * 64, "revoked_at": None, "undone_at": None,
             "removed_at": None, "is_struck": False, "code": "secret", "kind": "ranking",
             "data_version": "0", "decided_at": "2026-11-30T00:00:00", "held_at": "2026-11-30T00:00:00", "batches": "1,2", "index_code": "x", "computed_class": "A", "agreed_class": "B"}  # fmt: skip
    if (column.table.name, column.name) == ("original", "content"):  # a kept file is packed
        return base64.b64encode(zlib.compress(f"{SECRET} {NUMBER}".encode())).decode("ascii")
    if column.name in fixed:
        return fixed[column.name]
    kind = column.type.python_type
    return {str: f"{SECRET} {NUMBER}", int: 7, bool: False, float: 7.0, date: date(2007, 1, 1)}[kind]


# How the walk calls a read function: values for every parameter there is. A new one has to be said here.
CALLS = {
    "register": list(tables.REGISTERS),
    "table": list(tables.metadata.sorted_tables),
    "name": ["scenario", "override", "team", "project"],
    "province": ["80"],
    "fiscal_year": [2007],
    "number": [1],
    "list_": ["agency", "stream"],
    "by_district": [True, False],
    "target": [BytesIO],  # a new one for each call; what was written is read back
}
OPTIONAL = {"today", "agency", "theme", "removed", "snapshot_id", "base", "at"}


def everything(engine, viewer: Viewer) -> dict[str, str]:
    """What every read function gives this viewer, as text."""
    import inspect
    from itertools import product

    import loaders.decisions.loop
    import loaders.decisions.notes
    import loaders.exchange.due_sheet
    import loaders.imports.by_hand.entries
    import loaders.imports.by_hand.papers
    import loaders.imports.speaks_for
    import loaders.replies.inbox
    import loaders.store.shared.nation
    import loaders.tracker  # noqa: F401 - all register their readers

    told = {}
    for name, read in seen.READERS.items():
        wanted = [
            one for one in inspect.signature(read).parameters.values() if one.name not in ("connection", "viewer")
        ]
        assert all(one.name in CALLS or one.name in OPTIONAL for one in wanted), (
            f"{name}: say in CALLS how it is called"
        )
        named = [one.name for one in wanted if one.name in CALLS]
        for chosen in product(*(CALLS[one] for one in named)):
            values = [value() if value is BytesIO else value for value in chosen]
            with store.reading(engine, viewer) as connection:
                try:
                    found = read(connection, viewer=viewer, **dict(zip(named, values, strict=True)))
                except Refused as stop:
                    found = stop.problem.code
            text_ = found.to_csv() if isinstance(found, pd.DataFrame) else repr(found)
            text_ = found.decode(errors="replace") if isinstance(found, bytes) else text_
            for target in (value for value in values if isinstance(value, BytesIO)):
                with ZipFile(target) as book:
                    text_ += "".join(book.read(part).decode() for part in book.namelist() if part.endswith(".xml"))
            told[f"{name} {values}"] = text_
    return told


def test_every_read_function_keeps_it_from_who_may_not_see_it(planted):
    assert len(seen.READERS) >= 14
    for viewer in (PUBLIC, OTHER):
        told = everything(planted, viewer)
        leaks = {
            name
            for name, found in told.items()
            if SECRET in found and (viewer == PUBLIC or "scenarios.read" not in name)
        }
        assert leaks == set(), viewer
        assert {name for name, found in told.items() if NUMBER in found} == set(), viewer
    assert sum(SECRET in found for found in everything(planted, DATA_TEAM).values()) > 15


def test_a_function_that_reads_for_a_viewer_is_marked():
    """Whoever writes one and forgets the mark has a function that fails for everybody but the team; here it is named."""
    for path in (ROOT / "loaders").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                takes = [one.arg for one in node.args.args]
                if takes[:1] == ["connection"] and "viewer" in [one.arg for one in node.args.kwonlyargs]:
                    marks = [getattr(one, "id", "") for one in node.decorator_list]
                    assert "for_viewer" in marks, f"{path.name}: {node.name}"


@pytest.mark.parametrize("room", ["bench", "loaders", "pages"])
def test_who_reads_the_store_says_for_whom(room):
    """A read function without its viewer is a TypeError where it runs; handed on bare, it fails in another place."""
    marked, asked = {name for name in store._HOME if getattr(store, name) in seen.READERS.values()}, 0
    for path in (ROOT / room).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = {
            id(node.func): {word.arg for word in node.keywords} for node in ast.walk(tree) if isinstance(node, ast.Call)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "store" and node.attr in marked:
                asked += 1
                assert calls.get(id(node), set()) & {"viewer", None}, f"{path.name}:{node.lineno}: {node.attr}"
    assert asked


def unsafe():
    table = tables.clearing
    other = tables.scenario.alias()
    inner = select(table.c.reason).subquery()
    yield "all", select(table)
    yield "a column", select(table.c.reason)
    yield "a count", select(func.count()).select_from(table)
    yield "a join", select(tables.area.c.code).join(table, table.c.reason == tables.area.c.code)
    yield "a subquery", select(inner)
    yield "in a condition", select(tables.area.c.code).where(tables.area.c.code.in_(select(table.c.reason)))
    yield "there is one", select(literal(1)).where(select(table.c.id).exists())
    yield "another name", select(other.c.name)
    yield "both", union_all(select(tables.area.c.code), select(table.c.reason))
    yield "beforehand", select(select(table.c.reason).cte().c.reason)
    yield "a single value", select(select(func.max(table.c.reason)).scalar_subquery())
    yield "text", text("SELECT reason FROM clearing")
    yield "text as a table", select(text("reason")).select_from(text("clearing"))
    yield "a name", select(sa.column("reason")).select_from(sa.table("clearing"))
    yield "a literal", select(sa.literal_column("(SELECT max(reason) FROM clearing)")).select_from(tables.area)
    yield "import_batch", select(tables.import_batch.c.file_name)
    yield "quarantine", select(tables.quarantine.c.cells)
    yield "audit", select(tables.audit)


@pytest.mark.parametrize(("way", "statement"), list(unsafe()), ids=[name for name, _ in unsafe()])
def test_past_the_read_functions_nothing_can_be_read(sqlite_engine, way, statement):
    for viewer in (PUBLIC, PARTNER):
        with store.reading(sqlite_engine, viewer) as connection, pytest.raises(seen.NotTheirs):
            connection.execute(statement)
    with store.reading(sqlite_engine, PUBLIC) as connection, pytest.raises(seen.NotTheirs):
        connection.exec_driver_sql("SELECT reason FROM clearing")
    with store.reading(sqlite_engine, DATA_TEAM) as connection:
        connection.execute(statement).all()


def test_what_everybody_may_read_is_read(sqlite_engine):
    with store.reading(sqlite_engine, PUBLIC) as connection:
        connection.execute(
            select(tables.area).join(tables.area_event, tables.area_event.c.area_code == tables.area.c.code)
        ).all()
        assert store.data_version(connection)


@pytest.mark.parametrize(
    ("bound", "asked", "allowed"),
    [(PUBLIC, DATA_TEAM, False), (PARTNER, OTHER, False), (PARTNER, PUBLIC, True), (DATA_TEAM, ADMIN, False), (ADMIN, DATA_TEAM, True), (DATA_TEAM, OTHER, True)],
)  # fmt: skip
def test_nobody_asks_as_somebody_who_sees_more(sqlite_engine, bound, asked, allowed):
    with store.reading(sqlite_engine, bound) as connection:
        if allowed:
            store.read_batches(connection, viewer=asked)
        else:
            with pytest.raises(seen.NotTheirs):
                store.read_batches(connection, viewer=asked)


def decide_all(connection, who: str) -> None:
    scenarios.save(connection, "ranking", "a", {}, who, BASIS, f"โทร {NUMBER}")
    scenarios.agree(connection, "800106", "A", f"โทรถาม {NUMBER}", who, BASIS, index_code="x")
    scenarios.send_team(connection, "800106", "ทีม", "งาน", None, who, BASIS)
    scenarios.book_project(
        connection,
        {"project_code": "P1", "title": "x", "stream_code": "s", "amount_satang": 100},
        who,
        BASIS,
        lambda _: None,
    )
    scenarios.remove(connection, "team", 1, who)


def test_with_sign_in_a_typed_name_is_on_behalf_of(engine):
    with store.writing(engine, signer="somchai@office.example") as connection:
        decide_all(connection, "  ท่านผู้ว่า ")
        decide_all(connection, "")
    with store.reading(engine) as connection:
        names = {}
        for name in ("scenario", "override", "project"):
            rows = connection.execute(select(tables.metadata.tables[name])).all()
            names[name] = {(row.decided_by, row.on_behalf_of) for row in rows}
        assert all(
            found == {("somchai@office.example", "ท่านผู้ว่า"), ("somchai@office.example", None)}
            for found in names.values()
        ), names
        assert set(connection.execute(select(tables.team.c.removed_by)).scalars()) <= {"somchai@office.example", None}
        audit = connection.execute(select(tables.audit)).all()
    assert {row.who for row in audit} == {"somchai@office.example"}
    assert any("ท่านผู้ว่า" in (row.detail or "") for row in audit)


def test_without_sign_in_a_name_is_needed(engine):
    with store.writing(engine) as connection, pytest.raises(Refused) as stop:
        scenarios.save(connection, "ranking", "a", {}, " ", BASIS)
    assert stop.value.problem.code == "decision_person_missing"


def test_the_audit_trail_keeps_no_contact(engine):
    with store.writing(engine) as connection:
        decide_all(connection, "สมชาย")
        users.grant(connection, "somchai@office.example", "data", "สมชาย")
        store.note(connection, "สมชาย", "anything", "ส่งที่ a.b@c.example หรือ ๐๘๑ ๒๓๔ ๕๙๘๗")
        details = [row or "" for row in connection.execute(select(tables.audit.c.detail)).scalars()]
    told = "\n".join(details)
    assert NUMBER not in told and "๒๓๔" not in told and "a.b@c.example" not in told
    assert told.count(HIDDEN) >= 3
    assert "somchai@office.example data" in told  # whom a role was given


def test_a_clearing_of_private_rows_is_nobody_elses(board):
    with store.writing(board) as connection:
        keys = list(connection.execute(select(tables.support.c.id).order_by(tables.support.c.id).limit(2)).scalars())
        if len(keys) < 2:
            row = dict(connection.execute(select(tables.support)).mappings().first()) | {"row": 99}
            row.pop("id")
            keys.append(connection.execute(insert(tables.support).values(**row)).inserted_primary_key[0])
        clearings.clear_pair(connection, *keys, f"คนละกลุ่ม โทร {NUMBER}", "สมชาย")
    with store.reading(board, PUBLIC) as connection:
        found = clearings.read_clearings(connection, viewer=PUBLIC)
        assert len(found) == 1 and found["support_a"].notna().all()  # the flag stays cleared for everybody
        assert set(found["reason"]) == set(found["who"]) == {HIDDEN}
    with store.writing(board) as connection:
        users.share(connection, "support", "codi", "private", "tester")
    with store.reading(board, OTHER) as connection:
        assert clearings.read_clearings(connection, viewer=OTHER).empty
    with store.reading(board, PARTNER) as connection:
        own = clearings.read_clearings(connection, viewer=PARTNER)
        assert len(own) == 1 and "คนละกลุ่ม" in own["reason"].iloc[0] and NUMBER not in own["reason"].iloc[0]


def test_storyboards_are_the_teams(engine):
    with store.writing(engine) as connection:
        meetings.save_storyboard(connection, "ลับ", [{"view": "map"}], "สมชาย")
    with store.reading(engine) as connection:
        assert meetings.storyboards(connection, viewer=PUBLIC) == {}
        assert list(meetings.storyboards(connection, viewer=DATA_TEAM)) == ["ลับ"]
