"""Walk (4) of the house: from a filter to the classes of the coverage map, counted on cold caches; one JSON line.

A *stay* is a run of calls inside one module, a *room* a module, a *climb* a stay on a higher floor than the one before
(loaders < geo < pages/session < pages/queries < pages/components < pages/<page>), *names* the functions met. The store is
the demo's: ``KRADAN_STORE=... python -m bench.source.walk``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import pairwise
from types import FrameType

from loaders.settings import ROOT
from pages.coverage import compare
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query

# Machinery that a reader of the way passes without going in: the cache, the catalogue of words, checks of a frame.
MACHINERY = {"pages.session.cache", "pages.session.text", "pages.session.formatter", "loaders.words"}
CHECKS = {"require_columns", "is_one_of"}
FLOORS = ("loaders", "geo", "pages.session", "pages.queries", "pages.components", "pages.")


def floor_of(room: str) -> int:
    """The floor of a module: the place of the longest prefix that fits."""
    return max(
        (number for number, prefix in enumerate(FLOORS) if room.startswith(prefix)), key=lambda n: len(FLOORS[n])
    )


def walk(act: Callable[[], object]) -> dict[str, int]:
    """Stays, rooms, climbs and names of our own functions while ``act`` runs."""
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
        if not room.startswith(("pages", "geo", "loaders")) or room in MACHINERY or frame.f_code.co_name in CHECKS:
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
    return {"stays": len(stays), "rooms": len(set(stays)), "climbs": climbs, "names": len(names)}


def main() -> dict[str, object]:
    """The walk of one filter in one year; the frames of the store are read already, as an open page has them."""
    scope = queries.current_scope()
    year = queries.usual_year(scope)
    for frame in (
        queries.support(scope),
        queries.areas(scope, year),
        queries.reports(scope),
    ):
        assert len(frame)
    setattr(queries, "years", lambda _scope: [year])  # noqa: B010 - class bounds go once over the same way for every year: one turn is counted

    def act() -> None:
        query = Query(year, theme="health")
        compare.layer_of(scope, query, "agencies", *coverage.breaks(scope, "agencies", query)).vector("main", query)

    return {"bench": "walk", "way": "filter -> class vector", **walk(act)}


if __name__ == "__main__":
    print(json.dumps(main()))
