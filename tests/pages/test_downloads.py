"""Every table that leaves is read back and compared, cell by cell, with what its page shows."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from bench.source import house
from loaders import store
from loaders.exchange.tables import BAHT, DATE, NUMBER, Column, Sheet, csv_bytes, workbook_bytes
from loaders.replies import inbox
from loaders.replies.links import Link
from loaders.store.shared import nation as shared_nation
from pages.components import exports
from pages.queries import store as queries
from pages.session import errors
from pages.session.formatter import Formatter
from tests.support import seeds
from tests.support.meeting_store import Left, opened, run, tables_kept
from tests.support.seeds import ROOT
from tests.support.stores import add_batch

FOLDS = ("fold-list", "fold-sources", "evenness", "fold-work-history", "fold-network-unlinked", "fold-network-bridges",
         "fold-nobody-places", "fold-nobody-groups", "fold-without-entry", "fold-replies")  # fmt: skip
VISITS = [
    *(("coverage", {"list": name}) for name in ("places", "theme", "level")),
    *(("gaps", {"list": name}) for name in ("gap", "theme", "plans")), ("gaps", {"mode": "clusters"}),
    *(("overlaps", {"list": name}) for name in ("pairs", "streams", "agencies")),
    ("overview", {"question": "per_head"}), ("subdistrict", {"subdistrict": "801103"}), ("matrix", {"cell": "health.8001"}),
    *(("currents", {"shown": name}) for name in ("money", "ribbons", "alignment", "strong_on_weak")), ("agency", {"agency": "codi"}),
    *(("ranking", {"tab": name}) for name in ("table", "criteria", "axes", "last_year")),
    ("strengthening", {}), ("welfare", {}), ("selection", {}), ("sources", {}), ("areas", {"asof": "1990-01-01"}), ("sharing", {}), ("nation", {}),
    ("registers", {}), *(("registers", {"register": room}) for room in ("membership", "looking_after", "target", "stage", "capital", "funds", "communities", "indicators")),
    *(("currents", {"shown": name}) for name in ("speed", "pull")), ("help_needed", {}), ("review", {}),
    *(("loop", {"list": name}) for name in ("changed", "before", "work", "notes", "ask")),
    ("rudder", {"steer": "local_development_budget~801602~hardship~50000000"}),
]  # fmt: skip
DECIDED = (
    "review",
    "loop",
    "currents",
    "sharing",
    "nation",
)  # drawn last: decisions, and joined provinces, are new to them
# Tables that stand only where somebody decided, waits or uploaded something; they go the same way.
NEED_DECISIONS = {"decisions", "agreed-history", "cleared", "stale", "welfare-compare", "projects", "roles", "could-act", "stream-balances",
                  "ranking-last-year", "entry-support", "entry-history", "fund-years", "fund-promises", "near-lines", "split"}  # fmt: skip


def decide_first() -> None:
    """What must be before some tables of ``DECIDED`` stand: a message by link that was refused, a record over two years."""
    with store.writing(queries.engine()) as connection:
        support = store.tables.support
        over = (
            select(support.c.id).where(support.c.starts_on.is_not(None), support.c.amount_satang.is_not(None)).limit(1)
        )
        ends = {"ends_on": date(2008, 12, 31)}
        connection.execute(update(support).where(support.c.id == over.scalar_subquery()).values(**ends))
        message = inbox.Message("7" * 32, "wrong", "ได้ 3 บาท", line="=ปลูกผัก")
        inbox.send(connection, Link("subdistrict", "800106", "80"), message)
        store.touch(connection)
        key = connection.execute(select(store.tables.reply.c.id)).scalar_one()
        inbox.decide(connection, key, "refused", "ไม่มีหลักฐาน", "เลขานุการ")


def joined_provinces() -> pd.DataFrame:
    """A nation's store is PostgreSQL's (``tests/loaders/federation``): one province that answers, one that is away."""
    rows = [("90", "copy", 1, "demo", "a", "2026-11-30T10:00:00", 3, 12_345_605, True, True),
            ("96", "live", None, None, None, None, None, None, False, False)]  # fmt: skip
    states = pd.DataFrame(rows, columns=list(shared_nation.STATE_COLUMNS))
    return states.astype({"records": "Int64", "amount_satang": "Int64"})


@pytest.fixture(scope="module")
def left(tmp_path_factory) -> list[Left]:
    """Every page run once per list of its; what it offers to save, beside what it shows."""
    before, has_decided = errors.swallowed, False
    with (
        pytest.MonkeyPatch.context() as patch,
        opened(seeds.copied("demo", tmp_path_factory.mktemp("left") / seeds.NAME), kept="demo"),
        tables_kept() as tables,
    ):
        patch.setattr(shared_nation, "read_states", lambda *_, **__: joined_provinces())
        for view, choices in sorted(VISITS, key=lambda visit: visit[0] in DECIDED):
            if view in DECIDED and not has_decided:
                decide_first()
                has_decided = True
            assert not run(view, folds=FOLDS, **choices).exception, view
            assert errors.swallowed == before, (view, choices)
    seen: set[str] = set()
    # The sources stand under every page: half of all rows, by one piece of code.
    return [one for one in tables if one.name not in seen & {"source-files", "source-rows"} and not seen.add(one.name)]


SAY = Formatter("th")


def cell_words(column: Column, cell: Any, words: Callable[[Any], str] | None, scale: float | None = None) -> str:
    """What a cell that was read back says in the words of the page."""
    if cell in (None, ""):
        return ""
    if column.kind == BAHT:
        return SAY.baht(round(float(cell) * 100))
    if column.kind == NUMBER:
        number = float(cell) / scale if scale else float(cell)
        return str(words(int(number) if number.is_integer() and not scale else number)) if words else f"{number:g}"
    return str(cell).removeprefix("'")


def test_every_table_of_every_page_was_read(left):
    named = {
        node.args[1].value
        for path in house.python_files(ROOT, "pages")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("table", "downloads")
        and len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str)
    }  # fmt: skip
    seen = {name for name, *_ in left}
    assert sorted(named - seen - NEED_DECISIONS) == []
    assert sorted(seen & NEED_DECISIONS) == [], "read after all: take it off the list"
    assert len(named) > 30


def test_the_file_says_what_the_page_says(left):
    """Money in baht to the satang, shares in per cent, dates as dates; what is not known is an empty cell, never zero."""
    for name, frame, columns, formats, sheet in left:
        rows = list(csv.reader(io.StringIO(csv_bytes(sheet).decode("utf-8-sig"))))
        book = CalamineWorkbook.from_filelike(io.BytesIO(workbook_bytes(sheet, name)))
        grid = [[None if cell == "" else cell for cell in row] for row in book.get_sheet_by_index(0).to_python()]
        assert rows[0] == [column.heading for column in sheet.columns], name
        assert len(rows) - 1 == len(frame), name
        place = {column.heading: number for number, column in enumerate(sheet.columns)}
        for key, heading in columns.items():
            unit = ("บาท",) if {"satang", "baht"} & set(key.split("_")) else ("%", "ร้อยละ")
            column = next(one for one in sheet.columns if one.heading in (exports.with_unit(heading, *unit), heading))
            words, at = formats.get(key), place[column.heading]
            scale = exports._percent_scale(words)
            for position, value in enumerate(frame[key]):
                shown = words(value) if words else "" if pd.isna(value) else value
                from_csv = rows[position + 1][at]
                from_excel = grid[position + 1][at] if position + 1 < len(grid) else None
                if pd.isna(value):
                    assert from_csv == "" or column.kind not in (BAHT, NUMBER), (name, heading, value)
                    assert from_excel is None or column.kind not in (BAHT, NUMBER), (name, heading, value)
                elif column.kind in (BAHT, NUMBER) and words:
                    assert cell_words(column, from_csv, words, scale) == str(shown), (name, heading, value, from_csv)
                    assert cell_words(column, from_excel, words, scale) == str(shown), (
                        name,
                        heading,
                        value,
                        from_excel,
                    )
                elif column.kind in (BAHT, NUMBER):
                    assert float(from_csv) == pytest.approx(float(value) / (100 if column.kind == BAHT else 1)), (
                        name,
                        heading,
                    )
                else:
                    assert cell_words(column, from_csv, None) == str(shown), (name, heading)
                    assert str(from_excel or "") == str(shown), (name, heading)


def test_no_money_leaves_without_its_unit_nor_in_satang(left):
    for name, frame, columns, _formats, sheet in left:
        numbers = (one.heading for one in sheet.columns if one.kind == NUMBER)
        plain = [heading for heading in numbers if not any(unit in heading for unit in ("บาท", "(%)"))]
        assert not [heading for heading in plain if heading.startswith(("เงิน", "กระแสทุน"))], name
        rows: list[dict[str, str]] = []
        for key in (key for key in columns if "satang" in key.split("_")):
            column = next(one for one in sheet.columns if one.heading == exports.with_unit(columns[key], "บาท"))
            assert column.kind == BAHT
            assert "บาท" in column.heading, name
            rows = rows or list(csv.DictReader(io.StringIO(csv_bytes(sheet).decode("utf-8-sig"))))
            total = sum(float(row[column.heading] or 0) for row in rows)
            assert total == pytest.approx(float(frame[key].sum()) / 100), (name, key)


def test_a_workbook_can_be_worked_with_and_says_what_it_is(left):
    name, _frame, _columns, _formats, sheet = next(one for one in left if one[0] == "coverage")
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(sheet, name)))
    page, about = book.worksheets
    assert (page.freeze_panes, bool(page.auto_filter.ref)) == ("A2", True)
    said = {row[0]: row[1] for row in about.iter_rows(values_only=True)}
    assert {"ข้อค้นพบ", "วิธีนับและขอบเขต", "ตัวกรองและวิธีดู", "แหล่งข้อมูล", "รุ่นข้อมูล", "วันที่บันทึก"} <= set(said)
    assert "157" in said["ข้อค้นพบ"]
    assert "2550" in said["ตัวกรองและวิธีดู"]


def test_dates_leave_as_dates_and_in_words(left):
    files = next(sheet for name, *_, sheet in left if name == "files")
    kinds = [column.kind for column in files.columns]
    assert DATE in kinds
    iso = files.columns[kinds.index(DATE)]
    assert all(isinstance(day, date) for day in iso.values)
    assert files.columns[kinds.index(DATE) + 1].values[0] == Formatter("th").day(iso.values[0])
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(files, "files")))
    assert isinstance(book.worksheets[0].cell(2, kinds.index(DATE) + 1).value, datetime)


def test_each_distinct_value_is_put_into_words_once_and_values_that_are_alike_are_not_one():
    asked: list[object] = []
    alike = pd.Series([1, True, 1.0, 1, "1", None, "1"], dtype=object)
    assert exports.worded(alike, lambda value: asked.append(value) or repr(value)) == [repr(value) for value in alike]
    assert len(asked) == 5
    assert exports.worded(pd.Series([0.0, -0.0]), lambda value: f"{value:.0f}") == ["0", "-0"]
    assert exports.worded(pd.Series([["a"], ["a"]]), "".join) == ["a", "a"]


def test_text_that_a_spreadsheet_would_run_is_text():
    sheet = Sheet(
        [Column("=1+1", "text", ["=2+5", "+66", None]), Column("b (บาท)", BAHT, [-105, None, 10_675_000_000])]
    )
    rows = list(csv.reader(io.StringIO(csv_bytes(sheet).decode("utf-8-sig"))))
    assert rows == [["'=1+1", "b (บาท)"], ["'=2+5", "-1.05"], ["'+66", ""], ["", "106750000.00"]]
    page = openpyxl.load_workbook(io.BytesIO(workbook_bytes(sheet, "x"))).worksheets[0]
    assert [cell.value for cell in page["A"]] == ["=1+1", "=2+5", "+66", None]
    assert {cell.data_type for cell in page["A"]} <= {"s", "n"}
    assert [cell.value for cell in page["B"]][1:] == [-1.05, None, 106750000]


def test_a_download_names_the_files_in_use_and_no_withdrawn_one(tmp_path):
    with opened(seeds.copied("empty", tmp_path / seeds.NAME)):
        with store.writing(queries.engine()) as connection:
            for name, is_active in (("used.csv", True), ("withdrawn.csv", False)):
                add_batch(connection, file_name=name, file_sha256=name.ljust(64, "0"), is_active=is_active)
            store.touch(connection)
        sources = exports._sources(queries.current_scope().in_language("th"))
    assert "used.csv" in sources and "withdrawn.csv" not in sources
