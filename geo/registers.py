"""Registers of people, groups, communities, funds and plans: one definition each, and what can be asked of any of them.

A register is a frame with an entry per row: ``entry`` (text, its key in links), ``area_level``, ``district_code``,
``subdistrict_code``, ``village_code`` (NA where the entry has no such place), and the columns of its fields. Searching,
counting per place and the classes of the map are the same for all; a new register is one entry of :data:`REGISTERS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from geo.frames import each_village
from geo.statuses import decide
from loaders import registers as defined_registers
from loaders.places.searching import has_every_word, search_terms
from loaders.places.text import villages_listed
from loaders.registers import Definition, WithDefined

# Figures of entries that no room shows as a field of its own.
MEASURED = ("members", "hardship_members", "savings_satang", "founded_on", "networks", "villages_named")
NOT_LISTED, OPEN, FILLED = "u", "v", "f"  # classes of a map besides those of its counts


class Field(NamedTuple):
    """A column of a register: ``form`` is text, count, satang, share, date, yes_no, themes, agency or the stem of its codes' words."""

    name: str
    form: str = "text"


@dataclass(frozen=True)
class Register:
    """One register: ``table`` of the store it is made from, the ``title`` of an entry, its ``kind`` (coded, to choose by).

    ``searched`` are the fields whose words are searched; ``is_open`` names the column that is true for an entry that
    waits for somebody (a vacant role), which the map shows apart. Words: ``room_NAME`` and ``entry_FIELD``.
    """

    name: str
    table: str
    title: str
    fields: tuple[Field, ...]
    searched: tuple[str, ...]
    kind: Field | None = None
    is_open: str | None = None


def of_definition(definition: Definition) -> Register:
    """The register that is defined as data, as the room shows it."""
    fields = {
        column.name: Field(column.stored, f"{definition.name}_{column.name}_" if column.form == "code" else column.form)
        for column in definition.columns
    }
    kind = next((fields[column.name] for column in definition.columns if column.is_kind), None)
    searched = tuple(column.stored for column in definition.columns if column.is_searched)
    return Register(
        definition.name, definition.name, fields[definition.title].name, tuple(fields.values()), searched, kind
    )


def defined_names() -> list[str]:
    """Names of the registers that are defined as data."""
    return list(defined_registers.defined())


_STARTING = {
    register.name: register
    for register in (
        Register(
            "people",
            "role_holder",
            "role",
            (Field("role", "role_"), Field("person"), Field("organisation_name"), Field("phone")),
            ("person", "organisation_name"),
            Field("role", "role_"),
            "is_vacant",
        ),
        Register(
            "groups",
            "organisation",
            "organisation_name",
            (
                Field("organisation_name"),
                Field("organisation_kind", "organisation_kind_"),
                Field("theme_code", "themes"),
                Field("members", "count"),
                Field("village_list"),
            ),
            ("organisation_name", "village_list"),
            Field("organisation_kind", "organisation_kind_"),
        ),
        Register(
            "communities",
            "plan",
            "name",
            (
                Field("name"),
                Field("plan_exists", "yes_no"),
                Field("plan_year", "year"),
                Field("cohort", "count"),
                Field("priority_theme", "themes"),
                Field("groups", "count"),
                Field("supports", "count"),
            ),
            ("name", "name_en", "village_code"),
            Field("cohort", "cohort_"),
        ),
        Register(
            "funds",
            "welfare_fund",
            "fund_name",
            (
                Field("fund_name"),
                Field("founded_on", "date"),
                Field("members", "count"),
                Field("member_share", "share"),
                Field("savings_satang", "satang"),
                Field("savings_per_member_satang", "satang"),
                Field("members_growth", "share"),
                Field("savings_growth", "share"),
                Field("hardship_members", "count"),
                Field("promised_satang", "satang"),
                Field("received_satang", "satang"),
                Field("not_received", "count"),
                Field("late_satang", "satang"),
                Field("days_late", "count"),
            ),
            ("fund_name",),
        ),
        Register(
            "plans",
            "plan",
            "place",
            (
                Field("area_level", "level_"),
                Field("plan_exists", "yes_no"),
                Field("plan_year", "year"),
                Field("cohort", "count"),
                Field("booklet_held", "yes_no"),
                Field("booklet_pdf", "yes_no"),
                Field("priority_theme", "themes"),
            ),
            ("papers",),
            Field("cohort", "cohort_"),
        ),
        Register(
            "indicators",
            "indicator",
            "indicator_code",
            (
                Field("indicator_code", "indicator"),
                Field("fiscal_year", "year"),
                Field("value", "number"),
                Field("of_value", "number"),
                Field("share", "share"),
                Field("area_level", "level_"),
            ),
            ("indicator_name",),
            Field("indicator_code", "indicator"),
        ),
    )
}
REGISTERS = WithDefined(_STARTING, of_definition)
COUNTED = ("people", "groups", "funds")  # every village is an entry of the others, or a row that may say "no plan"


def over_names() -> list[str]:
    """Registers whose entries may lie over any map: those of :data:`COUNTED`, and every one that is defined as data."""
    return [*COUNTED, *defined_names()]


def in_force(entries: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Entries that hold on a day: without those that ended before it or begin after it; an open end holds."""
    begun = entries["starts_on"].isna() | (entries["starts_on"] <= day)
    return entries[begun & (entries["ends_on"].isna() | (entries["ends_on"] >= day))]


def is_dated(register: Register) -> bool:
    """Whether its entries begin and end on days."""
    return {"starts_on", "ends_on"} <= {field.name for field in register.fields}


def with_state(entries: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Entries of a dated register with ``state`` on a day: ``now``, ``later`` or ``ended``, in that order."""
    later, ended = (entries["starts_on"] > day).fillna(False), (entries["ends_on"] < day).fillna(False)
    state = np.select([ended, later], ["ended", "later"], "now")
    dated = entries.assign(state=pd.Series(state, entries.index, dtype="string"))
    return dated.iloc[np.argsort(pd.Series(state).map({"now": 0, "later": 1, "ended": 2}).to_numpy(), kind="stable")]


SEARCHED_CODES = ("village_code", "subdistrict_code", "district_code", "area_code")


def matching(entries: pd.DataFrame, written: str, searched: Sequence[str]) -> pd.DataFrame:
    """Entries in which every written word stands somewhere in the ``searched`` columns.

    As it is written (spaces, dots and case aside); where nothing is, as it sounds and without the word of its level; where
    nothing is either, without the vowels and marks that a copy out of a PDF loses, and at last nearly so. ``หมู่ 3`` is the
    village of that number,
    four digits or more are the beginning of a code of the place.
    """
    asked = search_terms(written)
    entries = entries[_in_villages(entries, asked.villages) & _begins(entries, asked.codes)]
    columns = [entries[name].astype("string").fillna("") for name in searched]
    cells = [" ".join(map(str, row)) for row in zip(*columns, strict=True)]
    return entries[has_every_word(asked.words, cells)]


def _in_villages(entries: pd.DataFrame, numbers: Sequence[int]) -> pd.Series:
    """Entries that are of every one of the villages with these numbers, or name them in a list."""
    chosen = pd.Series(True, entries.index)
    listed = [
        entries[name].astype("string").fillna("") for name in ("village_code", "village_codes") if name in entries
    ]
    for number in numbers:
        ends = rf"\d{{6}}{number:02d}(?:,|$)"
        chosen &= pd.concat([cells.str.contains(ends) for cells in listed], axis=1).any(axis=1) if listed else False
    return chosen


def _begins(entries: pd.DataFrame, codes: Sequence[str]) -> pd.Series:
    present = [entries[name].astype("string").fillna("") for name in SEARCHED_CODES if name in entries]
    chosen = pd.Series(True, entries.index)
    for code in codes:
        chosen &= pd.concat([cells.str.startswith(code) for cells in present], axis=1).any(axis=1) if present else False
    return chosen


def asked(
    entries: pd.DataFrame, register: Register, *, district: str | None, kind: str | None, written: str, only_open: bool
) -> pd.DataFrame:
    """The entries of a district and kind that hold the written words in a searched field or in their ``place``.

    ``entries`` has the words of the place in a column ``place``. Those that wait for somebody come first, and alone with
    ``only_open``.
    """
    if district:
        entries = entries[entries["district_code"].eq(district).fillna(False)]
    if kind and register.kind:
        entries = entries[entries[register.kind.name].astype("string").eq(kind).fillna(False)]
    if register.is_open:
        waits = entries[register.is_open].fillna(False).astype(bool)
        order = waits.sort_values(ascending=False, kind="stable").index
        entries = entries.loc[order[waits.loc[order]] if only_open else order]
    return matching(entries, written, ("place", *register.searched)) if written else entries


def per_place(entries: pd.DataFrame, codes: pd.Series, is_open: str | None = None) -> pd.DataFrame:
    """Entries per subdistrict in the order of ``codes``: ``subdistrict_code``, ``entries``, ``open`` (0 without ``is_open``).

    A subdistrict without an entry has 0, which says that the register names nobody there, not that there is nobody.
    """
    placed = entries[entries["subdistrict_code"].notna()]
    counts = placed.groupby("subdistrict_code").size()
    waits = placed[placed[is_open].fillna(False).astype(bool)] if is_open else placed.iloc[:0]
    return pd.DataFrame(
        {
            "subdistrict_code": codes.to_numpy(),
            "entries": counts.reindex(codes).fillna(0).astype(int).to_numpy(),
            "open": waits.groupby("subdistrict_code").size().reindex(codes).fillna(0).astype(int).to_numpy(),
        }
    )


def over_map(
    entries: pd.DataFrame, codes: pd.Series, completeness: pd.Series, is_open: str | None = None
) -> pd.DataFrame:
    """What a register says over any map: ``subdistrict_code``, ``number`` of entries (with ``is_open`` of those that wait), ``status``.

    ``completeness`` by subdistrict as of :func:`geo.coverage.heard.heard`: a place without an entry has none only where
    all who owe the register have given it.
    """
    table = per_place(entries, codes, is_open)
    number = table["open" if is_open else "entries"]
    status = decide(number.gt(0), table["subdistrict_code"].map(completeness))
    return pd.DataFrame({"subdistrict_code": table["subdistrict_code"], "number": number, "status": status})


def unplaced(entries: pd.DataFrame) -> int:
    """Entries of no subdistrict: of a district, of the province, or of no place at all."""
    return int(entries["subdistrict_code"].isna().sum())


def communities(
    villages: pd.DataFrame, plans: pd.DataFrame, organisations: pd.DataFrame, supports: pd.DataFrame
) -> pd.DataFrame:
    """Every village with its newest plan, its groups and its records of support.

    ``plan_exists``, ``plan_year``, ``cohort`` and ``priority_theme`` are NA where no plan row names the village; ``groups`` and
    ``supports`` count rows that name the village itself, alone or in a list of villages, NA where none does: that no row
    names a village does not say that nothing is there.
    """
    own = plans[plans["village_code"].notna()]
    newest = own.sort_values("plan_year", na_position="first").drop_duplicates("village_code", keep="last")
    columns = newest.set_index("village_code")[["plan_exists", "plan_year", "cohort", "priority_theme"]]
    table = villages.merge(columns, left_on="village_code", right_index=True, how="left")
    codes = table["village_code"]
    counts = {
        name: codes.map(each_village(rows)["village_code"].value_counts()).astype("Int64")
        for name, rows in (("groups", organisations), ("supports", supports))
    }
    return table.assign(**counts, area_level="village", district_code=codes.str[:4]).reset_index(drop=True)


def indicators(rows: pd.DataFrame, definitions: Sequence[dict]) -> pd.DataFrame:
    """Figures of places, one row each: one that is part of a whole (``of``) has it beside it.

    Adds ``of_value`` (of the same place, year, base and file; NA where nothing states it) and ``share``; wholes
    (``is_whole``) are no rows of their own where a part of theirs is stated.
    """
    whole = {definition["code"]: definition["of"] for definition in definitions if definition.get("of")}
    keys = ("batch_id", "sheet", "row", "area_code", "fiscal_year")
    lines = list(zip(*(rows[name].astype("string").fillna("") for name in keys), strict=True))
    parts = [(line, whole.get(code)) for line, code in zip(lines, rows["indicator_code"], strict=True)]
    here = list(zip(lines, rows["indicator_code"], strict=True))
    stated = dict(zip(here, rows["value"], strict=True))
    of_value = pd.Series([stated.get(part, np.nan) for part in parts], rows.index, dtype=float)
    table = rows.assign(of_value=of_value, share=rows["value"] / of_value.where(of_value > 0))
    wholes = set(parts)
    kept = np.array([line not in wholes for line in here], dtype=bool)  # an empty list would choose no column
    return table[kept].reset_index(drop=True)


def with_listed_villages(rows: pd.DataFrame, villages: pd.Series) -> pd.DataFrame:
    """Rows whose ``village_list`` is numbers of villages ("ม.3, ม.5") with ``village_codes`` of those that there are.

    Names, spans and numbers that no village of the subdistrict has are not guessed: such a list stays words.
    """
    existing = set(villages)
    codes = []
    for listed, there, code in zip(rows["village_list"], rows["village_codes"], rows["subdistrict_code"], strict=True):
        listed_codes: list[str] = []
        if isinstance(listed, str) and not isinstance(there, str) and isinstance(code, str):
            listed_codes = [f"{code}{number:02d}" for number in villages_listed(listed)]
            listed_codes = listed_codes if set(listed_codes) <= existing else []
        codes.append(",".join(dict.fromkeys(listed_codes)) or there)
    return rows.assign(village_codes=pd.Series(codes, rows.index, dtype="string"))


def measures(register: Register, entries: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """What can be measured of every entry, one float column each; what is not stated is NaN.

    Counts, money (satang), shares, yes (1) and no (0), and for a date the years that have passed since. Columns of the
    frame that are no fields of the room count too (savings of a group). Without columns of which nothing is stated.
    """
    forms = {field.name: field.form for field in register.fields}
    table = pd.DataFrame({"entry": entries["entry"]})
    for name in dict.fromkeys([*forms, *MEASURED]):
        if name not in entries:
            continue
        cells, form = entries[name], forms.get(name, "")
        if form == "date" or pd.api.types.is_datetime64_any_dtype(cells):
            table[name] = (today - pd.to_datetime(cells)).dt.days / 365.25
        elif form in ("count", "satang", "share", "yes_no", "year") or name in MEASURED:
            table[name] = pd.to_numeric(cells, errors="coerce").astype("Float64").astype(float)
    stated = [name for name in table if name == "entry" or table[name].notna().any()]
    return table[stated]


def per_subdistrict(
    codes: pd.Series, registers: dict[str, pd.DataFrame], completeness: dict[str, pd.Series]
) -> pd.DataFrame:
    """Entries of every register per subdistrict as ``register:NAME``; none is 0 where all who owe it have reported, else NaN."""
    table = pd.DataFrame({"entry": codes.to_numpy()})
    for name, entries in registers.items():
        counts = codes.map(entries["subdistrict_code"].value_counts()).astype(float)
        full = codes.map(completeness[name]).eq(1.0) if name in completeness else pd.Series(False, codes.index)
        table[f"register:{name}"] = counts.where(counts.notna(), full.map({True: 0.0, False: np.nan})).to_numpy()
    return table


def newest(values: pd.DataFrame, level: str, key: str) -> pd.DataFrame:
    """Newest figure of each indicator and place of a level, wide: one row per ``key``, columns ``indicator:CODE``."""
    mine = values[values["area_level"].eq(level).fillna(False) & values["value"].notna()]
    last = mine.sort_values("fiscal_year", na_position="first").drop_duplicates([key, "indicator_code"], keep="last")
    wide = last.pivot(index=key, columns="indicator_code", values="value")
    return wide.add_prefix("indicator:").rename_axis(columns=None)


def newest_of_place(indicators: pd.DataFrame) -> pd.DataFrame:
    """The newest figure of every subdistrict, of the one indicator that the rows are of."""
    mine = indicators[indicators["area_level"].eq("subdistrict").fillna(False)]
    return mine.sort_values("fiscal_year", na_position="first").drop_duplicates("subdistrict_code", keep="last")
