"""The same line in two files: found, told, left out only when a person says so, and never counted wrongly."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine, select, update
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from loaders import store
from loaders.imports import duplicates
from loaders.imports.give_back import give_back
from loaders.imports.ingest import NothingForTheBoard, ingest
from loaders.imports.review import commands, queries
from loaders.store import tables
from pages.session import cache
from pages.session.text import t
from tests.conftest import ROOT, SHARED
from tests.loaders.test_cli import loaders
from tests.support.import_files import account, adds_up, csv_file, new_store

HEADS = ["ตำบล", "อำเภอ", "หน่วยงาน", "ชื่อโครงการ", "ปีงบประมาณ", "งบประมาณ"]
LONG = "ก่อสร้างฝายชะลอน้ำบ้านวัดวอพร้อมอาคารประกอบและถนนเข้าหัวงาน ระยะที่ 2 พื้นที่รับประโยชน์ 71 ไร่"
FIRST = [
    ["ท่าศาลา", "ท่าศาลา", "พอช.", "อบรมอาชีพ", "2550", "1000"],
    ["ปากพูน", "เมืองนครศรีธรรมราช", "พอช.", "ปลูกป่า", "2550", "2500.50"],
    ["สิชล", "สิชล", "พอช.", LONG, "2550", "70000"],
]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return new_store(tmp_path, monkeypatch)


def after_the_first(engine: Engine, folder: Path, rows: list[list[str]], **options):
    ingest(engine, csv_file(folder, FIRST, "มกราคม.csv", HEADS), trusted=True)
    return ingest(engine, csv_file(folder, rows, "กุมภาพันธ์.csv", HEADS), trusted=True, **{"adds": True} | options)


def test_a_list_that_grew_is_told_and_loaded_whole_unless_said_otherwise(engine: Engine, tmp_path: Path) -> None:
    grown = [*FIRST, ["กลาย", "ท่าศาลา", "พอช.", "อบรมอาชีพ", "2550", "1000"]]
    found = after_the_first(engine, tmp_path, grown)
    told = found.summary("x")["repeats"]
    of = [{"batch": 1, "file": "มกราคม.csv", "rows": 3, "baht": 73500.5}]
    assert told == {"rows": 3, "baht": 73500.5, "left_out": False, "of": of}
    assert (found.count("loaded"), found.count("excluded")) == (4, 0)
    assert [one.row for one in found.problems if one.code == "repeat_found"] == [2, 3, 4]


def test_left_out_they_are_excluded_with_their_reason_and_money(engine: Engine, tmp_path: Path) -> None:
    grown = [*FIRST, ["กลาย", "ท่าศาลา", "พอช.", "อบรมอาชีพ", "2550", "1000"]]
    found = after_the_first(engine, tmp_path, grown, leave_out_repeats=True)
    assert found.summary("x")["excluded_by_reason"] == {"repeat_left_out": 3}
    kept = account(engine, found.batch_id)
    assert adds_up(kept)
    assert (kept["rows_loaded"], kept["satang_loaded"], kept["satang_excluded"]) == (1, 100000, 7350050)
    out = tmp_path / "back.xlsx"
    assert give_back(engine, found.batch_id, out)["excluded"] == 3
    notes = [row[-1].value for row in openpyxl.load_workbook(out).worksheets[0].iter_rows(min_row=2, max_row=4)]
    assert all(note.startswith("บรรทัดที่มีในไฟล์อื่นแล้ว") for note in notes)


@pytest.mark.parametrize(
    "row",
    [
        ["ท่าศาลา", "ท่าศาลา", "พอช.", "อบรม อาชีพ", "2550", "1,000"],  # another hand's spaces and commas
        ["สิชล", "สิชล", "กรมชลประทาน", LONG, "2550", "70000"],  # a long description tells by itself
        ["สิชล", "สิชล", "กรมชลประทาน", LONG.replace("้", "").replace("ำ", "า"), "2550", "70000"],
        ["สิชล", "สิชล", "พอช.", LONG.replace("71", "๗๑"), "2550", "70000"],
    ],
)
def test_what_counts_as_the_same_line(engine: Engine, tmp_path: Path, row: list[str]) -> None:
    assert after_the_first(engine, tmp_path, [row]).repeats["rows"] == 1


def test_what_does_not_count_as_the_same_line(engine: Engine, tmp_path: Path) -> None:
    rows = [
        ["ท่าศาลา", "ท่าศาลา", "สสส.", "อบรมอาชีพ", "2550", "1000"],  # two funders of one thing are partners
        ["ท่าศาลา", "ท่าศาลา", "พอช.", "อบรมอาชีพ", "2549", "1000"],
        ["ท่าศาลา", "ท่าศาลา", "พอช.", "อบรมอาชีพ", "2550", "1001"],
        ["กลาย", "ท่าศาลา", "พอช.", "อบรมอาชีพ", "2550", "1000"],
        ["ท่าศาลา", "ท่าศาลา", "พอช.", "อบรมอาชีวะ", "2550", "1000"],
        ["สิชล", "สิชล", "พอช.", LONG.replace("ระยะที่ 2", "ระยะที่ 3"), "2550", "70000"],
    ]
    found = after_the_first(engine, tmp_path, rows)
    assert (found.repeats["rows"], found.count("loaded")) == (0, len(rows))


def test_three_equal_lines_against_one_are_one_repeat_and_lines_of_one_file_are_none(
    engine: Engine, tmp_path: Path
) -> None:
    found = after_the_first(engine, tmp_path, [FIRST[0]] * 3)
    assert (found.repeats["rows"], found.repeats["baht"]) == (1, 1000.0)


def test_without_money_only_the_same_words_of_the_same_agency_are_a_repeat(engine: Engine, tmp_path: Path) -> None:
    first = [["ท่าศาลา", "ท่าศาลา", "พอช.", LONG, "2550", "-"], ["สิชล", "สิชล", "พอช.", "ลานกีฬา", "2550", "-"]]
    ingest(engine, csv_file(tmp_path, first, "ก.csv", HEADS), trusted=True)
    near = [["ท่าศาลา", "ท่าศาลา", "พอช.", LONG.replace("้", ""), "2550", "-"], first[1]]
    found = ingest(engine, csv_file(tmp_path, near, "ข.csv", HEADS), trusted=True, adds=True)
    assert [one.row for one in found.problems if one.code == "repeat_found"] == [3]


def test_a_withdrawn_file_repeats_nothing(engine: Engine, tmp_path: Path) -> None:
    ingest(engine, csv_file(tmp_path, FIRST, "ก.csv", HEADS), trusted=True)
    with store.writing(engine) as connection:
        store.set_active(connection, [1], False, "by_hand", "x")
    assert ingest(engine, csv_file(tmp_path, FIRST, "ข.csv", [*HEADS[:-1], "วงเงิน"]), trusted=True).repeats["rows"] == 0


def test_withdrawing_what_others_rest_on_is_told(engine: Engine, tmp_path: Path) -> None:
    grown = [*FIRST, ["กลาย", "ท่าศาลา", "พอช.", "อบรมอาชีพ", "2550", "1000"]]
    after_the_first(engine, tmp_path, grown, leave_out_repeats=True)
    missed = [{"batch": 2, "file": "กุมภาพันธ์.csv", "rows": 3, "baht": 73500.5}]
    with store.reading(engine) as connection:
        assert (duplicates.resting_on(connection, 1), duplicates.resting_on(connection, 2)) == (missed, [])
    done = loaders(Path(str(engine.url.database)), "withdraw", "1")
    assert json.loads(done.stdout)["missed_by"] == missed
    assert "73,500.50" in done.stderr
    assert "lines_rested_on_batch" in done.stderr


def test_a_row_decided_later_is_compared_with_other_files_but_not_with_its_own(engine: Engine, tmp_path: Path) -> None:
    heads = [*HEADS[:-1], "งบประมาณ (บาท)"]
    astray = [["ท่าศาลาา", "ท่าศาลา", *FIRST[0][2:]], ["ท่าศาลาา", "ท่าศาลา", "พอช.", "ปลูกป่า", "2550", "77"], FIRST[2]]
    ingest(engine, csv_file(tmp_path, FIRST[:1], "มกราคม.csv", HEADS), trusted=True)
    own = ["ท่าศาลา", "ท่าศาลา", "พอช.", "ปลูกป่า", "2550", "77"]  # the same words as a row that waits beside it
    ingest(engine, csv_file(tmp_path, [*astray, own], "กุมภาพันธ์.csv", heads), trusted=True, adds=True)
    with store.reading(engine) as connection:
        waiting = queries.waiting(connection)
    done = commands.decide_place(engine, waiting["id"], "800801", "asked", "x")
    assert (done.loaded, [(one.satang, one.of.file, one.of.row) for one in done.repeats]) == (
        2,
        [(100000, "มกราคม.csv", 2)],
    )


def test_the_page_tells_what_rests_on_a_batch_before_it_is_withdrawn(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = [*FIRST, ["กลาย", "ท่าศาลา", "พอช.", "อบรมอาชีพ", "2550", "1000"]]
    after_the_first(engine, tmp_path, grown, leave_out_repeats=True)
    with store.writing(engine) as connection:
        of_first = tables.import_batch.c.id == 1
        summary = json.loads(connection.execute(select(tables.import_batch.c.summary).where(of_first)).scalar_one())
        assert summary["control_totals"] == []
        unmet = json.dumps(summary | {"control_totals": [{"met": False}, {"met": True}, {"met": False}]})
        connection.execute(update(tables.import_batch).where(of_first).values(summary=unmet))
    cache.clear()
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    page._page_hash = calc_hash("imports")
    page.run()
    told = "กุมภาพันธ์.csv"
    assert not [one for one in page.warning if told in one.value]  # the newest batch is chosen: nothing rests on it
    page.selectbox(key="batch").set_value(1).run()
    found = [one.value for one in page.warning if told in one.value]
    assert len(found) == 1
    assert "73,500" in found[0]
    assert t("totals_unmet_in_batch", number="2") in [one.value for one in page.warning]
    cache.clear()


def test_a_file_of_nothing_but_repeats_is_refused_when_they_are_left_out(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NothingForTheBoard) as stop:
        after_the_first(engine, tmp_path, FIRST[:2], leave_out_repeats=True)
    assert stop.value.problem.code == "all_repeats_left_out"


def about_the_province(start: str, folder: Path) -> Path:
    """An agency file with its lines about the province and one in forty of the others (whole: ``test_agency_files``)."""
    whole = next((SHARED / "agency_files").glob(f"{start}*"))
    with whole.open(encoding="utf-8-sig", newline="") as file:
        heads, *lines = csv.reader(file)
    named = [line for at, line in enumerate(lines) if at % 40 == 0 or re.search("นครศร|ธรรมราช", " ".join(line))]
    assert len(named) * 10 < len(lines)
    with (folder / whole.name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *named])
    return folder / whole.name


def test_the_same_budget_book_in_three_files(tmp_path: Path) -> None:
    """02f holds 50 lines of 02a; 02e is 02a read badly: each of its 46 lines is in one of the two."""
    files = [
        next((SHARED / "agency_files").glob("02f*")),
        *(about_the_province(one, tmp_path) for one in ("02a", "02e")),
    ]
    board = tmp_path / "store.sqlite"
    done = loaders(board, "import", "--json", *files[:2])
    alone, doubled = (json.loads(line) for line in done.stdout.splitlines())
    assert (alone["repeats"]["rows"], doubled["repeats"]["rows"], doubled["loaded"]) == (0, 50, 84)
    assert doubled["repeats"]["baht"] == 2228658300.0
    assert "--leave-out-repeats" in done.stderr
    assert loaders(board, "withdraw", "2").returncode == 0
    again = loaders(board, "import", "--json", "--leave-out-repeats", files[1])
    summary = json.loads(again.stdout)
    assert (summary["loaded"], summary["excluded_by_reason"]["repeat_left_out"]) == (34, 50)
    assert again.returncode == 3
    third = json.loads(loaders(board, "import", "--json", "--dry-run", files[2]).stdout)
    assert (third["loaded"], third["repeats"]["rows"]) == (46, 46)
