"""A register over any map: how many entries each subdistrict has, in discs; off until a person chooses one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from geo import registers
from pages.components import filters as choices
from pages.components.map_layer import Choropleth
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.session import fragments
from pages.session.scope import Scope
from pages.session.text import t, whole

ROOMS: Sequence[str] = ("people", "groups", "funds", "looking_after", "membership", "target")
OFF = ""


def choose() -> None:
    """The choice of a register, for the row of choices of a page."""
    with fragments.redraws(fragments.RESULTS):
        choices.choose("over", t("over_register"), [OFF, *ROOMS], lambda name: t(f"over_{name}" if name == "people" else f"room_{name}") if name else t("over_none"), OFF)  # fmt: skip


def over(scope: Scope, layer: Choropleth) -> Choropleth:
    """The layer with the entries of the chosen register in discs; roles count where they are vacant."""
    name = str(st.session_state.get("over") or OFF)
    if name not in ROOMS:
        return layer
    register = registers.REGISTERS[name]
    codes = queries.areas(scope, None)["subdistrict_code"]
    entries = register_queries.entries(scope, name)
    if "ends_on" in entries:
        entries = registers.in_force(entries, pd.Timestamp.today().normalize())
    table = registers.per_place(entries, codes, register.is_open)
    counts = table["open"] if register.is_open else table["entries"]
    shown = {str(code): int(number) for code, number in zip(table["subdistrict_code"], counts, strict=True) if number}
    return replace(layer, badges=shown)


def note(scope: Scope) -> None:
    """What the numbers in the discs are."""
    name = str(st.session_state.get("over") or OFF)
    if name in ROOMS:
        total = register_queries.entries(scope, name)
        words = t("over_people" if name == "people" else f"room_{name}")
        st.caption(t("over_note", register=words, unplaced=whole(registers.unplaced(total))))
