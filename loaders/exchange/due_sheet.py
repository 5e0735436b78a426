"""The table of expected reports as a workbook that people fill in, and back: all rows are stored or none.

One row per report: base, register, area, fiscal year. Rows of the sheet are set, "stop asking" needs a reason, reports
not in the sheet stay. Headings and words are data (``data/templates/templates.toml``).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pandas as pd
import xlsxwriter
from sqlalchemy import Connection

from loaders import codes, reference, store, thai
from loaders.decisions import dues
from loaders.layouts import templates
from loaders.problems import Problem, Refused
from loaders.registers import defined
from loaders.sheets.read import read_sheets
from loaders.store import tables
from loaders.store.seen import for_viewer
from loaders.store.viewers import DATA_TEAM, Viewer
from loaders.thai import periods

ASK, NOT_ASKED, STOP = "ask", "not_asked", "stop"


class SheetRefused(Refused):
    """Some rows cannot be read; nothing was stored. ``problems`` has one entry per row."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0])
        self.problems = problems


class Line(NamedTuple):
    """One row of the sheet as codes and dates."""

    base: str
    register: str
    area_code: str
    fiscal_year: int | None
    due_on: date | None
    due_days: int | None
    wish: str
    why: str


def words() -> dict[str, Any]:
    """Headings, file name, sheet name and cell words."""
    texts = templates.words()["due_sheet"]
    return texts | {"registers": texts["registers"] | {definition.th: name for name, definition in defined().items()}}


@for_viewer
def write(connection: Connection, target: Path | BinaryIO, province: str, *, viewer: Viewer) -> int:
    """Write the current table to ``target``; returns the number of rows."""
    texts = words()
    registers, wishes = _backwards(texts["registers"]), _backwards(texts["wishes"])
    book = xlsxwriter.Workbook(
        str(target) if isinstance(target, Path) else target, {"in_memory": True, "strings_to_formulas": False}
    )
    sheet, head = (
        book.add_worksheet(texts["sheet"]),
        book.add_format({"bold": True, "text_wrap": True, "bg_color": "#e7eef5"}),
    )
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(texts["headings"].values()):
        sheet.set_column(column, column, max(14, len(heading)))
        sheet.write_string(0, column, heading, head)
    listed = dues.read_dues(connection, None, province, viewer=viewer)
    for line, row in enumerate(store.records(listed), start=1):
        cells = (
            row.base, registers[row.register], "" if len(row.area_code) == 2 else row.area_code,
            "" if pd.isna(row.fiscal_year) else str(int(row.fiscal_year) + 543), _day(row.due_on),
            "" if pd.isna(row.due_days) else str(int(row.due_days)), wishes[ASK if row.is_asked else NOT_ASKED], row.note or "",
        )  # fmt: skip
        for column, cell in enumerate(cells):
            sheet.write_string(line, column, cell)
    book.close()
    return len(listed)


def _backwards(code_of_word: dict[str, str]) -> dict[str, str]:
    word_of_code: dict[str, str] = {}
    for word, code in code_of_word.items():
        word_of_code.setdefault(code, word)
    return word_of_code


def _day(day: object) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year + 543}" if isinstance(day, date) and not pd.isna(day) else ""


def load(connection: Connection, path: Path, province: str, who: str) -> dict[str, int]:
    """Store a filled sheet; returns counts of ``set``, ``retired``, ``same``.

    Raises :class:`SheetRefused` with every unreadable row, ``Refused`` (``file_empty``).
    """
    lines, problems = _read(connection, path, province)
    if problems:
        raise SheetRefused(problems)
    if not lines:
        raise Refused("file_empty")
    done = {"set": 0, "retired": 0, "same": 0}
    for line in lines:
        done[_apply(connection, line, who)] += 1
    return done


def _read(connection: Connection, path: Path, province: str) -> tuple[list[Line], list[Problem]]:
    headings = {codes.squeeze(heading): name for name, heading in words()["headings"].items()}
    bases = _bases(connection)
    areas = _districts(province)
    lines, problems = [], []
    for sheet in read_sheets(path, expected_headings=frozenset(headings)):
        ours = {
            heading: headings[codes.squeeze(heading)] for heading in sheet.frame if codes.squeeze(heading) in headings
        }
        if not {"base", "register"} <= set(ours.values()):
            problems.append(
                Problem("due_sheet_headings", "refused", sheet.name, value=", ".join(map(str, sheet.frame.columns[:8])))
            )
            continue
        for row, cells in sheet.frame[list(ours)].rename(columns=ours).iterrows():
            row_cells = {str(name): thai.normalise(str(cell)) for name, cell in cells.items()}
            if any(row_cells.values()):
                line = _line(row_cells, bases, areas, province)
                if isinstance(line, Line):
                    lines.append(line)
                else:
                    code, name, value = line
                    column = words()["headings"].get(name)
                    problems.append(Problem(code, "refused", sheet.name, int(str(row)), column, value or "–"))
    return lines, problems


def _bases(connection: Connection) -> dict[str, str]:
    """Normalised word -> code of every known base: agencies of lists and files, and bases of batches."""
    code_of = dict(codes.words("agency"))
    for row in store.records(store.read_table(connection, tables.agency, viewer=DATA_TEAM)):
        code_of |= {
            codes.squeeze(str(name)): row.code
            for name in (row.code, row.name_th, row.short_th)
            if isinstance(name, str)
        }
    return code_of | {codes.squeeze(base): base for base in store.read_batches(connection, viewer=DATA_TEAM)["base"]}


def _districts(province: str) -> dict[str, str]:
    rows = reference.subdistricts(province).drop_duplicates("district_code")
    code_of = dict(zip(rows["district_code"], rows["district_code"], strict=True))
    return code_of | {
        codes.squeeze(name): code
        for column in ("district_name_th", "district_name_en")
        for code, name in zip(rows["district_code"], rows[column], strict=True)
    }


def _line(
    cells: dict[str, str], bases: dict[str, str], areas: dict[str, str], province: str
) -> Line | tuple[str, str, str]:
    """The row as a :class:`Line`, else (problem code, our column, cell)."""
    texts = words()
    base, register = bases.get(codes.squeeze(cells["base"])), _word(texts["registers"], cells["register"])
    written = cells.get("area", "").removeprefix("อำเภอ").strip()
    area = province if written in ("", province) else areas.get(written) or areas.get(codes.squeeze(written))
    wish = _word(texts["wishes"], cells.get("wish", "")) if cells.get("wish") else ASK
    checks = (
        ("due_sheet_base", "base", base),
        ("due_sheet_register", "register", register),
        ("district_unknown", "area", area),
        ("due_sheet_wish", "wish", wish),
    )
    for code, name, value in checks:
        if value is None:
            return code, name, cells.get(name, "")
    days = cells.get("due_days", "")
    try:
        fiscal_year, due_on = (
            periods.parse_year(cells.get("fiscal_year", ""), "be"),
            thai.parse_date(cells.get("due_on", "")),
        )
    except thai.Unreadable:
        return "due_sheet_day", "due_on", f"{cells.get('fiscal_year', '')} {cells.get('due_on', '')}"
    if days and not days.isdigit():
        return "due_sheet_day", "due_days", days
    why = cells.get("why", "")
    if wish == STOP and not why:
        return "reason_missing", "why", ""
    assert base and register and area and wish  # by the loop over checks
    return Line(base, register, area, fiscal_year, due_on, int(days) if days else None, wish, why)


def _word(code_of_word: dict[str, str], written: str) -> str | None:
    squeezed = codes.squeeze(written)
    return next((code for word, code in code_of_word.items() if squeezed in (codes.squeeze(word), code)), None)


def _apply(connection: Connection, line: Line, who: str) -> str:
    listed = dues.read_dues(connection, line.register, line.area_code, viewer=DATA_TEAM)
    same_year = (
        listed["fiscal_year"].isna()
        if line.fiscal_year is None
        else listed["fiscal_year"].eq(line.fiscal_year).fillna(False)
    )
    same_dues = listed[listed["base"].eq(line.base) & listed["area_code"].eq(line.area_code) & same_year.astype(bool)]
    if line.wish == STOP:
        for key in same_dues["due_id"]:
            dues.retire(connection, int(key), who, line.why)
        return "retired" if len(same_dues) else "same"
    is_asked = line.wish == ASK
    if len(same_dues):
        row = next(store.records(same_dues))
        now = (
            None if pd.isna(row.due_on) else row.due_on,
            None if pd.isna(row.due_days) else int(row.due_days),
            bool(row.is_asked),
            row.note or "",
        )
        if now == (line.due_on, line.due_days, is_asked, line.why):
            return "same"
    dues.set_due(
        connection, line.base, line.register, who, area_code=line.area_code, fiscal_year=line.fiscal_year, due_on=line.due_on,
        due_days=line.due_days, is_asked=is_asked, note_=line.why or None,
    )  # fmt: skip
    return "set"
