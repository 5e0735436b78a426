"""Forms of the words page: each stores one decision of the data team, with person and time."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from loaders.codes import FIELDS
from loaders.decisions import words
from pages.components import panels
from pages.queries import store as queries
from pages.session import errors, notices, sign_in
from pages.session.scope import Scope
from pages.session.text import flat, safe, t, whole

LISTS = words.LISTS
LIST_KEYS = {"agency": "words_agency", "stream": "words_stream", "theme": "words_theme", "role": "words_role"}
NEW_KEYS = {"agency": "words_new_agency", "stream": "words_new_stream", "theme": "words_new_theme", "role": "words_new_role"}  # fmt: skip
LEVELS = ("", "local", "provincial", "central")
KINDS = {
    "agency": ("", "state", "local_government", "fund", "civil_society", "private"),
    "stream": ("", "regular", "special"),
}
SHOWN = 8  # suggestions shown at once
Entry = Mapping[str, Any]


def counts(entries: list[dict]) -> dict[str, str]:
    """Number of entries in use, merged into others, and retired, as text."""
    merged = sum(bool(entry["merged_into"]) for entry in entries)
    retired = sum(bool(entry["is_retired"]) for entry in entries if not entry["merged_into"])
    return {"used": whole(len(entries) - merged - retired), "merged": whole(merged), "retired": whole(retired)}


def decide(command: Callable[..., object], *arguments: Any, notice: str, **options: Any) -> None:
    """Run one command in the name of the signed-in person; shows a refusal, or else reruns with a notice."""
    with errors.refusals_told():
        queries.decide(lambda connection: _with_person(connection, command, arguments, options))
        notices.rerun_with_notice(notice)


def _with_person(connection: Any, command: Callable[..., object], arguments: tuple, options: dict) -> object:
    return command(connection, *arguments, sign_in.person(), **options)


def _fields(name: str, entry: Entry, key: str) -> dict[str, Any]:
    """Input fields of an entry, prefilled; returns their values by column."""
    fields: dict[str, Any] = {}
    with st.container(horizontal=True):
        for field in ("name_th", "name_en", *(("short_th",) if name == "agency" else ())):
            fields[field] = st.text_input(
                t(f"words_{field}"), str(entry.get(field) or ""), key=f"{key}-{field}", max_chars=200
            )
    with st.container(horizontal=True):
        if name == "agency":
            fields["level"] = _one_of("tier_", LEVELS, entry.get("level"), f"{key}-level", t("words_level"))
        if name in KINDS:
            fields["kind"] = _one_of("word_kind_", KINDS[name], entry.get("kind"), f"{key}-kind", t("words_kind"))
        written = "; ".join(entry.get("aliases") or ())
        fields["aliases"] = st.text_input(
            t("words_aliases"), written, key=f"{key}-aliases", help=t("words_aliases_help")
        )
    return fields


def _one_of(prefix: str, values: tuple[str, ...], now: object, key: str, label: str) -> str:
    listed = (*values, *((str(now),) if now and now not in values else ()))
    place = listed.index(str(now)) if now else 0

    return st.selectbox(
        label, listed, place, format_func=lambda value: _say(prefix, values, value) or t("words_not_said"), key=key
    )


def _say(prefix: str, values: tuple[str, ...], value: object) -> str:
    """A level or kind as text; an unknown value as it is."""
    return t(f"{prefix}{value}") if value and value in values else str(value or "")


def new_entry(name: str, entries: list[dict], key: str) -> None:
    """Form for a new entry; the code goes to the session as ``KEY-made``. A similar entry is shown before saving."""
    with st.form(key, border=False):
        fields = _fields(name, {}, key)
        sent = st.form_submit_button(t("words_add"), type="primary")
    if not sent:
        return
    near = words.nearest(entries, fields["name_th"]) if fields["name_th"] else None
    if near is not None and st.session_state.get(f"{key}-asked") != fields["name_th"]:
        st.session_state[f"{key}-asked"] = fields["name_th"]
        st.warning(flat(t("words_is_alike", other=str(near["name_th"]))))
        return

    def command(connection: Any, who: str) -> None:
        st.session_state[f"{key}-made"] = words.add(connection, name, fields, who)

    decide(command, notice=t("words_added", name=flat(fields["name_th"])))


def add(name: str, entries: list[dict]) -> None:
    """Folded form for a new entry."""
    with st.expander(t(NEW_KEYS[name])):
        new_entry(name, entries, f"new-{name}")


def suggestions(name: str, entries: list[dict]) -> None:
    """Pairs of similar spellings, each with a button to merge."""
    pairs = words.alike(entries)
    if not pairs:
        return
    st.html(f"<b>{safe(t('words_alike', pairs=whole(len(pairs))))}</b>")
    for pair in pairs[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(f"<p>{safe(pair.one_name)} · {safe(pair.other_name)}</p>")
            if st.button(t("words_are_one"), key=f"one-{pair.one}-{pair.other}"):
                _merged(name, pair.other, pair.one, entries)


def _merged(name: str, code: str, into: str, entries: list[dict]) -> None:
    names = {entry["code"]: str(entry["name_th"]) for entry in entries}
    notice = t("words_merged", one=flat(names[code]), into=flat(names[into]))
    decide(words.merge, name, code, into, notice=notice)


def merge(name: str, entries: list[dict]) -> None:
    """Form to merge two entries, and buttons to undo merges."""
    names = {entry["code"]: label(entry) for entry in entries if not entry["merged_into"]}
    in_use = [entry["code"] for entry in entries if not entry["merged_into"] and not entry["is_retired"]]
    away = {entry["code"]: entry for entry in entries if entry["merged_into"]}
    with st.expander(t("words_merge")):
        with st.form(f"merge-{name}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            merged_code = st.selectbox(
                t("words_merge_one"), list(names), None, format_func=names.__getitem__, key=f"merge-one-{name}"
            )
            into = st.selectbox(
                t("words_merge_into"), in_use, None, format_func=names.__getitem__, key=f"merge-into-{name}"
            )
            sent = st.form_submit_button(t("words_merge_do"), type="primary")
        if sent and merged_code and into:
            _merged(name, merged_code, into, entries)
        everybody = {entry["code"]: str(entry["name_th"]) for entry in entries}
        for code, entry in away.items():
            with st.container(horizontal=True, vertical_alignment="center"):
                into_name = everybody.get(entry["merged_into"], entry["merged_into"])
                st.html(f"<p>{safe(str(entry['name_th']))} → {safe(into_name)}</p>")
                if st.button(t("words_undo"), key=f"undo-{name}-{code}"):
                    notice = t("words_apart", name=flat(str(entry["name_th"])))
                    decide(words.undo_merge, name, code, notice=notice)


def label(entry: Entry) -> str:
    """A name with its other spellings, so that the select box finds it by any of them."""
    others = [entry.get("short_th"), entry.get("name_en"), *(entry.get("aliases") or ())]
    seen = dict.fromkeys(str(text) for text in (entry["name_th"], *others) if text)
    return " · ".join(list(seen)[:6]) + (f" ({t('words_retired')})" if entry.get("is_retired") else "")


def change(name: str, entries: list[dict]) -> None:
    """Form to change name, level, kind or spellings; button to retire or reuse."""
    active = {entry["code"]: entry for entry in entries if not entry["merged_into"]}
    with st.expander(t("words_change")):
        code = st.selectbox(
            t(LIST_KEYS[name]), list(active), None, format_func=lambda code: label(active[code]), key=f"change-{name}"
        )
        if code is None:
            return
        entry = active[code]
        with st.form(f"change-form-{name}", border=False):
            fields = _fields(name, entry, f"change-{name}-{code}")
            sent = st.form_submit_button(t("words_save"), type="primary")
        notice = t("words_changed", name=flat(fields["name_th"] or ""))
        if sent:
            decide(words.change, name, code, fields, notice=notice)
        retired = bool(entry["is_retired"])
        if st.button(t("words_use_again") if retired else t("words_retire"), key=f"retire-{name}-{code}"):
            decide(words.retire, name, code, notice=notice, is_retired=not retired)


def table(scope: Scope, name: str, entries: list[dict]) -> None:
    """The whole list with the state of each entry."""
    names = {entry["code"]: str(entry["name_th"]) for entry in entries}
    rows = pd.DataFrame(
        [
            {field: entry.get(field) or "" for field in ("code", *FIELDS)}
            | {
                "level": _say("tier_", LEVELS, entry.get("level")),
                "kind": _say("word_kind_", KINDS.get(name, ()), entry.get("kind")),
                "aliases": "; ".join(entry.get("aliases") or ()),
                "state": t("words_merged_into", name=names.get(entry["merged_into"], entry["merged_into"]))
                if entry["merged_into"]
                else t("words_retired" if entry["is_retired"] else "words_in_use"),
            }
            for entry in entries
        ],
        columns=["code", *FIELDS, "aliases", "state"],
    )
    fields = [
        "code",
        "name_th",
        "name_en",
        *(("short_th", "level") if name == "agency" else ()),
        *(("kind",) if name in KINDS else ()),
        "aliases",
        "state",
    ]
    panels.table(rows, f"words-{name}", {field: t(f"words_{field}") for field in fields}, height=520)


def template(name: str, entries: list[dict]) -> None:
    """The list as a CSV to fill in and paste: rows without a code are new, rows with a code change that entry."""
    columns = ["code", *FIELDS, "aliases"]
    with st.expander(t("words_template")):
        st.caption(t("words_template_how"))
        rows = pd.DataFrame(
            [
                {**{c: e.get(c) or "" for c in columns}, "aliases": "; ".join(e.get("aliases") or ())}
                for e in entries
                if not e["merged_into"]
            ],
            columns=columns,
        )
        sheet = "\ufeff" + rows.to_csv(index=False)
        st.download_button(
            t("words_get_template"), sheet, f"words-{name}.csv", "text/csv", key=f"sheet-{name}", on_click="ignore"
        )
        written = st.text_area(t("words_paste"), key=f"paste-{name}", height=120)
        if st.button(t("words_apply"), key=f"apply-{name}", disabled=not written.strip()):
            try:
                filled = _filled(written, columns)
            except ValueError:
                st.error(t("words_template_wrong", columns=", ".join(columns)))
                return

            def command(connection: Any, who: str) -> None:
                words.apply(connection, name, filled, who)

            decide(command, notice=t("words_applied", rows=whole(len(filled))))


def _filled(written: str, columns: list[str]) -> list[dict[str, str]]:
    """Rows pasted from a spreadsheet (tabs) or from the CSV. Raises ``ValueError`` without a column ``name_th``."""
    first = written.strip().splitlines()[0]
    frame = pd.read_csv(
        io.StringIO(written.strip()), sep="\t" if "\t" in first else ",", dtype=str, keep_default_na=False
    )
    frame.columns = [str(column).strip().lstrip("\ufeff") for column in frame.columns]
    if "name_th" not in frame:
        raise ValueError("name_th")
    return frame[[column for column in columns if column in frame]].to_dict("records")
