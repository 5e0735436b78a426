"""Registers: areas with time, templates of every register through the importer, collection tracker, completeness."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from loaders import setup, store, tracker
from loaders.areas import register as areas_register
from loaders.decisions import dues
from loaders.imports import speaks_for
from loaders.imports.ingest import ingest
from loaders.imports.speaks_for import SpeaksFor
from loaders.layouts import templates
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM, Viewer
from tests.support.stores import load_rows

MEETING = date(2007, 2, 26)


@pytest.fixture
def areas(sqlite_engine):
    areas_register.ensure(sqlite_engine)
    with store.reading(sqlite_engine) as connection:
        yield connection


def kinds(connection, day) -> dict:
    return areas_register.as_of(connection, day).groupby("kind").size().to_dict()


@pytest.mark.parametrize(
    ("day", "districts", "king_amphoe", "villages"),
    [
        (MEETING, 21, 2, 1551),
        (date(2007, 9, 7), 21, 2, 1551),
        (date(2007, 9, 8), 23, 0, 1551),
        (date(2016, 12, 31), 23, 0, 1553),
        (None, 23, 0, 1553),
    ],
)
def test_the_register_of_a_day(areas, day, districts, king_amphoe, villages):
    found = kinds(areas, day)
    assert found["subdistrict"] == 170
    assert (found["district"], found.get("king_amphoe", 0), found["village"]) == (districts, king_amphoe, villages)


def test_no_area_is_there_twice_on_a_day(areas):
    for day in (date(1937, 1, 1), date(1975, 6, 9), date(1994, 3, 6), MEETING, None):
        assert not areas_register.as_of(areas, day)["code"].duplicated().any()


def test_every_parent_is_valid_on_the_same_day(areas):
    for day in (date(1985, 1, 1), date(1995, 1, 1), MEETING, None):
        valid = areas_register.as_of(areas, day)
        parents = valid.loc[valid["level"].isin(["subdistrict", "district", "village"]), "parent_code"].dropna()
        assert set(parents) <= set(valid["code"]), day


def test_the_two_king_amphoe(areas):
    then = areas_register.as_of(areas, MEETING, "district").set_index("code")
    assert dict(then.loc[then["kind"] == "king_amphoe", "name_th"]) == {"8021": "นบพิตำ", "8022": "ช้างกลาง"}


def test_24_subdistricts_had_another_code(areas):
    events = [row for row in areas.execute(select(tables.area_event)) if row.old_code]
    assert len({row.old_code for row in events}) == len({row.area_code for row in events}) == 24


def test_184_local_governments_cover_201_times(areas):
    assert store.count(areas, tables.local_government) == 184
    links = areas.execute(select(tables.local_government_area)).all()
    assert len(links) == 201
    per_subdistrict = [link.subdistrict_code for link in links]
    assert sum(per_subdistrict.count(code) == 2 for code in set(per_subdistrict)) == 31


@pytest.mark.parametrize(
    ("written", "on", "parent", "present", "carried", "evidence"),
    [
        ("801906", None, None, ["801906"], False, "present"),
        ("801307", date(1990, 1, 1), None, ["801906"], True, "historic"),
        ("801307", MEETING, None, ["801906"], True, "other_time"),
        ("800414", None, None, ["801803"], True, "historic"),
        ("ช้างกลาง", date(1990, 1, 1), "8004", ["802201"], True, "historic"),
        ("ปากแพรก", None, None, ["800901", "801217"], False, "present"),
        ("ปากแพรก", None, "8009", ["800901"], False, "present"),
        ("ญวนแหล", date(1930, 1, 1), None, ["800118"], True, "historic"),
        ("ท่าพญา", None, None, ["801216"], True, "historic"),
        ("8021", MEETING, None, ["8021"], True, "historic"),
        ("800104", None, None, [None], True, "other_time"),
        ("ไม่มีชื่อนี้", None, None, [], None, None),
    ],
)
def test_an_old_name_or_code_is_carried_forward_and_marked(areas, written, on, parent, present, carried, evidence):
    found = areas_register.resolve(areas, written, on, parent)
    assert [one.present_code for one in found] == present
    assert {(one.carried_forward, one.evidence) for one in found} <= {(carried, evidence)}


def test_a_file_with_an_old_code_lands_in_todays_subdistrict_marked(engine, tmp_path):
    row = {"fund_name": "ก", "place_code": "801307", "subdistrict": "สามตำบล", "members": "9"}
    load_rows(engine, tmp_path, "welfare_fund", [row])
    with store.reading(engine) as connection:
        frame = store.read_register(connection, "welfare_fund", viewer=DATA_TEAM)
    assert frame[["subdistrict_code", "match_evidence"]].to_numpy().tolist() == [["801906", "historic"]]


def test_the_area_register_is_filled_once(engine):
    assert areas_register.ensure(engine)
    assert not areas_register.ensure(engine)
    with store.writing(engine) as connection:
        setting = tables.setting
        connection.execute(setting.update().where(setting.c.name == "areas_mark").values(value="old facts"))
    assert areas_register.ensure(engine)
    with store.reading(engine) as connection:
        assert store.count(connection, tables.local_government) == 184


EXPECTED = {
    "support": {
        "agency_code": "codi",
        "amount_satang": 5_000_000,
        "paid_satang": 2_500_050,
        "area_code": "800106",
        "fiscal_year": 2007,
    },
    "plan": {"plan_exists": True, "booklet_held": True, "plan_year": 2006, "priority_theme": "health,welfare_fund"},
    "welfare_fund": {"members": 640, "savings_satang": 23_360_025, "hardship_members": 14, "fiscal_year": 2007},
    "contribution": {"source": "codi", "promised_satang": 5_000_000, "received_satang": 2_000_000},
    "organisation": {"organisation_kind": "group", "theme_code": "livelihood_credit", "members": 85},
    "indicator": {"indicator_code": "hardship_households", "fiscal_year": 2007, "value": 37.0},
    "role_holder": {"role": "facilitator", "person": "ชื่อสมมติ", "phone": "000-000-0000"},
    "membership": {
        "member_kind": "village",
        "body_kind": "network",
        "relation": "member",
        "said_by": "บันทึกประชุมเครือข่าย (ตัวอย่าง)",
    },
    "looking_after": {"carer": "ทีมตำบล (ตัวอย่าง)", "carer_kind": "team", "looked_after": "place"},
    "target": {"agency_code": "cdd", "theme_code": "sufficiency", "quantity": 2, "fiscal_year": 2007},
    "stage": {"stage": "learning", "fiscal_year": 2007, "reached": "yes"},
    "capital": {"what": "ป่าชุมชนควนนา (ตัวอย่าง)", "capital_kind": "nature", "quantity": 120, "fiscal_year": 2007},
    "agency": {"code": "example_foundation", "level": "provincial", "short_th": "มตย."},
    "stream": {"code": "example_stream", "kind": "special", "is_restricted": True, "total_satang": 100_000_000},
}


def test_every_register_has_a_template():
    assert set(templates.registers()) == set(EXPECTED) == set(tables.REGISTERS)


def test_every_template_goes_through_the_importer(board):
    with store.reading(board) as connection:
        for register, expected in EXPECTED.items():
            frame = store.read_register(connection, register, viewer=DATA_TEAM)
            assert len(frame) == len(templates.example_rows(register)), register
            assert {name: frame[name].iloc[0] for name in expected} == expected, register
        unplaced = store.read_register(connection, "organisation", viewer=DATA_TEAM).iloc[1]
        assert unplaced["organisation_kind"] == "network"
        assert unplaced.isna()["area_code"]
        assert store.count(connection, tables.quarantine) == 0


def test_the_example_inside_a_template_is_never_loaded(sqlite_engine, tmp_path):
    for path in templates.write_all(tmp_path / "out"):
        with pytest.raises(Refused) as stop:
            ingest(sqlite_engine, path, "codi", "tester", trusted=True)
        assert stop.value.problem.code == "file_empty", path.name
    done = load_rows(sqlite_engine, tmp_path, "agency", templates.example_rows("agency"))
    assert "example_sheet_skipped" in [problem.code for problem in done.problems]


@pytest.mark.parametrize(("register", "needed"), [("support", "agency"), ("contribution", "source"), ("organisation", "organisation_name"),
                                                  ("role_holder", "role"), ("agency", "name_th"), ("indicator", "indicator_code")])  # fmt: skip
def test_a_row_without_its_subject_waits_for_a_person(sqlite_engine, tmp_path, register, needed):
    row = {name: value for name, value in templates.example_rows(register)[0].items() if name != needed}
    done = load_rows(sqlite_engine, tmp_path, register, [row])
    assert (done.count("loaded"), done.count("quarantined")) == (0, 1)
    assert "value_missing" in [problem.code for problem in done.problems]


def test_an_agency_from_a_file_stands_over_the_list_until_withdrawn(board, tmp_path):
    changed = {"code": "codi", "name_th": "ชื่อใหม่", "level": "ส่วนกลาง"}
    done = load_rows(board, tmp_path, "agency", [changed])

    def name() -> str:
        with store.reading(board) as connection:
            table = store.read_table(connection, tables.agency, viewer=DATA_TEAM).set_index("code")
            assert table.index.is_unique
            return table.at["codi", "name_th"]

    assert name() == "ชื่อใหม่"
    with store.writing(board) as connection:
        store.set_active(connection, [done.batch_id], False, "by_hand", "tester")
    assert name() == "สถาบันพัฒนาองค์กรชุมชน"


@pytest.fixture
def asked(engine, tmp_path):
    """CODI owes plans for every district by 1 March, and has spoken for 8001; NHSO owes support for 8009."""
    setup.ensure_code_lists(engine)
    load_rows(engine, tmp_path, "plan", templates.example_rows("plan"))
    with store.writing(engine) as connection:
        speaks_for.change(connection, 1, SpeaksFor("districts", reason="all of it"), "governor")
        connection.execute(tables.due.delete())  # without the starting set
        batch = tables.import_batch
        connection.execute(batch.update().values(loaded_at="2007-03-05T08:00:00"))
        dues.set_due(connection, "codi", "plan", "governor", due_on=date(2007, 3, 1))
        nhso = {"area_code": "8009", "fiscal_year": 2007, "due_on": date(2007, 3, 10)}
        dues.set_due(connection, "nhso", "support", "governor", **nhso)
    return engine


def test_the_tracker_says_who_is_late(asked):
    with store.reading(asked) as connection:
        table = tracker.tracker(connection, date(2007, 3, 6), viewer=DATA_TEAM)
        later = tracker.tracker(connection, date(2007, 3, 12), viewer=DATA_TEAM)
    plans = table[table["register"] == "plan"].set_index("district_code")
    assert len(plans) == 23
    assert plans.loc["8001", ["state", "days_late", "reported_on"]].tolist() == ["reported_late", 4, date(2007, 3, 5)]
    assert plans.loc["8002", ["state", "days_late"]].tolist() == ["late", 5]
    assert table[table["base"] == "nhso"][["district_code", "state", "days_late"]].to_numpy().tolist() == [
        ["8009", "waiting", 0]
    ]
    assert later[later["base"] == "nhso"]["state"].tolist() == ["late"]


def test_a_withdrawn_batch_no_longer_counts_as_reported(asked):
    with store.writing(asked) as connection:
        store.set_active(connection, [1], False, "by_hand", "tester")
    with store.reading(asked) as connection:
        assert set(tracker.tracker(connection, date(2007, 3, 6), viewer=DATA_TEAM)["state"]) == {"late", "waiting"}


def test_a_partner_sees_its_own_debts_and_the_public_none(asked):
    with store.reading(asked) as connection:
        assert set(tracker.tracker(connection, MEETING, viewer=Viewer("partner", "nhso"))["base"]) == {"nhso"}
        assert tracker.tracker(connection, MEETING, viewer=Viewer("public")).empty


def test_a_due_date_changes_the_data_version_and_the_audit(asked):
    with store.writing(asked) as connection:
        before = store.data_version(connection)
        dues.set_due(connection, "codi", "plan", "governor", due_on=MEETING)
        assert store.data_version(connection) != before
        audit = store.read_table(connection, tables.audit, viewer=DATA_TEAM)
    assert audit["action"].tolist()[-2:] == ["set_due", "set_due"]


def test_completeness_counts_subdistricts(asked):
    with store.reading(asked) as connection:
        found = tracker.completeness(connection, "plan", "80", viewer=DATA_TEAM)
        nobody_owes = tracker.completeness(connection, "organisation", "80", viewer=DATA_TEAM)
    assert (found.reported, found.with_records, found.total, found.bases) == (16, 1, 170, ("codi",))
    assert found.share == pytest.approx(16 / 170)
    assert (nobody_owes.reported, nobody_owes.share) == (0, 0.0)


NEW = {"code": "baan_suan", "name_th": "มูลนิธิบ้านสวน", "short_th": "มบส.", "level": "จังหวัด"}
RIVER = {"code": "river_fund", "name_th": "กองทุนสายน้ำ", "kind": "งบพิเศษ", "owner": "มบส."}


def test_a_registered_agency_and_stream_are_words_for_later_files(board, tmp_path):
    load_rows(board, tmp_path, "agency", [NEW])
    streams = load_rows(board, tmp_path, "stream", [RIVER])
    row = templates.example_rows("support")[0]
    rows = [
        row | {"agency": word, "stream": "กองทุนสายน้ำ", "reference": word}
        for word in ("มบส.", "มูลนิธิ บ้านสวน", "baan_suan")
    ]
    done = load_rows(board, tmp_path, "support", rows)
    load_rows(board, tmp_path, "contribution", [templates.example_rows("contribution")[0] | {"source": "มบส"}])
    assert (done.count("loaded"), done.count("quarantined")) == (3, 0)
    with store.reading(board) as connection:
        frame = store.read_support(connection, "80", viewer=DATA_TEAM)
        mine = frame[frame["batch_id"] == done.batch_id]
        assert set(mine["agency_code"]) == {"baan_suan"}
        assert set(mine["agency_name"]) == {"มูลนิธิบ้านสวน"}
        assert set(mine["stream_name"]) == {"กองทุนสายน้ำ"}
        assert store.read_register(connection, "contribution", viewer=DATA_TEAM)["source"].tolist() == [
            "codi",
            "baan_suan",
        ]
        owners = store.read_table(connection, tables.stream, viewer=DATA_TEAM).set_index("code")["owner"]
        assert owners["river_fund"] == "baan_suan"
    with store.writing(board) as connection:
        store.set_active(connection, [streams.batch_id], False, "by_hand", "tester")
    again = load_rows(board, tmp_path, "support", [row | {"stream": "กองทุนสายน้ำ", "reference": "x"}])
    assert "unknown_word" in [one.code for one in again.problems]


def test_an_agency_that_a_file_only_named_is_the_one_registered_later(board, tmp_path):
    row = templates.example_rows("support")[0]
    load_rows(board, tmp_path, "support", [row | {"agency": "มูลนิธิบ้านสวน"}])

    def seen() -> tuple[str, list[str], int]:
        with store.reading(board) as connection:
            agency = store.read_support(connection, "80", viewer=DATA_TEAM)["agency_code"].iloc[-1]
            listed = store.read_table(connection, tables.agency, viewer=DATA_TEAM)
            sums = store.read_subdistrict_sums(connection, "80", 2007, agency="baan_suan", viewer=DATA_TEAM)
        return agency, listed.loc[listed["name_th"] == "มูลนิธิบ้านสวน", "code"].tolist(), int(sums["records"].sum())

    assert seen() == ("มูลนิธิบ้านสวน", ["มูลนิธิบ้านสวน"], 0)
    done = load_rows(board, tmp_path, "agency", [NEW])
    assert seen() == ("baan_suan", ["baan_suan"], 1)
    with store.writing(board) as connection:
        store.set_active(connection, [done.batch_id], False, "by_hand", "tester")
    assert seen() == ("มูลนิธิบ้านสวน", ["มูลนิธิบ้านสวน"], 0)
