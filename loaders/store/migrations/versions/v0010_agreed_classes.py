"""Agreed classes of groups, villages and funds, beside those of subdistricts.

One function per subject; ``upgrade`` calls them in turn.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Call one function per subject."""
    _agreed_classes()


def _agreed_classes() -> None:
    """``unit_key`` for classes of other units than subdistricts; a network may have no subdistrict."""
    with op.batch_alter_table("override") as table:
        table.add_column(sa.Column("unit_key", sa.String()))
        table.alter_column("subdistrict_code", existing_type=sa.String(), nullable=True)
