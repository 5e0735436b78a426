"""One file end to end: ``ingest`` understands and stores it, ``job`` runs that for a page, ``give_back`` returns it.

Rows in = loaded + quarantined + excluded, and the same in satang (``account``); people settle quarantined rows at the
review desk (``review``) and edit entries (``by_hand``). May import ``decisions``, ``replies``, ``layouts`` and lower
packages.
"""

from __future__ import annotations

from typing import Any

from loaders.store import shared


def public_waiting(connection: Any, province: str) -> list[dict[str, Any]]:
    """Public quarantined rows of a province as rows of ``due``, for the copies that it publishes."""
    from loaders.imports.review.may_be import waiting_dues  # loads pandas, which small commands do not need
    from loaders.store.viewers import PUBLIC

    return waiting_dues(connection, province, viewer=PUBLIC)


shared.WAITING_READERS[:] = [public_waiting]  # the store may not import this package
