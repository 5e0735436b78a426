"""The list of subdistricts that need help: the figures of the pages it sums up, teams for the team alone, links to the very pairs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from loaders.store.privacy import Viewer
from pages.agency import panels as agency_panels
from pages.help_needed import data
from pages.help_needed import panels as help_panels
from pages.meeting.facts import gather
from pages.overlaps import lists as overlap_lists
from pages.queries import overlaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.questions import questions
from tests.support import seeds
from tests.support.meeting_store import opened
from tests.support.seeds import ROOT


@pytest.fixture(scope="module", params=["demo", "empty"])
def board(request, tmp_path_factory):
    with opened(seeds.copied(request.param, tmp_path_factory.mktemp(request.param) / seeds.NAME), kept=request.param):
        scope = queries.current_scope()
        yield request.param, scope, Query(queries.usual_year(scope))


def test_the_list_says_what_question_and_wall_say(board):
    kind, scope, chosen = board
    units, listed = data.weak_places(scope, chosen)
    if kind == "empty":
        assert listed.empty and units["class"].isna().all()
        return
    of_class = listed[listed["why"].eq("class")]
    said = questions.answer(scope, chosen, "weak_unsupported").blanks
    assert (len(of_class), int(of_class["support"].eq("alone").sum())) == (said["weak"], said["places"])
    assert int(of_class["support"].eq("unknown").sum()) == said["unknown"] > 0
    facts = gather(scope)
    step, pilots = facts["steps"]["weak"]["classes"], {code for code, card in facts["cards"].items() if card["pilot"]}
    drawn = help_panels.help_layer(units, listed).counts(None)
    assert {letter: step.count(letter) for letter in drawn} == drawn
    assert listed["score"].is_monotonic_increasing and listed["is_unhelped"].any()
    assert set(listed.loc[listed["is_pilot"], "subdistrict_code"]) == pilots & set(listed["subdistrict_code"]) != set()
    assert all(len(help_panels.reasons(row)) for row in listed.itertuples())


def test_teams_are_for_the_team_alone(board):
    _kind, scope, _ = board
    public = replace(scope, viewer=Viewer("public"))
    assert "team" in help_panels.columns(scope)
    assert "team" not in help_panels.columns(public)
    assert data._nobody_sent().empty


@pytest.mark.parametrize("support", [(0, "none", "alone"), (0, "not_reported", "unknown"), (0, "covered", "unknown"), (2, "covered", "few"), (3, "covered", "several")])  # fmt: skip
def test_nobody_is_never_said_where_a_report_is_missing(support):
    agencies, status, wanted = support
    assert data.support_of(agencies, status) == wanted


def test_a_count_of_an_agency_leads_to_the_very_pairs(board):
    kind, scope, chosen = board
    if kind == "empty":
        return
    mine = replace(chosen, agency="codi")
    pairs = overlap_lists.inside(overlaps.overlaps(scope, mine).pairs, mine)
    for row in agency_panels.partner_rows(scope, mine).to_dict("records"):
        shown = overlap_lists.inside(pairs, mine, row["agency_code"])
        assert shown["outcome"].eq("suspected_duplication").sum() == row["suspected_duplication"]
        assert set(shown["agency_a"]) | set(shown["agency_b"]) <= {"codi", row["agency_code"]}


def run(view: str, **choices: str) -> str:
    st.session_state.clear()
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for key, value in choices.items():
        page.query_params[key] = value
    page._page_hash = calc_hash(view)
    page.run()
    assert not page.exception
    return "".join(element.proto.body for element in page.get("html"))


def test_both_pages_stand_and_link_their_rows(board):
    kind, scope, chosen = board
    shown = run("help_needed", lang="en", list="alone")
    if kind == "empty":
        assert re.search("kradan-title[^<]*0 of 170", shown) and 'class="kradan-links"' not in shown
        return
    alone = help_panels.PARTS["alone"](data.weak_places(scope, chosen)[1])
    assert len(re.findall(r'href="subdistrict\?[^"]*subdistrict=80', shown)) == alone.sum() > 0
    assert "Not known: not fully reported" in shown and "a middling subdistrict" in shown
    assert re.search(
        r'href="overlaps\?[^"]*agency=codi&amp;[^"]*layer=suspected_duplication', run("agency", agency="codi")
    )
