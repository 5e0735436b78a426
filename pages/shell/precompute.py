"""Compute ahead what people are about to ask: the first page when the server starts, then the meeting and every single filter.

A first change of a filter otherwise waits for the coverage of all years (the class bounds are shared between them):
one quiet thread per data version computes it under each function, agency and stream shortly after the first visit;
a newer version ends the older thread's work.
"""

from __future__ import annotations

import importlib
import logging
import threading
import time

from loaders import codes, settings
from pages.queries import analysis, looks
from pages.queries import map_files as geometry
from pages.queries import store as queries
from pages.queries.looks import Look
from pages.queries.store import Filters
from pages.session import sign_in as who

log = logging.getLogger("kradan")
PATIENCE_SECONDS = 3.0
PAUSE_SECONDS = 0.05
RESTS = 3  # times as long as it worked: people who look at a page meanwhile have the machine to themselves
_wanted: dict[str, str] = {}  # province and who looks -> the data version at work
_lock = threading.Lock()


def ahead() -> None:
    """What the first person to open a page would otherwise wait for: libraries, map, figures of the usual year.

    Views are not imported here: a component that is declared outside a session is never served (its frame stays blank).
    """
    try:
        geometry.current()
        if who.has_sign_in():  # figures differ by who looks
            return
        version = queries.version()
        first = Look(Filters(queries.usual_year(version)))
        looks.shared_breaks(version, (first,), "agencies")
        looks.rolled(version, first)
        looks.undated(version, first)
    except Exception:  # a page that needs it says what is wrong
        log.exception("getting ready stopped")


def start(version: str) -> None:
    """Begin once per data version, province and kind of viewer; returns at once."""
    if not settings.computes_ahead():
        return
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
        if settings.province() == settings.home_province():  # 2 s of the first view of a meeting
            importlib.import_module("pages.meeting.facts").gather(version)  # here a session has its components
        for filters in likely(version):
            if _wanted[_scope(version)] != version:
                return
            began = time.perf_counter()
            analysis.breaks(version, filters, "agencies")
            time.sleep(PAUSE_SECONDS + RESTS * (time.perf_counter() - began))
    except Exception:  # pages compute for themselves what is not there
        log.exception("computing ahead stopped")
