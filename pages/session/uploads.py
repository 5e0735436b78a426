"""Which sessions may upload files, and how much the server holds at once.

Streamlit keeps a file in memory for anyone who knows a session id, and anyone can have a session. So a page that takes
files registers its session (:func:`expect`), and :mod:`pages.shell.doors` checks before the first byte is read.
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
LEAST = 1 << 16  # bytes that every file counts for at least, so that many tiny files reach the limit too
_expected: LRUCache[str, str | None] = LRUCache(10_000)
_under_way: dict[str, int] = {}
_lock = Lock()


def expect() -> None:
    """Allow this session to upload; the role of its person is checked again at each upload."""
    if (session := insides.session_id()) is not None:
        with _lock:
            _expected[session] = sign_in.name()


def is_expected(session: str) -> tuple[bool, str | None]:
    """Whether this session may upload, and the sign-in name with which the page was opened."""
    with _lock:
        return session in _expected, _expected.get(session)


@contextmanager
def room(session: str, size: int) -> Generator[bool]:
    """Reserve memory for an incoming file; yields False when the session or the server would hold too much.

    ``KRADAN_UPLOADS_SESSION_MB`` and ``KRADAN_UPLOADS_MB`` limit the files in memory plus the incoming ones.
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
