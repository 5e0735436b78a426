"""Form for a base that has nothing to report: a batch without rows, for an area and fiscal years."""

from __future__ import annotations

from datetime import date

import streamlit as st

from loaders.imports import speaks_for
from loaders.imports.review import nothing
from loaders.imports.speaks_for import DISTRICTS, KINDS, ROWS, WITHOUT_YEARS
from pages.components import dates, records
from pages.components.names import district_names, offered
from pages.queries import store as queries
from pages.session import errors, sign_in
from pages.session.scope import Scope
from pages.session.text import t


def say(scope: Scope) -> None:
    """Ask for base, register, area, years and reason; the report is stored as a batch and withdrawn like a file."""
    with st.expander(t("nothing_title")):
        st.caption(t("nothing_note"))
        names = offered(records.agency_names(scope), "agency")
        base = st.selectbox(
            t("column_base"), sorted(names, key=names.__getitem__), None, names.__getitem__, key="nothing-base",
            placeholder=t("nothing_choose"),
        )  # fmt: skip
        register = st.selectbox(
            t("sharing_register"),
            nothing.registers(),
            format_func=lambda option: t(f"register_{option}"),
            key="nothing-register",
        )
        kind = st.radio(
            t("nothing_where"), [option for option in KINDS if option != ROWS][::-1], 0, lambda option: t(records.SPEAKS_KEYS[option]),
            key="nothing-kind", horizontal=True,
        )  # fmt: skip
        places, districts = district_names(scope), []
        if kind == DISTRICTS:
            districts = st.multiselect(
                t("speaks_districts_which"), list(places), format_func=places.__getitem__, key="nothing-districts",
                placeholder="–",
            )  # fmt: skip
        years = ""
        if register not in WITHOUT_YEARS:
            years = st.text_input(t("speaks_years"), max_chars=60, key="nothing-years", help=t("speaks_years_help"))
        as_of = dates.day_input(t("nothing_day"), "nothing-day", date.today())
        why = st.text_input(t("nothing_why"), max_chars=300, key="nothing-why")
        if demo := int(queries.batches(scope).query("is_demo and is_active").shape[0]):
            st.warning(t("nothing_demo_goes", number=demo))
        if st.button(t("nothing_do"), type="primary", key="nothing-do", disabled=not base or as_of is None) and base:
            _store(scope, base, register, (kind, years, tuple(districts), why), as_of)


def _store(
    scope: Scope, base: str, register: str, statement: tuple[str, str, tuple[str, ...], str], as_of: date | None
) -> None:
    sign_in.team_only(queries.viewer())
    with errors.refusals_told():
        with queries.writing() as connection:
            number = nothing.state(
                connection, base, register, speaks_for.read(*statement), scope.province, sign_in.person(), as_of
            )
        st.session_state["import_note"] = t("nothing_done", batch=number)
        st.rerun()
