"""The ten answers against the stored rows and against the pages' own tables, on the demo and on the real lines."""

from __future__ import annotations

import pandas as pd
import pytest

from geo import figures
from geo.questions.context import Answer
from geo.questions.questions import QUESTIONS
from loaders.areas import facts as province_facts
from pages.components import records
from pages.currents import panels as money
from pages.overlaps import lists as overlap_lists
from pages.queries import coverage, gaps, overlaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.questions import questions as overview_questions
from pages.session.text import baht, t
from pages.subdistrict import card
from pages.subdistrict import facts as subdistrict_facts
from pages.subdistrict import panels as subdistrict_panels
from tests.support import seeds
from tests.support.meeting_store import opened


@pytest.fixture(scope="module", params=["demo", "budget"])
def board(request, tmp_path_factory):
    """Data version, the usual year, and the answer of every question of a store."""
    with opened(seeds.copied(request.param, tmp_path_factory.mktemp(request.param) / seeds.NAME), kept=request.param):
        scope = queries.current_scope()
        chosen = Query(queries.usual_year(scope))
        yield scope, chosen, {code: overview_questions.answer(scope, chosen, code) for code in QUESTIONS}


@pytest.fixture
def rows(board) -> pd.DataFrame:
    """Records of the year as written, read without the coverage code: dates that touch it or the year itself."""
    scope, chosen, _given = board
    table, year = queries.support(scope), chosen.fiscal_year
    first, last = pd.Timestamp(year - 1, 10, 1), pd.Timestamp(year, 9, 30)
    touches = (table["starts_on"] <= last) & (table["ends_on"] >= first)
    return table[touches | table["fiscal_year"].eq(year).fillna(False)]


def people(scope) -> pd.DataFrame:
    return queries.areas(scope, None).set_index("subdistrict_code")


def painted(given: Answer, key: str) -> set[str]:
    table = given.classes
    return set(table.loc[table["class"].eq(key), "subdistrict_code"])


def test_nobody_and_not_known_are_the_rest_of_who_is_reached(board, rows):
    _scope, _chosen, given = board
    reached = set(rows["subdistrict_code"].dropna())
    none, unknown = painted(given["nobody"], "f"), painted(given["not_known"], "f")
    assert none | unknown == set(people(board[0]).index) - reached
    assert not none & unknown
    assert given["nobody"].blanks["places"] == len(none) == len(given["nobody"].listed)
    assert given["nobody"].blanks["unknown"] == given["not_known"].blanks["places"] == len(unknown)


def test_who_supports_says_what_the_sheet_of_the_place_lists(board, rows):
    scope, chosen, given = board
    answer = given["who_supports"]
    code = answer.blanks["subdistrict_code"]
    own = rows[rows["subdistrict_code"].eq(code).fillna(False)]
    listed = subdistrict_panels.own_support(scope, chosen, code)
    assert set(listed["support_id"]) == set(own["support_id"])
    assert answer.blanks["agencies"] == own["agency_code"].nunique() == len(answer.listed)
    assert answer.blanks["amount_satang"] == own["amount_satang"].sum() == answer.listed["amount_satang"].sum()


def test_the_card_says_the_agencies_and_the_money_of_the_sheet(board, rows):
    scope, _chosen, given = board
    code = given["who_supports"].blanks["subdistrict_code"]
    own = rows[rows["subdistrict_code"].eq(code).fillna(False)]
    stated = own.groupby("agency_code")["amount_satang"].sum(min_count=1)
    names = records.agency_names(scope)
    said = {agency: amount for agency, _, amount in card.by_agency(scope, own)}
    assert set(said) == {names[agency] for agency in stated.index}
    for agency, amount in stated.items():
        assert said[names[agency]].startswith(baht(amount))
    silent = card.by_agency(scope, own.head(1).assign(amount_satang=pd.NA))
    assert silent[0][2].startswith(t("not_known")), "an amount that nobody states is not zero"


def test_a_crowd_beside_none_is_three_agencies_on_one_function(board, rows):
    scope, chosen, given = board
    adjacency = province_facts.adjacency("80")
    pairs = set(zip(adjacency["subdistrict_code_a"], adjacency["subdistrict_code_b"], strict=True))
    near = pairs | {pair[::-1] for pair in pairs}
    crowds = rows.groupby(["subdistrict_code", "theme_code"])["agency_code"].nunique()
    status = coverage.by_theme(scope, chosen).set_index(["theme_code", "subdistrict_code"])["status"]
    wanted = {
        place
        for (place, theme), agencies in crowds.items()
        if agencies >= 3 and any(status[theme, other] == "none" for one, other in near if one == place)
    }
    assert set(given["crowd_beside_none"].listed["subdistrict_code"]) == wanted


def test_duplication_has_the_pairs_and_the_money_of_the_overlaps_page(board):
    scope, chosen, given = board
    found = overlaps.overlaps(scope, chosen)
    pairs = overlap_lists.inside(found.pairs, chosen)
    flagged = pairs[pairs["outcome"].eq("suspected_duplication")]
    blanks = given["duplication"].blanks
    assert blanks["pairs"] == len(flagged)
    assert blanks["places"] == flagged["area_code"].nunique()
    assert blanks["stake_satang"] == figures.count("stake", pairs=pairs, by_area=found.by_area)


def test_baht_per_head_of_a_district_is_its_placed_money_by_its_people(board, rows):
    scope, chosen, given = board
    blanks, table = given["per_head"].blanks, coverage.coverage(scope, chosen)
    heads = queries.areas(scope, chosen.fiscal_year).set_index("subdistrict_code")["population"]
    stated = table[table["status"].eq("none") | table["amount_satang"].notna()]["subdistrict_code"]
    for most in ("most", "least"):
        inside = [code for code in stated if code.startswith(blanks[f"{most}_code"])]
        baht = rows[rows["subdistrict_code"].isin(inside)]["amount_satang"].sum() / 100
        assert blanks[f"{most}_per_head"] == pytest.approx(baht / heads[inside].sum())


def test_weak_and_needy_places_are_those_of_ranking_and_gaps(board):
    scope, chosen, given = board
    classes = overview_questions.community_classes(scope, chosen.fiscal_year)
    weak = {code for code, label in classes.items() if label == "C"}
    status = coverage.coverage(scope, chosen).set_index("subdistrict_code")["status"]
    assert given["weak_unsupported"].blanks["places"] == sum(status[code] == "none" for code in weak)
    assert given["weak_unsupported"].blanks["weak"] == len(weak)
    need = overview_questions.need_looked_at(scope)
    if need is None:
        assert given["need_without_help"].sentence == "answer_need_without_help_unknown"
        return
    table = gaps.gaps(scope, chosen, need, "rate", "median")
    assert list(given["need_without_help"].listed["subdistrict_code"]) == list(
        table.loc[table["quadrant"].eq("gap"), "subdistrict_code"]
    )


def test_a_strong_current_on_a_weak_place_is_counted_as_the_currents_page_paints_it(board):
    scope, chosen, given = board
    layer = money.strong_layer(scope, chosen)
    blanks = given["strong_current_on_weak"].blanks
    assert blanks["places"] == layer.counts().get("f", 0) == len(given["strong_current_on_weak"].listed)
    assert blanks["unknown"] == layer.counts().get("u", 0)


def test_booklets_are_counted_by_subdistrict(board):
    scope, _chosen, given = board
    plans = queries.register(scope, "plan")
    held = plans[plans["booklet_held"].astype("boolean").fillna(False)]["subdistrict_code"].nunique()
    assert given["booklets"].blanks["places"] == held


def test_every_filter_leaves_no_satang_out(board):
    """Map + strip = what the filter holds; over the values of a filter and what is not coded it is the whole store."""
    scope, chosen, _given = board
    every = queries.support(scope)
    total = int(every["amount_satang"].sum())
    for name, column in {"agency": "agency_code", "theme": "theme_code", "stream": "stream_code"}.items():
        shown = 0
        for value in every[column].dropna().unique():
            held = Query(**{name: value})
            rolled, table = coverage.rolled(scope, held), coverage.coverage(scope, held)
            on_map = int(rolled.by_subdistrict["amount_satang"].sum())
            assert on_map == int(table["amount_satang"].sum())
            shown += on_map + int(rolled.strip["amount_satang"].sum())
        assert shown + int(every.loc[every[column].isna(), "amount_satang"].sum()) == total
    rolled = coverage.rolled(scope, chosen)
    held = coverage.records(scope, chosen)["amount_satang"].sum()
    assert rolled.by_subdistrict["amount_satang"].sum() + rolled.strip["amount_satang"].sum() == held


def test_money_no_base_reported_is_not_painted_as_none(board):
    scope, chosen, _given = board
    layer, status = money.alignment_layer(scope, chosen), coverage.coverage(scope, chosen)
    silent = set(status.loc[status["status"].eq("not_reported"), "subdistrict_code"])
    assert set(layer.codes[layer.classes.eq("v")]) == silent
    assert sum(layer.counts().values()) == 170


@pytest.mark.parametrize("years", [(2006, 2007, None), (None, 2007, 2006)])
def test_an_undated_need_is_the_newest_on_no_page(monkeypatch, years):
    rows = pd.DataFrame({"fiscal_year": years, "value": [{2007: 5.0}.get(year, 99.0) for year in years]})
    rows = rows.assign(subdistrict_code="800101", indicator_code="tpmap_poor").astype({"fiscal_year": "Int64"})
    monkeypatch.setattr(gaps, "_need_table", lambda scope: rows)
    monkeypatch.setattr(gaps, "needs", lambda scope: rows)
    monkeypatch.setattr(subdistrict_facts, "need_names", lambda scope: {"tpmap_poor": "poor"})
    assert gaps.cluster_records(None, Query(None), "tpmap_poor")["value"].tolist() == [5.0]  # ty: ignore
    assert subdistrict_facts.needs(None, Query(None), "800101").lines == ["poor: 5"]  # ty: ignore
