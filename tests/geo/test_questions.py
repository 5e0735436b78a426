"""The ten questions: known answers on the toy province, silence never read as none, and words for every outcome."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo.coverage import gaps
from geo.coverage.coverage import coverage, coverage_by
from geo.coverage.per_head import per_head_of_years
from geo.coverage.roll_up import roll_up
from geo.money import alignment
from geo.overlaps.overlaps import overlaps
from geo.questions.context import Answer, Context
from geo.questions.questions import QUESTIONS
from loaders.words import fill
from tests.conftest import ROOT
from tests.support import toy

RULES = tomllib.loads((ROOT / "data/rules/overlap.toml").read_text(encoding="utf-8"))
WORDS = {
    language: json.loads((ROOT / f"data/text/{language}.json").read_text(encoding="utf-8")) for language in ("th", "en")
}
EVERYBODY = [("base_a1", "99"), ("base_a2", "99"), ("base_a3", "99")]
ROLES = {"found", "beside", "some", "rest", "none", "not_reported", "not_applicable"} | {
    f"scale{number}" for number in range(5)
}


def context(*records, spoken=EVERYBODY, needs=None, weak=None, held=(), district=None, subdistrict=None) -> Context:
    support, areas = toy.support(*records), toy.areas()
    table = coverage(support, areas, toy.villages(), toy.heard(*spoken, fiscal_year=2007), fiscal_year=2007)
    themes = sorted(set(support["theme_code"].dropna())) or ["health"]
    bases = {theme: sorted(set(support.loc[support["theme_code"].eq(theme), "base"])) for theme in themes}
    plans = pd.DataFrame([(code, True) for code in held], columns=["subdistrict_code", "booklet_held"]).astype(
        {"booklet_held": "boolean"}
    )
    return Context(
        coverage=table,
        support=support,
        plans=plans,
        strength=lambda: alignment.strength(
            weak if weak is not None else toy.needs({}), ["hardship_households"], areas
        ),
        adjacency=toy.adjacency(),
        by_theme=lambda: coverage_by(
            "theme_code",
            themes,
            support,
            areas,
            toy.villages(),
            lambda theme: toy.heard(*spoken, owed=bases.get(theme, [])),
            fiscal_year=2007,
        ),
        overlaps=lambda: overlaps(support, RULES, None, fiscal_year=2007),
        needs=lambda: None if needs is None else gaps.gaps(needs, table, indicator="hardship_households"),
        district=district,
        subdistrict=subdistrict,
    )


def found(answer: Answer, key: str = "f") -> list[str]:
    return answer.classes.loc[answer.classes["class"].eq(key), "subdistrict_code"].tolist()


STRENGTH = toy.needs(dict(zip(toy.SUBDISTRICTS, [9, 8, 7, 6, 5, 4, 3, 2, None], strict=True)))


def test_there_are_ten():
    assert len(QUESTIONS) == 10


def test_who_supports_this_subdistrict():
    asked = context(
        toy.record("990202", "a1", baht=5),
        toy.record("990202", "a2", baht=9),
        toy.record("990101", "a3"),
        subdistrict="990202",
    )
    answer = QUESTIONS["who_supports"](asked)
    assert answer.listed["agency_code"].tolist() == ["a2", "a1"]
    assert (answer.blanks["agencies"], int(answer.blanks["amount_satang"])) == (2, 1400)
    assert found(answer) == ["990202"]
    assert found(answer, "b") == ["990102", "990201", "990203", "990302"]
    assert QUESTIONS["who_supports"](context(toy.record("990101"))).chosen == "990303"  # without a choice, most people


def test_nobody_and_not_known_are_two_answers():
    asked = context(toy.record("990101"), spoken=[("base_a1", "9901"), ("base_a1", "9902")])
    none, unknown = QUESTIONS["nobody"](asked), QUESTIONS["not_known"](asked)
    assert found(none) == ["990102", "990103", "990201", "990202", "990203"]
    assert found(unknown) == ["990301", "990302", "990303"]
    assert (none.blanks["places"], none.blanks["unknown"], none.blanks["people"]) == (5, 3, 20_000)
    inside = QUESTIONS["nobody"](context(toy.record("990101"), spoken=[("base_a1", "99")], district="9901"))
    assert (inside.blanks["places"], inside.blanks["all"]) == (2, 3)


def test_three_on_one_thing_while_a_neighbour_has_none():
    crowd = [toy.record("990101", agency, theme_code="health") for agency in ("a1", "a2", "a3")]
    answer = QUESTIONS["crowd_beside_none"](context(*crowd, toy.record("990102", "a1", theme_code="health")))
    assert answer.listed.to_dict("records") == [
        {"subdistrict_code": "990101", "theme_code": "health", "agencies": 3, "beside_codes": "990201"}
    ]
    assert (found(answer), found(answer, "b")) == (["990101"], ["990201"])
    unheard = QUESTIONS["crowd_beside_none"](context(*crowd, spoken=EVERYBODY[:2]))
    assert unheard.listed.empty  # the third base has not spoken next door: not known is not none
    assert unheard.sentence == "answer_crowd_beside_none_unknown"


def test_weak_without_support_counts_silence_apart():
    answer = QUESTIONS["weak_unsupported"](
        context(toy.record("990203"), weak=STRENGTH, spoken=[("base_a1", "9902"), ("base_a1", "990301")])
    )
    assert (found(answer), found(answer, "b"), found(answer, "s")) == (["990202", "990301"], ["990302"], ["990203"])
    assert (
        answer.blanks["places"],
        answer.blanks["unknown"],
        answer.blanks["weak"],
        answer.blanks["strength_unknown"],
    ) == (2, 1, 4, 1)
    assert found(answer, "u") == ["990303"]
    assert QUESTIONS["weak_unsupported"](context(toy.record("990203"))).sentence == "answer_weak_unsupported_unknown"


def test_need_without_help():
    needs = toy.needs({"990101": 50, "990102": 40, "990201": 1, "990301": 60})
    answer = QUESTIONS["need_without_help"](
        context(toy.record("990101"), needs=needs, spoken=[("base_a1", "9901"), ("base_a1", "9902")])
    )
    assert found(answer) == []
    assert found(answer, "b") == ["990301"]
    heard = QUESTIONS["need_without_help"](context(toy.record("990101"), needs=needs))
    assert (found(heard), heard.blanks["people"]) == (["990301"], 7000)


def test_suspected_duplication_and_its_money():
    answer = QUESTIONS["duplication"](
        context(toy.record("990101", "a1", baht=500), toy.record("990101", "a2", baht=200), toy.record("990102", "a1"))
    )
    assert (answer.blanks["pairs"], answer.blanks["places"], int(answer.blanks["stake_satang"])) == (1, 1, 20_000)
    assert (found(answer), dict(answer.badges)) == (["990101"], {"990101": 1})


def test_most_and_least_per_head_leave_out_what_is_not_known():
    records = [
        toy.record("990101", baht=6000),
        toy.record("990201", baht=3000),
        toy.record("9903", baht=10**6),
        toy.record("990301"),
    ]
    answer = QUESTIONS["per_head"](context(*records))
    rates = dict(zip(answer.listed["district_code"], answer.listed["per_head_baht"], strict=True))
    assert rates == {"9901": 1.0, "9902": 0.2}  # what the one record placed in 9903 gives is not known
    blanks = answer.blanks
    assert (blanks["most_code"], blanks["least_code"], blanks["known"], blanks["districts"]) == ("9901", "9902", 6, 2)


def test_most_and_least_per_head_leave_out_silent_districts_and_say_what_moves():
    records = [toy.record("990101", baht=6000), toy.record("990201", baht=3000), toy.record("9902", baht=10**6)]
    given = context(*records)
    silent = given.coverage["district_code"].eq("9903")
    table = given.coverage.assign(missing_bases=np.where(silent, "codi", ""))
    answer = QUESTIONS["per_head"](replace(given, coverage=table))
    assert (answer.blanks["most_code"], answer.blanks["least_code"]) == (
        "9901",
        "9902",
    )  # 9903 gets nothing that we know
    assert (answer.blanks["silent"], answer.blanks["moved"]) == (1, 2)  # money for all of 9902 puts it first
    assert answer.marked == set(table.loc[silent, "subdistrict_code"])
    everywhere = QUESTIONS["per_head"](replace(given, coverage=table.assign(missing_bases="codi")))
    assert everywhere.blanks["least_code"] == "9903"  # nobody is left to compare: all, marked
    assert len(everywhere.marked) == len(table)


def test_baht_per_head_of_all_years_divides_by_the_heads_of_each():
    areas = toy.areas().assign(population_2006=1000, population_2007=2000)
    placed = roll_up(
        toy.support(
            toy.record("990101", baht=1000, fiscal_year=2006, starts_on=None, ends_on=None),
            toy.record("990101", baht=1000, fiscal_year=None, starts_on="2006-11-01", ends_on="2007-02-01"),
            toy.record("990101", baht=1000, fiscal_year=None, starts_on=None, ends_on=None),
            toy.record("990102", fiscal_year=2006),
        ),
        areas,
    ).by_subdistrict
    rate = per_head_of_years(placed, areas, lambda year: 2006 if year == 2006 else 2007)
    assert rate["990101"] == pytest.approx(1000 / 1000 + 2000 / 2000)
    assert rate.drop("990101").isna().all()
    nobody = areas.assign(population_2006=0)
    assert pd.isna(per_head_of_years(placed, nobody, lambda year: 2006 if year == 2006 else 2007)["990101"])


def test_strong_current_on_weak():
    records = [
        toy.record(code, baht=1000 * number)
        for number, code in enumerate(toy.SUBDISTRICTS, start=1)
        if code != toy.UNCOUNTED
    ]
    answer = QUESTIONS["strong_current_on_weak"](context(*records, weak=STRENGTH))
    assert found(answer) == ["990202", "990203", "990301"]  # one baht per head everywhere: all are at the bar
    assert found(answer, "u") == ["990303"]  # no sign of strength; reported none is no current, not silence


def test_booklets_in_hand():
    answer = QUESTIONS["booklets"](context(held=["990101", "990202"]))
    assert (found(answer), answer.blanks["places"], answer.blanks["unknown"]) == (["990101", "990202"], 2, 7)


STORES = {
    "empty": ((), []),
    "one_record": ((toy.record("990101", baht=1),), EVERYBODY[:1]),
    "one_agency": (tuple(toy.record(code, baht=1) for code in toy.SUBDISTRICTS), EVERYBODY[:1]),
    "province_level": ((toy.record("99", baht=1), toy.record("99", "a2", theme_code=None, baht=2)), EVERYBODY),
    "no_place": ((toy.record(None, baht=1),), EVERYBODY),
    "forty_streams": (
        tuple(toy.record(toy.SUBDISTRICTS[n % 9], f"a{n % 3 + 1}", stream_code=f"s{n}", baht=n) for n in range(40)),
        EVERYBODY,
    ),
}


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("code", QUESTIONS)
def test_every_question_stands_on_every_store_and_has_words(store, code):
    records, spoken = STORES[store]
    answer = QUESTIONS[code](context(*records, spoken=spoken))
    assert sorted(answer.classes["subdistrict_code"]) == toy.SUBDISTRICTS
    assert set(answer.classes["class"]) <= set(answer.styles)
    assert {role for role, _label in answer.styles.values()} <= ROLES
    labels = [label for _role, label in answer.styles.values() if label]
    for words in WORDS.values():
        assert f"question_{code}" in words
        assert set(labels) <= set(words)
        sentence = fill(words[answer.sentence], {"need": "", **dict.fromkeys(answer.blanks, "?")})
        assert "{" not in sentence
    if store == "empty":
        assert answer.sentence.endswith(("_unknown", "_not_known"))
        assert not set(found(answer)) or code in ("not_known", "who_supports")
