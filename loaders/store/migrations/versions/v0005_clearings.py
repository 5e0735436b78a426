"""Explanations of flagged overlaps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add one table."""
    sides = [
        column
        for side in ("a", "b")
        for column in (
            sa.Column(f"file_sha256_{side}", sa.String(), nullable=False),
            sa.Column(f"sheet_{side}", sa.String(), nullable=False),
            sa.Column(f"row_{side}", sa.Integer(), nullable=False),
        )
    ]
    op.create_table(
        "clearing",
        sa.Column("id", KEY, primary_key=True),
        *sides,
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cleared_by", sa.String(), nullable=False),
        sa.Column("cleared_at", sa.String(), nullable=False),
        sa.Column("undone_by", sa.String()),
        sa.Column("undone_at", sa.String()),
    )
    op.create_index("clearing_by_file", "clearing", ["file_sha256_a", "file_sha256_b"])
