"""Tables that came with version 4: how a person read a base's headings, and what was decided about single rows."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from loaders.store.tables_base import Key, metadata

# A person's answer for one base and one set of headings; the next edition of the file passes by itself.
layout = Table(
    "layout",
    metadata,
    Column("id", Key, primary_key=True),
    Column("base", String, nullable=False),
    Column("headings_key", String, nullable=False),
    Column("register", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", String, nullable=False),
    UniqueConstraint("base", "headings_key"),
)

# One quarantined row that a person settled; ``before`` is the whole quarantine row, so that it can be undone.
correction = Table(
    "correction",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
    Column("sheet", String, nullable=False),
    Column("row", Integer, nullable=False),
    Column("register", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("outcome_reason", String),
    Column("before", Text, nullable=False),
    Column("area_code", String),
    Column("alias_key", String),
    Column("heading", String),
    Column("value", Text),
    Column("satang_before", BigInteger, nullable=False),
    Column("satang_after", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", String, nullable=False),
    Column("is_undone", Boolean, nullable=False),
)
