"""The rudder on the demo board: pools that add up, moves of the link, the proven best, the wall; and on an empty board."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from geo.money import pull
from geo.money.pull import CURRENTS
from geo.money.rudder import PARTS, Wish, total
from loaders import settings
from loaders.decisions import Basis, scenarios
from loaders.problems import Refused
from pages.currents import pull as pull_page
from pages.meeting.board import MeetingData
from pages.meeting.facts import shipped_story
from pages.meeting.steps_steering import rudder_step
from pages.queries import coverage, money
from pages.queries import store as queries
from pages.queries.query import Query
from pages.rudder import data
from pages.session import cache
from tests.pages.test_analysis_pages import run, title
from tests.support import served
from tests.support.meeting_store import opened

YEAR = Query(2007)


def test_every_baht_of_the_year_is_in_one_part(demo):
    scope = queries.current_scope()
    on = data.usual_day(scope, YEAR)
    assert on == date(2007, 2, 23), "the day the files state, not today"
    table = data.parts(scope, 2007, on).set_index("stream_code")
    stated = coverage.records(scope, YEAR)["amount_satang"].dropna()
    assert table["amount_satang"].sum() == stated[stated > 0].sum() == table[list(PARTS)].sum().sum()
    assert table["steerable_satang"].gt(0).index[table["steerable_satang"].gt(0)].tolist() == [
        "local_development_budget"
    ]
    assert (
        table.at["codi_community_process", "unknown_satang"]
        > 0
        == table.at["codi_community_process", "steerable_satang"]
    )


def test_the_moves_of_a_link_keep_the_total_and_the_best_is_taken(demo):
    scope = queries.current_scope()
    on = data.usual_day(scope, YEAR)
    found = data.proposed(scope, 2007, on, Wish(per_district=0))
    assert found.status == "optimal" and found.seconds < 10 and found.openings > 5
    moves = data.read(data.written(tuple(found.moves)))
    assert moves == tuple(found.moves) and data.read("x~y+~~~+a~b~c~-5") == ()
    kept = "local_development_budget~800304~hardship~100"  # as scenarios were written before places could be chosen
    assert [move.origin for move in data.read(f"{kept}+{kept}~8001.800304")] == ["", "8001.800304"]
    assert data.written(data.read(f"{kept}+{kept}~8001")) == f"{kept}+{kept}~8001"
    board, outcome = data.board(scope, 2007, on), data.outcome(scope, 2007, on, moves)
    assert total(board, outcome, moves) == int(board.records["amount_satang"].sum())
    assert outcome.lost.empty, "the reserve keeps every record alive"
    gaps, demands = outcome.figures["gaps_open"], outcome.figures["demands_open"]
    assert 3 * (gaps[0] - gaps[1]) + demands[0] - demands[1] == found.worth


@pytest.mark.parametrize("lang", ["th", "en"])
def test_the_page_stands_with_moves_without_and_with_too_much(demo, lang):
    still = run("rudder", lang)
    assert "kradan-title" in title(still)
    stored = set(queries.code_list(queries.current_scope(), "stream")["condition_th"].dropna())
    conditions = set().union(*(set(frame.value.stack()) for frame in still.dataframe))
    assert len(conditions & stored) > 5, "why money cannot be steered"
    link = "local_development_budget~800304~hardship~100000000"
    moved = run("rudder", lang, steer=link)
    assert "1.00" in title(moved) and len(moved.dataframe) >= 2
    if lang == "th":  # the tester's lists cannot follow a second language
        moved.button(key="rudder-undo").click().run()
        assert moved.session_state["steer"] == ""
    too_much = run("rudder", lang, steer=link.replace("100000000", "9" * 15))
    assert too_much.warning and "nan" not in too_much.warning[0].value


def test_the_scenario_saved_last_is_a_view_of_the_wall(demo, tmp_path):
    scope = queries.current_scope()
    step = rudder_step(MeetingData(scope, shipped_story()))
    assert step["note"][0] == "meeting_note_rudder"
    held = data.board(scope, 2007, date(2007, 2, 23)).records.query("steerable_satang > 0")
    code = held.groupby("subdistrict_code")["steerable_satang"].sum().idxmax()
    with queries.store.writing(queries.engine()) as connection:
        content = {"moves": f"local_development_budget~800304~road~100~{code}", "day": "2007-02-23", "year": 2007}
        scenarios.save(connection, "rudder", "จากที่เดียว", content, "ก", Basis("v", "80"))
    there = rudder_step(MeetingData(scope, shipped_story()))
    name = queries.areas(scope, 2007).set_index("subdistrict_code").at[code, "name_th"]
    assert there["note"][0] == "meeting_note_rudder_from" and there["note"][1]["origin"]["th"] == name
    assert step is not None and step["title"][1]["satang"] == {"satang": 200_000_000} and len(step["focus"]) == 4
    with queries.store.writing(queries.engine()) as connection:
        scenarios.save(
            connection,
            "rudder",
            "เกิน",
            {"moves": "local_development_budget~800304~road~" + "9" * 14, "day": "2007-02-23", "year": 2007},
            "ก",
            Basis("v", "80"),
        )
    assert rudder_step(MeetingData(scope, shipped_story())) is None, "money that is not there is no view"


def test_an_empty_board_has_nothing_to_steer(tmp_path):
    with opened(served.make_store(tmp_path / "kradan.sqlite", demo=False)):
        for lang in ("th", "en"):
            assert run("rudder", lang).info
        assert rudder_step(MeetingData(queries.current_scope(), shipped_story())) is None


@pytest.mark.parametrize(("lang", "pace"), [("th", "stream"), ("en", "month")])
def test_direction_and_speed_stand_on_the_page_of_currents(demo, lang, pace):
    scope = queries.current_scope()
    places = pull_page.places(scope, YEAR)
    assert set(places["current"].dropna()) <= set(CURRENTS) and places["current"].eq("cross").any()
    pairs = pull.pairs(money.pulls(scope, YEAR))
    assert set(pairs["kind"]) == {"apart", "adrift", "together"}
    table = pull_page.both(scope, YEAR).set_index("stream_code")
    assert pd.isna(table.at["codi_community_process", "paid_share"]), "a payment that nobody states is not slow"
    page = run("currents", lang, shown="pull" if pace == "stream" else "speed", pace=pace)
    told = " ".join(element.proto.body for element in page.get("html"))
    assert ("กระแสคู่" if lang == "th" else "The last step") in told and len(page.dataframe) >= 2


@pytest.mark.parametrize(
    ("written", "instead", "key"),
    [("\npayer = ", "\nnot_payer = ", "payer"), ('\ncode = "proposal_2550"', '\ncode = "other"', "proposal_2550")],
)
def test_matching_money_without_usable_rules_is_refused_not_zero(tmp_path, monkeypatch, written, instead, key):
    whole = (settings.RULES / "matching_funds.toml").read_text(encoding="utf-8")
    (tmp_path / "matching_funds.toml").write_text(whole.replace(written, instead, 1), encoding="utf-8")
    monkeypatch.setattr(settings, "RULES", tmp_path)
    cache.clear()
    try:
        with pytest.raises(Refused) as stop:
            data._matching(None, pd.DataFrame(), {})  # ty: ignore
    finally:
        cache.clear()
    assert stop.value.problem.suggestion == key and str(stop.value.problem.value).startswith("matching_funds.toml, ")
