"""Panels of the sharing page: data sets, openness, roles, retention of people's data, audit trail."""

from __future__ import annotations

import streamlit as st

from geo.frames import each_row
from loaders import store
from loaders.decisions.openness import by_month
from loaders.store import backup, tables, users
from loaders.store.privacy import LEVELS, ROLES
from pages.components import panels, records
from pages.components.names import offered
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.session import sign_in
from pages.session.scope import Scope
from pages.session.text import coded, day, flat, safe, t, whole

ROLE_KEYS = {"public": "role_public", "partner": "role_partner", "data": "role_data", "admin": "role_admin"}
LEVEL_KEYS = {"public": "share_public", "partners": "share_partners", "private": "share_private"}


def data_sets(scope: Scope) -> None:
    """Every data set (a register of one base) with its sharing level, and a form to change it."""
    with queries.reading() as connection:
        sharing = store.read_sharing(connection)
    names = records.agency_names(scope)
    present = queries.data_sets(scope)
    level = [
        sharing.get((row.register, row.base), sharing.get((row.register, "*"), LEVELS[0])) for row in each_row(present)
    ]
    shown = present.assign(
        base_name=[names.get(base, base) for base in present["base"]],
        register_name=[t(f"register_{register}") for register in present["register"]],
        level=[t(LEVEL_KEYS[code]) for code in level],
    )
    columns = {"base_name": t("column_base"), "register_name": t("sharing_register"), "level": t("sharing_level")}
    panels.table(shown, "sharing", columns)
    if present.empty:
        return
    with st.form("share", border=True):
        options = list(present.itertuples(index=False, name=None))
        chosen = st.selectbox(
            t("sharing_sets"),
            options,
            format_func=lambda code: f"{names.get(code[0], code[0])} · {t('register_' + code[1])}",
        )
        level_chosen = st.radio(
            t("sharing_level"), LEVELS, format_func=lambda code: t(LEVEL_KEYS[code]), horizontal=True
        )
        if st.form_submit_button(t("sharing_save")):
            with queries.writing() as connection:
                users.share(connection, chosen[1], chosen[0], level_chosen, sign_in.person())
            st.rerun()


def openness(scope: Scope) -> None:
    """Public data sets, since when, and by month; bases that have or owe data and have none public."""
    sets, steps = register_queries.openness(scope)
    names = records.agency_names(scope)
    is_open = sets["level"].eq(LEVELS[0])
    dues = queries.dues(scope)
    owing = set(dues.loc[dues["is_asked"], "base"])
    closed = sorted((owing | set(sets["base"])) - set(sets.loc[is_open, "base"]))
    finding = t("openness_finding", open=whole(int(is_open.sum())), all=whole(len(sets)), bases=whole(sets.loc[is_open, "base"].nunique()))  # fmt: skip
    st.html(f"<b>{safe(finding if len(sets) else t('openness_none'))}</b>")
    bases = ", ".join(names.get(base, base) for base in closed)
    if closed or len(sets):
        st.caption(flat(t("openness_closed", bases=bases) if closed else t("openness_none_closed")))
    shown = sets.assign(
        base_name=[names.get(base, base) for base in sets["base"]],
        register_name=[t(f"register_{register}") for register in sets["register"]],
        level_words=[t(LEVEL_KEYS[level]) for level in sets["level"]],
    )
    columns = {"base_name": t("column_base"), "register_name": t("sharing_register"), "level_words": t("sharing_level"),
               "since": t("openness_since"), "loaded_at": t("column_loaded_at"), "changes": t("openness_changes")}  # fmt: skip
    panels.table(shown, "openness", columns, formats={"since": day, "loaded_at": day})
    months = by_month(steps)
    heads = {"month": t("openness_month")} | {level: t(LEVEL_KEYS[level]) for level in LEVELS}
    panels.table(months, "openness-months", heads, 260)


def roles(scope: Scope) -> None:
    """Accounts with their role, and a form to grant or revoke one."""
    with queries.reading() as connection:
        accounts = store.read_table(connection, tables.user_role, viewer=queries.viewer())
    current = accounts[accounts["revoked_at"].isna()] if len(accounts) else accounts
    agencies = records.agency_names(scope)
    if len(current):
        shown = current.assign(
            role=[t(ROLE_KEYS[role]) for role in current["role"]],
            agency=[agencies.get(code, "") for code in current["agency_code"]],
        )
        panels.table(
            shown, "roles", {"subject": t("sharing_account"), "role": t("sharing_role"), "agency": t("column_agency")}
        )
    if not sign_in.has_sign_in():
        st.caption(t("single_user"))
    with st.form("grant", border=True):
        subject = st.text_input(t("sharing_account"), max_chars=200).strip()
        role = st.selectbox(t("sharing_role"), ROLES, format_func=lambda name: t(ROLE_KEYS[name]))
        agency = st.selectbox(
            t("column_agency"), [None, *offered(agencies, "agency")], format_func=lambda code: agencies.get(code, "–")
        )
        give, take = st.columns(2)
        granted, taken = give.form_submit_button(t("sharing_grant")), take.form_submit_button(t("sharing_revoke"))
    if granted and subject and (role != "partner" or agency):
        with queries.writing() as connection:
            users.grant(connection, subject, role, sign_in.person(), agency if role == "partner" else None)
        st.rerun()
    if taken and subject:
        with queries.writing() as connection:
            is_taken = users.revoke(connection, subject, sign_in.person())
        if is_taken:
            st.rerun()
        st.warning(flat(t("sharing_no_account", value=subject)))
    elif granted or taken:
        st.warning(t("sharing_incomplete"))


def people(scope: Scope) -> None:
    """Retention of names and telephone numbers: how many are past their date, and the button that erases those."""
    with queries.reading() as connection:
        due = users.due_people(connection)
    panels.figures(
        [
            (t("people_kept"), whole(due["kept"])),
            (t("people_over"), whole(due["over"])),
            (t("people_next"), day(due["next"]) or "–"),
        ]
    )
    st.markdown(t("people_rule", years=store.retention_years()))
    still = backup.held(queries.engine())
    if still["number"]:
        st.markdown(t("people_backups", number=whole(still["number"]), until=day(still["until"])))
    if st.button(t("people_forget"), key="forget", disabled=not due["over"]):
        sign_in.team_only(queries.viewer())
        done = users.forget(queries.engine(), sign_in.person())
        st.session_state["_forgotten"] = done
        st.rerun()
    if done := st.session_state.pop("_forgotten", None):
        st.success(t("people_forgotten", rows=done["rows"], files=done["files"]))
    rows = queries.register(scope, "role_holder")
    named = rows[rows[["person", "phone"]].notna().any(axis=1)].sort_values("retain_until")
    shown = named.assign(
        role=[coded("role_", role) for role in named["role"]],
        place=[records.place_words(scope, code) for code in named["area_code"]],
        source=[records.source_words(row) for row in each_row(named)],
    )
    columns = {
        "role": t("sharing_role"),
        "place": t("column_place"),
        "retain_until": t("people_until"),
        "source": t("column_source"),
    }
    panels.table(shown, "people", columns, formats={"retain_until": day})


def audit(scope: Scope) -> None:
    """Audit trail, newest first."""
    with queries.reading() as connection:
        rows = store.read_table(connection, tables.audit, viewer=queries.viewer())
    files = {row.id: row.file_name for row in each_row(queries.all_batches(scope))}
    rows = rows.sort_values("id", ascending=False)
    shown = rows.assign(
        action=[coded("audit_", action) for action in rows["action"]],
        file=[files.get(batch, "") for batch in rows["batch_id"]],
    )
    columns = {
        "at": t("audit_at"),
        "who": t("audit_who"),
        "action": t("audit_action"),
        "file": t("column_file"),
        "detail": t("audit_detail"),
    }
    panels.table(shown, "audit", columns, height=720)
