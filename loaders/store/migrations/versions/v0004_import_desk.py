"""Remembered layouts and the decisions of the review desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add two tables."""
    op.create_table(
        "layout",
        sa.Column("id", KEY, primary_key=True),
        *_texts("base", "headings_key", "register"),
        sa.Column("content", sa.Text(), nullable=False),
        *_texts("decided_by", "decided_at"),
        sa.UniqueConstraint("base", "headings_key"),
    )
    op.create_table(
        "correction",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("batch_id", KEY, sa.ForeignKey("import_batch.id"), nullable=False),
        *_texts("sheet"),
        sa.Column("row", sa.Integer(), nullable=False),
        *_texts("register", "kind", "outcome"),
        *_texts("outcome_reason", nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        *_texts("area_code", "alias_key", "heading", nullable=True),
        sa.Column("value", sa.Text()),
        sa.Column("satang_before", sa.BigInteger(), nullable=False),
        sa.Column("satang_after", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_texts("decided_by", "decided_at"),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_correction_batch_id", "correction", ["batch_id"])


def _texts(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]
