"""The store's tables (SQLAlchemy Core). Money is integer satang, dates are ISO, codes are text.

Every loaded row carries its batch, sheet and row number, so that any figure leads back to the file it
came from. Rows of a withdrawn batch stay; the queries leave them out.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from loaders.store.tables_base import Key, metadata
from loaders.store.tables_base import place as _place
from loaders.store.tables_base import provenance as _provenance
from loaders.store.tables_clearings import clearing
from loaders.store.tables_imports import correction, layout
from loaders.store.tables_meetings import decision, snapshot, storyboard
from loaders.store.tables_registers import (
    account,
    agency_entry,
    area,
    area_event,
    due,
    local_government,
    local_government_area,
    sharing,
    stream_entry,
    support_summary,
)
from loaders.store.tables_scenarios import override, project, scenario, team

# The newest migration; ``tests/loaders/store/test_store_versions.py`` holds these tables and the migrations to each other.
SCHEMA_VERSION = 6
__all__ = [
    "REGISTERS",
    "SCHEMA_VERSION",
    "account",
    "agency",
    "agency_entry",
    "alias",
    "area",
    "area_event",
    "audit",
    "batch_scope",
    "clearing",
    "contribution",
    "correction",
    "decision",
    "due",
    "excluded",
    "import_batch",
    "indicator_value",
    "layout",
    "local_government",
    "local_government_area",
    "metadata",
    "organisation",
    "override",
    "plan",
    "project",
    "quarantine",
    "role_holder",
    "scenario",
    "setting",
    "sharing",
    "snapshot",
    "storyboard",
    "stream",
    "stream_entry",
    "support",
    "support_summary",
    "team",
    "welfare_fund",
]

setting = Table("setting", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False))

import_batch = Table(
    "import_batch",
    metadata,
    Column("id", Key, primary_key=True),
    Column("base", String, nullable=False),
    Column("file_name", String, nullable=False),
    Column("file_sha256", String, nullable=False),
    Column("layouts", String, nullable=False),
    Column("loaded_at", String, nullable=False),
    Column("loaded_by", String, nullable=False),
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

# What a batch speaks for: only there does its silence mean "none".
batch_scope = Table(
    "batch_scope",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
    Column("register", String, nullable=False),
    Column("base", String, nullable=False),
    Column("area_code", String, nullable=False),
    Column("fiscal_year", Integer),
)

agency = Table(
    "agency",
    metadata,
    Column("code", String, primary_key=True),
    Column("name_th", String, nullable=False),
    Column("name_en", String),
    Column("short_th", String),
    Column("level", String),
)

stream = Table(
    "stream",
    metadata,
    Column("code", String, primary_key=True),
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

support = Table(
    "support",
    metadata,
    *_provenance(),
    *_place(),
    Column("agency_code", String, nullable=False),
    Column("implementer", String),
    Column("stream_code", String),
    Column("theme_code", String),
    Column("target_group", String),
    Column("activity_code", String),
    Column("activity", Text),
    Column("reference", String),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("fiscal_year", Integer),
    Column("amount_satang", BigInteger),
    Column("committed_satang", BigInteger),
    Column("paid_satang", BigInteger),
    Column("people_reached", Integer),
    Column("status", String),
    Column("cofinancing", String),
    Index("support_province_year", "province_code", "fiscal_year"),
)

plan = Table(
    "plan",
    metadata,
    *_provenance(),
    *_place(),
    Column("plan_exists", Boolean),
    Column("booklet_held", Boolean),
    Column("plan_year", Integer),
    Column("cohort", Integer),
    Column("priority_theme", String),
)

welfare_fund = Table(
    "welfare_fund",
    metadata,
    *_provenance(),
    *_place(),
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
    *_provenance(),
    *_place(),
    Column("source", String, nullable=False),
    Column("fiscal_year", Integer),
    Column("promised_satang", BigInteger),
    Column("received_satang", BigInteger),
    Column("received_on", Date),
)

organisation = Table(
    "organisation",
    metadata,
    *_provenance(),
    *_place(),
    Column("organisation_name", String, nullable=False),
    Column("organisation_kind", String),
    Column("theme_code", String),
    Column("members", Integer),
    Column("village_list", Text),
)

indicator_value = Table(
    "indicator_value",
    metadata,
    *_provenance(),
    *_place(),
    Column("indicator_code", String, nullable=False),
    Column("fiscal_year", Integer),
    Column("value", Float),
    Index("indicator_value_by_code", "province_code", "indicator_code", "fiscal_year"),
)

role_holder = Table(
    "role_holder",
    metadata,
    *_provenance(),
    *_place(),
    Column("role", String, nullable=False),
    Column("person", String),
    Column("organisation_name", String),
    Column("phone", String),
    Column("retain_until", Date),
)

quarantine = Table(
    "quarantine",
    metadata,
    *_provenance(),
    Column("register", String, nullable=False),
    Column("problem", String, nullable=False),
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

alias = Table(
    "alias",
    metadata,
    Column("id", Key, primary_key=True),
    Column("written", String, nullable=False, unique=True),
    Column("area_code", String, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", String, nullable=False),
    Column("reason", Text),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", String, nullable=False),
    Column("who", String, nullable=False),
    Column("action", String, nullable=False),
    Column("batch_id", Integer),
    Column("detail", Text),
)

REGISTERS = {
    "support": support,
    "plan": plan,
    "welfare_fund": welfare_fund,
    "contribution": contribution,
    "organisation": organisation,
    "indicator": indicator_value,
    "role_holder": role_holder,
    "agency": agency_entry,
    "stream": stream_entry,
}
