"""What a province shares with the nation on PostgreSQL: public, masked copies of its registers in their own schema.

``tables``: definitions of the copies, plain at a province, partitioned by province at the nation. ``copies``: refreshes
them in every changing transaction. ``nation``: reads them. May import the rest of ``store``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Filled by ``loaders.imports``: a function (connection, province) -> quarantined rows as rows of the shared ``due``. It
# needs layouts, which the store may not import.
WAITING_READERS: list[Callable[[Any, str], list[dict[str, Any]]]] = []
