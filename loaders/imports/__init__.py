"""One file end to end: ``ingest`` understands and stores it, ``job`` does so for a screen, ``give_back`` returns it.

Rows in = loaded + waiting for a person + excluded, and the same in satang (``account``); a person decides at the review
desk. Imports every other room of loaders but exchange, decisions and demo.
"""

from __future__ import annotations

from typing import Any

from loaders.store import shared


def public_waiting(connection: Any, province: str) -> list[dict[str, Any]]:
    """What waits about a province, as the public may know it, for the copies that it publishes."""
    from loaders.imports.review.may_be import waiting_dues  # frames, which small commands do not load
    from loaders.store.viewers import PUBLIC

    return waiting_dues(connection, province, viewer=PUBLIC)


shared.WAITING_READERS[:] = [public_waiting]  # the store may not import what reads a waiting row
