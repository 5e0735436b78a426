"""Areas with time, code lists by file, summaries, sharing, accounts, due dates, retention of person records."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RETENTION_YEARS = 2


def upgrade() -> None:
    """Add tables and one column; fill sums and retention dates of what is already there."""
    _areas()
    _code_lists()
    _people()
    _summaries()


def _areas() -> None:
    op.create_table(
        "area",
        sa.Column("id", KEY, primary_key=True),
        *_texts("code", "level", "kind", "name_th"),
        *_texts("name_en", "parent_code", "present_code", nullable=True),
        sa.Column("moo", sa.Integer()),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
    )
    op.create_index("ix_area_code", "area", ["code"])
    op.create_table(
        "area_event",
        sa.Column("id", KEY, primary_key=True),
        *_texts("area_code", "event"),
        sa.Column("effective", sa.Date()),
        *_texts("old_code", "old_parent_code", "new_parent_code", "split_from", "old_name", nullable=True),
    )
    op.create_index("ix_area_event_area_code", "area_event", ["area_code"])
    op.create_table(
        "local_government",
        sa.Column("code", sa.String(), primary_key=True),
        *_texts("office_type"),
        *_texts("entity_type", nullable=True),
        *_texts("name_th"),
        *_texts("name_en", nullable=True),
    )
    op.create_table(
        "local_government_area",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("local_government_code", sa.String(), sa.ForeignKey("local_government.code"), nullable=False),
        *_texts("subdistrict_code", "coverage"),
    )
    for column in ("local_government_code", "subdistrict_code"):
        op.create_index(f"ix_local_government_area_{column}", "local_government_area", [column])


def _texts(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _provenance() -> list[sa.Column]:
    return [
        sa.Column("id", KEY, primary_key=True),
        sa.Column("batch_id", KEY, sa.ForeignKey("import_batch.id"), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
    ]


def _code_lists() -> None:
    op.create_table(
        "agency_entry",
        *_provenance(),
        *_texts("code", "name_th"),
        *_texts("name_en", "short_th", "level", nullable=True),
    )
    op.create_index("ix_agency_entry_batch_id", "agency_entry", ["batch_id"])
    op.create_table(
        "stream_entry",
        *_provenance(),
        *_texts("code", "name_th"),
        *_texts("name_en", "owner", "kind", nullable=True),
        sa.Column("is_restricted", sa.Boolean()),
        sa.Column("condition_th", sa.Text()),
        sa.Column("theme_code", sa.String()),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("total_satang", sa.BigInteger()),
    )
    op.create_index("ix_stream_entry_batch_id", "stream_entry", ["batch_id"])


def _people() -> None:
    op.create_table(
        "sharing",
        sa.Column("register", sa.String(), primary_key=True),
        sa.Column("base", sa.String(), primary_key=True),
        *_texts("level", "decided_by", "decided_at"),
    )
    op.create_table(
        "account",
        sa.Column("subject", sa.String(), primary_key=True),
        *_texts("role"),
        *_texts("agency_code", nullable=True),
        *_texts("granted_by", "granted_at"),
        *_texts("revoked_at", nullable=True),
    )
    op.create_table(
        "due",
        sa.Column("id", KEY, primary_key=True),
        *_texts("base", "register"),
        *_texts("district_code", nullable=True),
        sa.Column("fiscal_year", sa.Integer()),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text()),
        *_texts("set_by"),
    )
    op.add_column("role_holder", sa.Column("retain_until", sa.Date()))
    _retention()


def _retention() -> None:
    batch = sa.table("import_batch", sa.column("id", sa.BigInteger), sa.column("loaded_at", sa.String))
    holder = sa.table("role_holder", sa.column("batch_id", sa.BigInteger), sa.column("retain_until", sa.Date))
    connection = op.get_bind()
    for key, loaded_at in connection.execute(sa.select(batch.c.id, batch.c.loaded_at)).all():
        until = _years_after(loaded_at[:10])
        connection.execute(sa.update(holder).where(holder.c.batch_id == key).values(retain_until=until))


def _years_after(text: str) -> date:
    day = date.fromisoformat(text)
    return date(day.year + RETENTION_YEARS, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def _summaries() -> None:
    op.create_table(
        "support_summary",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("batch_id", KEY, sa.ForeignKey("import_batch.id"), nullable=False),
        *_texts("province_code", nullable=True),
        sa.Column("fiscal_year", sa.Integer()),
        *_texts("agency_code"),
        *_texts("stream_code", "theme_code", nullable=True),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("amount_satang", sa.BigInteger()),
        sa.Column("committed_satang", sa.BigInteger()),
        sa.Column("paid_satang", sa.BigInteger()),
    )
    op.create_index("ix_support_summary_batch_id", "support_summary", ["batch_id"])
    op.create_index("support_summary_province_year", "support_summary", ["province_code", "fiscal_year"])
    op.execute(
        "INSERT INTO support_summary (batch_id, province_code, fiscal_year, agency_code, stream_code, theme_code,"
        " records, amount_satang, committed_satang, paid_satang)"
        " SELECT batch_id, province_code, fiscal_year, agency_code, stream_code, theme_code, count(*),"
        " CAST(sum(amount_satang) AS BIGINT), CAST(sum(committed_satang) AS BIGINT), CAST(sum(paid_satang) AS BIGINT)"
        " FROM support GROUP BY batch_id, province_code, fiscal_year, agency_code, stream_code, theme_code"
        " ORDER BY batch_id, province_code, fiscal_year, agency_code, stream_code, theme_code"
    )
