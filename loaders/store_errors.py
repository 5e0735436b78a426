"""Why the store cannot be used, in codes."""

from __future__ import annotations


class StoreUnavailable(Exception):
    """The store cannot be used; ``code`` says why.

    ``store_missing``, ``store_damaged``, ``store_newer``, ``store_busy``, ``store_unreachable``, ``store_upgrade_failed``.
    """

    def __init__(self, code: str, where: str) -> None:
        self.code, self.where = code, where
        super().__init__(f"{code}: {where}")
