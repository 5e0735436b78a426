"""The command line of the data team: ``python -m loaders COMMAND`` (see :mod:`loaders.commands`)."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import Any

from loaders import settings
from loaders.commands import complain, federate, fetch, files, of_path, people, review, store
from loaders.problems import Refused

log = logging.getLogger("kradan")


def parser() -> argparse.ArgumentParser:
    """The complete argument parser."""
    whole = argparse.ArgumentParser(prog="python -m loaders")
    whole.add_argument("--version", action="version", version=settings.version())
    commands = whole.add_subparsers(required=True)
    for subject in (files, store, people, review, federate, fetch):
        subject.add(commands)
    return whole


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns 0 (done), 1 (health failed), 2 (refused, reason on stderr), 3 (rows quarantined)."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except Refused as stop:
        return complain(stop.problem.as_dict())
    except OSError as error:
        return complain(of_path(error))
    except _store_errors() as error:
        return complain(_of_store(error))


def _store_errors() -> tuple[type[Exception], ...]:
    """Exceptions of the store; called only after a failure, so that a successful command need not import SQLAlchemy."""
    from sqlalchemy.exc import DBAPIError

    from loaders.store import StoreUnavailable

    return StoreUnavailable, DBAPIError


def _of_store(error: Any) -> dict:
    """The problem code for a store that cannot be used."""
    from loaders.store import StoreUnavailable, reason

    if isinstance(error, StoreUnavailable):
        return {"code": error.code, "value": error.where}
    log.error("store failed: %s", error.orig)
    return {"code": reason(error) or "store_failed"}


if __name__ == "__main__":
    sys.exit(main())
