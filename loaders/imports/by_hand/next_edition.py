"""Carry changes by hand over when a new edition replaces the file they belong to.

A cell equal in both editions keeps the correction; a cell that differs in the new one takes the new value; an ended
entry stays ended. Every case is counted and reported.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, insert, select

from loaders import store
from loaders.imports import batches, editions
from loaders.imports.account import Ingested
from loaders.store import tables
from loaders.store.by_hand import CORRECT, RETIRE

_change, _batch = tables.entry_change, tables.import_batch
PLACES = ("area_code", "area_level", "village_code", "subdistrict_code", "district_code", "province_code", "match_evidence", "village_codes")  # fmt: skip
Where = tuple[str, str, int]  # register, sheet, row


def carry(connection: Connection, ingested: Ingested, digest: str, who: str) -> dict[str, Any]:
    """Carry the changes of replaced batches over to the rows of the new file (SHA-256 ``digest``).

    Returns
    -------
    Counts of changes: ``kept`` (on the new row), ``taken`` (the new file has the corrected value), ``overruled`` (the
    new file has another value, which counts; listed in ``cells``), ``gone`` (the new file has no such row).
    """
    outcome: dict[str, Any] = {"kept": 0, "taken": 0, "overruled": 0, "gone": 0, "cells": []}
    for number in ingested.replaces:
        old_digest = connection.execute(select(_batch.c.file_sha256).where(_batch.c.id == number)).scalar_one()
        query = select(_change).where(_change.c.file_sha256 == old_digest, _change.c.undone_at.is_(None), _change.c.kind.in_([CORRECT, RETIRE]))  # fmt: skip
        changes = connection.execute(query.order_by(_change.c.id)).all()
        if not changes or old_digest == digest:
            continue
        pairs = editions.pairs(connection, ingested, number)
        for change in changes:
            _carry_one(connection, change, number, pairs, _rows(ingested), digest, outcome)
    if any(outcome[name] for name in ("kept", "taken", "overruled", "gone")):
        counts = ", ".join(f"{name} {outcome[name]}" for name in ("kept", "taken", "overruled", "gone"))
        store.note(connection, who, "carry_changes", counts)
    return outcome


def _rows(ingested: Ingested) -> dict[Where, dict[str, Any]]:
    """Values of the new file's rows that will be loaded, as the store will have them."""
    return {
        (result.layout.register, str(record["sheet"]), int(record["row"])): _unpacked(record)
        for result in ingested.understood
        for record in batches.records(result, 0)
    }


def _unpacked(record: Any) -> dict[str, Any]:
    return {**record, **json.loads(record["content"])} if "content" in record else dict(record)


def _carry_one(
    connection: Connection, change: Any, number: int, pairs: dict[Where, Where], new_rows: dict[Where, dict], digest: str, outcome: dict[str, Any],
) -> None:  # fmt: skip
    at = pairs.get((change.register, change.sheet, change.row))
    new = new_rows.get(at) if at else None
    if at is None or new is None:
        outcome["gone"] += 1
        return
    correction = json.loads(change.content)
    kept = correction
    if change.kind == CORRECT:
        table = tables.REGISTERS[change.register]
        query = select(table).where(table.c.batch_id == number, table.c.sheet == change.sheet, table.c.row == change.row, tables.of_register(change.register))  # fmt: skip
        old = _unpacked(connection.execute(query).mappings().one())
        kept, overruled = {}, []
        for name, value in correction.items():
            key = "area_code" if name in PLACES else name
            before, now = _plain(old.get(key)), _plain(new.get(key))
            if now == before:
                kept[name] = value
            elif now != _plain(correction.get(key, value)) and key == name:
                overruled.append(name)
        if overruled:
            outcome["overruled"] += 1
            outcome["cells"] += [
                {"register": change.register, "row": at[2], "sheet": at[1], "column": name} for name in overruled
            ]
        if not kept:
            outcome["taken"] += 0 if overruled else 1
            return
    outcome["kept"] += 1
    own = {name: value for name, value in change._mapping.items() if name != "id"}
    row = own | {"file_sha256": digest, "sheet": at[1], "row": at[2], "content": json.dumps(kept, ensure_ascii=False)}
    connection.execute(insert(_change).values(**row))


def _plain(value: Any) -> Any:
    """A value as changes store it, for comparison."""
    if value is None or value != value:
        return None
    return value.isoformat()[:10] if hasattr(value, "isoformat") else value.item() if hasattr(value, "item") else value
