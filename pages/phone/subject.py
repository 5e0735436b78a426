"""Content of the small page: rows of one subject as the public may see them, in words."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import pandas as pd

from geo.frames import each_row
from loaders.replies.links import Link
from loaders.store.privacy import PUBLIC
from pages.components import records
from pages.components.names import district_names, province_name, subdistrict_names, view_words
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import baht, subdistrict_name, t

MOST_LINES = 40
COLUMNS = {"subdistrict": "subdistrict_code", "district": "district_code", "agency": "agency_code"}


class Line(NamedTuple):
    """One row: words, small words, and its identity (SHA-256 of the file, sheet, row number)."""

    words: str
    small: str
    row: tuple[str, str, int]

    @property
    def key(self) -> str:
        """Short id of the row, independent of batch numbers and of other rows."""
        return hashlib.sha256(repr(self.row).encode()).hexdigest()[:16]


class Subject(NamedTuple):
    """Title and lines; ``unlisted``: number of rows beyond :data:`MOST_LINES`."""

    title: str
    words: str
    lines: list[Line]
    unlisted: int
    is_demo: bool


def of(link: Link) -> Subject:
    """What a link shows: read as the public, and with an agency in the link only that agency's rows."""
    scope = queries.current_scope(link.province, PUBLIC)
    rows = rows_of(scope, link)
    listed = rows.head(MOST_LINES)
    words = records.support_words(scope, listed)
    batches = queries.all_batches(scope).set_index("id")["file_sha256"]
    lines = [
        Line(
            f"{row.agency}: {row.what}", f"{row.place} · {baht(row.amount_satang)} · {row.period}",
            (str(batches[row.batch_id]), str(row.sheet), int(row.row)),
        )
        for row in each_row(words)
    ]  # fmt: skip
    line = t("phone_rows", number=len(rows), amount=baht(rows["amount_satang"].sum(min_count=1)))
    return Subject(_title(scope, link), line, lines, len(rows) - len(listed), queries.has_demo(scope))


def rows_of(scope: Scope, link: Link) -> pd.DataFrame:
    """Support records of a link, latest year and most money first."""
    rows = queries.support(scope)
    column = COLUMNS.get(link.kind)
    for name, code in ((column, link.code), ("agency_code", link.agency)):
        if name and code:
            rows = rows[rows[name].eq(code).fillna(False).astype(bool)]
    order = ["fiscal_year", "amount_satang", "support_id"]
    return rows.sort_values(order, ascending=[False, False, True], na_position="last")


def _title(scope: Scope, link: Link) -> str:
    agencies = records.agency_names(scope)
    of_agency = agencies.get(link.agency, link.agency) if link.agency and link.agency != link.code else ""
    if link.kind == "subdistrict":
        name = subdistrict_name(subdistrict_names(scope).get(link.code, link.code))
    elif link.kind == "district":
        name = t("prefix_district") + district_names(scope).get(link.code, link.code)
    elif link.kind == "agency":
        name = agencies.get(link.code, link.code)
    elif link.kind == "view":
        name = f"{province_name(link.province)} · {view_words(link.code)}"
    else:
        name = province_name(link.province)
    return " · ".join(part for part in (name, of_agency) if part)
