"""Panels of the review desk: quarantined rows by reason, evidence, decision for one or all alike, undo."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from geo.frames import each_row
from loaders import codes
from loaders.imports.review import commands
from loaders.problems import Refused
from pages.components import panels, records
from pages.queries import store as queries
from pages.review import places, splitting
from pages.session import sign_in
from pages.session.scope import Scope
from pages.session.text import baht, day, flat, language, problem_text, safe, t, whole

MOST_GROUPS = 300
MOST_NAMED = 5
BLANK = ""


def reasons(rows: pd.DataFrame) -> str | None:
    """Choose a reason, those with most rows first."""
    counts = rows["problem"].value_counts()
    money = {problem: _and_money(alike["satang"]) for problem, alike in rows.groupby("problem")}
    kinds = {problem: t(f"kind_{rows.loc[rows['problem'] == problem, 'kind'].iloc[0]}") for problem in counts.index}

    def words(problem: str) -> str:
        return f"{kinds[problem]} · {_short(problem)} · {whole(counts[problem])} {t('records')}{money[problem]}"

    return st.selectbox(t("choose_reason"), list(counts.index), format_func=words, key="review-reason")


def money_words(satang: pd.Series) -> str:
    """Baht of waiting rows; "" when none has a readable amount, which is not zero baht."""
    return baht(satang.sum()) if satang.fillna(0).ne(0).any() else ""


def _and_money(satang: pd.Series) -> str:
    words = money_words(satang)
    return f" · {words}" if words else ""


def _short(problem: str) -> str:
    """Text of a problem without its blanks, which only a single row could fill."""
    text = re.sub(r"\s*[“\"]–[”\"]\s*", " … ", problem_text({"code": problem}))
    return text.strip(" …")[:90]


def groups(rows: pd.DataFrame) -> pd.DataFrame:
    """Choose a group of rows with the same written value (``alike``); returns its rows."""
    sizes = rows.groupby("alike", sort=False).agg(
        rows=("id", "size"), satang=("satang", "sum"), value=("value", "first")
    )
    sizes = sizes.sort_values(["rows", "satang"], ascending=False).head(MOST_GROUPS)

    def words(key: str) -> str:
        group = sizes.loc[key]
        return f"{group['value'] or t('nothing_written')} · {whole(group['rows'])} {t('records')}{_and_money(rows.loc[rows['alike'].eq(key), 'satang'])}"

    chosen = st.selectbox(
        t("choose_group", number=whole(rows["alike"].nunique())),
        list(sizes.index),
        format_func=words,
        key="review-group",
    )
    return rows[rows["alike"] == chosen]


def evidence(scope: Scope, rows: pd.DataFrame) -> None:
    """Problem of the group in words, and table of its rows with their cells."""
    first = rows.iloc[0]
    offered = places.offered(first)
    several = first["problem"] in (*splitting.SEVERAL, "place_contradiction")
    facts = {
        "code": first["problem"],
        "value": first["value"],
        "row": int(first["row"]),
        "column": first["heading"],
        "sheet": first["sheet"],
        "suggestion": _proposed(
            scope, first["kind"], offered[: MOST_NAMED if several or first["kind"] == "value" else 1]
        ),
    }
    st.info(flat(problem_text(facts)))
    shown = rows.assign(
        cells=[" · ".join(f"{head}: {cell}" for head, cell in json.loads(text).items()) for text in rows["cells"]]
    )
    columns = {
        "file_name": t("column_file"),
        "sheet": t("column_sheet"),
        "row": t("column_row"),
        "satang": t("column_amount"),
        "cells": t("column_cells"),
    }
    panels.table(shown, "waiting", columns, height=260, formats={"satang": baht})


def _proposed(scope: Scope, kind: str, offered: list[str]) -> str | None:
    """Proposed places, or codes that a word may mean, in words; None without any."""
    if kind == "value":
        return ", ".join(codes.name_of(code, language()) for code in offered) or None
    return ", ".join(records.place_words(scope, code) for code in offered) or None


def _ask_value(first: pd.Series) -> str | None:
    """Ask for the right value: typed, or one of the proposed codes that are not retired."""
    retired = {code for name in codes.LISTS for code in codes.retired(name)}
    label, written, offered = (
        t("correct_value", column=flat(first["heading"])),
        first["value"] or "",
        [code for code in places.offered(first) if code not in retired],
    )
    if not offered:
        return st.text_input(label, written)
    words = {code: f"{codes.name_of(code, language())} ({code})" for code in offered}
    return st.selectbox(
        label, [written, *offered], format_func=lambda code: words.get(code, code), accept_new_options=True
    )


def decision(scope: Scope, rows: pd.DataFrame) -> None:
    """Form of the decision, by kind of problem; it can be undone in :func:`past`."""
    first, kind = rows.iloc[0], rows["kind"].iloc[0]
    if kind == "place" and splitting.is_wanted(first):
        splitting.sharing(scope, rows, _do)
        return
    with st.form(f"decide-{first['id']}"):
        everything = True
        if len(rows) > 1:
            everything = st.radio(
                t("how_many"),
                [True, False],
                format_func=lambda alike: (
                    t("all_alike", number=len(rows)) if alike else t("only_first", row=int(first["row"]))
                ),
                horizontal=True,
            )
        code = _ask_place(scope, first) if kind == "place" else None
        value = _ask_value(first) if kind == "value" else None
        reason = st.text_input(t("decision_reason"))
        with st.container(horizontal=True):
            labels = {"place": "decide_place", "value": "decide_value", "row": "decide_accept"}
            agreed = st.form_submit_button(t(labels[kind]), type="primary")
            dropped = st.form_submit_button(t("decide_exclude"))
    ids = [int(number) for number in (rows["id"] if everything else rows["id"].head(1))]
    by, province = sign_in.person(), scope.province
    if dropped:
        _do(lambda: commands.decide_exclude(queries.engine(), ids, reason, by))
    elif agreed and kind == "place":
        _do(
            lambda: commands.decide_place(
                queries.engine(), ids, code or "", reason, by, remember=everything, province=province
            )
        )
    elif agreed and kind == "value":
        _do(
            lambda: commands.decide_value(
                queries.engine(), ids, first["heading"], value or "", reason, by, province=province
            )
        )
    elif agreed:
        _do(lambda: commands.decide_accept(queries.engine(), ids, reason, by, province=province))


def _ask_place(scope: Scope, first: pd.Series) -> str:
    """Ask for the place; candidates are listed first."""
    return st.selectbox(
        t("right_place"),
        [BLANK, *places.choices(scope, first)],
        format_func=lambda code: places.words(scope, first, code) if code else t("choose_place"),
    )


def _decided_to(scope: Scope, row: Any) -> str:
    """Result of a decision: place, shares of several places, or value."""
    if row.kind == "split":
        parts = json.loads(row.value)["parts"]
        return " · ".join(f"{records.place_words(scope, code)} {baht(satang)}" for code, satang in parts.items())
    return records.place_words(scope, row.area_code) if isinstance(row.area_code, str) else row.value or ""


def _do(act: Callable[[], commands.Decided]) -> None:
    try:
        sign_in.team_only(queries.viewer())
        done = act()
    except Refused as stop:
        st.error(flat(problem_text(stop.problem.as_dict())))
        return
    if done.problem is not None and not done.loaded and not done.excluded:
        st.error(flat(problem_text(done.problem.as_dict())))
        return
    st.session_state["review_note"] = t("decided", loaded=done.loaded, excluded=done.excluded, waiting=done.waiting)
    if done.repeats:
        st.session_state["review_repeats"] = _repeats(done)
    st.rerun()


def _repeats(done: commands.Decided) -> str:
    """Warning about loaded rows that another file in use already has."""
    where = ", ".join(f"{repeat.of.file} · {repeat.of.row}" for repeat in done.repeats[:MOST_NAMED])
    return t(
        "decided_repeats",
        rows=whole(len(done.repeats)),
        baht=baht(sum(repeat.satang for repeat in done.repeats)),
        where=flat(where + (" …" if len(done.repeats) > MOST_NAMED else "")),
    )


def past(scope: Scope) -> None:
    """Decisions in force with person and reason, their undo, and aliases that no row uses."""
    made, unused = queries.row_decisions(scope)
    standing = made[~made["is_undone"].astype(bool)]
    if len(standing):
        with st.expander(t("decisions_made", number=whole(len(standing)))):
            shown = standing.assign(
                what=[t(f"decided_{row.kind}") for row in each_row(standing)],
                to=[_decided_to(scope, row) for row in each_row(standing)],
                when=standing["decided_at"],
            )
            columns = {"id": t("column_number"), "what": t("column_what"), "to": t("column_decided_to"),
                       "file_name": t("column_file"), "row": t("column_row"), "reason": t("column_why"),
                       "decided_by": t("column_who"), "when": t("column_on")}  # fmt: skip
            panels.table(shown, "decisions", columns, formats={"when": day})
            chosen = st.multiselect(t("choose_undo"), list(standing["id"]), key="undo-which")
            if st.button(t("undo"), disabled=not chosen, key="undo"):
                sign_in.team_only(queries.viewer())
                commands.undo(queries.engine(), [int(number) for number in chosen], sign_in.person())
                st.rerun()
    if len(unused):
        with st.expander(t("unused_aliases", number=whole(len(unused)))):
            st.caption(t("unused_aliases_note"))
            for row in each_row(unused):
                st.html(
                    f"<p>{safe(row.written.replace('|', ' ').strip())} → {safe(records.place_words(scope, row.area_code))} · {safe(row.decided_by)} · {safe(row.reason or '')}</p>"
                )
