"""Place matcher on the answer key: speed, precision, share resolved, misses by problem. One JSON line.

A miss is a row that was not resolved or resolved wrongly; ``offered_first`` is the share of a group that is resolved
or has the true place as its first candidate.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pandas as pd

from loaders.places.matcher import Places

SHARED = Path(os.environ.get("KRADAN_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
KEY = SHARED / "data" / "places" / "answer_key.csv"
CELLS = ["subdistrict", "district", "province"]


def measure(key: pd.DataFrame) -> dict:
    """Figures over a frame with the columns of the answer key."""
    places = Places.national()
    frame = key[[f"raw_{cell}" for cell in CELLS]].set_axis(CELLS, axis=1)
    start = time.perf_counter()
    result = places.match_frame(frame)
    seconds = time.perf_counter() - start
    accepted = result["is_accepted"]
    right = accepted & (result["subdistrict_code"] == key["true_code"])
    first = result["candidates"].str.split("|").str[0] == key["true_code"]
    groups = {}
    for name, index in key.groupby(key["basis"] + "/" + key["lang"]).groups.items():
        rows = len(index)
        groups[str(name)] = {
            "rows": rows,
            "resolved": round(float(right[index].mean()), 5),
            "wrong": int((accepted & ~right)[index].sum()),
            "offered_first": round(float((right | first)[index].mean()), 5),
        }
    return {
        "bench": "match",
        "rows": len(key),
        "rows_per_s": round(len(key) / seconds),
        "precision": round(float(right.sum() / max(int(accepted.sum()), 1)), 6),
        "groups": groups,
        "misses": result.loc[~right, "problem"].fillna("wrong").value_counts().sort_index().to_dict(),
        "evidence": result["match_evidence"].value_counts().sort_index().to_dict(),
    }


def main() -> None:
    """Print the figures of the answer key."""
    Places.national()  # build the gazetteer, which is cached per process, before the timing
    print(json.dumps(measure(pd.read_csv(KEY, dtype=str, keep_default_na=False)), ensure_ascii=False))


if __name__ == "__main__":
    main()
