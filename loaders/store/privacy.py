"""Who may see what: roles, sharing of data sets, masks. Applied where rows are read, so that every way out obeys.

A data set is a register of one base. A ``Viewer`` is a role and, for a partner, the agency: an agency always sees
its own data. What is masked becomes NA, and ``is_masked`` says that something was there.

Small counts are hidden so that no total gives one away. Primary: counts from 1 to 4. Complementary: where the hidden
cells of a group could be reckoned from its total (one hidden cell, or so few or so many people that each must be 1 or
4), the next smallest cell is hidden too, else the total.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from datetime import date

import pandas as pd

from loaders import codes, registers
from loaders.problems import Problem, Refused
from loaders.store.contacts import HIDDEN, PERSON_ID, redact_text
from loaders.store.viewers import DATA_TEAM, LEVELS, PUBLIC, ROLES, Viewer
from loaders.thai import normalise

__all__ = ["DATA_TEAM", "HIDDEN", "LEVELS", "PUBLIC", "ROLES", "Viewer", "redact_text"]
CONTACTS = registers.WithDefined({"role_holder": ("person", "phone")}, lambda one: one.private or None)
# Register -> columns that count people, and what tells one published table of counts from another.
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
LENGTHS = {"village": 8, "subdistrict": 6, "district": 4, "province": 2}
ROUNDS = 6  # levels feed each other; every round only hides more, and four levels settle in less
_ID = re.compile(PERSON_ID)


def level_of(sharing: dict[tuple[str, str], str], register: str, base: str) -> str:
    """The sharing of a data set: its own, else the register's (base ``*``), else public (masks still apply)."""
    return sharing.get((register, base)) or sharing.get((register, "*")) or "public"


def visible_rows(
    frame: pd.DataFrame, register: str, sharing: dict[tuple[str, str], str], viewer: Viewer
) -> pd.DataFrame:
    """Only the rows of data sets that the viewer may see; ``frame`` has a column ``base``."""
    if viewer.is_team or frame.empty:
        return frame
    bases = {base: viewer.may_see(level_of(sharing, register, base), base) for base in frame["base"].unique()}
    return frame[frame["base"].map(bases).astype(bool)].reset_index(drop=True)


def mask(frame: pd.DataFrame, register: str, viewer: Viewer, today: date | None = None) -> pd.DataFrame:
    """Rows of a register as the viewer may see them: contacts, small counts and contacts inside free text."""
    frame = frame.assign(is_masked=False)
    if register in CONTACTS:
        frame = _contacts(frame, register, viewer, today or date.today())
    if viewer.role != "public" or frame.empty:
        return frame
    if register in COUNTS:
        frame = _counts(frame, register)
    return redact(frame)


def _contacts(frame: pd.DataFrame, register: str, viewer: Viewer, today: date) -> pd.DataFrame:
    """Everyone sees whether a role is filled; past its retention date nobody sees by whom."""
    names = [column for column in CONTACTS[register] if column in frame]
    if register == "role_holder":
        said = frame["is_vacant"] if "is_vacant" in frame else pd.Series(None, frame.index, dtype=object)
        frame = frame.assign(is_vacant=said.astype(object).where(said.notna(), frame["person"].isna()).astype(bool))
    over = frame["retain_until"].notna() & (frame["retain_until"] < pd.Timestamp(today))
    hidden = over | (viewer.role == "public")
    masked = pd.Series(False, index=frame.index)
    definition = registers.defined().get(register)
    for column in names:
        people = True if definition is None else definition.names_people(column, frame)
        rows = (hidden & people).fillna(False).astype(bool)
        masked |= rows & frame[column].notna()
        frame[column] = frame[column].mask(rows)
    return frame.assign(is_masked=masked)


def _counts(frame: pd.DataFrame, register: str) -> pd.DataFrame:
    columns, keys = COUNTS[register]
    frame = frame.copy()
    for column in columns:
        counted = (
            frame["indicator_code"].map(_counts_people) if register == "indicator" else pd.Series(True, frame.index)
        )
        small = small_cells(frame[counted.astype(bool)], column, list(keys)).reindex(frame.index, fill_value=False)
        frame.loc[small, column] = pd.NA if str(frame[column].dtype) == "Int64" else float("nan")
        frame["is_masked"] = frame["is_masked"] | small
    return frame


def small_cells(frame: pd.DataFrame, column: str, keys: list[str]) -> pd.Series:
    """Which rows' counts are hidden.

    Parameters
    ----------
    frame : rows with ``area_code``, ``area_level``, the count ``column`` and the ``keys`` that tell tables apart.

    Returns
    -------
    Boolean series with the index of ``frame``.
    """
    values = pd.to_numeric(frame[column], errors="coerce").astype(float)
    hidden = (values > 0) & (values < SMALL)
    if not hidden.any():
        return hidden
    present = [key for key in keys if key in frame]
    marks = frame.groupby(present, dropna=False).ngroup()
    primary = hidden.copy()
    for _ in range(ROUNDS):
        before = int(hidden.sum())
        for mark in sorted(set(marks[hidden])):
            rows = frame[marks == mark]
            settled = _Counts(
                rows["area_code"].astype("string").fillna(""),
                rows["area_level"],
                values[rows.index],
                hidden[rows.index],
            )
            hidden[rows.index] = settled.protect()
        _across(frame, values, hidden, primary, [key for key in present if key != "fiscal_year"])
        if int(hidden.sum()) == before:
            break
    return hidden


def _across(frame: pd.DataFrame, values: pd.Series, hidden: pd.Series, primary: pd.Series, keys: list[str]) -> None:
    """Hide what gives a small count away by subtraction between tables: one place, one year, another stream, indicator, base.

    A shown count that is a small one and another shown one together is its total, or the small one's neighbour along one key
    and all others of that key add up to it: the smaller of the two is hidden.
    """
    place = [frame["area_code"].astype("string"), *([frame["fiscal_year"]] if "fiscal_year" in frame else [])]
    marks = frame.groupby(place, dropna=False).ngroup()
    marks = marks.mask(frame["area_code"].isna(), -1)
    for mark in sorted(set(marks[primary & (marks >= 0)])):
        rows = frame.index[marks == mark]
        for small in [row for row in rows if primary[row]]:
            for shown, rest in _differences(frame.loc[rows], values[rows], hidden[rows], small, keys):
                least = min([shown, *rest], key=lambda row: values[row]) if len(rest) == 1 else shown
                hidden[least] = True


def _differences(
    rows: pd.DataFrame, values: pd.Series, hidden: pd.Series, small: Hashable, keys: list[str]
) -> Iterator[tuple[Hashable, list]]:
    """Shown totals of a small count with the shown counts that it is the rest of."""
    seen = values[~hidden & (values > 0)]
    for total, value in seen.items():
        for part in seen.index[seen == value - values[small]]:
            if part != total:
                yield total, [part]
    for key in keys:
        others = [one for one in keys if one != key]
        same = (rows[others].astype("string").fillna("") == rows.loc[small, others].astype("string").fillna("")).all(
            axis=1
        )
        members = rows.index[same]
        if int(hidden[members].sum()) != 1:
            continue
        shown = [row for row in members if row in seen.index]
        wanted = values[small] + values[shown].sum()
        for total in seen.index[seen == wanted] if len(shown) > 1 else ():
            if total not in shown:
                yield total, shown


class _Counts:
    """The cells of one published table of counts over villages, subdistricts, districts and provinces."""

    def __init__(self, codes: pd.Series, levels: pd.Series, values: pd.Series, hidden: pd.Series) -> None:
        self.codes, self.values, self.hidden = codes, values, hidden.copy()
        self.lengths = levels.map(LENGTHS).fillna(0).astype(int)

    def protect(self) -> pd.Series:
        """Hide more cells until no group gives one away."""
        for _ in range(ROUNDS):
            before = int(self.hidden.sum())
            for child in (8, 6, 4):
                for parent in (6, 4, 2):
                    if parent < child:
                        self._level(child, parent)
            self._downwards()
            if int(self.hidden.sum()) == before:
                break
        return self.hidden

    def _level(self, child: int, parent: int) -> None:
        cells = self.codes[self.lengths == child]
        parents = cells.str[:parent]
        totals = self.codes[self.lengths == parent]
        touched = set(parents[self.hidden[cells.index]])
        if parent != child - 2:  # groups beyond the next level matter only where their total is published
            touched &= set(totals)
        for code in sorted(touched):
            self._group(cells.index[parents == code], totals.index[totals == code])

    def _group(self, members: pd.Index, totals: pd.Index) -> None:
        hidden = members[self.hidden[members]]
        number, people = len(hidden), self.values[hidden].sum()
        all_small = bool((self.values[hidden] < SMALL).all())
        if number > 1 and not (all_small and people in (number, number * (SMALL - 1))):
            return
        others = self.values[members.difference(hidden)]
        others = others[others > 0]
        if len(others):
            self.hidden[others.idxmin()] = True
        else:
            self.hidden[totals] = True

    def _downwards(self) -> None:
        """A hidden total whose parts are all shown would be their sum: hide its smallest part."""
        for row in self.hidden.index[self.hidden & (self.lengths > 0) & (self.lengths < 8)]:
            length = int(self.lengths[row])
            parts = self.codes[(self.lengths == length + 2) & self.codes.str.startswith(self.codes[row])].index
            shown = self.values[parts][self.values[parts] > 0]
            if len(shown) and not self.hidden[parts].any():
                self.hidden[shown.idxmin()] = True


def _counts_people(indicator: str) -> bool:
    """An indicator that nobody described is taken for a count of people."""
    units = {entry["code"]: entry.get("unit_en") for entry in codes.indicators()}
    return units.get(indicator, "people") in PEOPLE_UNITS


def redact(frame: pd.DataFrame) -> pd.DataFrame:
    """Contacts inside every free-text column become dots."""
    for column in frame.columns:
        if (
            column.endswith("_code")
            or column in NOT_FREE_TEXT
            or not pd.api.types.is_string_dtype(frame[column].dropna())
        ):
            continue
        known = {text: redact_text(text) for text in frame[column].dropna().unique()}
        changed = {text: safe for text, safe in known.items() if safe != text}
        if changed:
            frame = frame.assign(**{column: frame[column].replace(changed)})
    return frame


def is_national_id(text: str) -> bool:
    """Thirteen digits whose last one is the check digit of the first twelve; the first is 1 to 8 (persons)."""
    digits = [int(mark) for mark in text if mark.isdigit()]
    if len(digits) != 13 or not 1 <= digits[0] <= 8:
        return False
    return (
        11 - sum(digit * weight for digit, weight in zip(digits, range(13, 1, -1), strict=False)) % 11
    ) % 10 == digits[12]


def _ids(cells: Iterable[str]) -> tuple[int, int]:
    """How many cells hold something written like a national ID, and how many of them pass the check digit."""
    written = [found[0] for cell in cells if len(cell) >= 13 and (found := _ID.search(cell.removesuffix(".0")))]
    return len(written), sum(map(is_national_id, written))


def refuse_national_ids(sheets: Iterable) -> None:
    """Refuse a file with a column of national IDs: half or more of what looks like one passes the check digit.

    Raises ``Refused`` (``national_id_column``) with sheet, heading and the first row, never with a value.
    """
    for sheet in sheets:
        for heading in sheet.frame.columns:
            cells = sheet.frame[heading].astype(str)
            written, passed = _ids(cells)
            if passed and passed * 2 >= written:
                row = next(int(row) for row, cell in cells.items() if _ids([cell])[1])
                raise Refused(Problem("national_id_column", "refused", sheet.name, row, normalise(str(heading))))
