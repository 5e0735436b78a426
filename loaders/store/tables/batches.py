"""Imported files: batches, quarantined and excluded rows, learnt layouts, decisions on rows, expected reports."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from loaders.store.tables.columns import Key, metadata, provenance, texts

import_batch = Table(
    "import_batch",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("base", "file_name", "file_sha256", "layouts", "loaded_at", "loaded_by"),
    Column("as_of", Date),
    Column("is_demo", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("withdrawn_because", String),
    Column("rows_in", Integer, nullable=False),
    Column("rows_loaded", Integer, nullable=False),
    Column("rows_quarantined", Integer, nullable=False),
    Column("rows_excluded", Integer, nullable=False),
    Column("satang_in", BigInteger, nullable=False),
    Column("satang_loaded", BigInteger, nullable=False),
    Column("satang_quarantined", BigInteger, nullable=False),
    Column("satang_excluded", BigInteger, nullable=False),
    Column("summary", Text, nullable=False),
)

# A file as it was handed in, in compressed base64 pieces.
original = Table(
    "original",
    metadata,
    Column("id", Key, primary_key=True),
    Column("digest", String, nullable=False, index=True),
    Column("part", Integer, nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("digest", "part"),
)

# What a batch speaks for. ``kind``: rows (only its rows: an area without rows says nothing), districts, province (a
# person stated that the file is complete for them). Only a stated kind turns absence into "none".
batch_scope = Table(
    "batch_scope",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
    *texts("register", "base", "area_code"),
    Column("fiscal_year", Integer),
    *texts("kind"),
    *texts("stated_by", "stated_at", nullable=True),
    Column("reason", Text),
)

quarantine = Table(
    "quarantine",
    metadata,
    *provenance(),
    *texts("register", "problem"),
    Column("value", Text),
    Column("candidates", String),
    Column("satang", BigInteger),
    Column("cells", Text, nullable=False),
)

excluded = Table(
    "excluded",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
    Column("reason", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("satang", BigInteger, nullable=False),
    UniqueConstraint("batch_id", "reason"),
)

# One quarantined row that a person settled; ``before`` is the whole quarantine row, which undo restores.
correction = Table(
    "correction",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
    Column("sheet", String, nullable=False),
    Column("row", Integer, nullable=False),
    *texts("register", "kind", "outcome"),
    Column("outcome_reason", String),
    Column("before", Text, nullable=False),
    *texts("area_code", "alias_key", "heading", nullable=True),
    Column("value", Text),
    Column("satang_before", BigInteger, nullable=False),
    Column("satang_after", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    *texts("decided_by", "decided_at"),
    Column("is_undone", Boolean, nullable=False),
)

# A person's answers for one base and one set of headings, applied to the next edition of the file.
layout = Table(
    "layout",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("base", "headings_key", "register"),
    Column("content", Text, nullable=False),
    *texts("decided_by", "decided_at"),
    UniqueConstraint("base", "headings_key"),
)

alias = Table(
    "alias",
    metadata,
    Column("id", Key, primary_key=True),
    Column("written", String, nullable=False, unique=True),
    *texts("area_code", "decided_by", "decided_at"),
    Column("reason", Text),
)

# Expected reports: which base owes which register for which area (province or district) and fiscal year (NULL = every
# year). The deadline is ``due_on``, else ``due_days`` after the fiscal year ends. A base with ``is_asked`` false owes
# nothing.
due = Table(
    "due",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("base", "register", "area_code"),
    Column("fiscal_year", Integer),
    Column("due_on", Date),
    Column("due_days", Integer),
    Column("is_asked", Boolean, nullable=False),
    *texts("functions", "agencies", "streams", nullable=True),
    Column("note", Text),
    *texts("set_by"),
    *texts("set_at", "retired_at", "retired_by", "retired_because", nullable=True),
)
