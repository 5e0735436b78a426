"""What a file speaks for (its rows, districts, the province): asked before storing, changeable afterwards."""

from __future__ import annotations

from typing import Any

import streamlit as st

from loaders.imports import speaks_for
from loaders.imports.speaks_for import DISTRICTS, KINDS, ROWS
from loaders.problems import Refused
from pages.components.names import district_names
from pages.components.records import SPEAKS_KEYS, scope_words
from pages.queries import store as queries
from pages.session import errors, sign_in
from pages.session.scope import Scope
from pages.session.text import flat, problem_text, t

MOST_YEARS = 60


def ask(scope: Scope, proposal: dict[str, Any], key: str) -> dict[str, Any] | None:
    """Ask; answers ``kind``, ``years``, ``districts``, None while districts or needed years are missing or unreadable.

    The default is the rows alone; the districts and years found in the rows only prefill the fields.
    """
    names = district_names(scope)
    kind = st.radio(
        t("speaks_question"),
        KINDS,
        0,
        lambda option: t(SPEAKS_KEYS[option]),
        key=f"speaks-{key}",
        help=t("speaks_help"),
    )
    if kind == ROWS:
        return {"kind": ROWS}
    districts: list[str] = []
    if kind == DISTRICTS:
        named = [code for code in proposal["districts"] if code in names]
        districts = st.multiselect(
            t("speaks_districts_which"),
            list(names),
            named,
            format_func=names.__getitem__,
            key=f"speaks-districts-{key}",
            placeholder="–",
        )
    filled = ", ".join(str(year + speaks_for.BUDDHIST) for year in proposal["years"])
    years = st.text_input(
        t("speaks_years"), filled, max_chars=MOST_YEARS, key=f"speaks-years-{key}", help=t("speaks_years_help")
    )
    try:
        speaks_for.years_of(years)
    except Refused as stop:
        st.warning(flat(problem_text(stop.problem.as_dict())))
        return None
    if kind == DISTRICTS and not districts:
        return None
    return (
        {"kind": kind, "years": years, "districts": districts} if years.strip() or not proposal["needs_years"] else None
    )


def change(scope: Scope, batch: int) -> None:
    """Popover that changes, with a reason, what a stored batch speaks for."""
    statements = queries.scopes(scope).get(batch)
    if not statements:
        return
    with st.popover(t("speaks_change")):
        for statement in statements:
            st.caption(flat(f"{t('register_' + statement['register'])}: {scope_words(scope, statement)}"))
        first = statements[0]
        years = [year for year in first["years"] if year is not None]
        named = [code for code in first["areas"] if len(code) == 4]
        wish = ask(scope, {"districts": named, "years": years, "needs_years": False}, f"batch-{batch}")
        why = st.text_input(t("speaks_why"), max_chars=300, key=f"speaks-why-{batch}").strip()
        if st.button(t("speaks_save"), type="primary", disabled=not (wish and why), key="speaks-save") and wish:
            with errors.refusals_told():
                with queries.writing() as connection:
                    speaks_for.change(connection, batch, speaks_for.read(**wish, reason=why), sign_in.person())
                st.rerun()
