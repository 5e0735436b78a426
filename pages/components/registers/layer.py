"""Number of a register's entries per subdistrict as discs on any map; off until a person chooses a register."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from geo import registers
from geo.statuses import COVERED, NONE, NOT_REPORTED
from pages.components import filters as choices
from pages.components.map_layer import Choropleth
from pages.queries import registers as register_queries
from pages.session import fragments
from pages.session.scope import Scope
from pages.session.text import t, whole

OFF = ""


def title_key(name: str) -> str:
    """Text key of what the discs of a register count."""
    return f"over_{name}" if registers.REGISTERS[name].is_open else f"room_{name}"


def choose() -> None:
    """Widget to choose the register, for a page's row of choices."""
    names = [OFF, *registers.over_names()]
    with fragments.redraws(fragments.RESULTS):
        choices.choose("over", t("over_register"), names, lambda name: t(title_key(name) if name else "over_none"), OFF)


def over(scope: Scope, layer: Choropleth) -> Choropleth:
    """The layer with discs of the chosen register; with ``is_open`` only open entries count (vacancies)."""
    name = str(st.session_state.get("over") or OFF)
    if name not in registers.over_names():
        return layer
    places = register_queries.over(scope, name).places
    shown = {
        str(code): int(number)
        for code, number in zip(places["subdistrict_code"], places["number"], strict=True)
        if number
    }
    return replace(layer, badges=shown)


def note(scope: Scope) -> None:
    """What the discs count, and which kind of nothing a place without a disc has."""
    name = str(st.session_state.get("over") or OFF)
    if name not in registers.over_names():
        return
    overlay = register_queries.over(scope, name)
    status = overlay.places["status"]
    counts = {code: whole(int(status.eq(code).sum())) for code in (COVERED, NONE, NOT_REPORTED)}
    key = "over_note" if status.isin([COVERED, NONE]).any() else "over_not_known"
    unplaced = t("over_note_unplaced", unplaced=whole(overlay.unplaced)) if overlay.unplaced else ""
    st.caption(t(key, register=t(title_key(name)), **counts) + unplaced)
