"""What a child process of a test does: ``sandbox.run("tests.support.children", [WHAT, ...])``."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from loaders.problems import Refused


def main(arguments: list[str]) -> Any:
    """Do one thing, good or bad."""
    what, *rest = arguments
    if what == "environment":
        return dict(os.environ)
    if what == "limits":
        import resource

        return [resource.getrlimit(kind) for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)]
    if what == "refuse":
        raise Refused("file_half", value=rest[0], row=7)
    if what == "memory":
        return len(bytearray(3 << 30))
    if what == "spin":
        while True:
            pass
    if what == "sleep":
        time.sleep(600)
    if what == "write":
        Path(rest[0]).write_bytes(bytes(40 << 20))
    if what == "abort":
        os.abort()
    raise KeyError(what)
