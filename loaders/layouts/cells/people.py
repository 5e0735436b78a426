"""Names and telephone numbers as agencies write them: a dash is a vacancy, a lost leading 0 is restored."""

from __future__ import annotations

import re

from loaders.codes import squeeze
from loaders.thai import arabic_digits, normalise

# Words in place of a name: vacant, or unknown.
VACANT = {
    "ว่าง", "ตำแหน่งว่าง", "อัตราว่าง", "ว่างอยู่", "ยังว่าง", "ไม่มี", "ยังไม่มี", "ไม่มีผู้ดำรงตำแหน่ง", "รอสรรหา", "รอแต่งตั้ง", "รอเลือกตั้ง", "อยู่ระหว่างสรรหา",
    "อยู่ระหว่างการสรรหา", "อยู่ระหว่างแต่งตั้ง", "ลาออก", "vacant", "vacancy", "none", "nobody", "nil",
}  # fmt: skip
UNKNOWN = {"ไม่ทราบ", "ไม่ทราบชื่อ", "ไม่ระบุ", "ไม่ระบุชื่อ", "ไม่มีข้อมูล", "unknown", "notstated", "n/a", "na"}
SURNAME = re.compile(r"นามสกุล|สกุล|surname|last.?name|family.?name", re.IGNORECASE)
_DASH = re.compile(r"[\s\-–—−_.…*/]+")
_EXTENSION = re.compile(r"(?:ต่อ|ext\.?|extension|#)\s*(\d[\d\s,\-]*)$", re.IGNORECASE)
_SPLIT = re.compile(r"\s*(?:,|;|/|\||\n|หรือ|และ|\bor\b|\band\b|(?<=\d)\s{2,}(?=[0+]))\s*", re.IGNORECASE)
_MOBILE, _LANDLINE = re.compile(r"[689]\d{8}"), re.compile(r"[2-7]\d{7}")
_WHOLE = re.compile(r"[\d\s\-.()+]+")


def is_vacant(text: str) -> bool | None:
    """Whether a name cell states a vacancy; ``None`` for an empty cell, whose meaning depends on the sheet.

    Examples
    --------
    >>> is_vacant("-"), is_vacant("(ว่าง)"), is_vacant("ไม่ทราบชื่อ"), is_vacant("นายก ข"), is_vacant("")
    (True, True, False, False, None)
    """
    cell = normalise(text)
    if not cell:
        return None
    return _DASH.fullmatch(cell) is not None or squeeze(cell).strip("()[]") in VACANT


def person(text: str) -> str | None:
    """The name in a cell; ``None`` for a vacancy or an unknown person."""
    cell = normalise(text)
    return None if is_vacant(text) in (True, None) or squeeze(cell).strip("()[]") in UNKNOWN else cell


def phone(text: str) -> str | None:
    """Telephone numbers as dialled, comma-joined; restores the leading 0 that spreadsheets drop from numbers.

    Examples
    --------
    >>> phone("812345678"), phone("081-234-5678 / 75341234"), phone("+66 81 234 5678"), phone("075341234 ต่อ 12"),
    phone("-")
    ('0812345678', '081-234-5678, 075341234', '0812345678', '075341234 ต่อ 12', None)
    """
    cell = arabic_digits(normalise(text.replace("\n", " , ")))
    if not cell.strip(" -–—.,") or squeeze(cell) in VACANT | UNKNOWN:
        return None
    extension = ""
    if ending := _EXTENSION.search(cell):
        cell, extension = cell[: ending.start()].strip(), f" ต่อ {ending[1].strip()}"
    parts = [_dialled(part) for part in _SPLIT.split(cell) if part.strip(" -.")]
    return ", ".join(dict.fromkeys(parts)) + extension


def _dialled(text: str) -> str:
    """One number with its leading 0; text that is no number, or a complete one, is unchanged."""
    cell = re.sub(r"^(?:โทร(?:ศัพท์)?|มือถือ|เบอร์|tel|mobile|phone)\.?\s*:?\s*", "", text.strip(), flags=re.IGNORECASE)
    cell = re.sub(r"(?<=\d)\.0$", "", cell)
    if not _WHOLE.fullmatch(cell):
        return cell
    digits = re.sub(r"\D", "", cell)
    international = re.fullmatch(r"(?:00)?66(0?\d{8,9})", digits)
    if international and (cell.lstrip("(").startswith(("+", "00")) or len(digits) == 11):
        return f"0{international[1].removeprefix('0')}"
    if digits.startswith("0"):
        return cell
    lost = _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)
    return f"0{cell.lstrip()}" if lost else cell
