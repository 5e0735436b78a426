"""More forms of true tables: years over sources, villages and several places in a cell, the unit as the place, agencies in
titles, blanks "as above", headings of three lines, decimals and cuts, notes, several tables and sheets, four kinds of file.

Like :mod:`tests.support.drawn.true_tables`, whose tables these stand beside: what is loaded must be the table, or it was asked.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from loaders import reference
from loaders.imports.ingest import Ingested, understand
from loaders.places.matcher import Places
from loaders.problems import Refused
from tests.loaders.imports.rows.office_files import Look, Page, write_pages
from tests.support.drawn.true_tables import Verdict

AGENCIES = {"พอช.": "codi", "สสส.": "thaihealth", "สปสช.": "nhso", "พมจ.": "psdhs"}
SOURCES = ("งบจังหวัด", "อบต./เทศบาล", "งบกลาง", "เงินบริจาค")
WORK = ("ซ่อมบ้านผู้สูงอายุ", "ขุดลอกคลอง", "ส่งเสริมอาชีพ", "อบรมผู้นำ", "ก่อสร้างถนน", "ปรับปรุงศาลา", "ปลูกป่าชายเลน")
NOTES = ("หมายเหตุ: ข้อมูล ณ วันที่ 30 กันยายน 2567", "ที่มา: รายงานประจำปี", "ผู้รายงาน งานแผนและงบประมาณ", "* ปรับปรุงครั้งที่ 2")
OWN = "office"  # who hands the file over


@dataclass
class Form:
    """How a table is written; every field is drawn."""

    seed: int
    shape: str  # flat, sources, years_sources
    place: str  # column, moo, moo_in_cell, unit, text, several
    agency: str  # none, column, title, sheet, file
    year: str  # column, title
    lines: int  # of headings
    kind: str  # xlsx, xls, ods, csv
    tables: int
    sheets: int
    notes: int
    fill: str  # none, blank, merged
    decimals: bool
    cuts: bool
    total: bool
    unit: str


@dataclass
class Record:
    """One true row."""

    code: str
    name: str
    district: str
    year: int
    work: str
    agency: str
    villages: list[int] = field(default_factory=list)
    also: tuple[str, str] | None = None  # code and name of a second place in the cell
    unit: str = ""
    parts: dict[tuple[str, str], int] = field(default_factory=dict)  # (year, source) -> satang


@cache
def _facts() -> tuple[list[dict], dict[str, int], dict[str, str]]:
    """Subdistricts whose name is the only one, their number of villages, and the one local government of some."""
    table = reference.subdistricts()
    alone = table[~table["name_th"].duplicated(keep=False)]
    alone = alone[~alone["name_th"].isin(set(table["district_name_th"]))]
    counts = reference.villages()["subdistrict_code"].value_counts().to_dict()
    offices = reference.local_governments()
    single = offices[~offices["entity_code"].duplicated(keep=False)]
    single = single[~single["name_th"].duplicated(keep=False)].set_index("subdistrict_code")
    single = single[~single.index.duplicated(keep=False)]
    words = {"TAOOffice": "อบต.", "MunicipalityOffice": "เทศบาลตำบล"}
    named = {
        row.Index: words[row.office_type] + row.name_th
        for row in single.itertuples()
        if row.entity_type == "Tambon" and row.name_th in set(alone["name_th"])
    }
    return alone.to_dict("records"), counts, named


def draw(seed: int) -> tuple[Form, list[Record]]:
    """A form and the true table that is written in it."""
    rng = random.Random(seed * 7919 + 13)
    shape = rng.choice(("flat", "flat", "flat", "sources", "years_sources"))
    form = Form(
        seed, shape, place=rng.choice(("column", "moo", "moo_in_cell", "unit", "text", "column", "several")),
        agency=rng.choice(("none", "column", "title", "sheet", "file")), year=rng.choice(("column", "title")),
        lines=rng.choice((1, 2, 3)), kind=rng.choice(("xlsx", "xls", "ods", "csv")), tables=rng.choice((1, 1, 1, 2)),
        sheets=rng.choice((1, 1, 1, 2, 3)), notes=rng.randint(0, 2), fill=rng.choice(("none", "blank", "merged")),
        decimals=rng.random() < 0.3, cuts=rng.random() < 0.2, total=rng.random() < 0.4, unit=rng.choice(("บาท", "บาท", "พันบาท")),
    )  # fmt: skip
    if form.kind == "csv":
        form.sheets, form.agency = 1, "title" if form.agency == "sheet" else form.agency
    if form.kind in ("csv", "ods") and form.fill == "merged":
        form.fill = "blank"
    if shape == "years_sources":
        form.year, form.lines = "band", 3
    elif shape == "sources":
        form.lines = max(2, form.lines)
    if form.place == "unit" and form.agency == "column":
        form.agency = "none"
    if form.cuts:
        form.total = False
    return form, _records(form, rng)


def _records(form: Form, rng: random.Random) -> list[Record]:
    facts, counts, offices = _facts()
    usable = [one for one in facts if counts.get(one["subdistrict_code"], 0) > 4]
    if form.place == "unit":
        usable = [one for one in facts if one["subdistrict_code"] in offices]
    year = 2560 + rng.randint(1, 7)
    one_agency = rng.choice(list(AGENCIES))
    records = []
    for place in sorted(rng.sample(usable, rng.randint(4, 9)), key=lambda one: one["district_code"]):
        code = place["subdistrict_code"]
        record = Record(code, place["name_th"], place["district_name_th"], year, rng.choice(WORK), one_agency)
        record.year = year if form.year != "column" else year + rng.randint(0, 1)
        record.agency = rng.choice(list(AGENCIES)) if form.agency == "column" else one_agency
        record.unit = offices.get(code, "")
        if form.place.startswith("moo"):
            record.villages = sorted(rng.sample(range(1, 5), rng.choice((1, 2, 3, 4))))
        if form.place == "several" and rng.random() < 0.3:
            others = [o for o in facts if o["district_code"] == place["district_code"] and o is not place]
            record.also = (others[0]["subdistrict_code"], others[0]["name_th"]) if others else None
        record.parts = {key: _amount(form, rng) for key in _keys(form, year)}
        records.append(record)
    if form.year == "title" and form.tables > 1 and form.sheets == 1 and rng.random() < 0.5:
        for record in records[-(len(records) // 2) :]:
            record.year = year - 1
    if form.cuts:
        records[-1].parts = {key: -abs(amount) for key, amount in records[-1].parts.items()}
    return records


def _keys(form: Form, year: int) -> list[tuple[str, str]]:
    sources = SOURCES[form.seed % 2 : form.seed % 2 + 2]
    if form.shape == "years_sources":
        return [(str(year + step), source) for step in (0, 1) for source in sources]
    return [("", source) for source in sources] if form.shape == "sources" else [("", "")]


def _amount(form: Form, rng: random.Random) -> int:
    baht = rng.randint(5, 900) * 1000
    return baht * 100 + (rng.randint(1, 99) if form.decimals and form.unit == "บาท" else 0)


# --- the grid --------------------------------------------------------------------------------------------


def _left(form: Form) -> list[str]:
    names = ["ที่", "โครงการ"]
    if form.place == "unit":
        names.append("หน่วยงานเจ้าของโครงการ")
    elif form.place == "text":
        names.append("พื้นที่ดำเนินการ")
    else:
        names += ["อำเภอ", "ตำบล"]
    names += ["หมู่ที่"] * (form.place == "moo")
    names += ["หน่วยงานที่สนับสนุน"] * (form.agency == "column")
    return names + ["ปีงบประมาณ"] * (form.year == "column")


def _headings(form: Form, keys: list[tuple[str, str]]) -> tuple[list[list[str]], list[tuple[int, int, int, int]]]:
    left, unit = _left(form), f"งบประมาณ ({form.unit})"
    at, width = len(left), len(keys)
    if form.shape == "years_sources":
        upper = [*left, unit, *[""] * (width - 1)]
        middle = [*[""] * at, *(f"ปี {year}" if place % 2 == 0 else "" for place, (year, _) in enumerate(keys))]
        lower = [*[""] * at, *(source for _, source in keys)]
        merges = [(0, at, 0, at + width - 1), *((1, at + place, 1, at + place + 1) for place in range(0, width, 2))]
        return [upper, middle, lower], [*merges, *((0, column, 2, column) for column in range(at))]
    if form.shape == "sources":
        upper = [*left, unit, *[""] * (width - 1)]
        lower = [*[""] * at, *(source for _, source in keys)]
        return [upper, lower], [(0, at, 0, at + width - 1), *((0, column, 1, column) for column in range(at))]
    return [[*left, unit]], []


def _cell_of_place(form: Form, record: Record) -> list[str]:
    moo = _villages(form, record.villages)
    if form.place == "unit":
        return [record.unit]
    if form.place == "text":
        return [f"ตำบล{record.name} อำเภอ{record.district} จังหวัดนครศรีธรรมราช"]
    if form.place == "moo_in_cell":
        return [record.district, f"{moo} ต.{record.name}"]
    name = f"{record.name} {'และ' if form.seed % 2 else ','} {record.also[1]}" if record.also else record.name
    return [
        record.district,
        name,
        *([moo.removeprefix("หมู่ที่ ") if form.seed % 2 else moo] if form.place == "moo" else []),
    ]


def _villages(form: Form, numbers: list[int]) -> str:
    if not numbers:
        return ""
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"หมู่ที่ {numbers[0]}-{numbers[-1]}"
    if len(numbers) > 1 and form.seed % 3 == 0:
        return "หมู่ที่ " + ", ".join(map(str, numbers[:-1])) + f" และ {numbers[-1]}"
    return "หมู่ที่ " + ",".join(map(str, numbers))


def _money(form: Form, satang: int) -> Any:
    value = satang / (100_000 if form.unit == "พันบาท" else 100)
    value = int(value) if value == int(value) else value
    return f"{value:,}" if form.kind == "csv" else value


def _rows(form: Form, records: list[Record]) -> tuple[list[list[Any]], list[tuple[int, int, int, int]]]:
    """Rows of one table; equal districts and agencies below each other are written once where the form fills."""
    rows, merges = [], []
    for number, record in enumerate(records, start=1):
        row: list[Any] = [number, record.work, *_cell_of_place(form, record)]
        row += [record.agency] * (form.agency == "column")
        row += [record.year] * (form.year == "column")
        rows.append([*row, *(_money(form, amount) for amount in record.parts.values())])
    if form.fill != "none":
        left = _left(form)
        column = left.index("อำเภอ") if "อำเภอ" in left else None
        if column is not None:
            merges = _fill(rows, column) if form.fill == "merged" else _fill(rows, column) and []
    return rows, merges


def _fill(rows: list[list[Any]], column: int) -> list[tuple[int, int, int, int]]:
    merges, start = [], 0
    for position in range(1, len(rows) + 1):
        if position < len(rows) and rows[position][column] == rows[start][column]:
            continue
        if position - start > 1:
            merges.append((start, column, position - 1, column))
        start = position
    for top, _, bottom, _ in merges:
        for position in range(top + 1, bottom + 1):
            rows[position][column] = ""
    return merges


def _table(form: Form, records: list[Record], title: str) -> tuple[list[list[Any]], list[tuple[int, int, int, int]]]:
    grid: list[list[Any]] = [[title]] if title else []
    keys = list(records[0].parts)
    head, merges = _headings(form, keys)
    rows, filled = _rows(form, records)
    top = len(grid)
    merges = [(top + a, b, top + c, d) for a, b, c, d in merges if form.kind in ("xlsx", "xls")]
    start = top + len(head)
    merges += [(start + a, b, start + c, d) for a, b, c, d in filled]
    grid += [*head, *rows]
    if form.total:
        sums = [_money(form, sum(record.parts[key] for record in records)) for key in keys]
        grid.append(["รวม", *[""] * (len(_left(form)) - 1), *sums])
    return grid, merges


def _title(form: Form, records: list[Record], part: int) -> str:
    """The line above a table; a second table's own year may be another."""
    words = "บัญชีโครงการ"
    if form.agency == "title":
        words += f" ที่ {records[0].agency} สนับสนุน"
    if form.year == "title":
        words += f" ประจำปีงบประมาณ พ.ศ. {records[0].year}"
    return words + (f" ส่วนที่ {part + 1}" if form.tables > 1 else "")


def write(form: Form, records: list[Record], folder: Path) -> Path:
    """Write the table in its form; gives the file."""
    pages: list[Page] = []
    step = -(-len(records) // form.sheets)
    for number in range(form.sheets):
        own = records[number * step : (number + 1) * step]
        if not own:
            continue
        half = -(-len(own) // form.tables)
        grid: list[list[Any]] = []
        merges: list[tuple[int, int, int, int]] = []
        for part in range(form.tables):
            if some := own[part * half : (part + 1) * half]:
                grid += [[""]] if part else []
                more, joined = _table(form, some, _title(form, some, part))
                merges += [(len(grid) + a, b, len(grid) + c, d) for a, b, c, d in joined]
                grid += more
        grid += [[""], *([note] for note in NOTES[: form.notes])] if form.notes else []
        name = f"{records[0].agency} {number + 1}" if form.agency == "sheet" else f"แผ่น{number + 1}"
        pages.append(Page(name, grid, Look(merges=merges)))
    stem = f"โครงการ_{records[0].agency.strip('.')}_{form.seed}" if form.agency == "file" else f"office_{form.seed}"
    path = folder / f"{stem}.{form.kind}"
    return write_pages(path, pages)


# --- the check -------------------------------------------------------------------------------------------


def truth(form: Form, records: list[Record]) -> Counter:
    """What must be loaded: (subdistrict, villages, Gregorian year, agency, source) -> satang."""
    wanted: Counter = Counter()
    for record in records:
        if record.also:
            continue
        listed = ",".join(f"{record.code}{number:02d}" for number in record.villages)
        agency = record.unit if form.place == "unit" else AGENCIES[record.agency] if form.agency != "none" else OWN
        for (year, source), amount in record.parts.items():
            key = (record.code, listed, int(year or record.year) - 543, agency, source)
            wanted[key] += amount
    return wanted


def read(form: Form, ingested: Ingested) -> Counter:
    """What the importer would load, in the same terms."""
    got: Counter = Counter()
    for result in ingested.understood:
        values = result.read.values
        for row in result.rows("loaded"):
            place = result.matched.loc[row]
            villages = place["village_codes"] if isinstance(place["village_codes"], str) else place["village_code"]
            year = values.at[row, "fiscal_year"] if "fiscal_year" in values else None
            source = values.at[row, "stream"] if "stream" in values and form.shape != "flat" else ""
            key = (
                place["subdistrict_code"],
                villages if isinstance(villages, str) else "",
                year,
                values.at[row, "agency"],
                source or "",
            )
            got[key] += int(values.at[row, "amount"] or 0) if "amount" in values else 0
    return got


def check(seed: int, folder: Path, places: Places) -> Verdict:
    """Draw, write, read and compare one table."""
    form, records = draw(seed)
    path = write(form, records, folder)
    try:
        ingested = understand(path, OWN, places, trusted=True)
    except Refused as stop:
        return Verdict(form, "asked", stop.problem.code)
    finally:
        path.unlink(missing_ok=True)
    if ingested.doubts:
        return Verdict(form, "asked", ", ".join(ingested.doubts))
    several = [record for record in records if record.also]
    waiting = sum(len(record.parts) for record in several)
    if ingested.count("quarantined") not in (0, waiting) or any(
        not one["met"] for one in ingested.summary("x")["control_totals"]
    ):
        return Verdict(form, "asked", f"{ingested.count('quarantined')} rows wait, {waiting} of several places")
    wanted, got = truth(form, records), read(form, ingested)
    if {key: amount for key, amount in wanted.items() if amount} == {
        key: amount for key, amount in got.items() if amount
    }:
        return Verdict(form, "right")
    keys = [key for key in wanted | got if wanted[key] != got[key]]
    return Verdict(form, "wrong", "; ".join(f"{key}: true {wanted[key]} read {got[key]}" for key in keys[:3]))
