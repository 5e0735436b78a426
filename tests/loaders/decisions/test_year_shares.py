"""A person shares a record's money over fiscal years: exact, in the sums, in the audit, carried along, taken back."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select

from loaders import __main__ as shell
from loaders import store, year_shares
from loaders.decisions import year_shares as decided
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM
from tests.support.stores import add_batch, support_rows

SPAN = {"starts_on": date(2006, 9, 1), "ends_on": date(2008, 10, 30), "fiscal_year": 2006}


@pytest.fixture
def board(engine):
    with store.writing(engine) as connection:
        batch = add_batch(connection, rows_loaded=3)
        rows = support_rows(batch, 2, amount_satang=100_01, paid_satang=7, **SPAN)
        rows += [rows[0] | {"row": 3, "starts_on": date(2007, 1, 1), "ends_on": date(2007, 2, 1), "fiscal_year": 2007}]
        store.insert_rows(connection, tables.support, rows)
        store.finish_batch(connection, batch)
    return engine


def sums(connection) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    table = tables.support_summary
    for year, records, satang in connection.execute(
        select(table.c.fiscal_year, table.c.records, table.c.amount_satang)
    ):
        had = found.get(year, (0, 0))
        found[year] = (had[0] + records, had[1] + (satang or 0))
    return found


def test_shared_by_days_it_adds_up_is_told_and_is_taken_back(board):
    with store.writing(board) as connection:
        before = sums(connection)
        ids = decided.ids_of_batch(connection, 1)
        assert len(ids) == 2  # the third record runs in one year
        assert decided.share(connection, ids, "days", "letter 12", "clerk") == 2
        shared = sums(connection)
        texts = set(
            connection.execute(select(tables.support.c.year_shares).where(tables.support.c.id.in_(ids))).scalars()
        )
        listed = decided.over_years(connection, viewer=DATA_TEAM)
        audit = store.read_table(connection, tables.audit, viewer=DATA_TEAM)
        assert decided.take_back(connection, ids, "wrong letter", "clerk") == 2
        assert sums(connection) == before
    assert texts == {"2006:30,2007:365,2008:366,2009:30"}
    assert sum(satang for _, satang in shared.values()) == sum(satang for _, satang in before.values())
    assert sum(records for records, _ in shared.values()) == 3 and shared[2009][1] > 0
    assert listed["years"].tolist() == [(2006, 2007, 2008, 2009)] * 2 and set(listed["year_shares_by"]) == {"days"}
    assert audit["action"].iloc[-1] == "share_years" and "letter 12" in audit["detail"].iloc[-1]


@pytest.mark.parametrize(
    ("method", "stated", "code"),
    [
        ("stated", ["2549=40%", "2550=50%"], "year_share_sum"),
        ("stated", ["2549=40%", "2550=60"], "year_share_unreadable"),
        ("stated", ["2549=100%", "2006=0%"], "year_share_unreadable"),  # one year twice
        ("stated", ["2560=100%"], "year_share_outside"),
        ("stated", [], "year_share_unreadable"),
        ("stated", ["2549=-1%", "2550=101%"], "year_share_unreadable"),
        ("stated", ["2549=nan%"], "year_share_unreadable"),
        ("stated", ["2549=50", "2550=50"], "year_share_percent_only"),  # baht for two records
        ("weeks", [], "year_share_unreadable"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(board, method, stated, code):
    with store.writing(board) as connection:
        ids = decided.ids_of_batch(connection, 1)
        with pytest.raises(Refused, match=code):
            decided.share(connection, ids, method, "why", "clerk", stated=stated)
        assert (
            connection.execute(select(tables.support.c.id).where(tables.support.c.year_shares.is_not(None))).all() == []
        )
        with pytest.raises(Refused, match="reason_missing"):
            decided.share(connection, ids, "days", " ", "clerk")
        with pytest.raises(Refused, match="year_share_one_year"):
            decided.share(connection, [max(ids) + 1], "equal", "why", "clerk")
        with pytest.raises(Refused, match="year_share_unknown"):
            decided.share(connection, [99], "equal", "why", "clerk")


def test_stated_baht_come_out_as_stated_and_the_shell_does_it_too(board, monkeypatch, capsys):
    monkeypatch.setattr(store, "open_store", lambda **_: board)
    given = ["share-years", "1", "--over", "2549=60.01", "๒๕๕๐=40", "--reason", "their letter"]
    assert shell.main(given) == 0
    assert json.loads(capsys.readouterr().out) == {"shared": 1, "by": "stated", "over": given[3:5]}
    with store.reading(board) as connection:
        text = connection.execute(select(tables.support.c.year_shares).where(tables.support.c.id == 1)).scalar_one()
    assert year_shares.parts(text, 100_01) == {2006: 60_01, 2007: 40_00}
    assert shell.main(["over-years", "--batch", "1"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["year_shares_by"] for one in told] == [None, "stated"]
    assert shell.main(["share-years", "--batch", "1", "--undo", "--reason", "no"]) == 0
    assert json.loads(capsys.readouterr().out) == {"undone": 1}
