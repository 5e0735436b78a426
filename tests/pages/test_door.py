"""The only door to the store is really the only one, and a missing store is said at it."""

import re

import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT
from tests.support.meeting_store import opened

OPENS = re.compile(r"\bstore\.(?:reading|writing|open_store)\(|\bopen_store\(|\bengine_(?:at|for)\(")


def test_only_the_queries_open_the_store():
    files = [path for path in (ROOT / "pages").rglob("*.py") if path.parent.name != "queries"]
    assert len(files) > 50
    assert [str(path) for path in files if OPENS.search(path.read_text(encoding="utf-8"))] == []


def test_a_missing_store_is_a_calm_message(tmp_path):
    st.session_state.clear()
    with opened(tmp_path / "none.sqlite"):
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not page.exception
    said = " ".join(alert.value for kind in ("error", "warning", "info") for alert in page.get(kind))
    assert "ยังไม่มีคลังข้อมูล" in said
    assert "Traceback" not in said
