"""Scenarios, agreed classes, teams and projects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add four tables."""
    op.create_table(
        "scenario",
        sa.Column("id", KEY, primary_key=True),
        *_texts("kind", "name"),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        *_decided(),
    )
    op.create_index("scenario_by_kind", "scenario", ["kind", "name"])
    op.create_table(
        "override",
        sa.Column("id", KEY, primary_key=True),
        *_texts("index_code"),
        sa.Column("fiscal_year", sa.Integer()),
        *_texts("subdistrict_code"),
        *_texts("computed_class", nullable=True),
        *_texts("agreed_class"),
        sa.Column("reason", sa.Text(), nullable=False),
        *_decided(),
    )
    op.create_index("ix_override_subdistrict_code", "override", ["subdistrict_code"])
    op.create_table(
        "team",
        sa.Column("id", KEY, primary_key=True),
        *_texts("subdistrict_code", "team"),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("visit_on", sa.Date()),
        sa.Column("reason", sa.Text()),
        *_decided(),
    )
    op.create_index("ix_team_subdistrict_code", "team", ["subdistrict_code"])
    op.create_table(
        "project",
        sa.Column("id", KEY, primary_key=True),
        *_texts("project_code"),
        sa.Column("title", sa.Text(), nullable=False),
        *_texts("subdistrict_code", nullable=True),
        *_texts("stream_code"),
        sa.Column("amount_satang", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date()),
        sa.Column("reason", sa.Text()),
        *_decided(),
    )


def _decided() -> list[sa.Column]:
    return [*_texts("data_version", "decided_by", "decided_at"), *_texts("removed_by", "removed_at", nullable=True)]


def _texts(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]
