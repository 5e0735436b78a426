"""The same money twice: near repeats are told with their evidence, decided by a person alone, and undone to the satang."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import Engine

from loaders import store
from loaders.imports import near_repeats
from loaders.imports.ingest import ingest
from loaders.imports.near_repeats import Line, likeness
from loaders.imports.review import commands, queries
from loaders.imports.review import near_repeats as desk
from loaders.problems import Refused
from tests.support.import_files import account, adds_up, csv_file, new_store

HEADS = ["ตำบล", "อำเภอ", "หน่วยงาน", "ชื่อโครงการ", "ปีงบประมาณ", "งบประมาณ"]
WORDS = ("ก่อสร้างถนนคอนกรีตเสริมเหล็กสายบ้านนา", "ขุดลอกคลองระบายน้ำบ้านท่าเรือ", "ฝึกอบรมอาชีพกลุ่มสตรีแม่บ้าน")


def line(words: str, **more: object) -> Line:
    facts = {"place": "800801", "village": "", "year": 2024, "satang": 100, "agency": "codi", "stream": "",
             "starts_on": None, "sheet": "s", "row": 1, "batch": 1}  # fmt: skip
    return Line(**(facts | {"words": words} | more))


def spoilt(words: str, chance: random.Random) -> tuple[str, str]:
    """The words as another hand writes them, and the evidence they leave."""
    way = chance.choice(("spaces", "project", "ordinal", "marks", "longer", "letter"))
    if way == "spaces":
        return " ".join((words[:5], words[5:])), "same_words"
    if way == "project":
        return f"โครงการ{words}", "same_words"
    if way == "ordinal":
        return f"{chance.randint(1, 20)}) {words}", "same_words"
    if way == "marks":
        return words.replace("้", "").replace("่", ""), "same_words"
    if way == "longer":
        return f"{words} พร้อมป้ายประชาสัมพันธ์โครงการ", "words_within"
    place = chance.randrange(3, len(words) - 3)
    return words[:place] + "ก" + words[place:], "like_words"


@pytest.mark.parametrize("seed", range(12))
def test_other_hands_write_the_same_words(seed: int) -> None:
    chance = random.Random(seed)
    words = chance.choice(WORDS)
    other, evidence = spoilt(words, chance)
    found = likeness(line(words), line(other, row=2))
    assert found is not None
    assert found[0] == evidence


@pytest.mark.parametrize(
    "other",
    [
        line(WORDS[1], row=2),
        line(WORDS[0], row=2, agency="thaihealth"),  # two funders of one short-named activity are partners
        line(WORDS[0], row=2, stream="b"),
        line(f"{WORDS[0]} ระยะที่ 2", row=2),
        line(WORDS[0], row=2, village="80080102"),
        line("", row=2),
        line(WORDS[0], row=1, sheet="s · กองทุน"),  # the same row, taken apart into records
    ],
)
def test_what_is_other_money(other: Line) -> None:
    mine = line(f"{WORDS[0]} ระยะที่ 1" if "ระยะ" in other.words else WORDS[0], stream="a", village="80080101")
    assert likeness(mine, other) is None


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = new_store(tmp_path, monkeypatch)
    rows = [
        ["ท่าศาลา", "ท่าศาลา", "พอช.", WORDS[0], "2567", "5000.50"],
        ["ท่าศาลา", "ท่าศาลา", "พอช.", f"2) โครงการ{WORDS[0]}", "2567", "5,000.50"],
        ["ท่าศาลา", "ท่าศาลา", "พอช.", WORDS[1], "2567", "5000.50"],
    ]
    ingested = ingest(engine, csv_file(tmp_path, rows, "ก.csv", HEADS), trusted=True)
    told = ingested.summary("ก.csv")["near_repeats"]
    assert (told["rows"], told["baht"], told["pairs"][0]["of"]["row"]) == (1, 5000.5, 2)
    assert ingested.count("loaded") == 3  # told, never decided
    return engine


def waiting(engine: Engine) -> list[near_repeats.Pair]:
    with store.reading(engine) as connection:
        return near_repeats.waiting(connection, "80")


def undo(engine: Engine) -> None:
    with store.reading(engine) as connection:
        made = queries.decisions(connection)
    commands.undo(engine, made["id"].head(1), "x")


def test_of_the_same_money_one_line_is_retired_and_comes_back(engine: Engine) -> None:
    [pair] = waiting(engine)
    before = account(engine, 1)
    with pytest.raises(Refused):
        desk.decide(engine, "80", pair, pair.later.id, " ", "x")
    desk.decide(engine, "80", pair, pair.later.id, "ถามแล้ว", "x")
    after = account(engine, 1)
    assert adds_up(after)
    assert (after["rows_loaded"], after["satang_loaded"], after["satang_excluded"]) == (2, 1000100, 500050)
    assert waiting(engine) == []
    with pytest.raises(Refused):
        desk.decide(engine, "80", pair, pair.later.id, "ถามแล้ว", "x")
    undo(engine)
    assert account(engine, 1) == before
    assert len(waiting(engine)) == 1


def test_different_lines_are_never_asked_about_again_in_no_edition(engine: Engine, tmp_path: Path) -> None:
    [pair] = waiting(engine)
    desk.decide(engine, "80", pair, None, "คนละสาย", "x")
    assert waiting(engine) == []
    rows = [
        ["ปากพูน", "เมืองนครศรีธรรมราช", "พอช.", WORDS[2], "2567", "70"],
        ["ท่าศาลา", "ท่าศาลา", "พอช.", WORDS[0], "2567", "5000.50"],
        ["ท่าศาลา", "ท่าศาลา", "พอช.", f"2) โครงการ{WORDS[0]}", "2567", "5000.50"],
    ]
    again = ingest(engine, csv_file(tmp_path, rows, "ข.csv", HEADS), trusted=True, replaces=["auto"])
    assert (again.replaces, again.near_repeats["rows"], waiting(engine)) == ([1], 0, [])
    undo(engine)
    assert len(waiting(engine)) == 1


def test_two_extracts_of_one_book_are_near_though_an_exact_repeat_is_told_once(engine: Engine, tmp_path: Path) -> None:
    rows = [
        ["ท่าศาลา", "ท่าศาลา", "พอช.", WORDS[1], "2567", "5000.50"],
        ["ท่าศาลา", "ท่าศาลา", "พอช.", f"{WORDS[1]} ฝั่งตะวันตก", "2567", "5000.50"],
    ]
    found = ingest(engine, csv_file(tmp_path, rows, "ข.csv", [*HEADS[:-1], "วงเงิน (บาท)"]), trusted=True, adds=True)
    assert (found.repeats["rows"], found.near_repeats["rows"]) == (1, 1)
    assert found.near_repeats["pairs"][0]["evidence"] == "words_within"
