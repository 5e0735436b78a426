"""Path of calls from a filter to the map classes of coverage and gaps, without cached results. One JSON line.

A *stay* is a run of calls inside one module; *modules* and *rooms* (folders) are those that are entered; a *climb* is a
stay on a higher layer than the one before (loaders < geo < pages/session < pages/queries < pages/components <
pages/<page>); *names* are the functions called. Needs a demo store: ``KRADAN_STORE=... python -m bench.source.walk``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import pairwise
from types import FrameType
from unittest import mock

from bench.source.house import SOURCE
from bench.source.house import room as folder_of
from loaders.settings import ROOT
from pages.components import map_layer
from pages.components.names import need_names
from pages.queries import coverage, gaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope

# Not counted, because a reader need not look into them: cache, text catalogue, checks of a frame.
MACHINERY = {"pages.session.cache", "pages.session.text", "pages.session.formatter", "loaders.words"}
CHECKS = {"require_columns", "is_one_of"}
FLOORS = ("loaders", "geo", "pages.session", "pages.queries", "pages.components", "pages.")


def floor_of(room: str) -> int:
    """Layer of a module: index in :data:`FLOORS` of the longest matching prefix."""
    return max(
        (number for number, prefix in enumerate(FLOORS) if room.startswith(prefix)), key=lambda n: len(FLOORS[n])
    )


def walk(act: Callable[[], object]) -> dict[str, int]:
    """Counts of stays, modules, rooms, climbs and names of our own functions while ``act`` runs."""
    stays: list[str] = []
    names: set[tuple[str, str]] = set()

    def seen(frame: FrameType, event: str, _argument: object) -> None:
        path = frame.f_code.co_filename
        if (
            event != "call"
            or not path.startswith(str(ROOT))
            or "/.venv/" in path
            or frame.f_code.co_name.startswith("<")
        ):
            return
        room = path.removeprefix(f"{ROOT}/").removesuffix(".py").replace("/", ".")
        if not room.startswith(SOURCE) or room in MACHINERY or frame.f_code.co_name in CHECKS:
            return
        names.add((room, frame.f_code.co_name))
        if not stays or stays[-1] != room:
            stays.append(room)

    sys.setprofile(seen)
    try:
        act()
    finally:
        sys.setprofile(None)
    climbs = sum(floor_of(before) < floor_of(after) for before, after in pairwise(stays))
    rooms = {folder_of(stay) for stay in stays}
    return {
        "stays": len(stays),
        "modules": len(set(stays)),
        "rooms": len(rooms),
        "climbs": climbs,
        "names": len(names),
    }


def ways(scope: Scope, year: int | None) -> dict[str, Callable[[], object]]:
    """Calls from a filter to the message for the map, for the coverage and the gaps page."""
    query, need = Query(year, theme="health"), next(iter(need_names(scope)))
    return {
        "coverage": lambda: map_layer.coverage_of(scope, query, "agencies").vector("main", query),
        "gaps": lambda: map_layer.gaps_layer(gaps.gaps(scope, query, need)).vector("main", query),
    }


def main() -> dict[str, object]:
    """Run both once to load frames and texts, as on an open page, clear cached results, and count a second run.

    Class bounds take all years with equal calls, so the store is made to have one year.
    """
    counted: dict[str, object] = {"bench": "walk", "way": "filter -> class vector"}
    scope = queries.current_scope()
    year = queries.usual_year(scope)
    with mock.patch.object(queries, "years", return_value=[year]):
        for name, way in ways(scope, year).items():
            way()
            for function in (member for module in (coverage, gaps, map_layer) for member in vars(module).values()):
                getattr(function, "cache_clear", lambda: None)()
            counted[name] = walk(way)
    return counted


if __name__ == "__main__":
    print(json.dumps(main()))
