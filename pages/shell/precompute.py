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
from loaders.store.privacy import Viewer
from pages.queries import coverage
from pages.queries import map_files as geometry
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import insides, sign_in
from pages.session.scope import Scope

log = logging.getLogger("kradan")
PATIENCE_SECONDS = 3.0  # without anybody's page being made: the first of a cold server takes longer than that
LONGEST_SECONDS = 60.0
STEP_SECONDS = 0.05
PAUSE_SECONDS = 0.05
RESTS = 3  # times as long as it worked: people who look at a page then have the machine to themselves
_wanted: dict[tuple[str, Viewer], str] = {}  # province and who looks -> the data version at work
_lock = threading.Lock()


def ahead() -> None:
    """What the first person to open a page would otherwise wait for: libraries, map, figures of the usual year.

    Views are not imported here: a component that is declared outside a session is never served (its frame stays blank).
    """
    try:
        geometry.current(settings.home_province())
        if not sign_in.may_be_alone():  # figures differ by who looks
            return
        scope = queries.current_scope(settings.home_province(), sign_in.ALONE)
        first = Query(queries.usual_year(scope))
        coverage.breaks(scope, "agencies", first)
        coverage.rolled(scope, first)
        coverage.undated(scope, first)
    except Exception:  # a page that needs it says what is wrong
        log.exception("getting ready stopped")


def start(scope: Scope) -> None:
    """Begin once per data version, province and kind of viewer; returns at once."""
    if not settings.computes_ahead():
        return
    with _lock:
        if not _is_outdated(scope):
            return
        _wanted[scope.province, scope.viewer] = scope.version
    threading.Thread(target=_work, args=(scope,), daemon=True, name="kradan-warm").start()


def _is_outdated(scope: Scope) -> bool:
    """Whether another data version is (or none yet) at work for this province and viewer."""
    return _wanted.get((scope.province, scope.viewer)) != scope.version


def likely(scope: Scope) -> list[Query]:
    """The filters a person is one choice away from."""
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
        if scope.province == settings.home_province():  # 2 s of the first view of a meeting
            importlib.import_module("pages.meeting.facts").gather(scope)  # here a session has its components
        for query in likely(scope):
            if _is_outdated(scope):
                return
            began = time.perf_counter()
            coverage.breaks(scope, "agencies", query)
            _rest(PAUSE_SECONDS + RESTS * (time.perf_counter() - began))
    except Exception:  # pages compute for themselves what is not there
        log.exception("computing ahead stopped")


def _rest(seconds: float) -> None:
    """Wait until nobody's page was made for so long; on a board that is never quiet not longer than a minute."""
    end, quiet = time.monotonic() + LONGEST_SECONDS, 0.0
    while quiet < seconds and time.monotonic() < end:
        time.sleep(STEP_SECONDS)
        quiet = 0.0 if insides.is_busy() else quiet + STEP_SECONDS
