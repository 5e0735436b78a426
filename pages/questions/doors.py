"""Questions that another page answers at once: a link each, with what it must show chosen already.

The overview lists them under its own ten. A door keeps the filters on the screen; a place, a kind or a name is chosen
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from pages.session import page_links, url_state
from pages.session.text import safe, t

# Question -> page and choices of its link. Words: ``door_ask_QUESTION``.
DOORS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "facilitator": ("registers", {"register": "people", "kind": "facilitator"}),
        "vacant": ("registers", {"register": "people", "open": "open"}),
        "groups": ("registers", {"register": "groups"}),
        "no_group": ("registers", {"register": "groups", "list": "without"}),
        "networks": ("registers", {"register": "membership", "shown": "entries"}),
        "unlinked": ("registers", {"register": "membership", "shown": "unlinked", "list": "unlinked"}),
        "carer": ("registers", {"register": "looking_after", "shown": "nobody"}),
        "stuck": ("currents", {"shown": "speed"}),
        "steerable": ("rudder", {}),
        "changed": ("loop", {"list": "changed"}),
        "late": ("loop", {"list": "work", "state": "late"}),
        "closed": ("sharing", {"list": "openness_title"}),
    }
)
TEAM = {"late"}  # a part of its page that only the data team has


def show(is_team: bool) -> None:
    """The list of the questions that this person's pages answer."""
    items = "".join(
        f'<li><a href="{safe(url_state.address(view, **choices))}">{safe(t(f"door_ask_{name}"))}</a></li>'
        for name, (view, choices) in DOORS.items()
        if page_links.may_open(view) and (is_team or name not in TEAM)
    )
    st.html(f'<div class="kradan-doors"><b>{safe(t("doors_title"))}</b><ul>{items}</ul></div>')
