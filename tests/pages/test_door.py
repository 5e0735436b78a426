"""The only door to the store is really the only one, and a missing store is said at it."""

import re
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from loaders import settings
from pages.session import url_state
from tests.conftest import ROOT
from tests.support import seeds
from tests.support.meeting_store import opened

OPENS = re.compile(r"\bstore\.(?:reading|writing|open_store)\(|\bopen_store\(|\bengine_(?:at|for)\(")


def test_only_the_queries_open_the_store():
    files = [path for path in (ROOT / "pages").rglob("*.py") if path.parent.name != "queries"]
    assert len(files) > 50
    assert [str(path) for path in files if OPENS.search(path.read_text(encoding="utf-8"))] == []


def test_who_acts_is_said_by_one_function():
    others = [path for path in (ROOT / "pages").rglob("*.py") if path.name != "sign_in.py"]
    by_hand = re.compile(r"settings\.person\(|sign_in\.name\(\) or")
    assert [str(path) for path in others if by_hand.search(path.read_text(encoding="utf-8"))] == []


def test_a_missing_store_is_a_calm_message(tmp_path):
    st.session_state.clear()
    with opened(tmp_path / "none.sqlite"):
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not page.exception
    said = " ".join(alert.value for kind in ("error", "warning", "info") for alert in page.get(kind))
    assert "ยังไม่มีคลังข้อมูล" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("used", "then"),
    [((), {"year": "2549", "theme": "health", "agency": "codi"}), (("year", "theme", "agency"), {"agency": "codi"})],
    ids=["from a page without filters", "from a page with filters"],
)
def test_my_agency_keeps_the_filters_that_the_page_before_had_no_use_for(monkeypatch, used, then):
    """The door "my agency" adds one choice to an address that cannot say the others."""
    chosen = {"year": "2549", "theme": "health"}
    place = SimpleNamespace(
        session_state=dict(chosen),
        query_params=SimpleNamespace(to_dict=lambda: {"agency": "codi"}),
        context=SimpleNamespace(url="http://x/agency?agency=codi"),
    )
    monkeypatch.setattr(url_state, "st", place)
    here = url_state.UrlState(
        written={}, path="/sources", used={"lang": "th", "province": "80"} | dict.fromkeys(used, "")
    )
    place.session_state["_url"] = here
    url_state.read()
    assert {key: place.session_state[key] for key in ("year", "theme", "agency") if key in place.session_state} == then


def test_the_first_start_asks_for_a_province_and_the_frame_lets_another_be_chosen(tmp_path, monkeypatch):
    """Asked once: the board becomes the province's, and a link to another one stands in the list of the frame."""
    st.session_state.clear()
    monkeypatch.delenv("KRADAN_PROVINCE", raising=False)
    monkeypatch.setenv("KRADAN_PERSON", "clerk")
    path = seeds.copied("empty", tmp_path / seeds.NAME)
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("DELETE FROM setting WHERE name = 'start_chosen'")

    def open_board(**choices: str) -> AppTest:
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for key, value in choices.items():
            page.query_params[key] = value
        return page.run()

    with opened(path):
        page = open_board()
        assert page.button(key="start-mine").disabled
        page.selectbox(key="start-province").set_value("84").run()
        page.button(key="start-mine").click().run()
        assert not page.exception and settings.home_province() == "84"
        assert [one.key for one in page.button if str(one.key).startswith("start-")] == []  # nobody is asked again
        assert page.session_state["province"] == "84"
        frame = next(
            one.proto.body for one in open_board(province="80").get("html") if "kradan-where" in one.proto.body
        )
    with closing(sqlite3.connect(path)) as store:
        assert store.execute("SELECT who FROM audit WHERE action = 'begin'").fetchall() == [("clerk",)]
    assert 'aria-current="true">นครศรีธรรมราช' in frame and "province=84" in frame
