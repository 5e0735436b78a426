"""Refusals speak of what they saw, and say which option answers them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from loaders import __main__ as shell
from loaders.imports.ingest import NothingForTheBoard, understand
from loaders.layouts.column_answers import ColumnAnswers
from loaders.places.matcher import Places
from loaders.problems import Refused
from tests.loaders.imports.rows.office_files import write
from tests.support.import_files import new_store

NAMES = ["ท่าศาลา", "กลาย", "ท่าขึ้น", "หัวตะพาน"]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return new_store(tmp_path, monkeypatch)


def table(*heads: str, **columns: list) -> list[list]:
    rows = [[*heads, "ตำบล", "อำเภอ"]]
    return rows + [[*(columns[head][at] for head in heads), name, "ท่าศาลา"] for at, name in enumerate(NAMES)]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
def test_schools_under_a_heading_that_says_nothing_are_organisations(kind: str, tmp_path: Path, places: Places) -> None:
    rows = table("ชื่อ", ชื่อ=[f"โรงเรียนวัด{name}" for name in NAMES])
    ingested = understand(write(tmp_path / f"a.{kind}", rows), "x", places, trusted=True)
    assert ingested.understood[0].layout.register == "organisation"
    assert ingested.understood[0].layout.constants["organisation_kind"] == "school"
    assert ingested.doubts == ["organisation_by_content"]


def test_columns_that_nobody_knows_are_named_with_what_they_hold(tmp_path: Path, places: Places) -> None:
    rows = table("นาม", "สังกัด", นาม=["บ้านเหนือ", "บ้านใต้", "บ้านออก", "บ้านตก"], สังกัด=["สพป.", "สพป.", "", "สพม."])
    with pytest.raises(NothingForTheBoard) as stop:
        understand(write(tmp_path / "a.csv", rows), "x", places, trusted=True)
    problem = stop.value.problem
    assert (problem.code, problem.row, problem.column) == ("columns_unplaced", 4, "ตำบล, อำเภอ")
    assert problem.value == "นาม (4), สังกัด (3)"
    assert '--column "นาม=' in (problem.suggestion or "")


def test_a_list_of_places_alone_is_called_one(tmp_path: Path, places: Places) -> None:
    rows = table("ที่", "ปี", ที่=[1, 2, 3, 4], ปี=[2550] * 4)
    with pytest.raises(NothingForTheBoard, match="place_list_only"):
        understand(write(tmp_path / "a.csv", rows), "x", places, trusted=True)


def test_the_shell_names_headings_choices_and_the_option(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    rows = table("ชื่อกลุ่ม", "เงินทุน (บาท)", **{"ชื่อกลุ่ม": ["ก", "ข", "ค", "ง"], "เงินทุน (บาท)": [1000, 2000, 3000, 4000]})
    path = str(write(tmp_path / "a.csv", rows))
    assert shell.main(["import", path, "--base", "codi"]) == 2
    answer = json.loads(capsys.readouterr().err)
    (question,) = answer["questions"]
    assert question["about"] == "เงินทุน (บาท)"
    assert question["option"] == '--column "เงินทุน (บาท)=savings"'
    assert "savings (เงินออม)" in question["th"]
    assert "10,000.00" in question["en"]
    assert shell.main(["import", path, "--base", "codi", "--column", "เงินทุน (บาท)=-", "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["baht_excluded"] == 10_000
    assert shell.main(["import", path, "--base", "codi", "--column", "เงินทุน (บาท)=savings"]) == 0
    assert json.loads(capsys.readouterr().out)["baht_loaded"] == 10_000


def test_a_refused_file_is_loaded_once_its_columns_are_said(tmp_path: Path, places: Places) -> None:
    rows = table("นาม", "ยอด", นาม=["ก", "ข", "ค", "ง"], ยอด=[1, 2, 3, 4])
    answers = ColumnAnswers.of(["นาม=organisation_name", "ยอด=members"])
    ingested = understand(write(tmp_path / "a.csv", rows), "x", places, trusted=True, column_answers=answers)
    assert ingested.count("loaded") == 4
    assert ingested.understood[0].read.values["members"].tolist() == [1, 2, 3, 4]


def test_a_column_that_is_none_of_ours_is_refused_with_those_that_are() -> None:
    with pytest.raises(Refused) as stop:
        ColumnAnswers.of(["ยอด=เงิน"])
    assert stop.value.problem.code == "column_unknown"
    assert "amount" in (stop.value.problem.suggestion or "")
