"""A file goes back with its hidden sheets hidden, its merges and its formats, or says what it could not keep."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlwt
from sqlalchemy import Engine

from loaders.imports.give_back import give_back
from loaders.imports.ingest import ingest
from tests.loaders.imports.rows.office_files import Look, write
from tests.support.import_files import new_store

GRID = [
    ["บัญชีโครงการ", "", "", "", ""],
    ["ตำบล", "อำเภอ", "โครงการ", "ปีงบประมาณ", "งบประมาณ"],
    ["ท่าศาลา", "ท่าศาลา", "งาน ก", 2567, 1000.5],
    ["กลาย", "ท่าศาลา", "งาน ข", 2567, 2000],
]
LOOK = Look(
    hidden={3},
    hidden_columns={3},
    merges=[(0, 0, 0, 4)],
    formats={(2, 4): "#,##0.00"},
    extra_sheets={"ลับ": True, "บันทึก": False},
)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return new_store(tmp_path, monkeypatch)


@pytest.mark.parametrize(("kind", "way"), [("xlsx", "in_place"), ("xls", "rebuilt")])
def test_look_of_a_workbook(kind: str, way: str, engine: Engine, tmp_path: Path) -> None:
    path = write(tmp_path / f"a.{kind}", GRID, LOOK)
    done = ingest(engine, path, "codi", confirmed=True, trusted=True, aside="leave")
    out = tmp_path / "back.xlsx"
    facts = give_back(engine, done.batch_id, out)
    assert (facts["way"], facts["not_kept"], facts["loaded"], facts["excluded"]) == (way, [], 1, 1)
    back = openpyxl.load_workbook(out)
    page = back["งาน"]
    assert [back[name].sheet_state for name in ("งาน", "ลับ", "บันทึก")] == ["visible", "hidden", "visible"]
    assert [str(one) for one in page.merged_cells.ranges] == ["A1:E1"]
    assert page.row_dimensions[4].hidden
    assert page.column_dimensions["D"].hidden
    assert (page["E3"].number_format, page["E3"].value) == ("#,##0.00", 1000.5)
    assert page["E3"].fill.fgColor.rgb == "FFFFFF00"
    assert page["A1"].value == "บัญชีโครงการ"


@pytest.mark.parametrize(
    ("kind", "lost"), [("ods", ["formats", "formulas"]), ("xls", ["formulas"]), ("xlsx", ["formulas"])]
)
def test_what_is_not_kept_is_said(kind: str, lost: list[str], engine: Engine, tmp_path: Path) -> None:
    look = Look(sums={(4, 4): (9, 2, 3, 3000.5)})
    path = write(tmp_path / f"a.{kind}", [*GRID, ["รวม", "", "", "", 0]], look)
    done = ingest(engine, path, "codi", confirmed=True, trusted=True)
    out = tmp_path / "back.xlsx"
    assert give_back(engine, done.batch_id, out)["not_kept"] == lost
    words = [str(row[0]) for row in openpyxl.load_workbook(out).worksheets[-2].iter_rows(values_only=True)]
    assert "สูตร (เหลือเป็นค่า)" in words


def test_a_file_whose_first_sheet_is_hidden_opens_on_another(engine: Engine, tmp_path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("ลับ").visibility = 1
    page = book.add_sheet("งาน")
    for row, cells in enumerate(GRID[1:]):
        for column, value in enumerate(cells):
            page.write(row, column, value)
    book.active_sheet = 1
    book.save(str(tmp_path / "a.xls"))
    done = ingest(engine, tmp_path / "a.xls", "codi", confirmed=True, trusted=True)
    out = tmp_path / "back.xlsx"
    give_back(engine, done.batch_id, out)
    back = openpyxl.load_workbook(out)
    assert (back["ลับ"].sheet_state, back.active.title) == ("hidden", "งาน")
