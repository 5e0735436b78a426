"""Scope of a file, what it speaks for: only its rows, whole districts, or the whole province; which fiscal years.

A person states it; the program proposes a scope and never widens it. Only a stated scope turns absence into "none".
Layouts of our own files (demo, reference facts) state theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from loaders import reference, registers, store
from loaders.imports.account import SheetResult
from loaders.problems import Problem, Refused
from loaders.store import tables
from loaders.store.seen import for_viewer
from loaders.store.viewers import Viewer

ROWS, DISTRICTS, PROVINCE = KINDS = ("rows", "districts", "province")
BUDDHIST = 543
# Registers whose rows have no year, e.g. whether a plan booklet is held.
_OF_NO_YEAR = ("plan", "organisation", "role_holder", "agency", "stream")
WITHOUT_YEARS = registers.WithDefined(
    dict.fromkeys(_OF_NO_YEAR, True),
    lambda definition: None if any(column.name == "fiscal_year" for column in definition.columns) else True,
)


@dataclass(frozen=True)
class SpeaksFor:
    """A stated scope. ``districts`` empty = those that the rows name; ``years`` (Gregorian) empty = those of the rows.

    ``all_years``: it speaks for every year, whatever its rows name.
    """

    kind: str = ROWS
    districts: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    all_years: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"expected one of {KINDS}, found {self.kind!r}: say what the file speaks for")


def years_of(text: str) -> tuple[int, ...]:
    """``2549,2550`` or ``2549-2551`` (Buddhist or Gregorian) as Gregorian years.

    Raises ``Refused`` (``years_not_understood``).
    """
    gregorian: set[int] = set()
    for part in filter(None, (part.strip() for part in text.replace(" ", ",").split(","))):
        first, dash, last = part.partition("-")
        if not (first.isdigit() and (last.isdigit() or not dash)):
            raise Refused("years_not_understood", value=text)
        ends = [int(year) - BUDDHIST if int(year) > 2400 else int(year) for year in (first, last or first)]
        if not 1900 <= ends[0] <= ends[1] <= 2200:
            raise Refused("years_not_understood", value=text)
        gregorian.update(range(ends[0], ends[1] + 1))
    return tuple(sorted(gregorian))


def read(kind: str, years: str = "", districts: Sequence[str] = (), reason: str = "") -> SpeaksFor:
    """A scope from the command line or a form; ``years`` may be ``all``. Raises as :func:`years_of`."""
    is_all = years.strip().lower() == "all"
    return SpeaksFor(kind, tuple(filter(None, districts)), () if is_all else years_of(years), is_all, reason)


def proposal(results: Iterable[SheetResult], province: str) -> dict:
    """Default answers: the kind that the sheet's layout suggests, districts and fiscal years that its rows name."""
    results = list(results)
    kinds = {result.layout.scope.get("kind", ROWS) for result in results}
    named = sorted({code for result in results for code in _named(result, province)})
    years = sorted({year for result in results for year in _years(result) if year})
    needs_years = any(result.layout.register not in WITHOUT_YEARS for result in results)
    kind = kinds.pop() if len(kinds) == 1 else ROWS
    return {"kind": kind, "districts": named, "years": years, "needs_years": needs_years}


def _named(result: SheetResult, province: str) -> list[str]:
    codes = result.matched.loc[result.rows("loaded"), "district_code"].dropna()
    return sorted({code for code in codes if code.startswith(province)})


def _years(result: SheetResult) -> list[int]:
    values = result.read.values
    if "fiscal_year" not in values:
        return []
    return sorted({int(year) for year in values["fiscal_year"].loc[result.rows("loaded")].dropna()})


def check_districts(claim: SpeaksFor, province: str) -> None:
    """Raise ``Refused`` (``district_unknown``) for a district outside the province."""
    if claim.districts:
        districts = set(reference.subdistricts(province)["district_code"])
        for code in claim.districts:
            if code not in districts or not code.startswith(province):
                raise Refused("district_unknown", value=code)


def scope_rows(
    result: SheetResult, batch_id: int, base: str, province: str, claim: SpeaksFor | None, who: str, *, is_ours: bool
) -> list[dict]:
    """Rows of ``batch_scope`` for a sheet: as stated, else its rows only (our own files: as their layout says).

    Raises ``Refused`` (``scope_years_needed``) for a wider scope of a file that names no year.
    """
    register, layout = result.layout.register, result.layout
    if claim is None and is_ours:
        scope = layout.scope
        years = tuple(scope.get("fiscal_years", ()))
        claim = SpeaksFor(
            scope.get("kind", ROWS),
            tuple(scope.get("districts", ())),
            years,
            all_years=not years and not _years(result),
        )
    claim = claim or SpeaksFor()
    named = _named(result, province)
    areas = {PROVINCE: [province], DISTRICTS: list(claim.districts or named)}.get(claim.kind, named)
    years: Sequence[int | None] = list(claim.years) or _years(result)
    if claim.all_years or register in WITHOUT_YEARS:
        years = [None]
    if claim.kind != ROWS and not years:
        raise Refused(Problem("scope_years_needed", "refused", result.sheet.name))
    stated = {"stated_by": who, "stated_at": store.now(), "reason": claim.reason or None} if claim.kind != ROWS else {}
    key = {"batch_id": batch_id, "register": register, "base": base, "kind": claim.kind}
    empty = dict.fromkeys(("stated_by", "stated_at", "reason"))
    return [
        key | empty | stated | {"area_code": area, "fiscal_year": year} for area in areas for year in years or [None]
    ]


@for_viewer
def read_scopes(connection: Connection, *, viewer: Viewer) -> dict[int, list[dict]]:
    """Scope of every batch that the viewer may see (:func:`read_scope`); only the data team sees who stated it."""
    scopes = {int(key): read_scope(connection, int(key)) for key in store.read_batches(connection, viewer=viewer)["id"]}
    if not viewer.is_team:
        hidden = dict.fromkeys(("stated_by", "stated_at", "reason"))
        return {key: [entry | hidden for entry in entries] for key, entries in scopes.items()}
    return scopes


def read_scope(connection: Connection, batch_id: int) -> list[dict]:
    """Scope of a batch, one dict per register.

    ``register``, ``kind``, ``areas``, ``years`` (None = every year), ``stated_by``, ``stated_at``, ``reason``.
    """
    scope = tables.batch_scope
    by_register: dict[str, dict] = {}
    for row in connection.execute(select(scope).where(scope.c.batch_id == batch_id).order_by(scope.c.id)):
        entry = by_register.setdefault(row.register, {"register": row.register, "kind": row.kind, "areas": [], "years": [],
                                              "stated_by": row.stated_by, "stated_at": row.stated_at, "reason": row.reason})  # fmt: skip
        entry["areas"] += [row.area_code] if row.area_code not in entry["areas"] else []
        entry["years"] += [row.fiscal_year] if row.fiscal_year not in entry["years"] else []
    return list(by_register.values())


def change(connection: Connection, batch_id: int, claim: SpeaksFor, who: str) -> None:
    """Replace the scope of a batch, with a reason; the audit trail keeps the former one.

    Without ``years`` the years stated before stay. Raises ``Refused``: ``batch_unknown``, ``reason_missing``,
    ``district_unknown``, ``scope_years_needed``, ``scope_districts_needed``.
    """
    if not claim.reason.strip():
        raise Refused("reason_missing")
    batch, scope = tables.import_batch, tables.batch_scope
    batch_row = connection.execute(select(batch.c.base, batch.c.summary).where(batch.c.id == batch_id)).first()
    before = read_scope(connection, batch_id)
    if batch_row is None or not before:
        raise Refused("batch_unknown", value=str(batch_id))
    province = json.loads(batch_row.summary).get("province") or before[0]["areas"][0][:2]
    check_districts(claim, province)
    for entry in before:
        register = entry["register"]
        areas = _areas_of(connection, batch_id, register, claim, province)
        years = [None] if claim.all_years or register in WITHOUT_YEARS else list(claim.years) or entry["years"]
        if claim.kind != ROWS and None in years and not claim.all_years and register not in WITHOUT_YEARS:
            raise Refused("scope_years_needed")
        connection.execute(delete(scope).where(scope.c.batch_id == batch_id, scope.c.register == register))
        stated = {"kind": claim.kind, "stated_by": who, "stated_at": store.now(), "reason": claim.reason.strip()}
        key = {"batch_id": batch_id, "register": register, "base": batch_row.base}
        rows = [key | stated | {"area_code": area, "fiscal_year": year} for area in areas for year in years]
        store.insert_rows(connection, scope, rows)
    words = json.dumps({"before": before, "now": read_scope(connection, batch_id)}, ensure_ascii=False)
    store.note(connection, who, "speaks_for", words, batch_id)
    store.touch(connection)


def _areas_of(connection: Connection, batch_id: int, register: str, claim: SpeaksFor, province: str) -> list[str]:
    if claim.kind == PROVINCE:
        return [province]
    if claim.kind == DISTRICTS and claim.districts:
        return list(claim.districts)
    table = tables.REGISTERS[register]
    named: list[str] = []
    if "district_code" in table.c:
        query = select(table.c.district_code).where(
            table.c.batch_id == batch_id, tables.of_register(register), table.c.district_code.is_not(None)
        )
        named = sorted({code for code in connection.execute(query.distinct()).scalars() if code.startswith(province)})
    if not named and claim.kind == DISTRICTS:
        raise Refused("scope_districts_needed")
    return named or [province]
