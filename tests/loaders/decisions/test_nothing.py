"""A base that says "we have nothing": a report without rows, dated, with who and why, withdrawn and put back."""

from __future__ import annotations

import json
from datetime import date

import pytest

from loaders import __main__ as shell
from loaders import setup, store, tracker
from loaders.imports.review import nothing
from loaders.imports.speaks_for import SpeaksFor
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM
from tests.support.stores import add_batch, support_rows


@pytest.fixture
def board(engine):
    setup.ensure_code_lists(engine)
    return engine


def test_it_counts_as_a_report_until_it_is_withdrawn(board, monkeypatch, capsys):
    monkeypatch.setattr(store, "open_store", lambda **_: board)
    given = [
        "nothing-to-report",
        "province",
        "--base",
        "พอช.",
        "--years",
        "2550",
        "--as-of",
        "6 มี.ค. 2550",
        "--reason",
        "letter 7",
    ]
    assert shell.main(given) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["base"] == "codi"

    def seen():
        with store.reading(board) as connection:
            reports = store.read_reports(connection, viewer=DATA_TEAM)
            table = tracker.tracker(connection, viewer=DATA_TEAM, province="80", fiscal_year=2007, by_district=False)
            state = table.loc[table["base"].eq("codi") & table["register"].eq("support"), "state"].tolist()
            batches = store.read_batches(connection, viewer=DATA_TEAM)
            return reports.to_numpy().tolist(), state, batches.iloc[0]

    reports, state, batch = seen()
    assert reports == [["codi", "80", 2007]] and state[0].startswith("reported")
    assert (batch["rows_in"], batch["satang_in"], str(batch["as_of"])[:10]) == (0, 0, "2007-03-06")
    assert shell.main(["withdraw", str(answer["batch"])]) == 0
    assert seen()[:2][0] == [] and not seen()[1][0].startswith("reported")
    assert shell.main(["restore-batch", str(answer["batch"])]) == 0
    assert seen()[0] == [["codi", "80", 2007]]
    with store.reading(board) as connection:
        audit = store.read_table(connection, tables.audit, viewer=DATA_TEAM)
    assert "letter 7" in audit.loc[audit["action"].eq("nothing_to_report"), "detail"].iloc[0]


@pytest.mark.parametrize(
    ("base", "register", "said", "code"),
    [
        ("codi", "support", SpeaksFor("rows", years=(2007,), reason="x"), "nothing_needs_scope"),
        ("codi", "support", SpeaksFor("province", years=(2007,)), "reason_missing"),
        ("codi", "support", SpeaksFor("province", reason="x"), "scope_years_needed"),
        ("codi", "agency", SpeaksFor("province", years=(2007,), reason="x"), "register_unknown"),
        ("codi", "support", SpeaksFor("districts", years=(2007,), reason="x"), "scope_districts_needed"),
        ("codi", "support", SpeaksFor("districts", ("8101",), (2007,), reason="x"), "district_unknown"),
        (" ", "support", SpeaksFor("province", years=(2007,), reason="x"), "base_missing"),
    ],
)
def test_what_says_nothing_is_refused(board, base, register, said, code):
    with store.writing(board) as connection, pytest.raises(Refused, match=code):
        nothing.state(connection, base, register, said, "80", "clerk")


def test_rows_in_use_are_not_nothing_and_plans_need_no_year(board):
    with store.writing(board) as connection:
        batch = add_batch(connection)
        store.insert_rows(connection, tables.support, support_rows(batch, 2))
        said = SpeaksFor("districts", ("8001",), (2007,), reason="x")
        with pytest.raises(Refused, match="nothing_but_rows"):
            nothing.state(connection, "codi", "support", said, "80", "clerk")
        nothing.state(
            connection, "codi", "support", SpeaksFor("districts", ("8002",), (2007,), reason="x"), "80", "clerk"
        )
        number = nothing.state(
            connection, "codi", "plan", SpeaksFor("province", reason="x"), "80", "clerk", date(2007, 1, 1)
        )
        reports = store.read_reports(connection, "plan", viewer=DATA_TEAM)
        assert number and reports[["area_code"]].to_numpy().tolist() == [["80"]] and reports["fiscal_year"].isna().all()
