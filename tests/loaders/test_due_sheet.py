"""The table of expected reports by a sheet: back and forth without a change, all rows or none, every bad row named."""

from __future__ import annotations

from datetime import date

import pytest
import xlsxwriter

from loaders import setup, store, tracker
from loaders.decisions import dues
from loaders.exchange import due_sheet
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM


@pytest.fixture
def board(sqlite_engine):
    setup.ensure_code_lists(sqlite_engine)
    return sqlite_engine


def sheet(path, *rows):
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("ตาราง")
    for line, cells in enumerate([tuple(due_sheet.words()["headings"].values()), *rows]):
        for column, cell in enumerate(cells):
            page.write_string(line, column, cell)
    book.close()
    return path


def test_what_is_written_comes_back_as_it_was(board, tmp_path):
    with store.writing(board) as connection:
        number = due_sheet.write(connection, tmp_path / "all.xlsx", "80", viewer=DATA_TEAM)
        assert due_sheet.load(connection, tmp_path / "all.xlsx", "80", "clerk") == {
            "set": 0,
            "retired": 0,
            "same": number,
        }


def test_a_sheet_adds_moves_and_stops(board, tmp_path):
    path = sheet(
        tmp_path / "new.xlsx",
        ("สสส.", "การสนับสนุน", "", "2550", "31/01/2551", "", "ขอ", "เลื่อนตามหนังสือ"),
        ("กรมการพัฒนาชุมชน", "การสนับสนุน", "ท่าศาลา", "", "", "60", "ขอ", ""),
        ("trf", "การสนับสนุน", "", "", "", "", "เลิกขอ", "ยุบแล้ว"),
    )
    with store.writing(board) as connection:
        assert due_sheet.load(connection, path, "80", "clerk") == {"set": 2, "retired": 1, "same": 0}
        listed = dues.read_dues(connection, "support", viewer=DATA_TEAM)
        table = tracker.tracker(connection, date(2008, 1, 10), viewer=DATA_TEAM, fiscal_year=2007, by_district=False)
    assert "trf" not in set(listed["base"])
    moved = table[table["base"].eq("thaihealth")]
    assert moved[["due_on", "state"]].to_numpy().tolist() == [
        [date(2008, 1, 31), "waiting"]
    ]  # the other year's day is gone
    assert table[table["base"].eq("cdd") & table["register"].eq("support")]["area_code"].tolist() == ["8008"]
    assert set(table.loc[table["base"].isin(["codi", "nhso"]), "state"]) == {"late"}


def test_bad_rows_are_all_named_and_nothing_is_stored(board, tmp_path):
    path = sheet(
        tmp_path / "bad.xlsx",
        ("สสส.", "การสนับสนุน", "", "2550", "31/01/2551", "", "ขอ", ""),
        ("หน่วยงานที่ไม่มี", "การสนับสนุน", "", "", "", "", "ขอ", ""),
        ("พอช.", "อะไรสักอย่าง", "", "", "", "", "ขอ", ""),
        ("พอช.", "การสนับสนุน", "อำเภอที่ไม่มี", "", "", "", "ขอ", ""),
        ("พอช.", "การสนับสนุน", "", "", "", "", "เลิกขอ", ""),
        ("พอช.", "การสนับสนุน", "", "", "45/45/45", "", "ขอ", ""),
        ("พอช.", "การสนับสนุน", "", "2699", "31/01/2551", "", "ขอ", ""),  # the year 2156: swapped digits
    )
    with store.writing(board) as connection:
        before = store.count(connection, tables.due)
        with pytest.raises(due_sheet.SheetRefused) as stop:
            due_sheet.load(connection, path, "80", "clerk")
        assert store.count(connection, tables.due) == before
    assert [(problem.code, problem.row) for problem in stop.value.problems] == [
        ("due_sheet_base", 3), ("due_sheet_register", 4), ("district_unknown", 5), ("reason_missing", 6), ("due_sheet_day", 7), ("due_sheet_day", 8),
    ]  # fmt: skip
