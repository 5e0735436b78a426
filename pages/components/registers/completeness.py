"""What the registers hold, beside the list of files: how complete each is."""

from __future__ import annotations

import streamlit as st

from pages.components import panels, records
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import percent, safe, t


def completeness(scope: Scope) -> None:
    """How much of the province every register knows about: reported means that somebody spoke for it, so silence is "none"."""
    table = queries.completeness(scope)
    st.html(f"<b>{safe(t('registers_title'))}</b>")
    shown = table.assign(
        register=[t(f"register_{name}") for name in table["register"]],
        bases=[records.base_words(scope, ",".join(bases)) for bases in table["bases"]],
    )
    columns = {"register": t("sharing_register"), "records": t("column_records"), "reported": t("registers_reported"), "share": t("registers_share"),
               "with_records": t("registers_with_records"), "unplaced": t("not_placed"), "total": t("registers_all"), "bases": t("column_bases_spoke")}  # fmt: skip
    panels.table(shown, "registers", columns, formats={"share": percent})
