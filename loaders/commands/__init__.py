"""The commands of ``python -m loaders``, by subject. Each module adds its own to the command line.

A command imports what it needs when it runs: ``--help`` and small commands load neither pandas nor the database.
May import everything of ``loaders``; nothing imports it but ``__main__``.
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


if not shared.WAITING_READERS:  # whichever command writes, the copies of a province are told what waits
    shared.WAITING_READERS.append(_waiting_dues)


def answer(result: Mapping) -> int:
    """One JSON line on standard output; the exit code of a command that did what was asked."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, default=str) + "\n")
    return DONE


def complain(problem: dict) -> int:
    """One JSON line on standard error, with the problem in words; the exit code of a refusal."""
    from loaders.words import sentence

    line = problem | {"message": sentence(problem)}
    sys.stderr.write(json.dumps(line, ensure_ascii=False) + "\n")
    return REFUSED


def of_path(error: OSError) -> dict:
    """What the system says about a file or folder, in our words."""
    code = "file_missing" if isinstance(error, FileNotFoundError) else "path_unusable"
    return {"code": code, "value": str(error.filename or "-"), "suggestion": error.strerror or "-"}
