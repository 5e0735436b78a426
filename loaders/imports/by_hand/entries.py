"""Add, correct and end an entry of a register by hand, with name, time and reason; cells are read as in its template.

Nothing is changed in place: an added entry is a row in a separate batch per base, a correction or an end is applied
when the row is read (:mod:`loaders.store.by_hand`), and each can be undone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, func, insert, select, update

from loaders import registers, store
from loaders.imports import batches
from loaders.layouts import layout as layouts
from loaders.layouts.layout import Layout
from loaders.layouts.values import read_rows
from loaders.problems import Refused
from loaders.settings import home_province
from loaders.store import by_hand, code_lists, in_use, tables
from loaders.store.by_hand import ADD, CORRECT, RETIRE
from loaders.store.privacy import CONTACTS, HIDDEN, Viewer, redact
from loaders.store.read import PROVINCE_MARK, level_of, read_sharing
from loaders.store.seen import for_viewer, signed, signer, written_for
from loaders.words import catalogue

REGISTERS = ("role_holder", "organisation", "plan", "welfare_fund")  # and every defined register
SHORTEST_REASON = 5  # characters; "ok" explains nothing
NO_BASE = "board"  # base of entries without one
_change, _batch = tables.entry_change, tables.import_batch


class Row(NamedTuple):
    """A row of a register: digest of its file, sheet, row number."""

    file_sha256: str
    sheet: str
    row: int


def allowed(register: str) -> bool:
    """Whether entries of a register can be edited by hand."""
    return register in REGISTERS or register in registers.defined()


def layout_of(register: str) -> Layout:
    """The layout of a register's template."""
    return next(layout for layout in layouts.shipped() if layout.code == f"template_{register}")


def row_of(connection: Connection, register: str, number: int) -> Row:
    """The row with the store's key ``number``. Raises ``Refused`` (``entry_unknown``)."""
    table = tables.REGISTERS[register]
    query = (
        select(_batch.c.file_sha256, table.c.sheet, table.c.row)
        .join(_batch, _batch.c.id == table.c.batch_id)
        .where(table.c.id == number, _batch.c.is_active, tables.of_register(register))
    )
    if (row := connection.execute(query).first()) is None:
        raise Refused("entry_unknown", value=str(number))
    return Row(*row)


def add(
    connection: Connection,
    register: str,
    cells: Mapping[str, str],
    area_code: str | None,
    who: str,
    reason: str,
    base: str = NO_BASE,
    province: str | None = None,
) -> int:
    """Add an entry from cells by our column, at a place (8, 6, 4 or 2 digits) or without one; returns its key.

    Raises ``Refused``: ``entry_reason_missing``, ``decision_person_missing``, ``entry_not_by_hand``,
    ``entry_place_missing``, ``columns_not_understood``, or the problem of an unreadable cell with its heading and
    value.
    """
    reason, who = _reason_and_person(connection, register, reason, who)
    layout, values = layout_of(register), _read(connection, register, cells, whole=True)
    if area_code is None and layout.without_place != "load":
        raise Refused("entry_place_missing")
    batch = _own_batch(connection, base, province or home_province(), who)
    sheet = register
    table = tables.REGISTERS[register]
    last = select(func.max(table.c.row)).where(table.c.batch_id == batch, table.c.sheet == sheet)
    row = int(connection.execute(last).scalar() or 0) + 1
    record = {"batch_id": batch, "sheet": sheet, "row": row} | by_hand.place_columns(area_code)
    if table is tables.entry:
        record |= {"register": register, "content": registers.packed(values)}
    else:
        record |= {name: None if pd.isna(value) else value for name, value in values.items() if name in table.c}
    number = connection.execute(insert(table).values(**record).returning(table.c.id)).scalar_one()
    batches.shift(connection, batch, "loaded", 1, 0)
    store.finish_batch(connection, batch)
    digest = connection.execute(select(_batch.c.file_sha256).where(_batch.c.id == batch)).scalar_one()
    _write(connection, register, ADD, Row(digest, sheet, row), {}, None, reason, who)
    return int(number)


def correct(
    connection: Connection,
    register: str,
    number: int,
    cells: Mapping[str, str],
    who: str,
    reason: str,
    area_code: str | None = None,
    seen: int | None = None,
) -> int:
    """Correct cells of an entry, and its place when one is given; returns the change's key.

    An empty cell makes the value missing. ``seen`` is :func:`last_change` when the person opened the entry. Raises as
    :func:`add`, and ``entry_unknown``, ``entry_unchanged``, ``entry_changed_meanwhile``.
    """
    reason, who = _reason_and_person(connection, register, reason, who)
    row = row_of(connection, register, number)
    _refuse_unseen(connection, register, row, seen)
    values = {name: _plain(value) for name, value in _read(connection, register, cells, whole=False).items()}
    if area_code is not None:
        values |= by_hand.place_columns(area_code)
    if not values:
        raise Refused("entry_unchanged")
    return _write(connection, register, CORRECT, row, values, None, reason, who)


def retire(
    connection: Connection,
    register: str,
    number: int,
    who: str,
    reason: str,
    effective_on: date | None = None,
    seen: int | None = None,
) -> int:
    """End an entry on a day (at once without one); returns the change's key. Raises as :func:`correct`."""
    reason, who = _reason_and_person(connection, register, reason, who)
    row = row_of(connection, register, number)
    _refuse_unseen(connection, register, row, seen)
    return _write(connection, register, RETIRE, row, {}, effective_on, reason, who)


def last_change(connection: Connection, register: str, number: int) -> int:
    """A number that grows with every change of an entry and every undo of one; 0 = never changed."""
    return _last(connection, register, row_of(connection, register, number))[0]


def _last(connection: Connection, register: str, row: Row) -> tuple[int, str]:
    at = (_change.c.file_sha256 == row.file_sha256, _change.c.sheet == row.sheet, _change.c.row == row.row)
    query = select(_change).where(_change.c.register == register, *at).order_by(_change.c.id)
    rows = connection.execute(query).all()
    undone = sum(change.undone_at is not None for change in rows)  # an undo, too, changes what the person saw
    return (rows[-1].id * 1_000 + undone, str(rows[-1].on_behalf_of or rows[-1].decided_by)) if rows else (0, "")


def _refuse_unseen(connection: Connection, register: str, row: Row, seen: int | None) -> None:
    """Refuse to save an entry that another person changed since it was opened."""
    if seen is not None and (now := _last(connection, register, row))[0] != seen:
        raise Refused("entry_changed_meanwhile", value=now[1])


def undo(connection: Connection, key: int, who: str) -> bool:
    """Undo a change, which stays on record; undoing an addition ends the entry. False when there is nothing to undo."""
    query = select(_change).where(_change.c.id == key, _change.c.undone_at.is_(None))
    if (change := connection.execute(query).first()) is None:
        return False
    by = signed(connection, _person(connection, who))[0]
    connection.execute(update(_change).where(_change.c.id == key).values(undone_by=by, undone_at=store.now()))
    store.note(connection, who, "undo_entry", f"{change.register} {key}")
    if change.kind == ADD:
        where = Row(change.file_sha256, change.sheet, change.row)
        _write(connection, change.register, RETIRE, where, {}, None, change.reason, who)
    store.touch(connection)
    return True


@for_viewer
def read_changes(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """Changes of entries, also undone ones, newest first, of data sets that the viewer may see.

    ``batch_id``: newest batch with the row; ``is_in_use``: whether that batch is active. Name and reason are for the
    data team (a partner sees the reason); cells that name people are hidden from the public.
    """
    frame = pd.read_sql_query(select(_change).order_by(_change.c.id.desc()), connection)
    query = select(_batch.c.id, _batch.c.file_sha256, _batch.c.base, _batch.c.is_active).order_by(_batch.c.id)
    by_file = {row.file_sha256: row for row in connection.execute(query)}
    frame["base"] = [by_file[digest].base if digest in by_file else None for digest in frame["file_sha256"]]
    numbers = [by_file[digest].id if digest in by_file else None for digest in frame["file_sha256"]]
    frame["batch_id"] = pd.array(numbers, "Int64")
    frame["is_in_use"] = [digest in by_file and bool(by_file[digest].is_active) for digest in frame["file_sha256"]]
    frame = frame.assign(who=written_for(frame["decided_by"], frame["on_behalf_of"])).drop(
        columns=["decided_by", "on_behalf_of"]
    )
    if viewer.is_team:
        return frame
    sharing = read_sharing(connection)
    seen = [
        isinstance(base, str) and viewer.may_see(level_of(sharing, register, base), base)
        for register, base in zip(frame["register"], frame["base"], strict=True)
    ]
    frame = frame[pd.Series(seen, index=frame.index, dtype=bool)].reset_index(drop=True)
    frame = frame.assign(who=HIDDEN, undone_by=frame["undone_by"].where(frame["undone_by"].isna(), HIDDEN))
    if viewer.role == "public":
        content = [
            by_hand.without_people(text, register, CONTACTS)
            for text, register in zip(frame["content"], frame["register"], strict=True)
        ]
        frame = redact(frame.assign(content=content, reason=HIDDEN))
    return frame


def _person(connection: Connection, who: str) -> str:
    name = " ".join((who or "").split())
    if not name and signer(connection) is None:
        raise Refused("decision_person_missing")
    return name


def _reason_and_person(connection: Connection, register: str, reason: str, who: str) -> tuple[str, str]:
    if not allowed(register):
        raise Refused("entry_not_by_hand", value=register)
    words = " ".join((reason or "").split())
    if len(words) < SHORTEST_REASON:
        raise Refused("entry_reason_missing")
    return words, _person(connection, who)


def _read(connection: Connection, register: str, cells: Mapping[str, str], *, whole: bool) -> dict[str, Any]:
    """Cells by our column -> values by stored column; ``whole``: required columns must be among them."""
    layout = layout_of(register)
    unknown = set(cells) - set(layouts.VALUES[register])
    if unknown:
        raise Refused("columns_not_understood", value=", ".join(sorted(unknown)))
    headings = {ours: layout.columns[ours][0] for ours in cells}
    frame = pd.DataFrame({headings[ours]: [str(text or "")] for ours, text in cells.items()}, index=[1])
    code_lists.lay_over(connection)
    read = read_rows(frame, layout, register, code_lists.registered(connection))
    needed = layouts.REQUIRED.get(register, ())
    values = read.values
    missing = [
        column
        for column in needed
        if (whole or column in cells) and (column not in values or values[column].isna().all())
    ]
    if missing:
        raise Refused("value_missing", column=layout.columns[missing[0]][0], value=layout.columns[missing[0]][0])
    for problem in read.problems:
        if problem.severity == "quarantined" and problem.code != "value_missing":
            raise Refused(problem.code, column=problem.column, value=problem.value, suggestion=problem.suggestion)
    batches.add_names(connection, read)
    stored = values.rename(columns=registers.stored(register))
    return {str(name): stored[name].iloc[0] for name in stored}


def _plain(value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    return value.isoformat()[:10] if hasattr(value, "isoformat") else value.item() if hasattr(value, "item") else value


def _own_batch(connection: Connection, base: str, province: str, who: str) -> int:
    """The batch of entries added by hand for a base and province, created when missing.

    Beside demo data it is demo data too, and is withdrawn with it.
    """
    is_demo = in_use.holds(connection) == "demo"
    digest = f"{by_hand.FILE}:{base}:{province}{':demo' if is_demo else ''}"
    mine = select(_batch.c.id).where(_batch.c.file_sha256 == digest, _batch.c.is_active)
    if (number := connection.execute(mine).scalar()) is not None:
        return int(number)
    if not is_demo:
        in_use.take_real(connection, who)
    zero = {f"{what}_{how}": 0 for what in ("rows", "satang") for how in ("in", "loaded", "quarantined", "excluded")}
    row = {
        "base": base, "file_name": catalogue("th")["file_by_hand"], "file_sha256": digest, "layouts": by_hand.FILE, "loaded_at": store.now(),
        "loaded_by": signed(connection, who)[0], "is_demo": is_demo, "is_active": True, **zero,
        "summary": f'{{"{PROVINCE_MARK}": "{province}"}}',
    }  # fmt: skip
    return int(connection.execute(insert(_batch).values(**row).returning(_batch.c.id)).scalar_one())


def _write(
    connection: Connection, register: str, kind: str, row: Row, values: Mapping[str, Any], day: date | None, reason: str, who: str,
) -> int:  # fmt: skip
    by, behalf = signed(connection, who)
    made = {
        "register": register, "kind": kind, **row._asdict(), "effective_on": day, "content": _packed(values), "reason": reason,
        "decided_by": by, "on_behalf_of": behalf, "decided_at": store.now(),
    }  # fmt: skip
    key = connection.execute(insert(_change).values(**made).returning(_change.c.id)).scalar_one()
    store.note(connection, who, f"entry_{kind}", f"{register} {key}: {', '.join(values)}")
    store.touch(connection)
    return int(key)


def _packed(values: Mapping[str, Any]) -> str:
    """JSON of a correction; keeps ``None`` (value removed), which :func:`registers.packed` leaves out."""
    return json.dumps(dict(values), ensure_ascii=False)
