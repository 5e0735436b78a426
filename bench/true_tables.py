"""Known tables written as sheets of many forms: how many are read right, asked about, or silently read wrong.

``python -m bench.true_tables [TABLES [FIRST_SEED]]``, 2,000 tables by default. One JSON line.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from loaders.places.matcher import Places
from tests.support.drawn import true_forms, true_tables

CHECKS = (true_tables.check, true_forms.check)  # used alternately, by seed


def main(arguments: list[str]) -> int:
    tables, first = (int(arguments[at]) if len(arguments) > at else usual for at, usual in ((0, 2_000), (1, 0)))
    places = Places.national(home="80")
    answers: Counter[str] = Counter()
    by_shape: dict[str, Counter[str]] = {}
    wrong = []
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + tables):
            verdict = CHECKS[seed % 2](seed // 2, Path(folder), places)
            answers[verdict.answer] += 1
            by_shape.setdefault(verdict.form.shape, Counter())[verdict.answer] += 1
            if verdict.answer == "wrong":
                wrong.append({"seed": seed, "shape": verdict.form.shape, "difference": verdict.difference[:200]})
    print(
        json.dumps(
            {
                "bench": "true_tables",
                "tables": tables,
                **{answer: answers[answer] for answer in ("right", "asked", "wrong")},
                "seconds": round(time.perf_counter() - started, 1),
                "by_shape": {shape: dict(counts) for shape, counts in sorted(by_shape.items())},
                "first_wrong": wrong[:5],
            },
            ensure_ascii=False,
        )
    )
    return 1 if answers["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
