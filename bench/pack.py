"""Meeting pack of the demo province: seconds of the whole pack and of each kind of file. One JSON line."""

from __future__ import annotations

import json
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import pandas as pd

from pages.meeting import facts as meeting_facts
from pages.meeting.pack import make
from pages.queries import store as queries
from tests.support import served
from tests.support.meeting_store import opened


def main() -> dict[str, float | int]:
    """Build the pack once, cold; ``cpu_seconds`` shows whether the machine was busy or the pack is slow."""
    with tempfile.TemporaryDirectory() as folder, opened(served.make_store(Path(folder) / "kradan.sqlite", demo=True)):
        begin, busy = time.perf_counter(), time.process_time()
        facts = meeting_facts.gather(queries.current_scope())
        gathered = time.perf_counter() - begin
        marks: list[tuple[float, str]] = []
        started = time.perf_counter()
        files = make.files(
            facts,
            meeting_facts.shipped_story()["step"],
            pd.DataFrame(),
            "th",
            tick=lambda _share, name: marks.append((time.perf_counter(), name)),
        )
        seconds = time.perf_counter() - started
        line = {"bench": "pack", "files": len(files), "megabytes": round(sum(map(len, files.values())) / 1e6, 2), "gather_seconds": round(gathered, 2),
                "seconds": round(seconds, 2), "cpu_seconds": round(time.process_time() - busy, 2)}  # fmt: skip
        for (at, name), (after, _next) in pairwise(marks):
            kind = "png" if name.endswith(".png") else name.rsplit(".", 1)[-1]
            line[f"{kind}_seconds"] = round(line.get(f"{kind}_seconds", 0) + after - at, 2)
    print(json.dumps(line))
    return line


if __name__ == "__main__":
    main()
