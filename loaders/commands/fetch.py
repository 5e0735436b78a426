"""The command ``fetch``, which imports files from the listed sources."""

from __future__ import annotations

import argparse

from loaders.commands import DONE, QUARANTINED, REFUSED, answer, complain
from loaders.problems import Refused


def _fetch(options: argparse.Namespace) -> int:
    from loaders import store
    from loaders.fetch.sources import listed

    sources = listed()
    chosen = [source for source in sources if not options.names or source.name in options.names]
    if missing := sorted(set(options.names) - {source.name for source in sources}):
        raise Refused(
            "fetch_source_unknown", value=missing[0], suggestion=", ".join(source.name for source in sources) or "-"
        )
    if not sources:
        return answer({"sources": 0})
    if options.list:
        return answer(
            {"sources": [{"name": source.name, "kind": source.kind, "base": source.base} for source in sources]}
        )
    from loaders.areas.register import ensure_code_lists
    from loaders.fetch.run import ASKED, LOADED, fetch_all
    from loaders.fetch.run import REFUSED as FAILED

    engine = store.open_store()
    ensure_code_lists(engine)
    codes = [DONE]
    for outcome in fetch_all(engine, chosen):
        answer(outcome)
        if outcome["state"] in (ASKED, FAILED):
            complain({name: value for name, value in outcome.items() if name != "summary"})
            codes.append(REFUSED)
        elif outcome["state"] == LOADED:
            for total in outcome.get("unmet", ()):
                complain({"code": outcome["code"]} | total | {"file": outcome["source"]})
            if outcome["summary"]["quarantined"] or outcome.get("unmet"):
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
