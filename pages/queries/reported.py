"""Reports due under a query: bases that gave all of theirs, some rows, or nothing, and which are late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from geo.coverage.heard import missing_of
from geo.frames import each_row
from loaders.decisions.dues import day_of
from pages.queries import coverage, store
from pages.queries.query import Query
from pages.session.cache import cached
from pages.session.scope import Scope


@dataclass(frozen=True)
class Known:
    """Bases by what they reported for a query; ``owed`` = ``full`` + ``part`` + ``silent``.

    ``full`` reported for every place they owe, ``part`` sent something (single rows, some districts), ``silent``
    nothing for the year. ``due``: base and due day. ``files``: number of files with records of the query, in any
    district.
    """

    owed: tuple[str, ...]
    full: tuple[str, ...]
    part: tuple[str, ...]
    silent: tuple[str, ...]
    due: tuple[tuple[str, date], ...]
    files: int

    @property
    def missing(self) -> tuple[str, ...]:
        """Bases without a full report, silent ones first."""
        return (*self.silent, *self.part)

    def late(self, today: date | None = None) -> tuple[str, ...]:
        """Missing bases whose due day has passed."""
        day, days = today or date.today(), dict(self.due)
        return tuple(base for base in self.missing if base in days and days[base] < day)


@cached(128)
def known(scope: Scope, query: Query) -> Known:
    """Reporting state behind the results of a query, within its district."""
    query = query.without("split")
    table = coverage.heard(scope, query)
    table = table[table.index.str.startswith(query.district or "")]
    dues = coverage.owed(scope, query)
    if query.district:
        area = dues["area_code"]
        dues = dues[area.str.startswith(query.district) | area.isin({query.district[:2], query.district})]
    if query.fiscal_year is not None:
        dues = dues[dues["fiscal_year"].isna() | dues["fiscal_year"].eq(query.fiscal_year).fillna(False)]
    missing = set(missing_of(table))
    year = Query(query.fiscal_year)
    sent = set(coverage.records(scope, year)["base"].dropna()) | set(_reports(scope, query.fiscal_year)["base"])
    owed = sorted(set(dues["base"]))
    days: dict[str, date] = {}
    for due in each_row(dues.sort_values("fiscal_year", na_position="first")):
        if (day := day_of(due.due_on, due.due_days, query.fiscal_year)) is not None:
            days[due.base] = day  # a due day of this year overwrites that of every year, which is sorted first
    return Known(
        tuple(owed),
        tuple(base for base in owed if base not in missing),
        tuple(base for base in owed if base in missing and base in sent),
        tuple(base for base in owed if base in missing and base not in sent),
        tuple(sorted(days.items())),
        int(coverage.records(scope, query.without("district"))["batch_id"].nunique()),
    )


def _reports(scope: Scope, fiscal_year: int | None) -> pd.DataFrame:
    reports = store.reports(scope)
    if fiscal_year is None:
        return reports
    return reports[reports["fiscal_year"].isna() | reports["fiscal_year"].eq(fiscal_year).fillna(False)]
