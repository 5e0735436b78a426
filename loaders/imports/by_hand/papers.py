"""Papers (PDF) kept with the entries of a place, for example the booklet of a plan.

A paper is stored like an imported file, so backup, export and load include it. Its content cannot be masked, so the
public sees that it exists but cannot open it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path, PurePath

import pandas as pd
from sqlalchemy import Connection, insert, select, update

from loaders import store
from loaders.files.guards import check_size
from loaders.imports.by_hand.entries import NO_BASE, _person, _reason_and_person
from loaders.problems import Refused
from loaders.store import originals, tables
from loaders.store.privacy import HIDDEN, Viewer, redact
from loaders.store.read import level_of, read_sharing
from loaders.store.seen import for_viewer, signed, written_for

MAGIC, END, TAIL_BYTES = b"%PDF-", b"%%EOF", 2_048
ACTIVE = (b"/JavaScript", b"/Launch")  # would run in a PDF reader
LONGEST_NAME = 120
_paper = tables.paper


def check(path: Path) -> None:
    """Accept only a complete PDF without active content.

    Raises ``Refused``: ``file_empty``, ``file_too_large``, ``paper_not_pdf``, ``file_half``, ``paper_active``.
    """
    check_size(path)
    content = path.read_bytes()
    if not content.startswith(MAGIC):
        raise Refused("paper_not_pdf", value=path.name)
    if END not in content[-TAIL_BYTES:]:
        raise Refused("file_half", value=path.name)
    if any(word in content for word in ACTIVE):
        raise Refused("paper_active", value=path.name)


def keep(
    connection: Connection, register: str, area_code: str, path: Path, file_name: str, who: str, reason: str,
    province: str, base: str = NO_BASE,
) -> int:  # fmt: skip
    """Keep a PDF with the entries of a place; returns its key. The same bytes at the same place are kept once.

    Raises ``Refused``: as :func:`check`, ``entry_reason_missing``, ``decision_person_missing``, ``papers_not_kept``
    (the store keeps no files).
    """
    reason, who = _reason_and_person(connection, register, reason, who)
    if os.environ.get("KRADAN_KEEP_FILES", "1") == "0":
        raise Refused("papers_not_kept")
    check(path)
    content = path.read_bytes()
    digest, by_behalf = hashlib.sha256(content).hexdigest(), signed(connection, who)
    same = (_paper.c.register == register, _paper.c.area_code == area_code, _paper.c.digest == digest)
    query = select(_paper.c.id).where(*same, _paper.c.removed_at.is_(None))
    if (stored := connection.execute(query).scalar()) is not None:
        return int(stored)
    originals.keep(connection, path, digest)
    row = {
        "register": register, "base": base, "area_code": area_code, "file_name": PurePath(file_name).name[-LONGEST_NAME:],
        "digest": digest, "bytes": len(content), "reason": reason, "decided_by": by_behalf[0], "on_behalf_of": by_behalf[1],
        "decided_at": store.now(), "province_code": province,
    }  # fmt: skip
    key = connection.execute(insert(_paper).values(**row).returning(_paper.c.id)).scalar_one()
    store.note(connection, who, "keep_paper", f"{register} {area_code} {key}")
    store.touch(connection)
    return int(key)


def remove(connection: Connection, key: int, who: str) -> bool:
    """Remove a paper from its place; it stays on record. False when it does not exist."""
    by = signed(connection, _person(connection, who))[0]
    query = update(_paper).where(_paper.c.id == key, _paper.c.removed_at.is_(None))
    changed = connection.execute(query.values(removed_by=by, removed_at=store.now())).rowcount
    if changed:
        store.note(connection, who, "remove_paper", str(key))
        store.touch(connection)
    return bool(changed)


@for_viewer
def read_papers(connection: Connection, province: str, *, viewer: Viewer) -> pd.DataFrame:
    """Papers of a province in data sets that the viewer may see; ``may_open``: whether the file may be read, too."""
    query = (
        select(_paper).where(_paper.c.removed_at.is_(None), _paper.c.province_code == province).order_by(_paper.c.id)
    )
    frame = pd.read_sql_query(query, connection)
    sharing = read_sharing(connection)
    seen = [
        viewer.may_see(level_of(sharing, register, base), base)
        for register, base in zip(frame["register"], frame["base"], strict=True)
    ]
    frame = frame[pd.Series(seen, index=frame.index, dtype=bool)].reset_index(drop=True)
    frame = frame.assign(who=written_for(frame["decided_by"], frame["on_behalf_of"]), may_open=viewer.role != "public")
    frame = frame.drop(columns=["decided_by", "on_behalf_of", "removed_by", "removed_at"])
    if viewer.is_team:
        return frame
    frame = frame.assign(who=HIDDEN)
    return redact(frame.assign(reason=HIDDEN)) if viewer.role == "public" else frame


@for_viewer
def read_paper(connection: Connection, number: int, *, viewer: Viewer) -> bytes:
    """The bytes of a kept paper. Raises ``Refused``: ``not_allowed``, ``paper_gone``."""
    row = connection.execute(select(_paper).where(_paper.c.id == number, _paper.c.removed_at.is_(None))).first()
    if viewer.role == "public":
        raise Refused("not_allowed")
    if row is None or not viewer.may_see(level_of(read_sharing(connection), row.register, row.base), row.base):
        raise Refused("paper_gone", value=str(number))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "paper.pdf"
        if not originals.write(connection, row.digest, target):
            raise Refused("paper_gone", value=row.file_name)
        return target.read_bytes()
