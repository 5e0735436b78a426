"""How many people at once: simultaneous sessions that change a filter every 5 s, ours beside the tutorial pattern. One JSON line.

``python -m bench.sessions [SECONDS] [OURS] [TUTORIAL]``: seconds per step (20 unless told otherwise), numbers of sessions to try,
comma-joined (``20,50,100,130`` and ``5,10``). Each session is a websocket client of its own that speaks Streamlit's messages and
waits for ``script_finished``; clients run in a second process on the same machine, so the figure is on the safe side.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import stage
from bench.client import Client
from bench.map_change import VALUES, write_polygons
from tests import served

EVERY = 5.0
OPTIONS = 6


async def _one(
    address: str, page: str, key: str, until: float, delay: float, taken: list[float], errors: list[str]
) -> None:
    """One person: open the page, then a change every five seconds; a late answer delays the next change."""
    await asyncio.sleep(delay)
    try:
        async with Client(address, page) as session:
            await session.rerun()
            box, number = session.list_with(key), random.Random(delay).randrange(OPTIONS)
            while time.monotonic() < until:
                await asyncio.sleep(EVERY)
                number += 1
                answer = await session.choose_in(box, 1 + number % OPTIONS)
                taken.append(answer.seconds)
                errors += answer.errors
    except Exception as fault:  # noqa: BLE001 - a session that breaks is counted
        errors.append(type(fault).__name__)


async def step(address: str, page: str, key: str, sessions: int, seconds: float) -> dict:
    """Figures of one number of sessions; they arrive spread over five seconds."""
    taken: list[float] = []
    errors: list[str] = []
    until = time.monotonic() + seconds + EVERY
    people = [_one(address, page, key, until, EVERY * number / sessions, taken, errors) for number in range(sessions)]
    await asyncio.wait_for(asyncio.gather(*people), seconds * 4 + 60)
    half = taken[len(taken) // 4 :] or [float("nan")]  # without the crowd at the door
    expected = sessions * (seconds / EVERY + 1)
    return {
        "sessions": sessions,
        "changes": len(taken),
        "of_expected": round(len(taken) / expected, 2),
        "p50_s": round(statistics.median(half), 3),
        "p95_s": round(sorted(half)[int(0.95 * (len(half) - 1))], 3),
        "errors": len(errors),
    }


def client_process(arguments: list[str]) -> None:
    """The crowd: numbers of sessions one after the other, stopping after the first that is far too slow."""
    address, page, key, numbers, seconds = arguments
    for sessions in map(int, numbers.split(",")):
        found = asyncio.run(step(address, page, key, sessions, float(seconds)))
        print(json.dumps(found), flush=True)
        if not found["p95_s"] < 8:
            break


def crowd(address: str, page: str, key: str, numbers: str, seconds: float) -> list[dict]:
    """Run the crowd in a process of its own."""
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "bench.sessions",
        "crowd",
        address,
        page,
        key,
        numbers,
        str(seconds),
    ]
    limit = (seconds * 4 + 70) * len(numbers.split(","))
    done = subprocess.run(command, cwd=stage.ROOT, stdout=subprocess.PIPE, text=True, timeout=limit)
    return [json.loads(line) for line in done.stdout.splitlines()]


def most(steps: list[dict], bar: float) -> int:
    """The largest number of sessions whose p95 stays under the bar without an error."""
    return max((step["sessions"] for step in steps if step["p95_s"] <= bar and not step["errors"]), default=0)


def main(seconds: float = 20, ours: str = "20,50,100,130", tutorial: str = "2,5,10") -> dict:
    """Print both sides."""
    line: dict = {"bench": "sessions", "change_every_s": EVERY, "seconds_per_step": seconds}
    with stage.demo_store() as store, tempfile.TemporaryDirectory() as name:
        with served.board(store) as address:
            with stage.chromium() as browser:
                write_polygons(browser, f"{address}/coverage", Path(name))
            line["ours"] = crowd(address, "coverage", "theme", ours, seconds)
        settings = {**os.environ, "KRADAN_STORE": str(store)}
        command = [sys.executable, "-c", VALUES, str(Path(name) / "values.json")]
        subprocess.run(command, cwd=stage.ROOT, env=settings, check=True, timeout=120, stderr=subprocess.DEVNULL)
        with stage.peer("tutorial", KRADAN_BENCH=name) as address:
            line["tutorial"] = crowd(address, "", "", tutorial, seconds)
    for side in ("ours", "tutorial"):
        line[f"{side}_most_at_p95_half_second"] = most(line[side], 0.5)
        line[f"{side}_most_at_p95_two_seconds"] = most(line[side], 2.0)
    print(json.dumps(line))
    return line


if __name__ == "__main__":
    if sys.argv[1:2] == ["crowd"]:
        client_process(sys.argv[2:])
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 20, *sys.argv[2:4])
