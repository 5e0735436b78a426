"""What a province shares with the nation, on PostgreSQL: public, masked copies of its registers in a schema of their own.

``tables``: the copies' tables, plain at a province, partitioned by province at the nation. ``copies``: kept in the
transaction of whoever changes something. ``nation``: the nation's reading of them. May import the rest of ``store``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# What waits about a province, as rows of the shared dues. To read a waiting row takes layouts, which stand above the store.
WAITING_READERS: list[Callable[[Any, str], list[dict[str, Any]]]] = []
