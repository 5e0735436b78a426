"""Registers by hand, memberships, who looks after what, states of decisions, corrections by link, shared rows.

One function per subject; ``upgrade`` calls them in turn.
"""

from __future__ import annotations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Call one function per subject, each below."""
