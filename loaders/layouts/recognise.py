"""Recognise which column of ours each column is: by a remembered answer, a shipped layout, the alias list, the content.

A guess that may be wrong is a doubt: the sheet is previewed with it, but stored only after a person confirms.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from loaders import thai
from loaders.codes import squeeze, words
from loaders.layouts import content
from loaders.layouts.cells import combined
from loaders.layouts.column_answers import refusal, unplaced
from loaders.layouts.layout import MONEY, PLACE, REQUIRED, VALUES, Layout, aliases, headings_key, shipped
from loaders.layouts.melt import BandReading
from loaders.layouts.title_agency import title_agency
from loaders.problems import Refused
from loaders.thai.numbers import UNIT_WORD, UNIT_WORDS

if TYPE_CHECKING:
    from loaders.sheets.read import Sheet

IN_WORDS = ("support", "organisation", "welfare_fund")  # registers whose rows may name their place in free text only
REGISTERS = ("support", "indicator", "organisation", "welfare_fund")
NAMES_A_PLACE = ("place_code", "subdistrict", "place_text", "district", "province", "latitude")
WEAK = {
    "title",
    "reference",
    "fiscal_year",
    "theme",
    "organisation_kind",
    "starts_on",
    "ends_on",
}  # on their own these are no data about a place
UNIT = re.compile(r"[\[(]?(?:หน่วย:?)?" + UNIT_WORD + r"s?(?:บาท|baht)[\])]?$", re.IGNORECASE)
COUNTED = re.compile(r"[\[(](?:คน|ราย|ครัวเรือน|หลังคาเรือน|แห่ง|กลุ่ม|หมู่บ้าน)[\])]$")
TITLE_UNIT = re.compile(
    r"(?:(?:หน่วย|units?)\s*(?:นับ|เงิน|เป็น)?\s*[:=：-]?\s*|\(\s*)(?:in\s+)?" + UNIT_WORD + r"s?\s*(?:บาท|baht)",
    re.IGNORECASE,
)
TITLE_YEAR = re.compile(r"(?:ปีงบประมาณ|ประจำปี|งบประมาณ(?:รายจ่าย)?ปี|ปี)\s*(?:พ\.?\s*ศ\.?)?\s*(2[45]\d\d)(?!\d)")
TITLE_DISTRICT = re.compile(r"(?:อำเภอ|กิ่งอำเภอ|เขต(?!สุขภาพ|เลือกตั้ง|พื้นที่|ตรวจ))\s*([ก-๎]{2,30})")
NAME_YEAR = re.compile(r"(?<!\d)(2[45]\d\d)(?!\d)")
Where = tuple[dict[str, list[str]], dict[str, str], tuple[str, ...]]  # columns, how each was recognised, doubts
AGENCY = re.compile(
    r"(?:ชื่อ)?(?:หน่วยงาน|องค์กร(?:ผู้|ที่)?(?:สนับสนุน|ให้ทุน|เจ้าของ)|ผู้(?:สนับสนุน|ให้ทุน)|เจ้าของ(?:โครงการ|งบ))"
    r"|(?:fund(?:er|ing)|support(?:ing)?|lead)\s*(?:agency|organi[sz]ation)?$",
    re.IGNORECASE,
)
FORM_COLUMNS = {"_id", "_uuid", "_index", "_submission_time", "meta/instanceID", "instanceID", "KEY"}  # of Kobo and ODK
HAS_UNIT = ("amount", "committed", "paid", "savings", "promised", "received")


def recognise(
    sheet: Sheet,
    file_name: str,
    base: str | None,
    answers: Mapping[str, Layout] | None = None,
    reading: BandReading | None = None,
) -> Layout:
    """The layout for a sheet; ``how`` gives for each of our columns how it was recognised.

    Raises ``Refused``: ``columns_not_understood`` (no column names a place), ``place_list_only`` (nothing but places),
    ``columns_unplaced`` (places, and columns of unknown meaning).
    """
    return known_layout(sheet, file_name, answers) or _understood(sheet, base, reading or BandReading(), file_name)


def known_layout(sheet: Sheet, file_name: str, answers: Mapping[str, Layout] | None = None) -> Layout | None:
    """The layout remembered or shipped for these headings, or ``None``."""
    headings = list(sheet.frame.columns)
    if answers and (remembered := answers.get(headings_key(headings))) is not None:
        return _this_year(remembered, sheet)
    present = {squeeze(heading) for heading in headings}
    fitting = [
        layout
        for layout in shipped()
        if layout.headings <= present and fnmatch.fnmatch(file_name.casefold(), layout.file_name.casefold())
    ]
    if fitting:
        best = max(fitting, key=lambda layout: (len(layout.headings), layout.file_name != "*"))
        stated = (_title_year(sheet) or _name_year(sheet, file_name)) if best.year_of_name else None
        return replace(best, constants=best.constants | {"fiscal_year": stated}) if stated else best
    return None


def support_column(heading: str) -> str | None:
    """Our column of register support for a heading by the alias list, or ``None``."""
    return next(iter(_claimed([heading], aliases()["support"])), None)


def partial_columns(sheet: Sheet) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Columns recognised in a refused sheet, and how each was recognised; a person maps the rest."""
    places, how, _ = _places(sheet)
    taken = {heading for names in places.values() for heading in names}
    rest = [heading for heading in sheet.frame.columns if heading not in taken]
    values = _claimed(rest, aliases().get("support", {}))
    how_values = dict.fromkeys(values, "alias")
    left = taken | {heading for named in values.values() for heading in named}
    if "amount" not in values and len(money := content.money(sheet.frame, left)) == 1:
        values["amount"], how_values["amount"] = money, "content"
    return places | values, how | how_values


def _this_year(remembered: Layout, sheet: Sheet) -> Layout:
    """A fiscal year given for one edition is replaced by the one in the title of the next."""
    if "year_of_edition" not in remembered.doubts or (stated := _title_year(sheet)) is None:
        return remembered
    left = tuple(doubt for doubt in remembered.doubts if doubt != "year_of_edition")
    return replace(remembered, constants=remembered.constants | {"fiscal_year": stated}, doubts=left)


def titles(sheet: Sheet) -> list[str]:
    """Normalised texts above the headings (agency, year, unit, province)."""
    first = min(sheet.heading_rows, default=0)
    return [thai.arabic_digits(thai.normalise(text)) for row, text in sheet.texts.items() if row < first]


def above_data(sheet: Sheet) -> list[str]:
    """Normalised texts above the first row of data, including e.g. a second heading line."""
    first = min(sheet.frame.index, default=0)
    return [thai.arabic_digits(thai.normalise(text)) for row, text in sheet.texts.items() if row < first]


def _understood(sheet: Sheet, base: str | None, reading: BandReading, file_name: str) -> Layout:
    best: Layout | None = None
    where = _places(sheet)
    for register in REGISTERS:
        candidate = _by_alias(sheet, register, base, where, reading, file_name)
        if candidate is not None and (best is None or _weight(candidate) > _weight(best)):
            best = candidate
    best = best or _with_money(sheet, base, where, file_name)
    if best is not None:
        return best
    lists_places = any(ours in NAMES_A_PLACE[:5] for ours in where[0])
    open_columns = [heading for heading, filled in unplaced(sheet, where[0]) if filled]
    is_place_list = lists_places and not open_columns
    code = "place_list_only" if is_place_list else "columns_unplaced" if lists_places else "columns_not_understood"
    raise Refused(refusal(sheet, code, partial_columns(sheet)[0]))


def _weight(layout: Layout) -> int:
    return sum(1 for ours in layout.columns if ours not in PLACE and ours not in WEAK)


def split_groups(sheet: Sheet) -> Sheet:
    """Headings of form builders (``group/question``) rewritten as band and part (``group - question``).

    Only when several headings share a group, or the builder's own columns identify its export: a slash can also
    separate two words of one heading.
    """
    headings = list(sheet.frame.columns)
    groups = Counter(heading.partition("/")[0] for heading in headings if "/" in heading)
    is_export = any(heading in FORM_COLUMNS for heading in headings)
    shared = {group for group, number in groups.items() if group and (number > 1 or is_export)}
    if not is_export and sum(groups[group] for group in shared) < 3:
        return sheet
    names = {h: h.replace("/", " - ") for h in headings if h.partition("/")[0] in shared and "/" in h}
    if len({names.get(heading, heading) for heading in headings}) < len(headings):
        return sheet
    return replace(sheet, frame=sheet.frame.rename(columns=names), totals=sheet.totals.rename(columns=names))


def _by_tags(sheet: Sheet, listed: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Our column -> heading by the HXL tags below the headings; of several matches the one with most attributes."""
    columns: dict[str, list[str]] = {}
    for heading, tag in sheet.tags.items():
        base, *attributes = tag.casefold().replace(" ", "").split("+")
        fitting = [
            (len(required), ours)
            for ours, tags in listed.items()
            for name, *required in (listed_tag.split("+") for listed_tag in tags)
            if name == base and set(required) <= set(attributes)
        ]
        if fitting:
            columns.setdefault(max(fitting)[1], [heading])
    return columns


def _places(sheet: Sheet) -> Where:
    """Place columns by tag, by heading, then by content; how each was recognised; doubts."""
    tagged = _by_tags(sheet, aliases()["hxl_place"])
    rest = [heading for heading in sheet.frame.columns if [heading] not in tagged.values()]
    columns = _claimed(rest, aliases()["place"]) | tagged
    how = dict.fromkeys(columns, "alias")
    if "__section" in sheet.frame and "district" not in columns:
        columns["district"], how["district"] = ["__section"], "section"
    taken = {heading for names in columns.values() for heading in names}
    more, doubts = content.places(sheet.frame, columns, taken)
    return columns | more, how | dict.fromkeys(more, "content"), doubts


def _by_alias(
    sheet: Sheet, register: str, base: str | None, where: Where, reading: BandReading, file_name: str
) -> Layout | None:
    places, how, doubts = where
    taken = {heading for headings in places.values() for heading in headings}
    rest = [heading for heading in sheet.frame.columns if heading not in taken and heading not in reading.fates]
    bands = {ours: names for ours, names in reading.columns.items() if ours in VALUES[register]}
    parts = {heading for names in bands.values() for heading in names}
    tagged = _by_tags(sheet, aliases().get(f"hxl_{register}", {}))
    parts |= {heading for names in tagged.values() for heading in names}
    values = (
        _claimed([heading for heading in rest if heading not in parts], aliases().get(register, {})) | tagged | bands
    )
    named = _agency(sheet, [h for h in rest if h not in parts], values) if register == "support" else None
    if named:
        values["agency"] = [named]
    constants: dict[str, str] = {}
    if register == "organisation" and "organisation_name" not in values:
        unnamed = [heading for heading in rest if not _claimed([heading], aliases()["support"])]
        named = _organisation(rest) or content.organisations(sheet.frame, unnamed)
        if named:
            values["organisation_name"] = [named[0]]
            constants = {"organisation_kind": named[1]} if named[1] and "organisation_kind" not in values else {}
            doubts += () if _organisation(rest) else ("organisation_by_content",)
    has_place = any(ours in places for ours in NAMES_A_PLACE) or (
        register in IN_WORDS and content.speaks_of_places(sheet.frame)
    )
    strong = [ours for ours in values if ours not in WEAK]
    missing = [ours for ours in REQUIRED.get(register, ()) if ours not in values and ours != "agency"]
    if not has_place or not strong or missing:
        return None
    quantities = {*MONEY.get(register, ()), "people_reached", "members", "hardship_members"} - set(bands)
    quantities |= {ours for ours in values if ours.startswith("value:")}
    twice = tuple(f"two_columns:{ours}" for ours in values if ours in quantities and len(values[ours]) > 1)
    values, differing = combined.one_heading_each(sheet.frame, values, quantities | set(bands))
    twice += differing
    how = how | dict.fromkeys(values, "alias") | dict.fromkeys(bands, "band") | ({"agency": "content"} if named else {})
    layout = _layout(sheet, register, base, places | values, how, doubts + twice + reading.doubts, file_name)
    return replace(layout, new_streams="stream" in bands, constants=constants | layout.constants)


def _agency(sheet: Sheet, headings: list[str], values: Mapping[str, list[str]]) -> str | None:
    """The agency column without an alias: most cells are known agencies, or only its heading says "agency"."""
    if "agency" in values:
        return None
    claimed = {heading for names in values.values() for heading in names}
    left = [heading for heading in headings if heading not in claimed and not heading.startswith("__")]
    listed = words("agency")
    for heading in left:
        cells = {squeeze(text) for text in sheet.frame[heading].astype(str).unique() if text.strip(" -")}
        if cells and sum(cell in listed for cell in cells) >= 0.6 * len(cells):
            return heading
    named = [heading for heading in left if AGENCY.match(heading.rpartition(" - ")[2].strip())]
    filled = [h for h in named if sheet.frame[h].astype(str).str.contains("[ก-๛A-Za-z]").any()]
    return filled[0] if len(filled) == 1 else None


def _organisation(headings: list[str]) -> tuple[str, str] | None:
    """(Heading that names organisations, e.g. "ชื่อโรงเรียน"; their kind if the heading states it), or ``None``."""
    for heading in headings:
        key = squeeze(heading)
        for kind, names in aliases()["organisation_names"].items():
            if any(key in (squeeze(name), squeeze(f"ชื่อ{name}")) for name in names):
                return heading, kind.removesuffix("_")
    return None


def _layout(
    sheet: Sheet,
    register: str,
    base: str | None,
    columns: dict[str, list[str]],
    how: dict[str, str],
    doubts: tuple[str, ...],
    file_name: str,
) -> Layout:
    needs_agency = register == "support" and "agency" not in columns
    named = title_agency(sheet, titles(sheet), file_name) if needs_agency else None
    owner = base or (named if named in words("agency").values() else None) or "unnamed_base"
    constants = {"agency": named or owner} if needs_agency else {}
    if named and named != base:
        how["agency"] = "title"
    dated = {"starts_on", "received_on"} & set(columns)
    needs_year = "fiscal_year" in VALUES[register] and "fiscal_year" not in columns and not dated
    if needs_year and (stated := _title_year(sheet) or _name_year(sheet, file_name)):
        if _other_years(sheet, stated):
            doubts += ("years_of_tables",)
        else:
            constants["fiscal_year"], how["fiscal_year"] = stated, "title"
    needs_district = "subdistrict" in columns and not {"district", "place_code"} & set(columns)
    if needs_district and (named := _title_district(sheet, file_name)):
        constants["district"], how["district"] = named, "title"
    code = "by_content" if "content" in how.values() else "by_alias"
    units = money_units(sheet, columns)
    return Layout(
        code,
        owner,
        register,
        columns=columns,
        constants=constants,
        units=units,
        new_agencies=True,
        how=how,
        doubts=doubts,
    )


def _with_money(sheet: Sheet, base: str | None, where: Where, file_name: str) -> Layout | None:
    """A layout of known places and the only money column by content, with the doubt ``money_by_content``."""
    places, how, doubts = where
    if not any(ours in places for ours in NAMES_A_PLACE):
        return None
    taken = {heading for headings in places.values() for heading in headings}
    money = content.money(sheet.frame, taken)
    if len(money) != 1:
        return None
    return _layout(
        sheet,
        "support",
        base,
        {**places, "amount": money},
        how | {"amount": "content"},
        (*doubts, "money_by_content"),
        file_name,
    )


def _claimed(headings: list[str], listed: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Our column -> headings: by the whole heading, else without its unit, else by one part of a joined heading."""
    ours = {squeeze(word): column for column, words in listed.items() for word in words}
    claimed: dict[str, list[str]] = {}
    for heading in headings:
        column = ours.get(squeeze(heading)) or ours.get(_without_unit(heading))
        if column:
            claimed.setdefault(column, []).append(heading)
    parts = Counter(column for heading in headings for column in _part_columns(heading, ours))
    for heading in headings:
        for column in _part_columns(heading, ours):
            if column not in claimed and parts[column] == 1:
                claimed[column] = [heading]
    order = {squeeze(word): rank for words in listed.values() for rank, word in enumerate(words)}
    return {column: sorted(names, key=lambda name: order.get(squeeze(name), 99)) for column, names in claimed.items()}


def _without_unit(heading: str) -> str:
    key = squeeze(heading)
    return COUNTED.sub("", UNIT.sub("", key)) or key


def _part_columns(heading: str, ours: Mapping[str, str]) -> set[str]:
    if " - " not in heading:
        return set()
    keys = {key for part in heading.split(" - ") for key in (squeeze(part), _without_unit(part))}
    return {ours[key] for key in keys if key in ours}


def general_unit(sheet: Sheet) -> str:
    """The unit of money stated above the data for the whole sheet, else baht."""
    return _title_unit(sheet) or "baht"


def _title_unit(sheet: Sheet) -> str | None:
    stated = next((unit for text in above_data(sheet) if (unit := TITLE_UNIT.search(text))), None)
    return UNIT_WORDS.get((stated["factor"] or "").lower(), "baht") if stated else None


def money_units(sheet: Sheet, columns: Mapping[str, list[str]]) -> dict[str, str]:
    """The unit of each money column: its heading's own, else the one in the title, else baht."""
    named = ((column, heading) for column in HAS_UNIT for heading in columns.get(column, [])[:1])
    return {column: _stated_unit(sheet, heading) or "baht" for column, heading in named}


def _stated_unit(sheet: Sheet, heading: str) -> str | None:
    lower = [text for text in sheet.frame[heading].head(3) if not any(mark.isdigit() for mark in text)]
    texts = [*heading.split(" - "), *lower]  # lower: a second heading line
    unit = next((match for part in texts if (match := UNIT.search(squeeze(part)))), None)
    return UNIT_WORDS.get((unit["factor"] or "").lower(), "baht") if unit else _title_unit(sheet)


def unit_doubts(sheet: Sheet, layout: Layout) -> list[str]:
    """``unit_other:HEADING`` where a remembered, shipped or chosen unit is not the one that heading or title states."""
    headings = {squeeze(heading): heading for heading in sheet.frame.columns}
    doubts = []
    for column in HAS_UNIT:
        heading = next(
            (headings[key] for name in layout.columns.get(column, ()) if (key := squeeze(name)) in headings), None
        )
        stated = _stated_unit(sheet, heading) if heading else None
        if stated and stated != layout.units.get(column, layout.units.get("amount", "baht")):
            doubts.append(f"unit_other:{heading}")
    return doubts


def _name_year(sheet: Sheet, file_name: str) -> str | None:
    """The only Buddhist year in the name of the sheet, else of the file."""
    for name in (sheet.in_file, PurePath(file_name).stem):
        years = set(NAME_YEAR.findall(thai.arabic_digits(thai.normalise(name))))
        if len(years) == 1:
            return years.pop()
    return None


def _title_district(sheet: Sheet, file_name: str) -> str | None:
    """The only district named in the title, else in the name of the sheet, else of the file."""
    for texts in (titles(sheet), [sheet.in_file], [PurePath(file_name).stem]):
        named = {district for text in texts for district in TITLE_DISTRICT.findall(thai.normalise(text))}
        if len(named) == 1:
            return named.pop()
    return None


def _other_years(sheet: Sheet, stated: str) -> bool:
    """Whether a text line inside the table (e.g. the title of a second one) states another year."""
    own = [heading for heading in sheet.frame.columns if not heading.startswith("__")]
    few = 2 if len(own) > 3 else 1  # blanks below a name may have been filled in the next column
    alone = sheet.frame.loc[sheet.frame[own].ne("").sum(axis=1).le(few), own]
    first, last = (sheet.frame.index[place] for place in (0, -1)) if len(sheet.frame) else (0, 0)
    between = [text for row, text in sheet.texts.items() if first < row < last]
    texts = [*alone.sum(axis=1), *above_data(sheet), *between]
    years_stated = {year for text in texts for year in TITLE_YEAR.findall(thai.arabic_digits(thai.normalise(text)))}
    return bool(years_stated - {stated})


def _title_year(sheet: Sheet) -> str | None:
    years = {year for text in titles(sheet) for year in TITLE_YEAR.findall(text)}
    return years.pop() if len(years) == 1 else None
