"""Number of simultaneous sessions that can change a filter every 5 s, ours and the tutorial pattern. One JSON line.

``python -m bench.sessions [SECONDS [OURS [TUTORIAL]]]``: seconds per step (default 20), numbers of sessions to try,
comma-separated (defaults ``20,50,100,130`` and ``2,5,10``). Each session is a websocket client that speaks Streamlit's
protocol and waits for ``script_finished``. The clients run on the same machine in a second process, so the result is
conservative.
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

from bench.map_change import VALUES, write_polygons
from bench.support import stage
from bench.support.client import Client
from tests.support import served

EVERY = 5.0
ARRIVALS = 4.0  # sessions that open per second
OPTIONS = 6


async def _one(
    address: str, page: str, key: str, until: float, delay: float, taken: list[tuple[float, float]], errors: list[str]
) -> None:
    """One session: open the page, then change a filter every 2.5 to 7.5 seconds; a late answer delays the next change.

    The interval is random, because sessions with a fixed one synchronise after the first late answer and then all
    send at once. ``taken`` collects (moment of the change, seconds it took).
    """
    await asyncio.sleep(delay)
    try:
        async with Client(address, page) as session:
            await session.rerun()
            dice = random.Random(delay)
            box, number = session.list_with(key), dice.randrange(OPTIONS)
            while time.monotonic() < until:
                await asyncio.sleep(dice.uniform(0.5, 1.5) * EVERY)
                number += 1
                asked = time.monotonic()
                answer = await session.choose_in(box, 1 + number % OPTIONS)
                taken.append((asked, answer.seconds))
                errors += answer.errors
    except Exception as fault:  # noqa: BLE001 - a session that breaks is counted
        errors.append(type(fault).__name__)


async def step(address: str, page: str, key: str, sessions: int, seconds: float) -> dict:
    """Figures of one number of sessions, measured after all of them are open (:data:`ARRIVALS` per second).

    Opening a page costs the server as much as several changes, and would distort the figures.
    """
    taken: list[tuple[float, float]] = []
    errors: list[str] = []
    complete = time.monotonic() + sessions / ARRIVALS + EVERY
    until = complete + seconds
    people = [_one(address, page, key, until, number / ARRIVALS, taken, errors) for number in range(sessions)]
    await asyncio.wait_for(asyncio.gather(*people), (until - time.monotonic()) * 4 + 60)
    during = sorted(took for asked, took in taken if complete <= asked < until) or [float("nan")]
    return {
        "sessions": sessions,
        "changes": len(during),
        "of_expected": round(len(during) * EVERY / (sessions * seconds), 2),
        "p50_s": round(statistics.median(during), 3),
        "p95_s": round(during[int(0.95 * (len(during) - 1))], 3),
        "errors": len(errors),
    }


def client_process(arguments: list[str]) -> None:
    """Try the numbers of sessions in turn; stop after the first that is far too slow. Runs in the client process."""
    address, page, key, numbers, seconds = arguments
    for sessions in map(int, numbers.split(",")):
        figures = asyncio.run(step(address, page, key, sessions, float(seconds)))
        print(json.dumps(figures), flush=True)
        if not figures["p95_s"] < 8:
            break


def crowd(address: str, page: str, key: str, numbers: str, seconds: float) -> list[dict]:
    """Run :func:`client_process` in a child process; returns the figures per number of sessions."""
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
    limit = sum((int(number) / ARRIVALS + EVERY + seconds) * 4 + 70 for number in numbers.split(","))
    done = subprocess.run(command, cwd=stage.ROOT, stdout=subprocess.PIPE, text=True, timeout=limit)
    return [json.loads(line) for line in done.stdout.splitlines()]


def most(steps: list[dict], bar: float) -> int:
    """Largest number of sessions with a 95th percentile of at most ``bar`` seconds and no error."""
    return max((step["sessions"] for step in steps if step["p95_s"] <= bar and not step["errors"]), default=0)


def main(seconds: float = 20, ours: str = "20,50,100,130", tutorial: str = "2,5,10") -> dict:
    """Print the figures of both."""
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
