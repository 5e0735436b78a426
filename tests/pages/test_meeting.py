"""The facts of a meeting: same numbers as the board, frozen for good, said in both languages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
import streamlit as st
from sqlalchemy import select, update
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from geo import registers
from loaders import store
from loaders.decisions import Basis, meetings, scenarios
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM, Viewer
from pages.components import saved_scenarios
from pages.meeting import facts as meeting_facts
from pages.meeting import wall as meeting
from pages.meeting.board import VIEWS
from pages.meeting.pack import make
from pages.meeting.words import Words, places_of
from pages.queries import coverage as coverage_queries
from pages.queries import gaps as gaps_queries
from pages.queries import overlaps as overlaps_queries
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import cache
from pages.shell import precompute
from tests.support import seeds
from tests.support.meeting_store import copied, keep_no_more, more_support, opened
from tests.support.seeds import ROOT

BASIS = Basis("v", "80")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with opened(seeds.copied("demo", tmp_path_factory.mktemp("demo") / seeds.NAME), kept="demo") as path:
        meeting_facts.gather(queries.current_scope())
        keep_no_more()
        yield path


@pytest.fixture(scope="module")
def facts(demo):
    return meeting_facts.gather(queries.current_scope())


@pytest.fixture(scope="module")
def nothing(tmp_path_factory):
    """The facts of an empty store."""
    with opened(seeds.copied("empty", tmp_path_factory.mktemp("empty") / seeds.NAME), kept="empty"):
        return meeting_facts.gather(queries.current_scope())


class Later(NamedTuple):
    """A store some time after a meeting: its facts frozen as ``number``, ``chosen`` saved as pilots, a file more loaded."""

    path: Path
    number: int
    chosen: list[str]
    facts: dict


@pytest.fixture(scope="module")
def later(demo, facts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("later")
    path, classes = copied(demo, folder / seeds.NAME), facts["steps"]["pilots"]["classes"]
    chosen = [code for code, letter in zip(facts["codes"], classes, strict=True) if letter == "p"][:7]
    with opened(path):
        with store.writing(queries.engine()) as connection:
            number = meetings.freeze(connection, "ประชุม 26 ก.พ. 2550", facts, "tester", BASIS)
            scenarios.save(connection, "selection", "ชุดแรก", {"chosen": chosen, "pick": "choose:7"}, "t", BASIS, "x")
        more_support(path, folder)
        cache.clear()
        return Later(path, number, chosen, meeting_facts.gather(queries.current_scope()))


def test_the_storyboard_has_its_views_and_every_class_has_a_legend(facts):
    assert tuple(facts["steps"]) == VIEWS
    assert [step["view"] for step in meeting_facts.shipped_story()["step"]] == list(VIEWS)
    for step in [*facts["steps"].values(), *facts["questions"].values()]:
        assert len(step["classes"]) == len(facts["codes"]) == 170
        assert set(step["classes"]) <= {entry[0] for entry in step["legend"]}, step["view"]
        assert len(step["focus"]) <= 7
        assert set(step["focus"]) <= set(facts["codes"])


def test_a_meeting_is_ready_soon_after_somebody_has_opened_a_page(facts, monkeypatch):
    asked = []
    monkeypatch.setattr(precompute, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(precompute, "likely", lambda _scope: [])
    monkeypatch.setattr(meeting_facts, "gather", asked.append)
    scope = queries.current_scope()
    monkeypatch.setattr(precompute, "_is_outdated", lambda _scope: False)
    for seen in (scope, replace(scope, province="84")):
        precompute._work(seen)
    assert asked == [scope]


def test_what_is_computed_ahead_waits_while_somebodys_page_is_made(monkeypatch):
    busy, slept = iter([False, True, True, *[False] * 9]), []
    monkeypatch.setattr(precompute.insides, "is_busy", lambda: next(busy))
    monkeypatch.setattr(precompute.time, "sleep", slept.append)
    precompute._rest(2 * precompute.STEP_SECONDS)
    assert len(slept) == 5
    monkeypatch.setattr(precompute.insides, "is_busy", lambda: True)
    monkeypatch.setattr(precompute, "LONGEST_SECONDS", 0)
    precompute._rest(1)  # never quiet: in the end all the same
    assert len(slept) == 5


def test_findings_are_the_numbers_of_the_board(facts):
    scope = queries.current_scope()
    chosen = Query(facts["fiscal_year"])
    coverage = coverage_queries.coverage(scope, chosen)
    title = {name: facts["steps"]["coverage"]["title"][1][name] for name in ("covered", "all", "none", "unknown")}
    assert title == {"covered": int(coverage["status"].eq("covered").sum()), "all": 170, "none": int(coverage["status"].eq("none").sum()),
                     "unknown": int(coverage["status"].eq("not_reported").sum())}  # fmt: skip
    gaps = gaps_queries.gaps(scope, chosen, "hardship_households")
    assert (
        facts["steps"]["gaps"]["title"][1]["gaps"]
        == int(gaps["quadrant"].eq("gap").sum())
        == facts["steps"]["gaps"]["classes"].count("g")
    )
    flagged = overlaps_queries.overlaps(scope, chosen).pairs["outcome"].eq("suspected_duplication").sum()
    assert facts["steps"]["overlaps"]["title"][1]["pairs"] == int(flagged)
    currents = facts["steps"]["currents"]
    total = int(coverage_queries.records(scope, chosen)["amount_satang"].sum())
    assert currents["title"][1]["total"]["satang"] == total == sum(bar[1] for bar in currents["bars"])
    assert facts["questions"]["weak_unsupported"]["title"][1]["places"] == facts["steps"]["weak"]["title"][1]["alone"]
    assert facts["steps"]["pilots"]["classes"].count("p") == 55
    assert {
        code[:4]
        for code, letter in zip(facts["codes"], facts["steps"]["pilots"]["classes"], strict=True)
        if letter == "p"
    } == {code[:4] for code in facts["codes"]}


def test_places_are_ordered_by_the_figure_that_is_shown(facts):
    """What stands beside a place is what it is ordered by: the first number falls or rises, its equals by the second."""
    for step in [*facts["steps"].values(), *facts["questions"].values()]:
        rows = step.get("rows") or step["focus"]
        if not step["spoken"]:
            assert step["view"] == "who_supports" or not rows, step["view"]
            continue
        assert len(step["spoken"]) == len(rows), step["view"]
        shown = []
        for entry in step["spoken"]:
            first = next(iter(entry["said"][1].values()))
            shown.append(first["satang"] if isinstance(first, dict) else first)
        if step["view"] == "weak_unsupported":  # nobody first, then not known
            covered = [facts["cards"][code]["status"] for code in rows]
            assert covered == sorted(covered)
            shown = shown[: covered.count("none")]
        assert shown in (sorted(shown), sorted(shown, reverse=True)), step["view"]
        for language in ("th", "en"):
            assert len(places_of(Words(language), facts, step)) == len(rows)


def test_no_finding_is_a_tautology_nor_says_nobody_where_district_work_is(facts):
    classes, direction = facts["steps"]["classes"]["title"], facts["steps"]["direction"]["title"]
    assert classes[1]["weak"] == facts["named"]["weak"]
    assert 0 < classes[1]["inside"] <= classes[1]["of"] < classes[1]["weak"]
    assert classes[1]["dragged"] <= classes[1]["weak"]
    met, other, rest = (facts["named"][code] for code in ("aligned_money", "other_money", "unheld_money"))
    assert direction[1]["share"] == round(met / (met + other) * 100)
    assert direction[1]["other"]["satang"] == other
    assert met + other + rest <= facts["named"]["placed_money"]
    assert facts["named"]["none_above"] == facts["named"]["none"] > 0, "in the demo all of them have district work"
    for step in (facts["steps"]["coverage"], facts["steps"]["weak"], facts["questions"]["nobody"]):
        said = Words("en").phrase(step["title"])
        assert "nobody" not in said.lower(), said
        assert "district or province work" in said, said


def test_pilots_have_baht_and_a_reason_and_are_the_saved_list_everywhere(facts, later):
    step = facts["steps"]["pilots"]
    assert step["title"][1]["cost"] == {"satang": facts["named"]["pilot_cost"]}
    for entry in step["spoken"]:
        assert entry["said"][1]["cost"]["satang"] > 0
        assert entry["why"][0] in {"meeting_why_need", "meeting_why_readiness", "meeting_why_people"}
    with opened(later.path):
        assert saved_scenarios.pilots(queries.current_scope()).codes == tuple(later.chosen)
    now = later.facts
    assert now["pilots"] == "ชุดแรก"
    assert now["named"]["pilots"] == 7 == now["steps"]["pilots"]["classes"].count("p")
    assert {code for code, card in now["cards"].items() if card["pilot"]} == set(later.chosen)
    assert "ชุดแรก" in Words("th").phrase(now["steps"]["pilots"]["note"])


def test_cards_add_up_to_the_records(facts):
    assert sum(card["supports"] for card in facts["cards"].values()) == len(
        coverage_queries.rolled(queries.current_scope(), Query(facts["fiscal_year"])).by_subdistrict
    )
    assert facts["cards"]["801602"]["status"] == "none"
    assert facts["cards"]["801602"]["top"] == []
    for code, card in facts["cards"].items():  # as many lines as agencies; the wall counts those without room
        assert len(meeting.card_of(facts, Words("th"), code)["top"]) == card["agencies"], code


def test_facts_are_plain_json_and_the_same_every_time(facts):
    assert json.loads(meetings.canonical(facts)) == facts
    cache.clear()
    assert meetings.canonical(meeting_facts.gather(queries.current_scope())) == meetings.canonical(facts)


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_wall_says_everything_in_words(facts, language):
    wall = meeting.payload(facts, meeting_facts.shipped_story()["step"], Words(language), "")
    spoken = json.dumps(
        {key: wall[key] for key in ("steps", "questions", "cards", "keys")} | {"texts": list(wall["texts"].values())},
        ensure_ascii=False,
    )
    spoken = re.sub(r'"view": "\w+"', "", spoken)
    assert not re.search(r'"(meeting|status|quadrant|outcome|answer|question|unit|figure|people|level)_\w+"', spoken)
    assert not re.search(r"\{\w*\}", spoken.replace("{}", "{ }"))
    assert len(wall["questions"]) == 10
    assert "1–9 · 0 · End" in [key for key, _does in wall["keys"]], "no key is said that is not there"
    assert wall["id"] == meeting.payload(facts, meeting_facts.shipped_story()["step"], Words(language), "")["id"]
    for step in wall["steps"]:
        assert facts["version"] in step["foot"]
        assert sum(row["count"] for row in step["legend"] if row["k"]) == 170


def test_an_empty_store_still_has_a_wall(nothing):
    assert set(nothing["steps"]["coverage"]["classes"]) == {"u"}
    assert nothing["steps"]["classes"]["title"][0] == "meeting_title_no_classes"
    assert nothing["steps"]["pilots"]["title"][0] == "meeting_title_no_pilots"
    for language in ("th", "en"):
        wall = meeting.payload(nothing, meeting_facts.shipped_story()["step"], Words(language), "")
        assert len(wall["steps"]) == len(VIEWS) - 2, "without an earlier meeting nothing has changed since"


def test_a_frozen_meeting_never_changes_and_tells_what_is_different_now(facts, later):
    now, number = later.facts, later.number
    with opened(later.path):
        with store.reading(queries.engine()) as connection:
            frozen, listed = (
                meetings.read_snapshot(connection, number, viewer=DATA_TEAM),
                meetings.read_snapshots(connection, viewer=DATA_TEAM),
            )
        assert meetings.canonical(frozen) == meetings.canonical(facts)
        assert now["version"] != frozen["version"]
        assert list(listed["name"]) == ["ประชุม 26 ก.พ. 2550"]
        found = meeting_facts.difference(frozen, now)
        assert found["came"] == ["more.csv"]
        assert found["steps"]["coverage"]["moved"] == ["801602"]
        assert found["steps"]["coverage"]["title_changed"]
        assert meeting_facts.difference(frozen, frozen) == {
            "steps": {view: {"moved": [], "figures": [], "title_changed": False} for view in VIEWS if view != "changed"}, "came": [], "went": []
        }  # fmt: skip
        with store.writing(queries.engine()) as connection:
            changed = connection.execute(select(tables.snapshot.c.facts)).scalar_one().replace("801602", "801601", 1)
            connection.execute(update(tables.snapshot).values(facts=changed))
        with store.reading(queries.engine()) as connection, pytest.raises(Refused, match="snapshot_changed"):
            meetings.read_snapshot(connection, number, viewer=DATA_TEAM)


def test_decisions_are_noted_once_and_struck_without_trace_lost(demo, facts):
    engine = queries.engine()
    with store.writing(engine) as connection:
        first = meetings.decide(
            connection,
            "k1",
            "พมจ.",
            "ลงพื้นที่ปากพนัง",
            date(2007, 3, 6),
            noted_by="tester",
            basis=BASIS,
            area_code="801201",
        )
        again = meetings.decide(connection, "k1", "พมจ.", "ลงพื้นที่ปากพนัง", None, noted_by="tester", basis=BASIS)
        assert (first, again) == (True, False)
        for who, what in (("", "x"), ("x", " ")):
            with pytest.raises(Refused, match="decision_incomplete"):
                meetings.decide(connection, "k2", who, what, None, noted_by="tester", basis=BASIS)
    with store.reading(engine) as connection:
        noted = meetings.read_decisions(connection, "80", viewer=DATA_TEAM)
    assert noted[["who", "due_on", "area_code"]].to_numpy().tolist() == [["พมจ.", "2007-03-06", "801201"]]
    with store.writing(engine) as connection:
        meetings.strike(connection, int(noted["id"].iloc[0]), "tester")
    with store.reading(engine) as connection:
        assert meetings.read_decisions(connection, "80", viewer=DATA_TEAM).empty
        assert store.count(connection, tables.decision) == 1


def test_a_storyboard_is_saved_by_name_and_shown(demo, facts):
    steps = [{"view": "gaps", "title_th": "หัวเรื่องของเรา"}, {"view": "coverage"}, {"view": "no_such_view"}]
    with store.writing(queries.engine()) as connection:
        meetings.save_storyboard(connection, " สั้น ", steps, "tester")
        with pytest.raises(Refused, match="storyboard_incomplete"):
            meetings.save_storyboard(connection, " ", steps, "tester")
    story = meeting.story_named("สั้น")
    assert [step["view"] for step in story] == ["gaps", "coverage"]
    wall = meeting.payload(facts, story, Words("th"), "")
    assert next(step["title"] for step in wall["steps"]) == "หัวเรื่องของเรา"
    assert wall["steps"][1]["title"].startswith("มีผู้สนับสนุน")
    assert len(meeting.story_named("ไม่มีชื่อนี้")) == len(VIEWS)


def test_a_storyboard_without_anything_to_show_leads_to_the_desk_that_says_so(nothing, tmp_path):
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    page.query_params["story"], page._page_hash = "later", calc_hash("meeting")
    with opened(seeds.copied("empty", tmp_path / seeds.NAME), kept="empty"):
        keep_no_more()
        with store.writing(queries.engine()) as connection:
            meetings.save_storyboard(connection, "later", [{"view": "changed"}, {"view": "rudder"}], "tester")
        page.run()
        assert not page.exception
        assert [warning.value for warning in page.warning] == [
            Words("th").no_view([{"view": "changed"}, {"view": "rudder"}])
        ]
        assert page.button(key="make-pack").click().run().get("download_button")


def test_a_pack_is_offered_for_the_very_storyboard_and_decisions_that_it_holds(nothing, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "pack", lambda *_, **__: b"zip")
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    page.query_params["desk"], page._page_hash = "1", calc_hash("meeting")
    with opened(seeds.copied("empty", tmp_path / seeds.NAME), kept="empty"):
        keep_no_more()
        with store.writing(queries.engine()) as connection:
            meetings.save_storyboard(connection, "brief", [{"view": "coverage"}], "tester")
        assert not page.run().get("download_button")
        assert page.button(key="make-pack").click().run().get("download_button")
        assert not page.selectbox(key="story-open").select("brief").run().get("download_button")
        assert page.selectbox(key="story-open").select("").run().get("download_button")
        with store.writing(queries.engine()) as connection:
            meetings.decide(connection, "k", "พมจ.", "x", None, noted_by="t", basis=BASIS)
        assert not page.run().get("download_button")


def test_a_frozen_meeting_and_its_decisions_are_the_teams(demo, facts, monkeypatch):
    with store.writing(queries.engine()) as connection:
        number = meetings.freeze(connection, "ปิด", facts, "tester", BASIS)
        meetings.decide(connection, "private", "พมจ.", "x", None, noted_by="t", basis=BASIS, snapshot_id=number)
    assert meeting.facts_of(queries.current_scope(), number)["version"] == facts["version"]
    assert len(meeting.decisions_of(queries.current_scope(), number)) == 1
    monkeypatch.setattr(queries, "viewer", lambda: Viewer("public"))
    with pytest.raises(Refused, match="not_allowed"):
        meeting.facts_of(queries.current_scope(), number)
    assert meeting.decisions_of(queries.current_scope(), number).empty
    public = meeting.facts_of(queries.current_scope(), None)
    assert public["version"] == facts["version"]
    assert public != facts, "the public sees what is shared only"


def sent(*items: object) -> dict[str, str]:
    """What the wall is told of these: reason by key of each that is not stored; it is told of every other that it is."""
    shown: dict[str, dict] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(meeting, "_component", lambda wall, **_: shown.update(wall))
        meeting.take(queries.current_scope(), {"kind": "decide", "n": "1", "items": list(items)})
        meeting.show(queries.current_scope(), None, meeting_facts.shipped_story()["step"], "th")
    keys = {item["key"] for item in items if isinstance(item, dict) and "key" in item}
    assert keys <= {*shown["refused"], *shown["stored"]}
    return shown["refused"]


def test_each_decision_of_the_wall_is_stored_or_refused_with_its_reason(facts, tmp_path, monkeypatch):
    def item(key: str, **more: object) -> dict:
        here = {"meeting": "", "province": "80", "area": None}
        return {"key": key, "who": "พมจ.", "what": "ลงพื้นที่", "due": None} | here | more

    wrong = {
        "incomplete": item("incomplete", what=" "), "place": item("place", area="999999"), "places": item("places", area=["801201"]),
        "day": item("day", due="พรุ่งนี้"), "long": item("long", what="ก" * 601), "gone": item("gone", meeting="77"),
        "none": item("none", meeting="สอง"), "huge": item("huge", meeting="9" * 30), "huge2": item("huge2", meeting="9" * 5000),
    }  # fmt: skip
    right = [item(f"right-{number}") for number in range(60)]
    st.session_state.clear()
    with opened(seeds.copied("empty", tmp_path / seeds.NAME)):  # decisions need no data
        other = item("other", province="81", area="810101")
        odd = item("odd", who="พมจ.\ud800\0", due="2026-12-31", area="801201", what="ก" * 600)
        keyless = {name: value for name, value in item("").items() if name != "key"}
        assert set(sent("rubbish", None, *wrong.values(), *right, other, odd, keyless)) == set(wrong)
        assert all(sent(*wrong.values()).values())
        assert len(set(sent(*wrong.values()).values())) >= 5, "each says its own reason"
        with store.reading(queries.engine()) as connection:
            noted = meetings.read_decisions(connection, "80", viewer=DATA_TEAM).set_index("key")
            beside = meetings.read_decisions(connection, "81", viewer=DATA_TEAM)
        assert {one["key"] for one in right} <= set(noted.index) and len(noted) == len(right) + 2
        assert noted.loc["odd", ["due_on", "area_code"]].tolist() == ["2026-12-31", "801201"]
        assert len(noted.loc["odd", "what"]) == 600
        assert beside[["key", "area_code"]].to_numpy().tolist() == [["other", "810101"]], "the province it was noted in"
        with store.writing(queries.engine()) as connection:
            meetings.strike(connection, int(noted.loc["odd", "id"]), "tester")
        assert "odd" not in sent(odd), "struck since: the wall forgets it, and it does not come back"
        assert "odd" not in set(meeting.decisions_of(queries.current_scope(), None)["key"])
        again = sent(item("place", area="801201"))
        assert set(again) == set(wrong) - {"place"}, "put right, it is refused no more"
        with store.writing(queries.engine()) as connection:
            number = meetings.freeze(connection, "ปิด", facts, "tester", BASIS)
        with monkeypatch.context() as patch:
            patch.setattr(queries, "viewer", lambda: Viewer("public"))
            assert {"frozen", "live"} <= set(sent(item("frozen", meeting=str(number)), item("live")))
        assert not {"frozen", "live"} & set(sent(item("frozen", meeting=str(number), area="801201"), item("live")))
        assert meeting.decisions_of(queries.current_scope(), number)["key"].tolist() == ["frozen"]


def test_what_is_not_known_is_no_zero(facts, nothing):
    decision = dict(zip(facts["codes"], facts["steps"]["decision"]["classes"], strict=True))
    for code, letter in decision.items():
        card = facts["cards"][code]
        unknown = card["class"] is None or card["status"] == "not_reported" or card["quadrant"].startswith("unknown")
        assert (letter == "u") <= unknown, code
        assert (letter == "0") <= (not unknown), code
    assert "u" in decision.values()
    for view, step in nothing["steps"].items():
        assert step["title"][0].startswith("meeting_title_no_"), view
        assert not [value for _key, value, _code in step["figures"] if value in (0, {"satang": 0})], view


def test_every_register_lies_over_the_wall_when_asked_for_with_its_nothings_apart(facts):
    story = [{"view": "coverage", "over": "groups"}, {"view": "gaps"}]
    wall = meeting.payload(facts, story, Words("en"), "")
    assert [step["over"] for step in wall["steps"]] == ["groups", ""]  # off unless the storyboard says so
    names = [layer["name"] for layer in wall["layers"]]
    assert set(registers.defined_names()) < set(names) and names == registers.over_names()
    scope = queries.current_scope()
    for layer in wall["layers"]:
        over = register_queries.over(scope, layer["name"])
        assert sum(layer["numbers"]) + layer["unplaced"] == over.entries, layer["name"]
        letters = {"covered": "c", "none": "n", "not_reported": "u"}
        assert layer["status"] == "".join(
            letters[one] for one in over.places.set_index("subdistrict_code").loc[facts["codes"], "status"]
        )
        assert len(layer["heads"]) == 5 and layer["label"]
    assert {"u", "c"} <= set("".join(layer["status"] for layer in wall["layers"]))
    assert len(json.dumps(wall["layers"])) < 1_100 * len(names)
    keys = [name for name, _words in wall["keys"]]
    assert {"L, then a digit", "K"} <= set(keys)
    old = {name: part for name, part in facts.items() if name != "registers"}
    assert meeting.payload(old, story, Words("th"), "1")["layers"] == []  # frozen before
