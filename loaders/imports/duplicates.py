"""Repeats: support lines that another active file has too, found before storing and reported with rows and baht.

Agencies send lists that grow monthly, and one budget book is published as several files. The store refuses equal bytes,
but the same line may be in other bytes. A repeat is never certain: only a person can leave it out.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd
from rapidfuzz import fuzz, process
from sqlalchemy import Connection, func, select

from loaders import thai
from loaders.codes import squeeze
from loaders.imports.account import LEFT_OUT, RETIRED, Ingested, SheetResult
from loaders.problems import Problem
from loaders.store import tables

FOUND = "repeat_found"
ALIKE = 95.0  # of 100, over consonants and digits: text from PDF often lost vowels and marks
TELLING = 40  # letters from which a description identifies a line, whatever its agency
PER_FETCH = 10_000
NUMBER = re.compile(r"\d+")
SOFT = re.compile("[^ก-ฮ0-9a-z]")
Key = tuple[str, int | None, int | None]


class Line(NamedTuple):
    """One support line, stored or new; ``key`` must be equal, ``words`` is the squeezed activity."""

    key: Key
    words: str
    activity: str
    agency: str
    starts_on: Any
    sheet: str
    row: int
    batch: int = 0
    file: str = ""


Likeness = Callable[[dict[str, list[Line]], Line], list[str]]


@dataclass(frozen=True)
class Repeat:
    """A row of the new file that repeats a stored row (``of``)."""

    sheet: str
    row: int
    activity: str
    satang: int
    of: Line


def find(connection: Connection, ingested: Ingested, besides: Collection[int] = ()) -> list[Repeat]:
    """Rows to be loaded that another active file probably has, each paired with one row there.

    ``besides`` are batches to ignore: the batch of rows decided later, those the file replaces.
    Equal must be: subdistrict (or larger area), fiscal year and amount; and either activity and agency, or a long
    description that is nearly equal, whatever agency is named (short activities of two funders are partners, not
    repeats). Numbers in the words must agree (a second course is another course). Each stored row is paired once.
    """
    new = [(result, line) for result in ingested.understood for line in _lines(result)]
    in_use = _in_use(connection, {line.key for _, line in new}, besides, ingested.province) if new else {}
    pairs: dict[int, Line] = {}
    for is_same in (_same, _alike):  # equal words are paired first
        for number, (_, line) in enumerate(new):
            if number not in pairs and (other := _take(in_use, line, is_same)) is not None:
                pairs[number] = other
    return [
        Repeat(line.sheet, line.row, line.activity, int(result.satang[line.row]), pairs[number])
        for number, (result, line) in enumerate(new)
        if number in pairs
    ]


def leave_out(ingested: Ingested, repeats: list[Repeat]) -> None:
    """Mark the repeats as excluded, with the reason."""
    rows: dict[str, list[int]] = defaultdict(list)
    for repeat in repeats:
        rows[repeat.sheet].append(repeat.row)
    for result in ingested.understood:
        mine = result.outcome.index.isin(rows.get(result.sheet.name, []))
        result.outcome[mine], result.reason[mine] = "excluded", LEFT_OUT


def problems(repeats: list[Repeat]) -> list[Problem]:
    """One note per repeat: its activity, and file and row of the stored one."""
    return [
        Problem(FOUND, "note", new.sheet, new.row, None, new.activity or None, f"{new.of.file} · {new.of.row}")
        for new in repeats
    ]


def summary(repeats: list[Repeat], *, left_out: bool) -> dict:
    """Rows and baht that other files have already, by batch."""
    of: dict[int, dict] = {}
    for new in repeats:
        entry = of.setdefault(new.of.batch, {"batch": new.of.batch, "file": new.of.file, "rows": 0, "satang": 0})
        entry["rows"] += 1
        entry["satang"] += new.satang
    listed = [
        {name: value for name, value in entry.items() if name != "satang"} | {"baht": entry["satang"] / 100}
        for _, entry in sorted(of.items())
    ]
    return {
        "rows": len(repeats),
        "baht": sum(new.satang for new in repeats) / 100,
        "left_out": left_out and bool(repeats),
        "of": listed,
    }


def resting_on(connection: Connection, batch_id: int) -> list[dict]:
    """Active files that left lines out, or whose lines were retired, because this batch has them.

    Without this batch those lines are missing in the data. ``batch``, ``file``, ``rows`` and ``baht`` of each.
    """
    batch, files = tables.import_batch, []
    query = select(batch.c.id, batch.c.file_name, batch.c.summary).where(batch.c.is_active, batch.c.id > batch_id)
    for row in connection.execute(query.order_by(batch.c.id)):
        repeats = json.loads(row.summary).get("repeats", {})
        files += [
            {"batch": row.id, "file": row.file_name, "rows": origin["rows"], "baht": origin["baht"]}
            for origin in repeats.get("of", [])
            if repeats.get("left_out") and origin["batch"] == batch_id
        ]
    table = tables.correction
    columns = (
        batch.c.id,
        batch.c.file_name,
        func.count().label("rows"),
        func.sum(table.c.satang_before).label("satang"),
    )
    retired = (
        select(*columns)
        .join(batch, batch.c.id == table.c.batch_id)
        .where(table.c.kind == RETIRED, table.c.is_undone.is_(False), table.c.value.startswith(f"{batch_id} · "))
        .where(batch.c.is_active, batch.c.id != batch_id)
        .group_by(batch.c.id, batch.c.file_name)
        .order_by(batch.c.id)
    )
    for row in connection.execute(retired):
        files.append({"batch": row.id, "file": row.file_name, "rows": row.rows, "baht": int(row.satang) / 100})
    return files


def _key(area: str, year: object, satang: object) -> Key:
    """(Subdistrict or larger area, fiscal year, satang); None where it is not stated."""
    return area[:6], _number(year), _number(satang)


def _number(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _lines(result: SheetResult) -> Iterator[Line]:
    if result.layout.register != "support":
        return
    rows = result.rows("loaded")
    values = result.read.values.loc[rows]
    empty = pd.Series(None, index=rows, dtype=object)
    area = result.matched.loc[rows, "area_code"]
    title = values.get("title", empty)
    activity = values["activity"].where(values["activity"].notna(), title) if "activity" in values else title
    columns = (values.get(name, empty) for name in ("fiscal_year", "amount", "agency", "starts_on"))
    for row, code, description, year, satang, agency, starts in zip(rows, area, activity, *columns, strict=True):
        if not pd.isna(code):
            key, words = _key(str(code), year, satang), _text(description)
            yield Line(key, squeeze(words), words, _text(agency), starts, result.sheet.name, int(row))


def _in_use(
    connection: Connection, keys: set[Key], besides: Collection[int], province: str
) -> dict[Key, dict[str, list[Line]]]:
    """Lines of active real batches whose key is in ``keys``, by their words."""
    support, batch = tables.support, tables.import_batch
    years = {year for _, year, _ in keys}
    query = (
        select(
            support.c.batch_id,
            batch.c.file_name,
            support.c.sheet,
            support.c.row,
            support.c.agency_code,
            support.c.activity,
            support.c.starts_on,
            support.c.area_code,
            support.c.fiscal_year,
            support.c.amount_satang,
        )
        .join(batch, batch.c.id == support.c.batch_id)
        .where(batch.c.is_active, batch.c.is_demo.is_(False), support.c.province_code == province)
        .order_by(support.c.batch_id, support.c.id)
    )
    if besides:
        query = query.where(support.c.batch_id.not_in(besides))
    if None not in years:
        query = query.where(support.c.fiscal_year.in_(sorted(year for year in years if year is not None)))
    lines_of: dict[Key, dict[str, list[Line]]] = {}
    for row in connection.execute(query.execution_options(yield_per=PER_FETCH)):
        key = _key(row.area_code or "", row.fiscal_year, row.amount_satang)
        if key in keys:
            line = Line(
                key,
                squeeze(row.activity or ""),
                row.activity or "",
                row.agency_code,
                row.starts_on,
                row.sheet,
                row.row,
                row.batch_id,
                row.file_name,
            )
            lines_of.setdefault(key, {}).setdefault(line.words, []).append(line)
    return lines_of


def _take(lines_of: dict[Key, dict[str, list[Line]]], new: Line, likeness: Likeness) -> Line | None:
    """The stored line that the new one repeats, removed from ``lines_of`` so that it matches one row only."""
    by_words = lines_of.get(new.key, {})
    for words in likeness(by_words, new):
        for number, line in enumerate(by_words[words]):
            is_told = line.agency == new.agency or min(len(words), len(new.words)) >= TELLING
            if is_told and not (line.starts_on and new.starts_on and line.starts_on != new.starts_on):
                return by_words[words].pop(number)
    return None


def _same(by_words: dict[str, list[Line]], new: Line) -> list[str]:
    return [new.words] if new.words in by_words else []


def _alike(by_words: dict[str, list[Line]], new: Line) -> list[str]:
    """Long descriptions that are nearly equal, most similar first; only for lines with money."""
    if new.key[2] is None or len(new.words) < TELLING:
        return []
    bones = {words: _bones(words) for words in by_words if len(words) >= TELLING}
    scored = process.extract(_bones(new.words), bones, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=5)
    return [words for _, _, words in scored if _numbers(words) == _numbers(new.words)]


def _bones(words: str) -> str:
    return SOFT.sub("", thai.arabic_digits(words))


def _numbers(words: str) -> list[str]:
    return NUMBER.findall(thai.arabic_digits(words).replace(",", ""))
