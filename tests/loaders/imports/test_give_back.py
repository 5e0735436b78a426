"""The agency's file comes back as it was, with four columns, the account and the coverage; nothing in it runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine

from loaders import store
from loaders.exchange import package
from loaders.imports.give_back import give_back
from loaders.imports.ingest import ingest
from loaders.imports.review import commands, queries
from loaders.problems import Refused
from loaders.store import backup, tables
from loaders.store.restore import restore
from tests.support import warm
from tests.support.import_files import HEADS, ROWS, csv_file, new_store, xlsx_file

ADDED = ["รหัสพื้นที่ (กระดาน)", "พื้นที่ที่เข้าใจ (กระดาน)", "สถานะ (กระดาน)", "หมายเหตุ (กระดาน)"]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return new_store(tmp_path, monkeypatch)


def cells(path: Path, sheet: int = 0) -> list[list]:
    return [list(row) for row in openpyxl.load_workbook(path).worksheets[sheet].iter_rows(values_only=True)]


def formulas(path: Path) -> list:
    return [
        cell.value
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def test_an_xlsx_keeps_its_sheets_and_gets_four_columns(engine: Engine, tmp_path: Path) -> None:
    source = xlsx_file(
        tmp_path,
        {
            "งาน": [["โครงการ ปีงบประมาณ 2550"], HEADS, *ROWS, ["ไม่มีที่นี่", "ท่าศาลา", "พอช.", "=2+3", "5"]],
            "อื่น": [["บันทึก"], ["ข้อความ"]],
        },
    )
    book = openpyxl.load_workbook(source)
    book["งาน"]["A2"].font = openpyxl.styles.Font(bold=True, size=20)
    book["งาน"]["D4"] = "=SUM(1,1)"  # saved without a value: the row waits
    book.save(source)
    done = ingest(engine, source, "codi")
    out = tmp_path / "back.xlsx"
    facts = give_back(engine, done.batch_id, out)
    assert facts["way"] == "in_place"
    assert (facts["loaded"], facts["quarantined"]) == (2, 2)
    back = openpyxl.load_workbook(out)
    assert back.sheetnames[:2] == ["งาน", "อื่น"]
    assert back["งาน"]["A2"].font.size == 20
    rows = cells(out)
    assert rows[1][5:] == ADDED
    assert rows[2][5:8] == ["800801", "ตำบลท่าศาลา อำเภอท่าศาลา นครศรีธรรมราช", "นำเข้าแล้ว"]
    assert rows[5][7] == "พักไว้ตรวจ"
    assert rows[5][8]
    assert formulas(out) == []


def test_a_csv_comes_back_as_a_workbook_with_account_and_coverage(engine: Engine, tmp_path: Path) -> None:
    done = ingest(engine, csv_file(tmp_path, [*ROWS, ["=1+1", "ท่าศาลา", "@SUM(A1)", "+5", "9"]]), "codi")
    out = tmp_path / "back.xlsx"
    assert give_back(engine, done.batch_id, out)["way"] == "rebuilt"
    assert cells(out)[0] == [*HEADS, *ADDED]
    assert cells(out)[4][0] == "=1+1"
    assert formulas(out) == []
    totals = {row[0]: row[1:3] for row in cells(out, 1) if row[0]}
    assert totals["ในไฟล์"] == [4, 3509.5]
    assert totals["นำเข้าแล้ว"] == [3, 3500.5]
    coverage = {row[0]: row[1:5] for row in cells(out, 2) if row[0]}
    assert coverage["ท่าศาลา"][:3] == [1, 10, 1000]
    assert "กลาย" in coverage["ท่าศาลา"][3]
    assert coverage["ทั้งจังหวัด"][:3] == [3, 170, 3500.5]


def test_what_was_decided_stands_in_the_file(engine: Engine, tmp_path: Path) -> None:
    done = ingest(
        engine,
        csv_file(tmp_path, [*ROWS, ["ท่าศาลาา", "ท่าศาลา", "พอช.", "ก", "5"], ["ปากแพรก", "", "พอช.", "ข", "6"]]),
        "codi",
    )
    with store.reading(engine) as connection:
        waiting = queries.waiting(connection)
    commands.decide_place(engine, waiting["id"].head(1), "800801", "โทรถามแล้ว", "ก")
    commands.decide_exclude(engine, waiting["id"].tail(1), "ซ้ำ", "ก")
    out = tmp_path / "back.xlsx"
    facts = give_back(engine, done.batch_id, out)
    assert (facts["loaded"], facts["quarantined"], facts["excluded"]) == (4, 0, 1)
    assert cells(out)[4][5:] == ["800801", "ตำบลท่าศาลา อำเภอท่าศาลา นครศรีธรรมราช", "นำเข้าแล้ว", "โทรถามแล้ว"]
    assert cells(out)[5][7] == "ไม่นำเข้า"


def test_files_are_kept_unless_told_not_to(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRADAN_KEEP_FILES", "0")
    done = ingest(engine, csv_file(tmp_path, ROWS), "codi", trusted=True)
    with store.reading(engine) as connection:
        assert store.count(connection, tables.original) == 0
    with pytest.raises(Refused, match="file_not_kept"):
        give_back(engine, done.batch_id, tmp_path / "back.xlsx")
    with pytest.raises(Refused, match="batch_unknown"):
        give_back(engine, 99, tmp_path / "back.xlsx")


def test_the_command_line_gives_back(engine: Engine, tmp_path: Path) -> None:
    done = ingest(engine, csv_file(tmp_path, ROWS), "codi", trusted=True)
    out = tmp_path / "back.xlsx"
    shell = warm.run("loaders", "give-back", done.batch_id, out, environment=os.environ, timeout=120)
    assert (shell.returncode, json.loads(shell.stdout)["loaded"]) == (0, 3)
    assert out.is_file()


@pytest.mark.parametrize("way", ["backup", "export"])
def test_a_file_is_given_back_where_the_store_was_put_anew(engine: Engine, tmp_path: Path, way: str) -> None:
    """Another server, another machine: what was kept goes with the store."""
    done = ingest(engine, csv_file(tmp_path, ROWS), "codi", trusted=True)
    before = give_back(engine, done.batch_id, tmp_path / "one.xlsx")
    url = engine.url.render_as_string(hide_password=False)
    if way == "backup":
        backup.backup(engine, tmp_path / "one.backup")
        package.wipe(engine, "tester")
        restore(tmp_path / "one.backup", url)
    else:
        package.export(engine, tmp_path / "out", viewer=package.COMPLETE)
        package.wipe(engine, "tester")
        package.load(engine, tmp_path / "out")
    engine.dispose()
    after = give_back(engine, done.batch_id, tmp_path / "two.xlsx")
    assert after | {"file": ""} == before | {"file": ""}
    assert cells(tmp_path / "two.xlsx") == cells(tmp_path / "one.xlsx")
