"""What a file speaks for and whose report is expected: silence turns into "none" only where a person said so."""

from __future__ import annotations

import json
from datetime import date

import pytest

from loaders import __main__ as shell
from loaders import setup, store
from loaders.decisions import dues
from loaders.imports import speaks_for
from loaders.imports.ingest import ingest
from loaders.imports.speaks_for import SpeaksFor
from loaders.layouts import templates
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM, PUBLIC, Viewer
from tests.support.stores import load_rows


@pytest.fixture
def board(engine):
    setup.ensure_code_lists(engine)
    return engine


def loaded(engine, tmp_path, base="codi") -> int:
    batch = load_rows(engine, tmp_path, "support", templates.example_rows("support"), base).batch_id
    assert batch is not None
    return batch


def test_a_real_file_speaks_for_its_rows_alone_until_a_person_says_more(board, tmp_path):
    batch = loaded(board, tmp_path)
    with store.reading(board) as connection:
        assert [one["kind"] for one in speaks_for.read_scope(connection, batch)] == ["rows"]
        assert store.read_reports(connection, viewer=DATA_TEAM).empty
    with store.writing(board) as connection:
        for reason in ("", "  "):
            with pytest.raises(Refused, match="reason_missing"):
                speaks_for.change(connection, batch, SpeaksFor("province", years=(2007,), reason=reason), "clerk")
        speaks_for.change(connection, batch, SpeaksFor("province", years=(2006, 2007), reason="phone call"), "clerk")
        reports = store.read_reports(connection, viewer=DATA_TEAM)
        said = speaks_for.read_scope(connection, batch)[0]
        audit = store.read_table(connection, tables.audit, viewer=DATA_TEAM)
    assert reports[["base", "area_code", "fiscal_year"]].to_numpy().tolist() == [
        ["codi", "80", 2006],
        ["codi", "80", 2007],
    ]
    assert (said["kind"], said["stated_by"], said["reason"]) == ("province", "clerk", "phone call")
    assert audit["action"].iloc[-1] == "speaks_for" and '"rows"' in audit["detail"].iloc[-1]
    with store.writing(board) as connection:
        speaks_for.change(connection, batch, SpeaksFor("rows", reason="they meant two villages"), "clerk")
        assert store.read_reports(connection, viewer=DATA_TEAM).empty


@pytest.mark.parametrize(
    ("text", "years"),
    [("2550", (2007,)), ("2549, 2550", (2006, 2007)), ("2549-2551", (2006, 2007, 2008)), ("2007", (2007,)), ("", ())],
)
def test_years_are_read_in_either_era(text, years):
    assert speaks_for.years_of(text) == years


@pytest.mark.parametrize("text", ["ปี 50", "2551-2549", "25500", "2550;x"])
def test_years_that_cannot_be_read_are_refused(text):
    with pytest.raises(Refused, match="years_not_understood"):
        speaks_for.years_of(text)


def test_the_starting_set_stands_once_and_what_people_change_stays(board):
    with store.writing(board) as connection:
        found = dues.read_dues(connection, viewer=DATA_TEAM)
        owing = found[found["is_asked"]]
        assert set(owing.loc[owing["register"].eq("support"), "base"]) == {
            "trf", "thaihealth", "baac", "psdhs", "nhso", "dla", "codi", "province_office"
        }  # fmt: skip
        assert not found.set_index("base").loc["sosos", "is_asked"]
        key = int(found.loc[found["base"].eq("trf"), "due_id"].iloc[0])
        with pytest.raises(Refused, match="reason_missing"):
            dues.retire(connection, key, "clerk", " ")
        dues.retire(connection, key, "clerk", "closed in 2562")
        with pytest.raises(Refused, match="due_unknown"):
            dues.move(connection, key, date(2027, 1, 1), None, "clerk", "later")
    setup.ensure_code_lists(board)
    with store.reading(board) as connection:
        assert "trf" not in set(dues.read_dues(connection, viewer=DATA_TEAM)["base"])
        row = connection.execute(tables.due.select().where(tables.due.c.id == key)).one()
    assert (row.retired_by, row.retired_because) == ("clerk", "closed in 2562")


def test_a_base_that_nobody_expected_is_listed_as_not_asked_and_owes_nothing(board, tmp_path):
    loaded(board, tmp_path, base="river_watch")
    with store.reading(board) as connection:
        found = dues.read_dues(connection, "support", "80", viewer=DATA_TEAM).set_index("base")
    assert not found.loc["river_watch", "is_asked"] and found.loc["codi", "is_asked"]


def test_a_data_set_that_is_not_shared_owes_without_a_name(board):
    with store.writing(board) as connection:
        connection.execute(
            tables.sharing.insert().values(
                register="support", base="nhso", level="private", decided_by="x", decided_at="x"
            )
        )
        names = {
            viewer.role: set(dues.read_dues(connection, "support", viewer=viewer)["base"])
            for viewer in (PUBLIC, DATA_TEAM, Viewer("partner", "codi"))
        }
    assert "nhso" in names["data"]
    assert all("nhso" not in names[role] and dues.NOT_SHARED in names[role] for role in ("public", "partner"))


def test_the_command_line_says_it_and_the_batch_keeps_it(board, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", board.url.render_as_string(hide_password=False))
    path = tmp_path / "plain.xlsx"
    templates.write_template("support", path, templates.example_rows("support"))
    command = ["import", str(path), "--base", "codi", "--confirm"]
    assert shell.main([*command, "--years", "2550"]) == 2
    assert "scope_kind_needed" in capsys.readouterr().err
    assert shell.main([*command, "--speaks-for", "province", "--years", "2549-2550"]) in (0, 3)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["speaks_for"]["said"] == "province" and told["speaks_for"]["proposed"]["kind"] == "rows"
    with store.reading(board) as connection:
        reports = store.read_reports(connection, viewer=DATA_TEAM)
        scopes = speaks_for.read_scopes(connection, viewer=PUBLIC)
    assert set(reports["fiscal_year"]) == {2006, 2007} and set(reports["area_code"]) == {"80"}
    assert scopes[told["batch"]][0]["stated_by"] is None and scopes[told["batch"]][0]["kind"] == "province"
    assert shell.main(["speaks-for", str(told["batch"]), "rows", "--reason", "only two villages"]) == 0


def test_a_wider_scope_of_a_file_without_years_asks_for_them_and_stores_nothing(board, tmp_path):
    path = tmp_path / "undated.xlsx"
    rows = [{**templates.example_rows("support")[0], "fiscal_year": "", "starts_on": "", "ends_on": ""}]
    templates.write_template("support", path, rows)
    with pytest.raises(Refused, match="scope_years_needed"):
        ingest(board, path, "codi", "clerk", trusted=True, confirmed=True, speaks_for=SpeaksFor("province"))
    with store.reading(board) as connection:
        assert store.read_batches(connection, viewer=DATA_TEAM).empty
    batch = ingest(
        board, path, "codi", "clerk", trusted=True, confirmed=True, speaks_for=SpeaksFor("province", years=(2007,))
    )
    assert batch.batch_id
