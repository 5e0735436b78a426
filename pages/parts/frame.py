"""What stands around every view: style, navigation, header with language, mark of invented data."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from loaders import settings
from loaders.store import StoreUnavailable
from pages.parts import apart, choices, guard, nation_parts, queries, toasts, warm, who
from pages.parts.text import safe, t

CAPITAL = "10"
ICON = settings.ROOT / "static" / "icon.svg"
# Section of the menu -> its views. What stands under "" is always in sight; TEAM_VIEWS are for the data team only.
SECTIONS = {
    "": {
        "overview": ":material/map:",
        "coverage": ":material/grid_on:",
        "gaps": ":material/report:",
        "overlaps": ":material/layers:",
        "subdistrict": ":material/location_on:",
        "meeting": ":material/slideshow:",
    },
    "menu_analysis": {
        "matrix": ":material/apps:",
        "currents": ":material/waves:",
        "agency": ":material/domain:",
    },
    "menu_decide": {
        "ranking": ":material/leaderboard:",
        "strengthening": ":material/groups:",
        "welfare": ":material/savings:",
        "selection": ":material/checklist:",
    },
    "menu_data": {
        "imports": ":material/upload_file:",
        "review": ":material/rule:",
        "sources": ":material/source:",
        "areas": ":material/history:",
        "sharing": ":material/lock:",
    },
}
VIEWS = {name: icon for views in SECTIONS.values() for name, icon in views.items()}
TEAM_VIEWS = {"meeting", "strengthening", "imports", "review", "sharing"}


def style() -> None:
    """Our few rules on top of Streamlit's theme."""
    st.html(settings.ROOT / "static" / "app.css")


def _run(name: str, page: str | None = None) -> Callable[[], None]:
    """Views are loaded when first opened, so that one of them cannot keep the others from starting.

    A view is a fragment: a choice inside it runs and sends the view alone, not the menu and the header around it
    (measured: half the bytes of a change). When the data change meanwhile, everything is run again.
    """

    def run() -> None:
        choices.keep_frame(page or name)
        drawn_for = queries.version()

        @st.fragment(key=apart.VIEW)
        def view() -> None:
            with guard.calm():
                choices.begin()
                if queries.version() != drawn_for:
                    choices.draw_anew()
                importlib.import_module(f"pages.views.{name}").view()
            choices.write_address()

        view()

    run.__name__ = name
    return run


def views() -> dict[str, st.Page]:
    """Every view this person may open, by name; the bare address shows the overview too: ``/`` and ``/overview`` are links."""
    start = st.Page(
        _run("overview", "start"), title=t("view_overview"), url_path="start", default=True, visibility="hidden"
    )
    nation = st.Page(_run("nation"), title=t("view_nation"), url_path="nation", visibility="hidden")
    open_to = [name for name in VIEWS if name not in TEAM_VIEWS or is_team()]
    return {"start": start, "nation": nation} | {
        name: st.Page(_run(name), title=t(f"view_{name}"), icon=VIEWS[name], url_path=name) for name in open_to
    }


def is_team() -> bool:
    """Whether this person is of the data team; when the store does not answer, nobody signed in is."""
    try:
        return not who.has_sign_in() or queries.viewer().is_team
    except (StoreUnavailable, SQLAlchemyError):
        return False


def menu(pages: dict[str, st.Page]) -> dict[str, list[st.Page]]:
    """The views in the sections of the menu."""
    sections = {key and t(key): [pages[name] for name in names if name in pages] for key, names in SECTIONS.items()}
    sections[""][:0] = [pages["start"], pages["nation"]]
    return {words: listed for words, listed in sections.items() if listed}


def header(words: str) -> None:
    """Whose board this is, the mark of invented data, the language switch: one line."""
    version = queries.version()
    warm.start(version)
    toasts.show()
    with st.container(horizontal=True, vertical_alignment="center", key="frame"):
        st.html(f'<p class="kradan-board"><span>{safe(words)}</span>{demo_mark(version)}</p>')
        nation_parts.chooser(version)
        choices.choose_language()
        if who.has_sign_in():
            who.panel()


def board_words() -> str:
    """Whose board this is; the capital is no province."""
    key = "board_of_capital" if settings.province() == CAPITAL else "board_of"
    return t(key, province=choices.province_name())


def demo_mark(version: str) -> str:
    """Invented data say so on every page until real data are loaded."""
    if not queries.has_demo(version):
        return ""
    return f'<span class="kradan-demo" role="note"><b>{safe(t("demo"))}</b> {safe(t("demo_long"))}</span>'
