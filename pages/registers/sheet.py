"""Sheet of one entry: fields, related entries of all rooms, supports, source row, changes by hand.

The relation is symmetric: two entries are related when they name the same village, or the same name in one subdistrict
(or one of the two has no subdistrict).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo import registers
from geo.frames import each_row, each_village
from geo.registers import Register
from loaders.codes import squeeze
from pages.components import panels, records
from pages.components.registers import agreed
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.registers import by_hand, classes, lists, progress
from pages.session import page_links, url_state
from pages.session.scope import Scope
from pages.session.text import baht, day, safe, t, whole

# Columns with names of groups, networks, circles, funds or teams; names of people are not unique and link nothing.
NAMES = {
    "groups": ("organisation_name",), "funds": ("fund_name",), "people": ("organisation_name",),
    "membership": ("member", "body"), "looking_after": ("group_name", "carer"),
}  # fmt: skip
OF_SUBDISTRICT = ("plans", "funds", "looking_after", "people")  # a village's sheet also lists its subdistrict's entries
MOST_LINKS = 8


def show(scope: Scope, register: Register, entry: pd.DataFrame) -> None:
    """Draw the sheet of an entry; ``entry``: frame with one row."""
    row = next(each_row(entry))
    shown = lists.in_words(scope, register, entry).iloc[0]
    lines = [(heading, shown[name]) for name, heading in lists.headings(register).items() if name in shown]
    lines += agreed_lines(scope, register, row.entry)
    body = "".join(
        f"<li>{safe(heading)}: {safe(words) if words else safe(t('not_known'))}</li>" for heading, words in lines
    )
    st.html(f'<div class="kradan-sheet"><b>{safe(shown[register.title] if register.title in shown else shown["place"])}</b><ul>{body}</ul></div>')  # fmt: skip
    if register.name == "communities":
        st.caption(t("village_place_schematic"))
    if register.name == "funds":
        progress.one_fund(scope, entry)
    if isinstance(row.subdistrict_code, str):
        page_links.link("subdistrict", t("to_subdistrict"), url_state.link_params(subdistrict=row.subdistrict_code))
    _related(scope, register, row)
    _supports(scope, register, row)
    if "file_name" in entry:
        st.caption(records.source_words(row))
        _history(scope, register, row)
    by_hand.papers_of(scope, register, row)


def agreed_lines(scope: Scope, register: Register, entry: str) -> list[tuple[str, str]]:
    """Heading and words of the agreed class of an entry; none for rooms without classes."""
    if register.name not in classes.ROOMS:
        return []
    own = register_queries.agreed_of_entries(scope, register.name)
    rows = own[own["entry"].eq(entry).fillna(False)].to_dict("records")
    return [(t("rank_agreed_class"), t("agreed_on_sheet", agreed=row["class"], computed=agreed.class_words(row["computed_class"]), reason=row["reason"], by=row["by"], on=day(row["on"]))) for row in rows]  # fmt: skip


def related(scope: Scope, register: Register, row: Any) -> dict[str, pd.DataFrame]:
    """Room -> related entries (see the module)."""
    names, villages = _names(register.name, row), _villages(row)
    by_register = {}
    for name, other in registers.REGISTERS.items():
        if name == "indicators":
            continue
        entries = register_queries.entries(scope, name)
        if entries.empty:
            continue
        links = register_queries.links(scope, name, NAMES.get(name, ()))
        own = {entry for village in villages for entry in links.by_village.get(village, ())}
        for entry, place in (link for written in names for link in links.by_name.get(written, ())):
            if place is None or not isinstance(row.subdistrict_code, str) or place == row.subdistrict_code:
                own.add(entry)
        if not own:
            continue
        rows = entries[entries["entry"].isin(own)]
        rows = rows[~rows["entry"].eq(row.entry)] if name == register.name else rows
        if registers.is_dated(other):
            rows = registers.with_state(rows, pd.Timestamp.today().normalize())
        if len(rows):
            by_register[name] = rows
    return by_register


def _names(name: str, row: Any) -> set[str]:
    values = [getattr(row, column, None) for column in NAMES.get(name, ())]
    return {squeeze(value) for value in values if isinstance(value, str) and value}


def _villages(row: Any) -> set[str]:
    listed = getattr(row, "village_codes", None)
    code = getattr(row, "village_code", None)
    return set(listed.split(",")) if isinstance(listed, str) and listed else {code} if isinstance(code, str) else set()


def _of_name(entries: pd.DataFrame, columns: tuple[str, ...], names: set[str], place: Any) -> pd.Series:
    """Whether entries have one of the names, in the same subdistrict or where one side has none."""
    hit = pd.Series(False, entries.index)
    for column in columns if names else ():
        hit |= entries[column].map(squeeze, na_action="ignore").isin(names)
    if isinstance(place, str):
        hit &= entries["subdistrict_code"].isna() | entries["subdistrict_code"].eq(place).fillna(False)
    return hit.astype(bool)


def _related(scope: Scope, register: Register, row: Any) -> None:
    for name, rows in related(scope, register, row).items():
        _links(scope, name, rows, t(f"room_{name}"), next(iter(sorted(_names(register.name, row))), ""))
    if register.name != "communities":
        return
    for name in OF_SUBDISTRICT:
        rows = register_queries.entries(scope, name)
        rows = rows[rows["subdistrict_code"].eq(row.subdistrict_code).fillna(False)]
        rows = rows[rows["area_level"].eq("subdistrict").fillna(False)] if "area_level" in rows else rows
        if registers.is_dated(registers.REGISTERS[name]):
            rows = registers.with_state(rows, pd.Timestamp.today().normalize())
        if len(rows):
            _links(scope, name, rows, t("of_its_subdistrict", room=t(f"room_{name}")), "")


def _links(scope: Scope, name: str, rows: pd.DataFrame, title: str, find: str) -> None:
    """Links to the sheets of entries; beyond :data:`MOST_LINKS` one to the list of the room."""
    room = registers.REGISTERS[name]
    words = lists.in_words(scope, room, rows)
    st.html(f"<b>{safe(title)} ({whole(len(rows))})</b>")
    for entry, line in list(zip(rows["entry"], words.to_dict("records"), strict=True))[:MOST_LINKS]:
        title_words = line.get(room.title) or line["place"]
        more = " · ".join(str(line[column.name]) for column in room.fields if column.name in line and column.name != room.title and line[column.name])  # fmt: skip
        state = line.get("state")
        label = " · ".join(
            filter(
                None,
                [str(title_words), more, str(line["place"]) if title_words != line["place"] else "", str(state or "")],
            )
        )
        page_links.link("registers", label[:160], url_state.link_params(register=name, entry=str(entry)))
    if len(rows) > MOST_LINKS:
        link = {"register": name} | ({"find": find} if find else {})
        page_links.link("registers", t("sheet_more", more=whole(len(rows) - MOST_LINKS)), url_state.link_params(**link))


def _supports(scope: Scope, register: Register, row: Any) -> None:
    """Supports that name the village, or whose implementer has the name of the entry."""
    rows = queries.support(scope)
    if register.name == "communities":
        rows = each_village(rows)
        own = rows[rows["village_code"].eq(row.village_code).fillna(False)]
    else:
        own = rows[_of_name(rows, ("implementer",), _names(register.name, row), row.subdistrict_code)]
    if own.empty:
        return
    columns = {"agency": t("column_agency"), "what": t("column_what"), "amount_satang": t("column_amount"),
               "period": t("column_period"), "source": t("column_source")}  # fmt: skip
    st.html(f"<b>{safe(t('support_here'))}</b>")
    panels.table(records.support_words(scope, own), "entry-support", columns, 220, {"amount_satang": baht})


def _history(scope: Scope, register: Register, row: Any) -> None:
    """Changes by hand of this entry."""
    if not by_hand.room_of(register):
        return
    made = register_queries.changes(scope)
    own = made[made["register"].eq(register.table) & made["batch_id"].eq(row.batch_id) & made["sheet"].eq(row.sheet) & made["row"].eq(row.row)]  # fmt: skip
    if own.empty:
        return
    st.html(f"<b>{safe(t('entry_changes', changes=whole(len(own))))}</b>")
    columns = {column: t(key) for column, key in by_hand.CHANGE_HEADS.items()}
    panels.table(by_hand.changes_in_words(scope, register, own), "entry-history", columns, 200)
