"""Which reports are missing or late, and how complete the data are.

Expected reports are in :mod:`loaders.decisions.dues`. Without a report the state is ``waiting`` before the deadline and
``late`` after it. Only a batch that speaks for the whole area counts as a report; other files are shown in ``rows_on``.
Completeness counts subdistricts, never rows.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Connection, select

from loaders import codes, reference, store
from loaders.areas import register as areas_register
from loaders.decisions import dues
from loaders.decisions.dues import day_of
from loaders.store import code_lists, tables
from loaders.store.privacy import Viewer
from loaders.store.seen import for_viewer

STATES = ("reported", "reported_late", "waiting", "late", "not_asked")


class Completeness(NamedTuple):
    """How much of a province a register covers.

    ``reported``: subdistricts for which every base that owes the register has reported (so that no row means none);
    ``with_records``: subdistricts with a record of their own or of their villages; ``total``: all subdistricts;
    ``share``: reported / total (0-1); ``bases``: those that spoke for a whole area.
    """

    reported: int
    with_records: int
    total: int
    share: float
    bases: tuple[str, ...]


@for_viewer
def tracker(
    connection: Connection,
    today: date | None = None,
    *,
    viewer: Viewer,
    province: str | None = None,
    fiscal_year: int | None = None,
    by_district: bool = True,
) -> pd.DataFrame:
    """One row per expected report and district (``by_district`` False: per expected report).

    ``fiscal_year``: only reports of this year. Without it, a report expected every year is one row: for the latest
    ended fiscal year when its deadline is in days after the year, else without a year.

    Returns
    -------
    ``due_id``, ``base``, ``register``, ``district_code`` (without ``by_district`` ``area_code``), ``fiscal_year``,
    ``due_on``, ``reported_on`` (NA = no report for the whole area), ``rows_on`` (date of a file that speaks only for
    its rows), ``state`` (one of :data:`STATES`), ``days_late`` (0 when not late), ``note``. A partner sees its own
    rows, the public none.
    """
    day = today or date.today()
    reports_of = _stated(connection)
    listed = dues.read_dues(connection, None, province, viewer=viewer)
    if not viewer.is_team:
        listed = listed[
            listed["base"].eq(viewer.agency if viewer.role == "partner" else None).fillna(False).astype(bool)
        ]
    own_year = {
        (due.base, due.register, due.area_code, int(due.fiscal_year))
        for due in store.records(listed[listed["fiscal_year"].notna()])
    }
    rows = []
    for due in store.records(listed):
        year = _year(due, fiscal_year, day)
        if fiscal_year is not None and year != fiscal_year:
            continue
        if pd.isna(due.fiscal_year) and (due.base, due.register, due.area_code, year) in own_year:
            continue  # this year has an entry of its own
        due_on = day_of(due.due_on, due.due_days, year)
        reports, only_rows = (
            reports_of.get((due.base, due.register, True), []),
            reports_of.get((due.base, due.register, False), []),
        )
        for area in _districts(connection, due.area_code, due_on or day) if by_district else [due.area_code]:
            reported = _first(reports, year, lambda spoken, area=area: area.startswith(spoken))
            sent = _first(only_rows, year, lambda spoken, area=area: area.startswith(spoken) or spoken.startswith(area))
            state = _state(due_on, reported, day) if due.is_asked else ("not_asked", 0)
            rows.append((due.due_id, due.base, due.register, area, year, due_on, reported, sent, *state, due.note))
    columns = ["due_id", "base", "register", "district_code" if by_district else "area_code", "fiscal_year", "due_on",
               "reported_on", "rows_on", "state", "days_late", "note"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"fiscal_year": "Int64"})


def _year(due, fiscal_year: int | None, day: date) -> int | None:  # noqa: ANN001 - a row of the dues
    """Fiscal year of a row of the tracker."""
    if not pd.isna(due.fiscal_year):
        return int(due.fiscal_year)
    if fiscal_year is not None:
        return fiscal_year
    return None if pd.isna(due.due_days) else day.year if day.month >= 10 else day.year - 1


def _districts(connection: Connection, area: str, day: date) -> list[str]:
    if len(area) > 2:
        return [area]
    districts = areas_register.as_of(connection, day, "district")["code"]
    return [code for code in districts if code.startswith(area)] or [area]


def _stated(connection: Connection) -> dict[tuple[str, str, bool], list[tuple[str, int | None, date]]]:
    """(Base, register, speaks for whole areas) -> (area, fiscal year, day) of every active batch."""
    scope, batch = tables.batch_scope, tables.import_batch
    query = (
        select(scope.c.base, scope.c.register, scope.c.kind, scope.c.area_code, scope.c.fiscal_year, batch.c.loaded_at)
        .join(batch, batch.c.id == scope.c.batch_id)
        .where(batch.c.is_active)
        .distinct()
    )
    reports: dict[tuple[str, str, bool], list[tuple[str, int | None, date]]] = {}
    code_lists.lay_over(connection)
    into = codes.merged("agency")
    for base, register, kind, area, year, loaded_at in connection.execute(query):
        reports.setdefault((into.get(base, base), register, kind != "rows"), []).append(
            (area, year, date.fromisoformat(loaded_at[:10]))
        )
    return reports


def _first(reports: list, year: int | None, holds) -> date | None:  # noqa: ANN001 - area -> bool
    """The day of the first report about an area and year."""
    return min((day for area, of, day in reports if holds(area) and (None in (of, year) or of == year)), default=None)


def _state(due_on: date | None, reported: date | None, today: date) -> tuple[str, int]:
    late = 0 if due_on is None else ((reported or today) - due_on).days
    if reported is not None:
        return ("reported_late", late) if late > 0 else ("reported", 0)
    return ("late", late) if late > 0 else ("waiting", 0)


@for_viewer
def completeness(
    connection: Connection,
    register: str,
    province: str,
    *,
    viewer: Viewer,
    fiscal_year: int | None = None,
) -> Completeness:
    """How much of the province a register covers, as the viewer may know; shown with every result.

    Without ``fiscal_year`` a report of any year counts.
    """
    areas = areas_register.as_of(connection, level="subdistrict")
    codes = [code for code in areas["code"] if code.startswith(province)]
    codes = codes or list(reference.subdistricts(province)["subdistrict_code"])  # not the province of the area register
    owed = dues.read_dues(connection, register, province, viewer=viewer)
    owed = owed[owed["is_asked"]]
    reports = store.read_reports(connection, register, viewer=viewer)
    reports = reports[reports["area_code"].str.startswith(province).fillna(False)]
    if fiscal_year is not None:
        reports = reports[reports["fiscal_year"].isna() | reports["fiscal_year"].eq(fiscal_year)]
    spoken = {base: set(rows["area_code"]) for base, rows in reports.groupby("base")}
    pairs = list(zip(owed["base"], owed["area_code"], strict=True))
    reported = [code for code in codes if _all_spoke(code, pairs, spoken)]
    with_records = set(codes) & _with_records(connection, register, province, fiscal_year, viewer)
    share = len(reported) / len(codes) if codes else 0.0
    return Completeness(len(reported), len(with_records), len(codes), share, tuple(sorted(set(reports["base"]))))


def _all_spoke(code: str, owed: list[tuple[str, str]], spoken: dict[str, set[str]]) -> bool:
    """Whether a report about the subdistrict is owed and all who owe one have reported; ``owed``: (base, area)."""
    bases = {base for base, area in owed if code.startswith(area)}
    return bool(bases) and all(spoken.get(base, set()) & {code[:2], code[:4], code} for base in bases)


def _with_records(
    connection: Connection, register: str, province: str, fiscal_year: int | None, viewer: Viewer
) -> set[str]:
    frame = store.read_register(connection, register, province, viewer=viewer, fiscal_year=fiscal_year)
    return set(frame["subdistrict_code"].dropna()) if "subdistrict_code" in frame else set()
