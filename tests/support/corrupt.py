"""Spreadsheets as offices really hand them in, made from known rows, and the check that nothing of them was lost or doubled.

``make(seed, folder)`` writes one file and returns what is true of it; ``check`` compares an import with that truth and
returns every loss, doubling or wrong place that the import did not report.
"""

from __future__ import annotations

import csv
import html
import io
import json
import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import xlsxwriter

from loaders import reference
from loaders.imports.ingest import Ingested, understand
from loaders.places.matcher import Places
from loaders.problems import Refused

UNITS = {"บาท": 1, "พันบาท": 1_000, "ล้านบาท": 1_000_000}
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
UNREADABLE = ("300,0", "12/3/50", "๑๒,๓๔", "ประมาณ 5,000", "1.000.000", "5 000 000")
AGENCIES = ("พอช.", "สปสช.", "กรมการพัฒนาชุมชน", "สสส.")


@dataclass
class Row:
    ref: str
    code: str
    names: tuple[str, str]  # subdistrict, district
    satang: int | None
    written: str = ""
    broken: str = ""  # place | amount | shift: what a person did to it


@dataclass
class Made:
    path: Path
    rows: list[Row]
    kinds: set[str] = field(default_factory=set)
    bad_totals: int = 0
    totals: int = 0
    planted: set[str] = field(default_factory=set)  # text of rows that are no data


@cache
def _areas() -> list[tuple[str, str, str]]:
    table = reference.subdistricts()
    return [(row.subdistrict_code, row.name_th, row.district_name_th) for row in table.itertuples()]


def _rows(chance: random.Random, unit: int) -> list[Row]:
    areas = sorted(chance.sample(_areas(), chance.randint(4, 40)), key=lambda area: area[2])
    rows = []
    for number, (code, name, district) in enumerate(areas):
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            whole = chance.choice(
                (chance.randint(1, 999), chance.randint(1_000, 99_999), chance.randint(100_000, 9_000_000))
            )
            satang = None if chance.random() < 0.05 else whole * 100 if unit == 1 else whole * 10 * unit
            if satang is not None and unit == 1 and chance.random() < 0.2:
                satang += chance.randint(1, 99)
            rows.append(Row(f"K{len(rows):04d}-{number}", code, (name, district), satang))
    return rows


def _amount(chance: random.Random, row: Row, unit: int, style: str) -> str:
    if row.satang is None:
        return chance.choice(("", "-", "–"))
    value = row.satang / 100 / unit
    digits = 2 if unit == 1 else 6
    text = (
        f"{value:,.{digits}f}".rstrip("0").rstrip(".")
        if style != "plain"
        else f"{value:.{digits}f}".rstrip("0").rstrip(".")
    )
    if style == "thai":
        return text.translate(THAI)
    if style == "words" and unit == 1:
        return f"{text} บาท"
    return f"  {text} " if style == "spaces" else text


class _Sheet:
    """One sheet under construction: lines of cells, what each line is, and merged ranges."""

    def __init__(self, chance: random.Random, made: Made, unit_name: str) -> None:
        self.chance, self.made, self.unit_name = chance, made, unit_name
        self.lines: list[list[str]] = []
        self.merges: list[tuple[int, int, int, int]] = []

    def does(self, kind: str, share: float) -> bool:
        if self.chance.random() < share:
            self.made.kinds.add(kind)
            return True
        return False

    def build(self, rows: list[Row]) -> None:
        chance = self.chance
        self.in_title = self.does("unit in the title", 0.3)
        if self.in_title or self.does("title rows", 0.5):
            self._titles()
        self.place = chance.choice(("columns", "columns", "code", "one cell", "sections", "swapped words"))
        self.made.kinds.add(f"place: {self.place}")
        self.columns = self._columns()
        if self.does("columns in another order", 0.5):
            chance.shuffle(self.columns)
        self._headings()
        self._body(rows)
        if self.does("notes at the end", 0.3):
            self.lines += [[], ["หมายเหตุ: ข้อมูล ณ วันที่จัดทำ"]]

    def _columns(self) -> list[tuple[str, str]]:
        money = "งบประมาณ" if self.in_title else f"งบประมาณ ({self.unit_name})"
        places = {
            "columns": [("subdistrict", "ตำบล"), ("district", "อำเภอ")],
            "swapped words": [("subdistrict", "ชื่อตำบล"), ("district", "อำเภอ/เขต"), ("province", "จังหวัด")],
            "code": [("code", "รหัสตำบล")],
            "one cell": [("text", "สถานที่ดำเนินการ")],
            "sections": [("subdistrict", "ตำบล")],
        }[self.place]
        found = [("ref", "เลขที่โครงการ"), *places, ("agency", "หน่วยงาน"), ("title", "ชื่อโครงการ"), ("amount", money)]
        if self.does("extra columns", 0.4):
            found.append(("note", "หมายเหตุ"))
        return found

    def _titles(self) -> None:
        unit = f" หน่วย: {self.unit_name}" if self.in_title else ""
        for text in ("บัญชีโครงการพัฒนาตำบล", f"ประจำปีงบประมาณ พ.ศ. 2550{unit}", "")[
            : self.chance.randint(2 if unit else 1, 3)
        ]:
            self.lines.append([text])

    def _headings(self) -> None:
        names = [heading for _, heading in self.columns]
        if self.does("two-line headings", 0.25):
            top = ["" for _ in names]
            at = next(index for index, (kind, _) in enumerate(self.columns) if kind == "amount")
            top[at] = "วงเงิน"
            for index, name in enumerate(names):
                if index != at:
                    top[index] = name
                    self.merges.append((len(self.lines), index, len(self.lines) + 1, index))
            below = ["" if index != at else names[at] for index in range(len(names))]
            self.lines += [top, below]
            self.heading = None
        else:
            self.lines.append(names)
            self.heading = names

    def _body(self, rows: list[Row]) -> None:
        chance = self.chance
        style = chance.choice(("plain", "commas", "thai", "words", "spaces", "mixed"))
        fills_down = self.place in ("columns", "swapped words") and self.does("district written once", 0.4)
        section_totals, grand = self.does("totals by district", 0.35), self.does("grand total", 0.5)
        lies = (section_totals or grand) and self.does("a total that is wrong", 0.25)
        damaged = self.does("damaged cells", 0.5)
        self.used: list[Row] = []
        unit = UNITS[self.unit_name]
        previous = None
        for row in rows:
            if row.names[1] != previous:
                if section_totals and self.used:
                    self._total("รวม", self.used, wrong=False)
                self.used = []
                if self.place == "sections":
                    self.lines.append([f"อำเภอ{row.names[1]}"])
            if damaged and chance.random() < 0.12:
                self._damage(row)
            row.written = _amount(
                chance, row, unit, style if style != "mixed" else chance.choice(("plain", "commas", "thai"))
            )
            if row.broken == "amount":
                row.written = chance.choice(UNREADABLE)
            self.lines.append(self._line(row, written_district=not fills_down or row.names[1] != previous))
            self.used.append(row)
            previous = row.names[1]
            self._between()
        if section_totals and self.used:
            self._total("รวม", self.used, wrong=False)
        if grand:
            self._total(chance.choice(("รวมทั้งสิ้น", "รวมทั้งสิ้น", "Grand Total")), rows, wrong=lies)

    def _between(self) -> None:
        if self.chance.random() < 0.04:
            self.made.kinds.add("blank rows")
            self.lines.append([])
        if self.heading and self.chance.random() < 0.04:
            self.made.kinds.add("repeated headings")
            self.lines.append(list(self.heading))
        if self.chance.random() < 0.03:
            self.made.kinds.add("page rows")
            self.lines.append([self.chance.choice(("หน้า 2", "- 3 -", "หน้าที่ 4/9"))])

    def _damage(self, row: Row) -> None:
        row.broken = self.chance.choice(("place", "amount"))
        self.made.kinds.add(f"damaged {row.broken}")
        if row.broken == "place":
            self.made.kinds.add("unknown place")

    def _line(self, row: Row, *, written_district: bool) -> list[str]:
        name, district = row.names
        code = row.code
        if row.broken == "place":
            name, code = f"{name[:-1]}ฌฌ", "809999"
        cells = {
            "ref": row.ref, "subdistrict": name, "district": district if written_district else "", "province": "นครศรีธรรมราช",
            "code": code, "text": f"ตำบล{name} อำเภอ{district} จังหวัดนครศรีธรรมราช", "agency": self.chance.choice(AGENCIES),
            "title": self.chance.choice(("อบรมอาชีพ", "ปลูกป่าชายเลน", "ลานกีฬา, ชุมชน", 'งาน "ของดี" ตำบล', "=1+1")), "amount": row.written, "note": self.chance.choice(("", "", "โอนแล้ว")),
        }  # fmt: skip
        return [cells[kind] for kind, _ in self.columns]

    def _total(self, word: str, rows: list[Row], *, wrong: bool) -> None:
        if any(row.broken == "amount" for row in rows):
            return  # what a person added up is not what can be read; the mismatch has its own test
        unit = UNITS[self.unit_name]
        satang = sum(row.satang or 0 for row in rows) + (7_000 * unit if wrong else 0)
        if not satang:
            return
        cells = ["" for _ in self.columns]
        at = next(index for index, (kind, _) in enumerate(self.columns) if kind == "amount")
        label = next(index for index in range(len(cells)) if index != at)
        cells[label] = word
        cells[at] = f"{satang / 100 / unit:,.6f}".rstrip("0").rstrip(".")
        self.lines.append(cells)
        self.made.totals += 1
        self.made.bad_totals += wrong


def make(seed: int, folder: Path) -> Made:
    """One file from a seed; the same seed gives the same file."""
    chance = random.Random(seed)
    unit_name = chance.choice(("บาท", "บาท", "พันบาท", "ล้านบาท"))
    made = Made(folder, _rows(chance, UNITS[unit_name]))
    made.kinds.add(f"unit: {unit_name}")
    sheet = _Sheet(chance, made, unit_name)
    sheet.build(made.rows)
    writer = chance.choice((_xlsx, _xlsx, _csv, _csv, _html, _json))
    if writer is _json and (sheet.place == "sections" or sheet.heading is None):
        writer = _xlsx
    made.kinds.add(writer.__name__[1:])
    made.path = writer(sheet, folder / f"file{seed}", chance)
    return made


def _xlsx(sheet: _Sheet, stem: Path, chance: random.Random) -> Path:
    path = stem.with_suffix(".xlsx")
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    page = book.add_worksheet("รายการ")
    numeric = sheet.does("amounts as numbers", 0.5)
    for number, line in enumerate(sheet.lines):
        for column, text in enumerate(line):
            plain = text.strip().replace(",", "")
            if (
                numeric
                and text
                and plain.replace(".", "", 1).isdecimal()
                and plain.isascii()
                and column < len(sheet.columns)
                and sheet.columns[column][0] == "amount"
                and text not in UNREADABLE
            ):
                page.write_number(number, column, float(plain))
            elif text:
                page.write_string(number, column, text)
    for top, left, bottom, right in sheet.merges:
        page.merge_range(top, left, bottom, right, sheet.lines[top][left])
    if sheet.does("a hidden sheet", 0.15):
        hidden = book.add_worksheet("เก่า")
        hidden.write_row(0, 0, ["ตำบล", "อำเภอ", "หน่วยงาน", "งบประมาณ"])
        hidden.write_row(1, 0, ["ท่าศาลา", "ท่าศาลา", "พอช.", 12345])
        hidden.hide()
    book.close()
    return path


def _csv(sheet: _Sheet, stem: Path, chance: random.Random) -> Path:
    encoding = chance.choice(("utf-8", "utf-8-sig", "cp874", "utf-16"))
    delimiter = chance.choice((",", ",", ";", "\t"))
    sheet.made.kinds |= {f"encoding: {encoding}", f"delimiter: {delimiter!r}"}
    width = len(sheet.columns)
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter)
    by_ref = {row.ref: row for row in sheet.made.rows}
    for line in sheet.lines:
        cells = line + [""] * (width - len(line))
        row = next((by_ref[cell] for cell in cells if cell in by_ref), None)
        if row is not None and not row.broken and chance.random() < 0.02:
            row.broken = "shift"
            sheet.made.kinds.add("one field too many")
            cells.insert(chance.randrange(1, width), "แทรก")
        writer.writerow(cells)
    path = stem.with_suffix(".csv")
    path.write_bytes(target.getvalue().replace("–", "-" if encoding == "cp874" else "–").encode(encoding))
    return path


def _titles_apart(sheet: _Sheet) -> tuple[list[str], list[list[str]]]:
    """Lines of one cell at the top, and the table below them."""
    first = next(place for place, line in enumerate(sheet.lines) if len(line) > 1)
    return [text for line in sheet.lines[:first] for text in line if text], sheet.lines[first:]


def _html(sheet: _Sheet, stem: Path, chance: random.Random) -> Path:
    width = len(sheet.columns)
    way = chance.choice(("rows", "paragraphs", "caption", "table", "frame"))
    titles, lines = ([], sheet.lines) if way == "rows" else _titles_apart(sheet)
    if titles:
        sheet.made.kinds.add(f"HTML titles: {way}")
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line + [""] * (width - len(line))) + "</tr>"
        for line in lines
    )
    said = "".join(f"<p>{html.escape(text)}</p>" for text in titles)
    told = "".join(f"<tr><td>{html.escape(text)}</td></tr>" for text in titles)
    body = {
        "caption": f"<table><caption>{said}</caption>{rows}</table>",
        "table": f"<table>{told}</table><table>{rows}</table>",
        "frame": f"<table><tr><td>{said}<table>{rows}</table></td></tr></table>",
    }.get(way, f"{said}<table>{rows}</table>")
    path = stem.with_suffix(".xls")
    path.write_text(f"<html><meta charset=utf-8><body>{body}</body></html>", encoding="utf-8")
    return path


def _json(sheet: _Sheet, stem: Path, chance: random.Random) -> Path:
    path = stem.with_suffix(".json")
    heads = [heading for _, heading in sheet.columns]
    refs = {row.ref for row in sheet.made.rows}
    rows = [dict(zip(heads, line, strict=True)) for line in sheet.lines if refs & set(line)]
    district = next((heading for kind, heading in sheet.columns if kind == "district"), None)
    last = ""
    for row in rows:  # records stand alone: nothing to fill down from
        if district:
            last = row[district] = row[district] or last
    sheet.made.totals = sheet.made.bad_totals = 0
    titles = {f"line {number}": text for number, text in enumerate(_titles_apart(sheet)[0])}
    path.write_text(json.dumps({**titles, "rows": rows} if titles else rows, ensure_ascii=False), encoding="utf-8")
    return path


def read(made: Made, places: Places) -> Ingested | str:
    """The import's answer: what it understood, or the code of a refusal."""
    try:
        return understand(made.path, "codi", places, trusted=True)
    except Refused as stop:
        return stop.problem.code


def check(made: Made, answer: Ingested | str) -> list[str]:
    """Every loss, doubling or wrong figure that was not reported; empty when the import kept its promise."""
    if isinstance(answer, str):
        return []  # refused with a reason: nothing was loaded
    faults: list[str] = []
    seen: dict[str, list[tuple]] = {}
    truth = {row.ref: row for row in made.rows}
    for result in answer.understood:
        if result.sheet.hidden:
            faults += [f"hidden row loaded {row}" for row in result.rows("loaded")]
            continue
        refs = (
            result.read.values["reference"] if "reference" in result.read.values else result.outcome.map(lambda _: None)
        )
        for row, outcome in result.outcome.items():
            ref = refs[row]
            cells = [cell for cell in result.sheet.frame.loc[row] if cell in truth]
            known = cells[0] if cells else ref
            if known in truth:
                seen.setdefault(known, []).append(
                    (outcome, int(result.satang[row]), result.matched.at[row, "area_code"], result.reason[row])
                )
            elif outcome == "loaded":
                faults.append(f"row {row} is no data but was loaded")
    for ref, row in truth.items():
        faults += _row_faults(row, seen.get(ref, []))
    counted = answer.count("loaded") + answer.count("quarantined") + answer.count("excluded")
    if counted != answer.count() or answer.satang() != sum(
        answer.satang(one) for one in ("loaded", "quarantined", "excluded")
    ):
        faults.append("the account does not add up")
    checks = [total for result in answer.sheets for total in result.control_totals]
    unmet = sum(not total["met"] for total in checks)
    if made.bad_totals and not unmet:
        faults.append("a wrong total was not reported")
    if not made.bad_totals and not any(row.broken for row in made.rows) and unmet:
        faults.append(f"{unmet} right totals reported as wrong")
    return faults


def _row_faults(row: Row, found: list[tuple]) -> list[str]:
    if len(found) != 1:
        return [f"{row.ref} found {len(found)} times"]
    outcome, satang, code, reason = found[0]
    if row.broken and outcome != "quarantined":
        return [f"{row.ref} broken ({row.broken}: {row.written!r}) but {outcome} {reason}"]
    if row.broken in ("amount", "shift"):
        return []
    faults = [] if satang == (row.satang or 0) else [f"{row.ref} {satang} instead of {row.satang} ({row.written!r})"]
    if not row.broken and outcome == "loaded" and code != row.code:
        faults.append(f"{row.ref} placed at {code} instead of {row.code}")
    return faults
