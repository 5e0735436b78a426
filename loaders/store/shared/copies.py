"""The copies that a province publishes, refreshed inside every transaction that changed data.

So change and copy become visible together: an import, a withdrawal, a stricter sharing level, an erased name. Masks of
small counts depend on the whole register, so each is read anew and only changed rows are written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import pandas as pd
from sqlalchemy import Connection, delete, insert, select, tuple_

from loaders import codes
from loaders.store import read, tables
from loaders.store.connection import data_version, now
from loaders.store.in_use import holds
from loaders.store.privacy import PUBLIC
from loaders.store.shared import WAITING_READERS
from loaders.store.shared import tables as shared

CHUNK = 5_000
Rows = dict[int, dict[str, Any]]


def published_province(connection: Connection) -> str | None:
    """Province that this store publishes, or ``None``."""
    mark = shared.publisher()
    return connection.execute(select(mark.c.province_code)).scalar() if shared.is_there(connection, mark) else None


def refresh(connection: Connection) -> dict[str, int]:
    """Write what differs from the copies; returns changed rows by table, nothing for a store that does not publish."""
    if (province := published_province(connection)) is None or is_stale(connection):
        return {}
    changed = {name: _write(connection, name, province, _rows(connection, name, province)) for name in shared.REGISTERS}
    changed["report"] = _write(connection, "report", province, _reports(connection, province))
    changed["due"] = _write(connection, "due", province, _dues(connection, province))
    changed["word"] = _write(connection, "word", province, _words())
    _write(connection, "state", province, {1: _state(connection)})
    return changed


def is_stale(connection: Connection) -> bool:
    """Whether the copies have another schema version: they then stay as they are until published again."""
    version = connection.execute(select(shared.named("state").c.version)).scalar()
    return version is not None and version != shared.VERSION


def _rows(connection: Connection, register: str, province: str) -> Rows:
    """Public rows of the province, and rows without a province from files loaded for it."""
    frame = read.read_register(connection, register, province, viewer=PUBLIC)
    if frame.empty:
        return {}
    frame = frame[frame["province_code"].notna() | frame["batch_id"].isin(_batches_for(connection, province))]
    frame = frame.assign(placed_in=frame["province_code"].fillna(shared.NOWHERE))
    names = ["placed_in", "base", *(column.name for column in shared.columns_of(register)), "is_masked"]
    return dict(zip(map(int, frame["id"]), _plain_rows(frame[names]), strict=True))


def _batches_for(connection: Connection, province: str) -> list[int]:
    batch = tables.import_batch
    summaries = dict(connection.execute(select(batch.c.id, batch.c.summary).where(batch.c.is_active)).tuples().all())
    return [key for key, provinces in read.provinces_of(connection, summaries).items() if province in provinces]


def _plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts of plain Python values: missing is ``None``, timestamps become dates."""
    frame = frame.copy()
    for name in frame.columns:
        column = frame[name]
        values = column.dt.date if pd.api.types.is_datetime64_any_dtype(column) else column
        frame[name] = values.astype(object).where(column.notna(), None)
    return frame.to_dict("records")


def by_content(rows: Iterable[dict[str, Any]]) -> Rows:
    """Give rows without a key one derived from their content."""
    return {int(hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()[:15], 16): row for row in rows}


def _reports(connection: Connection, province: str) -> Rows:
    frames = [read.read_reports(connection, name, viewer=PUBLIC).assign(register=name) for name in shared.REGISTERS]
    reports = pd.concat(frames)
    reports = reports[reports["area_code"].str.startswith(province).fillna(False).astype(bool)]
    return by_content(_plain_rows(reports[["base", "register", "area_code", "fiscal_year"]]))


def _dues(connection: Connection, province: str) -> Rows:
    """Expected reports and quarantined rows as the public may see them; an unshared base is named ``not_shared``."""
    due, sharing = tables.due, read.read_sharing(connection)
    names = ("base", "register", "area_code", "functions", "agencies", "streams", "fiscal_year", "is_asked")
    query = select(due.c.id, *(due.c[name] for name in names))
    rows = connection.execute(query.where(due.c.retired_at.is_(None), due.c.area_code.startswith(province))).mappings()
    dues = {}
    for row in rows:
        seen = PUBLIC.may_see(read.level_of(sharing, row["register"], row["base"]), row["base"])
        dues[row["id"]] = {name: row[name] for name in names} | ({} if seen else {"base": "not_shared"})
    return dues | by_content(
        WAITING_READERS[0](connection, province) if WAITING_READERS else _anything_waits(connection, province)
    )


def _anything_waits(connection: Connection, province: str) -> list[dict[str, Any]]:
    """One due for everything: without a reader of quarantined rows, a public one may be about any place and year."""
    table, batch, sharing = tables.quarantine, tables.import_batch, read.read_sharing(connection)
    here = table.c.register == "support", batch.c.id.in_(_batches_for(connection, province))
    bases = connection.execute(select(batch.c.base).join(table, table.c.batch_id == batch.c.id).where(*here).distinct())
    waits = any(PUBLIC.may_see(read.level_of(sharing, "support", base), base) for base in bases.scalars())
    anything = dict.fromkeys(("functions", "agencies", "streams", "fiscal_year"))
    due = {"base": shared.WAITS, "register": "support", "area_code": province, **anything, "is_asked": True}
    return [due] if waits else []


def _words() -> Rows:
    """Names of agencies and streams, so that the nation can show those a province added."""
    lists = (("agency", codes.agencies()), ("stream", codes.streams()))
    return by_content(
        {"list": name, "code": entry["code"], "name_th": entry["name_th"], "name_en": entry.get("name_en")}
        for name, entries in lists
        for entry in entries
    )


def _state(connection: Connection) -> dict[str, Any]:
    support = shared.named("support")
    money = [amount for (amount,) in connection.execute(select(support.c.amount_satang))]
    return {"version": shared.VERSION, "holds": holds(connection) or "empty", "data_version": data_version(connection),
            "as_of": now(), "records": len(money), "amount_satang": sum(satang for satang in money if satang is not None)}  # fmt: skip


def _write(connection: Connection, name: str, province: str, rows: Rows) -> int:
    """Replace the province's rows of a table by ``rows``; returns how many were written or removed."""
    table = shared.named(name)
    mine = table.c.province_code == province
    numbers = dict(connection.execute(select(table.c.id, table.c[shared.LOCAL]).where(mine)).tuples().all())
    digests = {key: hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest() for key, row in rows.items()}
    gone = [key for key in numbers if key not in rows]
    new = [key for key, digest in digests.items() if numbers.get(key) != digest]
    stale = [*gone, *(key for key in new if key in numbers)]
    for start in range(0, len(stale), CHUNK):
        keys = [(province, key) for key in stale[start : start + CHUNK]]
        connection.execute(delete(table).where(tuple_(table.c.province_code, table.c.id).in_(keys)))
    written = [{"province_code": province, "id": key, shared.LOCAL: digests[key], **rows[key]} for key in new]
    for start in range(0, len(written), CHUNK):
        connection.execute(insert(table), written[start : start + CHUNK])
    return len(new) + len(gone)
