"""Who still owes which data, and how complete what we have is.

A due date is for a base, a register and a district (or every district). Silence before the day is ``waiting``, after it
``late``; a batch that speaks for the district ends it. Completeness counts subdistricts, never rows.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Connection, insert, select

from loaders import store
from loaders.areas import register as areas_register
from loaders.store import tables
from loaders.store.privacy import Viewer
from loaders.store.seen import for_viewer

STATES = ("reported", "reported_late", "waiting", "late")


class Completeness(NamedTuple):
    """How much of the province a register knows about.

    ``reported`` subdistricts that some base spoke for (so that silence means none), ``with_records`` subdistricts with
    a record of their own or of their villages, ``total`` subdistricts of the register; ``share`` is reported / total.
    """

    reported: int
    with_records: int
    total: int
    share: float
    bases: tuple[str, ...]


def set_due(
    connection: Connection,
    base: str,
    register: str,
    due_on: date,
    who: str,
    *,
    district_code: str | None = None,
    fiscal_year: int | None = None,
    note: str | None = None,
) -> int:
    """Ask a base for a register by a day; ``district_code`` ``None`` means every district. Returns the key."""
    row = {"base": base, "register": register, "district_code": district_code, "fiscal_year": fiscal_year, "due_on": due_on,
           "note": note, "set_by": who}  # fmt: skip
    key = connection.execute(insert(tables.due).values(**row).returning(tables.due.c.id)).scalar_one()
    store.note(connection, who, "set_due", f"{base} {register} {district_code or '*'} {due_on.isoformat()}")
    store.touch(connection)
    return key


@for_viewer
def tracker(connection: Connection, today: date | None = None, *, viewer: Viewer) -> pd.DataFrame:
    """One row per base, register, district and due date.

    Returns
    -------
    ``due_id``, ``base``, ``register``, ``district_code``, ``fiscal_year``, ``due_on``, ``reported_on`` (NA = nothing
    yet), ``state`` (one of :data:`STATES`), ``days_late`` (0 when not late), ``note``. A partner sees its own rows,
    the public none.
    """
    day = today or date.today()
    said = _said(connection)
    rows = []
    for due in connection.execute(select(tables.due).order_by(tables.due.c.due_on, tables.due.c.id)):
        if not viewer.is_team and (viewer.role == "public" or viewer.agency != due.base):
            continue
        for district in _districts(connection, due):
            reported = _first(said, due, district)
            rows.append((due.id, due.base, due.register, district, due.fiscal_year, due.due_on, reported,
                         *_state(due.due_on, reported, day), due.note))  # fmt: skip
    columns = [
        "due_id",
        "base",
        "register",
        "district_code",
        "fiscal_year",
        "due_on",
        "reported_on",
        "state",
        "days_late",
        "note",
    ]
    return pd.DataFrame(rows, columns=columns).astype({"fiscal_year": "Int64"})


def _districts(connection: Connection, due) -> list[str]:  # noqa: ANN001 - a row of ``due``
    if due.district_code:
        return [due.district_code]
    return list(areas_register.as_of(connection, due.due_on, "district")["code"])


def _said(connection: Connection) -> dict[tuple[str, str], list[tuple[str, int | None, date]]]:
    """Base and register -> area, fiscal year and day of every active report."""
    scope, batch = tables.batch_scope, tables.import_batch
    query = (
        select(scope.c.base, scope.c.register, scope.c.area_code, scope.c.fiscal_year, batch.c.loaded_at)
        .join(batch, batch.c.id == scope.c.batch_id)
        .where(batch.c.is_active)
        .distinct()
    )
    found: dict[tuple[str, str], list[tuple[str, int | None, date]]] = {}
    for base, register, area, year, loaded_at in connection.execute(query):
        found.setdefault((base, register), []).append((area, year, date.fromisoformat(loaded_at[:10])))
    return found


def _first(said: dict, due, district: str) -> date | None:  # noqa: ANN001 - a row of ``due``
    """The day of the first report about the district: of all of it, or of a subdistrict inside it."""
    days = [
        day
        for area, year, day in said.get((due.base, due.register), [])
        if (district.startswith(area) or area.startswith(district))
        and (None in (year, due.fiscal_year) or year == due.fiscal_year)
    ]
    return min(days, default=None)


def _state(due_on: date, reported: date | None, today: date) -> tuple[str, int]:
    if reported is not None:
        late = (reported - due_on).days
        return ("reported_late", late) if late > 0 else ("reported", 0)
    late = (today - due_on).days
    return ("late", late) if late > 0 else ("waiting", 0)


@for_viewer
def completeness(
    connection: Connection,
    register: str,
    province: str,
    *,
    viewer: Viewer,
    fiscal_year: int | None = None,
    base: str | None = None,
) -> Completeness:
    """How much of the province a register covers, for the line beside every result; as the viewer may know."""
    areas = areas_register.as_of(connection, level="subdistrict")
    codes = [code for code in areas["code"] if code.startswith(province)]
    reports = store.read_reports(connection, register, viewer=viewer)
    if base is not None:
        reports = reports[reports["base"] == base]
    if fiscal_year is not None:
        reports = reports[reports["fiscal_year"].isna() | reports["fiscal_year"].eq(fiscal_year)]
    spoken = set(reports["area_code"])
    reported = [code for code in codes if spoken & {code[:2], code[:4], code}]
    known = set(codes) & _with_records(connection, register, province, fiscal_year, base, viewer)
    share = len(reported) / len(codes) if codes else 0.0
    return Completeness(len(reported), len(known), len(codes), share, tuple(sorted(set(reports["base"]))))


def _with_records(
    connection: Connection, register: str, province: str, fiscal_year: int | None, base: str | None, viewer: Viewer
) -> set[str]:
    frame = store.read_register(connection, register, province, viewer=viewer, fiscal_year=fiscal_year)
    if "subdistrict_code" not in frame:
        return set()
    mine = frame if base is None else frame[frame["base"] == base]
    return set(mine["subdistrict_code"].dropna())
