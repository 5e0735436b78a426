"""The register of areas and the sharing page as pages: on an empty store and with data, in both languages."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from loaders import store
from loaders.decisions import dues
from loaders.imports import speaks_for
from loaders.layouts import templates
from loaders.store import tables
from loaders.words import fill
from pages.session import cache
from tests.conftest import ROOT
from tests.support import meeting_store, seeds
from tests.support.stores import load_rows

WORDS = {
    language: json.loads((ROOT / f"data/text/{language}.json").read_text(encoding="utf-8")) for language in ("th", "en")
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store with one record of every register of places, to copy from."""
    folder = tmp_path_factory.mktemp("made")
    with meeting_store.opened(seeds.copied("empty", folder / seeds.NAME)) as path:
        engine = store.open_store()
        (folder / "handed_in").mkdir()
        for register in ("support", "plan", "role_holder"):
            load_rows(engine, folder / "handed_in", register, templates.example_rows(register))
        engine.dispose()
        yield path


@pytest.fixture
def filled(made, tmp_path):
    path = meeting_store.copied(made, tmp_path / seeds.NAME)
    if (made.parent / "files").is_dir():
        shutil.copytree(made.parent / "files", tmp_path / "files")
    with meeting_store.opened(path):
        engine = store.open_store()
        yield engine
        engine.dispose()


def opened(view: str, **asked: str) -> AppTest:
    def page(name: str) -> None:
        import importlib

        from pages.queries import store as queries
        from pages.session import page_links, url_state
        from pages.shell import navigation

        url_state.read()
        page_links.register(navigation.views())
        importlib.import_module(f"pages.{name}.page").view(queries.current_scope())

    at = AppTest.from_function(page, kwargs={"name": view}, default_timeout=240)
    for key, value in asked.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception, at.exception
    return at


def said(at: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in at.get("html"))


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize(
    ("day", "districts", "king_amphoe", "villages"),
    [("2007-02-26", 21, 2, "1,551"), ("2007-09-08", 23, 0, "1,551"), ("2020-01-01", 23, 0, "1,553")],
)
def test_the_day_in_the_link_says_the_register_of_that_day(filled, language, day, districts, king_amphoe, villages):
    at = opened("areas", lang=language, asof=day)
    from loaders.thai import thai_date

    blanks = {"day": thai_date(date.fromisoformat(day), language), "subdistrict": "170", "village": villages, "district": districts,
              "king_amphoe": king_amphoe}  # fmt: skip
    assert fill(WORDS[language]["finding_areas"], blanks) in said(at)
    assert WORDS[language]["note_areas"].format(records=6, all=6) in said(at)


def test_the_arrow_goes_to_the_eve_of_the_change_and_back(filled):
    at = opened("areas", asof="2010-01-01")
    at.button(key="asof-back").click().run()
    assert at.session_state["asof"] == "2007-09-07"
    assert "2 กิ่งอำเภอ" in said(at)
    at.button(key="asof-on").click().run()
    assert at.session_state["asof"] == "2007-09-08"
    assert "0 กิ่งอำเภอ" in said(at)
    assert not at.exception


@pytest.mark.parametrize("asked", ["never", "2007-13-01", "9999-01-01"])
def test_a_day_that_is_none_is_today(filled, asked):
    assert opened("areas", asof=asked).session_state["asof"] == date.today().isoformat()


def test_a_store_without_areas_shows_the_published_register(tmp_path, monkeypatch):
    monkeypatch.setenv("KRADAN_STORE", str(tmp_path / "kradan.sqlite"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cache.clear()
    engine = store.open_store(create=True)
    at = opened("areas")
    assert at.info[0].value == WORDS["th"]["areas_same"]
    assert "170" in said(at)
    engine.dispose()
    cache.clear()


def test_the_sharing_page_says_how_long_people_are_kept_and_who_did_what(filled):
    at = opened("sharing")
    assert [tab.label for tab in at.tabs] == [
        WORDS["th"][key]
        for key in ("sharing_sets", "openness_title", "sharing_roles", "tracker_title", "people_title", "audit_title")
    ]
    people, audit = (at.tabs[number].dataframe[0].value for number in (4, 5))
    assert len(people) == 1
    assert list(audit.iloc[:, 2]).count(WORDS["th"]["audit_import"]) == 3
    assert at.button(key="forget").disabled
    with store.writing(filled) as connection:
        connection.execute(tables.role_holder.update().values(retain_until=date(2020, 1, 1)))
    cache.clear()
    at = opened("sharing")
    at.button(key="forget").click().run()
    assert WORDS["th"]["people_forgotten"].format(rows=1, files=1) in [one.value for one in at.success]
    assert at.button(key="forget").disabled


def test_a_role_that_nobody_listed_is_shown_as_written(filled):
    with store.writing(filled) as connection:
        connection.execute(tables.role_holder.update().values(role="ประธาน <b>"))
    cache.clear()
    at = opened("subdistrict", subdistrict="800106")
    assert "ประธาน &lt;b&gt;" in said(at)


def test_the_sources_say_how_complete_each_register_is(filled):
    with store.writing(filled) as connection:
        connection.execute(tables.due.delete().where(tables.due.c.register == "plan"))  # expected of one base alone
        dues.set_due(connection, "codi", "plan", "tester")
        scope = tables.batch_scope.c
        plan = connection.execute(select(scope.batch_id).where(scope.register == "plan")).scalars().first()
        speaks_for.change(connection, plan, speaks_for.SpeaksFor("districts", reason="all of it"), "tester")
    cache.clear()
    at = opened("sources")
    found = at.dataframe[1].value.set_index(WORDS["th"]["sharing_register"])
    columns = [
        WORDS["th"][key] for key in ("column_records", "registers_reported", "registers_with_records", "registers_all")
    ]
    assert found.loc[WORDS["th"]["register_plan"], columns].tolist() == [2, 16, 1, 170]
    assert found.loc[WORDS["th"]["register_welfare_fund"], columns].tolist() == [0, 0, 0, 170]
