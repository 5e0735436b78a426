"""Who may see what: enforced where rows are read, so that frames, exports and the command line obey alike."""

from __future__ import annotations

import json
from datetime import date
from itertools import product

import pandas as pd
import pytest
from sqlalchemy import select

from loaders import __main__ as shell
from loaders import setup, store, tracker
from loaders.exchange import package as exchange_package
from loaders.imports.review import commands
from loaders.layouts import templates
from loaders.problems import Refused
from loaders.store import originals, privacy, tables, users
from loaders.store.privacy import DATA_TEAM, PUBLIC, Viewer
from tests.support.stores import load_rows

CANARY = "081-234-5678"

FORMS = ("081-234-5678", "0812345678", "081 234 5678", "๐๘๑-๒๓๔-๕๖๗๘", "+66 81 234 5678")

PARTNER, OWNER = Viewer("partner", "nhso"), Viewer("partner", "codi")


def everything(connection, viewer) -> str:
    """All text that any reading function hands to a viewer."""
    frames = [store.read_register(connection, register, None, viewer=viewer) for register in tables.REGISTERS]
    frames += [store.read_table(connection, table, viewer=viewer) for table in tables.metadata.sorted_tables]
    frames += [store.read_reports(connection, register, viewer=viewer) for register in tables.REGISTERS]
    frames += [
        store.read_support(connection, "80", viewer=viewer),
        store.read_summary(connection, viewer=viewer),
        store.read_batches(connection, viewer=viewer),
    ]
    frames += [tracker.tracker(connection, date(2030, 1, 1), viewer=viewer)]
    return "\n".join(frame.to_csv() for frame in frames)


@pytest.fixture
def canaries(board, tmp_path):
    """A telephone number in its own column, in free texts, in a file name and in a quarantined row."""
    holder = templates.example_rows("role_holder")[0]
    load_rows(
        board,
        tmp_path,
        "role_holder",
        [holder | {"phone": CANARY}, holder | {"phone": CANARY, "subdistrict": "ไม่มีตำบลนี้"}],
    )
    support = templates.example_rows("support")[0]
    rows = [
        support | {"activity": f"ติดต่อ {form} ได้", "implementer": f"โทร.{form}", "reference": str(n)}
        for n, form in enumerate(FORMS)
    ]
    load_rows(board, tmp_path, "support", rows)
    organisation = templates.example_rows("organisation")[0]
    load_rows(
        board, tmp_path, "organisation", [organisation | {"organisation_name": f"กลุ่ม {CANARY}", "village_list": CANARY}]
    )
    with store.writing(board) as connection:
        batch = tables.import_batch
        connection.execute(batch.update().where(batch.c.id == 1).values(file_name=f"ผู้ติดต่อ {CANARY}.xlsx"))
    return board


def test_the_canary_and_who_loaded_it_reach_nobody_but_those_who_may(canaries, tmp_path):
    admin = Viewer("admin")
    with store.reading(canaries) as connection:
        texts = {viewer: everything(connection, viewer) for viewer in (PUBLIC, PARTNER, DATA_TEAM, admin)}
    exchange_package.export(canaries, tmp_path / "public", viewer=PUBLIC)
    exported = "\n".join(path.read_text(encoding="utf-8-sig") for path in (tmp_path / "public").rglob("*.*"))
    for form, where in product(FORMS, (texts[PUBLIC], exported)):
        assert form not in where, form
    assert privacy.HIDDEN in texts[PUBLIC]
    assert "ติดต่อ" in texts[PUBLIC]
    assert {viewer for viewer, text in texts.items() if CANARY in text} == {PARTNER, DATA_TEAM, admin}
    assert {viewer for viewer, text in texts.items() if "tester" in text} == {DATA_TEAM, admin}


def test_a_quarantined_row_is_for_the_team_and_the_base_that_sent_it(canaries):
    with store.reading(canaries) as connection:
        rows = {
            viewer: len(store.read_table(connection, tables.quarantine, viewer=viewer))
            for viewer in (PUBLIC, PARTNER, OWNER, DATA_TEAM)
        }
    assert rows == {PUBLIC: 0, PARTNER: 0, OWNER: 1, DATA_TEAM: 1}


VIEWERS = {"public": PUBLIC, "other": PARTNER, "own": OWNER, "team": DATA_TEAM}

SEEN_AT = {
    "public": ["public", "other", "own", "team"],
    "partners": ["other", "own", "team"],
    "private": ["own", "team"],
}


@pytest.mark.parametrize("turn", range(len(SEEN_AT)))
def test_sharing_of_every_register(board, turn):
    """Neighbours have different levels and each register has each level in one turn: none is read by another's."""
    levels = list(SEEN_AT)
    shared = {register: levels[(turn + place) % 3] for place, register in enumerate(sorted(tables.REGISTERS))}
    with store.writing(board) as connection:
        for register, level in shared.items():
            users.share(connection, register, "codi", level, "admin")
        connection.execute(tables.batch_scope.update().values(kind="province"))  # each file speaks for areas
    rows, reports, files = ({register: [] for register in shared} for _ in range(3))
    sums = []
    with store.reading(board) as connection:
        for name, viewer in VIEWERS.items():
            for register in shared:
                if len(store.read_register(connection, register, None, viewer=viewer)):
                    rows[register].append(name)
                if len(store.read_reports(connection, register, viewer=viewer)):
                    reports[register].append(name)
            for file_name in store.read_batches(connection, viewer=viewer)["file_name"]:
                files[file_name.split("-")[0]].append(name)  # one batch for each register
            if len(store.read_summary(connection, viewer=viewer)):
                sums.append(name)
    assert rows == files == {register: SEEN_AT[level] for register, level in shared.items()}
    without_areas = {"agency", "stream"}
    assert reports == {register: [] if register in without_areas else names for register, names in rows.items()}
    assert sums == rows["support"]


def test_sharing_falls_back_to_the_registers_default(sqlite_engine, tmp_path):
    load_rows(sqlite_engine, tmp_path, "plan", templates.example_rows("plan"))
    with store.writing(sqlite_engine) as connection:
        before = store.data_version(connection)
        users.share(connection, "plan", "*", "private", "admin")
        assert store.data_version(connection) != before
        assert store.read_register(connection, "plan", None, viewer=PUBLIC).empty
        users.share(connection, "plan", "codi", "public", "admin")
        assert len(store.read_register(connection, "plan", None, viewer=PUBLIC)) == 2
        assert store.read_table(connection, tables.audit, viewer=DATA_TEAM)["action"].tolist()[-2:] == [
            "share",
            "share",
        ]
    with pytest.raises(ValueError, match="expected"), store.writing(sqlite_engine) as connection:
        users.share(connection, "plan", "codi", "everyone", "admin")


def test_private_data_are_not_in_a_public_export(board, tmp_path):
    with store.writing(board) as connection:
        for register in tables.REGISTERS:
            users.share(connection, register, "*", "private", "admin")
    exchange_package.export(board, tmp_path / "out", viewer=PUBLIC)
    rows = {
        path.stem: len(path.read_text(encoding="utf-8-sig").splitlines()) - 1
        for path in (tmp_path / "out").rglob("*.csv")
    }
    assert rows["support_3w"] == 1  # the HXL row
    names = {one: one if table is tables.entry else table.name for one, table in tables.REGISTERS.items()}
    assert {rows[name] for name in names.values()} == {0}
    assert rows["import_batch"] == rows["support_360giving"] == rows["reports"] == 0
    assert "example_foundation" not in (tmp_path / "out" / "tables" / "agency.csv").read_text(encoding="utf-8-sig")


def test_the_command_line_obeys_too(canaries, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", canaries.url.render_as_string(hide_password=False))
    assert shell.main(["export", str(tmp_path / "out"), "--as", "public"]) == 0
    text = capsys.readouterr().out + "\n".join(
        path.read_text(encoding="utf-8-sig") for path in (tmp_path / "out").rglob("*.*")
    )
    assert not [form for form in FORMS if form in text]


def test_a_role_holder_is_a_filled_role_to_the_public(board):
    with store.reading(board) as connection:
        frame = store.read_register(connection, "role_holder", None, viewer=PUBLIC)
        team = store.read_register(connection, "role_holder", None, viewer=DATA_TEAM)
    assert frame["is_vacant"].tolist() == team["is_vacant"].tolist() == [False, True]
    assert frame["person"].isna().all()
    assert frame["phone"].isna().all()
    assert frame["is_masked"].tolist() == [True, False]
    assert team["person"].tolist()[0] == "ชื่อสมมติ"


def test_who_is_not_said_to_be_no_person_is_hidden():
    """A row of a defined register that does not say whether it names a person is taken to name one."""
    kinds = ["person", "team", None]
    rows = pd.DataFrame({"carer": ["ก", "ข", "ค"], "carer_kind": kinds, "phone": [CANARY] * 3}, dtype="string")
    rows["retain_until"] = pd.to_datetime([None] * 3)
    assert privacy.mask(rows.copy(), "looking_after", PUBLIC)["carer"].isna().tolist() == [True, False, True]
    assert privacy.mask(rows.copy(), "looking_after", PUBLIC)["phone"].isna().all()
    assert privacy.mask(rows, "looking_after", DATA_TEAM)["carer"].notna().all()


def test_past_its_date_nobody_sees_a_person_and_the_rows_are_erased(board, monkeypatch):
    with store.writing(board) as connection:
        connection.execute(tables.role_holder.update().values(retain_until=date(2020, 1, 1)))
        frame = store.read_register(connection, "role_holder", None, viewer=Viewer("admin"))
        assert frame[["person", "phone"]].isna().all(axis=None)
        assert frame["is_vacant"].tolist() == [False, True]
        assert users.forget_people(connection, "admin", date(2019, 1, 1)) == 0
        assert users.forget_people(connection, "admin", date(2020, 1, 2)) == 1
        assert users.forget_people(connection, "admin", date(2020, 1, 2)) == 0
        assert connection.execute(tables.role_holder.select()).first().phone is None


def test_a_person_is_kept_until_the_day_the_file_says_and_never_longer_than_the_rule(engine, tmp_path):
    row = templates.example_rows("role_holder")[0]
    far, near = (
        date.today().replace(day=1, year=date.today().year + 9),
        date.today().replace(day=1, year=date.today().year + 1),
    )
    written = [f"{day.day}/{day.month}/{day.year + 543}" for day in (far, near)]
    load_rows(engine, tmp_path, "role_holder", [row | {"retain_until": text} for text in written] + [row])
    with store.reading(engine) as connection:
        dates = list(store.read_register(connection, "role_holder", viewer=DATA_TEAM)["retain_until"].dt.date)
        due = users.due_people(connection, date.today())
        later = users.due_people(connection, far)
    rule = store.years_from(date.today(), 2)
    assert dates == [rule, near, rule]
    assert due == {"kept": 3, "over": 0, "next": near}
    assert later == {"kept": 3, "over": 3, "next": None}


@pytest.mark.parametrize(
    ("text", "years"), [("", 2), ("สอง", 2), ("-3", 2), ("2.5", 2), ("0", 0), ("๕", 5), ("99999", 100)]
)
def test_a_faulty_retention_time_stops_no_import_and_keeps_nobody_for_ever(monkeypatch, text, years):
    monkeypatch.setenv("KRADAN_RETENTION_YEARS", text)
    assert store.retention_years() == years
    assert store.years_from(date(2024, 2, 29), -store.retention_years()) <= date(2024, 2, 29)


def kept_files(engine, folder) -> int:
    """Unpack what is kept, to look into it; returns how many files there are."""
    with store.reading(engine) as connection:
        found = set(connection.execute(select(tables.original.c.digest)).scalars())
        for old in folder.glob("kept-*"):
            old.unlink()
        assert all(originals.write(connection, digest, folder / f"kept-{digest[:8]}") for digest in found)
    return len(found)


def test_past_the_date_also_the_kept_file_and_what_waits_or_was_decided_is_erased(url, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url)
    engine = store.open_store(url, create=True)
    setup.ensure_code_lists(engine)
    row, plan = templates.example_rows("role_holder")[0] | {"phone": CANARY}, templates.example_rows("plan")
    (tmp_path / "in").mkdir()
    load_rows(engine, tmp_path / "in", "plan", plan)
    load_rows(
        engine, tmp_path / "in", "role_holder", [row, row | {"subdistrict": "ไม่มีตำบลนี้"}, row | {"subdistrict": "ไม่มีที่นี่"}]
    )
    with store.reading(engine) as connection:
        waiting = connection.execute(select(tables.quarantine.c.id)).scalars().all()
        phone = next(
            name
            for name, value in json.loads(connection.execute(select(tables.quarantine.c.cells)).scalar()).items()
            if value == CANARY
        )
    commands.decide_value(engine, waiting[1:], phone, CANARY, "ถามแล้ว", "tester")
    commands.decide_exclude(engine, waiting[:1], "ทดสอบ", "tester")
    assert kept_files(engine, tmp_path) == 2
    assert users.forget(engine, "tester") == {"rows": 0, "files": 0, "backups": 0}
    over = store.years_from(date.today(), 3)
    assert users.forget(engine, "tester", over) == {"rows": 3, "files": 1, "backups": 0}
    assert users.forget(engine, "tester", over) == {"rows": 0, "files": 0, "backups": 0}
    assert kept_files(engine, tmp_path) == 1
    exchange_package.export(engine, tmp_path / "out", viewer=exchange_package.COMPLETE)
    everywhere = [*(tmp_path / "out").rglob("*.*"), *tmp_path.glob("kept-*")]
    if store.is_sqlite(engine):  # an open reader does not keep it in the log
        everywhere += [path for path in tmp_path.glob("store.sqlite*") if path.is_file()]
        assert len(everywhere) > 40
    assert not [path for path in everywhere if CANARY.encode() in path.read_bytes()]
    with store.reading(engine) as connection:
        assert store.read_table(connection, tables.audit, viewer=DATA_TEAM)["action"].tolist()[-1] == "forget_people"
        assert len(store.read_register(connection, "plan", viewer=DATA_TEAM)) == 2
    engine.dispose()


def test_every_person_record_gets_a_date(board, monkeypatch):
    with store.reading(board) as connection:
        dates = store.read_register(connection, "role_holder", viewer=DATA_TEAM)["retain_until"]
    assert dates.dt.date.tolist() == [store.years_from(date.today(), 2)] * 2


def test_roles_are_read_anew_and_revoked_at_once(engine):
    with store.writing(engine) as connection:
        users.grant(connection, "Head@nhso.go.th", "partner", "admin", "nhso")
        assert users.viewer_of(connection, "head@NHSO.go.th") == PARTNER
        assert users.viewer_of(connection, "other@nhso.go.th") == users.viewer_of(connection, None) == PUBLIC
        assert users.revoke(connection, "head@nhso.go.th", "admin")
        assert users.viewer_of(connection, "head@nhso.go.th") == PUBLIC
        assert store.read_table(connection, tables.user_role, viewer=DATA_TEAM).empty
        assert len(store.read_table(connection, tables.user_role, viewer=Viewer("admin"))) == 1
    with pytest.raises(ValueError, match="agency"), store.writing(engine) as connection:
        users.grant(connection, "x", "partner", "admin")


def national_id(first_twelve: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first_twelve, range(13, 1, -1), strict=True))
    return first_twelve + str((11 - total % 11) % 10)


@pytest.mark.parametrize("form", ["{}", "{}.0", "เลขที่ {} ครับ", "spaced", "dashed", "thai"])
def test_a_column_of_national_ids_is_refused_with_the_reason(sqlite_engine, tmp_path, form):
    ids = [national_id(f"1809900{number:05d}") for number in range(3)]
    shapes = {"spaced": lambda x: f"{x[0]} {x[1:5]} {x[5:10]} {x[10:12]} {x[12]}", "dashed": lambda x: f"{x[0]}-{x[1:5]}-{x[5:10]}-{x[10:12]}-{x[12]}",
              "thai": lambda x: x.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))}  # fmt: skip
    written = [shapes.get(form, form.format)(one) for one in ids]
    row = templates.example_rows("organisation")[0]
    with pytest.raises(Refused) as stop:
        load_rows(sqlite_engine, tmp_path, "organisation", [row | {"village_list": text} for text in written])
    problem = stop.value.problem
    assert (problem.code, problem.column, problem.row) == ("national_id_column", "หมู่บ้านสมาชิก", 2)
    assert not any(one in str(problem) for one in (*ids, *written))
    with store.reading(sqlite_engine) as connection:
        assert store.count(connection, tables.import_batch) == 0


@pytest.mark.parametrize(
    "cells", [["0994000165765"] * 3, ["1234567890123", "2345678901234", "3456789012345"], ["120000", "0812345678"]]
)
def test_other_long_numbers_are_no_national_ids(sqlite_engine, tmp_path, cells):
    row = templates.example_rows("organisation")[0]
    done = load_rows(sqlite_engine, tmp_path, "organisation", [row | {"village_list": cell} for cell in cells])
    assert done.count("loaded") == len(cells)
