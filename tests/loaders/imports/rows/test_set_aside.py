"""Hidden, filtered, folded and struck parts of a sheet: told with their baht, taken or left out by one choice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from loaders import __main__ as shell
from loaders.imports.ingest import Ingested, Unanswered, ingest, understand
from loaders.imports.questions import questions
from loaders.layouts.cells.no_support import reason_of
from loaders.places.matcher import Places
from tests.loaders.imports.rows.office_files import Look, write
from tests.support.import_files import new_store

PLACES = ["ท่าศาลา", "กลาย", "ท่าขึ้น", "หัวตะพาน", "สระแก้ว", "โมคลาน"]
HEADS = ["ตำบล", "อำเภอ", "โครงการ", "ปีงบประมาณ", "งบประมาณ", "หมายเหตุ"]
KINDS = ("xlsx", "xls", "ods")


def grid(total: float | str = "") -> list[list]:
    rows = [[name, "ท่าศาลา", f"งาน {number}", 2567, number * 1000, ""] for number, name in enumerate(PLACES, 1)]
    return [HEADS, *rows, *([["รวม", "", "", "", total, ""]] if total else [])]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return new_store(tmp_path, monkeypatch)


def read(path: Path, places: Places, aside: str | None = None) -> Ingested:
    return understand(path, "สำนักงานทดสอบ", places, trusted=True, aside=aside)


def parts(ingested: Ingested) -> dict[str, tuple[int, float]]:
    return {one["kind"]: (one["rows"], one["baht"]) for one in ingested.summary("x")["set_aside"]["parts"]}


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_of_setting_rows_aside_is_told_with_its_baht(kind: str, tmp_path: Path, places: Places) -> None:
    look = Look(hidden={2}, struck={4}, folded={5}, hidden_columns={5})
    path = write(tmp_path / f"a.{kind}", grid(), look)
    asked = read(path, places)
    assert parts(asked) == {"hidden_row": (1, 2000), "struck_row": (1, 4000), "grouped_row": (1, 5000)}
    assert asked.set_aside["asked"]
    taken, left = read(path, places, "take"), read(path, places, "leave")
    assert not taken.set_aside["asked"]
    assert (taken.satang("loaded"), left.satang("loaded")) == (2_100_000, 1_000_000)
    assert left.satang() == 2_100_000
    assert left.summary("x")["excluded_by_reason"] == {"hidden_row": 1, "struck_row": 1, "grouped_row": 1}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_rows_behind_a_filter(kind: str, tmp_path: Path, places: Places) -> None:
    path = write(tmp_path / f"a.{kind}", grid(), Look(filtered={3, 6}))
    assert parts(read(path, places)) == {"filtered_row": (2, 9000)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_hidden_column_of_money_is_asked_about(kind: str, tmp_path: Path, places: Places) -> None:
    path = write(tmp_path / f"a.{kind}", grid(), Look(hidden_columns={4}))
    asked = read(path, places)
    assert parts(asked) == {"hidden_column": (6, 21_000)}
    assert asked.set_aside["asked"]
    left = read(path, places, "leave")
    assert (left.satang("loaded"), left.satang("excluded")) == (0, 2_100_000)
    assert {one["heading"]: one["fate"] for one in left.summary("x")["columns"]}["งบประมาณ"] == "left_out"


@pytest.mark.parametrize("kind", KINDS)
def test_a_struck_cell_alone_waits(kind: str, tmp_path: Path, places: Places) -> None:
    ingested = read(write(tmp_path / f"a.{kind}", grid(), Look(struck_cells={(3, 4)})), places)
    assert ingested.count("quarantined") == 1
    assert "struck_cell" in {problem.code for problem in ingested.problems}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@pytest.mark.parametrize(
    ("function", "look", "shown", "met"),
    [
        (109, {"hidden": {2}}, 19_000, True),
        (109, {"hidden": {2}}, 21_000, False),
        (9, {"hidden": {2}}, 21_000, True),
        (9, {"filtered": {2}}, 19_000, True),
        (9, {"filtered": {2}}, 21_000, False),
        (103, {"hidden": {2}}, 5, True),
    ],
)
def test_subtotals_sum_what_they_say_and_are_no_records(
    kind: str, function: int, look: dict, shown: float, met: bool, tmp_path: Path, places: Places
) -> None:
    for label in ("รวม", "", "กลุ่มงานพัฒนา"):
        rows = grid(1)
        rows[-1][0] = label
        path = write(tmp_path / f"a.{kind}", rows, Look(**look, sums={(7, 4): (function, 1, 6, shown)}))
        ingested = read(path, places, "take")
        assert (ingested.count(), ingested.satang()) == (6, 2_100_000)
        assert [(one["met"], one["stated"]) for one in ingested.summary("x")["control_totals"]] == [(met, shown)]


def test_a_subtotal_of_an_old_workbook_is_no_record(tmp_path: Path, places: Places) -> None:
    rows = grid(1)
    rows[-1][0] = "กลุ่มงานพัฒนา"
    ingested = read(write(tmp_path / "a.xls", rows, Look(sums={(7, 4): (9, 1, 6, 0)})), places)
    assert (ingested.count(), ingested.satang()) == (6, 2_100_000)


@pytest.mark.parametrize(
    ("stated", "aside", "met"),
    [(21_000, "take", True), (19_000, "take", False), (19_000, "leave", True), (21_000, "leave", False)],
)
def test_a_total_is_met_by_the_rows_that_are_taken(
    stated: int, aside: str, met: bool, tmp_path: Path, places: Places
) -> None:
    path = write(tmp_path / "a.xlsx", grid(stated), Look(hidden={2}))
    assert [one["met"] for one in read(path, places, aside).summary("x")["control_totals"]] == [met]


@pytest.mark.parametrize(("stated", "met"), [(21_000, True), (18_000, False), (11_000, False)])
def test_a_grand_total_is_met_by_everything_alone(stated: int, met: bool, tmp_path: Path, places: Places) -> None:
    rows = grid()
    rows.insert(4, ["รวม", "", "", "", 6_000, ""])
    path = write(tmp_path / "a.csv", [*rows, ["รวมทั้งสิ้น", "", "", "", stated, ""]])
    assert [one["met"] for one in read(path, places).summary("x")["control_totals"]] == [True, met]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
@pytest.mark.parametrize("at", [4, 5])
def test_rows_that_are_not_allotted_or_empty_are_no_support(kind: str, at: int, tmp_path: Path, places: Places) -> None:
    rows = grid()
    words = ["ยังไม่จัดสรร", "รอจัดสรร", "ยังไม่ได้รับการจัดสรร", "รอการอนุมัติจากสภา", "ไม่ได้รับจัดสรร"]
    for number, word in enumerate(words, 1):
        rows[number][at] = word
    rows[6][2] = rows[6][4] = "-"
    ingested = read(write(tmp_path / f"a.{kind}", [*rows, ["ดอนตะโก", "ท่าศาลา", "งาน", 2567, 7, ""]], Look()), places)
    assert ingested.summary("x")["excluded_by_reason"] == {"not_allotted": 4, "not_granted": 1, "nothing_stated": 1}
    assert (ingested.count("loaded"), ingested.count("quarantined")) == (1, 0)


@pytest.mark.parametrize(
    "text", ["รอจัดสรรงวดที่ 2", "รออนุมัติเบิกจ่าย", "อยู่ระหว่างดำเนินการ", "รองนายก อบต.", "รองบริหาร", "ยังไม่ได้รับเงิน"]
)
def test_words_that_do_not_deny_the_grant(text: str) -> None:
    assert reason_of(text) is None


def test_words_that_money_contradicts_wait(tmp_path: Path, places: Places) -> None:
    rows = [[*HEADS[:5], "เบิกจ่าย", "สถานะ"], ["ท่าศาลา", "ท่าศาลา", "งาน", 2567, 100, 50, "ยังไม่จัดสรร"]]
    ingested = read(write(tmp_path / "a.csv", rows), places)
    assert ingested.understood[0].reason.tolist() == ["not_allotted_but_paid"]


def test_nothing_is_stored_before_the_choice(engine: Engine, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", grid(), Look(hidden={2}))
    with pytest.raises(Unanswered) as refusal:
        ingest(engine, path, "codi", confirmed=True, trusted=True)
    assert refusal.value.problem.code == "set_aside_unanswered"
    assert "2,000.00 บาท" in (refusal.value.problem.value or "")
    (question,) = questions(refusal.value.ingested)
    assert (question["choices"], question["option"]) == (["take", "leave"], "--set-aside take")
    assert "1 hidden row, 2,000.00 baht" in question["en"]
    assert ingest(engine, path, "codi", confirmed=True, trusted=True, aside="leave").satang("loaded") == 1_900_000


def test_a_total_that_is_not_met_ends_with_3_until_somebody_says_why(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    path = write(tmp_path / "a.csv", grid(20_000))
    command = ["import", str(path), "--base", "codi", "--confirm", "--json"]
    assert shell.main([*command, "--dry-run"]) == 3
    said_at_shell = json.loads(capsys.readouterr().err.splitlines()[0])
    assert said_at_shell["code"] == "control_total_unmet"
    assert (said_at_shell["value"], said_at_shell["suggestion"], said_at_shell["difference"]) == (
        "20,000.00", "21,000.00", "-1,000.00",
    )  # fmt: skip
    assert shell.main([*command, "--accept-totals", "หน่วยงานแจ้งว่าพิมพ์ผิด"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["totals_accepted"]["why"] == "หน่วยงานแจ้งว่าพิมพ์ผิด"
    assert summary["totals_accepted"]["who"]


def test_tables_of_the_web_and_of_excel_2003(tmp_path: Path, places: Places) -> None:
    looks = {2: ("style='display:none'", 'ss:Hidden="1"', ""), 4: ("", "", ' ss:StyleID="gone"')}
    lines, records = [], []
    for number, row in enumerate(grid()):
        hidden, hidden_2003, style = looks.get(number, ("", "", ""))
        mark = ("<s>", "</s>") if style else ("", "")
        lines.append(f"<tr {hidden}>" + "".join(f"<td>{mark[0]}{cell}{mark[1]}</td>" for cell in row) + "</tr>")
        cells = "".join(f'<Cell{style}><Data ss:Type="String">{cell}</Data></Cell>' for cell in row)
        records.append(f"<Row {hidden_2003}>{cells}</Row>")
    html, xml = tmp_path / "a.html", tmp_path / "a.xml"
    html.write_text(f"<html><meta charset=utf-8><table>{''.join(lines)}</table></html>", encoding="utf-8")
    xml.write_text(
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="gone"><Font ss:StrikeThrough="1"/></Style></Styles>'
        f'<Worksheet ss:Name="งาน"><Table>{"".join(records)}</Table></Worksheet></Workbook>',
        encoding="utf-8",
    )
    for path in (html, xml):
        assert parts(read(path, places)) == {"hidden_row": (1, 2000), "struck_row": (1, 4000)}
