"""The commands of ``python -m loaders``, one module per subject; each adds its own to the command line.

A command imports what it needs when it runs: ``--help`` and small commands load neither pandas nor the database.
Output: JSON lines on standard output, problems on standard error. May import everything of ``loaders``; only
``__main__`` imports it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from loaders.store import shared

DONE, REFUSED, QUARANTINED = 0, 2, 3


def _waiting_dues(connection: Any, province: str) -> list[dict[str, Any]]:
    from loaders.imports import public_waiting

    return public_waiting(connection, province)


if not shared.WAITING_READERS:  # published copies must include quarantined rows, whichever command writes
    shared.WAITING_READERS.append(_waiting_dues)


def answer(result: Mapping) -> int:
    """Write one JSON line to standard output; returns the exit code of success."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, default=str) + "\n")
    return DONE


def complain(problem: dict) -> int:
    """Write one JSON line with code and message to standard error; returns the exit code of a refusal."""
    from loaders.words import sentence

    line = problem | {"message": sentence(problem)}
    sys.stderr.write(json.dumps(line, ensure_ascii=False) + "\n")
    return REFUSED


def of_path(error: OSError) -> dict:
    """A problem as dict for an error of the operating system."""
    code = "file_missing" if isinstance(error, FileNotFoundError) else "path_unusable"
    return {"code": code, "value": str(error.filename or "-"), "suggestion": error.strerror or "-"}
