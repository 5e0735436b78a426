"""Bad files, crafted and fuzzed: each must get a coded answer, quickly, in bounded memory.

``python -m bench.experiments.bad_files [FUZZED [FIRST]] [--seconds S] [--watch] [--table]``; 2,000 fuzzed by default.
One JSON line; ``next`` is the seed to continue with when the time was up. ``--watch`` runs everything under strace: no
file outside the upload may be opened, no request sent. ``--table`` prints crafted kinds and their answers as a table.

Crafted files are read like an upload (guards, child process, limits). Fuzzed ones run the same code in forks of this
process, one fork for many files; a fork that dies corresponds to ``file_too_heavy`` of the child process.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path
from unittest.mock import patch

from bench.experiments import system_calls
from bench.experiments.bad_kinds import Crafted, crafted, damaged, seeds
from loaders import words
from loaders.boundaries import find as boundaries
from loaders.files import guards
from loaders.imports.ingest import understand
from loaders.layouts import layout as layouts
from loaders.places.matcher import Places
from loaders.problems import Refused
from loaders.sheets.read import read_tables

SECONDS = 5.0  # CPU seconds allowed for one file
MEMORY = 1 << 30
HANGS = 120  # wall-clock seconds after which a file that uses no CPU is ended
PER_FORK = 200


def answer(path: Path, places: Places, *, in_child: bool = True) -> str:
    """Code of the refusal, or ``read``."""
    try:
        understand(path, "codi", places, trusted=not in_child)
    except Refused as stop:
        return stop.problem.code
    return "read"


def cpu_seconds() -> float:
    """CPU seconds of this process and its children so far; independent of other load on the machine."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def run_crafted(
    files: list[Crafted], places: Places, at_most: float = SECONDS
) -> tuple[dict[str, Counter], float, list[str]]:
    """Answers by kind, seconds of the slowest file, and faults: exceptions and files over ``at_most`` seconds."""
    answers: dict[str, Counter] = {}
    slowest, faults = 0.0, []
    with tempfile.TemporaryDirectory() as folder:
        for number, (kind, name, data) in enumerate(files):
            path = Path(folder) / f"{number}" / name
            path.parent.mkdir()
            path.write_bytes(data)
            start = cpu_seconds()
            try:
                code = answer(path, places)
            except Exception as error:  # noqa: BLE001 - any exception but Refused is a fault to report
                code = f"{type(error).__name__}: {error}"[:120]
                faults.append(f"{kind} {name}: {code}")
            seconds = cpu_seconds() - start
            slowest = max(slowest, seconds)
            if seconds > at_most:
                faults.append(f"{kind} {name}: {seconds:.1f} s")
            answers.setdefault(kind.split(":")[0], Counter())[code] += 1
    return answers, slowest, faults


def run_fuzzed(files: int, first: int = 0, seconds: float = float("inf")) -> dict:
    """Damage valid files and read them in forks under the child process's limits, for at most ``seconds``."""
    # Boundaries do not change here, so they are cached; patched only for this call, because tests call it too.
    with patch.object(boundaries, "find_boundaries", cache(boundaries.find_boundaries)):
        boundaries.find_boundaries("80")
        return _fuzzed(files, first, seconds)


def _fuzzed(files: int, first: int, seconds: float) -> dict:
    places, expected = Places.national(home="80"), layouts.expected_headings()
    outcomes, faults, slowest, peak = Counter(), [], 0.0, 0
    _right_files()
    begin, seed, end = time.monotonic(), first, first + files
    with tempfile.TemporaryDirectory() as folder:
        while seed < end and time.monotonic() - begin < seconds:
            upto = min(end, seed + PER_FORK)
            results, died = _in_fork(Path(folder), range(seed, upto), places, expected)
            for code, work, memory in results:
                slowest, peak = max(slowest, work), max(peak, memory)
                outcomes[code if not code.startswith("FAULT") else "fault"] += 1
                if code.startswith("FAULT") or work > SECONDS or memory > MEMORY:
                    faults.append(f"seed {seed}: {code} {work:.1f} s {memory >> 20} MiB")
                seed += 1
            if died is not None and seed < upto:  # this file ended the fork; the next fork starts after it
                outcomes["file_too_heavy" if died == "file_too_heavy" else "fault"] += 1
                if died != "file_too_heavy":
                    faults.append(f"seed {seed}: {died}")
                seed += 1
    return {
        "files": seed - first,
        "next": seed,
        "slowest_s": round(slowest, 2),
        "peak_mib": peak >> 20,
        "faults": len(faults),
        "examples": faults[:5],
        "answers": dict(outcomes.most_common()),
    }


def _in_fork(
    folder: Path, batch: range, places: Places, expected: frozenset[str]
) -> tuple[list[tuple[str, float, int]], str | None]:
    """(answer, CPU seconds, peak bytes) of each file before the one that ended the fork, and how the fork ended."""
    out, back = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        _limits()
        for seed in batch:
            line = json.dumps(_timed(folder, seed, places, expected), ensure_ascii=False)
            os.write(back, line[:4000].encode() + b"\n")
        os._exit(0)
    os.close(back)
    with os.fdopen(out, encoding="utf-8") as stream:
        results = [tuple(json.loads(line)) for line in stream if line.endswith("\n")]
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        return results, None if len(results) == len(batch) else "FAULT: ended without an answer"
    slow = os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGPROF)
    return results, "FAULT: too slow" if slow else "file_too_heavy"


def _limits() -> None:
    """Limit the address space to 1 GiB above what the fork starts with."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@cache
def _right_files() -> list[tuple[str, bytes]]:
    return seeds()


def _timed(folder: Path, seed: int, places: Places, expected: frozenset[str]) -> tuple[str, float, int]:
    name, data = _right_files()[seed % len(_right_files())]
    path = folder / name
    path.write_bytes(damaged(random.Random(seed), name, data))
    signal.setitimer(signal.ITIMER_PROF, SECONDS + 1)
    signal.alarm(HANGS)
    begin = time.process_time()
    code = _fork_answer(path, places, expected)
    return code, time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _fork_answer(path: Path, places: Places, expected: frozenset[str]) -> str:
    try:
        kind = guards.check(path)
    except Refused as stop:
        return stop.problem.code
    except BaseException as error:  # noqa: BLE001 - a fault, because the guards run in the server's own process
        return f"FAULT in guards: {type(error).__name__}: {error}"
    try:
        read_tables(path, kind, expected)
    except Refused as stop:
        return stop.problem.code
    except BaseException:  # noqa: BLE001 - the child process would answer file_unreadable
        return "file_unreadable"
    try:
        return answer(path, places, in_child=False)
    except BaseException as error:  # noqa: BLE001 - a fault, because the user would see it
        return f"FAULT after reading: {type(error).__name__}: {error}"


def table(kinds: dict[str, dict[str, int]]) -> str:
    """Markdown table of crafted kinds, their answers and the sentence that a user reads."""
    lines = ["| kind | files | answer | what a person reads |", "|---|---|---|---|"]
    for kind, codes in sorted(kinds.items()):
        for code, files in codes.items():
            sentence = "" if code == "read" else words.sentence({"code": code}).split(" | ")[-1]
            lines.append(f"| {kind} | {files} | {code} | {sentence} |")
    return "\n".join(lines)


def measure(fuzzed: int, first: int, seconds: float) -> dict:
    """Run crafted files (only when ``first`` is 0), then fuzzed ones."""
    places = Places.national(home="80")
    files = list(crafted()) if first == 0 else []
    kinds, slowest, faults = run_crafted(files, places)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return {
        "bench": "bad_files", "crafted": len(files), "slowest_s": round(slowest, 2), "peak_mib": peak, "faults": len(faults), "examples": faults[:8],
        "kinds": {kind: dict(codes) for kind, codes in sorted(kinds.items())}, "fuzzed": run_fuzzed(fuzzed, first, seconds),
    }  # fmt: skip


def watched(options: argparse.Namespace) -> dict:
    """Run in another process under strace; a file beside the uploads must never be opened."""
    with tempfile.TemporaryDirectory(prefix="kradan-bad-") as folder:
        room, secret = Path(folder) / "uploads", Path(folder) / "secret.csv"
        room.mkdir()
        secret.write_text("not yours", encoding="utf-8")
        command = [sys.executable, "-m", "bench.experiments.bad_files", str(options.fuzzed), str(options.first)]
        environment = ["env", f"TMPDIR={room}", "LOGNAME=bench", "PYTHONDONTWRITEBYTECODE=1"]
        output, account = system_calls.watch(
            [*environment, *command, "--seconds", str(options.seconds)], [str(room), "/usr/bin/env"]
        )
    return json.loads(output.splitlines()[-1]) | {"watched": account}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.experiments.bad_files")
    parser.add_argument("fuzzed", nargs="?", type=int, default=2_000)
    parser.add_argument("first", nargs="?", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    result = watched(options) if options.watch else measure(options.fuzzed, options.first, options.seconds)
    print(table(result["kinds"]) if options.table else json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
