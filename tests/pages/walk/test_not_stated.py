"""A board whose records state no amount: no view, list, map, wall or download says 0 baht of money that nobody stated."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import openpyxl
import pandas as pd
import pytest
from google.protobuf.json_format import MessageToDict

from pages.api import collections
from pages.meeting import facts as meeting_facts
from pages.meeting.pack import xlsx
from pages.meeting.pack.content import Pack, nobody
from pages.meeting.words import Words
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.money import asked_on
from pages.queries.query import Query
from pages.rudder import data as rudder_data
from tests.pages.walk.test_not_asked import plain
from tests.support import seeds
from tests.support.meeting_store import Left, opened, run, tables_kept

ZERO = re.compile(r"(?<![\d,.–-])0(?:\.0+)? (?:ล้าน)?บาท")
CELL = re.compile(r"<td[^>]*>(?:<a[^>]*>)?0(?:</a>)?</td>")  # the money matrix names its unit above the table
PLACE = "800101"
AGENCY = "thaihealth"  # it has records of subdistricts and above them
VISITS: list[tuple[str, dict[str, str]]] = [
    ("overview", {"lens": "flows"}), ("overview", {"question": "per_head"}), ("coverage", {"list": "level"}),
    ("coverage", {"list": "theme", "measure": "per_head_baht"}), ("coverage", {"mode": "twin"}), ("subdistrict", {"subdistrict": PLACE}),
    ("agency", {"agency": AGENCY}), ("matrix", {"cells": "baht"}), ("matrix", {"cells": "baht", "district": PLACE[:4]}),
    *(("currents", {"shown": shown}) for shown in ("money", "alignment", "speed", "pull", "ribbons")),
    ("loop", {"list": "changed"}), ("overlaps", {"list": "pairs"}), ("rudder", {}), ("strengthening", {"list": "projects"}),
    ("welfare", {}), ("areas", {}), ("review", {}), ("nation", {"measure": "amount_baht"}), ("meeting", {}), ("meeting", {"desk": "1"}),
]  # fmt: skip
# What is truly nothing: worked out of rules and people, or booked by this board itself.
TRULY_NOTHING = {
    ("welfare-sources", "restricted_satang"), ("welfare-sources", "unrestricted_satang"), ("welfare-places", "at_stake_satang"),
    ("welfare-places", "withheld_satang"), ("stream-balances", "booked_satang"),
}  # fmt: skip
UNSTATED = (
    "UPDATE support SET amount_satang = NULL, committed_satang = NULL, paid_satang = NULL",
    "UPDATE support_summary SET amount_satang = NULL, committed_satang = NULL, paid_satang = NULL",
    "UPDATE contribution SET promised_satang = NULL, received_satang = NULL",
)


@pytest.fixture(scope="module")
def unstated(tmp_path_factory) -> Iterator[None]:
    path = seeds.copied("demo", tmp_path_factory.mktemp("not_stated") / seeds.NAME)
    with closing(sqlite3.connect(path)) as connection, connection:
        for change in UNSTATED:
            connection.execute(change)
    with opened(path):
        yield


def strings(sent: Any) -> Iterator[str]:
    if isinstance(sent, str):
        yield sent
        if sent[:1] in ("{", "["):  # what a component is given: Thai is escaped in it
            with suppress(ValueError):
                yield from strings(json.loads(sent))
    else:
        for part in sent.values() if isinstance(sent, dict) else sent if isinstance(sent, list) else ():
            yield from strings(part)


def sent(block: Any) -> Iterator[str]:
    """Every text of the page: titles, figures, legends, sentences, options, and what the maps and the wall are given."""
    for element in block.children.values():
        if hasattr(element, "children"):
            yield from sent(element)
        if getattr(element, "proto", None) is not None:
            yield from strings(MessageToDict(element.proto))


def zeros(left: Left) -> Iterator[tuple[str, str]]:
    """Columns of money in which the table or its file says zero of a row that stands for support."""
    for key in left.columns:
        if {"satang", "baht"} & set(key.split("_")) and (left.name, key) not in TRULY_NOTHING:
            is_zero = pd.to_numeric(left.frame[key], errors="coerce").eq(0).fillna(False)
            if "covered" in left.frame:
                is_zero &= left.frame["covered"].gt(0)
            words = left.formats.get(key, str)
            if any(words(value) for value in left.frame.loc[is_zero, key]):  # what is worded "" leaves the file, too
                yield left.name, key


@pytest.mark.parametrize(("view", "choices"), VISITS, ids=[f"{view}-{'-'.join(one.values())}" for view, one in VISITS])
def test_no_view_or_download_says_zero_baht_of_money_that_nobody_stated(unstated, view, choices):
    with tables_kept() as tables:
        page = run(view, "th", ("fold-list",), **choices)
    assert not page.exception
    texts = list(sent(page._tree))
    assert texts
    assert [
        plain(text)[max(0, found.start() - 80) :][:160] for text in texts if (found := ZERO.search(plain(text)))
    ] == []
    assert [pair for left in tables for pair in zeros(left)] == []
    if choices.get("cells") == "baht":
        assert [found for text in texts for found in CELL.findall(text)] == []


def test_the_workbook_of_the_pack_sums_no_amount_to_not_known(unstated):
    pack = Pack(
        meeting_facts.gather(queries.current_scope()), Words("th"), meeting_facts.shipped_story()["step"], [], nobody
    )
    book = openpyxl.load_workbook(io.BytesIO(xlsx.workbook(pack)), data_only=True)
    sums = [sheet.cell(sheet.max_row, column).value for sheet, column in ((book["findings"], 4), (book["support"], 9))]
    assert sums == [pack.words.say("not_known")] * 2


def test_neither_the_interface_nor_the_rudder_reckons_with_zero(unstated):
    scope = queries.current_scope()
    rows = collections.rows(scope, collections.find(collections.SUBDISTRICTS), collections.Filters())
    assert rows["supports"].gt(0).any() and rows.loc[rows["supports"].gt(0), "amount_baht"].isna().all()
    year = queries.usual_year(scope)
    board = rudder_data.board(scope, year, asked_on(Query(year)))
    given = coverage.records(scope, Query(year)).dropna(subset=["subdistrict_code", "theme_code"])
    payers = given["stream_code"].map(board.owners).fillna(given["agency_code"])
    gave = set(zip(given["subdistrict_code"], given["theme_code"], payers, strict=True))
    names = ["subdistrict_code", "theme_code", "payer"]
    assert len(board.matching) and not gave & set(board.matching[names].itertuples(index=False, name=None))
