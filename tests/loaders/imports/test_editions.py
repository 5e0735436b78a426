"""Editions of a file: asked about, replaced in one transaction with the difference line by line, taken back; nothing twice."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from loaders import reference, store
from loaders.__main__ import main
from loaders.decisions import year_shares
from loaders.imports import editions
from loaders.imports.ingest import Ingested, ingest
from loaders.store import tables
from tests.conftest import SHARED
from tests.support.import_files import csv_file, new_store

HEADS = ["ที่", "ตำบล", "อำเภอ", "หน่วยงาน", "ชื่อโครงการ", "ปีงบประมาณ", "งบประมาณ"]
WORKS = ("ขุดลอกคลอง", "ซ่อมสะพาน", "อบรมอาชีพผู้สูงอายุ", "ปลูกป่าชุมชน", "จัดซื้อครุภัณฑ์", "ก่อสร้างลานกีฬา", "ส่งเสริมการออม")
KINDS = ("corrected", "longer", "renamed", "other_part")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return new_store(tmp_path, monkeypatch)


def drawn(chance: random.Random, districts: slice) -> list[list[str]]:
    """Lines of a plan: each a place, a work and an amount; none twice."""
    areas = reference.subdistricts()
    chosen = areas[areas["district_code"].isin(sorted(set(areas["district_code"]))[districts])]
    pairs = [(row.name_th, row.district_name_th, work) for row in chosen.itertuples() for work in WORKS]
    return [
        [name, district, "พอช.", work, "2568", str(chance.randint(1, 900) * 1000 + chance.randint(1, 99))]
        for name, district, work in chance.sample(pairs, chance.randint(6, 20))
    ]


def numbered(rows: list[list[str]]) -> list[list[str]]:
    return [[str(number + 1), *row] for number, row in enumerate(rows)]


def edition_of(kind: str, rows: list[list[str]], chance: random.Random) -> tuple[list[list[str]], dict[str, int]]:
    """Another file made of the lines, and how many of its lines are same, changed, new, gone."""
    new = [list(row) for row in rows]
    if kind == "renamed":
        return new, {"same": len(rows), "changed": 0, "new": 0, "gone": 0}
    if kind == "other_part":
        other = drawn(chance, slice(12, 23))
        return other, {"same": 0, "changed": 0, "new": len(other), "gone": len(rows)}
    added = drawn(chance, slice(12, 23))[: chance.randint(1, 4)]
    if kind == "longer":
        return [*new, *added], {"same": len(rows), "changed": 0, "new": len(added), "gone": 0}
    changed = chance.sample(range(len(new)), 2)
    for number in changed:
        new[number][-1] = str(int(new[number][-1]) + 500)
    gone = next(number for number in range(len(new)) if number not in changed)
    del new[gone]
    chance.shuffle(new)
    return [*added, *new], {"same": len(rows) - 3, "changed": 2, "new": len(added), "gone": 1}


def baht(rows: list[list[str]]) -> int:
    return sum(int(row[-1]) for row in rows) * 100


def in_use(engine: Engine) -> int:
    support, batch = tables.support, tables.import_batch
    query = select(func.sum(support.c.amount_satang)).join(batch, batch.c.id == support.c.batch_id)
    with store.reading(engine) as connection:
        return int(connection.execute(query.where(batch.c.is_active)).scalar() or 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_an_edition_is_asked_about_told_line_by_line_and_counted_once(
    engine: Engine, tmp_path: Path, kind: str, seed: int
) -> None:
    chance = random.Random(f"{kind}{seed}")
    old = drawn(chance, slice(0, 12))
    new, expected = edition_of(kind, old, chance)
    ingest(engine, csv_file(tmp_path, numbered(old), "แผน.csv", HEADS), "codi", trusted=True)
    path = csv_file(tmp_path, [["", *row[1:]] for row in numbered(new)], "แผน ฉบับสอง.csv", HEADS)
    told = ingest(engine, path, "codi", trusted=True, dry_run=True)
    first = told.editions[0]
    assert {name: first[name]["rows"] for name in expected} == expected
    if kind == "other_part":
        assert not first["is_edition"]
        done = ingest(engine, path, "codi", trusted=True)  # another part adds without a question
        assert (done.replaces, in_use(engine)) == ([], baht(old) + baht(new))
        return
    with pytest.raises(editions.EditionAsked):
        ingest(engine, path, "codi", trusted=True)
    assert in_use(engine) == baht(old)
    done = ingest(engine, path, "codi", trusted=True, replaces=["auto"])
    assert (done.replaces, done.repeats["rows"], in_use(engine)) == ([1], 0, baht(new))
    moved = sum((line["baht"] or 0) - (line["baht_before"] or 0) for line in told.edition_lines)
    assert round(moved * 100) == baht(new) - baht(old)
    back_and_forth(engine, done, baht(old), baht(new))


def back_and_forth(engine: Engine, done: Ingested, old: int, new: int) -> None:
    """Undo brings the old one back; neither way counts both."""
    for batch, active, satang in ((done.batch_id, False, old), (done.batch_id, True, new), (1, True, old)):
        with store.writing(engine) as connection:
            assert editions.switch(connection, batch, active, "x").changed == 1
        assert in_use(engine) == satang


def test_a_chain_of_editions_is_taken_back_step_by_step(engine: Engine, tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = drawn(chance, slice(0, 12))
    sums = []
    for number in range(3):
        rows[0][-1] = str(int(rows[0][-1]) + 100)
        sums.append(baht(rows))
        path = csv_file(tmp_path, numbered(rows), f"{number}.csv", HEADS)
        ingest(engine, path, trusted=True, replaces=["auto"])
    for batch in (3, 2):
        with store.writing(engine) as connection:
            assert editions.switch(connection, batch, False, "x").restored == [batch - 1]
        assert in_use(engine) == sums[batch - 2]
    with store.writing(engine) as connection:
        assert editions.switch(connection, 3, True, "x").changed == 1
    assert in_use(engine) == sums[2]


def test_auto_does_not_drop_most_of_what_is_in_use(engine: Engine, tmp_path: Path) -> None:
    chance = random.Random(9)
    rows = drawn(chance, slice(0, 12))
    ingest(engine, csv_file(tmp_path, numbered(rows), "ก.csv", HEADS), trusted=True)
    part = [list(row) for row in rows[:2]]
    for row in part:
        row[-1] = str(int(row[-1]) + 7)
    path = csv_file(tmp_path, numbered(part), "ข.csv", HEADS)
    with pytest.raises(editions.EditionAsked):
        ingest(engine, path, trusted=True, replaces=["auto"])
    assert ingest(engine, path, trusted=True, replaces=[1]).replaces == [1]


def test_the_plan_and_its_corrected_edition_at_the_shell(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (str(next((SHARED / "cases").glob(f"{start}_*"))) for start in ("01", "01c"))
    assert main(["import", "--json", first]) == 3
    capsys.readouterr()
    assert main(["import", "--json", second]) == 2
    asked = capsys.readouterr()
    assert json.loads(asked.out)["batch"] is None
    assert "--replaces 1" in asked.err
    assert main(["import", "--json", "--replaces", "1", second]) == 3
    summary = json.loads(capsys.readouterr().out)
    assert (summary["rows_in"], summary["baht_in"], summary["replaces"]) == (13, 8960000.5, [1])
    changed = [line for line in summary["edition_lines"] if line["what"] == "changed"]
    assert [(line["place"], line["baht_before"], line["baht"]) for line in changed] == [("800121", 480000, 520000)]
    assert main(["withdraw", "2"]) == 0
    assert json.loads(capsys.readouterr().out)["restored"] == [1]


def test_a_stated_share_over_years_stays_with_the_record_that_is_the_same(engine: Engine, tmp_path: Path) -> None:
    heads = ["ตำบล", "อำเภอ", "หน่วยงาน", "ชื่อโครงการ", "ปีงบประมาณ", "เริ่ม", "สิ้นสุด", "งบประมาณ"]

    def rows(**changed: str) -> list[list[str]]:
        over = ["พอช.", "2568", "1 ก.ค. 2568", "31 ธ.ค. 2568"]
        works = {"ขุดลอกคลอง": "1000", "ซ่อมสะพาน": "2000", "ปลูกป่าชุมชน": "3000", "จัดซื้อครุภัณฑ์": "500"} | changed
        return [["สิชล", "สิชล", over[0], work, *over[1:], baht] for work, baht in works.items()]

    def shares() -> dict[str, str | None]:
        query = select(tables.support.c.activity, tables.support.c.year_shares).join(tables.import_batch)
        with store.reading(engine) as connection:
            return dict(connection.execute(query.where(tables.import_batch.c.is_active)).all())

    first = ingest(engine, csv_file(tmp_path, rows(), "1.csv", heads), trusted=True, confirmed=True).batch_id
    assert first
    with store.writing(engine) as connection:
        ids = year_shares.ids_of_batch(connection, first)
        year_shares.share(connection, ids[:3], "stated", "ตกลงกัน", "x", stated=["2568=40%", "2569=60%"])
    stated = shares()
    assert list(stated.values()) == ["2025:2,2026:3"] * 3 + [None]
    path = csv_file(tmp_path, rows(ซ่อมสะพาน="2500"), "2.csv", heads)
    done = ingest(engine, path, trusted=True, confirmed=True, replaces=["auto"])
    assert done.replaces == [first] and done.year_shares == {"carried": 2, "asked": 1}
    assert done.editions[0]["same"]["rows"] == 3  # a share is no difference of a line
    assert shares() == stated | {"ซ่อมสะพาน": None}
    with store.reading(engine) as connection:
        years = select(tables.support_summary.c.fiscal_year, func.sum(tables.support_summary.c.amount_satang))
        years = years.where(tables.support_summary.c.batch_id == done.batch_id).group_by(
            tables.support_summary.c.fiscal_year
        )
        assert dict(connection.execute(years).all()) == {2025: 160_000 + 250_000 + 50_000, 2026: 240_000}
    with store.writing(engine) as connection:
        assert editions.switch(connection, done.batch_id, False, "x").restored == [first]
    assert shares() == stated  # the old edition comes back with its own
