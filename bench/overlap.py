"""Overlap engine: seconds for a province with planted pairs, and for 2,000 supports in one place. One JSON line."""

from __future__ import annotations

import json
import statistics
import time
import tomllib
from pathlib import Path

from geo.overlaps.overlaps import Overlaps, overlaps
from tests.support import planted, toy

RULES = Path(__file__).resolve().parent.parent / "data" / "rules"
RUNS = 5


def _timed(support, rules, schemes) -> tuple[float, Overlaps]:
    seconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        result = overlaps(support, rules, schemes)
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds), result


def main() -> dict[str, float | int]:
    """Median of :data:`RUNS` runs; precision and recall of suspected duplication against the planted pairs."""
    rules = tomllib.loads((RULES / "overlap.toml").read_text(encoding="utf-8"))
    schemes = tomllib.loads((RULES / "cofinancing.toml").read_text(encoding="utf-8"))
    support, truth = planted.province()
    seconds, result = _timed(support, rules, schemes)
    crowd = toy.support(*(toy.record("990101", f"a{number % 40}") for number in range(2000)))
    crowd_seconds, crowd_found = _timed(crowd, rules, schemes)
    flagged = set(_ids(result.pairs))
    planted_pairs = set(_ids(truth))
    legal = set(_ids(truth.assign(outcome="suspected_duplication")[truth["case"].isin(planted.LEGAL)]))
    line = {
        "bench": "overlap",
        "supports": len(support),
        "pairs": len(result.pairs),
        "seconds": round(seconds, 4),
        "seconds_2000_in_one_place": round(crowd_seconds, 3),
        "pairs_2000_in_one_place": len(crowd_found.pairs),
        "precision": round(len(flagged & planted_pairs) / len(flagged), 4),
        "recall": round(len(flagged & planted_pairs) / len(planted_pairs), 4),
        "cofinancing_flagged": len(flagged & legal),
    }
    print(json.dumps(line))
    return line


def _ids(pairs) -> list[tuple[int, int]]:
    chosen = pairs[pairs["outcome"].eq("suspected_duplication")]
    return list(zip(chosen["support_a"].tolist(), chosen["support_b"].tolist(), strict=True))


if __name__ == "__main__":
    main()
