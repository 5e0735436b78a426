"""What the pages of ranking, matching funds and selection compute for a choice of the link, on the demo province."""

from __future__ import annotations

import pandas as pd
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from geo.periods import in_fiscal_year
from geo.ranking.spec import SpecError
from loaders.decisions import scenarios as decisions
from pages.components import saved_scenarios as scenarios
from pages.queries import coverage, gaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.ranking.data import KEY, Method
from pages.selection import data as selection_data
from pages.session import cache
from pages.strengthening import panels as strengthening_parts
from pages.subdistrict import panels as subdistrict_panels
from pages.welfare import data as welfare_data
from pages.welfare import panels as welfare_parts
from tests.support import served


@pytest.fixture(scope="module")
def scope(tmp_path_factory):
    store = served.make_store(tmp_path_factory.mktemp("demo") / "kradan.sqlite", demo=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KRADAN_STORE", str(store))
        patch.delenv("DATABASE_URL", raising=False)
        cache.clear()
        yield queries.current_scope()
        cache.clear()


@pytest.fixture
def link():
    yield st.session_state
    for key in list(st.session_state):
        del st.session_state[key]


# --- links ----------------------------------------------------------------------------------------------------------

NAMES = some.text("abcdefgh_.", min_size=1)
VALUES = some.text("0123456789.+-abc", min_size=1)


@given(some.dictionaries(NAMES, VALUES))
def test_a_packed_choice_reads_back(choice):
    assert scenarios.unpacked(scenarios.packed(choice)) == choice


@given(some.text())
def test_a_link_typed_by_anyone_never_breaks_a_page(text):
    parts = scenarios.unpacked(text)
    pick = selection_data.read(parts)
    assert pick.wish.choose >= 0
    assert welfare_data.Choice("proposal_2550", "mean", tuple(parts.items())).number("mean.places") >= 0


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "1e99", "x", ""])
def test_a_number_of_a_link_is_finite_and_not_negative(text):
    assert scenarios.number(text, 7.0) == 7.0


def test_the_method_of_a_link(link):
    assert ranking_controls.method() == Method()
    link.update(
        weights="groups:2,trained_leaders:1,unknown:3,booklet_held:99",
        norm="minmax",
        mean="nonsense",
        cut="thresholds",
        limits="a:70",
    )
    found = ranking_controls.method()
    assert found == Method((("booklet_held", 3.0), ("groups", 2.0)), "minmax", "arithmetic", "thresholds", (70.0, 40.0))
    again = dict(ranking_controls.as_content(found))
    link.update(again)
    assert ranking_controls.method() == found


# --- ranking --------------------------------------------------------------------------------------------------------


def test_a_weight_changes_strength_and_leaves_need_alone():
    plain, moved = Method(), Method((("groups", 3.0),))
    assert ranking_data.spec_of(plain).effective_weights()["groups"] == pytest.approx(1 / 7.5)
    assert ranking_data.spec_of(moved).effective_weights()["groups"] == pytest.approx(3 / 9.5)
    assert ranking_data.spec_of(plain).version != ranking_data.spec_of(moved).version
    assert (
        ranking_data.spec_of(plain, "need").effective_weights()
        == ranking_data.spec_of(moved, "need").effective_weights()
    )
    assert not set(ranking_data.spec_of(plain).codes) & set(ranking_data.spec_of(plain, "need").codes)


def test_no_weight_at_all_is_said_in_words(link):
    nothing = Method(tuple((code, 0.0) for code in ranking_data.stated_weights()))
    with pytest.raises(SpecError):
        ranking_data.spec_of(nothing)
    assert "0" in str(ranking_controls.fault(nothing))
    assert ranking_controls.fault(Method(classes="thresholds", limits=(90.0, 110.0)))


def test_the_sources_of_a_figure_are_the_rows_in_it(scope):
    """Rows of another year, place or pair are in the store and behind none of these figures."""
    sums = {"welfare_fund": "members", "indicator": "value"}
    for register, column in sums.items():
        listed = gaps.criteria_records(scope, register, 2006)
        assert set(listed["fiscal_year"].dropna()) <= {2006}
        assert len(listed) < len(queries.register(scope, register))
        assert listed[column].notna().all()
    table = ranking_data.criteria_table(scope, 2007)
    listed = gaps.criteria_records(scope, "welfare_fund", 2007)
    assert listed["members"].sum() == table["welfare_fund_members"].sum()
    need = gaps.need_records(scope, "hardship_households")
    assert need["value"].sum() == gaps.gaps(scope, Query(2007), "hardship_households")["need_value"].sum()
    shown = subdistrict_panels.shown_support(scope, Query(2006), "800303")
    everything = queries.support(scope).query("subdistrict_code == '800303'")
    assert in_fiscal_year(shown, 2006).all()
    assert len(shown[shown["subdistrict_code"].notna()]) < len(everything)
    choice = welfare_data.Choice("proposal_2550", "all")
    promised = welfare_data.contributions(scope, choice, "8001")["promised_satang"].sum()
    behind = welfare_data.fund_sources(scope, choice, "8001").merge(
        queries.register(scope, "contribution"), how="inner"
    )
    assert behind["promised_satang"].sum() == promised


def test_need_is_classed_by_a_rate_with_the_count_beside_it(scope):
    by_rate = gaps.gaps(scope, Query(2007), "hardship_households").set_index(KEY)
    households = queries.areas(scope, 2007).set_index(KEY)["households"].reindex(by_rate.index)
    known = by_rate["need_value"].notna() & households.gt(0)
    rate = (by_rate["need_value"] / households.astype(float))[known]
    assert by_rate.loc[known, "need_measure"].to_numpy() == pytest.approx(rate.to_numpy())
    assert (by_rate.loc[known, "need_class"].eq("high") == rate.ge(rate.median())).all()
    by_count = gaps.gaps(scope, Query(2007), "hardship_households", "count").set_index(KEY)
    assert by_count["need_class"].reindex(by_rate.index).ne(by_rate["need_class"]).any()
    divisors = {
        code: gaps.divisor_of(code, "rate")
        for code in ("hardship_households", "disabled_people", "savings_members_percent")
    }
    assert list(divisors.values()) == ["households", "population", None]


def test_figures_come_from_the_registers(scope):
    table = ranking_data.criteria_table(scope, 2007).set_index(KEY)
    plans = queries.register(scope, "plan")
    code = "800303"
    own = plans[plans[KEY].eq(code)]
    villages = own[own["area_level"].eq("village")].groupby("area_code")["plan_exists"].max()
    assert table.at[code, "villages_with_plan_share"] == pytest.approx(float(villages.astype(float).mean()))
    assert table["booklet_held"].sum() == 24
    funds = queries.register(scope, "welfare_fund").query("fiscal_year == 2007")
    assert table["welfare_fund_members"].sum() == funds["members"].sum()
    assert table["groups"].sum() == queries.register(scope, "organisation")[KEY].notna().sum()
    assert table["thousand_people"].sum() == pytest.approx(queries.areas(scope, 2007)["population"].sum() / 1000)


def test_silence_means_none_only_where_the_base_has_spoken(scope, monkeypatch):
    assert len(ranking_data.spoken(scope, "welfare_fund", 2007)) == 170
    assert ranking_data.spoken(scope, "welfare_fund", 2005) == set()
    told = pd.DataFrame({"base": ["codi"], "area_code": ["8003"], "fiscal_year": pd.array([2007], dtype="Int64")})
    monkeypatch.setattr(queries, "reports", lambda scope, name: told)
    monkeypatch.setattr(coverage, "_heard", coverage._heard.__wrapped__)
    assert {code[:4] for code in ranking_data.spoken(scope, "welfare_fund", 2007)} == {"8003"}
    table = ranking_data.criteria_table.__wrapped__(scope, 2007).set_index(KEY)
    held = set(queries.register(scope, "welfare_fund")[KEY])
    silent = [code for code in table.index if code not in held]
    assert {
        bool(pd.isna(table.at[code, "welfare_fund_members"])) for code in silent if not code.startswith("8003")
    } == {True}
    assert table.loc[[code for code in silent if code.startswith("8003")], "welfare_fund_members"].eq(0).all()


def test_a_thousand_draws_are_the_same_twice(scope):
    one = ranking_data.ranked.__wrapped__(scope, 2007, Method())
    assert one.spec.uncertainty.draws == 1000
    two = ranking_data.ranked.__wrapped__(scope, 2007, Method())
    pd.testing.assert_frame_equal(one.units, two.units)
    assert one.completeness() == {"scored": 152, "units": 170, "unscored": 18}


def test_a_year_without_figures_has_no_classes(scope):
    found = ranking_data.ranked(scope, 2006, Method())
    assert found.units["score"].notna().sum() == 0
    assert ranking_data.two_axes(scope, 2006, Method())["field"].isna().all()


def test_an_agreed_class_stands_beside_the_computed_one(scope):
    ranking = ranking_data.ranked(scope, 2007, Method())
    code = ranking.units.query("`class` == 'C'")[KEY].iloc[0]
    key = queries.decide(
        lambda c: decisions.agree(
            c, code, "A", "รู้จักพื้นที่ดี", "วันดี", queries.basis(scope), index_code="nst_strength", fiscal_year=2007
        )
    )
    unit = ranking_data.reviewed(scope, ranking, 2007).units.set_index(KEY).loc[code]
    assert (unit["class"], unit["agreed_class"], unit["by"]) == ("C", "A", "วันดี")
    assert not ranking_data.reviewed(scope, ranking, 2006).units["is_overridden"].any()
    assert code not in set(strengthening_parts.weak_places(scope, Query(2007), Method())[1][KEY])
    queries.decide(lambda c: decisions.remove(c, "override", key, "วันดี"))
    assert not ranking_data.reviewed(scope, ranking, 2007).units["is_overridden"].any()


def test_last_year_is_compared_only_when_there_is_one(scope, monkeypatch):
    assert ranking_data.year_before(scope, 2007) is None
    now = gaps.needs(scope)
    earlier = now[now["fiscal_year"].eq(2007)].assign(fiscal_year=2006)
    monkeypatch.setattr(gaps, "needs", lambda scope: pd.concat([now, earlier], ignore_index=True))
    assert ranking_data.year_before(scope, 2007) == 2006


# --- matching funds -------------------------------------------------------------------------------------------------

MEETING = welfare_data.Choice(welfare_data.MEETING["scheme"], welfare_data.MEETING["basis"])


def test_the_worked_total_of_the_meeting(scope):
    funds = welfare_data.money(scope, MEETING)
    share = funds.by_payer.set_index("payer")["share"]
    assert welfare_data.existing_per_place(MEETING) == 28_000_00
    assert funds.total_satang == 532_425_81
    assert round(funds.total_satang * welfare_data.times(MEETING) / 1e8, 2) == 29.28
    assert (round(share["community"] * 100, 1), round(share["nhso"] * 100, 1)) == (9.4, 62.4)


def test_counts_are_those_of_the_time_and_towns_have_no_villages(scope):
    choice = welfare_data.Choice("match_1_1_1")
    counted = welfare_data.places(scope, choice)
    assert (counted["villages"].sum(), int(counted["villages"].eq(0).sum())) == (1551, 5)
    towns = welfare_data.money(scope, choice).by_area[counted["villages"].eq(0).to_numpy()]
    assert towns["total_satang"].eq(0).all()
    assert towns["own_share"].isna().all()


def test_every_number_can_be_changed_and_a_limit_taken_away(scope):
    changed = welfare_data.Choice(
        "proposal_2550", "mean", (("heads.year", "2021"), ("msdhs_fund.total_baht", "-"), ("nhso_health.baht", "45"))
    )
    scheme = welfare_data.scheme_of(changed)
    assert scheme.population_column == "population_2021"
    rules = {rule.code: rule for rule in scheme.rules}
    assert (rules["msdhs_fund"].total_baht, str(rules["nhso_health"].baht)) == (None, "45")
    assert welfare_parts.fault(scope, welfare_data.Choice("proposal_2550", "all", (("nhso_health.baht", "-"),)))
    table = welfare_parts.side_by_side(scope, MEETING, changed).set_index("payer")
    assert table.loc["total", "one_satang"] == 532_425_81 * 55
    assert table.loc["nhso", "difference_satang"] == table.loc["total", "difference_satang"] != 0


def test_sizes_and_conditions_are_numbers_like_the_others(scope):
    """The link says ``rule.size``, ``gate.code`` and one size for all; a size nobody states changes nothing."""
    plain = welfare_data.Choice("local_health_fund")
    percents = welfare_data.Choice("local_health_fund", numbers=(("local_health_share.large", "30"),))
    large = welfare_data.Choice(
        "local_health_fund", numbers=(("local_health_share.large", "30"), ("size.all", "large"))
    )
    shares = [
        welfare_data.money(scope, choice).by_payer.set_index("payer")["amount_satang"] for choice in (plain, percents, large)
    ]  # fmt: skip
    assert shares[0]["lao"] == shares[1]["lao"]
    assert shares[2]["lao"] / shares[2]["nhso"] == pytest.approx(0.30, abs=1e-6)
    easy = welfare_data.money(scope, welfare_data.Choice("proposal_2550"))
    hard = welfare_data.money(scope, welfare_data.Choice("proposal_2550", numbers=(("gate.member_growth", "100000"),)))
    met = [funds.by_gate.set_index("gate").loc["member_growth", "met"] for funds in (easy, hard)]
    assert met[0] > met[1] == 0


def test_conditions_and_promises_come_from_the_registers(scope):
    choice = welfare_data.Choice("proposal_2550", "funds")
    funds = welfare_data.money(scope, choice)
    assert len(funds.by_area) == 55
    growth = funds.by_gate.set_index("gate").loc["member_growth"]
    members = queries.register(scope, "welfare_fund").groupby([KEY, "fiscal_year"])["members"].sum().unstack()
    assert growth["met"] == (members[2007] > members[2006]).sum()
    table = welfare_data.contributions(scope, choice, None).set_index("source")
    rows = queries.register(scope, "contribution")
    assert table["promised_satang"].sum() == rows["promised_satang"].sum()
    assert table["received_satang"].sum() == rows["received_satang"].sum()


# --- selection ------------------------------------------------------------------------------------------------------


def test_a_selection_keeps_budget_districts_and_forced_places_and_is_the_same_twice(scope):
    method, pick = Method(), selection_data.read({"in": "800101", "budget": "28000000"})
    found = selection_data.candidates(scope, 2007, method, pick)
    unknown = set(found[found["worth"].isna()][KEY])
    pick = selection_data.read({"in": sorted(set(found[KEY]) - unknown)[0], "budget": "29000000"})
    choice = selection_data.solved(scope, 2007, method, pick)
    chosen = choice.areas[choice.areas["is_chosen"]]
    assert choice.status == "optimal"
    assert (len(chosen), chosen["district_code"].nunique()) == (55, 23)
    assert chosen["cost_satang"].sum() <= 29_000_000_00
    assert pick.forced_in[0] in set(chosen[KEY])
    assert not set(chosen[KEY]) & unknown
    again = selection_data.solved.__wrapped__(scope, 2007, method, pick)
    assert list(again.areas["is_chosen"]) == list(choice.areas["is_chosen"])


def test_a_budget_that_cannot_do_is_named_as_the_cause(scope):
    choice = selection_data.solved(scope, 2007, Method(), selection_data.read({"budget": "1000000"}))
    assert choice.status == "infeasible"
    assert "select_infeasible_budget" in set(choice.reasons["code"])


def test_a_saved_selection_can_be_counted_by_the_calculator(scope):
    from pages.selection import panels as selection_panels

    pick = selection_data.read({"choose": "5", "district": "0"})
    choice = selection_data.solved(scope, 2007, Method(), pick)
    content = selection_panels.as_content(choice, pick)
    assert selection_data.read(scenarios.unpacked(content["pick"])) == pick
    key = queries.decide(lambda c: decisions.save(c, "selection", "ห้าแห่งแรก", content, "วันดี", queries.basis(scope)))
    counted = welfare_data.places(scope, welfare_data.Choice("proposal_2550", str(key)))
    assert set(counted[KEY]) == set(content["chosen"])
    assert len(counted) == 5
