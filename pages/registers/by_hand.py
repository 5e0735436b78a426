"""Changes by hand (team only): add an entry, correct or end the open one, undo; papers (PDF) kept with a place."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo.frames import each_row
from geo.registers import Register
from loaders import codes, registers
from loaders.imports.by_hand import entries, papers
from loaders.layouts import layout as layouts
from loaders.layouts import values as cell_kinds
from loaders.problems import Refused
from loaders.words import sentence
from pages.components import dates, panels
from pages.components import saved_scenarios as scenarios
from pages.components.names import district_names, province_name, subdistrict_names
from pages.components.saved_scenarios import who
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.session import insides, notices, uploads
from pages.session.scope import Scope
from pages.session.text import coded, day, flat, language, safe, t, whole

UNCHANGED = object()
CHANGE_HEADS = {"when": "change_when", "who": "change_who", "what": "change_what", "cells": "change_cells",
                "why": "change_why", "state": "change_state"}  # fmt: skip
STATE_KEYS = {"holds": "change_state_holds", "row_away": "change_state_row_away", "undone": "change_state_undone"}
NOT_ASKED = ("retain_until",)  # storing sets it
SHOWN_CHANGES = 200


def room_of(register: Register) -> str | None:
    """Register of the store that changes by hand in this room go to; None where there are none (villages)."""
    return register.table if entries.allowed(register.table) and register.name != "communities" else None


def panel(scope: Scope, register: Register, entry: pd.DataFrame) -> None:
    """Forms below the list; ``entry``: frame with the open entry, empty if none is open."""
    name = room_of(register)
    if name is None or not scope.viewer.is_team:
        return
    place = panels.unfolded(f"by-hand-{name}", t("by_hand"))
    if place is None:
        return
    with place:
        st.caption(t("by_hand_how"))
        _add(scope, name)
        if len(entry) and "id" in entry:
            _correct(scope, register, name, next(each_row(entry)))
        _changes(scope, register, name)


def heading(name: str, stored: str) -> str:
    """Heading of a stored column in the current language."""
    if name in registers.defined():
        return t(f"entry_{name}_{stored}")
    return coded("entry_", stored)


def _add(scope: Scope, name: str) -> None:
    with st.form(f"entry-add-{name}", border=True):
        st.html(f"<b>{safe(t('entry_add'))}</b>")
        area, moo = _place(scope, name, f"add-{name}", None)
        cells = _cells(scope, name, f"add-{name}", {})
        bases = {entries.NO_BASE: t("entry_base_board")} | _bases(scope, name)
        base = st.selectbox(t("entry_base"), list(bases), format_func=bases.__getitem__, key=f"add-{name}-base")
        person, reason, sent = _signed(f"add-{name}", "entry_add")
    if sent:
        scenarios.attempt(
            lambda connection: entries.add(
                connection, name, {column: text for column, text in cells.items() if text}, _code(scope, area, moo), person, reason,
                base, scope.province,
            ),
            "entry_added",
        )  # fmt: skip


def _correct(scope: Scope, register: Register, name: str, row: Any) -> None:
    """Form of the open entry; compares with the values at the time it was opened, to detect changes in between."""
    opened, number = f"opened-{name}-{row.entry}", int(row.id)
    if opened not in st.session_state:
        before = {
            ours: _written(name, ours, getattr(row, registers.stored(name).get(ours, ours), None))
            for ours in _columns(name)
        }
        st.session_state[opened] = (register_queries.last_change(scope, name, number), before)
    seen, before = st.session_state[opened]
    times = int(st.session_state.get(f"{opened}-times", 0))
    key = f"correct-{name}-{row.entry}" + (f"-{times}" if times else "")
    with st.form(key, border=True):
        title = getattr(row, register.title, None)
        st.html(f"<b>{safe(t('entry_correct', entry=str(title if isinstance(title, str) else row.entry)))}</b>")
        code = row.area_code if isinstance(row.area_code, str) else None
        area, moo = _place(scope, name, key, code)
        cells = _cells(scope, name, key, before)
        person, reason, sent = _signed(key, "entry_save")
        ends = dates.day_input(t("entry_ends"), f"{key}-ends", help=t("entry_ends_help"))
        retired = st.form_submit_button(t("entry_retire"))
    changed = {ours: text for ours, text in cells.items() if text != before[ours]}
    if sent:
        place = _code(scope, area, moo)
        place = None if place == code else place
        _once(opened, name, changed, lambda connection: entries.correct(connection, name, number, changed, person, reason, place, seen), "entry_corrected")  # fmt: skip
    if retired and dates.are_days(f"{key}-ends"):
        _once(
            opened,
            name,
            {},
            lambda connection: entries.retire(connection, name, number, person, reason, ends, seen),
            "entry_retired",
        )


def _once(opened: str, name: str, typed: Mapping[str, str], write: Callable, done: str) -> None:
    """Write one change; afterwards, or when somebody else was faster, the form is reopened with the current values."""
    try:
        queries.decide(write)
    except Refused as stop:
        refusal = sentence(stop.problem.as_dict(), language())
        if stop.problem.code == "entry_changed_meanwhile":
            _open_anew(opened)
            yours = " · ".join(
                f"{heading(name, registers.stored(name).get(column, column))}: {text}" for column, text in typed.items()
            )
            notices.rerun_with_notice(flat(f"{refusal} {t('entry_yours', cells=yours) if yours else ''}".strip()))
        st.warning(flat(refusal))
        return
    _open_anew(opened)
    notices.rerun_with_notice(t(done))


def _open_anew(opened: str) -> None:
    st.session_state.pop(opened, None)
    st.session_state[f"{opened}-times"] = int(st.session_state.get(f"{opened}-times", 0)) + 1


def _columns(name: str) -> list[str]:
    layout = entries.layout_of(name)
    return [ours for ours in layouts.VALUES[name] if ours in layout.columns and ours not in NOT_ASKED]


def _cells(scope: Scope, name: str, key: str, before: Mapping[str, str]) -> dict[str, str]:
    """One widget per column with its current value; returns column -> text as it would be written in a template."""
    cells = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for ours in _columns(name):
            label = heading(name, registers.stored(name).get(ours, ours))
            label += "" if ours not in layouts.REQUIRED.get(name, ()) else " *"
            options = _options(name, ours)
            now = before.get(ours, "")
            if options is None:
                cells[ours] = st.text_input(label, now, key=f"{key}-{ours}", max_chars=300, width=220)
                continue
            listed = list(dict.fromkeys(["", *options, *([now] if now else [])]))
            words = {"": t("words_not_said")} | options
            cells[ours] = st.selectbox(
                label, listed, listed.index(now), format_func=lambda code, words=words: words.get(code, code), key=f"{key}-{ours}",
                width=220,
            )  # fmt: skip
    return cells


def _options(name: str, ours: str) -> dict[str, str] | None:
    """Options of a column: word written in a template -> words on the screen; None for free text."""
    form = registers.form(name, ours)
    if ours in cell_kinds.FLAG or form == "yes_no":
        return {_word("yes"): t("answer_yes"), _word("no"): t("answer_no")}
    if ours in ("theme", "priority_theme", "role"):
        listed = codes.roles() if ours == "role" else codes.themes()
        return {entry["code"]: str(entry.get(f"name_{language()}") or entry["name_th"]) for entry in listed}
    if ours == "agency":
        return {entry["code"]: str(entry.get("short_th") or entry["name_th"]) for entry in codes.agencies()}
    written = entries.layout_of(name).codes.get(ours)
    if written is None:
        return None
    stem = f"{name}_{ours}_" if name in registers.defined() else f"{ours}_"
    first: dict[str, str] = {}
    for word, code in written.items():
        first.setdefault(code, word)
    return {word: coded(stem, code) for code, word in first.items()}


def _written(name: str, ours: str, value: Any) -> str:
    """Stored value as it would be written in a cell, so that an unchanged field compares equal."""
    if value is None or value is pd.NA or pd.isna(value):
        return ""
    form = registers.form(name, ours)
    if isinstance(value, dt.date | pd.Timestamp):
        return f"{value.day}/{value.month}/{value.year + 543}"
    if ours in cell_kinds.BAHT or form == "satang":
        return f"{int(value) // 100:,}.{int(value) % 100:02d}"
    if ours in cell_kinds.YEAR or form == "year":
        return str(int(value) + 543)
    if ours in cell_kinds.FLAG or form == "yes_no":
        return _word("yes" if value else "no")
    words = entries.layout_of(name).codes.get(ours, {})
    return next((word for word, code in words.items() if code == value), str(value))


def _word(answer: str) -> str:
    """Word for yes or no in a template."""
    return next(str(entry["words"][0]) for entry in codes.listed("plain") if entry["code"] == answer)


def _place(scope: Scope, name: str, key: str, code: str | None) -> tuple[str, int]:
    """Choose the area of the entry ("" where the register allows none) and the number of the village (0: none)."""
    nowhere = {"": t("entry_nowhere")} if entries.layout_of(name).without_place == "load" else {}
    listed = (
        nowhere | {scope.province: province_name(scope.province)} | district_names(scope) | subdistrict_names(scope)
    )
    options = list(listed)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        subdistrict = (code or "")[:6]
        place = options.index(subdistrict) if subdistrict in listed else 0
        area = st.selectbox(
            t("entry_place"), options, place, format_func=listed.__getitem__, key=f"{key}-area", width=420
        )
        village = int(code[6:]) if code and len(code) == 8 else 0
        moo = st.number_input(t("entry_moo"), 0, 99, village, key=f"{key}-moo", width=160, help=t("entry_moo_help"))
    return area, int(moo)


def _code(scope: Scope, area: str, moo: int) -> str | None:
    """Code of the chosen place; a village number that does not exist shows a warning and stops the run."""
    if not moo or len(area) != 6:
        return area or None
    code = f"{area}{moo:02d}"
    if not queries.places(scope, None).villages["village_code"].eq(code).any():
        st.warning(t("problem_entry_village_unknown", value=str(moo)))
        st.stop()
    return code


def _signed(key: str, button: str) -> tuple[str, str, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        person = who(f"{key}-who")
        reason = st.text_input(t("entry_reason"), key=f"{key}-reason", max_chars=300)
        return person, reason, st.form_submit_button(t(button), type="primary")


def _bases(scope: Scope, name: str) -> dict[str, str]:
    from pages.components.records import agency_names

    names = agency_names(scope)
    bases = sorted(set(queries.register(scope, name)["base"].dropna()))
    return {base: names.get(base, base) for base in bases if base != entries.NO_BASE}


def changes_in_words(scope: Scope, register: Register, made: pd.DataFrame) -> pd.DataFrame:
    """Changes in words, one row each: ``when``, ``who``, ``what``, ``cells``, ``why``, ``state``."""
    rows = []
    for change in each_row(made):
        new = json.loads(change.content)
        cells = [
            f"{heading(change.register, name)}: {'–' if value is None else value}"
            for name, value in new.items()
            if name not in PLACES
        ]
        cells += [t("entry_moved", code=str(new["area_code"]))] if new.get("area_code") else []
        state = "undone" if isinstance(change.undone_at, str) else "holds" if change.is_in_use else "row_away"
        ends = t("entry_from", day=day(change.effective_on)) if change.effective_on else ""
        rows.append(
            {
                "when": day(change.decided_at), "who": change.who, "what": t(f"change_{change.kind}"),
                "cells": " · ".join(filter(None, [*cells, ends])), "why": change.reason, "state": t(STATE_KEYS[state]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["when", "who", "what", "cells", "why", "state"])


PLACES = ("area_code", "area_level", "village_code", "subdistrict_code", "district_code", "province_code", "match_evidence", "village_codes", "is_vacant")  # fmt: skip


def _changes(scope: Scope, register: Register, name: str) -> None:
    made = register_queries.changes(scope)
    made = made[made["register"].eq(name)].head(SHOWN_CHANGES)
    if made.empty:
        return
    st.html(f"<b>{safe(t('entry_changes', changes=whole(len(made))))}</b>")
    columns = {column: t(key) for column, key in CHANGE_HEADS.items()}
    shown = changes_in_words(scope, register, made)
    panels.table(shown, f"changes-{name}", columns, 260)
    stand = made[made["undone_at"].isna()]
    words = {
        int(key): f"{line['when']} · {line['what']} · {line['cells'] or line['why']}"
        for key, line in zip(made["id"], shown.to_dict("records"), strict=True)
    }
    with st.form(f"undo-{name}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(
            t("entry_undo_which"),
            [int(column) for column in stand["id"]],
            None,
            format_func=words.__getitem__,
            key=f"undo-{name}-key",
        )
        person = who(f"undo-{name}-who")
        sent = st.form_submit_button(t("words_undo"))
    if sent and key is not None:
        scenarios.attempt(lambda connection: entries.undo(connection, key, person), "entry_undone")


def papers_of(scope: Scope, register: Register, row: Any) -> None:
    """Papers kept with the entry's place: downloads, and for the team forms to add and remove one."""
    area = row.village_code if register.name == "communities" else row.area_code if register.name == "plans" else None
    if not isinstance(area, str):
        return
    kept = register_queries.papers(scope)
    kept = kept[kept["register"].eq(register.table) & kept["area_code"].eq(area)]
    for paper in each_row(kept):
        if paper.may_open:
            st.download_button(
                t("paper_get", name=flat(paper.file_name), size=whole(max(1, paper.bytes // 1024))),
                _reader(scope, int(paper.id)), paper.file_name, "application/pdf", key=f"paper-{paper.id}", on_click="ignore",
            )  # fmt: skip
        else:
            st.caption(t("paper_closed"))
    if not scope.viewer.is_team:
        return
    place = panels.unfolded(f"paper-{row.entry}", t("paper_keep"))
    if place is None:
        return
    with place:
        uploads.expect()
        with st.form(f"paper-form-{row.entry}", border=False):
            sheet = st.file_uploader(t("paper_choose"), type="pdf", key=f"paper-file-{row.entry}")
            person, reason, sent = _signed(f"paper-{row.entry}", "paper_save")
        if sent and sheet is not None:
            _keep(scope, register, area, sheet, person, reason)
        _take_off(kept)


def _reader(scope: Scope, number: int) -> Callable[[], bytes]:
    return lambda: register_queries.paper(scope, number)


def _keep(scope: Scope, register: Register, area: str, sheet: Any, person: str, reason: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(sheet.getbuffer())
        insides.release_uploads([sheet])
        scenarios.attempt(
            lambda connection: papers.keep(
                connection, register.table, area, path, sheet.name, person, reason, scope.province
            ),
            "paper_kept",
        )


def _take_off(kept: pd.DataFrame) -> None:
    if kept.empty:
        return
    names = dict(zip(kept["id"].astype(int), kept["file_name"], strict=True))
    with st.form("paper-off", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(t("paper_which"), list(names), format_func=names.__getitem__, key="paper-off-key")
        person = who("paper-off-who")
        sent = st.form_submit_button(t("paper_off"))
    if sent:
        scenarios.attempt(lambda connection: papers.remove(connection, int(key), person), "paper_taken_off")
