"""What changed since a meeting: figures, map, records by kind, classes with reasons, streams, other registers."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.changes import CORRECTIONS, KINDS
from geo.frames import each_row
from pages.components import filters as choices
from pages.components import panels, records
from pages.loop import data
from pages.queries import loop
from pages.queries import money as money_queries
from pages.queries.loop import Since
from pages.queries.query import Query
from pages.ranking.data import KEY, criteria
from pages.session.scope import Scope
from pages.session.text import baht, day, language, safe, t, whole

CHANGE_KEYS = {
    "begun": "change_begun", "reported": "change_reported", "moved": "change_moved", "revised": "change_revised",
    "progress": "change_progress", "ended": "change_ended", "corrected": "change_corrected", "gone": "change_gone",
}  # fmt: skip
WHY_KEYS = {"agreed": "class_why_agreed", "data": "class_why_data", "others": "class_why_others"}
STREAM_KEYS = {"ended": "changed_streams_ended", "new": "changed_streams_new"}
REAL = tuple(kind for kind in KINDS if kind not in CORRECTIONS)


def since_of(scope: Scope) -> Since | None:
    """Choose the meeting to compare with (the last one before today is preselected); None when none was held."""
    held = {str(meeting.number): meeting for meeting in loop.held(scope)}
    if not held:
        return None
    usual = loop.last_before(scope)
    first = str(usual.number) if usual else next(iter(held))
    key = choices.choose(
        "since",
        t("changed_since"),
        list(held),
        lambda number: f"{held[number].name} · {day(held[number].day)}",
        first,
    )
    return held[key]


def show(scope: Scope, chosen: Query, place: DeltaGenerator) -> None:
    """Draw what changed since the chosen meeting: finding, map, figures, classes, records, registers."""
    left, right = st.columns([8, 5], gap="medium")
    with right:
        since = since_of(scope)
    if since is None:
        with place:
            panels.title(t("view_loop"), t("changed_how"))
            panels.empty("changed_no_meeting")
        return
    table, classes = loop.changes(scope, chosen, since), data.class_changes(scope, chosen, since)
    counts = data.counted(table)
    with place:
        missing = table.loc[table["kind"].isin(data.NEW), "amount_satang"].isna().sum()
        panels.title(
            finding(counts, len(classes), since), " · ".join([t("changed_how"), *records.without_amount(missing)])
        )
    layer = data.layer(scope, chosen, since)
    with left:
        panels.show_board(scope, layer, panels.choose_map_view(scope), chosen)
    with right:
        panels.layer_legend(layer, chosen.district)
        panels.figures([(t(CHANGE_KEYS[kind]), _figure(counts.loc[kind])) for kind in KINDS if counts.at[kind, "records"]])  # fmt: skip
        _streams(scope, chosen, since)
    _classes(scope, classes)
    _records(scope, table)
    _registers(scope, since)


def finding(counts: pd.DataFrame, classes: int, since: Since) -> str:
    """Sentence: new, ended and changed records; corrections are counted separately, they are no change of the world."""
    new = counts.loc[list(data.NEW)]
    return t(
        "finding_changed", day=day(since.day), new=whole(new["records"].sum()), satang=_money(new),
        ended=whole(counts.at["ended", "records"]), classes=whole(classes),
        other=whole(counts.loc[["moved", "revised", "progress"], "records"].sum()),
        corrected=whole(counts.loc[sorted(CORRECTIONS), "records"].sum()),
    )  # fmt: skip


def _money(new: pd.DataFrame) -> str:
    """Baht of the new records; 0 only where there are none."""
    held = new.loc[new["records"].gt(0), "satang"]
    return t("amount_not_known") if len(held) and held.isna().all() else baht(held.sum())


def _figure(row: pd.Series) -> str:
    money = "" if pd.isna(row["satang"]) else f" · {baht(row['satang'])}"
    return f"{whole(row['records'])}{money}"


def _records(scope: Scope, table: pd.DataFrame) -> None:
    kinds = [kind for kind in KINDS if table["kind"].eq(kind).any()]
    if not kinds:
        panels.empty("changed_none")
        return
    kind = choices.switch(
        "kind",
        t("changed_kind"),
        ["", *kinds],
        lambda kind_code: t(CHANGE_KEYS[kind_code]) if kind_code else t("changed_every"),
        "",
    )
    rows = table[table["kind"].eq(kind)] if kind else table
    names, streams = records.agency_names(scope), records.stream_names(scope)
    shown = rows.assign(
        kind=[t(CHANGE_KEYS[kind_code]) for kind_code in rows["kind"]],
        base=[records.base_words(scope, base) for base in rows["base"]],
        agency=[names.get(agency, agency) for agency in rows["agency_code"]],
        place=[records.place_words(scope, code) for code in rows["area_code"]],
        stream=["" if pd.isna(stream) else streams.get(stream, stream) for stream in rows["stream_code"]],
        what=[_fields(scope, row) for row in each_row(rows)],
    )
    columns = {"kind": t("column_change"), "base": t("column_base"), "agency": t("column_agency"), "place": t("column_place"),
               "stream": t("filter_stream"), "activity": t("column_what"), "what": t("column_differs"),
               "amount_before_satang": t("column_was"), "amount_satang": t("column_is"),
               "paid_before_satang": t("column_paid_was"), "paid_satang": t("column_paid_is"), "ends_on": t("column_ends")}  # fmt: skip
    money = [name for name in columns if name.endswith("_satang")]
    panels.table(shown, "changes", columns, formats=dict.fromkeys(money, _amount) | {"ends_on": day})


def _amount(satang: object) -> str:
    return "" if pd.isna(satang) else baht(satang)


def _fields(scope: Scope, row: object) -> str:
    """Fields of a record that differ, in words; for a place also the previous one."""
    fields = [name for name in str(getattr(row, "fields", "")).split(",") if name]
    words = [t(f"changed_{name.removesuffix('_satang').removesuffix('_code')}") for name in fields]
    before = getattr(row, "area_before", None)
    if "area_code" in fields and isinstance(before, str):
        words.append(t("changed_from_place", place=records.place_words(scope, before)))
    return " · ".join(words)


def _classes(scope: Scope, classes: pd.DataFrame) -> None:
    st.html(f"<b>{safe(t('changed_classes', places=whole(len(classes))))}</b>")
    if classes.empty:
        return
    names = {entry["code"]: entry.get(f"name_{language()}", entry["code"]) for entry in criteria()}
    shown = classes.assign(
        place=[records.place_words(scope, code) for code in classes[KEY]],
        was=classes["before"].fillna(t("meeting_not_ranked")), now=classes["after"].fillna(t("meeting_not_ranked")),
        why=[t(WHY_KEYS[why]) for why in classes["why"]],
        reason=[" · ".join(f"{names.get(name, name)} {_value(old)} → {_value(new)}" for name, old, new in values) for values in classes["values"]],
    )  # fmt: skip
    columns = {"place": t("column_place"), "was": t("column_class_was"), "now": t("column_class_is"), "why": t("column_why"), "reason": t("column_reason_data")}  # fmt: skip
    panels.table(shown, "class-changes", columns)


def _value(value: float) -> str:
    return t("not_known") if pd.isna(value) else f"{value:,.4g}"


def _streams(scope: Scope, chosen: Query, since: Since) -> None:
    table, names = loop.streams(scope, chosen, since), records.stream_names(scope)
    counted_to = day(max(money_queries.asked_on(chosen), since.day))
    for what in ("new", "ended"):
        listed = [
            f"{names.get(row.stream_code, row.stream_code)} ({_amount(row.amount_satang)})"
            for row in each_row(table[table["what"].eq(what)])
        ]
        words = t(STREAM_KEYS[what], first=day(since.day), last=counted_to, streams=", ".join(listed) or "–")
        st.html(f"<p>{safe(words)}</p>")


def _registers(scope: Scope, since: Since) -> None:
    table = loop.registers(scope, since)
    table = table[table[["new", "gone", "changed"]].sum(axis=1).gt(0)]
    if table.empty:
        return
    st.html(f"<b>{safe(t('changed_registers'))}</b>")
    shown = table.assign(name=[t(f"register_{name}") for name in table["register"]])
    columns = {"name": t("column_register"), "new": t("changed_rows_new"), "changed": t("changed_rows_changed"), "gone": t("changed_rows_gone")}  # fmt: skip
    panels.table(shown, "register-changes", columns)
