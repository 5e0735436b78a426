"""The basis of a result as text: who has reported, who has not and is late, and records without a year.

:func:`note` gives the same as codes and numbers for wall and pack, which freeze them.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo import figures
from geo.coverage.heard import missing_of
from geo.frames import each_row
from geo.statuses import NOT_REPORTED, waits
from loaders.decisions.dues import NOT_SHARED
from pages.components import records
from pages.queries import coverage, store
from pages.queries import reported as queries
from pages.queries.query import Query
from pages.session.formatter import Formatter, Phrase
from pages.session.scope import Scope
from pages.session.text import LANGUAGES, baht, day, t, whole, year

MOST_NAMED, NAMED_ON_THE_WALL = 4, 3


def finding(scope: Scope, query: Query, table: pd.DataFrame) -> Phrase:
    """The finding about a coverage table; it claims that a place has nobody only where that is known.

    The only place where a finding about coverage is built: page, wall and pack all use it.
    """
    covered, none, unknown = (figures.count(code, coverage=table) for code in ("covered", "none", "not_reported"))
    reports, above = queries.known(scope, query), figures.count("none_above", coverage=table)
    reached = "nobody_in_above_all" if above == none else "nobody_in_above"
    nobody = [reached if above else "nobody_in", {"none": none, "above": above}]
    blanks = {"covered": covered, "none": none, "nobody": nobody, "unknown": unknown, "all": len(table), "files": reports.files,
              "silent": len(reports.silent), "missing": len(reports.missing), "owed": len(reports.owed)}  # fmt: skip
    if not reports.owed:
        return Phrase("finding_nobody_asked" if covered else "finding_not_asked", blanks)
    if not covered and unknown and not none:
        return Phrase("finding_not_heard", blanks)
    if unknown and not none and not reports.silent:
        return Phrase("finding_part_reports", blanks)
    if unknown and not none:
        return Phrase("finding_one_report" if reports.files == 1 else "finding_few_reports", blanks)
    return Phrase("finding_overview" if unknown else "finding_all_reported", blanks)


def told(table: pd.DataFrame) -> dict[str, int | float | None]:
    """The named figures in :func:`finding`."""
    codes = ("subdistricts", "covered", "none", "none_above", "not_reported", "not_known_waiting")
    return {code: figures.count(code, coverage=table) for code in codes}


def line(scope: Scope, query: Query) -> str:
    """Line under the title: year, how many of the due reports were given, who is missing and late, undated records."""
    reports = queries.known(scope, query)
    when = year(query.fiscal_year) if query.fiscal_year else t("all_years")
    if not reports.owed:
        words = t("reported_nobody_asked", year=when)
    else:
        key = "reported_of" if len(reports.owed) > 1 else "reported_of_one" if reports.full else "reported_of_one_not"
        words = t(key, year=when, full=len(reports.full), owed=len(reports.owed))
        words += "".join(
            f" · {t(key, bases=named(scope, bases))}"
            for key, bases in (("reported_silent", reports.silent), ("reported_part", reports.part))
            if bases
        )
        if late := reports.late():
            first = min(due for base, due in reports.due if base in late)
            words += f" · {t('reported_late', number=len(late), day=day(first))}"
    return words + waiting(scope, query, " · ") + undated(scope, query, " · ")


def waiting(scope: Scope, query: Query, before: str = "") -> str:
    """How many rows wait for review and how many places are unknown because of them; empty when none are."""
    rows, places = waiting_of(scope, query)
    return before + t("reported_waiting", rows=rows, places=places) if places else ""


def waiting_of(scope: Scope, query: Query) -> tuple[int, int]:
    """Number of waiting rows that make places unknown, and number of these places."""
    table = coverage.coverage(scope, query)
    inside = table[table["district_code"].eq(query.district) | (not query.district)]
    places = tuple(inside.loc[waits(inside), "subdistrict_code"])
    rows = coverage.waiting(scope, query)
    mine = [any(place.startswith(code) for place in places) for code in rows["area_code"]]
    return int(rows.loc[mine, "row_id"].nunique()), len(places)


def named(scope: Scope, bases: tuple[str, ...]) -> str:
    """Names of bases, the first few of many."""
    words = records.base_words(scope, ",".join(bases[:MOST_NAMED]))
    return words if len(bases) <= MOST_NAMED else t("and_more", words=words, more=len(bases) - MOST_NAMED)


def undated(scope: Scope, query: Query, before: str = "") -> str:
    """That records without a year are left out of the chosen year; empty when there are none."""
    lost = coverage.undated(scope, query) if query.fiscal_year else pd.DataFrame()
    if lost.empty:
        return ""
    return before + t("undated", records=whole(len(lost)), amount=baht(lost["amount_satang"].sum(min_count=1)))


def of_place(scope: Scope, row: Any) -> str:
    """For a coverage row: bases that still owe a report about the place, waiting rows, undated records."""
    lines = []
    if not row.owed:
        lines.append(t("status_nobody_asked"))
    elif missing := missing_of(pd.DataFrame({"missing_bases": [row.missing_bases]})):
        words = records.base_words(scope, ",".join(missing))
        lines.append(t("still_missing_of", missing=len(missing), owed=int(row.owed), bases=words))
    if row.status == NOT_REPORTED and row.waiting:
        lines.append(t("waiting_here", rows=int(row.waiting)))
    if row.undated:
        lines.append(t("undated_here", records=whole(row.undated)))
    return " · ".join(lines)


def note(scope: Scope, query: Query) -> list:
    """:func:`line` as a phrase of codes and names in both languages, for a frozen meeting."""
    reports = queries.known(scope, query)
    if not reports.owed:
        return ["reported_nobody_asked_note", {}]
    blanks = {"full": len(reports.full), "owed": len(reports.owed)}
    phrase = ["reported_all_note", blanks]
    if reports.missing:
        names = {language: _names(scope, reports.missing, language) for language in LANGUAGES}
        phrase = ["reported_missing_note", blanks | {"bases": names}]
    rows, places = waiting_of(scope, query)
    return ["reported_waiting_note", {"note": phrase, "rows": rows}] if places else phrase


def _names(scope: Scope, bases: tuple[str, ...], language: str) -> str:
    listed = store.code_list(scope, "agency").set_index("code")
    names = {base: Formatter(language).text("base_not_shared") if base == NOT_SHARED else base for base in bases}
    for row in each_row(listed[listed.index.isin(bases)]):
        names[row.Index] = (
            row.short_th if language == "th" and isinstance(row.short_th, str) else Formatter(language).name_of(row)
        )
    words = ", ".join(names[base] for base in bases[:NAMED_ON_THE_WALL])
    return words if len(bases) <= NAMED_ON_THE_WALL else f"{words} +{len(bases) - NAMED_ON_THE_WALL}"
