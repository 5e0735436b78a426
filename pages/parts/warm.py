"""Compute ahead what people are about to ask: coverage under each single function, agency and stream, for every year.

A first change of a filter otherwise waits for the coverage of all years (the class bounds are shared between them).
One quiet thread per data version does it shortly after the first visit; a newer version ends the older thread's work.
"""

from __future__ import annotations

import logging
import threading
import time

from loaders import codes, settings
from pages.parts import queries
from pages.parts.queries import Filters

log = logging.getLogger("kradan")
PATIENCE_SECONDS = 3.0
PAUSE_SECONDS = 0.05
_wanted: dict[str, str] = {}  # province and who looks -> the data version at work
_lock = threading.Lock()


def start(version: str) -> None:
    """Begin once per data version, province and kind of viewer; returns at once."""
    with _lock:
        if version == _wanted.get(_scope(version)):
            return
        _wanted[_scope(version)] = version
    threading.Thread(target=_work, args=(version,), daemon=True, name="kradan-warm").start()


def _scope(version: str) -> str:
    """All of a version but the state of the data."""
    return version.removeprefix(queries.number(version))


def likely(version: str) -> list[Filters]:
    """The filters a person is one choice away from."""
    present = queries.support(version)
    themes = [entry["code"] for entry in codes.themes()]
    agencies, streams = (sorted(present[f"{name}_code"].dropna().unique()) for name in ("agency", "stream"))
    return [
        Filters(),
        *(Filters(theme=code) for code in themes),
        *(Filters(agency=code) for code in agencies),
        *(Filters(stream=code) for code in streams),
    ]


def _work(version: str) -> None:
    time.sleep(PATIENCE_SECONDS)
    settings.look_at(queries.province_in(version))
    try:
        for filters in likely(version):
            if _wanted[_scope(version)] != version:
                return
            queries.breaks(version, filters, "agencies")
            time.sleep(PAUSE_SECONDS)
    except Exception:  # pages compute for themselves what is not there
        log.exception("computing ahead stopped")
