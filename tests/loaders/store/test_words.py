"""Words that people edit on a page: they stand over files and shipped lists, in reading, in the next import, in the package."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from loaders import codes, store, tracker
from loaders.commands import files
from loaders.decisions import dues, words
from loaders.exchange import package
from loaders.imports.ingest import ingest
from loaders.problems import Refused
from loaders.store import code_lists, tables
from loaders.store.privacy import DATA_TEAM, PUBLIC
from tests.support import seeds

HEADING = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,ภารกิจ,งบประมาณ,ปีงบประมาณ"
ROWS = (
    "มูลนิธิเพื่อนบ้านนคร,หน้าสตน,หัวไทร,นครศรีธรรมราช,งานหนึ่ง,สุขภาพ,1000,2550",
    "มูลนิธิ เพื่อนบ้าน นครฯ,หน้าสตน,หัวไทร,นครศรีธรรมราช,งานสอง,สุขภาพ,2000,2550",
)


@pytest.fixture
def engine(tmp_path, monkeypatch):
    path = seeds.copied("empty", tmp_path / seeds.NAME)
    monkeypatch.setenv("KRADAN_STORE", str(path))
    engine = store.open_store()
    file = tmp_path / "two.csv"
    file.write_text("\n".join((HEADING, *ROWS)) + "\n", encoding="utf-8")
    ingest(engine, file, "codi", "tester", trusted=True, confirmed=True)
    yield engine
    codes.use({})


def run(engine, command, *arguments, **options):
    with store.writing(engine) as connection:
        return command(connection, *arguments, "clerk", **options)


def agencies_of(engine) -> list[str]:
    with store.reading(engine) as connection:
        return list(store.read_support(connection, None, viewer=DATA_TEAM)["agency_code"])


def test_two_spellings_are_offered_merged_and_taken_apart_again(engine):
    with store.reading(engine) as connection:
        pairs = words.alike(words.listed(connection, "agency"))
    mine = [pair for pair in pairs if "เพื่อนบ้าน" in pair.one_name]
    assert len(mine) == 1
    pair, before = mine[0], agencies_of(engine)
    version = _version(engine)
    run(engine, words.merge, "agency", pair.other, pair.one)
    assert agencies_of(engine) == [pair.one] * 2
    assert _version(engine) != version
    with store.reading(engine) as connection:
        assert pair.other not in set(store.read_table(connection, tables.agency, viewer=PUBLIC)["code"])
        assert set(connection.execute(select(tables.support.c.agency_code)).scalars()) == set(before)  # as loaded
    with pytest.raises(Refused):
        run(engine, words.merge, "agency", pair.one, pair.other)
    run(engine, words.undo_merge, "agency", pair.other)
    assert agencies_of(engine) == before


def _version(engine) -> str:
    with store.reading(engine) as connection:
        return store.data_version(connection)


def test_different_offices_of_one_province_are_not_offered():
    entries = [
        {"code": "a", "name_th": "สำนักงานเกษตรจังหวัดนครศรีธรรมราช"},
        {"code": "b", "name_th": "สำนักงานประมงจังหวัดนครศรีธรรมราช"},
        {"code": "c", "name_th": "สำนักงานเกษตร จ.นครศรีธรรมราช"},
    ]
    assert {(pair.one, pair.other) for pair in words.alike(entries)} <= {("a", "c")}


def test_a_new_function_is_read_by_the_next_import_and_listed_for_everybody(engine, tmp_path):
    code = run(engine, words.add, "theme", {"name_th": "จัดการน้ำ", "name_en": "Water", "aliases": "บริหารน้ำ; น้ำ"})
    assert code == "water"
    assert "water" in [entry["code"] for entry in codes.themes()]
    with pytest.raises(Refused) as stop:
        run(engine, words.add, "theme", {"name_th": "จัดการ น้ำ"})
    assert (stop.value.problem.code, stop.value.problem.suggestion) == ("word_known", "water")
    file = tmp_path / "water.csv"
    row = "พอช.,หน้าสตน,หัวไทร,นครศรีธรรมราช,ขุดสระ,บริหารน้ำ,500,2550"
    file.write_text(f"{HEADING}\n{row}\n", encoding="utf-8")
    ingest(engine, file, "codi", "tester", trusted=True, confirmed=True)
    with store.reading(engine) as connection:
        assert "water" in set(store.read_support(connection, None, viewer=DATA_TEAM)["theme_code"].dropna())
    run(engine, words.merge, "theme", "water", "ecology")
    with store.reading(engine) as connection:
        assert "ecology" in set(store.read_support(connection, None, viewer=DATA_TEAM)["theme_code"].dropna())
    assert codes.words("theme")[codes.squeeze("บริหารน้ำ")] == "ecology"


def test_a_name_is_changed_retired_and_written_down(engine):
    run(engine, words.change, "agency", "codi", {"name_th": "พอช. (องค์การมหาชน)", "aliases": "พอชฯ"})
    run(engine, words.retire, "agency", "codi")
    entry = next(entry for entry in codes.agencies() if entry["code"] == "codi")
    assert (entry["name_th"], entry["is_retired"]) == ("พอช. (องค์การมหาชน)", True)
    assert codes.words("agency")[codes.squeeze("พอชฯ")] == "codi"
    assert (
        codes.words("agency")[codes.squeeze("สถาบันพัฒนาองค์กรชุมชน (องค์การมหาชน)")] == "codi"
    )  # the old name still reads
    with store.reading(engine) as connection:
        shown = store.read_table(connection, tables.agency, viewer=PUBLIC).set_index("code")["name_th"]
        notes = connection.execute(select(tables.audit.c.action, tables.audit.c.detail)).all()
    assert shown["codi"] == "พอช. (องค์การมหาชน)"
    assert [note.action for note in notes][-2:] == ["word_change", "word_retire"]
    assert json.loads(notes[-2].detail)["code"] == "codi"


def test_a_template_adds_and_changes_all_or_nothing(engine):
    rows = [{"code": "", "name_th": "ปราชญ์ชาวบ้าน", "name_en": "Sage"}, {"code": "leader", "name_th": "แกนนำ"}]
    assert run(engine, _apply, rows) == {"added": 1, "changed": 1}
    assert run(engine, _apply, [{"code": "leader", "name_th": "แกนนำ"}]) == {"added": 0, "changed": 0}
    with pytest.raises(Refused):
        run(engine, _apply, [{"code": "", "name_th": "ครู"}, {"code": "nobody", "name_th": "x"}])
    names = {entry["code"]: entry["name_th"] for entry in codes.roles()}
    assert names["leader"] == "แกนนำ"
    assert "ครู" not in names.values()


def _apply(connection, rows, who):
    return words.apply(connection, "role", rows, who)


def test_the_command_line_takes_an_agency_by_any_of_its_spellings(engine):
    for written, code in (("พอช.", "codi"), ("สถาบันพัฒนาองค์กรชุมชน", "codi"), ("codi", "codi"), ("ใครก็ไม่รู้", "ใครก็ไม่รู้")):
        assert files._base(engine, written) == code
    run(engine, words.merge, "agency", "codi", "msdhs")
    assert files._base(engine, "พอช.") == "msdhs"


def test_what_a_merged_office_owes_and_says_is_its_new_names(engine):
    with store.writing(engine) as connection:
        dues.set_due(connection, "codi", "support", "tester", bears_on={"agencies": ["codi"]})
    run(engine, words.merge, "agency", "codi", "msdhs")
    with store.reading(engine) as connection:
        owed = dues.read_dues(connection, "support", viewer=DATA_TEAM)
        assert "codi" not in set(owed["base"]) | set(owed["agencies"].dropna().str.split(",").explode())
        assert "codi" not in set(store.read_reports(connection, viewer=DATA_TEAM)["base"])
        assert {"msdhs"} <= set(owed["base"]) & {base for base, _, _ in tracker._stated(connection)}
        assert set(store.read_batches(connection, viewer=DATA_TEAM)["base"]) == {"msdhs"}


def test_words_go_with_the_exchange_package(engine, tmp_path):
    run(engine, words.add, "agency", {"name_th": "สมาคมใหม่", "name_en": "New", "level": "local"})
    package.export(engine, tmp_path / "out", viewer=package.COMPLETE)
    package.wipe(engine, "tester")
    package.load(engine, tmp_path / "out")
    with store.reading(engine) as connection:
        code_lists.lay_over(connection)
    assert "new" in [entry["code"] for entry in codes.agencies()]


def test_two_offices_without_a_name_never_become_one(engine, tmp_path):
    made = []
    for amount in (1000, 2000):
        file = tmp_path / str(amount) / "แบบฟอร์ม.csv"
        file.parent.mkdir()
        file.write_text(
            f"ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\nสิชล,สิชล,นครศรีธรรมราช,ถนน,{amount},2565\n", encoding="utf-8"
        )
        named = ingest(engine, file, "codi", "tester", trusted=True, dry_run=True)
        assert "agency_not_named" not in named.doubts
        with pytest.raises(Refused) as stop:
            ingest(engine, file, None, "tester", trusted=True)
        assert "agency_not_named" in stop.value.problem.value  # asked for, before anything is stored
        made.append(ingest(engine, file, None, "tester", trusted=True, confirmed=True, adds=True).batch_id)
    with store.reading(engine) as connection:
        rows = store.read_support(connection, None, viewer=DATA_TEAM)
        rows = rows[rows["batch_id"].isin(made)]
        assert rows["agency_code"].nunique() == rows["base"].nunique() == 2
        assert rows["agency_name"].str.contains("แบบฟอร์ม").all()
