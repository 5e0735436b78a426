"""Changes that people made by hand to entries of registers, applied over the rows of files when they are read.

An added entry is a row of its own in a batch whose fingerprint starts with :data:`FILE`. A correction or an end names
its row by the file's digest, sheet and row number, so it survives a reload of the file. Undone changes are not applied.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from loaders import registers
from loaders.store import tables

FILE = "by_hand"  # start of the fingerprint of a batch of entries that were added by hand
ADD, CORRECT, RETIRE = KINDS = ("add", "correct", "retire")
_change, _batch = tables.entry_change, tables.import_batch
KEY = ["file_sha256", "sheet", "row"]


def changes(connection: Connection, register: str, moment: str | None = None) -> list[Any]:
    """Changes of a register in force (or in force at ``moment``, ISO UTC), in the order they were made."""
    holds = _change.c.undone_at.is_(None)
    if moment is not None:
        holds = (_change.c.decided_at <= moment) & (holds | (_change.c.undone_at > moment))
    return list(connection.execute(select(_change).where(_change.c.register == register, holds).order_by(_change.c.id)))


def _added_after(connection: Connection, register: str, moment: str) -> list[Any]:
    """Additions made after ``moment``: their rows did not exist then."""
    later = (_change.c.register == register) & (_change.c.decided_at > moment) & (_change.c.kind == ADD)
    return list(connection.execute(select(_change).where(later)))


def laid_over(connection: Connection, frame: pd.DataFrame, register: str, moment: str | None = None) -> pd.DataFrame:
    """Rows of a register with all changes applied (as of ``moment``): cells corrected, ended rows removed."""
    today = date.fromisoformat(moment[:10]) if moment else date.today()
    made = [change for change in changes(connection, register, moment) if change.kind != ADD]
    made += _added_after(connection, register, moment) if moment else []
    if not made or frame.empty:
        return frame
    at = positions(connection, frame)
    values: dict[str, dict[int, Any]] = {}
    ended: set[int] = set()
    for change in made:
        for place in at.get((change.file_sha256, change.sheet, change.row), ()):
            if change.kind == CORRECT:
                for name, value in json.loads(change.content).items():
                    values.setdefault(name, {})[place] = value
            elif change.kind == ADD or change.effective_on is None or change.effective_on <= today:
                ended.add(place)
    for name, new in values.items():
        if name in frame:
            cells = frame[name].astype(object).copy()
            cells.loc[list(new)] = list(new.values())
            frame = frame.assign(**{name: _as_before(cells, frame[name])})
    return frame.drop(index=list(ended)).reset_index(drop=True) if ended else frame


def _as_before(cells: pd.Series, before: pd.Series) -> pd.Series:
    """Cast the corrected cells to the dtype of the column."""
    if pd.api.types.is_datetime64_any_dtype(before):
        return pd.to_datetime(cells, errors="coerce")
    return cells.where(cells.notna(), None).astype(before.dtype)


def positions(connection: Connection, frame: pd.DataFrame) -> dict[tuple[str, str, int], list[int]]:
    """Index labels of rows by (digest of their file, sheet, row)."""
    named = {int(number) for number in frame["batch_id"].dropna().unique()}
    query = select(_batch.c.id, _batch.c.file_sha256).where(_batch.c.id.in_(named))
    digests = dict(connection.execute(query).tuples().all())
    by_place: dict[tuple[str, str, int], list[int]] = {}
    for label, number, sheet, row in zip(frame.index, frame["batch_id"], frame["sheet"], frame["row"], strict=True):
        by_place.setdefault((digests[int(number)], str(sheet), int(row)), []).append(label)
    return by_place


def place_columns(code: str | None) -> dict[str, str | None]:
    """Place columns of a row that a person assigned to an area code (2, 4, 6 or 8 digits)."""
    lengths = {"village_code": 8, "subdistrict_code": 6, "district_code": 4, "province_code": 2}
    levels = {8: "village", 6: "subdistrict", 4: "district", 2: "province"}
    parents = {name: code[:length] if code and len(code) >= length else None for name, length in lengths.items()}
    level = levels[len(code)] if code else None
    return parents | {
        "area_code": code,
        "area_level": level,
        "match_evidence": "by_hand" if code else None,
        "village_codes": None,
    }


def without_people(content: str, register: str, contacts: Mapping[str, tuple[str, ...]]) -> str:
    """Cells (JSON) without personal names and numbers; where the register cannot tell, a cell counts as personal."""
    cells, definition = json.loads(content), registers.defined().get(register)
    kept = {
        name: value
        for name, value in cells.items()
        if name not in contacts.get(register, ()) or (definition and _says_no_person(definition, name, cells))
    }
    return json.dumps(kept, ensure_ascii=False)


def _says_no_person(definition: registers.Definition, name: str, cells: Mapping[str, Any]) -> bool:
    try:
        return not definition.names_people(name, cells)
    except KeyError:
        return False
