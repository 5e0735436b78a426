"""Frozen facts of a meeting, its decisions, storyboards saved by name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add three tables."""
    op.create_table(
        "snapshot",
        sa.Column("id", KEY, primary_key=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("name", "made_at", "made_by", "data_version", "sha256")
        ),
        sa.Column("facts", sa.Text(), nullable=False),
    )
    op.create_table(
        "decision",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("noted_at", sa.String(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("area_code", sa.String()),
        sa.Column("step", sa.String()),
        sa.Column("data_version", sa.String(), nullable=False),
        sa.Column("snapshot_id", KEY, sa.ForeignKey("snapshot.id")),
        sa.Column("is_struck", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "storyboard",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.String(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
    )
