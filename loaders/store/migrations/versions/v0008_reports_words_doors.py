"""What a file speaks for, whose report is expected, words that are edited on a page, a state with a name of its own.

One function per subject; ``upgrade`` calls them in turn.
"""

from __future__ import annotations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Call one function per subject, each below."""
