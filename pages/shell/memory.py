"""Memory that is free is given back to the system once a minute.

The C library (glibc) keeps what was freed, in an arena per thread, and every run of a page is a thread of its own: after
two minutes of eight people a fifth of the process was free memory that nobody could use (789 of which 619 MB were in use).
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from contextlib import suppress

ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
ARENAS = 2
EVERY_SECONDS = 60.0


def stay_small() -> None:
    """Few arenas, and what is free given back once a minute; before the first thread, and only where glibc is."""
    if not sys.platform.startswith("linux"):
        return
    with suppress(OSError, AttributeError):  # another C library: it has its own ways
        library = ctypes.CDLL(None)
        library.mallopt(ARENA_MAX, ARENAS)
        threading.Thread(target=_give_back, args=(library.malloc_trim,), daemon=True, name="kradan-memory").start()


def _give_back(trim: ctypes._CFuncPtr) -> None:
    while True:
        time.sleep(EVERY_SECONDS)
        trim(0)
