"""Tables that came with version 2: areas with time, code lists by file, summaries, sharing, accounts, due dates."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from loaders.store.tables_base import Key, metadata, provenance

# One row per area and period in which it looked like this; valid_to is the first day on which it no longer did.
area = Table(
    "area",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", String, nullable=False, index=True),
    Column("level", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("name_th", String, nullable=False),
    Column("name_en", String),
    Column("parent_code", String),
    Column("present_code", String),
    Column("moo", Integer),
    Column("valid_from", Date),
    Column("valid_to", Date),
)

area_event = Table(
    "area_event",
    metadata,
    Column("id", Key, primary_key=True),
    Column("area_code", String, nullable=False, index=True),
    Column("event", String, nullable=False),
    Column("effective", Date),
    Column("old_code", String),
    Column("old_parent_code", String),
    Column("new_parent_code", String),
    Column("split_from", String),
    Column("old_name", String),
)

local_government = Table(
    "local_government",
    metadata,
    Column("code", String, primary_key=True),
    Column("office_type", String, nullable=False),
    Column("entity_type", String),
    Column("name_th", String, nullable=False),
    Column("name_en", String),
)

local_government_area = Table(
    "local_government_area",
    metadata,
    Column("id", Key, primary_key=True),
    Column("local_government_code", ForeignKey("local_government.code"), nullable=False, index=True),
    Column("subdistrict_code", String, nullable=False, index=True),
    Column("coverage", String, nullable=False),
)

# What a person's file says about an agency or a stream; the newest active row stands over the shipped list.
agency_entry = Table(
    "agency_entry",
    metadata,
    *provenance(),
    Column("code", String, nullable=False),
    Column("name_th", String, nullable=False),
    Column("name_en", String),
    Column("short_th", String),
    Column("level", String),
)

stream_entry = Table(
    "stream_entry",
    metadata,
    *provenance(),
    Column("code", String, nullable=False),
    Column("name_th", String, nullable=False),
    Column("name_en", String),
    Column("owner", String),
    Column("kind", String),
    Column("is_restricted", Boolean),
    Column("condition_th", Text),
    Column("theme_code", String),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("total_satang", BigInteger),
)

# Sums of a batch's support, written in the import's own transaction; a withdrawn batch takes its sums with it.
support_summary = Table(
    "support_summary",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
    Column("province_code", String),
    Column("fiscal_year", Integer),
    Column("agency_code", String, nullable=False),
    Column("stream_code", String),
    Column("theme_code", String),
    Column("records", Integer, nullable=False),
    Column("amount_satang", BigInteger),
    Column("committed_satang", BigInteger),
    Column("paid_satang", BigInteger),
    Index("support_summary_province_year", "province_code", "fiscal_year"),
)

# Who may see a data set (register and base; base "*" = every base without a row of its own).
sharing = Table(
    "sharing",
    metadata,
    Column("register", String, primary_key=True),
    Column("base", String, primary_key=True),
    Column("level", String, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", String, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("subject", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("agency_code", String),
    Column("granted_by", String, nullable=False),
    Column("granted_at", String, nullable=False),
    Column("revoked_at", String),
)

due = Table(
    "due",
    metadata,
    Column("id", Key, primary_key=True),
    Column("base", String, nullable=False),
    Column("register", String, nullable=False),
    Column("district_code", String),
    Column("fiscal_year", Integer),
    Column("due_on", Date, nullable=False),
    Column("note", Text),
    Column("set_by", String, nullable=False),
)
