"""Nothing to report: a base states that it has no rows for an area and period, which counts as a report.

Stored as a batch without rows: dated, with name and reason, shown among the sources, withdrawn and put back like a
file.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date

from sqlalchemy import Connection, func, insert, or_, select

from loaders import codes, store
from loaders.decisions import dues
from loaders.imports.account import OUTCOMES
from loaders.imports.batches import CODE_LISTS
from loaders.imports.speaks_for import DISTRICTS, ROWS, WITHOUT_YEARS, SpeaksFor, check_districts
from loaders.problems import Refused
from loaders.store import in_use, tables
from loaders.store.read import PROVINCE_MARK
from loaders.words import catalogue

LAYOUT = "nothing_to_report"


def registers() -> list[str]:
    """Registers for which a base can state that it has nothing."""
    return [name for name in tables.REGISTERS if name not in CODE_LISTS]


def state(
    connection: Connection,
    base: str,
    register: str,
    claim: SpeaksFor,
    province: str,
    who: str,
    as_of: date | None = None,
) -> int:
    """Store the statement; returns its batch key. Absence in that area and period is then "none" for this base.

    Raises ``Refused``: ``nothing_needs_scope`` (scope is rows only), ``reason_missing``, ``base_missing``,
    ``register_unknown``, ``scope_districts_needed``, ``district_unknown``, ``scope_years_needed``, ``nothing_but_rows``
    (the base has active rows in that area and period).
    """
    years = _check(connection, base, register, claim, province)
    areas = list(claim.districts) if claim.kind == DISTRICTS else [province]
    if rows := _rows_there(connection, base, register, areas, years):
        raise Refused("nothing_but_rows", value=f"{rows:,}")
    in_use.take_real(connection, who)
    at = store.now()
    mark = json.dumps([LAYOUT, base, register, areas, list(years), at])
    batch = {
        "base": base, "file_name": catalogue("th")["nothing_file"], "file_sha256": hashlib.sha256(mark.encode()).hexdigest(),
        "layouts": LAYOUT, "loaded_at": at, "loaded_by": who, "as_of": as_of or date.fromisoformat(at[:10]), "is_demo": False,
        "is_active": True, "summary": json.dumps({PROVINCE_MARK: province, "nothing": register}),
    } | dict.fromkeys(("rows_in", "satang_in", *(f"{what}_{outcome}" for what in ("rows", "satang") for outcome in OUTCOMES)), 0)  # fmt: skip
    number = connection.execute(
        insert(tables.import_batch).values(**batch).returning(tables.import_batch.c.id)
    ).scalar_one()
    key = {"batch_id": number, "register": register, "base": base, "kind": claim.kind,
           "stated_by": who, "stated_at": at, "reason": claim.reason.strip()}  # fmt: skip
    spoken = [key | {"area_code": area, "fiscal_year": year} for area in areas for year in years]
    store.insert_rows(connection, tables.batch_scope, spoken)
    dues.list_unasked(connection, base, {register}, province, who)
    when = ",".join("*" if year is None else str(year) for year in years)
    store.note(connection, who, LAYOUT, f"{base} {register} {','.join(areas)} {when}: {claim.reason.strip()}", number)
    store.touch(connection)
    return number


def _check(connection: Connection, base: str, register: str, claim: SpeaksFor, province: str) -> tuple[int | None, ...]:
    """Check the statement; returns its fiscal years (None = every year)."""
    if claim.kind == ROWS:
        raise Refused("nothing_needs_scope")
    if not claim.reason.strip():
        raise Refused("reason_missing")
    if not base.strip():
        raise Refused("base_missing")
    if register not in registers():
        raise Refused("register_unknown", value=register)
    if claim.kind == DISTRICTS and not claim.districts:
        raise Refused("scope_districts_needed")
    check_districts(claim, province)
    if claim.all_years or register in WITHOUT_YEARS:
        return (None,)
    if not claim.years:
        raise Refused("scope_years_needed")
    return claim.years


def _rows_there(
    connection: Connection, base: str, register: str, areas: list[str], years: tuple[int | None, ...]
) -> int:
    """Number of active rows of the base that contradict the statement."""
    table, batch = tables.REGISTERS[register], tables.import_batch
    query = select(func.count()).select_from(table).join(batch, batch.c.id == table.c.batch_id)
    into = codes.merged("agency")
    bases = {base, *(code for code, other in into.items() if other == into.get(base, base))}
    query = query.where(batch.c.is_active, batch.c.base.in_(bases), tables.of_register(register))
    if "province_code" in table.c:
        query = query.where(
            or_(*((table.c.province_code if len(area) == 2 else table.c.district_code) == area for area in areas))
        )
    if "fiscal_year" in table.c and None not in years:
        query = query.where(table.c.fiscal_year.in_(years))
    return connection.execute(query).scalar_one()
