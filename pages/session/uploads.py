"""Which sessions may hand in files, and how much of them the server holds at once.

Streamlit keeps a file in memory for everybody who knows a session, and anybody has one. The page that takes files says so here
(:func:`expect`); :mod:`pages.shell.doors` asks before the first byte is read.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock

from cachetools import LRUCache

from loaders import settings
from pages.session import insides, sign_in

ADDRESS = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")
MEGABYTE = 1 << 20
LEAST = 1 << 16  # what the smallest file counts for
_expected: LRUCache[str, str | None] = LRUCache(10_000)
_under_way: dict[str, int] = {}
_lock = Lock()


def expect() -> None:
    """Let this session's person hand in files from now on, for as long as the role lasts."""
    if (session := insides.session_id()) is not None:
        with _lock:
            _expected[session] = sign_in.name()


def is_expected(session: str) -> tuple[bool, str | None]:
    """Whether a page for files is open in this session, and the sign-in name it was opened with."""
    with _lock:
        return session in _expected, _expected.get(session)


@contextmanager
def room(session: str, size: int) -> Generator[bool]:
    """Keep room for a file on its way; false when the session or the server would hold too much.

    ``KRADAN_UPLOADS_SESSION_MB`` and ``KRADAN_UPLOADS_MB``, files that lie in memory and those on their way together.
    """
    counted = max(size, LEAST)
    most = {
        session: settings.whole_number("KRADAN_UPLOADS_SESSION_MB", 300) * MEGABYTE,
        None: settings.whole_number("KRADAN_UPLOADS_MB", 600) * MEGABYTE,
    }
    with _lock:
        held = {session: _under_way.get(session, 0), None: sum(_under_way.values())}
        fits = all(
            insides.held_bytes(session_id, LEAST) + held[session_id] + counted <= limit
            for session_id, limit in most.items()
        )
        if fits:
            _under_way[session] = held[session] + counted
    try:
        yield fits
    finally:
        if fits:
            with _lock:
                left = _under_way[session] - counted
                _under_way[session] = left
                if not left:
                    del _under_way[session]
