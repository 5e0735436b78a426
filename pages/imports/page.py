"""Import an agency's file: read, preview, correct, store; stored batches, empty reports and templates."""

import streamlit as st

from loaders.imports.review import nothing
from pages.components import panels
from pages.imports import batches as import_batches
from pages.imports import jobs as import_jobs
from pages.imports import nothing as import_nothing
from pages.imports import preview as import_preview
from pages.imports import result as import_result
from pages.queries import store as queries
from pages.session import uploads as incoming
from pages.session.scope import Scope
from pages.session.text import t, whole
from pages.words import panels as word_panels


def view(scope: Scope) -> None:
    """The import page: upload, progress or result, stored batches, empty reports, templates."""
    batches = queries.batches(scope)
    active = batches[batches["is_active"].astype(bool) & batches["layouts"].ne(nothing.LAYOUT)]
    panels.title(
        t("finding_imports" if len(active) else "finding_no_file", files=len(active), waiting=whole(active["rows_quarantined"].sum())), t("note_imports")
    )  # fmt: skip
    base = _upload(scope)
    if note := st.session_state.pop("import_note", None):
        st.info(note)
    result = st.session_state.get("import_result")
    if not import_preview.running() and result:
        import_result.job_result(scope, result, base)
    import_batches.batches(scope)
    import_nothing.say(scope)
    import_batches.blank_forms()


def _upload(scope: Scope) -> str | None:
    entries = queries.word_list("agency")
    names = {
        entry["code"]: word_panels.label(entry)
        for entry in entries
        if not entry["merged_into"] and not entry["is_retired"]
    }
    bases = ["", *sorted(names, key=names.__getitem__)]
    if (made := st.session_state.pop("new-base-made", None)) in names:
        st.session_state["import-base"] = made
    with st.container(horizontal=True, vertical_alignment="bottom"):
        base = st.selectbox(
            t("whose_file"), bases, format_func=lambda code: names.get(code, t("as_recognised")), key="import-base"
        )
        with st.popover(t("new_agency")):
            word_panels.new_entry("agency", entries, "new-base")
    # No st.form: it can be submitted while uploads are still in progress, and is then sent without them.
    sent = st.session_state.setdefault("uploads_sent", 0)
    st.html(import_preview.box_words())
    incoming.expect()
    uploads = st.file_uploader(t("choose_files"), accept_multiple_files=True, key=f"uploads-{sent}")
    is_ready = bool(uploads) and not import_jobs.is_running()
    if st.button(t("read_files"), type="primary", disabled=not is_ready, key="read-files") and is_ready:
        files = import_jobs.keep_uploads(uploads)
        st.session_state["uploads_sent"] = sent + 1  # a new widget key empties the uploader
        for name in ("import_result", "import_answers"):
            st.session_state.pop(name, None)
        import_jobs.start([file | {"base": base or None} for file in files])
        st.rerun()
    return base or None
