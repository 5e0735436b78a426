"""Choices that live in the link: codes in the address, text on the screen.

Streamlit's own ``bind="query-params"`` writes the visible label into the address, so a Thai link would lose its
filters in English (seen with 1.67). Here the address holds codes: it is read when it changed from outside
(a shared link, the back button), and written at the end of every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlencode, urlsplit

import geothai
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from loaders import settings
from pages.session.text import LANGUAGES, read_in


@dataclass(frozen=True)
class Choice:
    """A choice that a link carries: its key, its meaning, and its default where every page has the same one.

    ``is_taken_along``: a link to another view keeps it.
    """

    key: str
    meaning: str
    default: str | None = None
    is_taken_along: bool = False


CHOICES = {
    choice.key: choice
    for choice in (
        Choice("lang", "language of the page", "th", True),
        Choice("province", "two-digit code of the province", None, True),
        Choice("year", "fiscal year (B.E.); empty = all", None, True),
        Choice("agency", "code of the agency; empty = all", "", True),
        Choice("theme", "code of the function; empty = all", "", True),
        Choice("stream", "code of the funding stream; empty = all", "", True),
        Choice("district", "code of the district; empty = all", "", True),
        Choice("map", "main (true or schematic) or grid (equal tiles)", "main", True),
        Choice("subdistrict", "code of the subdistrict"),
        Choice("card", "code of the subdistrict whose card is open", ""),
        Choice("measure", "what the colours of a coverage map measure"),
        Choice("need", "code of the need (indicator) that gaps are about"),
        Choice("layer", "outcome of the overlaps listed"),
        Choice("partner", "the other agency of the pairs listed; empty = any", ""),
        Choice("question", "question of the overview", ""),
        Choice("lens", "what the overview is looked at through: who, flows, classes, questions"),
        Choice("cell", "theme and area of the matrix cell opened", ""),
        Choice("cells", "what the cells of the matrix say"),
        Choice("shown", "what the map of currents or ranking shows"),
        Choice("ends", "where the currents end"),
        Choice("mode", "one, twin or small maps; quadrants or clusters"),
        Choice("split", "how money above the subdistrict is spread; empty = not", ""),
        Choice("tier", "level of the agencies; empty = all", ""),
        Choice("twin", "dimension that differs between twin maps", "year"),
        Choice("other", "value of that dimension on the right"),
        Choice("by", "dimension of the small maps", "theme"),
        Choice("per", "denominator of a need"),
        Choice("words", "list of words that is edited"),
        Choice("bar", "where high need begins"),
        Choice("list", "list under the map"),
        Choice("hint", "measure of the clusters"),
        Choice("method", "method of the clusters", "moran"),
        Choice("weights", "weights of the ranking, packed", ""),
        Choice("norm", "scale of the ranking", "z"),
        Choice("mean", "mean of the ranking", "arithmetic"),
        Choice("cut", "how classes are cut", "thirds"),
        Choice("limits", "limits of the classes, packed", ""),
        Choice("tab", "list of the ranking"),
        Choice("scheme", "scheme of matching funds", "proposal_2550"),
        Choice("numbers", "numbers of the scheme, packed", ""),
        Choice("basis", "places or the mean of a district"),
        Choice("pick", "wishes of the selection, packed", ""),
        Choice("with", "selection shown beside the optimum"),
        Choice("asof", "day of the register of areas"),
        Choice("pace", "what the speed of money is told by"),
        Choice("register", "register of the register room", "people"),
        Choice("open", "every entry, or those that wait for somebody", "every"),
        Choice("kind", "code of the role, kind or cohort; empty = all", ""),
        Choice("find", "words that a name holds", ""),
        Choice("steer", "moves of the rudder, packed", ""),
        Choice("steerday", "day on which money is steered", ""),
        Choice("since", "meeting that changes are counted from"),
        Choice("before", "planned meeting that is prepared"),
        Choice("state", "state of the work listed; empty = all", ""),
        Choice("on", "what a note stands on"),
        Choice("entry", "entry of the register that is open", ""),
        Choice("over", "register whose entries lie over a map; empty = none", ""),
    )
}
TAKEN_ALONG = tuple(key for key, choice in CHOICES.items() if choice.is_taken_along)
# Attribute of links to another view, or of their container: static/shell/links.js adds the choices on the screen.
LEADS_ON = f'data-choices="{" ".join(TAKEN_ALONG)}"'


@dataclass
class UrlState:
    """What a session knows of its address between and during runs.

    ``written``: choices of the address as last read or written. ``used``: defaults of the choices in use in this run;
    ``used_by_frame``: of those outside the view; ``used_by_view``: of the frame and the view before its results.
    ``drawn``: choices whose widget this view has drawn. ``filters``: names of this view's filters; ``chosen_words``:
    the container for their summary. ``said``: title and note of the page, for exports; ``named``: its named figures.
    """

    written: dict[str, str] | None = None
    path: str = ""
    view: str | None = None
    used: dict[str, str] = field(default_factory=dict)
    used_by_frame: dict[str, str] = field(default_factory=dict)
    used_by_view: dict[str, str] = field(default_factory=dict)
    drawn: set[str] = field(default_factory=set)
    filters: tuple[str, ...] = ()
    chosen_words: DeltaGenerator | None = None
    said: tuple[str, str] = ("", "")
    named: dict[str, int | float | None] = field(default_factory=dict)

    def begin_page(self, view: str) -> None:
        """A run of the whole page: keep the choices outside the view for later runs of the view alone."""
        if view != self.view:
            self.drawn, self.filters = set(), ()
            if self.view is not None and "card" not in st.query_params:
                st.session_state.pop("card", None)
            self.view = view
        self.used_by_frame = dict(self.used)

    def begin_view(self) -> None:
        """A run of the view: only the choices outside it are in use so far."""
        self.used, self.chosen_words = self.used_by_frame | {"card": ""}, None

    def hold(self, key: str, options: Sequence[str], fallback: str) -> None:
        """Set a choice in the session state before its widget is drawn: ``fallback`` when the value is no option.

        The widget is a new one in each view. Streamlit restores a kept value only after the view was drawn, so the
        value is written here, where it counts in the first run.
        """
        now = st.session_state.get(key)
        if now not in options or key not in self.drawn:
            st.session_state[key] = now if now in options else fallback
        self.drawn.add(key)
        self.used[key] = fallback

    def use(self, key: str, default: str | None = None) -> str:
        """The value of a choice without a widget of its own (or a packed one); it stays in the address."""
        self.used[key] = default if default is not None else CHOICES[key].default or ""
        return str(st.session_state.get(key, self.used[key]))


def current() -> UrlState:
    """The URL state of this session."""
    if "_url" not in st.session_state:
        st.session_state["_url"] = UrlState()
    return st.session_state["_url"]


def read() -> None:
    """Take over the address when it is not what we wrote: a link was opened, or the back button was pressed.

    The menu opens another view without choices in the address: then the session's choices stay. So do those that the
    previous view left out of its address because it has no use for them (filters): only the session knows them.
    """
    url, path = current(), (urlsplit(st.context.url).path or "/") if st.context.url else ""
    present = {key: value for key, value in st.query_params.to_dict().items() if key in CHOICES}
    stays, url.path = bool(path) and path == url.path, path
    unsaid = set() if stays else set(TAKEN_ALONG) - set(url.used)
    if url.written is None or ((present or stays) and present != url.written):
        for key in CHOICES:
            if key in present:
                st.session_state[key] = present[key]
            elif url.written is not None and key not in unsaid:
                st.session_state.pop(key, None)
    url.written = present
    if st.session_state.get("lang") not in LANGUAGES:
        st.session_state["lang"] = LANGUAGES[0]
    home = settings.home_province()
    if st.session_state.get("province") not in provinces():
        st.session_state["province"] = home
    url.used = {"lang": LANGUAGES[0], "province": home}
    speak()


@cache
def provinces() -> frozenset[str]:
    """Two-digit codes of all provinces."""
    return frozenset(place.code for place in geothai.provinces())


def speak() -> None:
    """Set the chosen language for this run's thread; call it first in every run of a page or fragment."""
    read_in(st.session_state["lang"], st.session_state.get("province"))


def province() -> str:
    """Two-digit code of the chosen province; by default the home province."""
    return st.session_state.get("province") or settings.home_province()


def write() -> None:
    """Write this view's choices into the address, without those at their default."""
    url = current()
    choices = {
        key: str(st.session_state[key])
        for key, default in url.used.items()
        if str(st.session_state.get(key, default)) != default
    }
    others = {key: value for key, value in st.query_params.to_dict().items() if key not in CHOICES}
    if st.query_params.to_dict() != choices | others:
        st.query_params.from_dict(choices | others)
    url.written = choices


def link_params(**changed: str | None) -> dict[str, str]:
    """Query parameters of a link to another view: the present choices with some changed."""
    choices = {key: str(st.session_state[key]) for key in TAKEN_ALONG if st.session_state.get(key)}
    choices |= {key: value for key, value in changed.items() if value}
    usual = {"lang": LANGUAGES[0], "province": settings.home_province()}
    return {key: value for key, value in choices.items() if value != usual.get(key)}


def every_choice() -> dict[str, str]:
    """All choices of the view, filters also at their default, for a link that outlives a change of defaults."""
    usual = {"lang": LANGUAGES[0], "province": settings.home_province(), "map": "main"}
    asked = {key: str(st.session_state.get(key, default)) for key, default in current().used.items()}
    return {key: value for key, value in asked.items() if value and usual.get(key) != value}


def going_params(**changed: str | None) -> dict[str, str]:
    """Query parameters for a step to another view in this session, without choices at their default.

    The next view would remove those from its address: a second history entry, and Back would have to be pressed twice.
    """
    usual = current().used
    return {key: value for key, value in link_params(**changed).items() if usual.get(key) != value}


def address(view: str, **changed: str | None) -> str:
    """A relative link to a view; a choice set to ``None`` is dropped even if :func:`link_params` would keep it."""
    dropped = {key for key, value in changed.items() if not value}
    return f"{view}?{urlencode({key: value for key, value in link_params(**changed).items() if key not in dropped})}"
