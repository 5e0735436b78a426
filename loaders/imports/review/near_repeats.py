"""Near repeats at the review desk: a person decides whether two lines are the same money.

If so, one line is retired: removed from the register, counted as excluded, and kept in the decision for undo. Lines
marked as different are not asked about again, whatever file contains them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, Engine, delete, insert, select, update

from loaders import store
from loaders.imports import batches
from loaders.imports.account import RETIRED
from loaders.imports.near_repeats import DIFFERENT, Line, Pair, waiting
from loaders.problems import Refused
from loaders.store import tables

KINDS = (DIFFERENT, RETIRED)


def decide(engine: Engine, province: str, pair: Pair, retire: int | None, reason: str, who: str) -> None:
    """Retire the line with key ``retire`` as the same money as the other; None marks the two as different.

    Raises ``Refused``: ``reason_missing``; ``rows_already_decided`` when the pair is no longer open.
    """
    if not reason.strip():
        raise Refused("reason_missing")
    lines = {line.id: line for line in (pair.later, pair.earlier)}
    with store.writing(engine) as connection:
        still = {frozenset((open_pair.later.id, open_pair.earlier.id)) for open_pair in waiting(connection, province)}
        if frozenset(lines) not in still or (retire is not None and retire not in lines):
            raise Refused("rows_already_decided")
        line = lines[retire] if retire is not None else pair.later
        other = pair.earlier if line is pair.later else pair.later
        entry = _entry(line, other, pair, reason, who)
        if retire is None:
            entry |= {"kind": DIFFERENT, "outcome": "loaded", "before": "{}"}
        else:
            support = tables.support
            row = connection.execute(select(support).where(support.c.id == line.id)).mappings().one()
            entry |= {"kind": RETIRED, "outcome": "excluded", "outcome_reason": RETIRED, "satang_after": line.satang}
            entry["before"] = json.dumps(dict(row), ensure_ascii=False, default=str)
            connection.execute(delete(support).where(support.c.id == line.id))
            batches.add_excluded(connection, line.batch, RETIRED, 1, line.satang)
            batches.shift(connection, line.batch, "loaded", -1, -line.satang)
            batches.shift(connection, line.batch, "excluded", 1, line.satang)
            batches.sum_again(connection, line.batch)
        connection.execute(insert(tables.correction).values(**entry))
        store.note(
            connection, who, entry["kind"], f"{line.file} {line.row} · {other.file} {other.row}: {reason}", line.batch
        )
        store.touch(connection)


def _entry(line: Line, other: Line, pair: Pair, reason: str, who: str) -> dict[str, Any]:
    """The row of ``correction``; ``value`` names the other line, ``heading`` is the key of the pair."""
    return {
        "batch_id": line.batch, "sheet": line.sheet, "row": line.row, "register": "support", "outcome_reason": None,
        "heading": pair.key, "value": f"{other.batch} · {other.file} · {other.row}", "satang_before": line.satang,
        "satang_after": line.satang, "reason": reason, "decided_by": who, "decided_at": store.now(), "is_undone": False,
    }  # fmt: skip


def reopen(connection: Connection, decision: Mapping[str, Any]) -> None:
    """Undo: put a retired line back into its register and update its batch's account."""
    if decision["kind"] == DIFFERENT:
        return
    before = json.loads(decision["before"])
    del before["id"]  # a later line may have got the same key
    for column in tables.support.columns:
        if isinstance(column.type, Date) and before.get(column.name):
            before[column.name] = date.fromisoformat(before[column.name])
    store.insert_rows(connection, tables.support, [before])
    batches.take_excluded(connection, decision["batch_id"], RETIRED, 1, decision["satang_after"])
    batches.shift(connection, decision["batch_id"], "excluded", -1, -decision["satang_after"])
    batches.shift(connection, decision["batch_id"], "loaded", 1, decision["satang_after"])


def release(connection: Connection, decision: Mapping[str, Any]) -> None:
    """Undo the retirements of a row whose own decision is undone."""
    table = tables.correction
    mine = [table.c[name] == decision[name] for name in ("batch_id", "sheet", "row")]
    query = select(table).where(*mine, table.c.kind == RETIRED, table.c.is_undone.is_(False))
    for retired in connection.execute(query).mappings().all():
        reopen(connection, retired)
        connection.execute(update(table).where(table.c.id == retired["id"]).values(is_undone=True))
