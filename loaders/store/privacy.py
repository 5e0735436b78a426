"""Who may see what: roles, sharing of data sets, masks. Applied where rows are read, so that every way out obeys.

A data set is a register of one base. A ``Viewer`` is a role and, for a partner, the agency: an agency always sees
its own data. What is masked becomes NA, and ``is_masked`` says that something was there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from loaders import codes
from loaders.problems import Problem, Refused
from loaders.store.small_counts import small_cells
from loaders.thai import normalise

ROLES = ("public", "partner", "data", "admin")
LEVELS = ("public", "partners", "private")
HIDDEN = "•••"
CONTACTS = {"role_holder": ("person", "phone")}
# Register -> columns that count people, and what tells one published table of counts from another.
COUNTS = {
    "support": (
        ("people_reached",),
        ("base", "agency_code", "stream_code", "theme_code", "activity_code", "fiscal_year"),
    ),
    "welfare_fund": (("members", "hardship_members"), ("base", "fiscal_year")),
    "organisation": (("members",), ("base", "organisation_kind", "theme_code")),
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
}
_NUMBER = r"(?<!\d)(?:\+?[6๖]{2}|[0๐])(?:[\s\-.()]{0,2}\d){8,9}(?!\d)"
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_PERSON_ID = r"(?<!\d)[1-8๑-๘](?:[\s\-]?\d){12}(?!\d)"
_CONTACT = re.compile(f"{_PERSON_ID}|{_NUMBER}|{_MAIL}")
_ID = re.compile(_PERSON_ID)


@dataclass(frozen=True)
class Viewer:
    """A role and, for a partner, the code of the agency."""

    role: str = "data"
    agency: str | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"expected one of {ROLES}, found {self.role!r}: give the viewer one of these roles")

    @property
    def is_team(self) -> bool:
        """The data team and administrators see everything."""
        return self.role in ("data", "admin")

    def may_see(self, level: str, base: str | None = None) -> bool:
        """Whether data shared at this level, of this base, may be shown."""
        if self.is_team or level == "public":
            return True
        own = self.agency is not None and base == self.agency
        return self.role == "partner" and (level == "partners" or own)


DATA_TEAM = Viewer("data")
PUBLIC = Viewer("public")


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
    if register == "role_holder":
        frame = _contacts(frame, viewer, today or date.today())
    if viewer.role != "public" or frame.empty:
        return frame
    if register in COUNTS:
        frame = _counts(frame, register)
    return redact(frame)


def _contacts(frame: pd.DataFrame, viewer: Viewer, today: date) -> pd.DataFrame:
    """Everyone sees whether a role is filled; past its retention date nobody sees by whom."""
    names = [column for column in CONTACTS["role_holder"] if column in frame]
    frame = frame.assign(is_vacant=frame["person"].isna())
    over = frame["retain_until"].notna() & (frame["retain_until"] < pd.Timestamp(today))
    hidden = over | (viewer.role == "public")
    filled = frame[names].notna().any(axis=1)
    for column in names:
        frame[column] = frame[column].mask(hidden)
    return frame.assign(is_masked=(hidden & filled).astype(bool))


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


def _counts_people(indicator: str) -> bool:
    """An indicator that nobody described is taken for a count of people."""
    units = {entry["code"]: entry.get("unit_en") for entry in codes.indicators()}
    return units.get(indicator, "people") in PEOPLE_UNITS


def redact_text(text: str) -> str:
    """Telephone numbers, e-mail addresses and national IDs inside a text become dots."""
    return _CONTACT.sub(HIDDEN, text)


def redact(frame: pd.DataFrame) -> pd.DataFrame:
    """The same inside every free-text column."""
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
