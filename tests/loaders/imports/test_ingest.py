"""Understanding a file: units, years, places and columns as agencies write them; what is doubtful waits, what is said is remembered."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine, select

from loaders import store
from loaders.files import sandbox
from loaders.imports import job
from loaders.imports.ingest import Ingested, NothingForTheBoard, ingest, understand
from loaders.layouts import layout as layouts
from loaders.layouts.column_answers import ColumnAnswers
from loaders.layouts.ledger import unit_of
from loaders.places.matcher import Places
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM
from pages.imports import jobs as import_jobs
from tests.support import warm
from tests.support.import_files import HEADS, ROWS, account, adds_up, csv_file, new_store, xlsx_file


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return new_store(tmp_path, monkeypatch)


def read(path: Path, **options) -> Ingested:
    return understand(path, "codi", trusted=True, **options)


def only(ingested: Ingested):
    assert len(ingested.understood) == 1
    return ingested.understood[0]


@pytest.mark.parametrize(
    ("heading", "written", "satang"),
    [
        ("งบประมาณ (บาท)", "1,250.50", 125050),
        ("งบประมาณ (พันบาท)", "1.5", 150000),
        ("งบประมาณ (ล้านบาท)", "๑.๒๕", 125000000),
        ("จำนวนเงิน (หน่วย: ล้านบาท)", "2", 200000000),
    ],
)
def test_the_unit_in_a_heading_counts(tmp_path: Path, heading: str, written: str, satang: int) -> None:
    result = only(read(csv_file(tmp_path, [["ท่าศาลา", "ท่าศาลา", "พอช.", "ก", written]], heads=[*HEADS[:4], heading])))
    assert list(result.satang) == [satang]


def test_title_rows_say_unit_and_year(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, {"ก": [["โครงการปีงบประมาณ พ.ศ. 2550"], ["(หน่วย: พันบาท)"], HEADS, *ROWS]})
    result = only(read(path))
    assert list(result.satang) == [100000000, 250050000, 0]
    assert set(result.read.values["fiscal_year"]) == {2007}
    assert result.layout.how["fiscal_year"] == "title"


def test_a_unit_that_stands_in_a_second_heading_line_is_not_lost(tmp_path: Path) -> None:
    rows = [[*HEADS[:4], "วงเงิน"], ["", "", "", "", "งบประมาณ (ล้านบาท)"], *[[*row[:4], "3"] for row in ROWS]]
    result = only(read(csv_file(tmp_path, rows[1:], heads=rows[0])))
    assert set(result.satang[result.rows("loaded")]) == {300000000}


def test_the_province_in_the_title_is_the_province_of_the_rows(tmp_path: Path) -> None:
    path = xlsx_file(
        tmp_path,
        {
            "ก": [
                ["โครงการของจังหวัดนนทบุรี"],
                HEADS,
                ["บางกระสอ", "เมือง", "พอช.", "ก", "5"],
                ["ตำบลที่ไม่มี", "เมือง", "พอช.", "ก", "7"],
            ]
        },
    )
    with pytest.raises(NothingForTheBoard) as stop:
        read(path)
    assert stop.value.problem.code == "all_outside_province"
    assert set(stop.value.ingested.sheets[0].reason) == {"outside_province"}


def test_rows_of_other_provinces_are_left_out_even_when_misspelt(tmp_path: Path) -> None:
    heads = ["สถานที่ดำเนินการ", "หน่วยงาน", "งบประมาณ"]
    rows = [
        ["ตำบลท่าศาลา อำเภอท่าศาลา จังหวัดนครศรีธรรมราช", "พอช.", "1"],
        ["ตำบลบางกะสอ อำเภอเมือง จังหวัดนนทบุรี", "พอช.", "2"],
        ["สำนักงานกลาง กรุงเทพมหานคร", "พอช.", "4"],
        ["ตำบลท่าศาลาา อำเภอท่าศาลา จังหวัดนครศรีธรรมราช", "พอช.", "8"],
    ]
    result = only(read(csv_file(tmp_path, rows, heads=heads)))
    assert list(result.outcome)[1:3] == ["excluded", "excluded"]
    assert list(result.reason)[1:3] == ["outside_province"] * 2
    assert result.outcome.iloc[0] == "loaded"


def test_hidden_sheets_are_counted_but_not_loaded(tmp_path: Path) -> None:
    import openpyxl

    path = xlsx_file(tmp_path, {"ก": [HEADS, *ROWS], "ซ่อน": [HEADS, *ROWS]})
    book = openpyxl.load_workbook(path)
    book["ซ่อน"].sheet_state = "hidden"
    book.save(path)
    summary = read(path).summary("x")
    assert (summary["rows_in"], summary["loaded"], summary["excluded_by_reason"]) == (6, 3, {"hidden_sheet": 3})
    assert summary["baht_in"] == summary["baht_loaded"] + summary["baht_excluded"] == 7001.0


def test_every_sheet_counts_and_place_lists_say_why(tmp_path: Path) -> None:
    lists = [["รหัสตำบล", "ชื่อตำบล"], ["800101", "ในเมือง"], ["800801", "ท่าศาลา"]]
    summary = read(xlsx_file(tmp_path, {"งาน": [HEADS, *ROWS], "รายชื่อ": lists})).summary("x")
    assert summary["rows_in"] == 5
    assert summary["excluded_by_reason"] == {"place_list_only": 2}


def test_content_tells_places_and_money_but_a_person_must_agree(tmp_path: Path, engine: Engine) -> None:
    heads = ["a", "b", "c", "d"]
    rows = [[f"งาน {number}", name, district, f"{number + 1},500"] for number, (name, district) in enumerate(
        [("ท่าศาลา", "ท่าศาลา"), ("ปากพูน", "เมืองนครศรีธรรมราช"), ("เปลี่ยน", "สิชล"), ("ทุ่งปรัง", "สิชล")])]  # fmt: skip
    path = csv_file(tmp_path, rows, heads=heads)
    found = read(path)
    layout = only(found).layout
    assert (layout.columns["subdistrict"], layout.columns["district"], layout.columns["amount"]) == (
        ["b"],
        ["c"],
        ["d"],
    )
    assert found.doubts == ["money_by_content"]
    with pytest.raises(Refused) as stop:
        ingest(engine, path, "codi", trusted=True)
    assert stop.value.problem.code == "understanding_unconfirmed"
    done = ingest(engine, path, "codi", trusted=True, confirmed=True)
    assert done.count("loaded") == 4
    following = csv_file(tmp_path, [[*row[:3], "9,000"] for row in rows], "ปีถัดไป.csv", heads)
    again = ingest(engine, following, "codi", trusted=True)  # the next edition passes by itself
    assert again.satang("loaded") == 4 * 900000
    assert only(again).layout.code == "remembered"


def test_a_number_that_is_no_money_is_not_taken_for_it(tmp_path: Path) -> None:
    rows = [
        ["800101", "80000", "2550", "8.43"],
        ["800801", "80160", "2550", "8.66"],
        ["801401", "80120", "2550", "9.01"],
    ]
    with pytest.raises(NothingForTheBoard) as stop:
        read(csv_file(tmp_path, rows, heads=["x", "y", "z", "w"]))
    assert stop.value.problem.code == "place_list_only"


def test_what_a_person_says_is_used_and_remembered_without_the_year(tmp_path: Path, engine: Engine) -> None:
    heads = ["p", "q", "r"]
    path = csv_file(tmp_path, [["ท่าศาลา", "ท่าศาลา", "1.5"]], heads=heads)
    key = layouts.headings_key(heads)
    said = layouts.by_hand(
        "codi",
        "support",
        {"p": "subdistrict", "q": "district", "r": "amount"},
        {"amount": "million_baht"},
        {"fiscal_year": "2550"},
    )
    done = ingest(engine, path, "codi", trusted=True, answers={key: said})
    assert done.satang("loaded") == 150000000
    with store.reading(engine) as connection:
        assert connection.execute(select(tables.support.c.fiscal_year, tables.support.c.agency_code)).all() == [
            (2007, "codi")
        ]
    following = csv_file(tmp_path, [["สิชล", "สิชล", "2"]], "ใหม่.csv", heads)
    with pytest.raises(NothingForTheBoard):  # without the memory the headings say nothing
        read(following)
    with pytest.raises(Refused, match="understanding_unconfirmed"):  # the year is asked for again
        ingest(engine, following, "codi", trusted=True)


def test_by_hand_refuses_columns_that_are_not_ours() -> None:
    with pytest.raises(Refused):
        layouts.by_hand("codi", "support", {"p": "__class__"}, {}, {})


def test_two_money_columns_for_one_are_a_doubt(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [[*row, "7"] for row in ROWS], heads=[*HEADS, "จำนวนเงิน"])
    assert read(path).doubts == ["two_columns:amount"]


POINTS = [  # latitude, longitude, outcome, reason, area
    ("8.2", "99.6", "loaded", "", "800912"),
    ("8.43", "99.97", "loaded", "", "800103"),
    ("99.97", "8.43", "quarantined", "point_swapped", None),
    ("13.7", "100.5", "excluded", "outside_province", None),
    ("35.6", "139.7", "excluded", "outside_country", None),
    ("nan", "99.9", "quarantined", "point_unreadable", None),
    ("0", "0", "quarantined", "point_unreadable", None),
    ("931234.5", "612345.6", "quarantined", "point_not_degrees", None),
    ("8.40", "100.45", "excluded", "outside_province", None),
]


def test_points_without_a_place(tmp_path: Path) -> None:
    rows = [
        {"หน่วยงาน": "พอช.", "งบประมาณ": "5", "latitude": latitude, "longitude": longitude}
        for latitude, longitude, *_ in POINTS
    ]
    path = tmp_path / "points.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    result = only(read(path))
    assert [*zip(result.outcome, result.reason, strict=True)] == [
        (outcome, reason) for *_, outcome, reason, _ in POINTS
    ]
    placed = result.matched[result.outcome.eq("loaded")]
    assert placed["area_code"].tolist() == [area for *_, area in POINTS if area]
    assert set(placed["match_evidence"]) == {"point"}


def test_a_point_without_boundaries_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRADAN_NO_SHARED", "1")
    monkeypatch.setenv("KRADAN_BOUNDARIES_DIR", str(tmp_path))
    path = tmp_path / "p.json"
    path.write_text(
        json.dumps([{"หน่วยงาน": "พอช.", "งบประมาณ": "5", "latitude": "8.2", "longitude": "99.6"}]), encoding="utf-8"
    )
    assert list(only(read(path)).reason) == ["point_without_boundaries"]


def test_shapefile_and_geojson_of_the_same_points_agree(tmp_path: Path) -> None:
    import zipfile

    import geopandas
    from shapely import Point

    frame = geopandas.GeoDataFrame(
        {"หน่วยงาน": ["พอช."] * 2, "งบประมาณ": ["1,000", "20.50"]},
        geometry=[Point(99.97, 8.43), Point(99.6, 8.2)],
        crs=4326,
    )
    frame.to_file(tmp_path / "p.geojson", driver="GeoJSON")
    room = tmp_path / "shp"
    room.mkdir()
    frame.to_crs(32647).to_file(room / "จุด.shp", encoding="cp874")
    (room / "จุด.cpg").unlink(missing_ok=True)
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for part in room.iterdir():
            archive.write(part, f"โฟลเดอร์/{part.name}")
    answers = [understand(tmp_path / name, "codi") for name in ("p.geojson", "p.zip")]
    assert [list(only(one).matched["area_code"]) for one in answers] == [["800103", "800912"]] * 2
    assert [one.satang("loaded") for one in answers] == [102050] * 2


def test_codes_of_local_governments_are_places(tmp_path: Path) -> None:
    rows = [["8078", "พอช.", "5"], ["800106", "พอช.", "6"]]
    result = only(read(csv_file(tmp_path, rows, heads=["รหัสพื้นที่", "หน่วยงาน", "งบประมาณ"])))
    assert list(result.matched["area_code"]) == ["801401", "800106"]
    assert result.matched["match_evidence"].iloc[0] == "local_government"


def test_the_same_bytes_are_loaded_once_and_agencies_of_other_provinces_stay_out(
    tmp_path: Path, engine: Engine
) -> None:
    rows = [["ท่าศาลา", "ท่าศาลา", "มูลนิธิของเรา", "ก", "5"], ["ตำบลบางกระสอ", "อำเภอเมืองนนทบุรี", "มูลนิธิที่อื่น", "ก", "5"]]
    path = csv_file(
        tmp_path,
        [[*row, province] for row, province in zip(rows, ("นครศรีธรรมราช", "นนทบุรี"), strict=True)],
        heads=[*HEADS, "จังหวัด"],
    )
    done = ingest(engine, path, "codi", trusted=True)
    assert (done.count("loaded"), done.count("excluded")) == (1, 1)
    with store.reading(engine) as connection:
        names = set(connection.execute(select(tables.agency.c.name_th)).scalars())
    assert "มูลนิธิของเรา" in names
    assert "มูลนิธิที่อื่น" not in names
    assert adds_up(account(engine, done.batch_id))
    with pytest.raises(Refused, match="file_already_loaded"):
        ingest(engine, path, "codi", trusted=True)


def test_totals_of_counts_and_nested_sections_are_checked(tmp_path: Path) -> None:
    heads = [*HEADS, "ผู้รับประโยชน์ (คน)"]
    rows = [
        ["ท่าศาลา", "ท่าศาลา", "พอช.", "ก", 100, 10], ["กลาย", "ท่าศาลา", "พอช.", "ข", 200, 20], ["รวม", None, None, None, 300, 30],
        ["สิชล", "สิชล", "พอช.", "ค", 400, 40], ["เปลี่ยน", "สิชล", "พอช.", "ง", 500, 50], ["รวม", None, None, None, 900, 91],
        ["รวมทั้งสิ้น", None, None, None, 1200, 120],
    ]  # fmt: skip
    found = read(xlsx_file(tmp_path, {"ก": [heads, *rows]}))
    checks = {(one["column"], one["row"]): one["met"] for one in only(found).control_totals}
    assert checks == {("งบประมาณ", 4): True, ("งบประมาณ", 7): True, ("งบประมาณ", 8): True,
                      ("ผู้รับประโยชน์ (คน)", 4): True, ("ผู้รับประโยชน์ (คน)", 7): False, ("ผู้รับประโยชน์ (คน)", 8): True}  # fmt: skip
    assert [problem.code for problem in found.problems].count("control_total_mismatch") == 1


def test_a_subdistrict_whose_name_was_cut_is_not_its_shorter_neighbour(tmp_path: Path) -> None:
    rows = [
        [f"ตำบล{name} อำเภอปากพนัง จังหวัดนครศรีธรรมราช", "พอช.", "5"]
        for name in ("ปากพนังฝั่งตะวัน", "ปากพนังฝั่งตะวันตฌ", "ปากพนัง")
    ]
    result = only(read(csv_file(tmp_path, rows, heads=["สถานที่", "หน่วยงาน", "งบประมาณ"])))
    assert list(result.outcome) == ["quarantined", "quarantined", "loaded"]


def test_the_screen_and_the_command_line_give_the_same_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_store(tmp_path, monkeypatch)
    path = csv_file(tmp_path, [*ROWS, ["ไม่มีที่นี่", "ท่าศาลา", "พอช.", "ก", "x"]])
    room = tmp_path / "job"
    room.mkdir()
    (room / "job.json").write_text(
        json.dumps({"files": [{"path": str(path), "base": "codi"}], "store": False, "who": "t"}), encoding="utf-8"
    )
    with (room / "log").open("wb") as log:
        assert sandbox.start("loaders.imports.job", [str(room)], room / "result.json", log).wait(120) == 0
    screen = sandbox.answer(room / "result.json")[0]
    command = ("loaders", "import", "--dry-run", "--json", "--base", "codi", path)
    shell = warm.run(*command, environment=os.environ, timeout=120)
    said = json.loads(shell.stdout)
    assert said.pop("speaks_for")["proposed"] == screen["speaks_for"]
    assert screen["summary"] == said
    assert shell.returncode == 3
    assert [column["ours"] for column in screen["sheets"][0]["columns"]] == [
        "subdistrict",
        "district",
        "agency",
        "title",
        "amount",
    ]
    assert len(screen["sheets"][0]["sample"]) == 4


def test_the_unit_that_the_file_states_holds_for_columns_that_a_person_names(tmp_path: Path, places: Places) -> None:
    heads = ["ตำบล", "อำเภอ", "หน่วยงาน", "โครงการ", "ก้อนนั้น"]
    rows = [[place, "สิชล", "พอช.", f"งาน {place}", "5"] for place in ("ทุ่งใส", "เปลี่ยน", "เทพราช")]

    def satang(title: str, heading: str, **options) -> tuple[int, list[str]]:
        path = csv_file(tmp_path, [[*heads[:4], heading], *rows], heads=[title, "", "", "", ""])
        done = understand(path, "codi", places, trusted=True, **options)
        return done.satang() // 300, done.doubts

    named = {"column_answers": ColumnAnswers.of(["ก้อนนั้น=amount"])}
    assert satang("หน่วย: พันบาท", "ก้อนนั้น", **named) == (5_000, [])
    assert satang("งานปีนี้", "ก้อนนั้น", **named) == (5, [])
    own = {"column_answers": ColumnAnswers.of(["ก้อนนั้น (ล้านบาท)=amount"])}
    assert satang("หน่วย: พันบาท", "ก้อนนั้น (ล้านบาท)", **own) == (5_000_000, [])
    stated = {"column_answers": ColumnAnswers.of(["ก้อนนั้น=amount"], unit="baht")}
    assert satang("หน่วย: พันบาท", "ก้อนนั้น", **stated)[0] == 5

    ours = dict(zip(heads, ["subdistrict", "district", "agency", "title", "amount"], strict=True))
    remembered = layouts.by_hand("codi", "support", ours, {"amount": "baht"}, {})
    answers = {"answers": {layouts.headings_key(heads): remembered}}
    assert satang("หน่วย: พันบาท", "ก้อนนั้น", **answers) == (5, ["unit_other:ก้อนนั้น"])  # asked, not taken over
    assert satang("หน่วย: บาท", "ก้อนนั้น", **answers) == satang("งาน", "ก้อนนั้น", **answers) == (5, [])


@pytest.mark.parametrize(
    ("title", "heading", "baht"),
    [
        ("หน่วย: แสนบาท", "งบประมาณ", 100_000),
        ("(หน่วย : หมื่นบาท)", "งบประมาณ", 10_000),
        ("หน่วยเงิน พันล้านบาท", "งบประมาณ", 10**9),
        ("Units: thousand baht", "งบประมาณ", 1_000),
        ("(in million Baht)", "Budget", 10**6),
        ("บัญชี", "งบประมาณ (แสนบาท)", 100_000),
        ("บัญชี", "งบประมาณ (พันล้านบาท)", 10**9),
        ("บัญชี", "Budget (thousand baht)", 1_000),
        ("หน่วย: พันบาท", "งบประมาณ (บาท)", 1),
    ],
)
def test_every_usual_unit_of_a_title_or_heading_is_read(
    tmp_path: Path, places: Places, title: str, heading: str, baht: int
) -> None:
    rows = [[place, "สิชล", "พอช.", f"งาน {place}", "5"] for place in ("ทุ่งใส", "เปลี่ยน", "เทพราช")]
    heads = ["ตำบล", "อำเภอ", "หน่วยงาน", "โครงการ", heading]
    done = understand(csv_file(tmp_path, [heads, *rows], heads=[title, "", "", "", ""]), "codi", places, trusted=True)
    assert done.satang() == 3 * 5 * baht * 100


def test_letters_of_a_word_are_no_unit() -> None:
    headings = ("งบประชาสัมพันธ์ (บาท)", "งบหมู่บ้านแสนสุข - บาท", "เงิน - พันบาท", "พันธุ์ข้าว")
    assert [unit_of(heading) for heading in headings] == ["baht", "baht", "thousand_baht", None]


def test_a_job_that_stops_at_a_question_shows_the_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_store(tmp_path, monkeypatch)
    path = csv_file(tmp_path, [[*row[:4], "1"] for row in ROWS], heads=["ตำบล", "อำเภอ", "หน่วยงาน", "งาน", "เงินอื่นใด"])
    task = {"files": [{"path": str(path), "base": "codi"}], "store": True, "who": "t"}
    (tmp_path / "job.json").write_text(json.dumps(task), encoding="utf-8")
    (answer,) = job.main([str(tmp_path)])
    assert answer["refused"]["code"] == "understanding_unconfirmed"
    assert [column["heading"] for column in answer["sheets"][0]["columns"]][:2] == ["ตำบล", "อำเภอ"]


def test_a_job_that_ended_without_an_answer_is_looked_up_not_guessed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended just after its commit, an import is in the store: neither page nor answer may say that nothing was stored."""
    done, other, gone = csv_file(tmp_path, ROWS), csv_file(tmp_path, ROWS[:1], "ข.csv"), tmp_path / "too_large.csv"
    number = ingest(engine, done, "codi", trusted=True).batch_id
    monkeypatch.setattr(import_jobs.queries, "engine", lambda: engine)
    files = [{"path": str(path)} for path in (done, other, gone)]
    assert import_jobs._stored({"store": True, "files": files, "province": "80"}) == [number, None, None]
    assert import_jobs._stored({"store": False, "files": files, "province": "80"}) == [None, None, None]
    codes = [
        import_jobs._unfinished(one, batch)["refused"]["code"]
        for one, batch in zip(files, [number, None], strict=False)
    ]
    assert codes == ["import_ended_stored", "import_failed"]
    with store.writing(engine) as connection:
        store.set_active(connection, [number], False, "by_hand", "x")
    assert import_jobs._stored({"store": True, "files": files[:1], "province": "80"}) == [None]


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("รายงานโครงการ ข้อมูล ณ วันที่ ๓๐ กันยายน ๒๕๕๐", date(2007, 9, 30)),
        ("โครงการ (ณ วันที่ 5 ม.ค. 50)", date(2007, 1, 5)),
        ("Projects as of 2007-09-30", date(2007, 9, 30)),
        ("ข้อมูล ณ 30/9/2550", date(2007, 9, 30)),
        ("ข้อมูล ณ วันที่ 31 กุมภาพันธ์ 2550", None),
        ("ข้อมูล ณ วันที่ 1 มกราคม 2899", None),
        ("ประชุม ณ วัดพระธาตุ 30 กันยายน 2550", None),
        ("ปีงบประมาณ 2550", None),
    ],
)
def test_the_day_a_file_states_for_its_data_is_read(tmp_path: Path, title: str, day: date | None) -> None:
    found = read(xlsx_file(tmp_path, {"งาน": [[title], [], HEADS, *ROWS]}))
    assert found.summary("x")["as_of"] == (day.isoformat() if day else None)


@pytest.mark.parametrize(("title", "day"), [("ข้อมูล ณ 30/9/2550", date(2007, 9, 30)), ("ปีงบประมาณ 2550", None)])
def test_the_day_a_file_states_for_its_data_is_kept(
    engine: Engine, tmp_path: Path, title: str, day: date | None
) -> None:
    ingest(engine, xlsx_file(tmp_path, {"งาน": [[title], [], HEADS, *ROWS]}), "codi", trusted=True)
    with store.reading(engine) as connection:
        kept = store.read_batches(connection, viewer=DATA_TEAM)["as_of"].iloc[0]
    assert (None if pd.isna(kept) else pd.Timestamp(kept).date()) == day
