"""Changes of entries made by hand, and papers kept with a place; nothing is deleted."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text

from loaders.store.tables.columns import Key, metadata, texts

# One change of an entry, applied to its row on reading. Like a clearing it names the row by file digest, sheet and row
# number, so that it still matches after the file is withdrawn and loaded again. ``kind``: add, correct, retire;
# ``content``: columns with new values (as :func:`loaders.registers.packed` writes them).
entry_change = Table(
    "entry_change",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("register", "kind", "file_sha256", "sheet"),
    Column("row", Integer, nullable=False),
    Column("effective_on", Date),
    Column("content", Text, nullable=False),
    Column("reason", Text, nullable=False),
    *texts("decided_by", "decided_at"),
    *texts("on_behalf_of", "undone_by", "undone_at", nullable=True),
    Index("entry_change_by_register", "register", "file_sha256"),
)

# A paper (PDF) kept with the entries of a place: its bytes are in ``original`` under ``digest``.
paper = Table(
    "paper",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("register", "base", "area_code", "file_name", "digest"),
    Column("bytes", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    *texts("decided_by", "decided_at"),
    *texts("on_behalf_of", "removed_by", "removed_at", nullable=True),
    Column("province_code", String, nullable=False, index=True),
)
