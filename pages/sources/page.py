"""Sources of all data: files with their account, completeness of registers, quarantined rows, boundaries in use."""

import streamlit as st

from geo.frames import each_row
from loaders.boundaries import find as boundaries
from loaders.imports.review import nothing
from pages.components import panels, records
from pages.queries import map_files as geometry
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import baht, day, flat, percent, safe, t, whole


def view(scope: Scope) -> None:
    """Draw the page; without any batch only the boundaries."""
    batches = queries.batches(scope)
    active = batches[batches["is_active"].astype(bool) & batches["layouts"].ne(nothing.LAYOUT)]
    panels.title(
        t(
            "finding_sources" if len(active) else "finding_no_file",
            files=len(active),
            rows=whole(active["rows_loaded"].sum()),
        ),
        t("data_version", version=scope.version),
    )
    if batches.empty:
        panels.empty("nothing_loaded")
    else:
        _files(scope, batches)
        _completeness(scope)
        _waiting(scope)
    _boundaries(scope)


def _files(scope: Scope, batches) -> None:  # noqa: ANN001 - frame
    names = records.agency_names(scope)
    shown = batches.assign(
        base=[names.get(base, base) for base in batches["base"]],
        state=[t("state_active") if active else t("state_withdrawn") for active in batches["is_active"]],
        when=batches["loaded_at"],
        demo=[t("demo") if demo else "" for demo in batches["is_demo"]],
        speaks_for=[_speaks_for(scope, int(batch)) for batch in batches["id"]],
    )
    columns = {"id": t("column_batch"), "base": t("column_base"), "file_name": t("column_file"),
               "when": t("column_loaded_at"), "state": t("column_state"), "rows_in": t("column_rows_in"),
               "rows_loaded": t("column_rows_loaded"), "rows_quarantined": t("column_rows_quarantined"),
               "rows_excluded": t("column_rows_excluded"), "satang_in": t("column_baht_in"),
               "satang_loaded": t("column_baht_loaded"), "speaks_for": t("column_speaks_for"), "demo": t("column_demo")}  # fmt: skip
    panels.table(
        shown, "files", columns, height=620, formats={"satang_in": _money, "satang_loaded": _money, "when": day}
    )


def _speaks_for(scope: Scope, batch: int) -> str:
    scopes = queries.scopes(scope).get(batch, [])
    return " / ".join(dict.fromkeys(records.scope_words(scope, batch_scope) for batch_scope in scopes))


def _money(satang: object) -> str:
    """Baht of a file or row; "" without a readable amount, which is not zero baht."""
    return baht(satang) if satang else ""


def _completeness(scope: Scope) -> None:
    """Per register the share of the province that is reported; there, a missing record means none."""
    table = queries.completeness(scope)
    st.html(f"<b>{safe(t('registers_title'))}</b>")
    shown = table.assign(
        register=[t(f"register_{name}") for name in table["register"]],
        bases=[records.base_words(scope, ",".join(bases)) for bases in table["bases"]],
    )
    columns = {"register": t("sharing_register"), "records": t("column_records"), "reported": t("registers_reported"), "share": t("registers_share"),
               "with_records": t("registers_with_records"), "unplaced": t("not_placed"), "total": t("registers_all"), "bases": t("column_bases_spoke")}  # fmt: skip
    panels.table(shown, "registers", columns, formats={"share": percent})


def _waiting(scope: Scope) -> None:
    waiting = queries.quarantined(scope)
    if waiting.empty and not scope.viewer.is_team:
        return  # others have no row of the quarantine: that none is here says nothing
    st.html(f"<b>{safe(t('waiting', rows=len(waiting)))}</b>")
    if waiting.empty:
        return
    blank = dict.fromkeys(("value", "row", "column", "sheet", "suggestion"), "…")
    offered = [
        [records.place_words(scope, code) for code in str(text or "").split("|") if code.isdigit()]
        for text in waiting["candidates"]
    ]
    shown = waiting.assign(
        why=[
            t(
                f"problem_{row.problem}",
                **(blank | {"value": row.value or "", "row": row.row, "suggestion": (places or ["…"])[0]}),
            )
            for row, places in zip(each_row(waiting), offered, strict=True)
        ],
        candidates=[", ".join(places) for places in offered],
    )
    columns = {"file_name": t("column_file"), "sheet": t("column_sheet"), "row": t("column_row"),
               "value": t("column_written"), "why": t("column_why"), "candidates": t("column_candidates"),
               "satang": t("column_amount")}  # fmt: skip
    panels.table(shown, "waiting", columns, formats={"satang": _money})


def _boundaries(scope: Scope) -> None:
    prepared = geometry.current(scope.province)
    st.html(
        f"<b>{safe(t('boundaries_in_use'))}</b> {safe(prepared['file'] or t(geometry.NAMES[prepared['kind']]))} · {safe(prepared['credit'])}"
    )
    if prepared["kind"] == "schematic":
        st.info(t("province_no_file", folder=str(boundaries.boundary_folder())))
    for problem in geometry.problems(scope.province):
        blanks = {name: getattr(problem, name) or "" for name in ("value", "row", "column", "sheet", "suggestion")}
        st.warning(flat(t(f"problem_{problem.code}", **blanks)))
