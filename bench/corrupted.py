"""Corrupted spreadsheets: generated files are imported; counts every loss or doubling that the import did not report.

``python -m bench.corrupted [FILES] [FIRST_SEED]``; 1,000 files by default. One JSON line.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from loaders.places.matcher import Places
from tests.support import corrupt


def measure(files: int = 1_000, first: int = 0) -> dict:
    """Make, import and check ``files`` files, with seeds from ``first``."""
    places = Places.national(home="80")
    kinds, rows, refused, faults = Counter(), Counter(), Counter(), []
    satang, start = 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + files):
            made = corrupt.make(seed, Path(folder))
            answer = corrupt.read(made, places)
            kinds.update(made.kinds)
            rows["true"] += len(made.rows)
            satang += sum(row.satang or 0 for row in made.rows)
            faults += [f"{seed}: {fault}" for fault in corrupt.check(made, answer)]
            if isinstance(answer, str):
                refused[answer] += 1
            else:
                rows.update({outcome: answer.count(outcome) for outcome in ("loaded", "quarantined", "excluded")})
            made.path.unlink()
    return {
        "bench": "corrupted", "files": files, "undetected": len(faults), "examples": faults[:5], "rows": dict(rows),
        "baht": satang / 100, "refused": dict(refused), "kinds": dict(sorted(kinds.items())),
        "seconds": round(time.perf_counter() - start, 1),
    }  # fmt: skip


def main() -> None:
    """Print the figures."""
    numbers = [int(text) for text in sys.argv[1:]]
    print(json.dumps(measure(*numbers), ensure_ascii=False))


if __name__ == "__main__":
    main()
