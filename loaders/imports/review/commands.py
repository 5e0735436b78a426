"""Decisions of the review desk: quarantined rows become loaded or excluded, and every decision can be undone.

Each keeps the batch's account balanced: rows in = loaded + quarantined + excluded, and the same in satang.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select, update

from loaders import store
from loaders.imports import batches, duplicates
from loaders.imports.account import Ingested, SheetResult
from loaders.imports.duplicates import Repeat
from loaders.imports.other_columns import BY_ROW
from loaders.imports.review import near_repeats, replies
from loaders.imports.review.queries import DECIDED, NO_KEY, keys_of, places_now, read_again
from loaders.problems import Problem, Refused
from loaders.store import tables
from loaders.store.privacy import CONTACTS

BY_HAND = "by_hand"


@dataclass(frozen=True)
class Decided:
    """Result of a decision: rows loaded, excluded, still quarantined (with one remaining problem).

    ``repeats`` are loaded rows that another active file has too; the page reports them.
    """

    loaded: int = 0
    excluded: int = 0
    waiting: int = 0
    problem: Problem | None = None
    repeats: tuple[Repeat, ...] = ()


def decide_place(
    engine: Engine,
    ids: Iterable[int],
    area_code: str,
    reason: str,
    who: str,
    *,
    remember: bool = True,
    province: str | None = None,
) -> Decided:
    """Place these rows in ``area_code`` (2, 4, 6 or 8 digits); ``remember`` stores an alias for the written place.

    Raises ``Refused``: ``reason_missing``, ``rows_already_decided``, ``place_code_unknown``.
    """
    with store.writing(engine) as connection:
        rows = rows_of(connection, ids, reason)
        places = places_now(connection, province)
        if area_code[:6] not in places.book.areas:
            raise Refused(Problem("place_code_unknown", "refused", value=area_code))
        done = []
        for batch_id, sheet, group in by_sheet(rows):
            keys = keys_of(read_again(connection, batch_id, sheet, group, places))
            by_row = {int(row["row"]) for row in group if row["problem"] in BY_ROW}
            named = {key for row, key in keys.items() if key != NO_KEY and row not in by_row} if remember else set()
            _learn(connection, named, area_code, reason, who)
            result = read_again(connection, batch_id, sheet, group, places, {DECIDED: area_code})
            facts = {"kind": "place", "area_code": area_code}
            kept = {row: key for row, key in keys.items() if key in named}
            done.append(_move(connection, batch_id, group, result, facts, reason, who, places.home, kept))
        return finish(connection, done, batches_of(rows), who, "decide_place", f"{area_code}: {reason}")


def _learn(connection: Connection, keys: set[str], area_code: str, reason: str, who: str) -> None:
    table = tables.alias
    for key in sorted(keys):
        connection.execute(delete(table).where(table.c.written == key))
        row = {"written": key, "area_code": area_code, "decided_by": who, "decided_at": store.now(), "reason": reason}
        connection.execute(insert(table).values(**row))


def decide_value(
    engine: Engine,
    ids: Iterable[int],
    heading: str,
    value: str,
    reason: str,
    who: str,
    *,
    province: str | None = None,
) -> Decided:
    """Read the cell under ``heading`` of these rows as ``value``; rows that remain unreadable stay quarantined."""
    with store.writing(engine) as connection:
        rows = rows_of(connection, ids, reason)
        places = places_now(connection, province)
        done = []
        for batch_id, sheet, group in by_sheet(rows):
            result = read_again(connection, batch_id, sheet, group, places, {heading: value})
            facts = {"kind": "value", "heading": heading, "value": value}
            done.append(_move(connection, batch_id, group, result, facts, reason, who, places.home))
        # The audit trail is never erased: no cell of a register that names people may be in it.
        shown = heading if any(row["register"] in CONTACTS for row in rows) else f"{heading}={value}"
        return finish(connection, done, batches_of(rows), who, "decide_value", f"{shown}: {reason}")


def decide_accept(engine: Engine, ids: Iterable[int], reason: str, who: str, *, province: str | None = None) -> Decided:
    """Accept these rows as data although the reader doubted them."""
    with store.writing(engine) as connection:
        rows = rows_of(connection, ids, reason)
        places = places_now(connection, province)
        done = []
        for batch_id, sheet, group in by_sheet(rows):
            result = read_again(connection, batch_id, sheet, group, places)
            done.append(_move(connection, batch_id, group, result, {"kind": "accept"}, reason, who, places.home))
        return finish(connection, done, batches_of(rows), who, "decide_accept", reason)


def decide_exclude(engine: Engine, ids: Iterable[int], reason: str, who: str) -> Decided:
    """Exclude these rows, with a reason."""
    with store.writing(engine) as connection:
        rows = rows_of(connection, ids, reason)
        for row in rows:
            batches.add_excluded(connection, row["batch_id"], BY_HAND, 1, row["satang"] or 0)
            close(connection, row, {"kind": "exclude"}, "excluded", BY_HAND, row["satang"] or 0, reason, who)
        return finish(connection, [Decided(excluded=len(rows))], batches_of(rows), who, "decide_exclude", reason)


def rows_of(connection: Connection, ids: Iterable[int], reason: str) -> list[dict]:
    """Quarantined rows by key. Raises ``Refused``: ``reason_missing``, ``rows_already_decided``."""
    if not reason.strip():
        raise Refused("reason_missing")
    table, batch = tables.quarantine, tables.import_batch
    query = (
        select(table)
        .join(batch, batch.c.id == table.c.batch_id)
        .where(table.c.id.in_([int(key) for key in ids]), batch.c.is_active)
        .order_by(table.c.id)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    if not rows:
        raise Refused("rows_already_decided")
    return rows


def batches_of(rows: list[dict]) -> set[int]:
    """Keys of the batches of these rows."""
    return {row["batch_id"] for row in rows}


def by_sheet(rows: list[dict]) -> list[tuple[int, str, list[dict]]]:
    """(Batch key, sheet, rows) for each sheet."""
    groups: dict[tuple[int, str], list[dict]] = {}
    for row in rows:
        groups.setdefault((row["batch_id"], row["sheet"]), []).append(row)
    return [(batch_id, sheet, group) for (batch_id, sheet), group in groups.items()]


def _move(
    connection: Connection,
    batch_id: int,
    group: list[dict],
    result: SheetResult,
    facts: dict,
    reason: str,
    who: str,
    province: str,
    keys: dict[int, str] | None = None,
) -> Decided:
    """Move rows that can be read now out of the quarantine; the others keep their remaining problem."""
    batches.add_agencies(connection, result)
    repeats = tuple(duplicates.find(connection, Ingested([result], [], province=province), [batch_id]))
    store.insert_rows(connection, tables.REGISTERS[result.layout.register], batches.records(result, batch_id))
    problem = None
    for row in group:
        number = int(row["row"])
        outcome, code, satang = result.outcome[number], result.reason[number], int(result.satang[number])
        if outcome == "quarantined":
            problem = result.read.bad.get(number) or Problem(
                code, "quarantined", row["sheet"], number, None, row["value"]
            )
            if facts["kind"] == "place":
                values = {"problem": code, "value": batches.doubtful(result, number)}
                connection.execute(
                    update(tables.quarantine).where(tables.quarantine.c.id == row["id"]).values(**values)
                )
            continue
        if outcome == "excluded":
            batches.add_excluded(connection, batch_id, code, 1, satang)
        key = (keys or {}).get(number)
        close(connection, row, facts | {"alias_key": key}, outcome, code or None, satang, reason, who)
    return Decided(
        len(result.rows("loaded")), len(result.rows("excluded")), len(result.rows("quarantined")), problem, repeats
    )


def close(
    connection: Connection,
    row: dict,
    facts: dict,
    outcome: str,
    outcome_reason: str | None,
    satang: int,
    reason: str,
    who: str,
) -> None:
    """Move a row out of the quarantine: the decision keeps the row as it was, the batch's account is updated."""
    before = row["satang"] or 0
    entry = {
        "batch_id": row["batch_id"],
        "sheet": row["sheet"],
        "row": row["row"],
        "register": row["register"],
        **facts,
        "outcome": outcome,
        "outcome_reason": outcome_reason,
        "before": json.dumps(row, ensure_ascii=False),
        "satang_before": before,
        "satang_after": satang,
        "reason": reason,
        "decided_by": who,
        "decided_at": store.now(),
        "is_undone": False,
    }
    connection.execute(insert(tables.correction).values(**entry))
    connection.execute(delete(tables.quarantine).where(tables.quarantine.c.id == row["id"]))
    batches.shift(connection, row["batch_id"], "quarantined", -1, -before)
    batches.shift(connection, row["batch_id"], outcome, 1, satang)


def finish(
    connection: Connection, done: list[Decided], changed: set[int], who: str, action: str, detail: str
) -> Decided:
    """Sum up partial decisions; update sums of the batches, audit trail and data version."""
    total = Decided(
        sum(part.loaded for part in done),
        sum(part.excluded for part in done),
        sum(part.waiting for part in done),
        next((part.problem for part in done if part.problem), None),
        tuple(repeat for part in done for repeat in part.repeats),
    )
    for batch_id in sorted(changed):
        batches.sum_again(connection, batch_id)
    store.note(connection, who, action, detail)
    store.touch(connection)
    return total


def undo(engine: Engine, ids: Iterable[int], who: str) -> int:
    """Undo decisions: quarantine their rows again, delete aliases that no other decision uses. Returns how many."""
    table = tables.correction
    with store.writing(engine) as connection:
        rows = (
            connection.execute(
                select(table).where(table.c.id.in_([int(row) for row in ids]), table.c.is_undone.is_(False))
            )
            .mappings()
            .all()
        )
        if not rows:
            raise Refused("rows_already_decided")
        for row in rows:
            _reopen(connection, dict(row))
        connection.execute(update(table).where(table.c.id.in_([row["id"] for row in rows])).values(is_undone=True))
        for key in {row["alias_key"] for row in rows if row["alias_key"]}:
            standing = select(table.c.id).where(table.c.alias_key == key, table.c.is_undone.is_(False))
            if connection.execute(standing).first() is None:
                connection.execute(delete(tables.alias).where(tables.alias.c.written == key))
        finish(
            connection,
            [],
            {row["batch_id"] for row in rows},
            who,
            "undo_decision",
            ",".join(str(row["id"]) for row in rows),
        )
    return len(rows)


def _reopen(connection: Connection, decision: dict) -> None:
    if decision["kind"] in near_repeats.KINDS:
        near_repeats.reopen(connection, decision)
        return
    if decision["kind"] == replies.KIND:
        replies.reopen(connection, decision)
        return
    near_repeats.release(connection, decision)
    register = tables.REGISTERS[decision["register"]]
    mine = [register.c[name] == decision[name] for name in ("batch_id", "sheet", "row")]
    if decision["outcome"] == "loaded":
        connection.execute(delete(register).where(*mine))
    else:
        batches.take_excluded(connection, decision["batch_id"], decision["outcome_reason"], 1, decision["satang_after"])
    before = json.loads(decision["before"])
    del before["id"]  # a later import may have got the same key
    store.insert_rows(connection, tables.quarantine, [before])
    batches.shift(connection, decision["batch_id"], decision["outcome"], -1, -decision["satang_after"])
    batches.shift(connection, decision["batch_id"], "quarantined", 1, decision["satang_before"])
