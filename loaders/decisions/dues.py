"""Expected reports: which base owes which register for which area and fiscal year, and by which day.

The table starts with ``data/rules/expected_reports.toml``; people add, move and retire entries. Nothing else decides
who owes a report. A base that sends a file unasked is listed as not asked and owes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, delete, insert, select, update

from loaders import codes, settings
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.connection import insert_rows, note, now, reading, touch, writing
from loaders.store.privacy import Viewer, level_of
from loaders.store.read import as_merged, read_sharing
from loaders.store.seen import for_viewer

SEEDED = "expected_reports"  # name of the mark in ``setting``
NOT_SHARED = "not_shared"  # replaces every base whose data set the viewer may not see
WORDS = ("functions", "agencies", "streams")
COLUMNS = (
    "due_id", "base", "register", "area_code", "fiscal_year", "due_on", "due_days", "is_asked", *WORDS, "note", "set_by",
)  # fmt: skip


def day_of(due_on: date | None, due_days: int | None, fiscal_year: int | None) -> date | None:
    """Deadline of a report: the stated day, else ``due_days`` after 30 September of the fiscal year, else None."""
    if due_on is not None and not pd.isna(due_on):
        return due_on
    if due_days is None or pd.isna(due_days) or fiscal_year is None or pd.isna(fiscal_year):
        return None
    return date(int(fiscal_year), 9, 30) + timedelta(days=int(due_days))


def ensure(engine: Engine) -> None:
    """Insert the starting set for the home province unless the store has it; later edits in the store stay."""
    with reading(engine) as connection:
        if _is_seeded(connection):
            return
    with writing(engine) as connection:
        if not _is_seeded(connection):
            insert_rows(connection, tables.due, starting_set(settings.home_province()))
            connection.execute(delete(tables.setting).where(tables.setting.c.name == SEEDED))
            connection.execute(insert(tables.setting).values(name=SEEDED, value=now()))


def _is_seeded(connection: Connection) -> bool:
    """Whether the starting set of the present home province is in; another home province gets its own."""
    setting, mine = tables.setting, tables.due.c.area_code.startswith(settings.home_province())
    return (
        connection.execute(select(setting.c.name).where(setting.c.name == SEEDED)).first() is not None
        and connection.execute(select(tables.due.c.id).where(mine).limit(1)).first() is not None
    )


def starting_set(province: str) -> list[dict]:
    """Rows of the starting set for a province (two-digit code)."""
    content = codes.rule_file(SEEDED)
    functions = {entry["code"]: entry.get("functions", []) for entry in codes.agencies()}
    owners: dict[str, list[str]] = {}
    for entry in codes.streams():
        owners.setdefault(entry.get("owner", ""), []).append(entry["code"])
    rows = []
    for report in content["report"]:
        agencies = report.get("agencies", [report["base"]])
        listed = {
            "agencies": agencies,
            "functions": report.get("functions") or [code for agency in agencies for code in functions.get(agency, ())],
            "streams": report.get("streams") or [code for agency in agencies for code in owners.get(agency, ())],
        }
        is_asked = report.get("asked", True)
        days = report.get("due_days", content["due_days"]) if is_asked else None
        row = {"base": report["base"], "register": report["register"], "area_code": province, "due_days": days}
        stated = {"is_asked": is_asked, "set_by": "setup", "set_at": now()}
        rows.append(row | stated | {name: _joined(values) for name, values in listed.items()})
    return rows


def _joined(values: list[str] | tuple[str, ...] | None) -> str | None:
    return ",".join(dict.fromkeys(values)) if values else None


@for_viewer
def read_dues(
    connection: Connection, register: str | None = None, province: str | None = None, *, viewer: Viewer
) -> pd.DataFrame:
    """Every listed report that is not retired, columns :data:`COLUMNS`; ``is_asked`` False owes nothing.

    A base whose data set the viewer may not see is named :data:`NOT_SHARED`: it owes a report that this viewer never
    sees as given.
    """
    table = tables.due
    query = select(table.c.id.label("due_id"), *(table.c[name] for name in COLUMNS[1:]))
    query = query.where(table.c.retired_at.is_(None)).order_by(table.c.base, table.c.register, table.c.id)
    if register is not None:
        query = query.where(table.c.register == register)
    if province is not None:
        query = query.where(table.c.area_code.startswith(province))
    frame = pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=list(COLUMNS))
    frame = frame.astype(dict.fromkeys(("fiscal_year", "due_days"), "Int64") | {"is_asked": bool})
    frame = frame.astype(dict.fromkeys(("base", "register", "area_code", *WORDS), "string"))
    if not viewer.is_team and len(frame):
        sharing = read_sharing(connection)
        seen = [
            viewer.may_see(level_of(sharing, register, base), base)
            for register, base in zip(frame["register"], frame["base"], strict=True)
        ]
        frame["base"] = frame["base"].where(pd.Series(seen, index=frame.index), NOT_SHARED)
        frame["note"], frame["set_by"] = None, ""
    return as_merged(connection, frame)


def set_due(
    connection: Connection, base: str, register: str, who: str, *, area_code: str | None = None, fiscal_year: int | None = None,
    due_on: date | None = None, due_days: int | None = None, is_asked: bool = True, note_: str | None = None,
    bears_on: Mapping[str, list[str]] | None = None,
) -> int:  # fmt: skip
    """Expect a report of a base, or change the open entry for the same base, register, area and year; returns its key.

    ``area_code``: province or district, None = the home province; ``fiscal_year`` None = every year; ``due_on`` and
    ``due_days`` may both be missing. ``bears_on``: the ``functions``, ``agencies``, ``streams`` that the report covers;
    for a new entry what is missing comes from the base's code list entry, and an empty field covers everything.
    """
    area = area_code or settings.home_province()
    table = tables.due
    same = select(table.c.id).where(
        table.c.base == base, table.c.register == register, table.c.area_code == area, table.c.retired_at.is_(None),
        table.c.fiscal_year.is_(None) if fiscal_year is None else table.c.fiscal_year == fiscal_year,
    )  # fmt: skip
    values: dict[str, Any] = {
        "due_on": due_on,
        "due_days": due_days,
        "is_asked": is_asked,
        "note": note_,
        "set_by": who,
        "set_at": now(),
    }
    values |= {name: _joined(codes_) for name, codes_ in (bears_on or {}).items() if name in WORDS}
    key = connection.execute(same).scalar()
    if key is None:
        values = (
            _own_words(base)
            | values
            | {"base": base, "register": register, "area_code": area, "fiscal_year": fiscal_year}
        )
        key = connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
    else:
        connection.execute(update(table).where(table.c.id == key).values(**values))
    term = due_on.isoformat() if due_on else f"+{due_days}" if due_days is not None else "-"
    note(
        connection, who, "set_due" if is_asked else "not_asked", f"{base} {register} {area} {fiscal_year or '*'} {term}"
    )
    touch(connection)
    return key


def _own_words(base: str) -> dict[str, str | None]:
    entry = next((agency for agency in codes.agencies() if agency["code"] == base), {})
    streams = [stream["code"] for stream in codes.streams() if stream.get("owner") == base]
    return {"agencies": base, "functions": _joined(entry.get("functions")), "streams": _joined(streams)}


def move(
    connection: Connection, due_id: int, due_on: date | None, due_days: int | None, who: str, because: str
) -> None:
    """Change the deadline of an expected report. Raises ``Refused``: ``due_unknown``, ``reason_missing``."""
    before = _open(connection, due_id, because)
    values = {"due_on": due_on, "due_days": due_days, "set_by": who, "set_at": now(), "is_asked": True}
    connection.execute(update(tables.due).where(tables.due.c.id == due_id).values(**values))
    was, is_ = (_day_words(*pair) for pair in ((before.due_on, before.due_days), (due_on, due_days)))
    note(
        connection,
        who,
        "move_due",
        f"{before.base} {before.register} {before.area_code} {was} -> {is_}: {because.strip()}",
    )
    touch(connection)


def move_year(
    connection: Connection, due_id: int, fiscal_year: int | None, due_on: date, who: str, because: str
) -> None:
    """Change the deadline for one fiscal year; an entry for every year stays, and that year gets its own entry.

    Raises ``Refused``: ``due_unknown``, ``reason_missing``.
    """
    before = _open(connection, due_id, because)
    if before.fiscal_year is not None or fiscal_year is None:
        move(connection, due_id, due_on, None, who, because)
        return
    words = {name: str(getattr(before, name)).split(",") for name in WORDS if getattr(before, name)}
    set_due(connection, before.base, before.register, who, area_code=before.area_code, fiscal_year=fiscal_year,
            due_on=due_on, note_=because.strip(), bears_on=words)  # fmt: skip


def _day_words(due_on: date | None, due_days: int | None) -> str:
    return due_on.isoformat() if due_on else "-" if due_days is None else f"+{due_days}"


def retire(connection: Connection, due_id: int, who: str, because: str) -> None:
    """Stop expecting a report; the row stays. Raises ``Refused``: ``due_unknown``, ``reason_missing``."""
    before = _open(connection, due_id, because)
    values = {"retired_at": now(), "retired_by": who, "retired_because": because.strip()}
    connection.execute(update(tables.due).where(tables.due.c.id == due_id).values(**values))
    note(connection, who, "retire_due", f"{before.base} {before.register} {before.area_code}: {because.strip()}")
    touch(connection)


def _open(connection: Connection, due_id: int, because: str) -> Any:
    if not because.strip():
        raise Refused("reason_missing")
    table = tables.due
    due = connection.execute(select(table).where(table.c.id == due_id, table.c.retired_at.is_(None))).first()
    if due is None:
        raise Refused("due_unknown", value=str(due_id))
    return due


def list_unasked(connection: Connection, base: str, registers: set[str], province: str, who: str) -> None:
    """List a base as not asked for registers it sent without an entry; runs inside the import's transaction."""
    table = tables.due
    asked = select(table.c.register).where(table.c.base == base, table.c.area_code.startswith(province))
    for register in sorted(registers - set(connection.execute(asked).scalars())):
        values = {
            "base": base,
            "register": register,
            "area_code": province,
            "is_asked": False,
            "set_by": who,
            "set_at": now(),
        }
        connection.execute(insert(table).values(**_own_words(base), **values))
        note(connection, who, "not_asked", f"{base} {register} {province}")
