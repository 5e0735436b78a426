"""Expected reports of a fiscal year and who is late; forms to add, postpone or retire one, or all by a workbook."""

from __future__ import annotations

import io
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import streamlit as st

from geo.frames import each_row
from loaders import tracker as due_dates
from loaders.decisions import dues
from loaders.exchange import due_sheet
from loaders.problems import Refused
from loaders.store import tables
from pages.components import dates, panels, records
from pages.components.names import district_names, offered, theme_names
from pages.queries import store as queries
from pages.session import errors, sign_in
from pages.session.scope import Scope
from pages.session.text import day, flat, problem_text, safe, t, year

STATE_KEYS = {
    "reported": "tracker_reported",
    "reported_late": "tracker_reported_late",
    "waiting": "tracker_waiting",
    "late": "tracker_late",
    "not_asked": "tracker_not_asked",
}
DAYS = 45  # default number of days after the end of the fiscal year


def view(scope: Scope) -> None:
    """Expected reports of a fiscal year with their state, and the forms that change them."""
    listed_years = sorted({*queries.years(scope), date.today().year - (date.today().month < 10)}, reverse=True)
    usual = queries.usual_year(scope)
    of = st.selectbox(
        t("filter_fiscal_year_due"),
        listed_years,
        listed_years.index(usual) if usual in listed_years else 0,
        format_func=year,
        key="due-year",
    )
    with queries.reading() as connection:
        table = due_dates.tracker(
            connection, viewer=queries.viewer(), province=scope.province, fiscal_year=of, by_district=False
        )
    if table.empty:
        panels.empty("tracker_none")
    else:
        _table(scope, table)
    left, right = st.columns(2)
    with left:
        _ask(scope, of)
    with right:
        _change(scope, table)
        _sheet(scope)


def _table(scope: Scope, table: pd.DataFrame) -> None:
    counts = table["state"].value_counts()
    panels.figures([(t(key), f"{int(counts.get(state, 0)):,}") for state, key in STATE_KEYS.items()])
    shown = table.sort_values(["days_late", "due_on"], ascending=[False, True])
    shown = shown.assign(
        base=[records.base_words(scope, base) for base in shown["base"]],
        register=[t(f"register_{register}") for register in shown["register"]],
        area=[records.place_words(scope, code) for code in shown["area_code"]],
        reported=shown["reported_on"],
        rows=shown["rows_on"],
        state=[t(STATE_KEYS[state]) for state in shown["state"]],
    )
    columns = {"base": t("column_base"), "register": t("sharing_register"), "area": t("column_place"),
               "due_on": t("tracker_due"), "state": t("tracker_state"), "days_late": t("tracker_days_late"),
               "reported": t("tracker_reported_on"), "rows": t("tracker_rows_on")}  # fmt: skip
    panels.table(shown, "tracker", columns, formats=dict.fromkeys(("due_on", "reported", "rows"), day))


def _ask(scope: Scope, of: int) -> None:
    """Form that adds an expected report: base, register, area, year, due day, and the themes that it concerns."""
    names, themes = offered(records.agency_names(scope), "agency"), offered(theme_names(), "theme")
    districts = district_names(scope)
    with st.form("due", border=True):
        st.html(f"<b>{safe(t('tracker_set'))}</b>")
        base = st.selectbox(
            t("column_base"),
            sorted(names, key=names.__getitem__),
            None,
            names.__getitem__,
            placeholder=t("nothing_choose"),
        )
        register = st.selectbox(
            t("sharing_register"), list(tables.REGISTERS), format_func=lambda name: t(f"register_{name}")
        )
        district = st.selectbox(
            t("column_district"), [None, *districts], format_func=lambda code: districts.get(code, t("all_districts"))
        )
        every = t("every_fiscal_year")
        when = st.selectbox(
            t("filter_fiscal_year_due"), [None, of], format_func=lambda name: every if name is None else year(name)
        )
        days = st.number_input(t("tracker_days_after"), 0, 730, DAYS)
        functions = st.multiselect(
            t("tracker_functions"),
            list(themes),
            format_func=themes.__getitem__,
            help=t("tracker_functions_help"),
            placeholder="–",
        )
        if st.form_submit_button(t("tracker_set")) and base:
            words = {"functions": functions} if functions else {}
            with queries.writing() as connection:
                area = district or scope.province
                dues.set_due(
                    connection,
                    base,
                    register,
                    sign_in.person(),
                    area_code=area,
                    fiscal_year=when,
                    due_days=int(days),
                    bears_on=words,
                )
            st.rerun()


def _change(scope: Scope, table: pd.DataFrame) -> None:
    """Form that changes the due day of an expected report or retires it, with a reason."""
    rows = {int(row.due_id): row for row in each_row(table)}
    if not rows:
        return

    def words(key: int) -> str:
        row = rows[key]
        parts = (
            records.base_words(scope, row.base),
            t(f"register_{row.register}"),
            records.place_words(scope, row.area_code),
            day(row.due_on),
        )
        return " · ".join(filter(None, parts))

    with st.form("due-change", border=True):
        st.html(f"<b>{safe(t('tracker_change'))}</b>")
        key = st.selectbox(t("tracker_which"), list(rows), format_func=words)
        due_on = dates.day_input(t("tracker_due"), "due-wanted", date.today() + timedelta(days=30))
        why = st.text_input(t("speaks_why"), max_chars=300)
        move, drop = st.columns(2)
        moved, dropped = move.form_submit_button(t("tracker_move")), drop.form_submit_button(t("tracker_retire"))
    if key is not None and (dropped or (moved and due_on is not None)):
        with errors.refusals_told():
            with queries.writing() as connection:
                if dropped:
                    dues.retire(connection, key, sign_in.person(), why)
                elif due_on is not None:
                    dues.move_year(connection, key, _year_of(rows[key]), due_on, sign_in.person(), why)
            st.rerun()


def _year_of(row) -> int | None:  # noqa: ANN001 - a row of the tracker
    return None if pd.isna(row.fiscal_year) else int(row.fiscal_year)


def _sheet(scope: Scope) -> None:
    """Download of all expected reports as a workbook, and upload of a changed one."""
    with st.container(border=True):
        st.html(f"<b>{safe(t('due_sheet_title'))}</b>")
        st.caption(t("due_sheet_help"))
        st.download_button(
            t("due_sheet_get"),
            lambda: _workbook(scope),
            due_sheet.words()["file"],
            key="due-sheet-get",
            on_click="ignore",
        )
        sent = st.session_state.setdefault("due_sheets_sent", 0)
        upload = st.file_uploader(t("due_sheet_put"), key=f"due-sheet-{sent}")
        if note := st.session_state.pop("due_sheet_note", None):
            st.success(note)
        if upload is None or not st.button(t("due_sheet_store"), type="primary", key="due-sheet-store"):
            return
        with tempfile.TemporaryDirectory() as room:
            path = Path(room) / "sheet.xlsx"
            path.write_bytes(upload.getbuffer())
            try:
                with queries.writing() as connection:
                    done = due_sheet.load(connection, path, scope.province, sign_in.person())
            except due_sheet.SheetRefused as stop:
                for problem in stop.problems[:10]:
                    st.error(flat(problem_text(problem.as_dict())))
                return
            except Refused as stop:
                st.error(flat(problem_text(stop.problem.as_dict())))
                return
        st.session_state["due_sheets_sent"] = sent + 1
        st.session_state["due_sheet_note"] = t("due_sheet_done", **done)
        st.rerun()


def _workbook(scope: Scope) -> bytes:
    target = io.BytesIO()
    with queries.reading() as connection:
        due_sheet.write(connection, target, scope.province, viewer=queries.viewer())
    return target.getvalue()
