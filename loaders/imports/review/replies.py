"""Replies by link at the review desk: accepted, accepted with a change of their row, or refused.

A change is a decision like any other: dated, with name and reason, keeps the row as it was, and can be undone. The
batch's account is updated to the satang.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Date, Engine, delete, insert, select, update

from loaders import store
from loaders.imports import batches
from loaders.problems import Refused
from loaders.replies import inbox
from loaders.store import tables
from loaders.thai.dates import parse_date
from loaders.thai.numbers import parse_baht, parse_count

KIND = "reply"
BY_HAND = "by_hand"  # reason in the batch's account for a removed row
TAKEN_OUT = "taken_out"  # a value of ``Change.column`` besides column names
MONEY = ("amount_satang", "committed_satang", "paid_satang")
COLUMNS = (*MONEY, "people_reached", "starts_on", "ends_on", "activity")


class Change(NamedTuple):
    """A change of a row: ``column`` gets ``value`` as typed (baht, Thai date), or ``column`` is ``taken_out``."""

    column: str
    value: str = ""


def accept(engine: Engine, key: int, reason: str, who: str, change: Change | None = None) -> None:
    """Accept a reply; with ``change`` its row is corrected, too.

    Raises ``Refused``: ``reply_decided``, ``reason_missing`` (of a change), ``reply_row_gone`` (the row's file is not
    active, or the reply names no row), ``reply_value_unreadable``.
    """
    with store.writing(engine) as connection:
        reply = inbox.waiting(connection, key)
        number = _change(connection, reply, change, reason, who) if change else None
        inbox.decide(connection, key, "accepted", reason, who, number)


def refuse(engine: Engine, key: int, reason: str, who: str) -> None:
    """Refuse a reply; the sender reads the reason. Raises ``Refused``: ``reason_missing``, ``reply_decided``."""
    with store.writing(engine) as connection:
        inbox.decide(connection, key, "refused", reason, who)


def _change(connection: Connection, reply: Mapping[str, Any], change: Change, reason: str, who: str) -> int:
    if not reason.strip():
        raise Refused("reason_missing")
    row = row_of(connection, reply)
    if row is None:
        raise Refused("reply_row_gone")
    support, batch_id = tables.support, row["batch_id"]
    money = row["amount_satang"] or 0
    entry = {
        "batch_id": batch_id, "sheet": row["sheet"], "row": row["row"], "register": "support", "kind": KIND,
        "before": json.dumps(dict(row), ensure_ascii=False, default=str), "satang_before": money, "satang_after": money,
        "reason": reason.strip(), "decided_by": store.seen.signed(connection, who)[0], "decided_at": store.now(),
        "is_undone": False,
    }  # fmt: skip
    if change.column == TAKEN_OUT:
        connection.execute(delete(support).where(support.c.id == row["id"]))
        batches.add_excluded(connection, batch_id, BY_HAND, 1, money)
        batches.shift(connection, batch_id, "loaded", -1, -money)
        batches.shift(connection, batch_id, "excluded", 1, money)
        entry |= {"outcome": "excluded", "outcome_reason": BY_HAND}
    else:
        value = parsed(change)
        connection.execute(update(support).where(support.c.id == row["id"]).values({change.column: value}))
        entry |= {"outcome": "loaded", "heading": change.column, "value": change.value.strip()}
        if change.column == "amount_satang":
            satang = value if isinstance(value, int) else 0
            entry["satang_after"] = satang
            batches.shift(connection, batch_id, "loaded", 0, satang - money)
    number = connection.execute(
        insert(tables.correction).values(**entry).returning(tables.correction.c.id)
    ).scalar_one()
    batches.sum_again(connection, batch_id)
    return int(number)


def parsed(change: Change) -> int | date | str | None:
    """The value of a change in the store's units: satang, people, date, text; an empty one becomes ``None``.

    Raises ``Refused`` (``reply_value_unreadable``).
    """
    written = " ".join(change.value.split())
    if change.column not in COLUMNS:
        raise Refused("reply_value_unreadable", value=change.column)
    try:
        if change.column in MONEY:
            parsed_value: int | date | str | None = parse_baht(written)
        elif change.column == "people_reached":
            parsed_value = parse_count(written)
        elif change.column == "activity":
            parsed_value = written or None
        else:
            parsed_value = parse_date(written)
    except ValueError as error:
        raise Refused("reply_value_unreadable", value=written) from error
    return parsed_value


def row_of(connection: Connection, reply: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The support row that a reply names by file digest, sheet and row; ``None`` when not exactly one is active."""
    if reply["file_sha256"] is None:
        return None
    support, batch = tables.support, tables.import_batch
    query = (
        select(support)
        .join(batch, batch.c.id == support.c.batch_id)
        .where(batch.c.file_sha256 == reply["file_sha256"], batch.c.is_active)
        .where(support.c.sheet == reply["sheet"], support.c.row == int(reply["row"]))
        .where(support.c.province_code == reply["province_code"])
    )
    rows = connection.execute(query).mappings().all()
    return rows[0] if len(rows) == 1 else None


def reopen(connection: Connection, decision: Mapping[str, Any]) -> None:
    """Undo: restore the row, let the reply wait again and update the batch's account."""
    before, support = json.loads(decision["before"]), tables.support
    for column in support.columns:
        if isinstance(column.type, Date) and before.get(column.name):
            before[column.name] = date.fromisoformat(before[column.name])
    del before["id"]  # a later line may have got the same key
    mine = [support.c[name] == decision[name] for name in ("batch_id", "sheet", "row")]
    if decision["outcome"] == "excluded":
        store.insert_rows(connection, support, [before])
        batches.take_excluded(connection, decision["batch_id"], BY_HAND, 1, decision["satang_after"])
        batches.shift(connection, decision["batch_id"], "excluded", -1, -decision["satang_after"])
        batches.shift(connection, decision["batch_id"], "loaded", 1, decision["satang_before"])
    else:
        now = connection.execute(select(support).where(*mine)).mappings().all()
        if len(now) != 1:  # removed by a later decision, which must be undone first
            raise Refused("reply_row_gone")
        back = {decision["heading"]: before[decision["heading"]]}
        connection.execute(update(support).where(*mine).values(back))
        if decision["heading"] == "amount_satang":
            satang = (before["amount_satang"] or 0) - (now[0]["amount_satang"] or 0)
            batches.shift(connection, decision["batch_id"], "loaded", 0, satang)
    inbox.reopen(connection, decision["id"])
