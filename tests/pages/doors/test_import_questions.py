"""The import desk asks before it stores: hidden parts that hold money, totals that are not met."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

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
