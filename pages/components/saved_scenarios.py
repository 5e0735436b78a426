"""Saved scenarios: a choice packed into the link, the form that saves it by name, the list of saved ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from geo.frames import each_row
from loaders.decisions import scenarios
from pages.queries import store as queries
from pages.session import errors, notices, sign_in, url_state
from pages.session.scope import Scope
from pages.session.text import day, safe, t

Numbers = dict[str, str]


def packed(choice: Mapping[str, object]) -> str:
    """A choice as ``a:1,b:2``: short enough for a link, readable."""
    return ",".join(f"{name}:{value}" for name, value in choice.items() if value not in (None, ""))


def unpacked(text: str) -> Numbers:
    """The parts of :func:`packed`; malformed parts are left out, because anyone may type a link."""
    parts = (part.split(":", 1) for part in str(text or "").split(",") if ":" in part)
    return {name.strip(): value.strip() for name, value in parts if name.strip()}


def state(key: str) -> Numbers:
    """A packed choice of the link, kept in the address."""
    return unpacked(url_state.current().use(key, ""))


def set_state(key: str, name: str, value: object, default: object = "") -> None:
    """Change one part of a packed choice; a part at its default leaves the link."""
    parts = unpacked(st.session_state.get(key, ""))
    parts.pop(name, None)
    if value is not None and str(value) != str(default):
        parts[name] = str(value)
    st.session_state[key] = packed(parts)


def number(text: str | None, default: float) -> float:
    """A part of a link as a finite number of at least zero, else the default."""
    try:
        value = float(text) if text is not None else default
    except ValueError:
        return default
    return value if 0 <= value < 1e15 else default


def who(key: str) -> str:
    """Field for the deciding person's name, prefilled after the first time; when signed in, for whom one decides."""
    name = st.text_input(
        t("decided_for" if sign_in.name() else "decided_by"),
        value=st.session_state.get("_who", ""),
        key=key,
        max_chars=80,
    )
    if name:
        st.session_state["_who"] = name
    return name


def attempt(write: Callable, done: str) -> None:
    """Store one decision and rerun the page; a refusal is shown beside the form."""
    with errors.refusals_told(st.warning):
        queries.decide(write)
        notices.rerun_with_notice(t(done))


def kept(scope: Scope, kind: str) -> pd.DataFrame:
    """Saved scenarios of a kind, newest first, with ``content`` parsed."""
    table = queries.decisions(scope, "scenario")
    table = table[table["kind"].eq(kind)].sort_values("id", ascending=False, ignore_index=True)
    return table.assign(content=[json.loads(text) for text in table["content"]])


@dataclass(frozen=True)
class Pilots:
    """The pilots in force: name of the list, subdistrict codes, and its selection, packed as in the link."""

    name: str
    codes: tuple[str, ...]
    pick: str = ""


def pilots(scope: Scope) -> Pilots | None:
    """The list of pilots that the selection page saved last; wall, pack, sheets and pages all show this one."""
    table = kept(scope, "selection")
    if table.empty:
        return None
    content = table["content"].iloc[0]
    return Pilots(str(table["name"].iloc[0]), tuple(content.get("chosen", ())), str(content.get("pick", "")))


def words(row: Any) -> str:
    """Name, person and day of a saved scenario."""
    return f"{row.name} · {row.decided_by} · {day(row.decided_at)}"


def names(scope: Scope, kind: str) -> dict[str, str]:
    """Keys of saved scenarios (as text) and their labels."""
    return {str(row.id): words(row) for row in each_row(kept(scope, kind))}


def content(scope: Scope, kind: str, key: str) -> dict:
    """Content of a saved scenario; empty when it was removed."""
    table = kept(scope, kind)
    rows = table[table["id"].astype(str).eq(key)]
    return dict(rows["content"].iloc[0]) if len(rows) else {}


def save(scope: Scope, kind: str, what: Callable[[], Mapping[str, object]]) -> None:
    """The form that saves the present choice under a name."""
    with st.form(f"save-{kind}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(t("scenario_name"), key=f"scenario-name-{kind}", max_chars=80)
        person = who(f"scenario-who-{kind}")
        reason = st.text_input(t("scenario_reason"), key=f"scenario-reason-{kind}", max_chars=300)
        sent = st.form_submit_button(t("scenario_save"))
    if sent:
        attempt(
            lambda connection: scenarios.save(connection, kind, name, what(), person, queries.basis(scope), reason),
            "scenario_saved",
        )


def listed(scope: Scope, kind: str, use: Callable[[Scope, str], None]) -> None:
    """Saved scenarios: apply one, or remove it from the list."""
    saved = names(scope, kind)
    if not saved:
        st.html(f'<p class="kradan-note">{safe(t("scenario_none"))}</p>')
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            t("scenario_saved_list"), list(saved), format_func=saved.__getitem__, key=f"scenario-{kind}"
        )
        st.button(t("scenario_use"), key=f"scenario-use-{kind}", on_click=use, args=(scope, chosen))
        if st.button(t("scenario_remove"), key=f"scenario-remove-{kind}"):
            person = st.session_state.get("_who", "")
            attempt(
                lambda connection: scenarios.remove(connection, "scenario", int(chosen), person), "decision_removed"
            )


def remove(name: str, rows: dict[int, str], label: str) -> None:
    """Form to take back one decision of a list, with the person's name."""
    if not rows:
        return
    with st.form(f"remove-{name}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(label, list(rows), format_func=rows.__getitem__, key=f"remove-{name}-key")
        person = who(f"remove-{name}-who")
        sent = st.form_submit_button(t("decision_remove"))
    if sent:
        attempt(lambda connection: scenarios.remove(connection, name, int(key), person), "decision_removed")


def stamp(**parts: str) -> dict[str, str]:
    """Extra columns (method, data version) for every row of an exported file."""
    return {t(f"stamp_{name}"): value for name, value in parts.items()}


def note(lines: list[str]) -> None:
    """Lines in small print."""
    st.html("".join(f'<p class="kradan-note">{safe(line)}</p>' for line in lines))
