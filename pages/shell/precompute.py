"""Compute ahead what people are likely to open: first page at server start, then the meeting and every single filter.

The first change of a filter otherwise waits for the coverage of all years, whose class bounds the maps share. One
low-load thread per data version, province and viewer computes it under each function, agency and stream after the first
visit; a newer version ends the older thread.
"""

from __future__ import annotations

import importlib
import logging
import threading
import time

from loaders import codes, settings
from loaders.store.privacy import Viewer
from pages.queries import coverage
from pages.queries import map_files as geometry
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import insides, sign_in
from pages.session.scope import Scope

log = logging.getLogger("kradan")
PATIENCE_SECONDS = 3.0  # idle time before the start: the first page of a cold server takes longer than that
LONGEST_SECONDS = 60.0
STEP_SECONDS = 0.05
PAUSE_SECONDS = 0.05
RESTS = 3  # idle time as a multiple of computing time: people who open a page then have most of the processor
_wanted: dict[tuple[str, Viewer], str] = {}  # province and viewer -> data version being computed
_lock = threading.Lock()


def ahead() -> None:
    """Compute what the first visitor would wait for: libraries, map, figures of the usual year.

    Views are not imported here: a component declared outside a session is never served (its frame stays blank).
    """
    try:
        geometry.current(settings.home_province())
        if not sign_in.may_be_alone():  # figures differ by viewer, who is unknown before sign-in
            return
        scope = queries.current_scope(settings.home_province(), sign_in.ALONE)
        first = Query(queries.usual_year(scope))
        coverage.breaks(scope, "agencies", first)
        coverage.rolled(scope, first)
        coverage.undated(scope, first)
    except Exception:  # the page that needs the result reports the error
        log.exception("getting ready stopped")


def start(scope: Scope) -> None:
    """Start the thread, once per data version, province and viewer; returns at once."""
    if not settings.computes_ahead():
        return
    with _lock:
        if not _is_outdated(scope):
            return
        _wanted[scope.province, scope.viewer] = scope.version
    threading.Thread(target=_work, args=(scope,), daemon=True, name="kradan-warm").start()


def _is_outdated(scope: Scope) -> bool:
    """Whether no thread, or one of another data version, works for this province and viewer."""
    return _wanted.get((scope.province, scope.viewer)) != scope.version


def likely(scope: Scope) -> list[Query]:
    """Queries one choice away from the start: none, or a single function, agency or stream."""
    present = queries.support(scope)
    themes = [entry["code"] for entry in codes.themes()]
    agencies, streams = (sorted(present[f"{name}_code"].dropna().unique()) for name in ("agency", "stream"))
    return [
        Query(),
        *(Query(theme=code) for code in themes),
        *(Query(agency=code) for code in agencies),
        *(Query(stream=code) for code in streams),
    ]


def _work(scope: Scope) -> None:
    _rest(PATIENCE_SECONDS)
    try:
        if scope.province == settings.home_province():  # saves 2 s of the first view of a meeting
            importlib.import_module("pages.meeting.facts").gather(scope)  # components may be declared: a session exists
        for query in likely(scope):
            if _is_outdated(scope):
                return
            began = time.perf_counter()
            coverage.breaks(scope, "agencies", query)
            _rest(PAUSE_SECONDS + RESTS * (time.perf_counter() - began))
    except Exception:  # pages compute what is missing themselves
        log.exception("computing ahead stopped")


def _rest(seconds: float) -> None:
    """Wait until no page was computed for so many seconds, at most a minute on a board that is never idle."""
    end, quiet = time.monotonic() + LONGEST_SECONDS, 0.0
    while quiet < seconds and time.monotonic() < end:
        time.sleep(STEP_SECONDS)
        quiet = 0.0 if insides.is_busy() else quiet + STEP_SECONDS
