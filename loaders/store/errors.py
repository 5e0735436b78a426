"""Why the store cannot be used, in codes."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

# PostgreSQL's codes: no room on the disk; a write that the system refused (a limit of size or quota among them).
NO_ROOM = {"53100", "58030"}
SQLITE_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}
NO_ROOM_WORDS = ("could not extend file", "no space left on device")
# Classes and codes of a server that went away in the middle.
GONE = ("08", "57P01", "57P02", "57P03")


class StoreUnavailable(Exception):
    """The store cannot be used; ``code`` says why.

    ``store_missing``, ``store_damaged``, ``store_newer``, ``store_busy``, ``store_unreachable``, ``store_upgrade_failed``,
    ``store_full``, ``store_lost``, ``store_address``.
    """

    def __init__(self, code: str, where: str) -> None:
        self.code, self.where = code, where
        super().__init__(f"{code}: {where}")


def reason(error: DBAPIError) -> str | None:
    """``store_full`` or ``store_lost`` for what the world does to a store; ``None`` for a mistake of the program."""
    cause = error.orig
    state = str(getattr(cause, "sqlstate", None) or "")
    words = str(cause).casefold()
    is_full = getattr(cause, "sqlite_errorcode", 0) & 0xFF in SQLITE_NO_ROOM or state in NO_ROOM
    if is_full or any(part in words for part in NO_ROOM_WORDS):
        return "store_full"
    no_answer = isinstance(error, OperationalError) and not state and not isinstance(cause, sqlite3.Error)
    return "store_lost" if error.connection_invalidated or no_answer or state.startswith(GONE) else None
