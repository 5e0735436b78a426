"""Recognition of the columns of a boundary file by the headings that Thai and UN files use.

Pure Python, because the child process that opens untrusted files imports it too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from itertools import repeat

from loaders.files.encodings import reread
from loaders.thai import normalise

ALIASES = {
    "subdistrict_code": (
        "subdistrict_code subdistric adm3_pcode tambon_idn tambon_id tambon_cod tambon_code tam_code tam_idn tam_id "
        "tb_code tb_idn tb_id t_code t_id ta_id subdist_id subdistcode sub_code tamboncode dopa6 geocode c รหัสตำบล "
        "รหัสแขวง รหัส_ตำบล รหัสตำบล/แขวง"
    ),
    "subdistrict_name": (
        "name_th adm3_th adm3_name1 tam_nam_t tambon_t tambon_th tam_name_t tam_name t_name_t t_name tb_tn tb_name_t "
        "tambon_nam tambon_name subdistrict_name_th subdistrict tambon ชื่อตำบล ตำบล ต. ตำบล/แขวง ชื่อแขวง n"
    ),
    "district_code": (
        "district_code adm2_pcode amphoe_idn amphoe_id amphoe_cod amphoe_code amp_code amp_idn amp_id ap_code ap_idn "
        "ap_id a_code a_id amphur_id dist_code รหัสอำเภอ รหัสเขต รหัส_อำเภอ รหัสอำเภอ/เขต"
    ),
    "district_name": (
        "district_name_th adm2_th adm2_name1 amp_nam_t amphoe_t amphoe_th amp_name_t amp_name a_name_t a_name ap_tn "
        "ap_name_t amphoe_nam amphoe_name amphoe amphur district ชื่ออำเภอ อำเภอ อ. อำเภอ/เขต d"
    ),
    "province_code": (
        "province_code adm1_pcode prov_code prov_idn prov_id pv_code pv_idn pv_id p_code changwat_c chw_code cwt_code "
        "รหัสจังหวัด รหัส_จังหวัด"
    ),
    "province_name": (
        "province_name_th adm1_th adm1_name1 prov_nam_t prov_name_t prov_name pv_tn pv_name_t p_name_t changwat_t "
        "changwat province ชื่อจังหวัด จังหวัด จ."
    ),
}
CODE_COLUMNS = ("subdistrict_code", "district_code", "province_code")
ENCODINGS = ("utf-8", "cp874")
PREFIXES = {
    "subdistrict_name": re.compile(r"^(ตำบล|แขวง|ต\.)\s*"),
    "district_name": re.compile(r"^(กิ่งอำเภอ|กิ่ง อ\.|อำเภอ|อ\.)\s*"),
    "province_name": re.compile(r"^(จังหวัด|จ\.)\s*"),
}
CODE = re.compile(r"^(?:th)?\s*(\d+)(?:\.0*)?$")


def key(heading: str) -> str:
    """A heading normalised for comparison: lower case, without spaces, underscores and dots."""
    return re.sub(r"[\s_.]+", "", normalise(heading)).casefold()


BY_KEY = {what: [key(name) for name in names.split()] for what, names in ALIASES.items()}


def recognise(headings: Iterable[str]) -> dict[str, str]:
    """Our column name -> heading in the file, for every recognised column; the first alias of the list wins."""
    heading_of: dict[str, str] = {}
    for heading in headings:
        for form in (heading, *(reread(heading, encoding) for encoding in ENCODINGS)):
            heading_of.setdefault(key(form), heading)
    return {
        what: next(heading_of[alias] for alias in aliases if alias in heading_of)
        for what, aliases in BY_KEY.items()
        if any(alias in heading_of for alias in aliases)
    }


def promise(headings: Iterable[str]) -> int:
    """Suitability of a layer for subdistricts: 0 none, 1 has names, 2 has codes."""
    recognised = recognise(headings)
    if "subdistrict_code" in recognised:
        return 2
    return 1 if {"subdistrict_name", "district_name"} <= recognised.keys() else 0


def code_digits(value: object) -> str:
    """Digits of a written code (TH800101, 800101, 800101.0 or in Thai digits); empty for anything else."""
    if isinstance(value, float):
        if not math.isfinite(value) or value != int(value):
            return ""
        value = int(value)
    text = "".join(str(int(char)) if char.isdecimal() else char for char in str(value).strip().casefold())
    match = CODE.match(text)
    return match.group(1) if match else ""


def whole_code(subdistrict: object, district: object = "", province: object = "") -> str:
    """Six-digit code from a complete code, or from the separate parts that Thai shapefiles have; else empty."""
    last, middle, first = (code_digits(part) for part in (subdistrict, district, province))
    if len(last) == 6:
        return last
    if not last or len(last) > 2:
        return ""
    if len(middle) == 4:
        return middle + last.zfill(2)
    if middle and len(middle) <= 2 and len(first) == 2:
        return first + middle.zfill(2) + last.zfill(2)
    return ""


def written_codes(headings: Iterable[str], column: Callable[[str], Iterable[object]]) -> list[str] | None:
    """Six-digit codes of all rows from the code columns (empty = none); ``None`` when no row has one.

    ``column`` returns the values under a heading.
    """
    heading_of = recognise(headings)
    if "subdistrict_code" not in heading_of:
        return None
    parts = [column(heading_of[what]) if what in heading_of else repeat("") for what in CODE_COLUMNS]
    codes = [whole_code(*row) for row in zip(*parts, strict=False)]  # not strict: a missing part repeats endlessly
    return codes if any(codes) else None


def plain_name(text: object, what: str) -> str:
    """A place name normalised, without its level word (ต., อำเภอ ...) and spaces; empty if it is no text."""
    return PREFIXES[what].sub("", normalise(text)).replace(" ", "") if isinstance(text, str) else ""
