"""Overlaps: the rule table case by case, clearing, money at stake, and the planted province."""

from __future__ import annotations

import copy
import tomllib

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.overlaps.overlaps import agency_matrix, at_stake, overlaps, stream_sets
from geo.overlaps.rules import OverlapRuleError
from tests.conftest import ROOT
from tests.support import planted, toy

RULES = tomllib.loads((ROOT / "data/rules/overlap.toml").read_text(encoding="utf-8"))
SCHEMES = tomllib.loads((ROOT / "data/rules/cofinancing.toml").read_text(encoding="utf-8"))
SAME = "same_work_same_people"


def found(*records, **choices):
    return overlaps(toy.support(*records), RULES, SCHEMES, **choices)


def verdict(one: dict, other: dict) -> tuple[str, str] | None:
    """(outcome, rule) of two records by funders a1 and a2 in 990101, or None when they are no pair."""
    place, other_place = one.pop("place", "990101"), other.pop("place", "990101")
    first, second = one.pop("agency", "a1"), other.pop("agency", "a2")
    pairs = found(toy.record(place, first, **one), toy.record(other_place, second, **other)).pairs
    return (pairs.loc[0, "outcome"], pairs.loc[0, "rule_code"]) if len(pairs) else None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {}, ("suspected_duplication", SAME)),
        ({}, {"activity_code": "grant"}, ("overlapping", "same_theme_same_people")),
        ({}, {"activity_code": None}, ("overlapping", "same_theme_same_people")),
        ({"target_group": "elderly"}, {"target_group": "disabled"}, ("overlapping", "same_theme_same_people")),
        ({}, {"target_group": "all_residents"}, ("overlapping", "same_theme_same_people")),
        ({}, {"target_group": "elderly"}, ("fragmented", "same_theme_other_people")),
        ({}, {"target_group": None}, ("not_known", "same_theme_people_not_known")),
        ({"target_group": "all_residents"}, {"target_group": None}, ("overlapping", "same_theme_same_people")),
        ({}, {"target_group": ""}, ("not_known", "same_theme_people_not_known")),
        ({}, {"theme_code": "livelihood_credit"}, ("fragmented", "same_theme_group")),
        ({}, {"theme_code": "ecology"}, ("complementary", "different_field")),
        ({"theme_code": "new_theme"}, {"theme_code": "newer_theme"}, ("complementary", "different_field")),
        ({}, {"theme_code": None}, ("not_known", "theme_not_known")),
        ({"theme_code": None}, {"theme_code": None}, ("not_known", "theme_not_known")),
        ({"cofinancing": "x"}, {"cofinancing": "x"}, ("complementary", "declared_cofinancing")),
        ({"cofinancing": "x"}, {"cofinancing": "y"}, ("suspected_duplication", SAME)),
        ({"cofinancing": "x"}, {}, ("suspected_duplication", SAME)),
        ({"cofinancing": ""}, {"cofinancing": ""}, ("suspected_duplication", SAME)),
    ],
)
def test_rule_table(one, other, expected):
    assert verdict(dict(one), dict(other)) == expected
    assert verdict(dict(other), dict(one)) == expected


@pytest.mark.parametrize(
    ("streams", "theme", "expected"),
    [
        (("nhso_local_health_fund", "local_health_share"), "health", "complementary"),
        (("nhso_local_health_fund", "local_health_share"), "ecology", "suspected_duplication"),
        (("nhso_local_health_fund", "nhso_local_health_fund"), "health", "suspected_duplication"),
        (("nhso_local_health_fund", "codi_welfare_matching"), "health", "suspected_duplication"),
    ],
)
def test_a_scheme_is_known_by_its_streams_and_theme(streams, theme, expected):
    one, other = ({"stream_code": stream, "theme_code": theme} for stream in streams)
    assert verdict(one, other)[0] == expected


@pytest.mark.parametrize(
    ("one", "other", "is_pair"),
    [
        ({"agency": "a2"}, {}, False),
        ({"agency": None}, {}, False),
        ({"place": "99010101"}, {}, True),
        ({"place": "99010101"}, {"place": "99010101"}, True),
        ({"place": "99010101"}, {"place": "99010102"}, False),
        ({"place": "990102"}, {}, False),
        ({"place": "9901"}, {}, False),
        ({"place": "9901"}, {"place": "9901"}, True),
        ({"place": "99"}, {"place": "99"}, True),
        ({"place": "99"}, {"place": "9901"}, False),
        ({"place": None}, {"place": None}, False),
        (
            {"place": "99", "area_level": "network", "area_code": None},
            {"place": "99", "area_level": "network", "area_code": None},
            False,
        ),
        ({"ends_on": "2007-03-05"}, {"starts_on": "2007-03-06"}, False),
        ({"ends_on": "2007-03-06"}, {"starts_on": "2007-03-06"}, True),
        ({"starts_on": None, "ends_on": None}, {}, True),
        ({"starts_on": None, "ends_on": None, "fiscal_year": 2008}, {}, False),
        ({"starts_on": None, "ends_on": None, "fiscal_year": None}, {}, False),
    ],
)
def test_same_place_same_period_different_funders(one, other, is_pair):
    assert (verdict(dict(one), dict(other)) is not None) is is_pair


@pytest.mark.parametrize(
    ("one", "other", "is_pair"),
    [
        ("99010101,99010102", "99010102,99010103", True),
        ("99010101,99010102", "99010103,99010104", False),
        ("99010101,99010102", None, True),
    ],
)
def test_records_that_list_their_villages_meet_in_one_of_them(one, other, is_pair):
    records = (toy.record("990101", "a1", village_codes=one), toy.record("990101", "a2", village_codes=other))
    assert (len(found(*records).pairs) == 1) == is_pair


def test_evidence_of_a_pair():
    pair = found(
        toy.record("99010101", "b", support_id=9, baht=100, starts_on="2007-01-01", ends_on="2007-05-01"),
        toy.record("990101", "a", support_id=4, baht=30, starts_on=None, ends_on=None),
    ).pairs.iloc[0]
    assert pair[["support_a", "support_b", "area_level", "area_code", "subdistrict_code"]].tolist() == [
        4,
        9,
        "subdistrict",
        "990101",
        "990101",
    ]
    assert pair[["agencies", "streams", "theme", "period_basis", "at_stake_satang"]].tolist() == [
        "a|b",
        "s_a|s_b",
        "sufficiency",
        "fiscal_year",
        3000,
    ]
    assert (pair["overlap_starts_on"], pair["overlap_ends_on"]) == (
        pd.Timestamp("2007-01-01"),
        pd.Timestamp("2007-05-01"),
    )
    assert pd.isna(found(toy.record("990101", "a", baht=1), toy.record("990101", "b")).pairs.loc[0, "at_stake_satang"])


def test_a_year_holds_the_shared_days_not_only_the_records():
    records = [
        toy.record("990101", "a", starts_on="2006-12-01", ends_on="2008-12-01"),
        toy.record("990101", "b", starts_on="2007-12-01", ends_on="2008-12-01", fiscal_year=2007),
    ]
    assert [len(found(*records, fiscal_year=year).pairs) for year in (2006, 2007, 2008)] == [0, 0, 1]


def test_summary_names_the_gravest_and_single():
    by_area = found(
        toy.record("990101", "a"), toy.record("990101", "b"), toy.record("990101", "c", theme_code="ecology"),
        toy.record("990102", "a"), toy.record("990102", "a"),
        toy.record("990103", "a", ends_on="2007-01-01"), toy.record("990103", "b", starts_on="2007-02-01"),
        toy.record("990201", "a"), toy.record("990201", "b", starts_on=None, ends_on=None, fiscal_year=None),
        toy.record("9902", "a"), toy.record("9902", "b", target_group="elderly"),
        toy.record(None, "a"),
    ).by_area.set_index("area_code")  # fmt: skip
    assert by_area["outcome"].to_dict() == {
        "990101": "suspected_duplication", "990102": "single", "990103": "single", "990201": "not_known", "9902": "fragmented",
    }  # fmt: skip
    assert by_area.loc["990101", ["supports", "agencies", "suspected_duplication", "complementary"]].tolist() == [
        3,
        3,
        1,
        2,
    ]


def test_money_at_stake_counts_each_baht_once():
    three = [toy.record("990101", agency, baht=baht) for agency, baht in (("a", 100), ("b", 60), ("c", 40))]
    result = found(*three, toy.record("990102", "a", baht=9), toy.record("990102", "b"))
    stake = result.by_area.set_index("area_code")["at_stake_satang"]
    assert result.pairs["at_stake_satang"].sum() == 14000 and stake["990101"] == 10000, (
        "the largest may stay, the rest is in question"
    )
    assert pd.isna(stake["990102"])
    for agency, satang in (("a", 10000), ("c", 10000)):  # a-b and a-c; c-a and c-b: all three are linked
        own = result.pairs[result.pairs["agency_a"].eq(agency) | result.pairs["agency_b"].eq(agency)]
        assert at_stake(own, result.amounts).to_dict()["subdistrict", "990101"] == satang
    two = result.pairs[result.pairs["agencies"].eq("b|c")]
    assert at_stake(two, result.amounts).to_dict() == {("subdistrict", "990101"): 4000}  # a's money is not in it
    assert at_stake(two.iloc[:0], result.amounts).empty


CLEARED = {"reason": "คนละโรงเรียน", "who": "data_team", "when": "2007-03-06"}


def test_a_flag_is_cleared_with_a_reason_and_kept_apart():
    records = [toy.record("990101", "a"), toy.record("990101", "b"), toy.record("990101", "c", theme_code="ecology")]
    cleared = pd.DataFrame(
        [
            {"support_a": 2, "support_b": 1} | CLEARED | {"reason": "เก่า", "when": "2007-01-01"},
            {"support_a": 1, "support_b": 2} | CLEARED,
            {"support_a": 1, "support_b": 2} | CLEARED | {"reason": "ไม่ทราบวัน", "when": None},
            {"support_a": 1, "support_b": 3} | CLEARED,
            {"support_a": 7, "support_b": 8} | CLEARED,
        ]
    )
    result = found(*records, cleared=cleared)
    pair = result.pairs.set_index(["support_a", "support_b"])
    assert pair.loc[(1, 2), ["outcome", "rule_outcome", "cleared_reason", "cleared_by"]].tolist() == [
        "cleared", "suspected_duplication", "คนละโรงเรียน", "data_team",
    ]  # fmt: skip
    assert pair.loc[(1, 3), "outcome"] == "complementary" and pd.isna(pair.loc[(1, 3), "cleared_reason"])
    assert result.stale_clearings[["support_a", "support_b"]].to_numpy().tolist() == [[1, 3], [7, 8]]
    area = result.by_area.iloc[0]
    assert (area["cleared"], area["suspected_duplication"], area["outcome"]) == (1, 0, "complementary")


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_without_a_reason_nothing_is_cleared(reason):
    cleared = pd.DataFrame([{"support_a": 1, "support_b": 2} | CLEARED | {"reason": reason}])
    result = found(toy.record("990101", "a"), toy.record("990101", "b"), cleared=cleared)
    assert result.pairs.loc[0, "outcome"] == "suspected_duplication" and len(result.stale_clearings) == 1


def test_empty_one_record_and_all_at_province_level_stand():
    for records in ([], [toy.record("990101")], [toy.record("99", f"a{number % 40}") for number in range(80)]):
        result = found(*records, fiscal_year=2007)
        assert len(result.by_area) == min(len(records), 1)
        assert agency_matrix(result.pairs).shape == (40, 40) if len(records) > 1 else agency_matrix(result.pairs).empty
        assert result.pairs["subdistrict_code"].isna().all()


def test_a_split_record_is_refused_twice_and_estimated_parts_are_left_out():
    support = toy.support(toy.record("990101", support_id=1), toy.record("990101", "b", support_id=1))
    with pytest.raises(ValueError, match="occurs twice"):
        overlaps(support, RULES, SCHEMES)
    parts = toy.support(toy.record("990101", "a"), toy.record("990101", "b")).assign(is_estimated=[False, True])
    assert overlaps(parts, RULES, SCHEMES).pairs.empty


def test_the_table_is_data_first_rule_wins_and_a_wrong_word_is_named():
    table = copy.deepcopy(RULES)
    table["rule"].insert(
        0, {"code": "mine", "outcome": "overlapping", "when": {"stream": "different", "period_basis": ["dates"]}}
    )
    support = toy.support(toy.record("990101", "a"), toy.record("990101", "b"))
    assert overlaps(support, table, None).pairs.loc[0, ["outcome", "rule_code"]].tolist() == ["overlapping", "mine"]
    table["rule"] = [{"code": "narrow", "outcome": "overlapping", "when": {"theme": "different"}}]
    assert overlaps(support, table, None).pairs.loc[0, ["outcome", "rule_code"]].tolist() == ["not_known", "no_rule"]
    for wrong in ({"when": {"theme": "alike"}}, {"when": {"colour": "same"}}, {"outcome": "bad"}):
        table["rule"] = [{"code": "narrow", "outcome": "overlapping", "when": {}} | wrong]
        with pytest.raises(ValueError, match=r"narrow.*expected one of"):
            overlaps(support, table, None)


@pytest.mark.parametrize(
    ("table", "key"),
    [("rule", "code"), ("rule", "outcome"), ("theme_group", "code"), ("theme_group", "themes"), ("target_family", "code"),
     ("target_family", "target_groups"), ("scheme", "code")],
)  # fmt: skip
def test_a_missing_key_is_refused_with_file_place_and_key(table, key):
    changed, schemes = copy.deepcopy(RULES), copy.deepcopy(SCHEMES)
    file, document = ("cofinancing.toml", schemes) if table == "scheme" else ("overlap.toml", changed)
    del document[table][1][key]
    with pytest.raises(OverlapRuleError) as refused:
        overlaps(toy.support(toy.record("990101")), changed, schemes)
    place = f"{file}, {table} {document[table][1].get('code', 2)}"
    assert (refused.value.code, refused.value.value, refused.value.expected) == ("rule_key_missing", place, key)


def test_every_rule_and_scheme_is_named_in_both_languages():
    named = [*RULES["rule"], *SCHEMES["scheme"]]
    for entry in named:
        assert all(
            entry[f"{what}_{language}"].strip() for what in ("name", "description") for language in ("th", "en")
        ), entry["code"]
    streams = {
        entry["code"]
        for entry in tomllib.loads((ROOT / "data/rules/streams.toml").read_text(encoding="utf-8"))["stream"]
    }
    themes = {
        entry["code"] for entry in tomllib.loads((ROOT / "data/rules/themes.toml").read_text(encoding="utf-8"))["theme"]
    }
    assert {stream for entry in SCHEMES["scheme"] for stream in entry["streams"]} <= streams
    assert {theme for entry in RULES["theme_group"] for theme in entry["themes"]} == themes


def test_matrix_and_stream_sets():
    records = [
        toy.record("990101", "a", baht=1), toy.record("990101", "b", baht=2), toy.record("99020101", "b"), toy.record("990201", "a"),
        toy.record("990202", "a"), toy.record("990203", "c", stream_code=None), toy.record("9901", "d"),
    ]  # fmt: skip
    matrix = agency_matrix(found(*records).pairs, "suspected_duplication")
    assert matrix.to_dict() == {"a": {"a": 0, "b": 2}, "b": {"a": 2, "b": 0}}
    sets = stream_sets(toy.support(*records)).set_index("streams")
    assert sets["subdistricts"].to_dict() == {"s_a|s_b": 2, "": 1, "s_a": 1}
    assert sets["stream_count"].to_dict() == {"s_a|s_b": 2, "": 0, "s_a": 1}
    assert sets.loc["s_a|s_b", ["stream_count", "subdistrict_codes", "supports", "amount_satang"]].tolist() == [
        2,
        "990101,990201",
        4,
        300,
    ]


RECORD = st.fixed_dictionaries(
    {
        "place": st.sampled_from(["990101", "99010101", "99010102", "9901"]),
        "agency": st.sampled_from(["a", "b", "c"]),
        "theme_code": st.sampled_from(["health", "hardship", "ecology", None]),
        "target_group": st.sampled_from(["elderly", "disabled", "farmers", None]),
        "activity_code": st.sampled_from(["x", "y", None]),
        "cofinancing": st.sampled_from(["x", None, None]),
        "starts_on": st.sampled_from(["2006-10-01", "2007-03-06", None]),
        "amount_satang": st.sampled_from([0, 100, pd.NA]),
    }
)


@given(st.lists(RECORD, max_size=7), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_order_and_numbering_of_records_do_not_matter(drawn, random):
    records = [toy.record(**values, support_id=number) for number, values in enumerate(drawn, start=1)]
    shuffled = copy.copy(records)
    random.shuffle(shuffled)
    result = found(*records)
    pd.testing.assert_frame_equal(result.pairs, found(*shuffled).pairs)
    mirrored = found(*(values | {"support_id": 100 - values["support_id"]} for values in records)).pairs

    def bare(pairs: pd.DataFrame, one: pd.Series, other: pd.Series) -> set[tuple]:
        rows = zip(
            one,
            other,
            pairs["outcome"],
            pairs["rule_code"],
            pairs["agencies"],
            pairs["theme"],
            pairs["at_stake_satang"].fillna(-1),
            strict=True,
        )
        return set(rows)

    assert bare(result.pairs, result.pairs["support_a"], result.pairs["support_b"]) == bare(
        mirrored, 100 - mirrored["support_b"], 100 - mirrored["support_a"]
    )
    pair_columns = ["suspected_duplication", "overlapping", "fragmented", "complementary", "not_known", "cleared"]
    assert result.by_area[pair_columns].to_numpy().sum() == len(result.pairs)


@pytest.fixture(scope="module")
def plantation():
    support, truth = planted.province()
    pairs = overlaps(support, RULES, SCHEMES).pairs
    return (
        support,
        truth,
        truth.merge(pairs, on=["support_a", "support_b"], how="outer", suffixes=("_planted", "_found"), indicator=True),
    )


def test_the_planted_province_is_large_enough_and_always_the_same(plantation):
    support, truth, _ = plantation
    assert len(support) >= 2000 and len(truth) >= 300
    assert {"suspected_duplication", "overlapping", "fragmented", "complementary", "not_known"} <= set(truth["outcome"])
    again, truth_again = planted.province()
    pd.testing.assert_frame_equal(support, again)
    pd.testing.assert_frame_equal(truth, truth_again)


def test_planted_duplication_is_found_and_nothing_else(plantation):
    _, _, both = plantation
    is_true, is_flagged = (
        both["outcome_planted"].eq("suspected_duplication"),
        both["outcome_found"].eq("suspected_duplication"),
    )
    hits = (is_true & is_flagged).sum()
    assert hits / is_flagged.sum() >= 0.95 and hits / is_true.sum() >= 0.95
    assert hits < is_true.sum(), "the cases that cannot be seen must be in the truth, or this test measures nothing"


def test_no_planted_cofinancing_is_flagged(plantation):
    _, _, both = plantation
    legal = both[both["case"].isin(planted.LEGAL)]
    assert (
        len(legal) == 160
        and legal["outcome_found"].eq("complementary").all()
        and legal["rule_code"].eq("declared_cofinancing").all()
    )


def test_every_other_planted_pair_has_its_outcome_and_there_are_no_more(plantation):
    _, _, both = plantation
    assert both["_merge"].eq("both").all(), both.loc[both["_merge"].ne("both"), ["support_a", "support_b", "case"]]
    wrong = both[both["outcome_planted"].ne(both["outcome_found"])]
    assert set(wrong["case"]) == {"hidden_duplicate", "miscoded"}


def test_planted_singles_are_single(plantation):
    support, truth, _ = plantation
    alone = support[~support["support_id"].isin([*truth["support_a"], *truth["support_b"]])]
    by_area = overlaps(alone, RULES, SCHEMES).by_area
    assert len(alone) > 700 and by_area["outcome"].eq("single").all()
