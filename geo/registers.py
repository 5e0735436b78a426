"""Registers of people, groups, communities, funds, plans and indicators: definitions, search, counts and measures.

A register is a frame with one entry per row: ``entry`` (text, its key in links), ``area_level``, ``district_code``,
``subdistrict_code``, ``village_code`` (NA where the entry has no such place), and one column per field. The functions
work on every register; a new one needs only an entry in :data:`REGISTERS`, or a definition in ``data/registers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from geo.frames import each_village, newest_rows
from geo.statuses import decide
from loaders import registers as defined_registers
from loaders.places.searching import has_every_word, search_terms
from loaders.places.text import villages_listed
from loaders.registers import Definition, WithDefined

# Columns that :func:`measures` uses although they need not be a field of the register.
MEASURED = ("members", "hardship_members", "savings_satang", "founded_on", "networks", "villages_named")
NOT_LISTED, OPEN, FILLED = "u", "v", "f"  # map classes in addition to those of counts


class Field(NamedTuple):
    """A column of a register.

    ``form``: text, count, number, year, satang, share, date, yes_no, themes, agency, indicator, or the prefix of the
    text keys of its codes (``role_``).
    """

    name: str
    form: str = "text"


@dataclass(frozen=True)
class Register:
    """Definition of a register.

    ``table``: table of the store. ``title``: column that names an entry. ``searched``: columns of the text search.
    ``kind``: coded field to filter by. ``is_open``: boolean column of entries that need someone (a vacant role), which
    the map shows as a class of their own. Text keys are ``room_NAME`` and ``entry_FIELD``.
    """

    name: str
    table: str
    title: str
    fields: tuple[Field, ...]
    searched: tuple[str, ...]
    kind: Field | None = None
    is_open: str | None = None


def of_definition(definition: Definition) -> Register:
    """The register for a definition of ``data/registers``."""
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
    """Names of the registers defined in ``data/registers``."""
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
COUNTED = ("people", "groups", "funds")  # in the others an entry is any village, or a row that may say "no plan"


def over_names() -> list[str]:
    """Registers whose counts can be shown over any map: :data:`COUNTED` and all of ``data/registers``."""
    return [*COUNTED, *defined_names()]


def in_force(entries: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Entries valid on ``day``: NaT in ``starts_on`` or ``ends_on`` means no limit; both days are inclusive."""
    begun = entries["starts_on"].isna() | (entries["starts_on"] <= day)
    return entries[begun & (entries["ends_on"].isna() | (entries["ends_on"] >= day))]


def is_dated(register: Register) -> bool:
    """Whether the register has the fields ``starts_on`` and ``ends_on``."""
    return {"starts_on", "ends_on"} <= {field.name for field in register.fields}


def with_state(entries: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Entries of a dated register with ``state`` on ``day``: ``now``, ``later`` or ``ended``; sorted in that order."""
    later, ended = (entries["starts_on"] > day).fillna(False), (entries["ends_on"] < day).fillna(False)
    state = np.select([ended, later], ["ended", "later"], "now")
    dated = entries.assign(state=pd.Series(state, entries.index, dtype="string"))
    return dated.iloc[np.argsort(pd.Series(state).map({"now": 0, "later": 1, "ended": 2}).to_numpy(), kind="stable")]


SEARCHED_CODES = ("village_code", "subdistrict_code", "district_code", "area_code")


def matching(entries: pd.DataFrame, written: str, searched: Sequence[str]) -> pd.DataFrame:
    """Entries in which every word of ``written`` occurs in the ``searched`` columns together.

    The comparison is loosened only when nothing matches (:func:`loaders.places.searching.has_every_word`). ``หมู่ 3``
    selects villages of that number; four digits or more select area codes that start with them.
    """
    asked = search_terms(written)
    entries = entries[_in_villages(entries, asked.villages) & _begins(entries, asked.codes)]
    columns = [entries[name].astype("string").fillna("") for name in searched]
    cells = [" ".join(map(str, row)) for row in zip(*columns, strict=True)]
    return entries[has_every_word(asked.words, cells)]


def _in_villages(entries: pd.DataFrame, numbers: Sequence[int]) -> pd.Series:
    """Mask of entries that are in, or list, villages of all these numbers."""
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
    """Entries of a district and kind that match the search text ``written`` (:func:`matching`); ``None`` or "" = all.

    ``entries`` needs a column ``place`` with the place names, which are searched too. Open entries come first, or are
    the only ones with ``only_open``.
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
    """Counts in the order of ``codes``: ``subdistrict_code``, ``entries``, ``open`` (0 without ``is_open``).

    0 means that the register has no entry there, not that nobody is there (see :func:`over_map`).
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
    """Counts to show over any map: ``subdistrict_code``, ``number`` (of open entries with ``is_open``), ``status``.

    ``completeness`` by subdistrict from :func:`geo.coverage.heard.heard`: a place without an entry is *none* only where
    every base that owes the register has reported.
    """
    table = per_place(entries, codes, is_open)
    number = table["open" if is_open else "entries"]
    status = decide(number.gt(0), table["subdistrict_code"].map(completeness))
    return pd.DataFrame({"subdistrict_code": table["subdistrict_code"], "number": number, "status": status})


def unplaced(entries: pd.DataFrame) -> int:
    """Number of entries without a subdistrict: of a district, of the province, or of no place."""
    return int(entries["subdistrict_code"].isna().sum())


def communities(
    villages: pd.DataFrame, plans: pd.DataFrame, organisations: pd.DataFrame, supports: pd.DataFrame
) -> pd.DataFrame:
    """One row per village with its newest plan and counts of groups and support records.

    Adds ``plan_exists``, ``plan_year``, ``cohort``, ``priority_theme`` (NA without a plan row), ``groups`` and
    ``supports`` (rows that name the village, alone or in a list), ``area_level`` and ``district_code``. A count is NA,
    not 0, where no row names the village, because that does not prove that nothing is there.
    """
    own = plans[plans["village_code"].notna()]
    columns = newest_rows(own, "village_code", "plan_year").set_index("village_code")[
        ["plan_exists", "plan_year", "cohort", "priority_theme"]
    ]
    table = villages.merge(columns, left_on="village_code", right_index=True, how="left")
    codes = table["village_code"]
    counts = {
        name: codes.map(each_village(rows)["village_code"].value_counts()).astype("Int64")
        for name, rows in (("groups", organisations), ("supports", supports))
    }
    return table.assign(**counts, area_level="village", district_code=codes.str[:4]).reset_index(drop=True)


def indicators(rows: pd.DataFrame, definitions: Sequence[dict]) -> pd.DataFrame:
    """Indicator values, each with the whole that it is a part of (``of`` in the definitions).

    Adds ``of_value`` (the whole from the same file row, place and year; NaN if not stated) and ``share`` (0-1). The row
    of a whole is dropped where a part of it is stated on the same file row.
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
    kept = np.array([line not in wholes for line in here], dtype=bool)  # dtype: an empty list would select columns
    return table[kept].reset_index(drop=True)


def with_listed_villages(rows: pd.DataFrame, villages: pd.Series) -> pd.DataFrame:
    """Fill ``village_codes`` from a ``village_list`` of village numbers such as "ม.3, ม.5".

    Nothing is filled in when the list has names, ranges, or a number that is no code of ``villages``: never guess.
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
    """Numeric columns of a register: ``entry`` and one float column per measure, NaN = not stated.

    Counts, satang, shares and years as they are, yes = 1 and no = 0, dates as years elapsed until ``today``. Includes
    columns of :data:`MEASURED`; omits columns without any value.
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
    """Counts by subdistrict: ``entry`` (the code) and a column ``register:NAME`` per register.

    Without an entry the count is 0 where every base that owes the register has reported (``completeness`` 1), else NaN.
    """
    table = pd.DataFrame({"entry": codes.to_numpy()})
    for name, entries in registers.items():
        counts = codes.map(entries["subdistrict_code"].value_counts()).astype(float)
        full = codes.map(completeness[name]).eq(1.0) if name in completeness else pd.Series(False, codes.index)
        table[f"register:{name}"] = counts.where(counts.notna(), full.map({True: 0.0, False: np.nan})).to_numpy()
    return table


def newest(values: pd.DataFrame, level: str, key: str) -> pd.DataFrame:
    """Newest value of each indicator at an area ``level``: one row per ``key``, columns ``indicator:CODE``."""
    mine = values[values["area_level"].eq(level).fillna(False) & values["value"].notna()]
    last = newest_rows(mine, [key, "indicator_code"])
    wide = last.pivot(index=key, columns="indicator_code", values="value")
    return wide.add_prefix("indicator:").rename_axis(columns=None)


def newest_of_place(indicators: pd.DataFrame) -> pd.DataFrame:
    """Newest row of every subdistrict; ``indicators`` must hold rows of a single indicator."""
    mine = indicators[indicators["area_level"].eq("subdistrict").fillna(False)]
    return newest_rows(mine, "subdistrict_code")
