"""Melt wide sheets: one column per source, year or agency becomes rows; phases and sums map to columns of ours.

``melt`` runs before any mapping and returns the sheets to map, each with a :class:`BandReading`: columns of ours,
columns to be added up, and the fate of columns that are only checks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from loaders.codes import squeeze, words
from loaders.layouts import quantities
from loaders.layouts.bands import UNIT_PART, Band, Part, bands, dated, part_kind
from loaders.layouts.content import is_area_codes
from loaders.layouts.quantities import Figures, figures
from loaders.layouts.relations import Relation, relations

if TYPE_CHECKING:
    import pandas as pd

    from loaders.sheets.read import Sheet

STREAM, YEAR, AGENCY, THEME = "กระแสทุน", "ปีงบประมาณ", "หน่วยงาน", "ประเด็น"
MELTED = {"source": STREAM, "year": YEAR, "agency": AGENCY, "theme": THEME}
TICKS = {"✓", "✔", "√", "x", "X", "●", "○", "•", "/", "☑", "☒", "✗", "*", "v", "V", "ü"}
PHASE_COLUMNS = {"planned": "amount", "committed": "committed", "paid": "paid"}
SAMPLE = 300
PEOPLE = re.compile(r"ผู้(?:ได้)?รับ|ผู้เข้าร่วม|จำนวนคน|กลุ่มเป้าหมาย.*คน|beneficiar|people|persons|participants", re.IGNORECASE)


@dataclass(frozen=True)
class Fate:
    """How a column is used, and for what: headings, a kind or our column."""

    kind: str  # used, sum, difference, check, not_money, kept, asked, left_out
    of: str = ""


@dataclass
class BandReading:
    """What the bands of a sheet determine before the mapping.

    ``columns``: our column -> headings (several are added up); ``fates``: columns that need no mapping; ``checks``:
    totals beside their parts, as control totals; ``doubts``: open questions.
    """

    columns: dict[str, list[str]] = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    doubts: tuple[str, ...] = ()
    without: frozenset[int] = frozenset()  # rows without any tick: no record
    melted: dict[str, str] = field(default_factory=dict)  # heading of a part -> our column that it became
    steps: tuple[str, ...] = ()  # how the sheet was changed, shown before storing: melted:source:4


@dataclass(frozen=True)
class Columns:
    """Figures of a sheet's columns, their relations, and why a numeric column is not money (heading -> kind)."""

    figures: dict[str, Figures]
    relations: list[Relation]
    not_money: dict[str, str]


def read_columns(frame: pd.DataFrame) -> Columns:
    """The figures of every column of a sheet, before any mapping."""
    read, not_money = {}, {}
    for heading in frame.columns:
        cells = frame[heading].astype(str).tolist()
        column = figures(heading, cells)
        read[heading] = column
        if column.is_numeric:
            sample = list(dict.fromkeys(text.strip() for text in cells if text.strip()))[:SAMPLE]
            what = quantities.not_a_quantity(column, cells, bool(sample) and is_area_codes(sample))
            if what:
                not_money[heading] = what
    amounts = {heading: column for heading, column in read.items() if column.is_numeric and heading not in not_money}
    return Columns(read, relations(amounts, list(frame.columns)), not_money)


def melt(sheet: Sheet, columns: Columns, alias_of: Callable[[str], str | None]) -> list[tuple[Sheet, BandReading]]:
    """The sheets to be mapped: the sheet itself, or one for each part of a band whose parts are records.

    ``alias_of``: heading -> our column by the alias list. Money columns without a band are not melted when all but one
    have an alias.
    """
    order = list(sheet.frame.columns)
    amounts = {heading: column for heading, column in columns.figures.items() if heading not in columns.not_money}
    ticked = _ticks(sheet)
    if ticked is not None:
        return _melted_ticks(sheet, ticked, columns)
    found_bands = bands(amounts, order, columns.relations)
    reading = BandReading()
    wide: Band | None = None
    for band in found_bands:
        band = dated(band)
        is_dated = any(part.year for part in band.parts)
        if is_dated and band.kind in ("quarter", "month", "sex"):
            band = replace(band, parts=tuple(replace(part, kind="year", label=part.year) for part in band.parts))
        if band.kind in MELTED and wide is None and band.is_money and len(band.parts) > 1:
            wide = band
        else:
            _take(reading, band, columns)
    if wide is None:
        wide = _loose(sheet, amounts, columns, alias_of, {part.heading for band in found_bands for part in band.parts})
        if wide is not None and wide.kind == "mixed":
            reading.doubts += ("several_money_columns",)
    if wide is None:
        _loose_phases(sheet, amounts, reading, alias_of)
        return [(sheet, reading)]
    _people(amounts, reading, {alias_of(heading) for heading in order}, alias_of)
    return _melted(sheet, wide, columns, reading)


def _take(reading: BandReading, band: Band, columns: Columns) -> None:
    """Use a band that is one quantity: map phases to columns of ours; add up men and women, quarters, months."""
    if band.kind == "phase" or (band.is_money and band.of("phase") and not band.of("source")):
        for part in band.parts:
            ours = PHASE_COLUMNS.get(part.kind.partition(":")[2])
            if ours and ours not in reading.columns:
                reading.columns[ours] = [part.heading]
        for part in band.of("phase:requested") + band.of("phase:balance"):
            derived = next((relation for relation in columns.relations if relation.heading == part.heading), None)
            kind = "kept" if part.kind == "phase:requested" or derived is None else derived.kind
            reading.fates[part.heading] = Fate(kind, part.kind.partition(":")[2])
    elif band.kind in ("sex", "quarter", "month"):
        ours = _quantity(band)
        if ours:
            reading.columns[ours] = [part.heading for part in band.parts]
    elif band.is_money and len(band.parts) == 1 and band.total:
        reading.columns.setdefault("amount", [band.total])
    if band.total:
        summed = next((relation for relation in columns.relations if relation.heading == band.total), None)
        reading.fates[band.total] = Fate("sum", ", ".join(part.heading for part in band.parts))
        if summed is None and band.kind not in ("sex", "quarter", "month"):
            reading.fates.pop(band.total)


def _quantity(band: Band) -> str | None:
    """Our column for a band whose parts add up, by its upper heading."""
    if band.is_money:
        kind = part_kind(band.label, is_money=True)
        return PHASE_COLUMNS.get(kind.partition(":")[2], "amount")
    key = band.label
    if re.search("สมาชิก|member", key, re.IGNORECASE):
        return "members"
    if re.search("ยากลำบาก|hardship", key, re.IGNORECASE):
        return "hardship_members"
    return "people_reached" if re.search("ผู้|คน|ราย|people|benefic|เข้าร่วม", key, re.IGNORECASE) else None


def _loose_phases(
    sheet: Sheet, amounts: dict[str, Figures], reading: BandReading, alias_of: Callable[[str], str | None]
) -> None:
    """Columns outside any band, without an alias, whose heading states a phase of money or people reached."""
    by_alias = {alias_of(heading) for heading in sheet.frame.columns}
    taken = {heading for names in reading.columns.values() for heading in names}
    for heading in sheet.frame.columns:
        if heading in taken or heading in reading.fates or heading not in amounts or not amounts[heading].is_numeric:
            continue
        kind = part_kind(_bare(heading), is_money=True)
        if alias_of(heading) is not None or not kind.startswith("phase:") or not quantities.names_money(heading):
            continue
        ours = PHASE_COLUMNS.get(kind.partition(":")[2])
        if ours is None and kind == "phase:requested":
            reading.fates[heading] = Fate("kept", "requested")
        elif ours and ours not in reading.columns and ours not in by_alias:
            reading.columns[ours] = [heading]
    _people(amounts, reading, by_alias, alias_of)


def _people(
    amounts: dict[str, Figures], reading: BandReading, by_alias: set[str | None], alias_of: Callable[[str], str | None]
) -> None:
    """Map the only column of people without an alias to ``people_reached``."""
    people = [
        heading
        for heading, column in amounts.items()
        if column.is_numeric and not alias_of(heading) and PEOPLE.search(heading) and quantities.names_count(heading)
    ]
    if len(people) == 1 and not {"people_reached", "members"} & {*by_alias, *reading.columns}:
        reading.columns["people_reached"] = people


def _loose(
    sheet: Sheet, amounts: dict[str, Figures], columns: Columns, alias_of: Callable[[str], str | None], taken: set[str]
) -> Band | None:
    """Money columns without band and alias, taken as sources side by side; ``None`` for fewer than two.

    A column that is the sum or difference of others is their total; one with an alias is not a source.
    """
    derived = {relation.heading for relation in columns.relations}
    candidates = [
        heading
        for heading in sheet.frame.columns
        if heading in amounts
        and amounts[heading].is_numeric
        and heading not in taken
        and quantities.names_money(heading.split(" - ")[-1])
    ]
    sources = [heading for heading in candidates if heading not in derived and alias_of(heading) is None]
    phases = {part_kind(_bare(heading), is_money=True) for heading in sources}
    if len(sources) < 2 or any(
        alias_of(heading) in ("amount", "committed") and heading not in derived for heading in candidates
    ):
        return None
    if all(kind.startswith("phase:") for kind in phases) and len(phases) == len(sources):
        return None
    sums = [relation for relation in columns.relations if set(relation.plus) == set(sources) and not relation.minus]
    total = sums[0].heading if sums else None
    parts = tuple(Part(heading, _bare(heading), "mixed") for heading in sources)
    return Band("", parts, total, is_money=True)


def _bare(heading: str) -> str:
    return UNIT_PART.sub("", heading.split(" - ")[-1]).strip() or heading


def _ticks(sheet: Sheet) -> list[str] | None:
    """Columns under one band (or of known agencies or functions) that contain only ticks."""
    ticked = []
    for heading in sheet.frame.columns:
        cells = {text.strip() for text in sheet.frame[heading].astype(str).unique() if text.strip(" -")}
        label = heading.split(" - ")[-1]
        named = " - " in heading or squeeze(label) in words("agency") or squeeze(label) in words("theme")
        if cells and cells <= TICKS and named:
            ticked.append(heading)
    return ticked if len(ticked) > 1 else None


def _melted_ticks(sheet: Sheet, ticked: list[str], columns: Columns) -> list[tuple[Sheet, BandReading]]:
    """One record per tick, named by its column: an agency, else a function, else the column's words."""
    labels = [heading.split(" - ")[-1] for heading in ticked]
    upper = ticked[0].split(" - ")[0]
    is_agency = any(squeeze(label) in words("agency") for label in labels) or "หน่วยงาน" in upper
    is_theme = not is_agency and all(squeeze(label) in words("theme") for label in labels)
    ours = "agency" if is_agency else "theme" if is_theme else "source"
    parts = tuple(Part(heading, label, ours) for heading, label in zip(ticked, labels, strict=True))
    reading = BandReading(steps=(f"melted:{ours}:{len(parts)}",), doubts=() if ours != "source" else ("ticks_unclear",))
    reading.melted |= dict.fromkeys(ticked, ours)
    return _split(sheet, parts, MELTED[ours], reading, columns, amount=None)


def _melted(sheet: Sheet, band: Band, columns: Columns, reading: BandReading) -> list[tuple[Sheet, BandReading]]:
    ours = {"mixed": "source"}.get(band.kind, band.kind)
    if band.total:
        reading.fates[band.total] = Fate("sum", ", ".join(part.heading for part in band.parts))
        reading.checks += _checks(sheet, band, columns)
    sums = {relation.heading: relation for relation in columns.relations if relation.kind == "sum"}
    reading.fates |= {name: Fate("sum", ", ".join(sums[name].plus)) for name in band.subtotals if name in sums}
    reading.steps += (f"melted:{ours}:{len(band.parts)}",)
    reading.melted |= {part.heading: "amount" for part in band.parts}
    return _split(sheet, band.parts, MELTED[ours], reading, columns, amount=_amount_heading(band))


def _amount_heading(band: Band) -> str:
    """Heading of the one money column shared by all parts, with the band's unit."""
    unit = UNIT_PART.search(band.label) or next(
        (part_unit for part in band.parts if (part_unit := UNIT_PART.search(part.heading))), None
    )
    return f"งบประมาณ{' ' + unit[0].strip() if unit else ''}"


def _checks(sheet: Sheet, band: Band, columns: Columns) -> list[dict[str, Any]]:
    """Check the total column against its parts: each row that differs, and the whole column once."""
    total = columns.figures[band.total or ""]
    checks = []
    for position, row in enumerate(sheet.frame.index):
        stated = total.values[position]
        parts = sum((columns.figures[part.heading].values[position] or Decimal(0) for part in band.parts), Decimal(0))
        if stated is not None and abs(stated - parts) > Decimal("0.005"):
            checks.append(_check(sheet, int(row), total.heading, stated, parts))
    whole_sum = sum((columns.figures[part.heading].sum for part in band.parts), Decimal(0))
    last = int(sheet.frame.index[-1]) if len(sheet.frame) else 0
    return [*checks, _check(sheet, last, total.heading, total.sum, whole_sum)]


def _check(sheet: Sheet, row: int, heading: str, stated: Decimal, computed: Decimal) -> dict[str, Any]:
    return {
        "sheet": sheet.name, "row": row, "column": heading, "met": abs(stated - computed) <= Decimal("0.005"),
        "stated": float(stated), "found": float(computed),
    }  # fmt: skip


def _split(
    sheet: Sheet, parts: Sequence[Part], heading: str, reading: BandReading, columns: Columns, amount: str | None
) -> list[tuple[Sheet, BandReading]]:
    """One sheet per part, with its label as a column; the row's other quantities stay with its first record only.

    Rows without any part stay in the first sheet, so that every row of the file is in the account.
    """
    named = {part.heading for part in parts}
    others = [name for name in sheet.frame.columns if name not in named and name not in reading.fates]
    filled = {part.heading: sheet.frame[part.heading].astype(str).str.strip(" -–—").ne("") for part in parts}
    first = {part.heading: filled[part.heading].copy() for part in parts}
    seen = filled[parts[0].heading] & False
    for part in parts:
        first[part.heading] = filled[part.heading] & ~seen
        seen = seen | filled[part.heading]
    once = _once(sheet, others, columns, reading)
    sheets = []
    for number, part in enumerate(parts):
        rows = filled[part.heading] | (~seen if number == 0 else False)
        frame = sheet.frame.loc[rows, others].copy()
        frame.loc[~first[part.heading][rows] & seen[rows], once] = ""
        totals = sheet.totals[others].copy()
        label = UNIT_PART.sub("", part.label).strip() or part.label
        year = part.year if heading != YEAR else ""
        taken = heading if heading not in others else f"{heading} (ตามคอลัมน์)"
        frame[taken], totals[taken] = label, label
        dated = YEAR if YEAR not in others else f"{YEAR} (ตามคอลัมน์)"
        if year:
            frame[dated], totals[dated] = year, year
        if amount is not None:
            frame[amount], totals[amount] = sheet.frame.loc[rows, part.heading], sheet.totals[part.heading]
        totals[once] = ""
        if frame.empty and number:
            continue
        ours = dict(reading.columns) | _columns_of(taken, amount, part) | ({"fiscal_year": [dated]} if year else {})
        without = (
            frozenset(int(row) for row in frame.index[~seen[rows]]) if amount is None and number == 0 else frozenset()
        )
        own = replace(reading, columns=ours, without=without, checks=reading.checks if number == 0 else [])
        sheets.append(
            (
                replace(
                    sheet,
                    name=f"{sheet.name} · {f'{label} {year}'.strip()}",
                    frame=frame,
                    totals=totals,
                    source=sheet.name,
                ),
                own,
            )
        )
    return sheets


def _once(sheet: Sheet, others: Sequence[str], columns: Columns, reading: BandReading) -> list[str]:
    """Columns whose figures belong to the row, not to a part; they are checked against the total row here."""
    once = [
        name
        for name in others
        if columns.figures[name].is_numeric
        and name not in columns.not_money
        and (quantities.names_money(name) or quantities.names_count(name))
    ]
    if len(sheet.totals) == 1:
        row = int(sheet.totals.index[0])
        stated = {name: quantities.figure(str(sheet.totals[name].iloc[0])) for name in once}
        reading.checks += [
            _check(sheet, row, name, figure, _taken(sheet, columns.figures[name]))
            for name, figure in stated.items()
            if figure is not None
        ]
    return once


def _taken(sheet: Sheet, column: Figures) -> Decimal:
    """The sum of a column over the rows that are imported."""
    pairs = zip(sheet.frame.index, column.values, strict=True)
    return sum((value for row, value in pairs if value is not None and row not in sheet.left_out), Decimal(0))


def _columns_of(heading: str, amount: str | None, part: Part) -> dict[str, list[str]]:
    ours = {STREAM: "stream", YEAR: "fiscal_year", AGENCY: "agency", THEME: "theme"}[
        heading.removesuffix(" (ตามคอลัมน์)")
    ]
    return {ours: [heading]} | ({"amount": [amount]} if amount else {})
