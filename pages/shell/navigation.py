"""The frame around every view: style, menu, header with language, mark of demo data."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from datetime import timedelta

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from loaders import settings
from loaders.words import CAPITAL
from pages.components import filters as choices
from pages.components.names import province_name
from pages.components.panels import LOOKED_FOR
from pages.nation import panels as nation_panels
from pages.queries import store as queries
from pages.session import errors, fragments, insides, notices, sign_in, url_state
from pages.session.scope import Scope
from pages.session.text import language, safe, t
from pages.shell import precompute

ICON = settings.ROOT / "static" / "icon.svg"
# Always shown, a start for each kind of person; TEAM_VIEWS are for the data team only.
DOORS = ("overview", "meeting", "agency", "help_needed")
# In the folded menu: a person's question -> the views that answer it, then the data views of the team.
ASKED = {
    "ask_who": ("coverage", "matrix", "subdistrict", "registers"),
    "ask_where_not": ("gaps",),
    "ask_twice": ("overlaps", "currents"),
    "ask_weak": ("ranking", "strengthening"),
    "ask_decide": ("loop", "rudder", "selection", "welfare"),
}
DATA = ("imports", "review", "sources", "words", "areas", "sharing")
VIEWS = [*DOORS, *(name for names in ASKED.values() for name in names), *DATA]
TEAM_VIEWS = {"meeting", "strengthening", "imports", "review", "words", "sharing"}


def style() -> None:
    """Our style sheet on top of Streamlit's theme."""
    st.html(settings.ROOT / "static" / "shell" / "app.css")


def _run(name: str, page: str | None = None) -> Callable[[], None]:
    """The function of a page: imports the view when it is first opened, so that a broken one does not stop the others.

    A view is a fragment: a choice inside it reruns and sends the view alone, without menu and header (half the bytes).
    If the data have changed in between, everything is rerun.
    """

    def run() -> None:
        url_state.current().begin_page(page or name)
        drawn_for = queries.current_scope()

        @st.fragment(key=fragments.VIEW)
        def view() -> None:
            with errors.boundary():
                url_state.current().begin_view()
                url_state.speak()
                if queries.current_scope() != drawn_for:
                    choices.draw_anew()
                importlib.import_module(f"pages.{name}.page").view(drawn_for)
            url_state.write()
            fragments.part(fragments.CARD, _card)

        view()

    run.__name__ = name
    return run


def _card() -> None:
    """The card of the chosen subdistrict, beside the view."""
    if st.session_state.get("card") or st.session_state.get(LOOKED_FOR):
        importlib.import_module("pages.subdistrict.card").draw()
    url_state.write()


def views() -> dict[str, StreamlitPage]:
    """Pages this person may open, by name; ``start`` (the bare address) and ``overview`` both show the overview.

    Streamlit sends the list twice with every change, so titles stay short: only its own menu would show text.
    """
    has_team, is_closed = is_team(), sign_in.is_closed()
    open_to = ["nation", *(name for name in VIEWS if name not in TEAM_VIEWS or has_team)]
    words = {name: t(f"view_{name}") if settings.has_plain_navigation() else name for name in open_to}
    start = st.Page(_run("overview", "start"), title="start", url_path="start", default=True)
    shown = {"start": start} | {name: st.Page(_run(name), title=words[name], url_path=name) for name in open_to}
    # A view for which nobody can sign in shows, at its own address, what has to be done.
    closed_views = [*sorted(TEAM_VIEWS - set(open_to)), "closed"] if is_closed else []
    return shown | {name: st.Page(_run("closed", name), title=name, url_path=name) for name in closed_views}


def choose(pages: dict[str, StreamlitPage]) -> StreamlitPage:
    """Draw the menu and return the page of the address; Streamlit's own menu with ``KRADAN_PLAIN_NAVIGATION=1``."""
    if settings.has_plain_navigation():
        return st.navigation(list(pages.values()), position="top")
    chosen = st.navigation(list(pages.values()), position="hidden")
    if not insides.is_embedded():  # in another site's frame a view has no menu
        menu(pages, chosen.url_path)
    return chosen


def is_team() -> bool:
    """Whether this person is of the data team; False when the store does not answer and the role is needed."""
    try:
        return not sign_in.has_sign_in() or queries.viewer().is_team
    except errors.STORE_FAILURES:
        return False


def menu(pages: dict[str, StreamlitPage], now: str) -> None:
    """Draw the menu; ``now`` is the address of the current view.

    It is plain links, which ``static/shell/links.js`` opens without a reload. Streamlit's own menu is many elements
    that the browser builds one by one (``docs/replaced-of-streamlit.md``).
    """
    shown = {name for name in pages if name not in TEAM_VIEWS or is_team()}
    now = now or "overview"

    def links(names: Iterable[str]) -> str:
        return "".join(_entry(name, name == now) for name in names if name in shown)

    def fold(key: str, names: Iterable[str], body: str) -> str:
        mark = ' class="kradan-now"' if now in names else ""
        return f"<li><details><summary{mark}>{safe(t(key))}</summary>{body}</details></li>"

    groups = "".join(
        f'<li><b id="{key}">{safe(t(key))}</b><ul aria-labelledby="{key}">{links(names)}</ul></li>'
        for key, names in ASKED.items()
    )
    asked = fold("menu_questions", {name for names in ASKED.values() for name in names}, f"<ul>{groups}</ul>")
    entries = [links(DOORS), asked, fold("menu_data", DATA, f"<ul>{links(DATA)}</ul>")]
    burger = f'<button type="button" aria-expanded="false" aria-controls="kradan-views">{safe(t("menu"))}</button>'
    st.html(
        f'<nav class="kradan-menu" lang="{language()}" aria-label="{safe(t("menu"))}" {url_state.LEADS_ON}>{burger}'
        f'<ul id="kradan-views">{"".join(entries)}</ul></nav>'
    )


def _entry(name: str, is_now: bool) -> str:
    mark = ' aria-current="page"' if is_now else ""
    mine = " data-mine" if name == "agency" else ""  # links.js adds the agency that this browser has stored
    return f'<li><a href="{safe(name)}"{mark}{mine}>{safe(t(f"door_{name}" if name in DOORS else f"view_{name}"))}</a></li>'


def header(words: str) -> None:
    """Name of the board, mark of demo data, print and tour, choice of province and language, sign-in: one line."""
    scope = queries.current_scope()
    precompute.start(scope)
    notices.show()
    with st.container(horizontal=True, vertical_alignment="center", key="frame"):
        st.html(
            f'<p class="kradan-board"><span>{safe(words)}</span>{demo_mark(scope)}'
            f'<button type="button" class="kradan-print">{safe(t("print_page"))}</button>'
            f'<button type="button" class="kradan-tour">{safe(t("tour_call"))}</button></p>'
        )
        if not insides.is_embedded():
            nation_panels.chooser(scope)
        choices.choose_language()
        if sign_in.has_sign_in():
            sign_in.panel()


@st.fragment(run_every=timedelta(hours=1))
def keep_alive() -> None:
    """Draws nothing; its ``run_every`` makes the page request a full run after the server was away.

    Without it Streamlit's page resumes with names of fragments that a restarted server, or one that dropped the session
    while a laptop slept, does not know: a choice made then gets no response.
    """


def board_words() -> str:
    """Name of the board with its province; Bangkok is no province and has a text of its own."""
    code = url_state.province()
    return t("board_of_capital" if code == CAPITAL else "board_of", province=province_name(code))


def demo_mark(scope: Scope) -> str:
    """The mark of demo data, on every page until real data are loaded; empty without demo data."""
    if not queries.has_demo(scope):
        return ""
    words = safe(t("demo_long"))
    return f'<span class="kradan-demo" role="note" title="{words}"><b>{safe(t("demo"))}</b><span> {words}</span></span>'
