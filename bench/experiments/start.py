"""Start-up cost of small commands, compared with ``python -c pass`` and with importing the two main libraries.

``python -m bench.experiments.start [TIMES]``. One JSON line: per command the least CPU seconds (with children) and the
least wall-clock seconds.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADING = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ"
SHEET = f"{HEADING}\nพอช.,ท่าดี,ลานสกา,นครศรีธรรมราช,อบรม,1000,2567\n"
COMMANDS = {
    "pass": ["-c", "pass"],
    "floor": ["-c", "import pandas, sqlalchemy"],
    "match": ["-m", "loaders", "match", "small.csv", "out.csv"],
    "import": ["-m", "loaders", "import", "small.csv", "--base", "codi", "--confirm", "--json"],
}


def measure(times: int = 5) -> dict[str, dict[str, float]]:
    """Run the commands in turn, so that a busy moment affects all of them; each run has its own folder and store."""
    times_of: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for _ in range(times):
        for name, arguments in COMMANDS.items():
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "small.csv").write_text(SHEET, encoding="utf-8")
                environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
                environment |= {"KRADAN_STORE": f"{folder}/store.sqlite", "PYTHONPATH": str(Path(__file__).parents[2])}
                before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
                subprocess.run(
                    [sys.executable, *arguments], cwd=folder, env=environment, check=True, capture_output=True
                )
                clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                times_of[name].append((cpu, clock))
    return {
        name: {"cpu_s": round(min(cpu for cpu, _ in runs), 2), "clock_s": round(min(clock for _, clock in runs), 2)}
        for name, runs in times_of.items()
    }


def main() -> None:
    """Print the figures."""
    print(json.dumps({"bench": "start", **measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5)}))


if __name__ == "__main__":
    main()
