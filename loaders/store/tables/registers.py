"""Registers (the rows that files bring in), their sums, and the code lists of agencies and streams."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text

from loaders.store.tables.columns import Key, metadata, place, provenance, texts

support = Table(
    "support",
    metadata,
    *provenance(),
    *place(),
    Column("agency_code", String, nullable=False),
    *texts("implementer", "stream_code", "theme_code", "target_group", "activity_code", nullable=True),
    Column("activity", Text),
    Column("reference", String),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("fiscal_year", Integer),
    Column("amount_satang", BigInteger),
    Column("committed_satang", BigInteger),
    Column("paid_satang", BigInteger),
    Column("people_reached", Integer),
    *texts("status", "cofinancing", nullable=True),
    # How a person divided the money over fiscal years (:mod:`loaders.year_shares`); NULL = all in ``fiscal_year``.
    Column("year_shares", Text),
    Column("year_shares_by", String),
    Index("support_province_year", "province_code", "fiscal_year"),
)

# Sums of a batch's support, written in the import's transaction; queries join the batch, so a withdrawal hides them.
support_summary = Table(
    "support_summary",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
    Column("province_code", String),
    Column("fiscal_year", Integer),
    Column("agency_code", String, nullable=False),
    *texts("stream_code", "theme_code", nullable=True),
    Column("records", Integer, nullable=False),
    Column("amount_satang", BigInteger),
    Column("committed_satang", BigInteger),
    Column("paid_satang", BigInteger),
    Index("support_summary_province_year", "province_code", "fiscal_year"),
)

plan = Table(
    "plan",
    metadata,
    *provenance(),
    *place(),
    Column("plan_exists", Boolean),
    Column("booklet_held", Boolean),
    Column("plan_year", Integer),
    Column("cohort", Integer),
    Column("priority_theme", String),
)

welfare_fund = Table(
    "welfare_fund",
    metadata,
    *provenance(),
    *place(),
    Column("fund_name", String),
    Column("founded_on", Date),
    Column("fiscal_year", Integer),
    Column("members", Integer),
    Column("savings_satang", BigInteger),
    Column("hardship_members", Integer),
)

contribution = Table(
    "contribution",
    metadata,
    *provenance(),
    *place(),
    Column("source", String, nullable=False),
    Column("fiscal_year", Integer),
    Column("promised_satang", BigInteger),
    Column("received_satang", BigInteger),
    Column("received_on", Date),
)

organisation = Table(
    "organisation",
    metadata,
    *provenance(),
    *place(),
    Column("organisation_name", String, nullable=False),
    *texts("organisation_kind", "theme_code", nullable=True),
    Column("founded_on", Date),
    Column("members", Integer),
    Column("hardship_members", Integer),
    Column("savings_satang", BigInteger),
    Column("village_list", Text),
)

indicator_value = Table(
    "indicator_value",
    metadata,
    *provenance(),
    *place(),
    Column("indicator_code", String, nullable=False),
    Column("fiscal_year", Integer),
    Column("value", Float),
    Index("indicator_value_by_code", "province_code", "indicator_code", "fiscal_year"),
)

role_holder = Table(
    "role_holder",
    metadata,
    *provenance(),
    *place(),
    Column("role", String, nullable=False),
    *texts("person", "organisation_name", "phone", nullable=True),
    Column("is_vacant", Boolean),  # as stated by the file; NULL where it says nothing
    Column("retain_until", Date),
)

# Rows of registers defined as data (:mod:`loaders.registers`): their columns as JSON.
entry = Table(
    "entry",
    metadata,
    *provenance(),
    *place(),
    Column("register", String, nullable=False, index=True),
    Column("content", Text, nullable=False),
    Column("retain_until", Date),
)

agency = Table(
    "agency",
    metadata,
    Column("code", String, primary_key=True),
    Column("name_th", String, nullable=False),
    *texts("name_en", "short_th", "level", nullable=True),
)

stream = Table(
    "stream",
    metadata,
    Column("code", String, primary_key=True),
    Column("name_th", String, nullable=False),
    *texts("name_en", "owner", "kind", nullable=True),
    Column("is_restricted", Boolean),
    Column("condition_th", Text),
    Column("theme_code", String),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("total_satang", BigInteger),
)

# What a file says about an agency or a stream; the newest active row overrides the shipped list.
agency_entry = Table(
    "agency_entry",
    metadata,
    *provenance(),
    *texts("code", "name_th"),
    *texts("name_en", "short_th", "level", nullable=True),
)

stream_entry = Table(
    "stream_entry",
    metadata,
    *provenance(),
    *texts("code", "name_th"),
    *texts("name_en", "owner", "kind", nullable=True),
    Column("is_restricted", Boolean),
    Column("condition_th", Text),
    Column("theme_code", String),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("total_satang", BigInteger),
)
