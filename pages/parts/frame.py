"""What stands around every view: style, navigation, header with language, mark of invented data."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import streamlit as st

from loaders import settings
from pages.parts import choices, queries
from pages.parts.text import safe, t

ICON = settings.ROOT / "static" / "icon.svg"
VIEWS = {
    "overview": ":material/map:",
    "coverage": ":material/grid_on:",
    "gaps": ":material/report:",
    "overlaps": ":material/layers:",
    "matrix": ":material/apps:",
    "currents": ":material/waves:",
    "agency": ":material/domain:",
    "subdistrict": ":material/location_on:",
    "meeting": ":material/slideshow:",
    "sources": ":material/source:",
}


def style() -> None:
    """Our few rules on top of Streamlit's theme."""
    st.html(settings.ROOT / "static" / "app.css")


def _run(name: str) -> Callable[[], None]:
    """Views are loaded when first opened, so that one of them cannot keep the others from starting."""

    def run() -> None:
        importlib.import_module(f"pages.views.{name}").view()

    run.__name__ = name
    return run


def views() -> dict[str, st.Page]:
    """Every view by name. The bare address shows the overview too, so that ``/`` and ``/overview`` are both links."""
    start = st.Page(_run("overview"), title=t("view_overview"), url_path="start", default=True, visibility="hidden")
    named = {name: st.Page(_run(name), title=t(f"view_{name}"), icon=icon, url_path=name) for name, icon in VIEWS.items()}
    return {"start": start} | named


def header(words: str) -> None:
    """Whose board this is, the mark of invented data, the language switch: one line."""
    left, right = st.columns([6, 1], vertical_alignment="center")
    with left:
        mark = demo_mark(queries.version())
        st.html(f'<p class="kradan-board"><span>{safe(words)}</span>{mark}</p>')
    with right:
        choices.choose_language()


def demo_mark(version: str) -> str:
    """Invented data say so on every page until real data are loaded."""
    active = queries.batches(version).query("is_active")
    if not len(active) or not bool(active["is_demo"].any()):
        return ""
    return f'<span class="kradan-demo" role="note"><b>{safe(t("demo"))}</b> {safe(t("demo_long"))}</span>'
