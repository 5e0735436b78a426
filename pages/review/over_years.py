"""Records over several fiscal years: a person states the share of each year; until then the first year has all."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo.frames import each_row, known_sum
from loaders import year_shares
from loaders.decisions import year_shares as decided
from pages.components import panels, records
from pages.queries import store as queries
from pages.session import errors, sign_in
from pages.session.scope import Scope
from pages.session.text import baht, flat, safe, t, whole, year

MOST_SHOWN = 500
METHOD_KEYS = {"equal": "over_years_equal", "days": "over_years_days", "stated": "over_years_stated"}


def over_years(scope: Scope) -> None:
    """Table of the records over several years, and the form that shares chosen ones or takes shares back."""
    records = queries.over_years(scope)
    if records.empty:
        return
    open_ = records[records["year_shares"].isna()]
    blanks = {"rows": whole(len(open_)), "baht": baht(known_sum(open_["amount_satang"]))}
    done = t("over_years_all_said", rows=whole(len(records)))
    with st.expander(done if open_.empty else t("over_years_title", **blanks)):
        st.caption(t("over_years_note"))
        _table(scope, records.head(MOST_SHOWN))
        rows = {int(row.id): row for row in each_row(records)}
        chosen = st.multiselect(
            t("over_years_which"),
            list(rows),
            format_func=lambda key: _words(scope, rows[key]),
            key="over-years-which",
            placeholder="–",
        )
        alike = st.checkbox(t("over_years_all", rows=whole(len(open_))), key="over-years-all", disabled=open_.empty)
        picked = [int(key) for key in open_["id"]] if alike else chosen
        if picked:
            _form(picked, [rows[key] for key in picked])


def _table(scope: Scope, spanning: pd.DataFrame) -> None:
    shown = records.support_words(scope, spanning.rename(columns={"id": "support_id"})).assign(
        by=[t("over_years_open") if pd.isna(how) else t(METHOD_KEYS[how]) for how in spanning["year_shares_by"]]
    )
    columns = {"agency": t("column_agency"), "what": t("column_what"), "place": t("column_place"),
               "period": t("column_period"), "amount_satang": t("column_amount"), "by": t("over_years_by"),
               "source": t("column_source")}  # fmt: skip
    panels.table(shown, "over-years", columns, formats={"amount_satang": baht})


def _words(scope: Scope, row: Any) -> str:
    what = "" if pd.isna(row.activity) else str(row.activity)[:50]
    return flat(
        f"{baht(row.amount_satang)} · {records.period_words(row)} · {records.place_words(scope, row.area_code)} · {what}"
    )


def _form(ids: list[int], rows: list[Any]) -> None:
    mark = "-".join(map(str, ids[:4])) + f"-{len(ids)}"
    years = sorted({number for row in rows for number in row.years})
    method = st.radio(
        t("over_years_how"),
        year_shares.METHODS,
        format_func=lambda how: t(METHOD_KEYS[how]),
        horizontal=True,
        key="over-years-by",
    )
    stated = []
    if method == year_shares.STATED:
        with st.container(horizontal=True):
            for number in years:
                value = st.text_input(t("over_years_share", year=year(number)), key=f"over-years-{mark}-{number}")
                stated += [f"{number}={value}"] if value.strip() else []
        st.caption(t("over_years_share_help"))
    elif len(rows) == 1 and not pd.isna(rows[0].amount_satang):
        _preview(rows[0], method)
    reason = st.text_input(t("decision_reason"), max_chars=300, key="over-years-why")
    with st.container(horizontal=True):
        do = st.button(t("over_years_do"), type="primary", key="over-years-do")
        back = st.button(
            t("over_years_back"),
            key="over-years-back",
            disabled=not any(isinstance(row.year_shares, str) for row in rows),
        )
    if do or back:
        _store(ids, method, reason, stated, back=back)


def _preview(row: Any, method: str) -> None:
    if method == year_shares.DAYS:
        weights = year_shares.days_in_years(row.starts_on.date(), row.ends_on.date())
    else:
        weights = dict.fromkeys(row.years, 1)
    parts = year_shares.parts(year_shares.written(weights), int(row.amount_satang))
    lines = (
        f"<li>{safe(year(number))}: <b>{safe(t('split_part', baht=f'{part / 100:,.2f}'))}</b></li>"
        for number, part in parts.items()
    )
    st.html(f"<ul>{''.join(lines)}</ul>")


def _store(ids: list[int], method: str, reason: str, stated: list[str], *, back: bool) -> None:
    sign_in.team_only(queries.viewer())
    person = sign_in.person()
    with errors.refusals_told():
        with queries.writing() as connection:
            if back:
                number = decided.take_back(connection, ids, reason, person)
            else:
                number = decided.share(connection, ids, method, reason, person, stated=stated)
        st.session_state["review_note"] = t("over_years_undone" if back else "over_years_done", rows=whole(number))
        st.rerun()
