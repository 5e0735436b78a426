"""What is too much is refused before it is worked on; large originals of the same cases: ``python -m bench limits``."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from bench.experiments import limits as bench
from loaders.files import sandbox
from loaders.problems import Refused
from loaders.sheets import limits
from loaders.sheets.read import read_sheets

pytestmark = pytest.mark.usefixtures("real_children")
ANSWERS = {
    "sheets, Excel 2003 XML": "file_many_sheets", "sheets, XLSX": "file_many_sheets", "sheets, ODS": "file_many_sheets", "tables, HTML": "file_many_sheets",
    "lists, JSON": "file_many_sheets", "a line, CSV": "file_long_line", "a line of cells, CSV": "file_long_line", "a line, quoted": "file_many_rows",
    "a cell, XML": "file_long_cell", "a value, JSON": "file_long_cell", "columns, CSV": "file_many_columns", "rows, CSV": "file_many_rows", "rows, CR": "file_many_rows",
    "directory of a zip": "file_bomb", "a mark of 500 MB": "file_bomb",
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_one_more_than_is_taken_is_refused_with_its_reason(case: str, tmp_path: Path):
    name, make = bench.CASES[case]
    (tmp_path / name).write_bytes(make(True))
    with pytest.raises(Refused) as stop:
        read_sheets(tmp_path / name)
    assert stop.value.problem.code == ANSWERS[case]


def test_every_case_of_the_bench_is_tried():
    assert set(ANSWERS) == set(bench.CASES)


def test_as_many_as_are_taken_are_read(tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for _ in range(limits.MAX_SHEETS):
        book.add_worksheet().write(0, 0, "ตำบล")
    book.close()
    assert len(read_sheets(tmp_path / "a.xlsx")) == limits.MAX_SHEETS
    limits.check_lines(b"x" * (limits.MAX_LINE_BYTES - 1) + b"\n" + b"x" * 10)


def test_an_answer_that_would_fill_the_server_is_not_read(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(sandbox, "MAX_ANSWER_BYTES", 10)
    (tmp_path / "answer").write_text('{"answer": "xxxxxxxxxxxxxxxxxxxx"}')
    with pytest.raises(Refused) as stop:
        sandbox.answer(tmp_path / "answer")
    assert stop.value.problem.code == "file_too_heavy"
