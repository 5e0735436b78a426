"""The calculator against the figures of the meeting of 2007, and what it must never do."""

from __future__ import annotations

import copy
import tomllib
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.matching_funds.funds import calculate, compare, fund_gates, promised_received, pull, within
from geo.matching_funds.rules import FundError, read_schemes
from loaders import reference
from tests.conftest import ROOT

DOCUMENT = tomllib.loads((ROOT / "data" / "rules" / "matching_funds.toml").read_text(encoding="utf-8"))
SCHEMES = read_schemes(DOCUMENT)


def mean_subdistrict(villages: float = 7) -> pd.DataFrame:
    heads = reference.subdistricts()["population_2007"]
    return pd.DataFrame(
        {"subdistrict_code": ["mean"], "villages": [villages], "population_2007": [heads.sum() / len(heads)]}
    )


def scheme(*rules: dict, gates: list[dict] | None = None):
    return read_schemes(
        {
            "gate": gates or [],
            "scheme": [{"code": "s", "fiscal_year": 2007, "population_column": "population", "rule": list(rules)}],
        }
    )["s"]


def places(**columns) -> pd.DataFrame:
    length = len(next(iter(columns.values())))
    return pd.DataFrame({"subdistrict_code": [f"9901{row:02d}" for row in range(length)], **columns})


COMMUNITY = {"code": "own", "payer": "community", "kind": "column", "column": "saved_satang"}
MATCH = {"code": "match", "payer": "state", "kind": "match", "of": ["own"], "ratio": "1.5", "cap_baht": 300}


# --- the figures of the source ------------------------------------------------------------------------------------


def test_existing_money_of_about_seven_villages():
    assert calculate(SCHEMES["existing_2550"], mean_subdistrict(7)).total_satang == 28_000_00


def test_worked_total_of_the_mean_subdistrict():
    funds = calculate(SCHEMES["proposal_2550"], mean_subdistrict())
    assert mean_subdistrict()["population_2007"].round(3).iloc[0] == 8864.688
    assert funds.total_satang == 532_425_81
    assert round(funds.total_satang * 55 / 100 / 1e6, 2) == 29.28
    share = funds.by_payer.set_index("payer")["share"]
    assert round(share["community"] * 100, 1) == 9.4
    assert round(share["nhso"] * 100, 1) == 62.4
    assert share.sum() == pytest.approx(1)
    assert round(funds.by_area["own_share"].iloc[0] * 100, 1) == 9.4


def test_hoped_for_fund_of_500_million():
    """10,000 subdistricts at 50,000 baht each use up the 500 million to the satang; one more and each gets less."""
    rule = next(rule for rule in SCHEMES["proposal_2550"].rules if rule.code == "msdhs_fund")
    assert rule.total_baht == 500_000_000
    one_rule = scheme(
        {"code": "msdhs", "payer": "msdhs", "kind": "per_subdistrict", "baht": 50000, "total_baht": 1_000_000}
    )
    assert calculate(one_rule, places(x=[0] * 20)).lines["amount_satang"].eq(50_000_00).all()
    cut = calculate(one_rule, places(x=[0] * 21)).lines["amount_satang"]
    assert cut.sum() == 1_000_000_00
    assert cut.max() - cut.min() <= 1


def test_restricted_and_free_money_stand_apart():
    area = calculate(SCHEMES["proposal_2550"], mean_subdistrict()).by_area.iloc[0]
    assert area["unrestricted_satang"] == 50_000_00
    assert area["restricted_satang"] == 482_425_81
    assert area["restricted_satang"] + area["unrestricted_satang"] == area["total_satang"]


# --- town subdistricts, unknown figures ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(SCHEMES))
def test_all_170_subdistricts_also_the_five_without_villages(code):
    areas = reference.subdistricts()
    funds = calculate(SCHEMES[code], areas)
    assert len(funds.by_area) == 170
    assert funds.by_area["total_satang"].sum() == funds.total_satang == funds.by_payer["amount_satang"].sum()
    assert funds.by_area["unknown_rules"].eq(0).all()
    towns = areas.loc[areas["villages"].eq(0), "subdistrict_code"]
    assert len(towns) == 5
    village_money = funds.lines[
        funds.lines["rule"].isin([rule.code for rule in SCHEMES[code].rules if rule.kind == "per_village"])
    ]
    assert village_money.loc[village_money["subdistrict_code"].isin(towns), "amount_satang"].eq(0).all()
    assert len(pull(SCHEMES[code], areas)) == 170


def test_a_community_without_money_has_no_share_not_an_error():
    areas = reference.subdistricts()
    funds = calculate(SCHEMES["existing_2550"], areas[areas["villages"].eq(0)])
    assert funds.total_satang == 0
    assert funds.by_area["own_share"].isna().all()


def test_unknown_count_is_not_zero():
    two = scheme(
        {"code": "own", "payer": "community", "kind": "per_subdistrict", "baht": 10},
        {"code": "head", "payer": "nhso", "kind": "per_head", "baht": 1},
    )
    funds = calculate(two, places(population=pd.array([100, pd.NA], dtype="Int64")))
    assert funds.lines["amount_satang"].isna().tolist() == [False, False, False, True]
    assert funds.by_area["unknown_rules"].tolist() == [0, 1]
    matched = scheme(COMMUNITY, MATCH)
    silent = calculate(matched, places(saved_satang=pd.array([pd.NA], dtype="Int64"), villages=[1]))
    sums = [
        silent.total_satang,
        silent.by_area["total_satang"][0],
        silent.by_area["own_satang"][0],
        *silent.by_payer["amount_satang"],
    ]
    assert pd.isna(sums).all() and silent.by_area["withheld_satang"].tolist() == [0]
    assert compare(silent, funds).set_index("payer").loc[
        "community", ["one_satang", "other_satang"]
    ].isna().tolist() == [True, False]
    assert calculate(matched, places(saved_satang=pd.array([pd.NA], dtype="Int64"))).lines["amount_satang"].isna().all()
    assert pull(matched, places(saved_satang=pd.array([pd.NA], dtype="Int64")))["pulled_baht"].isna().all()


# --- parameters, floors, caps, sizes ------------------------------------------------------------------------------


def test_every_stated_number_is_an_editable_parameter():
    stated = sum(
        len([key for key in ("baht", "ratio", "percent", "floor_baht", "cap_baht", "total_baht") if key in rule])
        + len(rule.get("by_size", {}))
        for table in DOCUMENT["scheme"]
        for rule in table["rule"]
    )
    assert sum(len(found.parameters()) for found in SCHEMES.values()) == stated
    areas = reference.subdistricts().assign(size="small")
    for found in SCHEMES.values():
        before = calculate(found, areas).total_satang
        for rule, name, value, _ in found.parameters().itertuples(index=False):
            if name not in ("cap_baht", "total_baht", "percent") and name not in ("by_size:medium", "by_size:large"):
                assert calculate(found.with_parameters({(rule, name): value * 2 + 1}), areas).total_satang > before, (
                    rule,
                    name,
                )


def test_changed_parameters_leave_the_stated_scheme_alone():
    other = SCHEMES["proposal_2550"].with_parameters(
        {("nhso_health", "baht"): "45", ("msdhs_fund", "total_baht"): None}
    )
    assert other.rules[3].baht == Decimal(45)
    assert other.rules[2].total_baht is None
    assert SCHEMES["proposal_2550"].rules[3].baht == Decimal("37.50")
    table = compare(
        calculate(SCHEMES["proposal_2550"], mean_subdistrict()), calculate(other, mean_subdistrict())
    ).set_index("payer")
    assert table.loc["nhso", "difference_satang"] == table.loc["total", "difference_satang"] == 66_485_16
    assert table.loc["community", "difference_satang"] == 0


def test_floor_cap_and_size():
    rules = scheme(
        {"code": "head", "payer": "nhso", "kind": "per_head", "baht": "37.50", "floor_baht": 1000, "cap_baht": 5000},
        {"code": "share", "payer": "lao", "kind": "share_of", "of": ["head"], "percent": 10, "by_size": {"large": 50}},
    )
    funds = calculate(rules, places(population=[10, 100, 1000], size=["small", "large", None]))
    assert funds.lines["amount_satang"].tolist() == [1000_00, 3750_00, 5000_00, 100_00, 1875_00, 500_00]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({("nobody", "baht"): 1}, "fund_rule_unknown"),
        ({("nhso_health", "colour"): 1}, "fund_parameter_unknown"),
        ({("nhso_health", "baht"): -1}, "fund_number_negative"),
        ({("nhso_health", "baht"): "inf"}, "fund_number_negative"),
        ({("nhso_health", "baht"): "many"}, "fund_number_unreadable"),
        ({("nhso_health", "baht"): None}, "fund_parameter_needed"),
    ],
)
def test_wrong_parameters_are_refused_with_a_code(changes, code):
    with pytest.raises(FundError) as refused:
        SCHEMES["proposal_2550"].with_parameters(changes)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([{"code": "a", "payer": "x", "kind": "magic"}], "fund_kind_unknown"),
        ([{"code": "a", "payer": "x", "kind": "per_head"}], "fund_parameter_needed"),
        ([MATCH, COMMUNITY], "fund_rule_not_earlier"),
        ([COMMUNITY, COMMUNITY], "fund_code_twice"),
        ([{**COMMUNITY, "gates": ["growth"]}], "fund_gate_unknown"),
    ],
)
def test_wrong_rules_are_refused_with_a_code(rules, code):
    with pytest.raises(FundError) as refused:
        scheme(*rules)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        (lambda document: document["scheme"][0], ("code", "fiscal_year")),
        (lambda document: document["scheme"][0]["rule"][0], ("code", "payer", "kind")),
        (lambda document: document["gate"][0], ("code", "kind", "column")),
    ],
)
def test_a_missing_key_is_refused_with_file_place_and_key(table, keys):
    for key in keys:
        document = copy.deepcopy(DOCUMENT)
        entry = table(document)
        del entry[key]
        with pytest.raises(FundError) as refused:
            read_schemes(document)
        assert (refused.value.code, refused.value.expected) == ("rule_key_missing", key)
        assert refused.value.value.startswith("matching_funds.toml, ") and entry.get("code", "1") in refused.value.value
    document = copy.deepcopy(DOCUMENT)
    document["scheme"][0]["fiscal_year"] = "next"
    with pytest.raises(FundError, match="fiscal_year: next"):
        read_schemes(document)


def test_wrong_areas_are_refused_with_a_code():
    with pytest.raises(FundError) as missing:
        calculate(SCHEMES["proposal_2550"], places(villages=[1]))
    assert missing.value.code == "fund_column_missing"
    with pytest.raises(FundError) as twice:
        calculate(scheme(COMMUNITY), pd.DataFrame({"subdistrict_code": ["1", "1"], "saved_satang": [1, 1]}))
    assert twice.value.code == "fund_area_twice"


# --- gates, pull, promised against received -----------------------------------------------------------------------


def test_money_at_stake_behind_the_gates():
    funds = pd.DataFrame(
        [
            ("990100", 2006, 100, 5),
            ("990100", 2007, 120, 3),
            ("990101", 2006, 100, 5),
            ("990101", 2007, 100, 5),
            ("990102", 2007, 90, 0),
            ("990103", 2007, 50, 2),
        ],
        columns=["subdistrict_code", "fiscal_year", "members", "hardship_members"],
    )
    areas = places(villages=[5] * 5, population_2007=[1000] * 5)
    proposal = SCHEMES["proposal_2550"]
    gates = fund_gates(proposal.gates, funds, areas, 2007)
    answers = gates.pivot(index="subdistrict_code", columns="gate", values="is_met")
    assert answers["member_growth"].tolist() == [True, False, pd.NA, pd.NA, pd.NA]
    assert answers["hardship_care"].tolist() == [True, True, False, True, pd.NA]
    found = calculate(proposal, areas, gates)
    assert found.by_area["withheld_satang"].tolist() == [0, 50_000_00, 50_000_00, 0, 0]
    assert found.by_area["at_stake_satang"].tolist() == [0, 0, 0, 50_000_00, 50_000_00]
    parts = found.by_area[["secured_satang", "at_stake_satang", "withheld_satang"]].sum(axis=1)
    assert parts.equals(found.by_area["total_satang"])
    by_gate = found.by_gate.set_index("gate")
    assert by_gate.loc["member_growth", ["satang_depending", "met", "not_met", "not_known"]].tolist() == [
        250_000_00,
        1,
        1,
        3,
    ]
    unknown = calculate(proposal, areas)
    assert unknown.by_area["at_stake_satang"].eq(50_000_00).all()
    with pytest.raises(FundError) as twice:
        calculate(proposal, areas, pd.concat([gates, gates]))
    assert twice.value.code == "fund_gate_twice"


def test_one_more_baht_of_the_community():
    table = pull(scheme(COMMUNITY, MATCH), places(saved_satang=[0, 100_00, 199_50, 200_00, 500_00]))
    assert table["pulled_baht"].tolist() == [1.5, 1.5, 0.75, 0, 0]
    assert table["room_satang"].tolist() == [200_00, 100_00, 50, pd.NA, pd.NA]
    assert pull(SCHEMES["proposal_2550"], mean_subdistrict())["pulled_baht"].tolist() == [0]
    assert pull(SCHEMES["match_1_1_1"], mean_subdistrict())["pulled_baht"].tolist() == [2]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6), st.integers(1, 10**7))
def test_a_payer_never_gives_more_than_it_has(saved, total):
    rules = scheme(COMMUNITY, {**MATCH, "cap_baht": 10**6, "total_baht": total})
    lines = calculate(rules, places(saved_satang=saved)).lines.set_index("rule")["amount_satang"]
    assert lines.loc[["match"]].sum() <= total * 100
    assert (lines.loc[["match"]] <= 10**8).all()
    assert lines.loc[["own"]].tolist() == saved


def test_promised_against_received():
    contributions = pd.DataFrame(
        [("lao", 100, 60), ("lao", 100, 150), ("lao", 40, None), ("codi", 50, 0), ("msdhs", None, 10)],
        columns=["source", "promised_satang", "received_satang"],
    ).astype({"promised_satang": "Int64", "received_satang": "Int64"})
    table = promised_received(contributions).set_index("source")
    assert table.loc["lao", ["promised_satang", "received_satang", "outstanding_satang", "not_known", "promised_not_known_satang"]].tolist() == [
        240, 210, 40, 1, 40,
    ]  # fmt: skip
    assert table.loc["lao", "received_share"] == pytest.approx(1.05)
    assert table.loc["codi", ["outstanding_satang", "received_share"]].tolist() == [50, 0]
    assert pd.isna(table.loc["msdhs", ["promised_satang", "outstanding_satang", "received_share"]]).all()


def test_a_district_and_the_rest_add_up_to_the_whole():
    """The part keeps what each place gets, also where a total was shared out among all."""
    stated = scheme(
        {"code": "head", "payer": "nhso", "kind": "per_head", "baht": 10, "total_baht": 100, "gates": ["grown"]},
        {"code": "own", "payer": "community", "kind": "per_subdistrict", "baht": 7},
        gates=[{"code": "grown", "kind": "at_least", "column": "members", "value": 1}],
    )
    areas = places(villages=[1, 2, 3], population=[10, 20, 70])
    gates = areas[["subdistrict_code"]].assign(gate="grown", is_met=pd.array([True, False, None], dtype="boolean"))
    funds = calculate(stated, areas, gates)
    codes = list(areas["subdistrict_code"])
    one, rest = within(funds, codes[:1]), within(funds, codes[1:])
    assert one.total_satang == 10_00 + 7_00
    assert one.total_satang + rest.total_satang == funds.total_satang
    for name in ("satang_depending", "met", "not_met", "not_known"):
        assert one.by_gate[name].iloc[0] + rest.by_gate[name].iloc[0] == funds.by_gate[name].iloc[0]
    assert one.by_payer["share"].sum() == pytest.approx(1)


def test_the_limit_of_a_condition_can_be_changed():
    changed = SCHEMES["proposal_2550"].with_limits({"member_growth": "10"})
    assert {gate.code: gate.limit for gate in changed.gates} == {"member_growth": 10, "hardship_care": 1}
    with pytest.raises(FundError) as refused:
        SCHEMES["proposal_2550"].with_limits({"sunshine": 1})
    assert refused.value.code == "fund_gate_unknown"
