"""Words of coded columns: codes, none, not known, yes, no; anything else waits with the nearest codes proposed."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import pytest

from geo.overlaps import rules as overlap_rules
from loaders import codes, settings
from loaders.codes import plain_words, squeeze, words
from loaders.decisions import dues
from loaders.layouts.cells import no_support
from loaders.layouts.layout import by_hand
from loaders.layouts.values import Read, read_rows
from loaders.places import many
from loaders.problems import Refused
from tests.conftest import ROOT


def listed(column: str) -> tuple[dict, ...]:
    return codes.roles() if column == "role" else codes.listed(column)


COLUMNS = sorted(codes.LISTED)
PEOPLE = ("{} จำนวน 50 คน", "{} 120 ราย", "{}ในพื้นที่ตำบลท่าดี", "กลุ่ม{}", " {} ", "{} (หมู่ 3)")


def read(column: str, cells: list[str]) -> Read:
    register = "role_holder" if column == "role" else "support"
    layout = by_hand("codi", register, {"คำ": column}, {}, {} if column == "role" else {"agency": "codi"})
    return read_rows(pd.DataFrame({"คำ": cells}, index=range(2, 2 + len(cells))), layout, "s")


@pytest.mark.parametrize("column", COLUMNS)
def test_every_code_is_known_by_its_names_and_other_words(column: str) -> None:
    chance = random.Random(column)
    entries = listed(column)
    drawn = [
        (entry["code"], chance.choice([entry["code"], entry["name_th"], entry["name_en"], *entry.get("aliases", ())]))
        for entry in entries
    ]
    cells = [word if chance.random() < 0.5 else f" {word.upper()} " for _, word in drawn]
    result = read(column, cells)
    assert result.values[column].tolist() == [code for code, _ in drawn]
    assert not result.bad


@pytest.mark.parametrize("column", [*COLUMNS, "cofinancing", "theme", "stream"])
def test_words_for_none_and_for_not_known_are_no_codes(column: str) -> None:
    cells = sorted(plain_words("none") | plain_words("unknown") | {"ไม่ระบุ", "N/A", "ไม่ทราบ "})
    result = read(column, cells)
    assert result.values[column].isna().all()
    assert {found.code for found in result.bad.values()} <= {"value_missing"}  # a role must be named


def test_no_word_stands_for_two_codes() -> None:
    for column in COLUMNS:
        seen: dict[str, str] = {}
        for entry in listed(column):
            for word in (entry["code"], entry["name_th"], entry["name_en"], *entry.get("aliases", ())):
                assert seen.setdefault(squeeze(word), entry["code"]) == entry["code"], word
        assert not set(seen) & (plain_words("none") | plain_words("unknown"))


@pytest.mark.parametrize("seed", range(6))
def test_people_are_read_with_their_number_place_and_company(seed: int) -> None:
    chance = random.Random(seed)
    chosen = chance.sample([entry for entry in codes.listed("target_group") if "กลุ่ม" not in entry["name_th"]], 3)
    cells = [chance.choice(PEOPLE).format(entry["name_th"]) for entry in chosen]
    both = chance.choice((" และ", ", ", "/", " ")).join(entry["name_th"] for entry in chosen[:2])
    result = read("target_group", [*cells, both])
    expected = [*(entry["code"] for entry in chosen), ",".join(sorted(entry["code"] for entry in chosen[:2]))]
    assert result.values["target_group"].tolist() == expected


@pytest.mark.parametrize(
    ("column", "word", "code"),
    [("target_group", "ผู้สูงอายู", "elderly"), ("status", "ดำเนินกาน", "active"), ("activity_code", "ซ่อมบ้านน", "house_repair"),
     ("role", "คุณอำนวยย", "facilitator"), ("cofinancing", "สมทบ 1:1", "matching_fund_1_1_1")],
)  # fmt: skip
def test_what_is_neither_waits_with_the_nearest_codes(column: str, word: str, code: str) -> None:
    result = read(column, [word])
    found = result.bad[2]
    assert (found.code, found.value) == ("unknown_word", word)
    assert code in str(found.suggestion).split(", ")
    assert set(str(found.suggestion).split(", ")) <= set(words(column).values())


@pytest.mark.parametrize(
    ("word", "flag"), [("มี", True), ("ไม่มี", False), ("ไม่ทราบ", None), ("N/A", None), ("Yes", True), ("no", False)]
)
def test_a_question_of_yes_or_no_may_be_open(word: str, flag: bool | None) -> None:
    assert codes.flag(word) is flag


def test_groups_that_share_people_are_similar_and_unknown_is_like_nothing() -> None:
    groups = ["elderly,disabled", "disabled", "farmers", "all_residents", None, "", "elderly,disabled"]
    support = pd.DataFrame({"target_group": groups}).assign(
        theme_code="health", stream_code=None, activity_code=None, cofinancing=None
    )
    a, b = np.triu_indices(len(groups), 1)
    table = {"rule": [{"code": "x", "outcome": "not_known"}], "everyone": {"target_groups": ["all_residents"]},
             "target_family": [{"code": "v", "target_groups": ["elderly", "disabled"]}]}  # fmt: skip
    described = overlap_rules.relations(
        support, np.zeros(len(groups), bool), overlap_rules.overlap_rules(table), (), a, b
    )
    found = dict(
        zip(zip(a, b, strict=True), overlap_rules.words("target_group", described["target_group"]), strict=True)
    )
    assert (found[0, 1], found[0, 2], found[0, 3], found[0, 6]) == ("similar", "different", "similar", "same")
    unknown = {word for (one, other), word in found.items() if {one, other} & {4, 5} and 3 not in (one, other)}
    assert unknown == {"not_known"}


READERS: dict[str, Callable[[], object]] = {
    **{name: partial(lambda of: [*codes.entries(of), codes.agency_name("codi")], of) for of, name in codes.LISTS.items()},
    "indicators": lambda: [(entry["code"], entry["direction"]) for entry in codes.indicators()], "cofinancing": lambda: [entry["code"] for entry in codes.schemes()],
    "coded_words": lambda: codes.words("target_group"), "regions": lambda: many.region("ทุกจังหวัด"),
    "no_support": lambda: no_support.reason_of("รอจัดสรร"), "expected_reports": lambda: dues.starting_set("80"),
}  # fmt: skip
KEPT = (
    codes._list,
    codes.entries,
    codes.words,
    codes.indicators,
    many._regions,
    no_support._rules,
    no_support.reason_of,
)


@pytest.mark.parametrize("name", READERS)
def test_a_rule_file_without_a_key_is_refused_by_file_place_and_key(name, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "RULES", tmp_path)
    for path in (ROOT / "data" / "rules").glob("*.toml"):
        shutil.copy(path, tmp_path)
    whole, refused = (tmp_path / f"{name}.toml").read_text(encoding="utf-8"), set()
    for key in dict.fromkeys(re.findall(r"^(\w+) *=", whole, re.MULTILINE)):
        left_out = re.sub(rf"^{key} *=", f"not_{key} =", whole, flags=re.MULTILINE)
        (tmp_path / f"{name}.toml").write_text(left_out, encoding="utf-8")
        for kept in KEPT:
            kept.cache_clear()
        try:
            READERS[name]()
        except Refused as stop:  # any other exception fails the test
            assert stop.problem.code == "rule_key_missing" and f"{name}.toml" in str(stop.problem.value)
            assert stop.problem.suggestion == key
            refused.add(key)
    (tmp_path / f"{name}.toml").write_text("[[broken", encoding="utf-8")
    for kept in KEPT:
        kept.cache_clear()
    with pytest.raises(Refused, match="rule_file_unreadable"):
        READERS[name]()
    for kept in KEPT:
        kept.cache_clear()
    assert refused
