"""The review desk: a decision moves rows, keeps the account whole, is remembered, and can be taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine, func, select

from loaders import store
from loaders.__main__ import main
from loaders.imports.ingest import ingest
from loaders.imports.review import commands, queries, split
from loaders.imports.review.may_be import places_of, read_may_be
from loaders.problems import Refused
from loaders.store import tables, users
from loaders.store.privacy import PUBLIC, Viewer
from tests.support.import_files import HEADS, ROWS, account, adds_up, csv_file, new_store, xlsx_file

STRAYS = [
    ["ท่าศาลาา", "ท่าศาลา", "พอช.", "ก", "10"],
    ["ท่าศาลาา", "ท่าศาลา", "พอช.", "ข", "20"],
    ["ปากแพรก", "", "พอช.", "ค", "40"],
    ["สิชล", "สิชล", "พอช.", "ง", "300,0"],
]
ADMIN = Viewer("admin")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return new_store(tmp_path, monkeypatch)


@pytest.fixture
def batch(engine: Engine, tmp_path: Path) -> int:
    return ingest(engine, csv_file(tmp_path, [*ROWS, *STRAYS]), "codi", trusted=True).batch_id


def desk(engine: Engine) -> pd.DataFrame:
    with store.reading(engine) as connection:
        return queries.waiting(connection)


def made(engine: Engine) -> pd.DataFrame:
    with store.reading(engine) as connection:
        return queries.decisions(connection)


def supports(engine: Engine) -> dict[int, tuple]:
    with store.reading(engine) as connection:
        rows = connection.execute(
            select(tables.support.c.row, tables.support.c.area_code, tables.support.c.amount_satang)
        ).all()
        summed = connection.execute(select(func.sum(tables.support_summary.c.amount_satang))).scalar()
    assert int(summed or 0) == sum(row.amount_satang or 0 for row in rows)
    return {row.row: (row.area_code, row.amount_satang) for row in rows}


def test_waiting_rows_know_what_a_person_has_to_say(engine: Engine, batch: int) -> None:
    rows = desk(engine).set_index("row")
    assert list(rows["kind"]) == ["place", "place", "place", "value"]
    assert rows.at[5, "alike"] == rows.at[6, "alike"] != rows.at[7, "alike"]
    assert rows.at[8, "heading"] == "งบประมาณ"
    assert "800801" in rows.at[5, "candidates"]


def test_one_decision_settles_all_alike_and_the_next_file(engine: Engine, batch: int, tmp_path: Path) -> None:
    rows = desk(engine)
    alike = rows[rows["alike"] == rows["alike"].iloc[0]]
    done = commands.decide_place(engine, alike["id"], "800801", "โทรถามแล้ว", "สมหญิง")
    assert (done.loaded, done.waiting) == (2, 0)
    found = account(engine, batch)
    assert adds_up(found)
    assert (found["rows_loaded"], found["rows_quarantined"], found["satang_quarantined"]) == (5, 2, 4000)
    assert supports(engine)[6] == ("800801", 2000)
    following = csv_file(tmp_path, [["ท่าศาลาา", "ท่าศาลา", "พอช.", "ใหม่", "7"]], "ถัดไป.csv")
    again = ingest(engine, following, "codi", trusted=True)
    assert again.count("loaded") == 1
    assert again.aliases_used == [alike["alike"].iloc[0]]
    with store.reading(engine) as connection:
        kept = connection.execute(select(tables.alias)).one()
        assert (kept.area_code, kept.decided_by, kept.reason) == ("800801", "สมหญิง", "โทรถามแล้ว")
        assert queries.unused_aliases(connection).empty


def test_undo_brings_everything_back(engine: Engine, batch: int) -> None:
    before, rows = account(engine, batch), desk(engine)
    kept = supports(engine)
    commands.decide_place(engine, rows["id"].head(2), "800801", "เหตุผล", "ก")
    commands.decide_exclude(engine, rows["id"].iloc[2:3], "ซ้ำกับไฟล์อื่น", "ก")
    commands.decide_value(engine, rows["id"].iloc[3:], "งบประมาณ", "3,000", "ดูจากเอกสาร", "ก")
    found = account(engine, batch)
    assert adds_up(found)
    assert (found["rows_loaded"], found["rows_excluded"], found["rows_quarantined"]) == (6, 1, 0)
    assert found["satang_in"] == before["satang_in"] + 300000
    assert commands.undo(engine, made(engine)["id"], "ข") == 4
    assert account(engine, batch) == before
    assert supports(engine) == kept
    back = desk(engine).sort_values("row", ignore_index=True)
    pd.testing.assert_frame_equal(back.drop(columns="id"), rows.drop(columns="id"))
    with store.reading(engine) as connection:
        assert store.count(connection, tables.alias) == 0
        assert store.count(connection, tables.excluded) == 0
    with pytest.raises(Refused, match="rows_already_decided"):
        commands.undo(engine, made(engine)["id"], "ข")


def test_undo_after_another_import_took_the_numbers(engine: Engine, batch: int, tmp_path: Path) -> None:
    commands.decide_exclude(engine, desk(engine)["id"], "ซ้ำ", "ก")
    ingest(engine, csv_file(tmp_path, STRAYS, "อื่น.csv"), "codi", trusted=True)
    assert commands.undo(engine, made(engine)["id"], "ก") == 4
    assert len(desk(engine)) == 8
    assert adds_up(account(engine, batch))


def test_a_value_that_still_cannot_be_read_changes_nothing(engine: Engine, batch: int) -> None:
    before, rows = account(engine, batch), desk(engine)
    done = commands.decide_value(engine, rows["id"].iloc[3:], "งบประมาณ", "สามพัน", "ลองดู", "ก")
    assert (done.loaded, done.waiting, done.problem.code) == (0, 1, "amount_not_a_number")
    assert account(engine, batch) == before
    assert made(engine).empty


def test_a_decision_needs_a_reason_and_rows_that_wait(engine: Engine, batch: int) -> None:
    rows = desk(engine)
    with pytest.raises(Refused, match="reason_missing"):
        commands.decide_exclude(engine, rows["id"], "  ", "ก")
    with pytest.raises(Refused, match="place_code_unknown"):
        commands.decide_place(engine, rows["id"], "999999", "x", "ก")
    commands.decide_exclude(engine, rows["id"], "ไม่เกี่ยวข้อง", "ก")
    with pytest.raises(Refused, match="rows_already_decided"):
        commands.decide_exclude(engine, rows["id"], "อีกครั้ง", "ข")


def test_a_place_in_another_province_leaves_the_row_out(engine: Engine, batch: int) -> None:
    rows = desk(engine)
    done = commands.decide_place(engine, rows["id"].iloc[2:3], "120101", "อยู่นนทบุรี", "ก")
    assert (done.loaded, done.excluded) == (0, 1)
    assert adds_up(account(engine, batch))


def test_only_one_row_does_not_teach_the_next_file(engine: Engine, batch: int) -> None:
    rows = desk(engine)
    commands.decide_place(engine, rows["id"].head(1), "800801", "เฉพาะแถวนี้", "ก", remember=False)
    with store.reading(engine) as connection:
        assert store.count(connection, tables.alias) == 0
    assert len(desk(engine)) == 3


def test_an_empty_place_is_never_learnt(engine: Engine, tmp_path: Path) -> None:
    done = ingest(
        engine,
        csv_file(tmp_path, [*ROWS, ["", "", "พอช.", "ก", "5"], ["", "", "พอช.", "ข", "6"]]),
        "codi",
        trusted=True,
    )
    rows = desk(engine)
    assert list(rows["problem"]) == ["no_place_named"] * 2
    commands.decide_place(engine, rows["id"].head(1), "800801", "ถามแล้ว", "ก", remember=True)
    with store.reading(engine) as connection:
        assert store.count(connection, tables.alias) == 0
    assert account(engine, done.batch_id)["rows_quarantined"] == 1


def test_a_place_decision_leaves_a_row_with_another_fault_waiting(engine: Engine, tmp_path: Path) -> None:
    ingest(engine, csv_file(tmp_path, [*ROWS, ["ท่าศาลาา", "ท่าศาลา", "พอช.", "ก", "300,0"]]), "codi", trusted=True)
    row = desk(engine)
    assert list(row["problem"]) == ["amount_not_a_number"]
    done = commands.decide_value(engine, row["id"], "งบประมาณ", "300", "ถามแล้ว", "ก")
    assert (done.loaded, done.waiting) == (0, 1)


def test_a_doubtful_row_is_taken_as_data_or_left_out(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "เกิน.csv"
    lines = [
        ",".join(HEADS),
        *(",".join(f'"{cell}"' for cell in row) for row in ROWS * 4),
        '"สิชล","สิชล","พอช.","ก","7","เกิน"',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    done = ingest(engine, path, "codi", trusted=True)
    rows = desk(engine)
    assert list(rows["kind"]) == ["row"]
    assert commands.decide_accept(engine, rows["id"], "ดูแล้วเป็นข้อมูล", "ก").loaded == 1
    assert adds_up(account(engine, done.batch_id))


def test_withdrawn_batches_do_not_wait_and_unused_aliases_are_named(engine: Engine, batch: int) -> None:
    rows = desk(engine)
    commands.decide_place(engine, rows["id"].head(2), "800801", "เหตุผล", "ก")
    with store.writing(engine) as connection:
        store.set_active(connection, [batch], False, "by_hand", "ก")
    assert desk(engine).empty
    with store.reading(engine) as connection:
        assert list(queries.unused_aliases(connection)["area_code"]) == ["800801"]


def test_person_records_are_not_kept_longer_by_a_decision(engine: Engine, tmp_path: Path) -> None:
    from datetime import date

    from sqlalchemy import update

    heads = ["บทบาท", "ชื่อ - สกุล", "ตำบล", "อำเภอ", "งบประมาณ"]
    del heads[4]
    from loaders.layouts import layout as layouts

    said = layouts.by_hand(
        "codi", "role_holder", dict(zip(heads, ("role", "person", "subdistrict", "district"), strict=True)), {}, {}
    )
    path = xlsx_file(
        tmp_path, {"ก": [heads, ["coordinator", "ก", "ท่าศาลา", "ท่าศาลา"], ["leader", "ข", "ท่าศาลาา", "ท่าศาลา"]]}
    )
    ingest(engine, path, "codi", trusted=True, answers={layouts.headings_key(heads): said})
    until = date(2027, 1, 1)
    with store.writing(engine) as connection:
        connection.execute(update(tables.role_holder).values(retain_until=until))
    commands.decide_place(engine, desk(engine)["id"], "800801", "เหตุผล", "ก")
    with store.reading(engine) as connection:
        assert set(connection.execute(select(tables.role_holder.c.retain_until)).scalars()) == {until}


SEVERAL = [["สิชล ทุ่งใส และเปลี่ยน", "สิชล", "พอช.", "ขุดคลอง", "100"], ["สิชล,ทุ่งใส", "สิชล", "พอช.", "อบรม", "0.01"]]
THREE = ["801401", "801405", "801409"]


@pytest.fixture
def several(engine: Engine, tmp_path: Path) -> int:
    return ingest(engine, csv_file(tmp_path, [*ROWS, *SEVERAL]), "codi", trusted=True).batch_id


def parts_of(engine: Engine, row: int) -> list[tuple]:
    table = tables.support
    with store.reading(engine) as connection:
        query = select(table.c.area_code, table.c.amount_satang, table.c.shared_by).where(table.c.row == row)
        return [tuple(one) for one in connection.execute(query.order_by(table.c.area_code))]


def test_a_row_of_several_places_is_shared_to_the_satang_and_taken_back(engine: Engine, several: int) -> None:
    before, rows = account(engine, several), desk(engine)
    assert list(rows["problem"]) == ["place_several"] * 2
    assert rows["candidates"][0].split("|") == THREE
    done = split.decide_split(engine, rows["id"].head(1), THREE, "equal", "ตกลงในที่ประชุม", "ก")
    assert (done.loaded, done.waiting) == (1, 0)
    assert parts_of(engine, 5) == [(THREE[0], 3334, "equal"), (THREE[1], 3333, "equal"), (THREE[2], 3333, "equal")]
    found = account(engine, several)
    assert adds_up(found)
    assert found["satang_in"] == before["satang_in"]
    assert found["satang_loaded"] - before["satang_loaded"] == 10_000
    one = made(engine).iloc[0]
    assert (one["kind"], one["decided_by"], one["reason"]) == ("split", "ก", "ตกลงในที่ประชุม")
    commands.undo(engine, made(engine)["id"], "ข")
    assert parts_of(engine, 5) == []
    assert account(engine, several) == before


def test_a_row_is_shared_by_people_or_by_stated_amounts(engine: Engine, several: int) -> None:
    rows = desk(engine)
    split.decide_split(engine, rows["id"].tail(1), THREE[:2], "population", "เหตุผล", "ก")
    assert sorted(part[1] for part in parts_of(engine, 6)) == [0, 1]
    stated = dict(zip(THREE, (5000, 4000, 1000), strict=True))
    split.decide_split(engine, rows["id"].head(1), THREE, "stated", "ตามหนังสือ", "ก", stated=stated)
    assert [part[1:] for part in parts_of(engine, 5)] == [(5000, "stated"), (4000, "stated"), (1000, "stated")]
    assert adds_up(account(engine, several))


@pytest.mark.parametrize(
    ("codes", "method", "stated", "reason"),
    [
        (THREE[:1], "equal", None, "split_needs_two"),
        ([*THREE, "8014"], "equal", None, "split_overlaps"),
        (["801401", "840101"], "equal", None, "place_code_unknown"),
        (THREE, "stated", dict.fromkeys(THREE, 1), "split_sum_differs"),
        (THREE, "stated", {"801401": 10_000}, "split_amount_missing"),
        (["80140101", "801405"], "population", None, "split_people_unknown"),
        (THREE, "by_feeling", None, "split_method_unfit"),
    ],
)
def test_a_split_that_cannot_be_is_refused(
    engine: Engine, several: int, codes: list, method: str, stated: dict | None, reason: str
) -> None:
    before = account(engine, several)
    with pytest.raises(Refused, match=reason):
        split.decide_split(engine, desk(engine)["id"].head(1), codes, method, "เหตุผล", "ก", stated=stated)
    assert account(engine, several) == before


def test_a_row_is_shared_at_the_command_line(engine: Engine, several: int, capsys: pytest.CaptureFixture) -> None:
    first = int(desk(engine)["id"][0])
    assert main(["waiting", "--batch", str(several)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (lines[0]["id"], lines[0]["problem"], lines[0]["baht"]) == (first, "place_several", 100.0)
    assert main(["split", str(first), "--over", "801401=60", "801405=30", "--reason", "x"]) == 2
    assert json.loads(capsys.readouterr().err)["code"] == "split_sum_differs"
    assert main(["split", str(first), "--over", "801401=60", "801405=40", "--reason", "ตามหนังสือ"]) == 0
    assert [part[1:] for part in parts_of(engine, 5)] == [(6000, "stated"), (4000, "stated")]
    assert main(["decisions"]) == 0
    decided = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert main(["undo-decision", str(decided["id"])]) == 0
    assert parts_of(engine, 5) == []


def test_a_waiting_row_may_be_about_its_candidates_and_says_what_of_it_can_be_read(
    engine: Engine, tmp_path: Path
) -> None:
    strays = [*STRAYS, ["ไม่มีที่นี่", "สิชล", "พอช.", "จ", "5"], ["ไม่มีที่นี่", "", "พอช.", "ฉ", "6"]]
    ingest(engine, csv_file(tmp_path, [*ROWS, *strays]), "codi", trusted=True)

    def may_be(viewer: Viewer = ADMIN) -> pd.DataFrame:
        with store.reading(engine, viewer) as connection:
            return read_may_be(connection, "support", "80", viewer=viewer)

    rows = may_be()
    places = [",".join(own) for _, own in rows.groupby("row_id")["area_code"]]
    assert places == [
        "800801",
        "800801",
        "800901,801217",
        "801401",
        "8014",
        "80",
    ]  # an unknown name: its district, else all
    assert set(rows["agency_code"]) == {"codi"} and rows["fiscal_year"].isna().all()
    assert len(may_be(PUBLIC)) == len(rows)  # what keeps "none" from being said is the same for everybody
    with store.writing(engine) as connection:
        users.share(connection, "support", "codi", "private", "tester")
    assert may_be(PUBLIC).empty


@pytest.mark.parametrize(
    ("candidates", "places"),
    [("800801", ["800801"]), ("80080101|800801", ["800801"]), ("village_water|800303", ["800303"]), (None, ["80"]),
     ("840101", []), ("8009|840101", ["8009"]), ("village_water", ["80"]), ("|".join(f"8001{n:02}" for n in range(1, 9)), ["80"])],
)  # fmt: skip
def test_candidates_of_a_row_are_the_places_it_may_be_about(candidates: str | None, places: list[str]) -> None:
    assert places_of(candidates, "80") == places
