"""Scenarios, agreed classes, teams and projects: who, when, why; nothing lost, nothing booked twice. On both engines."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from geo.ranking.strengthening import book
from loaders import store
from loaders.decisions import Basis, scenarios
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM, PUBLIC

PLACE = "800303"
NOW, LATER, ELSEWHERE = Basis("v1", "80"), Basis("v2", "80"), Basis("v2", "86")
STREAMS = pd.DataFrame({"stream_code": ["special", "silent"], "total_satang": pd.array([100_000, None], dtype="Int64")})


def write(engine, action):
    with store.writing(engine) as connection:
        return action(connection)


def standing(engine, name, province="80", viewer=DATA_TEAM, **more):
    with store.reading(engine) as connection:
        return scenarios.read(connection, name, province, viewer=viewer, **more)


def audit(engine) -> list[str]:
    with store.reading(engine) as connection:
        return list(store.read_table(connection, tables.audit, viewer=DATA_TEAM)["action"])


def test_a_scenario_is_kept_with_who_when_and_data_version_and_a_new_one_retires_it(engine):
    first = write(
        engine, lambda c: scenarios.save(c, "ranking", " เน้น  กลุ่ม ", {"weights": "groups:2"}, "วันดี", NOW, "ลองดู")
    )
    second = write(engine, lambda c: scenarios.save(c, "ranking", "เน้น กลุ่ม", {"weights": "groups:3"}, "สมชาย", LATER))
    write(engine, lambda c: scenarios.save(c, "funds", "เน้น กลุ่ม", {}, "สมชาย", LATER))
    kept = standing(engine, "scenario")
    assert list(kept["kind"]) == ["ranking", "funds"]
    row = kept.set_index("id").loc[second]
    assert (row["name"], row["decided_by"], row["data_version"]) == ("เน้น กลุ่ม", "สมชาย", "v2")
    assert json.loads(row["content"]) == {"weights": "groups:3"}
    old = standing(engine, "scenario", removed=True).set_index("id").loc[first]
    assert (old["reason"], old["removed_by"]) == ("ลองดู", "สมชาย")
    assert audit(engine) == ["add_scenario", "remove_scenario", "add_scenario", "add_scenario"]


def test_a_decision_is_about_its_province_only(engine):
    here = write(engine, lambda c: scenarios.save(c, "ranking", "เน้น", {}, "วันดี", NOW))
    there = write(engine, lambda c: scenarios.save(c, "ranking", "เน้น", {}, "สมชาย", ELSEWHERE))
    assert list(standing(engine, "scenario")["id"]) == [here]  # the same name elsewhere retires nothing here
    assert list(standing(engine, "scenario", "86")["id"]) == [there]
    assert list(standing(engine, "scenario", None)["data_version"]) == ["v1", "v2"]


def test_the_public_does_not_see_who_decided(engine):
    write(engine, lambda c: scenarios.save(c, "ranking", "เน้น", {}, "วันดี", NOW))
    assert list(standing(engine, "scenario", viewer=PUBLIC)["decided_by"]) == [scenarios.UNNAMED]


@pytest.mark.parametrize(
    ("name", "who", "code"), [(" ", "ก", "scenario_name_missing"), ("ก", "", "decision_person_missing")]
)
def test_a_scenario_without_name_or_person_is_refused(engine, name, who, code):
    with pytest.raises(Refused) as stop:
        write(engine, lambda c: scenarios.save(c, "ranking", name, {}, who, NOW))
    assert stop.value.problem.code == code
    assert standing(engine, "scenario", removed=True).empty


def agree(engine, to="A", place=PLACE, reason="รู้จักพื้นที่ดี", who="วันดี", year=2007):
    return write(
        engine,
        lambda c: scenarios.agree(
            c, place, to, reason, who, NOW, index_code="nst", fiscal_year=year, computed_class="C"
        ),
    )


def test_one_agreed_class_stands_per_place_and_year_and_can_be_undone(engine):
    agree(engine, "B")
    last = agree(engine, "A")
    other = agree(engine, "B", year=None)
    again = agree(engine, "C", year=None)
    assert list(standing(engine, "override")["id"]) == [last, again]
    assert standing(engine, "override", removed=True).set_index("id").loc[other, "removed_by"] == "วันดี"
    assert write(engine, lambda c: scenarios.remove(c, "override", last, "สมชาย"))
    assert not write(engine, lambda c: scenarios.remove(c, "override", last, "สมชาย"))
    assert list(standing(engine, "override")["id"]) == [again]
    gone = standing(engine, "override", removed=True).set_index("id").loc[last]
    assert (gone["agreed_class"], gone["removed_by"]) == ("A", "สมชาย")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": "ok"}, "decision_reason_missing"),
        ({"who": " "}, "decision_person_missing"),
        ({"place": "809999"}, "decision_place_unknown"),
    ],
)
def test_an_agreed_class_needs_reason_name_and_a_real_place(engine, given, code):
    with pytest.raises(Refused) as stop:
        agree(engine, **given)
    assert stop.value.problem.code == code
    assert (standing(engine, "override").empty, audit(engine)) == (True, [])


def test_decisions_leave_the_data_version_alone(engine):
    with store.reading(engine) as connection:
        before = store.data_version(connection)
    agree(engine)
    with store.reading(engine) as connection:
        assert store.data_version(connection) == before


def test_a_team_needs_its_name_and_task(engine):
    write(engine, lambda c: scenarios.send_team(c, PLACE, "ทีมลานสกา", "เวทีทบทวนแผน", date(2007, 3, 6), "วันดี", NOW))
    write(engine, lambda c: scenarios.send_team(c, PLACE, "ทีมจังหวัด", "เยี่ยมกองทุน", None, "วันดี", NOW))
    table = standing(engine, "team")
    assert [None if pd.isna(day) else day.date() for day in table["visit_on"]] == [date(2007, 3, 6), None]
    with pytest.raises(Refused) as stop:
        write(engine, lambda c: scenarios.send_team(c, PLACE, "ทีม", " ", None, "วันดี", NOW))
    assert stop.value.problem.code == "team_incomplete"


def test_one_team_for_several_places_is_kept_for_all_of_them_or_for_none(engine):
    other = "800102"
    with pytest.raises(Refused) as stop:
        write(engine, lambda c: scenarios.send_teams(c, [PLACE, "999999"], "ทีม", "เวที", None, "วันดี", NOW))
    assert stop.value.problem.code == "decision_place_unknown"
    assert standing(engine, "team").empty
    with pytest.raises(Refused) as stop:
        write(engine, lambda c: scenarios.send_teams(c, [], "ทีม", "เวที", None, "วันดี", NOW))
    assert stop.value.problem.code == "team_without_place"
    write(engine, lambda c: scenarios.send_teams(c, [PLACE, other], "ทีม", "เวที", None, "วันดี", NOW))
    assert set(standing(engine, "team")["subdistrict_code"]) == {PLACE, other}


def refusal(projects: pd.DataFrame) -> str | None:
    code = book(STREAMS, projects).projects["code"].iloc[-1]
    return None if pd.isna(code) else str(code)


def book_one(engine, code="P1", satang=60_000, stream="special"):
    project = {
        "project_code": code,
        "title": "อบรมแกนนำ",
        "stream_code": stream,
        "amount_satang": satang,
        "subdistrict_code": PLACE,
    }
    return write(engine, lambda c: scenarios.book_project(c, project, "วันดี", NOW, refusal))


def test_projects_never_go_beyond_what_the_stream_has_left(engine):
    first = book_one(engine)
    for given, code in [
        ({"code": "P2"}, "team_over_balance"),
        ({"satang": 1}, "team_booked_twice"),
        ({"code": "P3", "stream": "silent"}, "team_balance_not_known"),
        ({"code": "P4", "stream": "unheard"}, "team_stream_unknown"),
        ({"code": "P5", "satang": None}, "team_amount_missing"),
        ({"code": ""}, "project_incomplete"),
    ]:
        with pytest.raises(Refused) as stop:
            book_one(engine, **given)
        assert stop.value.problem.code == code
    book_one(engine, "P2", 40_000)
    assert standing(engine, "project")["amount_satang"].sum() == 100_000
    assert write(engine, lambda c: scenarios.remove(c, "project", first, "วันดี"))
    book_one(engine, "P6", 60_000)
    assert list(standing(engine, "project")["project_code"]) == ["P2", "P6"]


def test_two_people_booking_at_once_cannot_both_have_the_last_baht(engine):
    from concurrent.futures import ThreadPoolExecutor

    def attempt(number: int) -> str:
        try:
            book_one(engine, f"P{number}", 30_000)
        except Refused as stop:
            return stop.problem.code
        return "booked"

    with ThreadPoolExecutor(6) as people:
        answers = sorted(people.map(attempt, range(6)))
    assert answers == ["booked"] * 3 + ["team_over_balance"] * 3
    assert standing(engine, "project")["amount_satang"].sum() == 90_000
