"""Run benches: ``python -m bench [NAME ...] [--json]``; one JSON line each.

Without a name, all benches directly in ``bench`` run; those of ``bench/experiments`` and ``bench/source`` run by name
only. A bench is a module with a ``main()`` that prints one JSON line. Each runs in its own process, so that memory and
caches of one do not influence the next. ``--json`` leaves out the line of seconds per bench on stderr.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SHARED_MODULES = {"__init__", "__main__"}
BY_NAME = ("experiments", "source")  # folders whose benches run by name only
LONGEST_SECONDS = 1800


def modules() -> dict[str, str]:
    """Name -> module of every bench."""
    paths = [path for folder in (FOLDER, *(FOLDER / name for name in BY_NAME)) for path in sorted(folder.glob("*.py"))]
    return {
        path.stem: ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts)
        for path in paths
        if path.stem not in SHARED_MODULES and "def main(" in path.read_text(encoding="utf-8")
    }


def names() -> list[str]:
    """Benches that run when none is named."""
    return [name for name, module in modules().items() if module.split(".")[1] not in BY_NAME]


def run(name: str) -> tuple[int, dict | None]:
    """Run one bench; returns its exit code and its last JSON line (None without one)."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", modules()[name]],
        cwd=FOLDER.parent,
        stdout=subprocess.PIPE,
        timeout=LONGEST_SECONDS,
        text=True,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return done.returncode, json.loads(lines[-1]) if lines else None


def main(arguments: list[str]) -> int:
    """Run the named benches or all; returns 1 when one failed, 2 for an unknown name."""
    chosen = [argument for argument in arguments if not argument.startswith("--")]
    unknown = sorted(set(chosen) - set(modules()))
    if unknown:
        print(f"unknown bench {', '.join(unknown)}; known are {', '.join(modules())}", file=sys.stderr)
        return 2
    failed = 0
    for name in chosen or names():
        begin = time.perf_counter()
        code, line = run(name)
        seconds = round(time.perf_counter() - begin, 1)
        failed |= code != 0 or line is None
        print(
            json.dumps((line or {"bench": name, "failed": code}) | {"took_s": seconds}, ensure_ascii=False), flush=True
        )
        if "--json" not in arguments:
            print(f"{name}: {seconds} s, exit {code}", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
