"""From one meeting to the next on the demo board: what changed, what must be in, work, notes, whom to ask; and on an empty one."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pandas as pd
import pytest

from loaders import store
from loaders.decisions import Basis, loop, notes
from loaders.store.privacy import PUBLIC
from loaders.words import catalogue
from pages.loop import before, data
from pages.queries import loop as loop_queries
from pages.queries import store as queries
from pages.queries.query import Query
from tests.pages.test_analysis_pages import run, title
from tests.support import served
from tests.support.meeting_store import opened

YEAR = Query(2007)


def test_what_changed_since_the_meeting_is_what_the_files_say(demo):
    scope = queries.current_scope()
    since = loop_queries.last_before(scope)
    assert since is not None and since.day == date(2007, 2, 26)
    table = loop_queries.changes(scope, YEAR, since)
    kinds = table["kind"].value_counts().to_dict()
    then, now = queries.support(loop_queries.then(scope, since)), queries.support(scope)
    nhso = now[now["base"].eq("nhso")]
    assert (
        kinds["begun"] == nhso["starts_on"].gt("2007-02-26").sum()
        and kinds["begun"] + kinds["reported"] == len(nhso) + 1
    )
    assert (kinds["moved"], kinds["revised"], kinds["corrected"], kinds["gone"]) == (1, 1, 1, 1)
    moved = table[table["kind"].eq("moved")].iloc[0]
    assert (moved["area_before"], moved["area_code"], moved["amount_satang"]) == ("800305", "800303", 26_000_000)
    ends = now["ends_on"]
    assert kinds["ended"] == (
        now["support_id"].isin(then["support_id"]) & ends.gt("2007-02-26") & ends.le("2007-09-30")
    ).sum() + _again(then, now)
    changed = data.class_changes(scope, YEAR, since)
    assert (
        set(changed["why"]) == {"data", "others"}
        and changed.loc[changed["why"].eq("data"), "values"].map(len).min() > 0
    )
    letters = data.layer(scope, YEAR, since)
    assert dict(zip(letters.codes, letters.classes, strict=True))["800303"] in "rn"
    assert loop_queries.registers(scope, since).set_index("register").at["indicator", "changed"] > 0


def _again(then: pd.DataFrame, now: pd.DataFrame) -> int:
    """Ended records of a file that was handed in anew: the same work under another number."""
    trf = now[now["base"].eq("trf") & ~now["reference"].eq("RDG50-03")]
    return int((trf["ends_on"].gt("2007-02-26") & trf["ends_on"].le("2007-09-30")).sum())


@pytest.mark.parametrize(
    ("lang", "choices", "key"),
    [("th", {}, "finding_changed"), ("en", {"list": "before"}, "finding_before"), ("th", {"list": "work"}, "finding_work"),
     ("en", {"list": "notes"}, "finding_notes"), ("th", {"list": "ask"}, "finding_ask")],
)  # fmt: skip
def test_every_part_stands_on_the_demo_board(demo, lang, choices, key):
    page = run("loop", lang, **choices)
    pattern = re.sub(r"\\{.+?\\}", ".+", re.escape(catalogue(lang)[key]))
    assert re.search(pattern, unescape(title(page))), title(page)
    assert len(page.dataframe) >= 1, "the list behind the finding"


def test_what_is_missing_before_the_next_meeting(demo):
    scope = queries.current_scope()
    meeting = next(loop_queries.meetings(scope).query("held_at.isna()").itertuples())
    table = before.needed(scope, YEAR, meeting)
    assert set(table["kind"]) == {"asked", "desk", "report", "work"}
    asked = table[table["kind"].eq("asked")]
    assert sorted(asked["state"]) == ["in", "late", "late"] and asked["ask"].str.len().gt(0).any()
    assert len(table[table["kind"].eq("desk")]) == queries.quarantined(scope)["base"].nunique()
    assert table[table["kind"].eq("report") & table["state"].ne("in")]["due_on"].le("2007-03-26").all()


def test_a_blank_board_says_what_to_do(tmp_path):
    with opened(served.make_store(tmp_path / "kradan.sqlite", demo=False)):
        for lang, part in (("th", "changed"), ("en", "before"), ("th", "work"), ("en", "notes")):
            page = run("loop", lang, list=part)
            assert page.info and "kradan-title" in " ".join(one.proto.body for one in page.get("html"))


def test_the_public_sees_no_names_and_no_work(demo):
    basis = Basis("v", "80")
    phone = "081-234-5987"
    with store.writing(queries.engine()) as connection:
        notes.set_person(
            connection, "trf", "ผู้ประสาน", "ก", basis, name="สมหญิง", phone=phone, retain_until=date(2100, 1, 1)
        )
        loop.plan_meeting(connection, "ประชุมลับ", date(2100, 1, 1), "ก", basis)
    with store.reading(queries.engine(), PUBLIC) as connection:
        told = "".join(
            read(connection, "80", viewer=PUBLIC).to_csv()
            for read in (
                loop.read_meetings,
                loop.read_items,
                loop.read_work,
                loop.read_history,
                notes.read_notes,
                notes.read_people,
            )
        )
    assert "ประชุมลับ" not in told and "สมหญิง" not in told and phone not in told and "ทีมคุณอำนวยอำเภอ" not in told


def test_what_was_paid_since_is_not_known_where_nobody_said_what_was_paid_before():
    table = pd.DataFrame(
        {"kind": ["progress", "progress"], "amount_satang": 900, "amount_before_satang": 900, "paid_satang": 100, "paid_before_satang": [pd.NA, 40]}
    )  # fmt: skip
    assert pd.isna(data.counted(table[:1]).at["progress", "satang"])
    assert data.counted(table).loc["progress"].tolist() == [2, 60]
