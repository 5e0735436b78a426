"""Panel of the desk to choose what is published and download it as a zip."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import streamlit as st

from pages.components import panels
from pages.components.names import subdistrict_names
from pages.meeting.board import VIEWS
from pages.session.scope import Scope
from pages.session.text import flat, t


def panel(scope: Scope, number: int | None) -> None:
    """Folded until opened; the files are made on demand."""
    if (fold := panels.unfolded("publish", t("publish_title"))) is None:
        return
    from pages.meeting.publish import make  # slow import (drawing libraries), needed only here

    with fold:
        st.caption(t("publish_note"))
        names = subdistrict_names(scope)
        decided = make.decided(scope, number).set_index("id", drop=False)
        codes = st.multiselect(
            t("publish_subdistricts"), list(names), format_func=lambda code: flat(names[code]), key="publish-places"
        )
        views = st.multiselect(
            t("publish_findings"), list(VIEWS), format_func=lambda view: t(f"meeting_view_{view}"), key="publish-views"
        )
        keys = st.multiselect(
            t("publish_decisions"),
            list(decided.index),
            format_func=lambda key: flat(decided.loc[key, "what"]),
            key="publish-decided",
        )
        if st.button(t("publish_make"), disabled=not (codes or views or keys), key="publish-make"):
            chosen = make.Chosen(tuple(codes), tuple(views), tuple(decided.loc[keys].to_dict("records")))
            st.session_state["_published"] = zipped(make.files(make.facts_of(scope.province), chosen, date.today()))
        if made := st.session_state.get("_published"):
            st.download_button(
                t("publish_get"), made, "kradan-public.zip", "application/zip", key="publish-get", on_click="ignore"
            )


def zipped(made: dict[str, bytes]) -> bytes:
    """The files as a zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(name, content)
    return target.getvalue()
