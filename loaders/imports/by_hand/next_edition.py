"""What people changed by hand, when a new edition of the file replaces the one they changed.

A cell that the new file says as the old one did keeps the person's correction; a cell that the new file says otherwise is
the file's, for it is the newer word; an entry that a person ended stays ended. Nothing of this happens without a word.
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
    """Lay the changes of replaced batches over the rows of the new file (fingerprint ``digest``).

    Returns
    -------
    Counts of changes: ``kept`` (laid over the new row), ``taken`` (the new file says the same by now), ``overruled`` (the new
    file says another thing, and stands; ``cells`` tells which), ``gone`` (the new file has no such row).
    """
    told: dict[str, Any] = {"kept": 0, "taken": 0, "overruled": 0, "gone": 0, "cells": []}
    for number in ingested.replaces:
        old_digest = connection.execute(select(_batch.c.file_sha256).where(_batch.c.id == number)).scalar_one()
        query = select(_change).where(_change.c.file_sha256 == old_digest, _change.c.undone_at.is_(None), _change.c.kind.in_([CORRECT, RETIRE]))  # fmt: skip
        changes = connection.execute(query.order_by(_change.c.id)).all()
        if not changes or old_digest == digest:
            continue
        pairs = editions.pairs(connection, ingested, number)
        for change in changes:
            _carry_one(connection, change, number, pairs, _rows(ingested), digest, told)
    if any(told[name] for name in ("kept", "taken", "overruled", "gone")):
        counts = ", ".join(f"{name} {told[name]}" for name in ("kept", "taken", "overruled", "gone"))
        store.note(connection, who, "carry_changes", counts)
    return told


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
    connection: Connection, change: Any, number: int, pairs: dict[Where, Where], new_rows: dict[Where, dict], digest: str, told: dict[str, Any],
) -> None:  # fmt: skip
    at = pairs.get((change.register, change.sheet, change.row))
    new = new_rows.get(at) if at else None
    if at is None or new is None:
        told["gone"] += 1
        return
    said = json.loads(change.content)
    kept = said
    if change.kind == CORRECT:
        table = tables.REGISTERS[change.register]
        query = select(table).where(table.c.batch_id == number, table.c.sheet == change.sheet, table.c.row == change.row, tables.of_register(change.register))  # fmt: skip
        old = _unpacked(connection.execute(query).mappings().one())
        kept, overruled = {}, []
        for name, value in said.items():
            key = "area_code" if name in PLACES else name
            before, now = _plain(old.get(key)), _plain(new.get(key))
            if now == before:
                kept[name] = value
            elif now != _plain(said.get(key, value)) and key == name:
                overruled.append(name)
        if overruled:
            told["overruled"] += 1
            told["cells"] += [
                {"register": change.register, "row": at[2], "sheet": at[1], "column": name} for name in overruled
            ]
        if not kept:
            told["taken"] += 0 if overruled else 1
            return
    told["kept"] += 1
    own = {name: value for name, value in change._mapping.items() if name != "id"}
    row = own | {"file_sha256": digest, "sheet": at[1], "row": at[2], "content": json.dumps(kept, ensure_ascii=False)}
    connection.execute(insert(_change).values(**row))


def _plain(value: Any) -> Any:
    """A value as a change keeps it, so that two of them compare."""
    if value is None or value != value:
        return None
    return value.isoformat()[:10] if hasattr(value, "isoformat") else value.item() if hasattr(value, "item") else value
