"""Bad files: crafted ones of every kind that we know, and fuzzed ones; each must get a coded answer, quickly, in bounded memory.

``python -m bench.bad_files [FUZZED]``; 2,000 fuzzed by default. One JSON line. Crafted files go the way of an upload
(guards, child process, limits). Fuzzed ones run the same code in a fork of this process under the same limits, which is
what makes many of them affordable; a fork that dies is what the child process would turn into ``file_too_heavy``.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.bad_kinds import Crafted, crafted, damaged, seeds
from loaders import guards, layouts
from loaders.ingest import understand
from loaders.places import Places
from loaders.problems import Refused
from loaders.sheets import read_tables

SECONDS = 5.0


def answer(path: Path, places: Places, *, in_child: bool = True) -> str:
    """The code of a refusal, or ``read`` when the file has an account."""
    try:
        understand(path, "codi", places, trusted=not in_child)
    except Refused as stop:
        return stop.problem.code
    return "read"


def cpu_seconds() -> float:
    """What this process and its children have worked so far: other people's load on the machine does not count."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def run_crafted(files: list[Crafted], places: Places) -> tuple[dict[str, Counter], float, list[str]]:
    """Answers by kind, the slowest file in seconds, and what went wrong."""
    found: dict[str, Counter] = {}
    slowest, faults = 0.0, []
    with tempfile.TemporaryDirectory() as folder:
        for number, (kind, name, data) in enumerate(files):
            path = Path(folder) / f"{number}" / name
            path.parent.mkdir()
            path.write_bytes(data)
            start = cpu_seconds()
            try:
                code = answer(path, places)
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                code = f"{type(error).__name__}: {error}"[:120]
                faults.append(f"{kind} {name}: {code}")
            seconds = cpu_seconds() - start
            slowest = max(slowest, seconds)
            if seconds > SECONDS:
                faults.append(f"{kind} {name}: {seconds:.1f} s")
            found.setdefault(kind.split(":")[0], Counter())[code] += 1
    return found, slowest, faults


def run_fuzzed(files: int, first: int = 0) -> dict:
    """Damage right files and read them in forks under the limits of the child process."""
    places, expected = Places.national(home="80"), layouts.expected_headings()
    known = seeds()
    outcomes, faults, slowest = Counter(), [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + files):
            chance = random.Random(seed)
            name, data = known[seed % len(known)]
            path = Path(folder) / name
            path.write_bytes(damaged(chance, name, data))
            start = time.perf_counter()
            code = _in_fork(path, places, expected)
            slowest = max(slowest, time.perf_counter() - start)
            outcomes[code if not code.startswith("FAULT") else "fault"] += 1
            if code.startswith("FAULT"):
                faults.append(f"seed {seed} {name}: {code}")
    return {
        "files": files,
        "slowest_s": round(slowest, 2),
        "faults": len(faults),
        "examples": faults[:5],
        "answers": dict(outcomes.most_common()),
    }


def _in_fork(path: Path, places: Places, expected: frozenset[str]) -> str:
    out, back = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(int(SECONDS) + 1)
        os.write(back, _fork_answer(path, places, expected).encode()[:4000])
        os._exit(0)
    os.close(back)
    with os.fdopen(out, "rb") as stream:
        said = stream.read().decode()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "FAULT: too slow" if os.WTERMSIG(status) == signal.SIGALRM else "file_too_heavy"
    return said


def _fork_answer(path: Path, places: Places, expected: frozenset[str]) -> str:
    try:
        kind = guards.check(path)
    except Refused as stop:
        return stop.problem.code
    except BaseException as error:  # noqa: BLE001 - the guards run in the server's own process
        return f"FAULT in guards: {type(error).__name__}: {error}"
    try:
        read_tables(path, kind, expected)
    except Refused as stop:
        return stop.problem.code
    except BaseException:  # noqa: BLE001 - in the child process this is file_unreadable
        return "file_unreadable"
    try:
        return answer(path, places, in_child=False)
    except BaseException as error:  # noqa: BLE001 - and this would reach the person who imports
        return f"FAULT after reading: {type(error).__name__}: {error}"


def main() -> None:
    """Print the figures."""
    fuzzed = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    places = Places.national(home="80")
    files = list(crafted())
    kinds, slowest, faults = run_crafted(files, places)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    result = {
        "bench": "bad_files", "crafted": len(files), "slowest_s": round(slowest, 2), "peak_mib": peak, "faults": len(faults), "examples": faults[:8],
        "kinds": {kind: dict(codes) for kind, codes in sorted(kinds.items())}, "fuzzed": run_fuzzed(fuzzed, first),
    }  # fmt: skip
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
