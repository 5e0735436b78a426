"""The import desk asks before it stores: hidden parts that hold money, totals that are not met."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.queries import store as queries
from tests.support import meeting_store, seeds

PART = {"sheet": "งาน", "kind": "hidden_row", "heading": "", "rows": 2, "baht": 1_500.0}
UNMET = {"sheet": "งาน", "row": 9, "column": "งบประมาณ", "met": False, "stated_baht": 100.0, "found_baht": 90.0}


def desk(parts: list[dict], asked: bool, totals: list[dict]) -> None:
    import streamlit as st

    from pages.imports import questions

    summary = {"set_aside": {"choice": None, "asked": asked, "parts": parts}, "control_totals": totals}
    questions.told({"summary": summary})
    answers = (questions.set_aside({"summary": summary}, 0), questions.totals({"summary": summary}, 0))
    st.text(repr(answers))


def opened(parts: list[dict], *, asked: bool, totals: list[dict]) -> AppTest:
    return AppTest.from_function(desk, args=(parts, asked, totals), default_timeout=60).run()


def test_money_in_hidden_rows_is_asked_about_and_unmet_totals_need_a_reason() -> None:
    page = opened([PART], asked=True, totals=[UNMET])
    assert not page.exception
    assert page.text[0].value == "(None, None)"
    assert any("2" in one.value and "1,500" in one.value for one in page.caption)
    assert any("100.00" in one.value and "90.00" in one.value and "10.00" in one.value for one in page.caption)
    page.radio[0].set_value("leave")
    page.checkbox[0].check()
    page.run()
    assert page.text[0].value == "('leave', None)"
    page.text_input[0].set_value("หน่วยงานยืนยัน").run()
    assert page.text[0].value == "('leave', 'หน่วยงานยืนยัน')"


def test_nothing_is_asked_where_there_is_nothing() -> None:
    page = opened([], asked=False, totals=[UNMET | {"met": True}])
    assert page.text[0].value == "('', '')"
    assert opened([PART | {"baht": 0.0}], asked=False, totals=[]).radio[0].value == "take"


def form() -> None:
    import streamlit as st

    from pages.imports import nothing
    from pages.queries import store as queries
    from pages.session import text

    text.read_in("th", None)
    nothing.say(queries.current_scope())
    st.text(st.session_state.get("import_note", ""))


def test_nothing_to_report_is_said_on_the_page_and_stands_as_a_report(tmp_path: Path) -> None:
    """Refused until all is said; then a batch without rows that speaks for the districts and years, with who and why."""
    st.session_state.clear()
    with meeting_store.opened(seeds.copied("empty", tmp_path / seeds.NAME)):
        page = AppTest.from_function(form, default_timeout=60).run()
        assert page.button(key="nothing-do").disabled
        page.selectbox(key="nothing-base").set_value("codi")
        page.selectbox(key="nothing-register").set_value("support")
        page.radio(key="nothing-kind").set_value("districts").run()
        page.multiselect(key="nothing-districts").set_value(["8003"])
        page.text_input(key="nothing-years").set_value("2568")
        page.button(key="nothing-do").click().run()
        assert len(page.error) == 1 and queries.batches(queries.current_scope()).empty  # no reason was given
        page.text_input(key="nothing-why").set_value("หนังสือเลขที่ 7")
        page.button(key="nothing-do").click().run()
        assert not page.error and not page.exception and page.text[0].value
        said = queries.reports(queries.current_scope())
    assert said[["base", "area_code", "fiscal_year"]].values.tolist() == [["codi", "8003", 2025]]
