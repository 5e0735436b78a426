"""Decisions, snapshots and scenarios get a column ``province_code``; ``account`` becomes ``user_role``.

Version 6 appended province and viewer to the data version (``84af01c2~84@partner:codi``); without a province there, the
decision is about the home province.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from loaders.settings import home_province

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DECIDED = ("scenario", "override", "team", "project", "snapshot", "decision")


def upgrade() -> None:
    """Add and fill ``province_code``, reduce ``data_version`` to the version itself, rename one table."""
    for name in DECIDED:
        op.add_column(name, sa.Column("province_code", sa.String()))
        _fill(name)
        with op.batch_alter_table(name) as table:
            table.alter_column("province_code", existing_type=sa.String(), nullable=False)
    op.rename_table("account", "user_role")


def _fill(name: str) -> None:
    table = sa.table(
        name,
        sa.column("id", sa.BigInteger),
        sa.column("data_version", sa.String),
        sa.column("province_code", sa.String),
    )
    connection = op.get_bind()
    for key, written in connection.execute(sa.select(table.c.id, table.c.data_version)).all():
        number, _, province = written.partition("@")[0].partition("~")
        values = {"data_version": number, "province_code": province or home_province()}
        connection.execute(sa.update(table).where(table.c.id == key).values(**values))
