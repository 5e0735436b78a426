"""Areas with their periods of validity, and local governments."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table

from loaders.store.tables.columns import Key, metadata, texts

# One row per area and period with unchanged attributes; valid_to is the first day after that period.
area = Table(
    "area",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", String, nullable=False, index=True),
    *texts("level", "kind", "name_th"),
    *texts("name_en", "parent_code", "present_code", nullable=True),
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
    *texts("old_code", "old_parent_code", "new_parent_code", "split_from", "old_name", nullable=True),
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
