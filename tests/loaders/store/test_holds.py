"""What a store holds: invented and real data never stand on one map, whatever is set up, wiped or put back."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, text

from loaders import __main__ as shell
from loaders import demo, setup, store
from loaders.demo import earlier
from loaders.exchange import package
from loaders.imports.ingest import ingest
from loaders.problems import Refused
from loaders.store import backup, in_use, opening, tables
from loaders.store.restore import restore
from tests.support import postgres, seeds

HEADING = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ"
SML = "อำเภอ;ตำบล;หมู่ที่;ชื่อหมู่บ้าน;ขนาด (S/M/L);โครงการตามมติประชาคม;ปีงบประมาณ;วันโอนเงิน;วันสิ้นสุด;จำนวนเงิน (บาท)"


@pytest.fixture
def at(tmp_path, monkeypatch):
    """Open a copy of a seed as the store of this program."""

    def opened(kind: str):
        path = seeds.copied(kind, tmp_path / kind / seeds.NAME)
        monkeypatch.setenv("KRADAN_STORE", str(path))
        return store.open_store()

    return opened


@pytest.fixture
def real(tmp_path):
    path = tmp_path / "real.csv"
    path.write_text(f"{HEADING}\nพอช.,หน้าสตน,หัวไทร,นครศรีธรรมราช,งาน,1000,2550\n", encoding="utf-8")
    return path


def active(engine) -> dict[str, set[int]]:
    batch = tables.import_batch
    with store.reading(engine) as connection:
        rows = connection.execute(
            select(batch.c.id, batch.c.is_demo).where(batch.c.is_active, batch.c.base != "reference")
        )
        found: dict[str, set[int]] = {"demo": set(), "real": set()}
        for row in rows:
            found["demo" if row.is_demo else "real"].add(row.id)
    return found


def held(engine) -> str | None:
    with store.reading(engine) as connection:
        return store.holds(connection)


def switch(engine, numbers, *, on: bool) -> int:
    with store.writing(engine) as connection:
        return store.set_active(connection, sorted(numbers), on, "by_hand", "tester")


def test_a_set_up_after_a_real_import_or_after_a_wipe_brings_no_demo(at, real):
    engine = at("empty")
    ingest(engine, real, "codi", "tester", trusted=True)
    assert setup.load_demo_once()["demo"] == "real data"
    package.wipe(engine, "tester")
    assert (held(engine), setup.load_demo_once()["files"]) == ("real", 0)
    with pytest.raises(Refused) as stop:
        ingest(engine, invented(real), "codi", "tester", trusted=True)
    assert stop.value.problem.code == "demo_beside_real"
    assert active(engine) == {"demo": set(), "real": set()}


def invented(real):
    """A file that says above its table that it is of the demo, whatever its name and base."""
    path = real.with_name("other.csv")
    path.write_text("ข้อมูลสาธิต,,,,,,\n" + real.read_text(encoding="utf-8").replace("1000", "2000"), encoding="utf-8")
    return path


def test_a_demo_batch_comes_back_only_where_nothing_real_is_in_use(at, real):
    engine = at("demo")
    demo = active(engine)["demo"]
    number = ingest(engine, real, "codi", "tester", trusted=True).batch_id
    assert active(engine) == {"demo": set(), "real": {number}}
    for wanted in ({min(demo)}, {min(demo), number}):
        with pytest.raises(Refused) as stop:
            switch(engine, wanted, on=True)
        assert stop.value.problem.code == "demo_beside_real"
    switch(engine, {number}, on=False)
    assert switch(engine, demo, on=True) == len(demo)
    assert held(engine) == "demo"
    switch(engine, {number}, on=True)  # and real data send it away again
    assert active(engine) == {"demo": set(), "real": {number}}


def test_what_a_store_holds_goes_with_its_state(at, real, tmp_path):
    engine = at("demo")
    backup.backup(engine, tmp_path / "demo.backup")
    package.export(engine, tmp_path / "out", viewer=package.COMPLETE)
    ingest(engine, real, "codi", "tester", trusted=True)
    restore(tmp_path / "demo.backup")
    engine = store.open_store()
    assert (held(engine), active(engine)["real"]) == ("demo", set())
    package.wipe(engine, "tester")
    assert (held(engine), setup.load_demo_once()["demo"]) == ("empty", "left empty")
    package.wipe(engine, "tester")  # the code lists are there again
    package.load(engine, tmp_path / "out")
    assert held(engine) == "demo"
    assert active(engine)["demo"]


def test_a_board_is_left_empty_and_takes_the_demo_when_a_person_asks(at):
    engine = at("empty")
    assert setup.load_demo_once(False)["demo"] == "left empty"
    assert setup.load_demo_once()["demo"] == "left empty"
    assert held(engine) == "empty"
    engine = at("demo")
    demo = active(engine)["demo"]
    assert setup.load_demo_once(False)["demo"] == "left empty"
    assert active(engine)["demo"] == set()
    assert setup.load_demo_once(True)["demo"] == "already loaded"
    assert active(engine)["demo"] == demo


def test_a_set_up_on_postgresql_loads_earlier_editions_the_meeting_and_what_came_after(
    postgres_socket, tmp_path, monkeypatch, capsys
):
    """By the command, as on SQLite, where the seed of the demo is made by it; three files of it take every way there is."""
    written = demo.write_demo
    few = (*earlier.EDITIONS, earlier.AFTER)
    monkeypatch.setattr(demo, "write_demo", lambda folder: [path for path in written(folder) if path.name in few])
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path / "backups"))
    monkeypatch.setenv("KRADAN_STORE", str(tmp_path / "none.sqlite"))
    with postgres.database(postgres_socket) as address:
        monkeypatch.setenv("DATABASE_URL", address)
        assert shell.main(["setup"]) == 0
        done = json.loads(capsys.readouterr().out)
        assert (done["demo"], done["files"], done["rows"] > 100) == ("loaded", 6, True)
        engine = store.open_store(address)
        with store.reading(engine) as connection:
            meetings = connection.execute(select(tables.meeting.c.decided_by)).scalars().all()
            batch = tables.import_batch
            rows = connection.execute(select(batch.c.file_name, batch.c.is_active, batch.c.withdrawn_because)).all()
        assert len(meetings) == 2 and set(meetings) == {in_use.SET_UP}
        editions = [(name, active, why) for name, active, why in sorted(rows) if name in earlier.EDITIONS]
        assert editions == [
            (name, *how) for name in sorted(earlier.EDITIONS) for how in ((False, "replaced"), (True, None))
        ]
        assert held(engine) == "demo" and len(active(engine)["demo"]) == len(few)
        assert setup.load_demo_once() == {"demo": "already loaded", "files": 0}
        engine.dispose()
    assert not (tmp_path / "none.sqlite").exists()


def test_the_demo_is_deleted_for_good_and_nothing_real_with_it(at, real):
    engine = at("demo")
    number = ingest(engine, real, "codi", "tester", trusted=True).batch_id
    done = setup.delete_demo(engine, "tester")
    assert done["deleted"]["support"] > 1000
    with store.reading(engine) as connection:
        assert not connection.execute(select(tables.import_batch.c.id).where(tables.import_batch.c.is_demo)).first()
        assert connection.execute(select(tables.support.c.batch_id)).scalars().all() == [number]
    assert setup.load_demo_once()["demo"] == "real data"
    assert setup.delete_demo(engine, "tester")["deleted"] == {}


def test_a_file_of_an_office_with_the_headings_of_a_demo_file_is_real(at, real):
    engine = at("empty")
    file = real.with_name("sml.csv")
    file.write_text(f"{SML}\nหัวไทร;หน้าสตน;1;บ้านหน้าสตน;S;งาน;2550;01/11/2549;30/09/2550;1000\n", encoding="utf-8")
    ingest(engine, file, "codi", "tester", trusted=True, confirmed=True)
    assert len(active(engine)["real"]) == 1


@pytest.mark.parametrize(("base", "kind"), [("codi", "real"), ("reference", "demo")])
def test_an_older_store_says_what_it_holds_and_loses_a_mixed_map(tmp_path, base, kind):
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    (tmp_path / "old.sqlite").touch()
    engine = store.engine_at(url)
    row = "INSERT INTO import_batch VALUES ({}, '{}', 'a', '{}', 'x', 't', 'x', NULL, {}, 1, NULL, 0,0,0,0,0,0,0,0, '{{}}')"
    with store.writing(engine) as connection:
        opening.migrate(connection, None, opening.OLDEST)
        connection.execute(text(row.format(1, "baac", "a", 1)))
        connection.execute(text(row.format(2, base, "b", 0)))
        connection.execute(text("INSERT INTO setting VALUES ('demo_loaded', 't')"))
    engine.dispose()
    engine = store.open_store(url)
    assert held(engine) == kind
    with store.reading(engine) as connection:
        demo = connection.execute(select(tables.import_batch.c.is_active).where(tables.import_batch.c.id == 1)).scalar()
        assert demo is not in_use.has_real(connection)
