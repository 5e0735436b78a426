"""Cells to values: each column is parsed by its kind; an unreadable cell becomes a problem with its position."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import chain

import pandas as pd

from loaders import codes as coded
from loaders import registers, thai
from loaders.codes import CODED, LISTED, plain_words, says_nothing, squeeze, words
from loaders.layouts import years
from loaders.layouts.cells import combined, no_support, people
from loaders.layouts.layout import PLACE, REQUIRED, VALUES, Layout
from loaders.layouts.ledger import unit_of
from loaders.problems import Problem
from loaders.thai import periods

BAHT = {"amount", "committed", "paid", "promised", "received", "savings", "total"}
COUNT = {"people_reached", "members", "hardship_members", "cohort"}
ADDED = BAHT | COUNT - {"cohort"}  # several columns of it are added up
DATE = {"starts_on", "ends_on", "founded_on", "received_on", "retain_until"}
YEAR = {"fiscal_year", "plan_year"}
FLAG = {"plan_exists", "booklet_held", "is_restricted"}


def is_baht(register: str, column: str) -> bool:
    """Whether a column is money."""
    return column in BAHT or registers.form(register, column) == "satang"


Words = Mapping[str, Mapping[str, str]]  # coded column -> squeezed word -> code
PLAIN = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,15})?")


@dataclass
class Read:
    """A sheet's values by our column (index = row number), with problems and the rows that cannot be loaded."""

    values: pd.DataFrame
    place: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)
    bad: dict[int, Problem] = field(default_factory=dict)
    words: Words = field(default_factory=dict)
    new_agencies: dict[str, str] = field(default_factory=dict)
    new_streams: dict[str, str] = field(default_factory=dict)
    centre: float | None = None  # median Gregorian year of the sheet


class CellProblem(ValueError):
    """A cell that cannot be read; ``code`` is the problem's code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_rows(frame: pd.DataFrame, layout: Layout, sheet: str, registered: Words | None = None) -> Read:
    """Read a sheet by its layout. Nothing is dropped: a row with an unreadable cell is listed in ``bad``.

    ``registered``: words of agencies and streams from the store, which override the shipped lists.
    """
    read = Read(pd.DataFrame(index=frame.index), _place_cells(frame, layout), words=registered or {})
    read.centre = _centre(frame, layout)
    for column in _value_columns(layout):
        cells = _cells(frame, layout, column)
        if cells is None:
            continue
        parts = _headings(frame, layout, column)
        read.values[column], faults = (
            _combined(frame, layout, column, parts, read)
            if len(parts) > 1
            else combined.parse_unique(cells, _parser(column, layout, read))
        )
        if column == "person":
            read.values["is_vacant"] = cells.map(people.is_vacant).astype(object)
        for row, (code, value) in faults.items():
            is_word = code in ("unknown_word", "cofinancing_unnamed")
            offered = ", ".join(coded.nearest(value, _known(column, read))) if is_word and column in CODED else None
            problem = Problem(code, "quarantined", sheet, row, _heading(frame, layout, column), value, offered or None)
            read.bad.setdefault(row, problem)
            read.problems.append(problem)
    _places_agree(frame, layout, sheet, read)
    _require(frame, layout, sheet, read)
    for problem in years.check(frame, layout, sheet, read.values, read.centre):
        if int(problem.row or 0) not in read.bad:
            read.bad[int(problem.row or 0)] = problem
            read.problems.append(problem)
    _note_rounding(frame, layout, sheet, read)
    return read


def _places_agree(frame: pd.DataFrame, layout: Layout, sheet: str, read: Read) -> None:
    """Columns mapped by hand to one place column: free texts are joined, different names quarantine the row."""
    for column in [name for name in PLACE if layout.how.get(name) == "by_hand"]:
        parts = _headings(frame, layout, column)
        if len(parts) < 2:
            continue
        parse = thai.normalise if column == "place_text" else squeeze
        cells = {heading: frame[heading].astype(str) for heading in parts}
        joined, faults = combined.agreed(column, cells, parse)
        if column == "place_text":
            read.place[column] = joined.astype(str)
        for row, (code, value) in faults.items():
            problem = Problem(code, "quarantined", sheet, row, parts[0], value)
            read.bad.setdefault(row, problem)
            read.problems.append(problem)


def _require(frame: pd.DataFrame, layout: Layout, sheet: str, read: Read) -> None:
    """Quarantine rows without a required value of their register."""
    named = layout.register == "indicator" and "value" in layout.columns
    for column in REQUIRED.get(layout.register, ("indicator_code",) if named else ()):
        empty = read.values[column].isna() if column in read.values else pd.Series(True, frame.index)
        for row in frame.index[empty]:
            if int(row) not in read.bad:
                problem = Problem("value_missing", "quarantined", sheet, int(row), _heading(frame, layout, column))
                read.bad[int(row)] = problem
                read.problems.append(problem)


def _value_columns(layout: Layout) -> list[str]:
    wide = [column for column in layout.columns if column.startswith("value:")]
    return [*VALUES[layout.register], *wide]


def _heading(frame: pd.DataFrame, layout: Layout, column: str) -> str | None:
    as_written = {squeeze(heading): heading for heading in frame.columns}
    return next((as_written[key] for key in map(squeeze, layout.columns.get(column, ())) if key in as_written), None)


def _headings(frame: pd.DataFrame, layout: Layout, column: str) -> list[str]:
    """The headings of the sheet that map to one of our columns."""
    as_written = {squeeze(heading): heading for heading in frame.columns}
    return [as_written[squeeze(name)] for name in layout.columns.get(column, ()) if squeeze(name) in as_written]


def _combined(frame: pd.DataFrame, layout: Layout, column: str, parts: list[str], read: Read) -> tuple[pd.Series, dict]:
    """Combine several columns of the sheet that are one of ours; each heading's own unit applies when they differ."""
    cells = {heading: frame[heading].astype(str) for heading in parts}
    if column in ADDED or column == "value" or column.startswith("value:"):
        units = {heading: unit_of(heading) for heading in parts if is_baht(layout.register, column)}
        is_mixed = len(set(units.values())) > 1
        parses = [
            partial(_baht, unit=units[heading] or _unit(column, layout)) if is_mixed else _parser(column, layout, read)
            for heading in parts
        ]
        return combined.added_up(list(zip(cells.values(), parses, strict=True)))
    others = {squeeze(name) for ours, names in layout.columns.items() if ours != column for name in names}
    elsewhere = {heading for heading in parts if squeeze(heading) in others}
    return combined.agreed(column, cells, _parser(column, layout, read), elsewhere)


def _cells(frame: pd.DataFrame, layout: Layout, column: str) -> pd.Series | None:
    """The written cells of one of our columns: the first filled of its headings, else the layout's constant.

    Several headings of a value go to :func:`_combined` instead.
    """
    as_written = {squeeze(heading): heading for heading in frame.columns}
    written: pd.Series | None = None
    for name in layout.columns.get(column, ()):
        if squeeze(name) in as_written:
            cells = frame[as_written[squeeze(name)]].astype(str)
            written = cells if written is None else written.where(written.str.strip() != "", cells)
    if written is None and column in layout.constants:
        written = pd.Series(str(layout.constants[column]), index=frame.index)
    return written


def _place_cells(frame: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    cells_of = {column: _cells(frame, layout, column) for column in PLACE}
    place = pd.DataFrame({column: cells for column, cells in cells_of.items() if cells is not None}, index=frame.index)
    for column, written in layout.patterns.items():
        if column in place:
            place[column] = place[column].str.strip().str.extract(f"^(?:{written})$")[0].fillna("").astype(str)
    if "district" not in place and "__section" in frame:
        place["district"] = frame["__section"]
    return place


def _parser(column: str, layout: Layout, read: Read) -> Callable[[str], object]:
    form = registers.form(layout.register, column)
    if is_baht(layout.register, column):
        return partial(_baht, unit=_unit(column, layout))
    if column in COUNT or form == "count":
        return thai.parse_count
    if column == "value" or column.startswith("value:"):
        return _number
    era = layout.units.get(column, layout.units.get("fiscal_year", "auto"))
    if column == "founded_on":
        return partial(_founded, era=era)
    if column in DATE or form == "date":
        return partial(_day, is_last=column == "ends_on", era=era, centre=read.centre)
    if column in YEAR or form == "year":
        return lambda text: periods.parse_year(text, era, read.centre) if text.strip(" -") else None
    if column in FLAG or form == "yes_no":
        return _flag
    if column in ("person", "phone"):
        return people.person if column == "person" else people.phone
    if column == "owner":  # the code of a known agency, else the written words
        return lambda text: _known("agency", read).get(squeeze(text)) or thai.normalise(text) or None
    if column in layout.own_words:  # the sheet's own words are its codes
        return lambda text: None if says_nothing(text) else thai.normalise(text)
    if column in CODED or column in layout.codes:
        return partial(_code, column=column, layout=layout, read=read)
    return lambda text: thai.normalise(text) or None


def _baht(text: str, unit: str) -> int | None:
    """Satang of a cell; ``None`` for words such as "not yet granted"."""
    try:
        return thai.parse_baht(text, unit)
    except ValueError:
        if no_support.reason_of(text):
            return None
        raise


def _day(text: str, *, is_last: bool, era: str, centre: float | None) -> date | None:
    """The day of a cell; of a month, quarter or year its first day, or its last for ``is_last``."""
    period = periods.parse_period(text, era, centre) if text.strip(" -") else None
    return None if period is None else period.last if is_last else period.first


def _founded(text: str, era: str) -> date | None:
    """The founding day; 1 January when only the year is known."""
    try:
        return _day(text, is_last=False, era=era, centre=None)
    except ValueError:
        year = periods.parse_year(text, era, None)
        return None if year is None else date(year, 1, 1)


def _centre(frame: pd.DataFrame, layout: Layout) -> float | None:
    """The median Gregorian year of a sheet, which decides the era of two-digit years."""
    written = [cells for column in ("fiscal_year", "plan_year") if (cells := _cells(frame, layout, column)) is not None]
    days = [
        cells
        for column in ("starts_on", "ends_on", "received_on")
        if (cells := _cells(frame, layout, column)) is not None
    ]
    centres = [
        periods.centre_of(chain.from_iterable(written), day_numbers=False),
        periods.centre_of(chain.from_iterable(days)),
    ]
    return next((centre for centre in centres if centre is not None), None)


def _number(text: str) -> float | None:
    """A number of any unit; None for empty and "-"; raises ``CellProblem`` for anything else."""
    cell = thai.arabic_digits(thai.normalise(text)).removesuffix("%").strip()
    if thai.read_baht(cell if not PLAIN.fullmatch(cell) else "0").stated != "value":
        return None
    if not PLAIN.fullmatch(cell):
        raise CellProblem("cell_unreadable")
    return float(cell.replace(",", ""))


def _flag(text: str) -> bool | None:
    try:
        return coded.flag(text)
    except KeyError:
        raise CellProblem("flag_unreadable") from None


def _code(text: str, *, column: str, layout: Layout, read: Read) -> str | None:
    """Code by the layout's own list, else by the shipped lists; an unknown word is a problem, never a guess."""
    declared = {squeeze(word): code for word, code in layout.codes.get(column, {}).items()}
    if squeeze(text) in declared:
        return declared[squeeze(text)] or None
    if says_nothing(text):
        return None
    words = (dict(_known(column, read)) if column in CODED else {}) | declared
    codes = coded.codes_of(text, column, words)
    if codes:
        return ",".join(sorted(set(codes)) if column in LISTED else dict.fromkeys(codes))
    name = thai.normalise(text)
    if column == "stream" and layout.new_streams:
        read.new_streams[name] = name
        return name
    if column in {"agency", "source"} and layout.new_agencies:
        read.new_agencies[name] = name
        return name
    if column == "cofinancing" and squeeze(text) in plain_words("yes"):
        raise CellProblem("cofinancing_unnamed")
    raise CellProblem("unknown_agency" if column in {"agency", "source"} else "unknown_word")


def _known(column: str, read: Read) -> Mapping[str, str]:
    return words(column) | dict(read.words.get(column, {}))


def _note_rounding(frame: pd.DataFrame, layout: Layout, sheet: str, read: Read) -> None:
    """Note amounts with fractions of a satang, which are rounded to the nearest one."""
    columns = [
        (column, heading)
        for column in read.values
        if is_baht(layout.register, column)
        for heading in _headings(frame, layout, column)
    ]
    for column, heading in columns:
        cells, unit = frame[heading].astype(str), _unit(column, layout)
        rounded = {text for text in cells[cells.str.contains(r"\.\d", regex=True)].unique() if _is_rounded(text, unit)}
        for row, text in cells[cells.isin(rounded)].items():
            read.problems.append(Problem("amount_rounded", "note", sheet, int(row), heading, str(text)))


def _is_rounded(text: str, unit: str) -> bool:
    try:
        return thai.read_baht(text, unit).is_rounded
    except ValueError:
        return False


def _unit(column: str, layout: Layout) -> str:
    return layout.units.get(column, layout.units.get("amount", "baht"))


def cells_as_json(frame: pd.DataFrame, row: int) -> str:
    """The written cells of a row as JSON, for the review desk."""
    written = {heading: value for heading, value in frame.loc[row].items() if value != ""}
    return json.dumps(written, ensure_ascii=False)
