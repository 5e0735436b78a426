"""Batches on the import page: withdraw one, put it back, make the give-back file of it; blank templates."""

from __future__ import annotations

import io
import json
from pathlib import Path

import streamlit as st

from geo.frames import each_row
from loaders.imports import editions
from loaders.imports.review import nothing
from loaders.layouts import templates
from pages.components import records
from pages.imports import jobs as import_jobs
from pages.imports import speaks_for as import_scope
from pages.queries import store as queries
from pages.session import errors, sign_in
from pages.session.scope import Scope
from pages.session.text import baht, day, flat, problem_text, safe, t, whole


def batches(scope: Scope) -> None:
    """Choose a batch; withdraw it, put it back, change what it speaks for, or make its give-back file."""
    stored = queries.batches(scope)
    if stored.empty:
        return
    st.html(f"<b>{safe(t('batches_title'))}</b>")
    names = records.agency_names(scope)
    rows = {int(row.id): row for row in each_row(stored)}

    def words(number: int) -> str:
        row = rows[number]
        state = t("state_active") if row.is_active else t("state_withdrawn")
        return f"{number} · {names.get(row.base, row.base)} · {row.file_name} · {whole(row.rows_loaded)} {t('records')} · {day(row.loaded_at)} · {state}"

    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(t("column_batch"), list(rows), format_func=words, key="batch")
        active = bool(rows[chosen].is_active)
        if st.button(t("withdraw") if active else t("put_back"), key="toggle-batch"):
            _toggle(chosen, not active)
        if st.button(
            t("make_give_back"),
            key="give-back",
            help=t("give_back_help"),
            disabled=import_jobs.is_running() or rows[chosen].layouts == nothing.LAYOUT,
        ):
            target = import_jobs.folder() / "back"
            target.mkdir(exist_ok=True)
            import_jobs.start(
                [{"path": str(target / f"{Path(rows[chosen].file_name).stem}.xlsx"), "batch": chosen}], give_back=True
            )
            st.rerun()
        import_scope.change(scope, chosen)
    if active:
        _tell_of_totals(rows[chosen].summary)
        _warn_of_resting(scope, chosen)
    _delete_demo(scope)


def _toggle(batch: int, active: bool) -> None:
    with errors.refusals_told():
        with queries.writing() as connection:
            done = editions.switch(connection, batch, active, sign_in.person())
        for key, others in (("edition_came_back", done.restored), ("edition_went", done.withdrawn)):
            if others:
                problem = {"code": key, "value": ", ".join(map(str, others)), "suggestion": str(batch)}
                st.session_state["import_note"] = flat(problem_text(problem))
        st.rerun()


def _delete_demo(scope: Scope) -> None:
    """Delete invented data for good, in use or withdrawn; needs a tick before the button."""
    stored = queries.all_batches(scope)
    number = int(stored["is_demo"].astype(bool).sum())
    if not number:
        return
    with st.popover(t("delete_demo"), help=t("delete_demo_help")):
        st.caption(t("delete_demo_help"))
        sure = st.checkbox(t("delete_demo_sure", count=whole(number)), key="delete-demo-sure")
        if st.button(t("delete_demo"), type="primary", disabled=not sure, key="delete-demo"):
            queries.delete_demo(sign_in.person())
            st.session_state["import_note"] = t("demo_deleted", count=whole(number))
            st.rerun()


def _tell_of_totals(summary: str) -> None:
    """Control totals that were not met when the file was stored, by whatever way it came, and who accepted that."""
    stored = json.loads(summary or "{}")
    unmet = [total for total in stored.get("control_totals", ()) if not total["met"]]
    if accepted := stored.get("totals_accepted"):
        blanks = {"who": accepted["who"], "why": accepted["why"], "number": whole(accepted["totals"])}
        st.caption(flat(t("totals_unmet_accepted", **blanks)))
    elif unmet:
        st.warning(t("totals_unmet_in_batch", number=whole(len(unmet))))


def _warn_of_resting(scope: Scope, batch: int) -> None:
    """Warn of lines that other files left out because this batch has them: withdrawing it takes them off the board."""
    for resting in queries.resting_on(scope, batch):
        blanks = {
            "file": resting["file"],
            "batch": resting["batch"],
            "rows": whole(resting["rows"]),
            "baht": baht(round(resting["baht"] * 100)),
        }
        st.warning(flat(t("rests_on_batch", **blanks)))


def given_back(answer: dict) -> None:
    """Download of the finished give-back file, with what it could not keep of the agency's file."""
    file = Path(answer["file"])
    if lost := answer.get("not_kept"):
        st.caption(f"{t('give_back_lost_title')} {' · '.join(t(f'give_back_lost_{code}') for code in lost)}")
    if file.is_file():
        st.download_button(
            t("get_give_back", file=flat(file.name)), file.read_bytes, file.name, key="get-give-back", on_click="ignore"
        )


def blank_forms() -> None:
    """Downloads of template workbooks, for a base without a sheet of its own."""
    with st.expander(t("templates_title")), st.container(horizontal=True):
        for register in templates.registers():
            st.download_button(
                t(f"register_{register}"),
                lambda register=register: _template(register),
                templates.file_name(register),
                key=f"form-{register}",
                on_click="ignore",
            )


def _template(register: str) -> bytes:
    target = io.BytesIO()
    templates.write_template(register, target)
    return target.getvalue()
