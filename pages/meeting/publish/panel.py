"""Panel of the desk to choose what is published and download it as a zip."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import streamlit as st

from loaders.problems import Refused
from pages.components import panels
from pages.components.names import subdistrict_names
from pages.meeting.board import VIEWS
from pages.session import errors
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
        picked = [scope, number, codes, views, keys]
        if st.button(t("publish_make"), disabled=not (codes or views or keys), key="publish-make"):
            with errors.refusals_told(st.warning):
                facts = make.facts_of(scope.province)
                _known(views, facts["steps"])
                chosen = make.Chosen(tuple(codes), tuple(views), tuple(decided.loc[keys].to_dict("records")))
                st.session_state["_published"] = (picked, zipped(make.files(facts, chosen, date.today())))
        of, made = st.session_state.get("_published", (None, b""))
        if of == picked:
            st.download_button(
                t("publish_get"), made, "kradan-public.zip", "application/zip", key="publish-get", on_click="ignore"
            )


def _known(views: list[str], steps: dict) -> None:
    """Raise ``Refused`` for a view of which the public has nothing, such as a change since no meeting."""
    if unknown := [view for view in views if view not in steps]:
        say = [", ".join(t(f"meeting_view_{view}") for view in part) for part in (unknown, steps)]
        raise Refused("publish_unknown", column=t("publish_findings"), value=say[0], suggestion=say[1])


def zipped(made: dict[str, bytes]) -> bytes:
    """The files as a zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(name, content)
    return target.getvalue()
