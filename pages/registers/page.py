"""One register ("room") at a time: search, map, list, sheet of an entry, classes, changes by hand, downloads."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo import registers
from geo.registers import Register
from pages.components import filters as choices
from pages.components import panels
from pages.components.map_layer import Choropleth
from pages.components.names import district_names
from pages.components.page import page
from pages.queries import registers as register_queries
from pages.queries.query import Query
from pages.registers import by_hand, classes, lists, looking_after, measures, networks, progress, sheet
from pages.session import fragments, url_state
from pages.session.scope import Scope
from pages.session.text import t, whole

TOLD_BY_ALL = {
    "membership": networks,
    "looking_after": looking_after,
}  # rooms whose map is computed from all their entries together
SHOWN = {
    name: room.SHOWN for name, room in TOLD_BY_ALL.items()
} | measures.SHOWN  # rooms whose map shows more than entries
PANELS = {"looking_after": looking_after.panel, "target": looking_after.targets, "communities": progress.communities,
          "stage": progress.stages, "funds": progress.fund_years, "capital": progress.capital}  # fmt: skip
STATES = {"every": "entries_every", "open": "entries_open"}  # filter of registers with vacant posts
LISTS = ("", "without", "unlinked")  # list a link may open on top: places without an entry, villages in no network


def _choices(scope: Scope) -> None:
    names = list(registers.REGISTERS)
    name = choices.switch("register", t("register_room"), names, lambda code: t(f"room_{code}"), names[0])
    place, more = st.columns([1, 3], vertical_alignment="bottom")
    with place:
        choices.place_and_time(scope, timed=False)
    row = more.container(horizontal=True, vertical_alignment="bottom", key="ways")
    with row, fragments.redraws(fragments.RESULTS):
        _more_choices(scope, name)


def _more_choices(scope: Scope, name: str) -> None:
    """Kind, search words, state and map measure in one row: each further line above the map would push it down."""
    listed = lists.kinds(registers.REGISTERS[name], register_queries.entries(scope, name))
    if listed:
        everything = t("entries_all_kinds")
        offered = list(listed) if name == "indicators" else [choices.ALL, *listed]  # indicators cannot be mixed
        choices.choose("kind", t(f"kind_of_{name}"), offered, lambda code: listed.get(code, everything), offered[0])
    url_state.current().use("find")
    words = t("entries_find")
    st.text_input(words, key="find", max_chars=80, placeholder=words, label_visibility="collapsed", on_change=fragments.reaction())  # fmt: skip
    if registers.REGISTERS[name].is_open:
        choices.switch("open", t("entries_state"), list(STATES), lambda state: t(STATES[state]), "every")
    if name in SHOWN:
        shown = SHOWN[name]
        choices.switch("shown", t("map_shows"), shown, lambda code: t(f"shows_{name}_{code}"), shown[0])


def _asked(scope: Scope, register: Register, chosen: Query, every: pd.DataFrame) -> pd.DataFrame:
    """Entries of the chosen district, kind, state and search words; dated registers get ``state`` as of today."""
    state = st.session_state
    if registers.is_dated(register):
        every = registers.with_state(every, pd.Timestamp.today().normalize())
    return registers.asked(
        every.assign(place=lists.places(scope, every)),
        register,
        district=chosen.district,
        kind=state.get("kind"),
        written=state.get("find") or "",
        only_open=state.get("open") == "open",
    )


def _results(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    register = registers.REGISTERS[st.session_state["register"]]
    every = register_queries.entries(scope, register.name)
    entries = _asked(scope, register, chosen, every)
    shown = st.session_state.get("shown") if register.name in SHOWN else None
    held = _held(entries)
    layer = classes.marked(scope, register, _layer(scope, register, held, shown))
    with place:
        panels.title(*_finding(scope, register, every, entries, chosen, shown))
    url_state.current().hold("list", LISTS, "")
    asked_first = st.session_state["list"]
    nobody = every.iloc[:0]
    if every.empty:
        if register.name == "capital":  # the inventory also draws on other registers
            progress.capital(scope, chosen)
        by_hand.panel(scope, register, nobody)
        return
    if asked_first == "without":
        lists.without_entry(scope, register, chosen, held, is_open=True)
    elif asked_first == "unlinked" and register.name == "membership":
        networks.unlinked(scope, chosen, is_open=True)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        panels.show_board(scope, layer, panels.choose_map_view(scope), chosen)
    with right:
        panels.layer_legend(layer, chosen.district)
        url_state.current().use("entry")
        _open(scope, register, every)
        if entries.empty:
            panels.empty()
        else:
            lists.choose_entry(scope, register, entries)
    if register.name == "membership":
        networks.panel(scope, chosen, is_listed=asked_first == "unlinked")
    elif register.name in PANELS:
        PANELS[register.name](scope, chosen)
    classes.panel(scope, register, chosen, every)
    if asked_first != "without":
        lists.without_entry(scope, register, chosen, held)
    by_hand.panel(scope, register, every[every["entry"].eq(st.session_state.get("entry", ""))].head(1))
    if len(entries) and "file_name" in entries:
        panels.sources(scope, entries)


def _layer(scope: Scope, register: Register, entries: pd.DataFrame, shown: str | None) -> Choropleth:
    """Map of the room: entries per subdistrict, a figure, or a layer computed from all entries."""
    if shown in (None, "entries"):
        return lists.layer(scope, register, entries)
    if register.name in measures.SHOWN:
        return measures.layer(scope, register, entries, str(shown))
    return looking_after.layer(scope) if register.name == "looking_after" else networks.layer(scope, str(shown))


def _open(scope: Scope, register: Register, every: pd.DataFrame) -> None:
    own = every[every["entry"].eq(st.session_state.get("entry", ""))]
    if len(own):
        sheet.show(scope, register, own.head(1))
    else:
        st.caption(t("entries_open_hint"))


def _finding(
    scope: Scope, register: Register, every: pd.DataFrame, entries: pd.DataFrame, chosen: Query, shown: str | None
) -> tuple[str, str]:
    named = t(f"room_{register.name}")
    if every.empty:
        return t("register_not_known", register=named), t("register_not_known_note")
    if register.name in TOLD_BY_ALL and shown != "entries":
        return TOLD_BY_ALL[register.name].finding(scope, chosen)
    listed, entries = len(entries), _held(entries)
    where = district_names(scope)[chosen.district] if chosen.district else t("whole_province")
    waits = int(entries[register.is_open].fillna(False).sum()) if register.is_open else 0
    places, unplaced = entries["subdistrict_code"].nunique(), registers.unplaced(entries)
    key = f"finding_{register.name}" if places else "register_no_place" if len(entries) else "register_none_found"
    key = "finding_people_filled" if key == "finding_people" and not waits else key
    finding = t(key, entries=whole(len(entries)), open=whole(waits), places=whole(places), where=where, register=named)
    note = t("note_registers", all=whole(len(every)))
    note += t("note_registers_unplaced", unplaced=whole(unplaced)) if unplaced else ""
    return finding, note + (t("note_not_now", entries=whole(listed - len(entries))) if listed > len(entries) else "")


def _held(entries: pd.DataFrame) -> pd.DataFrame:
    """Entries that hold today: ended and future ones are listed but not counted."""
    return entries[entries["state"].eq("now")] if "state" in entries else entries


view = page(filters=_choices, results=_results)
