"""Soak: sessions that keep changing filters and pages; memory of the server, errors, answer times. One JSON line.

``python -m bench.experiments.soak [SECONDS [SESSIONS]]``: 60 seconds and 8 sessions by default; the full soak is
``600 8``. Memory is compared between the end of the first third (when caches are full) and the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import sys
import time
from pathlib import Path

from bench.experiments.faults import bad_words, server, wait_for
from bench.support import stage
from bench.support.client import Client
from tests.support import served

PAGES = ("coverage", "overview", "gaps", "overlaps", "sources")
THINK_SECONDS = (0.5, 2.0)
RUNS_PER_PAGE = 12


def memory_mb(process_id: int) -> float:
    """Resident memory of a process in MB."""
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def person(address: str, seed: int, until: float, taken: list[tuple[float, float]], errors: list[str]) -> None:
    """Open a page, change its filters :data:`RUNS_PER_PAGE` times, close it, open the next one.

    ``taken`` collects (moment, seconds of the answer).
    """
    dice = random.Random(seed)
    while time.monotonic() < until:
        async with Client(address, dice.choice(PAGES), dice.choice(["", "lang=en"])) as session:
            await session.rerun()
            for _ in range(RUNS_PER_PAGE):
                await asyncio.sleep(dice.uniform(*THINK_SECONDS))
                if time.monotonic() >= until:
                    return
                boxes = list(session.lists.values())
                if not boxes:
                    break
                box = dice.choice(boxes)
                answer = await session.choose_in(box, dice.randrange(len(box["options"])))
                taken.append((time.monotonic(), answer.seconds))
                errors += bad_words(answer)


async def watch(process_id: int, until: float, seen: list[tuple[float, float]]) -> None:
    """Collect (moment, memory in MB) once a second in ``seen``."""
    while time.monotonic() < until:
        seen.append((time.monotonic(), memory_mb(process_id)))
        await asyncio.sleep(1)


async def soak(address: str, process_id: int, seconds: float, sessions: int) -> dict:
    """Run all sessions and the memory watch together; returns the figures."""
    begin = time.monotonic()
    until, taken, errors, seen = begin + seconds, [], [], []
    people = [person(address, seed, until, taken, errors) for seed in range(sessions)]
    broken = [
        fault
        for fault in await asyncio.gather(*people, watch(process_id, until, seen), return_exceptions=True)
        if fault
    ]
    third = begin + seconds / 3
    early = [size for when, size in seen if third - 5 <= when <= third + 5]
    late = [size for when, size in seen if when >= until - 10]
    slow = [
        [needed for when, needed in taken if low <= when < high]
        for low, high in ((third, third + seconds / 3), (until - seconds / 3, until))
    ]
    return {
        "changes": len(taken),
        "errors": len(errors) + len(broken),
        "error_kinds": sorted({*errors, *(type(fault).__name__ for fault in broken)})[:5],
        "memory_mb": round(statistics.median(late)),
        "memory_growth": round(statistics.median(late) / statistics.median(early) - 1, 3),
        "p50_s_middle": round(statistics.median(slow[0]), 3),
        "p50_s_end": round(statistics.median(slow[1]), 3),
    }


def main(seconds: float = 60, sessions: int = 8) -> dict:
    """Start a server on a demo store, soak it, and print the figures."""
    with stage.demo_store() as store:
        port = served.free_port()
        with server(store, {}, port) as process:
            wait_for(port)
            figures = asyncio.run(
                asyncio.wait_for(soak(f"http://127.0.0.1:{port}", process.pid, seconds, sessions), seconds + 120)
            )
    line = {"bench": "soak", "sessions": sessions, "seconds": seconds} | figures
    print(json.dumps(line))
    return line


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:3]))
