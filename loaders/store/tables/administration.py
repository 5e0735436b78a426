"""Settings, sharing of data sets, roles of users, and the audit trail."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, UniqueConstraint

from loaders.store.tables.columns import Key, metadata, texts

setting = Table("setting", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False))

# Who may see a data set (register and base; base "*" = every base without a row of its own).
sharing = Table(
    "sharing",
    metadata,
    Column("register", String, primary_key=True),
    Column("base", String, primary_key=True),
    *texts("level", "decided_by", "decided_at"),
)

# The role of a sign-in name; a partner also has its agency.
user_role = Table(
    "user_role",
    metadata,
    Column("subject", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("agency_code", String),
    *texts("granted_by", "granted_at"),
    Column("revoked_at", String),
)

# Edits of a code list made on a page; they override the shipped lists and files. ``aliases``: one spelling per line.
# ``merged_into``: the code that replaces this one on reading.
word = Table(
    "word",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("list", "code", "name_th"),
    *texts("name_en", "short_th", "level", "kind", "merged_into", nullable=True),
    Column("aliases", Text),
    Column("is_retired", Boolean, nullable=False),
    *texts("decided_by", "decided_at"),
    UniqueConstraint("list", "code"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("at", "who", "action"),
    Column("batch_id", Integer),
    Column("detail", Text),
)
