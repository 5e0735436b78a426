"""Bands, one heading over several columns: budget phases, sources, years, quarters, months, agencies, men and women.

Columns of a band are headed ``band - part`` (:mod:`loaders.sheets.headings` joins the lines). The kind of the parts
decides: a phase maps to a column of ours; a total beside its parts becomes a check; men and women, quarters and months
are added up; sources, years and agencies become one record each (:mod:`loaders.layouts.melt`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from loaders.codes import squeeze, words
from loaders.layouts.quantities import Figures, names_count, names_money
from loaders.layouts.relations import Relation
from loaders.layouts.years import year_of_part
from loaders.thai import arabic_digits, normalise
from loaders.thai.dates import MONTHS

JOIN = " - "
UNIT_PART = re.compile(
    r"\s*[\[(](?:หน่วย\s*:?\s*)?(?:พันล้าน|พัน|ล้าน|แสน|หมื่น|(?:thousand|million|billion)\s*)?(?:บาท|baht|คน|ราย|ครัวเรือน)[\])]\s*$",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"^(?:รวม|รวมทั้งสิ้น|รวมทั้งหมด|ทั้งหมด|ยอดรวม|รวมเงิน|รวมงบประมาณ|total|grand total|sum|all)(?:\s*\(.*\))?$", re.IGNORECASE
)
# Phase of money -> headings that agencies use; the first match wins, so the order matters.
PHASES = {
    "balance": re.compile(r"คงเหลือ|เหลือจ่าย|เหลือ|ยังไม่เบิก|balance|remaining|unspent", re.IGNORECASE),
    "paid": re.compile(r"เบิก|จ่ายจริง|จ่ายแล้ว|ใช้จริง|ใช้ไป|ผลการใช้|spent|paid|disburs|actual|expenditure", re.IGNORECASE),
    "committed": re.compile(
        r"จัดสรร|ได้รับ|อนุมัติ|ผูกพัน|สัญญา|โอน|allot|allocat|approved|received|awarded|committed|granted", re.IGNORECASE
    ),
    "requested": re.compile(r"ขอ|เสนอ|คำขอ|ต้องการ|request|proposed|applied", re.IGNORECASE),
    "planned": re.compile(r"แผน|ตั้งไว้|ประมาณการ|ตามแผน|plan|estimate|budget", re.IGNORECASE),
}
MEN_WOMEN = re.compile(
    r"^(?:เพศ)?\s*(?:ชาย|หญิง|ช|ญ|lgbtq?\+?|men|women|males?|females?|boys?|girls?|m|f)(?:\s*\(.*\))?$",
    re.IGNORECASE,
)
OTHER = re.compile(r"^(?:อื่นๆ|อื่น ๆ|ไม่ระบุ|other|not stated)$", re.IGNORECASE)  # of people counted by sex
QUARTER = re.compile(
    r"^(?:ไตรมาส|ไตรมาสที่|q|quarter|งวด|งวดที่)\s*(?:ที่)?\s*([1-4])(?:\s*/?\s*(?:25|20)?\d\d)?$", re.IGNORECASE
)
YEAR = re.compile(r"^(?:ปี|ปีงบประมาณ|พ\.?ศ\.?|fy|ปีที่)?\s*((?:24|25|26)\d\d|20\d\d|19\d\d|[5-7]\d)$", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One column of a band: its full heading, its own label, and its kind."""

    heading: str
    label: str
    kind: str  # total, phase:<name>, sex, quarter, month, year, agency, source
    year: str = ""  # in a band of two lines with years over sources or agencies


@dataclass(frozen=True)
class Band:
    """Neighbouring columns under one heading (``label``, may be empty) that split one quantity into parts."""

    label: str
    parts: tuple[Part, ...]
    total: str | None  # heading of the column with their sum
    is_money: bool
    subtotals: tuple[str, ...] = ()  # headings of totals of some parts, one per year

    @property
    def kind(self) -> str:
        """Kind of the parts: ``phase``, ``sex``, ``quarter``, ``month``, ``year``, ``agency``, ``source`` or mixed."""
        kinds = {part.kind.partition(":")[0] for part in self.parts}
        if len(kinds) == 1:
            return kinds.pop()
        return "source" if kinds <= {"agency", "source"} else "mixed"

    def of(self, kind: str) -> list[Part]:
        """Parts of a kind (``phase:paid``, or a whole group such as ``phase``)."""
        return [part for part in self.parts if kind in (part.kind, part.kind.partition(":")[0])]


def part_kind(label: str, *, is_money: bool) -> str:
    """The kind of a part by its heading; ``source`` when no other kind matches."""
    text = arabic_digits(normalise(UNIT_PART.sub("", label))).strip()
    if TOTAL.match(text):
        return "total"
    if MEN_WOMEN.match(text):
        return "sex"
    if QUARTER.match(text):
        return "quarter"
    if re.sub(r"[\s./'-]*\d*$", "", text.casefold()).replace(".", "") in MONTHS:
        return "month"
    if YEAR.match(text):
        return "year"
    if squeeze(text) in words("agency") or squeeze(text) in words("stream"):
        return "agency" if squeeze(text) in words("agency") else "source"
    if is_money:
        for phase, pattern in PHASES.items():
            if pattern.search(text):
                return f"phase:{phase}"
    return "source"


def bands(columns: Mapping[str, Figures], order: Sequence[str], relations: Sequence[Relation]) -> list[Band]:
    """The bands of a sheet: runs of numeric columns under one upper heading.

    A column that is the sum of the others by ``relations`` (:func:`loaders.layouts.relations.relations`) is their
    total, whatever its heading.
    """
    runs: list[tuple[str, list[str]]] = []
    for heading in order:
        if heading not in columns or not columns[heading].numeric:
            continue
        upper, joint, _ = heading.partition(JOIN)
        if not joint:
            continue
        if _is_year(upper):
            upper = ""  # neighbouring years, each over the same parts
        if runs and runs[-1][0] == upper:
            runs[-1][1].append(heading)
        else:
            runs.append((upper, [heading]))
    return [band for upper, headings in runs if len(headings) > 1 and (band := _band(upper, headings, relations))]


def _is_year(text: str) -> bool:
    return bool(YEAR.match(arabic_digits(normalise(text)).strip()))


def _without_year(label: str) -> tuple[str, str]:
    """The label without the year that one line of its heading states, and that year (``""`` if none)."""
    pieces = label.split(JOIN)
    years = [piece for piece in pieces if _is_year(piece)]
    rest = [piece for piece in pieces if piece not in years]
    return (JOIN.join(rest), years[0]) if rest and len(years) == 1 else (label, "")


def _band(upper: str, headings: list[str], relations: Sequence[Relation]) -> Band | None:
    is_money = names_money(upper) or any(names_money(heading.partition(JOIN)[2]) for heading in headings)
    is_count = not is_money and (names_count(upper) or any(names_count(h.partition(JOIN)[2]) for h in headings))
    if not is_money and not is_count:
        return None
    sums = [relation for relation in relations if relation.kind == "sum" and relation.heading in headings]
    inside = [relation for relation in sums if set(relation.plus) <= set(headings)]
    summed = max(inside, key=lambda relation: len(relation.plus), default=None)
    parts, total, subtotals = [], summed.heading if summed else None, []
    for heading in headings:
        label, year = _without_year(heading.partition(JOIN)[2] if upper else heading)
        kind = "sex" if is_count and OTHER.match(label.strip()) else part_kind(label, is_money=is_money)
        if kind == "total" and year:
            subtotals.append(heading)
        elif kind == "total":
            total = total or heading
        if heading == total or kind == "total":
            continue
        parts.append(Part(heading, label, kind, year))
    total = None if total in subtotals else total  # a total of one year is not a total of all years
    return Band(upper, tuple(parts), total, is_money, tuple(subtotals)) if parts else None


def dated(band: Band) -> Band:
    """Add the fiscal year to parts of a band of quarters or months, if their headings state several; else unchanged."""
    if band.kind not in ("quarter", "month"):
        return band
    years = [year_of_part(part.label) for part in band.parts]
    if len(set(years)) < 2 or None in years:
        return band
    pairs = zip(band.parts, years, strict=True)
    return replace(band, parts=tuple(replace(part, year=str(int(year or 0) + 543)) for part, year in pairs))
