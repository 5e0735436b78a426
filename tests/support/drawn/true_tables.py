"""True tables written in the forms of offices, and the check of what was read against the table they came from.

A table is drawn first (places, years, baht, people), then a form is drawn in which an office would hand it out: bands
repeated or merged, totals beside and below, units in the heading or above it, years in titles or of two digits, places
written once per block, hidden rows. What the importer loads must be the table, or it must have asked.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment

from loaders import reference
from loaders.imports.ingest import Ingested, understand
from loaders.places.matcher import Places
from loaders.problems import Refused
from tests.loaders.imports.rows import true_rows

THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
FACTORS = {"บาท": 1, "พันบาท": 1_000, "ล้านบาท": 1_000_000}
SOURCES = ("งบจังหวัด", "อบต./เทศบาล", "พอช.", "งบกลาง", "กองทุนตำบล", "สสส.", "เงินบริจาค")
AGENCIES = ("พอช.", "สสส.", "พม.", "สปสช.")
PHASES = ("ขอรับ", "ได้รับจัดสรร", "เบิกจ่าย", "คงเหลือ")
MONTHS = ("ต.ค.", "พ.ย.", "ธ.ค.", "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.")
WORK = ("ซ่อมบ้านผู้สูงอายุ", "ขุดลอกคลอง", "ส่งเสริมอาชีพ", "อบรมผู้นำ", "ก่อสร้างถนน", "จัดซื้ออุปกรณ์", "ปรับปรุงศาลา", "ปลูกป่าชายเลน")
SHAPES = (
    *2 * ("flat",),
    "phases",
    "sources",
    "quarters",
    "months",
    "years",
    "agencies",
    "two_moneys",
    "ticks",
    "members",
)
UNITS = ("heading", "note", "band", "none")


@dataclass
class Form:
    """How a table is written; every field is drawn."""

    seed: int
    shape: str
    unit: str
    factor: str
    file: str
    header: str
    year: str
    district: str
    place: str
    total_row: bool
    total_column: bool
    titles: int
    hidden: bool
    thai_digits: bool
    blank: str


@dataclass
class Record:
    """One true row: where, when, what, and its amounts (satang) by part."""

    code: str
    name: str
    district: str
    year: int
    work: str
    people: int
    parts: dict[str, int] = field(default_factory=dict)


@dataclass
class Verdict:
    """``right``, ``asked`` or ``wrong``, with the difference in words for a person who mends it."""

    form: Any  # the Form of the module that drew it
    answer: str
    difference: str = ""


def draw(seed: int) -> tuple[Form, list[Record]]:
    """A form and the true table that is written in it."""
    rng = random.Random(seed)
    shape = rng.choice(SHAPES)
    form = Form(
        seed, shape,
        unit=rng.choice(UNITS), factor=rng.choice(list(FACTORS)), file=rng.choice(("xlsx", "xlsx", "csv", "csv_cp874", "csv_semicolon")),
        header=rng.choice(("merged", "unmerged", "repeated")), year=rng.choice(("column", "column_short", "column_ce", "title", "dates")),
        district=rng.choice(("column", "filled_down", "merged", "section", "title")), place=rng.choice(("bare", "short", "long")),
        total_row=rng.random() < 0.5, total_column=rng.random() < 0.5, titles=rng.randint(0, 3), hidden=rng.random() < 0.1,
        thai_digits=rng.random() < 0.15, blank=rng.choice(("", "-", "")),
    )  # fmt: skip
    if form.unit == "none" or shape in ("ticks", "members"):
        form.factor = "บาท"
    if form.file != "xlsx":
        form.hidden = False
        form.header = "unmerged" if form.header == "merged" else form.header
        form.district = "filled_down" if form.district == "merged" else form.district
    if shape == "years":
        form.year = "band"
    return form, _records(form, rng)


def _parts(form: Form, rng: random.Random) -> list[str]:
    return {
        "phases": list(PHASES[rng.randint(0, 1) : rng.choice((3, 4))]),
        "sources": rng.sample(SOURCES, rng.randint(2, 5)),
        "quarters": [f"ไตรมาส {number}" for number in range(1, 5)],
        "months": list(MONTHS),
        "years": [str(2565 + number) for number in range(rng.randint(2, 4))],
        "agencies": rng.sample(AGENCIES, rng.randint(2, 4)),
        "two_moneys": ["งบจัดสรร", "เงินสมทบ"],
        "ticks": rng.sample(AGENCIES, 3),
        "members": ["ชาย", "หญิง"],
    }.get(form.shape, ["งบประมาณ"])


def _records(form: Form, rng: random.Random) -> list[Record]:
    facts = reference.subdistricts()
    facts = facts[~facts["name_th"].duplicated(keep=False)]
    if form.district == "title":
        facts = facts[facts["district_code"] == rng.choice(sorted(facts["district_code"].unique()))]
    chosen = facts.sample(min(len(facts), rng.randint(4, 14)), random_state=form.seed).sort_values("subdistrict_code")
    parts, year = _parts(form, rng), rng.randint(2562, 2569)
    records = []
    step = 100 * FACTORS[form.factor] // (100 if form.factor != "บาท" else 1)
    for row in chosen.itertuples():
        record = Record(
            row.subdistrict_code, row.name_th, row.district_name_th, year if form.year == "title" else year - rng.randint(0, 2),
            rng.choice(WORK), rng.randint(5, 300),
        )  # fmt: skip
        for part in parts:
            is_filled = form.shape in ("phases", "flat", "members") or rng.random() < 0.8
            record.parts[part] = rng.randint(20, 900) * step * (1 if form.factor != "บาท" else 1000) if is_filled else 0
        if form.shape == "phases":
            given = record.parts.get("ได้รับจัดสรร", 0)
            if "เบิกจ่าย" in record.parts:
                record.parts["เบิกจ่าย"] = given * rng.randint(1, 9) // 10 // step * step
            if "คงเหลือ" in record.parts:
                record.parts["คงเหลือ"] = given - record.parts["เบิกจ่าย"]
        if form.shape == "ticks":
            record.parts = {part: int(rng.random() < 0.6) for part in parts}
        if form.shape == "members":
            record.parts = {part: rng.randint(5, 60) for part in parts}
        if not any(record.parts.values()):
            record.parts[parts[0]] = 1 if form.shape == "ticks" else 5000 * step
        records.append(record)
    return records


def write(form: Form, records: list[Record], folder: Path, marks: true_rows.Marks = true_rows.NOTHING) -> Path:
    """Write the table in its form, with what is done to its rows; gives the file."""
    head, merges = _headings(form, records)
    grid = [*_titles(form, records, len(head[0]))]
    top = len(grid)
    grid += head
    merges = [(top + a, b, top + c, d) for a, b, c, d in merges]
    hidden: list[int] = []
    last = None
    rows: list[int] = []
    at, parts = len(_left(form)), len(records[0].parts)
    for number, record in enumerate(records):
        if form.district == "section" and record.district != last:
            grid.append([f"อำเภอ{record.district}"])
        own = replace(form, year=true_rows.year_of(marks, number, form.year))
        rows.append(len(grid))
        grid.append(_row(own, record, is_first=record.district != last))
        grid += true_rows.promised(marks, number, _row(own, record, is_first=False), at, parts)
        last = record.district
    has_total = (form.total_row or marks.kind == "subtotal") and form.shape != "ticks"
    if has_total:
        grid.append(_total(form, kept(records, marks), len(head[-1])))
    true_rows.with_phones(marks, grid, top, rows)
    if marks.file and not marks.file.startswith("csv"):
        sums = range(at, at + parts) if has_total else None
        return true_rows.book(marks, folder / f"office_{form.seed}", grid, merges, rows, sums)
    if form.hidden:
        hidden.append(top + len(head) + 1)
    path = folder / f"office_{form.seed}.{'xlsx' if form.file == 'xlsx' else 'csv'}"
    return _write_book(path, grid, merges, hidden) if form.file == "xlsx" else _write_text(path, grid, form.file)


def kept(records: list[Record], marks: true_rows.Marks) -> list[Record]:
    """The records that a person takes."""
    return [record for number, record in enumerate(records) if number not in marks.gone]


def _titles(form: Form, records: list[Record], width: int) -> list[list[str]]:
    lines = []
    if form.titles or form.year in ("title",) or form.district == "title":
        lines.append(["บัญชีโครงการ" + (f" ประจำปีงบประมาณ พ.ศ. {records[0].year}" if form.year == "title" else "")])
    if form.district == "title":
        lines.append([f"อำเภอ{records[0].district} จังหวัดนครศรีธรรมราช"])
    lines += [[text] for text in ("จังหวัดนครศรีธรรมราช", "เอกสารประกอบการประชุม")[: max(0, form.titles - len(lines))]]
    if form.unit == "note" and form.shape not in ("ticks", "members"):
        lines.append([""] * (width - 1) + [f"(หน่วย: {form.factor})"])
    return lines


def _left(form: Form) -> list[str]:
    left = ["ที่", "รายการ"] if form.shape not in ("members",) else ["ที่", "ชื่อกลุ่ม"]
    if form.district in ("column", "filled_down", "merged"):
        left.append("อำเภอ")
    left.append("ตำบล")
    if form.year.startswith("column"):
        left.append("ปีงบประมาณ")
    if form.year == "dates":
        left += ["วันเริ่มต้น", "วันสิ้นสุด"]
    return left


def _headings(form: Form, records: list[Record]) -> tuple[list[list[str]], list[tuple[int, int, int, int]]]:
    """Heading lines, and merges as (top, left, bottom, right)."""
    left, parts = _left(form), list(records[0].parts)
    unit = f" ({form.factor})" if form.unit in ("heading", "band") and form.shape not in ("ticks", "members") else ""
    right = [] if form.shape == "members" else ["ผู้รับประโยชน์ (คน)"]
    band = {"members": "สมาชิก", "ticks": "หน่วยงานที่สนับสนุน"}.get(form.shape, "งบประมาณ")
    if form.shape == "flat":
        return [[*left, f"งบประมาณ{unit}", *right]], []
    if form.shape == "two_moneys":
        return [[*left, *(f"{part}{unit or ' (บาท)'}" for part in parts), *right]], []
    if form.total_column and form.shape != "ticks":
        parts = [*parts, "รวม"] if form.shape != "phases" else parts
    at, width = len(left), len(parts)
    if form.header == "repeated":
        return [[*left, *(f"{band}{unit} - {part}" for part in parts), *right]], []
    upper = [*left, f"{band}{unit}", *[""] * (width - 1), *right]
    lower = [*[""] * at, *parts, *[""] * len(right)]
    merges = [(0, at, 0, at + width - 1)]
    merges += [(0, column, 1, column) for column in [*range(at), *range(at + width, at + width + len(right))]]
    return [upper, lower], merges if form.header == "merged" else []


def _figure(form: Form, amount: int, *, is_money: bool) -> object:
    if not is_money:
        return str(amount).translate(THAI_DIGITS) if form.thai_digits else amount
    if not amount:
        return form.blank
    value = amount / 100 / FACTORS[form.factor]
    value = int(value) if value == int(value) else round(value, 4)
    if form.thai_digits:
        return f"{value:,}".translate(THAI_DIGITS)
    return value if form.file == "xlsx" else f"{value:,}"


def _row(form: Form, record: Record, *, is_first: bool) -> list[object]:
    place = {"bare": "", "short": "ต.", "long": "ตำบล"}[form.place] + record.name
    row: list[object] = [form.seed % 7 + 1 if form.shape == "none" else "", record.work]
    row[0] = ""
    if form.shape == "members":
        row[1] = f"กลุ่ม{record.work}{record.name}"
    if form.district in ("column", "filled_down", "merged"):
        row.append(record.district if form.district == "column" or is_first else "")
    row.append(place)
    if form.year.startswith("column"):
        year = {"column": record.year, "column_short": record.year % 100, "column_ce": record.year - 543}[form.year]
        row.append(str(year).translate(THAI_DIGITS) if form.thai_digits else year)
    if form.year == "dates":
        row += [f"1 ต.ค. {record.year - 1}", f"30 ก.ย. {record.year}"]
    is_money = form.shape not in ("ticks", "members")
    if form.shape == "ticks":
        mark = "/" if form.file == "csv_cp874" else ("✓", "x", "●", "/")[form.seed % 4]
        row += [mark if ticked else "" for ticked in record.parts.values()]
    else:
        row += [_figure(form, amount, is_money=is_money) for amount in record.parts.values()]
    if form.total_column and form.shape not in ("flat", "phases", "two_moneys", "ticks"):
        row.append(_figure(form, sum(record.parts.values()), is_money=is_money))
    return row if form.shape == "members" else [*row, record.people]


def _total(form: Form, records: list[Record], width: int) -> list[object]:
    rows = [_row(form, record, is_first=True) for record in records]
    at = len(_left(form))
    total: list[object] = ["รวมทั้งสิ้น", *[""] * (at - 1)]
    is_money = form.shape not in ("ticks", "members")
    for column in range(at, at + len(records[0].parts)):
        part = list(records[0].parts)[column - at]
        total.append(_figure(form, sum(record.parts[part] for record in records), is_money=is_money))
    if form.total_column and form.shape not in ("flat", "phases", "two_moneys", "ticks"):
        total.append(_figure(form, sum(sum(record.parts.values()) for record in records), is_money=is_money))
    if form.shape != "members":
        total.append(sum(record.people for record in records))
    return total[: len(rows[0])]


def _write_book(path: Path, grid: list[list], merges: list[tuple[int, int, int, int]], hidden: list[int]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row, cells in enumerate(grid, start=1):
        for column, value in enumerate(cells, start=1):
            if value != "":
                sheet.cell(row, column, value).alignment = Alignment(wrap_text=True)
    for top, left, bottom, right in merges:
        if (top, left) != (bottom, right):
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    for position in hidden:
        sheet.row_dimensions[position + 1].hidden = True
    book.save(path)
    return path


def _write_text(path: Path, grid: list[list], kind: str) -> Path:
    width = max(len(row) for row in grid)
    encoding = "cp874" if kind == "csv_cp874" else "utf-8-sig"
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=";" if kind == "csv_semicolon" else ",")
        writer.writerows([*row, *[""] * (width - len(row))] for row in grid)
    return path


def truth(form: Form, records: list[Record]) -> Counter:
    """What must be in the store: (subdistrict, Gregorian fiscal year) -> satang, ticks or members."""
    wanted: Counter = Counter()
    for record in records:
        year = record.year - 543
        if form.shape == "years":
            for part, amount in record.parts.items():
                wanted[record.code, int(part) - 543] += amount
            continue
        amount = record.parts.get("ได้รับจัดสรร", 0) if form.shape == "phases" else sum(record.parts.values())
        wanted[record.code, None if form.shape == "members" else year] += amount
    return Counter({key: amount for key, amount in wanted.items() if amount})


def read(form: Form, ingested: Ingested) -> Counter:
    """What the importer would load, in the same terms."""
    got: Counter = Counter()
    for result in ingested.understood:
        values = result.read.values
        for row in result.rows("loaded"):
            where = result.matched.at[row, "subdistrict_code"]
            if form.shape == "members":
                got[where, None] += values.at[row, "members"] or 0 if "members" in values else 0
                continue
            year = values.at[row, "fiscal_year"] if "fiscal_year" in values else None
            if year is None or year != year:
                year = _year_of(values, row)
            if form.shape == "ticks":
                got[where, year] += 1
                continue
            amount = next(
                (values.at[row, name] for name in ("committed", "amount") if name in values and values.at[row, name]), 0
            )
            got[where, year] += int(amount or 0)
    return Counter({key: amount for key, amount in got.items() if amount})


def _year_of(values: object, row: int) -> int | None:
    if "starts_on" not in values or values.at[row, "starts_on"] is None:
        return None
    day = values.at[row, "starts_on"]
    return day.year + (day.month >= 10)


def check(seed: int, folder: Path, places: Places) -> Verdict:
    """Draw, write, read and compare one table."""
    form, records = draw(seed)
    marks = true_rows.draw(seed, form, len(records))
    path = write(form, records, folder, marks)
    records = kept(records, marks)
    try:
        ingested = understand(path, "office", places, trusted=True, aside=marks.choice or "take")
    except Refused as stop:
        return Verdict(form, "asked", f"{stop.problem.code} {marks.kind}")
    finally:
        path.unlink(missing_ok=True)
    if ingested.doubts or ingested.count("quarantined"):
        return Verdict(form, "asked", ", ".join(ingested.doubts) or f"{ingested.count('quarantined')} rows wait")
    if any(not total["met"] for total in ingested.summary("x")["control_totals"]):
        return Verdict(form, "asked", "control total")
    wanted, got = truth(form, records), read(form, ingested)
    if wanted == got:
        return Verdict(form, "right")
    missing, extra = wanted - got, got - wanted
    return Verdict(
        form, "wrong", f"{marks} missing {dict(list(missing.items())[:3])} extra {dict(list(extra.items())[:3])}"
    )
