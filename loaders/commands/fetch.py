"""The command that brings files by itself: fetch."""

from __future__ import annotations

import argparse

from loaders.commands import DONE, QUARANTINED, REFUSED, answer, complain
from loaders.problems import Refused


def _fetch(options: argparse.Namespace) -> int:
    from loaders import store
    from loaders.fetch.sources import listed

    sources = listed()
    wanted = [one for one in sources if not options.names or one.name in options.names]
    if missing := sorted(set(options.names) - {one.name for one in sources}):
        raise Refused(
            "fetch_source_unknown", value=missing[0], suggestion=", ".join(one.name for one in sources) or "-"
        )
    if not sources:
        return answer({"sources": 0})
    if options.list:
        return answer({"sources": [{"name": one.name, "kind": one.kind, "base": one.base} for one in sources]})
    from loaders.areas.register import ensure_code_lists
    from loaders.fetch.run import ASKED, LOADED, fetch_all
    from loaders.fetch.run import REFUSED as FAILED

    engine = store.open_store()
    ensure_code_lists(engine)
    codes = [DONE]
    for told in fetch_all(engine, wanted):
        answer(told)
        if told["state"] in (ASKED, FAILED):
            complain({name: value for name, value in told.items() if name != "summary"})
            codes.append(REFUSED)
        elif told["state"] == LOADED and told["summary"]["quarantined"]:
            codes.append(QUARANTINED)
    return REFUSED if REFUSED in codes else max(codes)


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the command line."""
    fetch = commands.add_parser(
        "fetch", help="import what the listed sources have (KRADAN_FETCH); without a list nothing"
    )
    fetch.add_argument("names", nargs="*", metavar="SOURCE")
    fetch.add_argument("--list", action="store_true", help="which sources are listed; asks none of them")
    fetch.set_defaults(run=_fetch)
