"""Access control and masks, applied where rows are read, so that every output obeys them.

A data set is a register of one base. A ``Viewer`` is a role and, for a partner, the agency, which always sees its own
data. A masked value becomes NA, and ``is_masked`` marks its row.

Small counts follow cell suppression of statistical disclosure control. Primary: counts from 1 to 4 are hidden.
Complementary: where the hidden cells of a group could be computed from its total (one hidden cell, or so few or so many
people that each must be 1 or 4), the next smallest cell is hidden too, else the total.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

import pandas as pd

from loaders import codes, registers
from loaders.problems import Problem, Refused
from loaders.store.contacts import HIDDEN, PERSON_ID, has_contact, redact_text
from loaders.store.viewers import DATA_TEAM, LEVELS, PUBLIC, ROLES, Viewer
from loaders.thai import normalise

__all__ = ["DATA_TEAM", "HIDDEN", "LEVELS", "PUBLIC", "ROLES", "Viewer", "redact_text"]
CONTACTS = registers.WithDefined({"role_holder": ("person", "phone")}, lambda definition: definition.private or None)
# Register -> columns that count people, and the columns that separate one published table of counts from another.
COUNTS = {
    "support": (
        ("people_reached",),
        ("base", "agency_code", "stream_code", "theme_code", "activity_code", "fiscal_year"),
    ),
    "welfare_fund": (("members", "hardship_members"), ("base", "fiscal_year")),
    "organisation": (("members", "hardship_members"), ("base", "organisation_kind", "theme_code")),
    "indicator": (("value",), ("base", "indicator_code", "fiscal_year")),
}
PEOPLE_UNITS = {"people", "persons", "households", "members"}
NOT_FREE_TEXT = {
    "base",
    "area_level",
    "match_evidence",
    "role",
    "kind",
    "level",
    "status",
    "organisation_kind",
    "village_code",
    "village_codes",
    "shared_by",
    "year_shares",
    "year_shares_by",
}
SMALL = 5
LENGTHS = {"village": 8, "subdistrict": 6, "local_government": 6, "district": 4, "province": 2}
ROUNDS = 6  # each round only hides more; four levels settle in fewer rounds
_ID = re.compile(PERSON_ID)
ID_DIGITS = 13
_DIGEST = re.compile(r"(?<![0-9a-z])([0-9a-f]{64})(?![0-9a-z])")


def level_of(sharing: dict[tuple[str, str], str], register: str, base: str) -> str:
    """Sharing level of a data set: its own, else the register's (base ``*``), else public (masks still apply)."""
    return sharing.get((register, base)) or sharing.get((register, "*")) or "public"


def visible_rows(
    frame: pd.DataFrame, register: str, sharing: dict[tuple[str, str], str], viewer: Viewer
) -> pd.DataFrame:
    """Rows of data sets that the viewer may see; ``frame`` needs a column ``base``. The index is reset."""
    if viewer.is_team or frame.empty:
        return frame
    bases = {base: viewer.may_see(level_of(sharing, register, base), base) for base in frame["base"].unique()}
    return frame[frame["base"].map(bases).astype(bool)].reset_index(drop=True)


def mask(frame: pd.DataFrame, register: str, viewer: Viewer, today: date | None = None) -> pd.DataFrame:
    """Mask contacts, small counts and contacts inside free text for the viewer; adds ``is_masked``."""
    frame = frame.assign(is_masked=False)
    if register in CONTACTS:
        frame = _contacts(frame, register, viewer, today or date.today())
    if viewer.role != "public" or frame.empty:
        return frame
    if register in COUNTS:
        frame = _counts(frame, register)
    return redact(frame)


def _contacts(frame: pd.DataFrame, register: str, viewer: Viewer, today: date) -> pd.DataFrame:
    """Hide names and numbers; everyone sees whether a role is filled, nobody sees a name past its retention date."""
    names = [column for column in CONTACTS[register] if column in frame]
    if register == "role_holder":
        vacancies = frame["is_vacant"] if "is_vacant" in frame else pd.Series(None, frame.index, dtype=object)
        frame = frame.assign(
            is_vacant=vacancies.astype(object).where(vacancies.notna(), frame["person"].isna()).astype(bool)
        )
    over = frame["retain_until"].notna() & (frame["retain_until"] < pd.Timestamp(today))
    hidden = over | (viewer.role == "public")
    masked = pd.Series(False, index=frame.index)
    definition = registers.defined().get(register)
    for column in names:
        people = True if definition is None else definition.names_people(column, frame)
        rows = (hidden & people).fillna(True).astype(bool)  # unknown counts as a person
        masked |= rows & frame[column].notna()
        frame[column] = frame[column].mask(rows)
    return frame.assign(is_masked=masked)


def _counts(frame: pd.DataFrame, register: str) -> pd.DataFrame:
    columns, keys = COUNTS[register]
    frame = frame.copy()
    counted = frame if register != "indicator" else frame[_counts_people(frame["indicator_code"])]
    for column in columns:
        small = small_cells(counted, column, list(keys)).reindex(frame.index, fill_value=False)
        frame.loc[small, column] = pd.NA if str(frame[column].dtype) == "Int64" else float("nan")
        frame["is_masked"] = frame["is_masked"] | small
    return frame


def small_cells(frame: pd.DataFrame, column: str, keys: list[str]) -> pd.Series:
    """Which rows' counts are hidden."""
    values = pd.to_numeric(frame[column], errors="coerce").astype(float)
    hidden = (values > 0) & (values < SMALL)
    if not hidden.any():
        return hidden
    present = [key for key in keys if key in frame]
    counts = _Counts(frame, values.tolist(), hidden.tolist())
    tables = _members(frame, present)
    around = [key for key in present if key != "fiscal_year"]
    for _ in range(ROUNDS):
        before = sum(counts.hidden)
        for table in tables:
            if any(counts.hidden[row] for row in table):
                counts.protect(table)
        counts.across(around)
        if sum(counts.hidden) == before:
            break
    return pd.Series(counts.hidden, index=frame.index)


def _members(frame: pd.DataFrame, keys: list) -> list[list[int]]:
    """Positions of rows for each combination of keys; a missing value is a key of its own."""
    marks: dict[int, list[int]] = {}
    for row, mark in enumerate(frame.groupby(keys, dropna=False).ngroup().tolist()):
        marks.setdefault(mark, []).append(row)
    return list(marks.values())


class _Counts:
    """Cells of published tables of counts over villages, subdistricts, districts and provinces.

    Rows are positions and columns are lists, because access to single cells of a DataFrame is about fifty times slower.
    """

    def __init__(self, frame: pd.DataFrame, values: list[float], hidden: list[bool]) -> None:
        self.frame, self.values, self.hidden, self.primary = frame, values, hidden, list(hidden)
        self.labels = frame.index.tolist()
        self.codes = frame["area_code"].astype("string").fillna("").tolist()
        self.lengths = frame["area_level"].map(LENGTHS).fillna(0).astype(int).tolist()

    def protect(self, table: list[int]) -> None:
        """Hide more cells of one table until no hidden cell can be computed from its group."""
        for _ in range(ROUNDS):
            before = sum(self.hidden[row] for row in table)
            for child in (8, 6, 4):
                for parent in (6, 4, 2):
                    if parent < child:
                        self._level(table, child, parent)
            self._downwards(table)
            if sum(self.hidden[row] for row in table) == before:
                break

    def _level(self, table: list[int], child: int, parent: int) -> None:
        cells = [row for row in table if self.lengths[row] == child]
        totals = [row for row in table if self.lengths[row] == parent]
        touched = {self.codes[row][:parent] for row in cells if self.hidden[row]}
        if parent != child - 2:  # groups beyond the next level matter only where their total is published
            touched &= {self.codes[row] for row in totals}
        for code in sorted(touched):
            self._group(
                [row for row in cells if self.codes[row][:parent] == code],
                [row for row in totals if self.codes[row] == code],
            )

    def _group(self, members: list[int], totals: list[int]) -> None:
        hidden = [self.values[row] for row in members if self.hidden[row]]
        number, people = len(hidden), sum(value for value in hidden if value == value)
        if number > 1 and not (all(value < SMALL for value in hidden) and people in (number, number * (SMALL - 1))):
            return
        others = [row for row in members if not self.hidden[row] and self.values[row] > 0]
        if others:
            self.hidden[min(others, key=lambda row: (self.values[row], self.labels[row]))] = True
        for row in totals if not others else ():
            self.hidden[row] = True

    def _downwards(self, table: list[int]) -> None:
        """A hidden total with all parts shown is their sum: hide its smallest part."""
        for total in [row for row in table if self.hidden[row] and 0 < self.lengths[row] < 8]:
            below, code = self.lengths[total] + 2, self.codes[total]
            parts = [row for row in table if self.lengths[row] == below and self.codes[row].startswith(code)]
            shown = [row for row in parts if self.values[row] > 0]
            if shown and not any(self.hidden[row] for row in parts):
                self.hidden[min(shown, key=self.values.__getitem__)] = True

    def across(self, keys: list[str]) -> None:
        """Hide what reveals a small count by subtraction between tables of one place and year.

        Two cases: a shown count equals the small one plus another shown count; or it equals the small one plus all
        shown counts that differ from it in one of ``keys``. The smaller of the two is hidden.
        """
        frame = self.frame
        place = [frame["area_code"].astype("string"), *([frame["fiscal_year"]] if "fiscal_year" in frame else [])]
        words = [frame[key].astype("string").fillna("").tolist() for key in keys]
        names = list(zip(*words, strict=True)) if words else [()] * len(frame)
        has_area = frame["area_code"].notna().tolist()
        for rows in _members(frame, place):
            for small in [row for row in rows if self.primary[row] and has_area[row]]:
                for shown, rest in list(self._differences(rows, small, names)):
                    least = min([shown, *rest], key=self.values.__getitem__) if len(rest) == 1 else shown
                    self.hidden[least] = True

    def _differences(self, rows: list[int], small: int, names: list[tuple]) -> Iterator[tuple[int, list[int]]]:
        """Yield (shown total, shown counts that leave the small count when subtracted from it)."""
        values = self.values
        seen = [row for row in rows if not self.hidden[row] and values[row] > 0]
        for total in seen:
            for part in seen:
                if part != total and values[part] == values[total] - values[small]:
                    yield total, [part]
        for place in range(len(names[small])):
            others = names[small][:place] + names[small][place + 1 :]
            members = [row for row in rows if names[row][:place] + names[row][place + 1 :] == others]
            if sum(self.hidden[row] for row in members) != 1:
                continue
            shown = [row for row in members if row in seen]
            sum_of_parts = values[small] + sum(values[row] for row in shown)
            for total in seen if len(shown) > 1 else ():
                if values[total] == sum_of_parts and total not in shown:
                    yield total, shown


def _counts_people(indicators: pd.Series) -> pd.Series:
    """Whether each indicator counts people; one without a description is assumed to."""
    units = {entry["code"]: entry.get("unit_en") for entry in codes.indicators()}
    people = [units.get(code, "people") in PEOPLE_UNITS for code in indicators.tolist()]
    return pd.Series(people, indicators.index, dtype=bool)


def redact(frame: pd.DataFrame) -> pd.DataFrame:
    """Replace contacts inside every free-text column by dots."""
    for column, dtype in zip(frame.columns, frame.dtypes, strict=True):
        if dtype.kind != "O" or column.endswith("_code") or column in NOT_FREE_TEXT:
            continue
        texts = frame[column].dropna()
        if not pd.api.types.is_string_dtype(texts):
            continue
        if not has_contact("\0".join(written := texts.unique().tolist())):  # a search of all is faster than one of each
            continue
        redacted = {text: _redacted(text) for text in written}
        changed = {text: safe for text, safe in redacted.items() if safe != text}
        if changed:
            frame = frame.assign(**{column: frame[column].replace(changed)})
    return frame


def _redacted(text: str) -> str:
    """Redact a text but keep SHA-256 digests whole: thirteen digits inside one can look like a national ID."""
    return "".join(part if number % 2 else redact_text(part) for number, part in enumerate(_DIGEST.split(text)))


def is_national_id(text: str) -> bool:
    """Whether 13 digits are a Thai national ID of a person: first digit 1 to 8, last one the modulo-11 check digit."""
    digits = [int(mark) for mark in text if mark.isdigit()]
    if len(digits) != 13 or not 1 <= digits[0] <= 8:
        return False
    return (
        11 - sum(digit * weight for digit, weight in zip(digits, range(13, 1, -1), strict=False)) % 11
    ) % 10 == digits[12]


def _ids(cells: Iterable[str]) -> tuple[int, int]:
    """How many cells contain something like a national ID, and how many of them pass the check digit."""
    written = [match[0] for cell in cells if len(cell) >= ID_DIGITS and (match := _ID.search(cell.removesuffix(".0")))]
    return len(written), sum(map(is_national_id, written))


def refuse_national_ids(sheets: Iterable) -> None:
    """Refuse a file with a column of national IDs, where half or more of the 13-digit values pass the check digit.

    Raises ``Refused`` (``national_id_column``) with sheet, heading and first row, never with a value.
    """
    for sheet in sheets:
        for heading in sheet.frame.columns:
            cells = sheet.frame[heading].astype(str)
            written, passed = _ids(cells.tolist())
            if passed and passed * 2 >= written:
                row = next(int(row) for row, cell in cells.items() if _ids([cell])[1])
                raise Refused(Problem("national_id_column", "refused", sheet.name, row, normalise(str(heading))))
